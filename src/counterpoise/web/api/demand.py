"""Demand: the forecast of the newest run of a period, and what people put in its place."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from counterpoise.actions import exceptions
from counterpoise.actions.answers import answer_coverage, answer_exceptions
from counterpoise.actions.coverage import judge_ranges
from counterpoise.actions.forecast_changes import explain_change
from counterpoise.actions.value_added import judge_overrides
from counterpoise.domain.tables.carried import Every
from counterpoise.domain.tables.leg_stack import LegKind
from counterpoise.domain.tables.published import RangeKind
from counterpoise.domain.values.plain import to_plain
from counterpoise.web import access
from counterpoise.web.api import runs
from counterpoise.web.api.forms import Amount, Mark, Members
from counterpoise.web.api.overrides import OverrideAnswer
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])


class CellAnswer(Schema):
    """mean and quantiles: in the forecast's currency for won_revenue, in deals for won_deals."""

    measure: str
    month: str
    by: Members
    mean: Amount
    quantiles: dict[str, Amount]
    from_open: Amount


class BacktestAnswer(Schema):
    """Shares: wmape 0.15 is 15 %; bias above 0 is too high."""

    method: str
    horizon_days: int
    origins: int
    wmape: float
    bias: float
    coverage_80: float | None


class LegPartAnswer(Schema):
    """won: in the month already; open: what open deals bring beyond it; new: what deals that are
    not there yet bring. The others add to that or take from it."""

    kind: LegKind
    amount: Amount


class LegStackAnswer(Schema):
    """What a month's figure is made of: the parts add up to the mean, to the cent. low to high: its
    80 % range. series: what history alone says of the month; null of a part of the company."""

    measure: str
    month: date
    by: Members
    parts: list[LegPartAnswer]
    mean: Amount
    low: Amount
    high: Amount
    series: Amount | None


class DealScoreAnswer(Schema):
    """Of the deals open on past days, "won within so many days". brier, log_loss: smaller is
    better. won_bias: deals said to be won over those that were, minus 1. wmape: of the value won,
    misses without sign over what came. null where nothing was won."""

    method: str
    horizon_days: int
    brier: float
    log_loss: float
    won_bias: float | None
    wmape: float | None


class DealContestAnswer(Schema):
    """A challenger of the chances of single deals. gain: by what share its Brier score was smaller
    than that of the method; gain_low: at least that, with 95 % confidence."""

    outcome: Literal["heard", "not heard", "refused"]
    gain: Amount | None
    gain_low: Amount | None
    days: int
    deals: int
    scores: list[DealScoreAnswer]
    why: str


class EvidenceAnswer(Schema):
    """challenger: where the rulebook lets one of single deals compete (challenger.deals)."""

    backtest: list[BacktestAnswer]
    weights: dict[str, dict[str, float]]
    stage_weighted: Amount
    challenger: DealContestAnswer | None = None


class ProductLineAnswer(Schema):
    """What a launch or phase-out (of the product `cause`) changes in the whole period; it is in the
    figures already."""

    kind: Literal["launch", "sisters", "phase_out", "successor"]
    product: str
    cause: str
    deals: Amount
    revenue: Amount


class ForecastAnswer(Schema):
    """forecast: with overrides in it. statistical: without; null where nobody overrode. splits: the
    whole by team, segment or lead source, each adding up to it; only teams that one may see.
    legs: what the whole company's figures are made of; none in a run that did not keep it."""

    as_of: str
    build: str
    currency: str
    forecast: list[CellAnswer]
    statistical: list[CellAnswer] | None
    splits: list[CellAnswer]
    overrides: list[OverrideAnswer]
    evidence: EvidenceAnswer
    notes: list[str]
    products: list[ProductLineAnswer] = Field(default_factory=list)
    legs: list[LegStackAnswer] = Field(default_factory=list)


class Demand(Mark):
    """demand: null where the step refused; then refusal says what is missing."""

    demand: ForecastAnswer | None
    refusal: str | None


class ValueAddedAnswer(Schema):
    """kind: author, role or reason. Errors are shares of what came, over the n figures that were
    overridden; added above 0: the overrides were nearer. low to high: where that may lie by chance,
    at 95 %; the verdict is told from chance. Null where the refusal says why."""

    kind: str
    name: str
    measure: str
    n: int
    statistical_error: Amount | None
    override_error: Amount | None
    added: Amount | None
    refusal: str | None
    low: Amount | None
    high: Amount | None
    verdict: Literal["helped", "harmed", "not told apart"] | None


class ValuesAdded(Schema):
    values: list[ValueAddedAnswer]


