"""The marketing plan: how many leads of a source are planned for a month, from when on that holds.

An entry `leads.planned` has the subject "source / month", such as "Website / 2026-11".
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.domain.values.text import text

KEY = "leads.planned"


@dataclass(frozen=True, slots=True)
class PlannedLeads:
    """month: its first day. rule: the entry that says so."""

    source: str
    month: date
    leads: Decimal
    rule: Rule


def read_lead_plan(rulebook: Rulebook, on: date) -> tuple[PlannedLeads, ...]:
    """What is planned as of a day, by source and month; months that are over are among them.

    Raises InvalidRule for what is no source and month, a month that was over when the entry began,
    fewer than no leads, and two entries of one source and month.
    """
    found: dict[tuple[str, date], PlannedLeads] = {}
    for subject in rulebook.subjects(KEY, on):
        planned = _read(rulebook, subject, on)
        place = planned.source.casefold(), planned.month
        if (other := found.get(place)) is not None:
            raise InvalidRule(
                text(
                    "{key} has two entries for one source and month, “{one}” and “{other}”. Keep"
                    " one of them.",
                    key=KEY,
                    one=other.rule.subject,
                    other=subject,
                )
            )
        found[place] = planned
    return tuple(sorted(found.values(), key=lambda each: (each.source, each.month)))


def find_planned(rulebook: Rulebook, planned: PlannedLeads) -> Decimal | None:
    """What the plan of a source and month said on the month's first day; None where nothing."""
    rule = rulebook.find(KEY, planned.month, planned.rule.subject)
    return None if rule is None else rulebook.get_number(KEY, planned.month, rule.subject)


def _read(rulebook: Rulebook, subject: str, on: date) -> PlannedLeads:
    rule = rulebook.get(KEY, on, subject)
    source, _, written = (each.strip() for each in subject.rpartition("/"))
    month = _read_month(written) if source else None
    if month is None:
        raise InvalidRule(
            text(
                "{key} of “{subject}” (source: {source}) names no source and month. Write both with"
                " a stroke between, such as Website / 2026-11.",
                key=KEY,
                subject=subject,
                source=rule.source,
            )
        )
    if month.end <= rule.effective_from:
        raise InvalidRule(
            text(
                "{key} of “{subject}” (source: {source}) holds from {day} on, when that month was"
                " over. Plan a month that is not over.",
                key=KEY,
                subject=subject,
                source=rule.source,
                day=rule.effective_from,
            )
        )
    leads = rulebook.get_number(KEY, on, subject)
    if leads < 0:
        raise InvalidRule(
            text(
                "{key} of “{subject}” is {value} (source: {source}). Write 0 or more.",
                key=KEY,
                subject=subject,
                value=rule.value,
                source=rule.source,
            )
        )
    return PlannedLeads(source, month.start, leads, rule)


def _read_month(written: str) -> Period | None:
    try:
        found = Period.parse(written)
    except UnknownPeriod:
        return None
    return found if found.end - found.start <= timedelta(days=31) else None
