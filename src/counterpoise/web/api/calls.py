"""Calls: what people say a period will bring, rolled up, and what became of such calls before."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from counterpoise.actions import call_record, calls
from counterpoise.actions.call_answers import (
    answer_biases,
    answer_call,
    answer_called,
    answer_consensus,
)
from counterpoise.actions.calls import Wish
from counterpoise.domain.values.period import Period
from counterpoise.web import access
from counterpoise.web.api.forms import Amount, Name, Sent, Words
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])
CALLED = r"^\d{1,15}(\.\d{1,2})?$"


class NewCall(Sent):
    """Amounts are of the whole period, what is won already included, in the company's currency."""

    scope: Literal["rep", "team"]
    name: Name = Field(description="Of the rep or the team, as the data spells it.")
    commit: str = Field(pattern=CALLED, description="Decimal text: what you stand for.")
    best_case: str = Field(pattern=CALLED, description="What may come, commit included.")
    pipeline: str | None = Field(None, pattern=CALLED, description="What all could bring.")
    comment: Words = ""


class CallAnswer(Schema):
    """voice: a rep's word on their own sales, or a manager's on a rep or a team. won: what was won
    already when it was made, by the data of as_of. currency: of its amounts, the company's when it
    was made; empty where nobody kept it."""

    id: int
    period: str
    scope: Literal["rep", "team"]
    name: str
    voice: Literal["rep", "manager"]
    commit: Amount
    best_case: Amount
    pipeline: Amount | None
    comment: str
    author: str
    made_at: datetime
    as_of: date
    won: Amount
    currency: str


class OpenCategoriesAnswer(Schema):
    """Open deals that are due in the period, by what the CRM says of them."""

    commit: Amount
    best_case: Amount
    pipeline: Amount
    omitted: Amount
    none: Amount


class CallExpectation(Schema):
    """Of the statistics, over the whole period, of their own deals. low to high: the 80 % range;
    null where too few deals are closed, or where the people of a team are not those of the run.
    call: where the call stands to that range; null without a call, and for a team while somebody
    has not called and no manager has."""

    mean: Amount
    low: Amount | None
    high: Amount | None
    closed_deals: int
    call: Literal["below", "within", "above", "unknown"] | None


class CallTotal(Schema):
    """Of a team with all teams beneath it. commit and best_case: of the people's own calls, null
    where nobody called. beneath: what is called right beneath: by its own people, and of each team
    there by its manager, else beneath that. missing: whose call that lacks. judgement: what the
    manager's call adds to it; null while one is missing. gap: what is called (the manager's word
    before what is beneath) less the target."""

    won: Amount
    open: OpenCategoriesAnswer
    commit: Amount | None
    best_case: Amount | None
    callers: int
    sellers: int
    manager: CallAnswer | None
    target: Amount | None
    gap: Amount | None
    beneath: Amount | None
    judgement: Amount | None
    missing: list[str]
    expected: CallExpectation | None


class CallTeam(CallTotal):
    """above: the team above it, as far as you see; level: how many of those stand above."""

    team: str
    above: str
    level: int


class CallSeller(Schema):
    rep: str
    team: str
    won: Amount
    open: OpenCategoriesAnswer
    own: CallAnswer | None
    manager: CallAnswer | None
    target: Amount | None
    gap: Amount | None
    is_missing: bool
    expected: CallExpectation | None


class CallRollUp(Schema):
    """left_out: people of your teams who sell in teams that you do not see, and count nowhere.
    history: every call that was ever made for the period, the newest first. notes: what else to
    know, such as calls in another currency, which count nowhere. expected_on: the day as of which
    the newest run expects something of people; null without one."""

    period: str
    as_of: date
    currency: str
    expected_on: date | None
    total: CallTotal
    teams: list[CallTeam]
    sellers: list[CallSeller]
    missing: list[str]
    left_out: int
    notes: list[str]
    history: list[CallAnswer]


class SubmitterAnswer(Schema):
    """high: by how much calls are above what comes, 0.12 is 12 % high; from_high to high: its 80 %
    range. A shrunken estimate of n finished periods; null where `said` gives the refusal."""

    submitter: str
    voice: Literal["rep", "manager"]
    every: Literal["month", "quarter"]
    n: int
    high: Amount | None
    from_high: Amount | None
    to_high: Amount | None
    said: str
    is_refused: bool


class ManagerValue(Schema):
    """How far what was called beneath a manager missed what came, and how far the manager did, over
    n finished calls for teams whose people had all called; added is the difference, low to high
    where it may lie by chance, at 95 %. manager: empty for all together. Null where the refusal
    says why."""

    manager: str
    every: Literal["month", "quarter"]
    n: int
    beneath_error: Amount | None
    manager_error: Amount | None
    added: Amount | None
    low: Amount | None
    high: Amount | None
    verdict: Literal["helped", "harmed", "not told apart"] | None
    refusal: str | None


class Submitters(Schema):
    submitters: list[SubmitterAnswer]
    managers: list[ManagerValue]


class SourceAnswer(Schema):
    """said: as it was said. value: with the callers' bias taken out, and not below what is won.
    error: how far off it was in finished periods, as a part of what came."""

    source: Literal["statistical", "calls", "managers"]
    said: Amount
    value: Amount
    error: Amount | None
    weight: Amount
    contribution: Amount


class ConsensusAnswer(Schema):
    """came: null until the period is over. finished_periods: what the weights were learned from; 0
    for equal weights."""

    period: str
    as_of: date
    currency: str
    consensus: Amount | None
    came: Amount | None
    finished_periods: int
    sources: list[SourceAnswer]
    notes: list[str]


@router.get("/demand/{period}/calls", response=CallRollUp, summary="Get the calls of a period")
def list_calls(request: HttpRequest, period: str) -> dict[str, Any]:
    """By team and seller, as far as you see people; the last call of each stands."""
    visitor, wanted = access.get_visitor(request), Period.parse(period)
    found = calls.find_called(get_workspace(), wanted, visitor, today=now().date())
    return answer_called(found)


@router.post("/demand/{period}/calls", response={201: CallAnswer}, summary="Submit a call")
def submit_call(request: HttpRequest, period: str, new: NewCall) -> Status[Any]:
    """For yourself, for a team that you lead, or for somebody in it. What you said before stays."""
    wish = Wish(
        period=Period.parse(period),
        scope=new.scope,
        name=new.name,
        commit=Decimal(new.commit),
        best_case=Decimal(new.best_case),
        pipeline=None if new.pipeline is None else Decimal(new.pipeline),
        comment=new.comment,
    )
    visitor = access.get_visitor(request)
    return Status(201, answer_call(calls.submit_call(get_workspace(), wish, visitor, now=now())))


@router.get("/submitters", response=Submitters, summary="Get how far people's calls are off")
def list_submitters(request: HttpRequest) -> dict[str, Any]:
    """Your own, and of those whom you see, by months and by quarters."""
    visitor, today = access.get_visitor(request), now().date()
    return answer_biases(
        call_record.judge_callers(get_workspace(), visitor, today=today),
        call_record.judge_managers(get_workspace(), visitor, today=today),
    )


@router.get(
    "/demand/{period}/consensus", response=ConsensusAnswer, summary="Get the consensus of a period"
)
def show_consensus(request: HttpRequest, period: str) -> dict[str, Any]:
    """Of the forecast, the calls and the managers' calls, with the weight of each. No plan is
    changed by it."""
    wanted = Period.parse(period)
    return answer_consensus(call_record.find_consensus(get_workspace(), wanted, today=now().date()))