class ExceptionAnswer(Schema):
    """kind: moved (out of the range of the run before), missed (the newest finished month),
    overridden (by much) or uncertain. who: the role that should look. at_stake: in money."""

    kind: Literal["moved", "missed", "overridden", "uncertain"]
    who: str
    measure: str
    month: str
    by: Members
    at_stake: Amount
    why: str


class Exceptions(Schema):
    exceptions: list[ExceptionAnswer]


class ForecastChangeLine(Schema):
    """cause: won since, open deals, new ones yet to come, or overrides."""

    cause: Literal["won", "open", "new", "overrides"]
    money: Amount


class ForecastChangeAnswer(Schema):
    """before + the lines = now, to the cent."""

    before_as_of: date
    now_as_of: date
    before: Amount
    now: Amount
    lines: list[ForecastChangeLine]


class CoverageAnswer(Schema):
    """Of the ranges that should hold `share` of what comes. inside + below + above = n.

    kind: of forecasts, of series (measures carried forward) or of volumes, whose measure is their
    kind. every: how long the periods are; months_ahead: to the month that a period begins in.

    level: the dimensions of the figures, none for the whole company. found: inside / n; low to
    high: where it could be by chance, at 95 %. The verdict is "too few" of fewer than 8 months.
    """

    measure: str
    level: list[str]
    months_ahead: int
    share: Amount
    n: int
    months: int
    inside: int
    below: int
    above: int
    found: Amount
    low: Amount
    high: Amount
    verdict: Literal["as promised", "too narrow", "too wide", "too few"]
    kind: RangeKind
    every: Every


class UnscoredVolume(Schema):
    """Volumes that are published and never held against anything, and why."""

    kind: str
    level: list[str]
    why: str


class CoverageLedgerAnswer(Schema):
    """waiting: ranges whose period is not over yet. unmet: measures that the rulebook wants
    published and that cannot be carried forward, and why."""

    coverage: list[CoverageAnswer]
    waiting: int
    unscored: list[UnscoredVolume]
    unmet: list[str]


@router.get("/demand/{period}", response=Demand, summary="Get the forecast of a period")
def show_demand(request: HttpRequest, period: str) -> dict[str, Any]:
    """Of the newest run. Its evidence is the back-test against simpler methods."""
    run = runs.get_newest(period)
    found, refusal = runs.take_step(run, "demand")
    if found is not None:
        before: dict[str, Any] = {"statistical": None, "overrides": [], "splits": []}
        found = {**before, **found}  # older runs lack some of them
        found["splits"] = [each for each in found["splits"] if _may_see(request, each["by"])]
    return {**runs.mark(run), "demand": found, "refusal": refusal}


def _may_see(request: HttpRequest, by: dict[str, str]) -> bool:
    return "team" not in by or access.get_visitor(request).sees_person("", by["team"])


@router.get(
    "/demand/{period}/exceptions", response=Exceptions, summary="List what somebody should look at"
)
def list_exceptions(request: HttpRequest, period: str) -> dict[str, Any]:
    """In the newest forecast of the period; what is most at stake first."""
    wanted = runs.check_run(period)
    found = exceptions.list_exceptions(get_workspace(), wanted, today=now().date())
    if found is None:
        raise Problem(404, f"Nothing is forecast for {wanted}, so nothing stands out.")
    return {"exceptions": answer_exceptions(found)}


@router.get(
    "/demand/{period}/change",
    response=ForecastChangeAnswer,
    summary="Get what changed since the last run",
)
def show_change(request: HttpRequest, period: str) -> dict[str, Any]:
    """In won revenue of the whole period, from the newest run of an earlier day to the newest."""
    wanted = runs.check_run(period)
    found = explain_change(wanted)
    if found is None:
        raise Problem(404, f"No earlier day's run of {wanted} has a forecast to compare with.")
    answer: dict[str, Any] = to_plain(found)
    return answer


@router.get("/value-added", response=ValuesAdded, summary="Get whose overrides helped")
def list_value_added(request: HttpRequest) -> dict[str, Any]:
    """By author, role and reason, in all finished months that somebody overrode."""
    judged = judge_overrides(get_workspace(), today=now().date())
    return {"values": [{**to_plain(each), "verdict": each.verdict} for each in judged]}


@router.get("/coverage", response=CoverageLedgerAnswer, summary="Get whether published ranges held")
def show_coverage(request: HttpRequest) -> dict[str, Any]:
    """Of all that runs and people published, by what it was of and how many months ahead it looked.
    Of reps and teams for those who see everybody."""
    visitor = access.get_visitor(request)
    return answer_coverage(judge_ranges(get_workspace(), today=now().date(), visitor=visitor))
