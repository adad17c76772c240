"""Open leads in the reach of a token's owner, and the chance of each to become an opportunity."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import lead_scores
from counterpoise.actions.lead_score_answers import answer_lead, answer_scores
from counterpoise.actions.lead_scores import AskedLeads, NoLeads, UnknownLead
from counterpoise.domain.demand.funnel import TooFewConversions
from counterpoise.domain.tables.lead_score import LeadScores, LeadTrait
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Name
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])


class ScoresWanted(Schema):
    """as_of: the day whose knowledge counts; without one, the last day of the data."""

    as_of: date | None = None


class ScoredLeadsWanted(paging.Page):
    """owner, source: by name."""

    as_of: date | None = None
    owner: str = Field("", max_length=200)
    source: str = Field("", max_length=200)


class ScoredLeadWanted(ScoresWanted):
    id: Name


class ScoreTestAnswer(Schema):
    """Leads that were open on earlier days, by what was known then. brier: mean squared error of
    the chance; auc: how often one that became an opportunity had the higher chance; the same of the
    plain rate of the source at the lead's age. n: leads; came: how many became opportunities."""

    days: int
    origins: int
    n: int
    came: int
    brier: float
    plain_brier: float
    auc: float | None
    plain_auc: float | None


class ScoreTenthAnswer(Schema):
    """Leads whose chance was said to be from (tenth - 1) / 10 up to tenth / 10: its mean, and the
    share of them that became opportunities."""

    days: int
    tenth: int
    n: int
    said: float
    came: float


class LeadScoresAnswer(Schema):
    """is_scored: whether chances are the score's; else the plain rate of the source is said.
    expected: opportunities out of the open leads that the token's owner sees, by days ahead.
    learned: leads that became opportunities, which the scores rest on."""

    build: str
    as_of: date
    is_scored: bool
    learned: int
    open_leads: int
    expected: dict[str, float]
    tests: list[ScoreTestAnswer]
    tenths: list[ScoreTenthAnswer]
    notes: list[str]


class LeadFactorAnswer(Schema):
    """times: what the lead's trait multiplies the rate of becoming an opportunity in the first
    thirty days by; null for its age. chances: with this and all that stands before it."""

    of: LeadTrait
    value: str
    times: float | None
    chances: dict[str, float]


class ScoredLeadAnswer(Schema):
    """chances: to become an opportunity, by days ahead; plain: the rate of its source at its age.
    factors: what the chances come from, the last being all that is known."""

    id: str
    name: str
    company: str
    owner: str
    team: str
    status: str
    source: str
    country: str
    region: str
    industry: str
    created_on: date
    age_days: int
    last_touch_on: date | None
    chances: dict[str, float]
    plain: dict[str, float]
    factors: list[LeadFactorAnswer]
    why: str | None


class ScoredLeads(Schema):
    items: list[ScoredLeadAnswer]
    next: str | None


@router.get(
    "/demand/lead-scores", response=LeadScoresAnswer, summary="Say how scores of open leads did"
)
def show_lead_scores(request: HttpRequest, wanted: Query[ScoresWanted]) -> dict[str, Any]:
    """And how many opportunities the leads that the token's owner sees are expected to become; the
    leads are a list of their own."""
    asked = _ask(wanted.as_of)
    scores = _score(asked)
    seen = lead_scores.list_visible(scores, access.get_visitor(request))
    return answer_scores(asked.build.id, scores, seen)


@router.get(
    "/demand/lead-scores/leads",
    response=ScoredLeads,
    summary="List open leads, the best chance first",
)
def list_scored_leads(request: HttpRequest, wanted: Query[ScoredLeadsWanted]) -> dict[str, Any]:
    """Those that the token's owner sees, each with why."""
    asked = _ask(wanted.as_of)
    seen = lead_scores.list_visible(_score(asked), access.get_visitor(request))
    chosen = lead_scores.select(seen, wanted.owner, wanted.source)
    scope = f"lead-scores:{asked.build.id}:{asked.as_of}:{wanted.owner}:{wanted.source}"
    numbered = list(enumerate(chosen))
    shown, following = paging.cut_page(numbered, lambda each: (each[0],), wanted, scope)
    return paging.answer_page([answer_lead(lead) for _, lead in shown], following)


@router.get(
    "/demand/lead-scores/lead", response=ScoredLeadAnswer, summary="Get an open lead's score"
)
def show_scored_lead(request: HttpRequest, wanted: Query[ScoredLeadWanted]) -> dict[str, Any]:
    """By its id in the source; where there are several sources, with the source and a colon before
    it."""
    scores = _score(_ask(wanted.as_of))
    try:
        return answer_lead(lead_scores.get_lead(scores, wanted.id, access.get_visitor(request)))
    except UnknownLead as error:
        raise Problem(404, str(error)) from None


def _ask(as_of: date | None) -> AskedLeads:
    try:
        return lead_scores.ask(get_workspace(), as_of=as_of, today=now().date())
    except NoBuild as error:
        raise Problem(404, str(error)) from None


def _score(asked: AskedLeads) -> LeadScores:
    try:
        return lead_scores.score(asked)
    except (NoLeads, TooFewConversions) as error:
        raise Problem(404, str(error)) from None
