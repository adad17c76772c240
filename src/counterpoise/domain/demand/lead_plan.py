"""Marketing's plan of leads in the place of what the series says, and how such plans came about."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.arrivals import Arrivals, name_sources
from counterpoise.domain.rulebook.lead_plan import KEY, PlannedLeads, find_planned
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.tables.deals import day_number
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.volume import LeadPlan, PlanRecord
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text, text

FEWEST_MONTHS = 2
"""One month that was missed is not yet always."""


def check_sources(plan: Sequence[PlannedLeads], leads: Leads) -> None:
    """Raises InvalidRule for a source that no lead came from."""
    names, _ = name_sources(leads)
    for each in plan:
        if each.source not in names:
            raise InvalidRule(
                text(
                    "{key} of “{subject}” (source: {source}) plans leads of {name}, and no lead"
                    " came from there. Leads come from: {listed}.",
                    key=KEY,
                    subject=each.rule.subject,
                    source=each.rule.source,
                    name=each.source,
                    listed=", ".join(name for name in names if name),
                )
            )


def list_plan(
    plan: Sequence[PlannedLeads], arrivals: Arrivals, leads: Leads
) -> tuple[LeadPlan, ...]:
    """Of the months that leads are yet to come in, beside what the series says of them."""
    names, _ = name_sources(leads)
    places = {month: number for number, month in enumerate(arrivals.months)}
    return tuple(
        LeadPlan(
            source=each.source,
            month=each.month,
            planned=each.leads,
            series=float(arrivals.whole[names.index(each.source), places[each.month]]),
            decided_on=each.rule.effective_from,
            said_by=each.rule.source,
        )
        for each in plan
        if each.month in places
    )


def keep_record(
    plan: Sequence[PlannedLeads], leads: Leads, rulebook: Rulebook
) -> tuple[PlanRecord, ...]:
    """By source, of months that are over; what was planned on the first day of each counts."""
    names, place = name_sources(leads)
    found: dict[str, list[tuple[float, int]]] = {}
    for each in plan:
        end = add_months(each.month, 1)
        planned = find_planned(rulebook, each)
        if day_number(end) <= day_number(leads.as_of) + 1 and planned is not None:
            came = _count(leads, place == names.index(each.source), each)
            found.setdefault(each.source, []).append((float(planned), came))
    return tuple(
        PlanRecord(
            source=source,
            months=len(pairs),
            planned=sum(planned for planned, _ in pairs),
            came=sum(came for _, came in pairs),
            missed=sum(came < planned for planned, came in pairs),
        )
        for source, pairs in sorted(found.items())
    )


def write_notes(record: Sequence[PlanRecord]) -> Iterator[Text]:
    for each in record:
        if each.months >= FEWEST_MONTHS and each.missed == each.months:
            yield text(
                "The plan of leads of {source} was missed in each of the {n} months that are over:"
                " {came} leads came, and {planned} were planned.",
                source=each.source,
                n=each.months,
                came=each.came,
                planned=round(each.planned),
            )


def _count(leads: Leads, is_of: NDArray[np.bool_], planned: PlannedLeads) -> int:
    start, end = day_number(planned.month), day_number(add_months(planned.month, 1))
    return int((is_of & (leads.created >= start) & (leads.created < end)).sum())
