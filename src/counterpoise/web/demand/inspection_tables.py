"""The tables of an inspection."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import chain
from urllib.parse import quote_plus

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.connectors.documents.names import name_part
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.inspection import (
    DealEvent,
    InspectedDeal,
    Inspection,
    PipelineCoverage,
    PipelineTotals,
    Slip,
    Who,
    WonLimit,
)
from counterpoise.domain.values.period import Period
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.demand.inspection_words import (
    EVENT_NAMES,
    FLAG_MEANINGS,
    FLAG_NAMES,
    LIMIT_NAMES,
    REASON_NAMES,
)
from counterpoise.web.tables import Column, Row, Table, Value


def build_flags(totals: PipelineTotals, currency: str, link: str) -> Table:
    """link: with a place for the flag."""
    return Table(
        name="flags",
        caption=_("What stands out"),
        columns=(
            Column("flag", _("Flag")),
            Column("meaning", _("What it says")),
            Column("n", _("Deals"), "number"),
            Column("open_value", _("Open amounts"), "money"),
            Column("at_risk", _("Value at risk"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "flag": str(FLAG_NAMES[each.flag]),
                    "meaning": str(FLAG_MEANINGS[each.flag]),
                    "n": each.n,
                    "open_value": each.open_value,
                    "at_risk": each.at_risk,
                },
                {"flag": link.format(flag=each.flag)} if each.n else {},
            )
            for each in totals.flags
        ),
        empty="",
        currency=currency,
    )


def build_deals(deals: Sequence[InspectedDeal], inspection: Inspection, link: str) -> Table:
    """The most at stake first. link: of a deal's page, without its id. The CRM's probability is
    left out where no deal has one."""
    has_probability = any(each.probability is not None for each in inspection.deals)
    return Table(
        name="deals",
        caption=_("Open deals, the most at stake first"),
        columns=(
            Column("deal", _("Deal")),
            Column("flags", _("What stands out")),
            Column("at_stake", _("At stake"), "money"),
            Column("chance", _("Chance"), "share"),
            *([Column("probability", _("The CRM says"), "share")] if has_probability else ()),
            Column("amount", _("Amount"), "money"),
            Column("stage", _("Stage")),
            Column("rep", _("Rep")),
            Column("expected", _("Close date"), "day"),
            Column("activity", _("Last activity"), "day"),
            Column("stage_days", _("Days in stage"), "number", is_for_files=True),
            Column("pushes", _("Times put off"), "number", is_for_files=True),
            Column("pushed_days", _("Days put off"), "number", is_for_files=True),
            Column("next_step", _("Next step"), is_for_files=True),
            Column("age", _("Age in days"), "number", is_for_files=True),
            Column("amount_changes", _("Times amount changed"), "number", is_for_files=True),
            Column("team", _("Team"), is_for_files=True),
            Column("region", _("Region"), is_for_files=True),
            Column("id", _("Id"), is_for_files=True),
        ),
        rows=tuple(_build_deal(each, link) for each in deals),
        empty=_("No open deal that you may see is like that."),
        currency=inspection.currency,
    )


def _build_deal(deal: InspectedDeal, link: str) -> Row:
    names = dict.fromkeys(str(REASON_NAMES[reason.code]) for reason in deal.reasons)
    return Row(
        {
            "deal": deal.name or deal.account or deal.id,
            "flags": ", ".join(names),
            "at_stake": deal.at_stake,
            "chance": deal.chance.whole if deal.chance else None,
            "probability": deal.probability,
            "amount": deal.amount,
            "stage": deal.stage,
            "stage_days": deal.stage_days,
            "age": deal.age_days,
            "expected": deal.expected_close_on,
            "pushes": deal.pushes,
            "pushed_days": deal.pushed_days,
            "amount_changes": deal.amount_changes,
            "activity": deal.last_activity_on,
            "next_step": deal.next_step,
            "rep": deal.rep,
            "team": deal.team,
            "region": deal.region,
            "id": deal.id,
        },
        {"deal": link + quote_plus(deal.id)},
    )


def build_coverage(covered: Sequence[PipelineCoverage], currency: str) -> Table:
    return Table(
        name="coverage",
        caption=_("Pipeline for what is missing to the target"),
        columns=(
            Column("of", _("Of")),
            Column("target", _("Target"), "money"),
            Column("won", _("Won already"), "money"),
            Column("left", _("Missing"), "money"),
            Column("due", _("Due in the period"), "money"),
            Column("coverage", _("Times the missing"), "quantity"),
            Column("weighted", _("Value × chance"), "money"),
            Column("weighted_coverage", _("Times the missing, by chance"), "share"),
            Column("refusal", _("Why there is no answer")),
        ),
        rows=tuple(
            Row(
                {
                    "of": _name_part(each.who, each.of),
                    "target": each.target,
                    "won": each.won,
                    "left": each.left,
                    "due": each.due,
                    "coverage": each.coverage,
                    "weighted": each.weighted,
                    "weighted_coverage": each.weighted_coverage,
                    "refusal": each.refusal,
                }
            )
            for each in covered
        ),
        empty=_("Nobody whom you may see has a target or an open deal."),
        currency=currency,
    )


def build_slips(slips: Sequence[Slip], reader: Reader) -> Table:
    """A line for each part, with each quarter beside the other."""
    quarters = sorted({each.quarter for each in slips}, reverse=True)
    parts = dict.fromkeys((each.who, each.of) for each in slips)
    found = {(each.who, each.of, each.quarter): each for each in slips}
    return Table(
        name="slips",
        caption=_("What slipped out of the last finished quarters"),
        columns=(
            Column("of", _("Of")),
            *chain.from_iterable(_name_quarter(each, reader) for each in quarters),
        ),
        rows=tuple(
            Row({"of": _name_part(who, of), **_fill_quarters(found, quarters, (who, of))})
            for who, of in parts
        ),
        empty=_("No deal was due in a quarter that is over, as far as you may see."),
    )


def _name_quarter(quarter: Period, reader: Reader) -> tuple[Column, Column]:
    return (
        Column(f"share-{quarter}", reader.period(quarter), "share"),
        Column(f"n-{quarter}", _("Deals due"), "number"),
    )


def _fill_quarters(
    found: Mapping[tuple[Who, str, Period], Slip],
    quarters: Sequence[Period],
    part: tuple[Who, str],
) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for quarter in quarters:
        slip = found.get((*part, quarter))
        cells[f"share-{quarter}"] = slip.share if slip else None
        cells[f"n-{quarter}"] = slip.n if slip else 0
    return cells


def build_limits(by: str, limits: Sequence[WonLimit]) -> Table:
    """by: what they are told apart by; "" for nothing."""
    return Table(
        name="limits",
        caption=_("From where on an open deal stands out, by deals that were won"),
        columns=(
            Column("of", _("Of"), has_choices=True),
            Column("stage", _("Stage"), has_choices=True),
            *([Column("segment", PARTS[by], has_choices=True)] if by else ()),
            Column("value", _("Limit"), "number", places=2),
            Column("n", _("Won deals"), "number"),
            Column("own", _("By these alone"), "number", places=2),
            Column("whole_n", _("Won deals of all"), "number"),
            Column("whole", _("By all"), "number", places=2),
        ),
        rows=tuple(_build_limit(each) for each in limits),
        empty=_("No deal is open, so nothing is held against a limit."),
    )


def _build_limit(limit: WonLimit) -> Row:
    return Row(
        {
            "of": str(LIMIT_NAMES[limit.of]),
            "stage": limit.stage,
            "segment": name_part(limit.segment or "(none)"),
            "value": gettext("too few to say") if limit.value is None else limit.value,
            "n": limit.n,
            "own": limit.own,
            "whole_n": limit.whole_n,
            "whole": limit.whole,
        }
    )


def build_reasons(deal: InspectedDeal, currency: str) -> Table:
    return Table(
        name="reasons",
        caption=_("What stands out, and what to do"),
        columns=(
            Column("flag", _("Flag")),
            Column("why", _("Why")),
            Column("advice", _("What to do")),
        ),
        rows=tuple(
            Row({"flag": str(FLAG_NAMES[each.flag]), "why": each.why, "advice": each.advice})
            for each in deal.reasons
        ),
        empty=_("Nothing stands out about this deal."),
        currency=currency,
    )


def build_events(events: Sequence[DealEvent]) -> Table:
    return Table(
        name="events",
        caption=_("Its time line, newest first"),
        columns=(
            Column("at", _("When"), "moment"),
            Column("kind", _("What happened"), has_choices=True),
            Column("before", _("Before"), places=2),
            Column("after", _("After"), places=2),
            Column("details", _("Details")),
            Column("by", _("By")),
        ),
        rows=tuple(
            Row(
                {
                    "at": each.at,
                    "kind": _name_event(each.kind),
                    "before": "" if each.kind == "activity" else _read(each.kind, each.before),
                    "after": _read(each.kind, each.after),
                    "details": each.before if each.kind == "activity" else "",
                    "by": each.by,
                }
            )
            for each in events
        ),
        empty=_("Nothing is recorded of it by that day."),
    )


def _name_event(kind: str) -> str:
    return str(EVENT_NAMES.get(kind, kind.replace("_", " ")))


def _read(kind: str, written: str) -> Value:
    """Days and amounts, so that they are written for the reader; else as the source wrote it."""
    try:
        if kind == "expected_close_on":
            return date.fromisoformat(written)
        return Decimal(written) if kind == "amount" else written
    except (ValueError, InvalidOperation):
        return written


def _name_part(who: str, of: str) -> str:
    return gettext("the whole company") if who == "whole" else name_part(of or "(none)")
