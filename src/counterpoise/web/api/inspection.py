"""Pipeline inspection: open deals in the reach of a token's owner, and what stands out."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import inspections
from counterpoise.actions.inspection_answers import answer_deal, answer_events, answer_overview
from counterpoise.actions.inspections import AskedInspection, UnknownDeal
from counterpoise.domain.demand.pipeline_totals import select, sum_up
from counterpoise.domain.tables.inspection import FlagKind, LimitKind, Who
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Amount, Name
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])


class InspectionWanted(Schema):
    """as_of: the day whose knowledge counts; without one, the last on which the period could be
    planned."""

    as_of: date | None = None


class DealsWanted(paging.Page):
    """flag: "any" for whichever. rep, team, region and stage: by name."""

    as_of: date | None = None
    flag: Literal["", "any", "slipped", "stalled", "quiet", "hygiene", "amount"] = ""
    rep: str = Field("", max_length=200)
    team: str = Field("", max_length=200)
    region: str = Field("", max_length=200)
    stage: str = Field("", max_length=200)


class DealWanted(InspectionWanted):
    id: Name


class FlagTotalAnswer(Schema):
    flag: FlagKind
    n: int
    open_value: Amount
    at_risk: Amount | None


class PipelineTotalsAnswer(Schema):
    """expected: value × chance of all; at_risk: of deals with a flag; null where no chance can be
    said. A deal with several flags counts in each of them, and once in flagged and at_risk."""

    n: int
    open_value: Amount
    without_amount: int
    expected: Amount | None
    flagged: int
    at_risk: Amount | None
    flags: list[FlagTotalAnswer]


class PipelineCoverageAnswer(Schema):
    """left: target − won. coverage: amounts due in the period / left, so 3 is three times over;
    weighted_coverage: value × chance of all open deals / left. Null where the refusal says why, or
    where no chance can be said."""

    who: Who
    of: str
    target: Amount | None
    won: Amount
    left: Amount | None
    due: Amount
    weighted: Amount | None
    coverage: Amount | None
    weighted_coverage: Amount | None
    refusal: str | None


class SlipAnswer(Schema):
    """share: of the value due in the quarter on the evening before it, what was closed in it
    neither as won nor as lost. n: deals due."""

    quarter: str
    who: Who
    of: str
    share: Amount | None
    n: int


class WonLimitAnswer(Schema):
    """value: (n × own + prior × whole) / (n + prior), where own is the quantile of the segment's n
    won deals and whole that of all; null where too few were won."""

    of: LimitKind
    stage: str
    segment: str
    n: int
    own: Amount | None
    whole_n: int
    whole: Amount | None
    value: Amount | None


class InspectionAnswer(Schema):
    """totals: of the deals that the token's owner sees. limits: what open deals are held against.
    notes: what could not be judged, and why."""

    build: str
    period: str
    as_of: date
    currency: str
    segment_by: str
    totals: PipelineTotalsAnswer
    coverage: list[PipelineCoverageAnswer]
    slips: list[SlipAnswer]
    limits: list[WonLimitAnswer]
    notes: list[str]


class InspectionReasonAnswer(Schema):
    """met and limit: in days, times or money; n: won deals of the segment that the limit rests on,
    whole_n: of all."""

    flag: FlagKind
    code: str
    why: str
    advice: str
    met: Amount | None
    limit: Amount | None
    n: int | None
    whole_n: int | None


class ChanceAnswer(Schema):
    """To be won in the period: by its age alone, in its stage, with its amount, close date, pushes
    and last activity, and with all that is known."""

    by_age: float
    in_stage: float
    as_kept: float
    whole: float


class InspectedDealAnswer(Schema):
    """worth: what it brings if it is won; at_stake: worth × chance. probability: the CRM's own.
    stage_days: null where nobody recorded when it came there."""

    id: str
    name: str
    account: str
    rep: str
    team: str
    region: str
    segment: str
    product: str
    stage: str
    created_on: date
    age_days: int
    stage_days: int | None
    amount: Amount | None
    amount_changes: int
    expected_close_on: date | None
    pushes: int
    pushed_days: int
    last_activity_on: date | None
    last_activity: str
    next_step: str
    probability: Amount | None
    worth: Amount
    chance: ChanceAnswer | None
    at_stake: Amount | None
    flags: list[FlagKind]
    reasons: list[InspectionReasonAnswer]


class InspectedDeals(Schema):
    items: list[InspectedDealAnswer]
    next: str | None


class DealEventAnswer(Schema):
    """kind: an attribute that changed, created, or activity, whose type is `after`."""

    at: datetime
    kind: str
    before: str
    after: str
    by: str


class DealWithEvents(Schema):
    """events: newest first."""

    deal: InspectedDealAnswer
    events: list[DealEventAnswer]


@router.get(
    "/demand/{period}/inspection", response=InspectionAnswer, summary="Inspect the pipeline"
)
def show_inspection(
    request: HttpRequest, period: str, wanted: Query[InspectionWanted]
) -> dict[str, Any]:
    """Totals, coverage and slips of what the token's owner sees; the deals are a list of their
    own."""
    asked = _ask(period, wanted.as_of)
    visitor = access.get_visitor(request)
    inspection = inspections.inspect(asked)
    deals = inspections.list_visible(inspection, visitor)
    return answer_overview(
        asked.build.id,
        replace(inspection, limits=inspections.list_limits(inspection, deals)),
        sum_up(deals),
        inspections.list_coverage(asked, visitor),
        inspections.list_slips(asked, visitor),
    )


@router.get(
    "/demand/{period}/inspection/deals",
    response=InspectedDeals,
    summary="List open deals, the most at stake first",
)
def list_inspected_deals(
    request: HttpRequest, period: str, wanted: Query[DealsWanted]
) -> dict[str, Any]:
    """Those that the token's owner sees, each with what stands out about it."""
    asked = _ask(period, wanted.as_of)
    inspection = inspections.inspect(asked)
    places = {name: getattr(wanted, name) for name in ("rep", "team", "region", "stage")}
    seen = inspections.list_visible(inspection, access.get_visitor(request))
    numbered = list(enumerate(select(seen, wanted.flag, places)))
    scope = f"inspection:{asked.build.id}:{asked.period}:{asked.as_of}:{wanted.flag}:{places}"
    shown, following = paging.cut_page(numbered, lambda each: (each[0],), wanted, scope)
    return paging.answer_page([answer_deal(deal) for _, deal in shown], following)


@router.get(
    "/demand/{period}/inspection/deal",
    response=DealWithEvents,
    summary="Get an open deal with its time line",
)
def show_inspected_deal(
    request: HttpRequest, period: str, wanted: Query[DealWanted]
) -> dict[str, Any]:
    """By its id in the source; where there are several sources, with the source and a colon before
    it."""
    asked = _ask(period, wanted.as_of)
    inspection = inspections.inspect(asked)
    try:
        deal = inspections.get_deal(inspection, wanted.id, access.get_visitor(request))
    except UnknownDeal as error:
        raise Problem(404, str(error)) from None
    events = inspections.list_events(asked, deal.id)
    return {"deal": answer_deal(deal), "events": answer_events(events)}


def _ask(period: str, as_of: date | None) -> AskedInspection:
    try:
        return inspections.ask(get_workspace(), period, as_of=as_of, today=now().date())
    except NoBuild as error:
        raise Problem(404, str(error)) from None
