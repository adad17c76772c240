"""Demand: the forecast of the newest run of a period, and what people put in its place."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import exceptions, overrides
from counterpoise.actions.answers import answer_coverage, answer_exceptions, answer_override
from counterpoise.actions.coverage import judge_ranges
from counterpoise.actions.forecast_changes import explain_change
from counterpoise.actions.overrides import Wish
from counterpoise.actions.value_added import judge_overrides
from counterpoise.domain.tables.override import CellKey
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import overrides as stored
from counterpoise.store.overrides import CellChanged, KeptOverride
from counterpoise.web import access
from counterpoise.web.api import paging, runs
from counterpoise.web.api.forms import Amount, Day, Mark, Members, Name, Sent, Words
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


class EvidenceAnswer(Schema):
    backtest: list[BacktestAnswer]
    weights: dict[str, dict[str, float]]
    stage_weighted: Amount


class OverrideAnswer(Schema):
    """statistical: what stood there without overrides when it was made."""

    id: int
    period: str
    measure: str
    month: str
    by: Members
    amount: Amount
    statistical: Amount
    reason: str
    comment: str
    author: str
    role: str
    made_at: str


class ForecastAnswer(Schema):
    """forecast: with overrides in it. statistical: without; null where nobody overrode. splits: the
    whole by team, segment or lead source, each adding up to it; only teams that one may see."""

    as_of: str
    build: str
    currency: str
    forecast: list[CellAnswer]
    statistical: list[CellAnswer] | None
    splits: list[CellAnswer]
    overrides: list[OverrideAnswer]
    evidence: EvidenceAnswer
    notes: list[str]


class Demand(Mark):
    """demand: null where the step refused; then refusal says what is missing."""

    demand: ForecastAnswer | None
    refusal: str | None


class KeptOverrideAnswer(OverrideAnswer):
    """is_current: it holds now. replaced_by: the id of the one that took its place."""

    is_current: bool
    replaced_by: int | None
    withdrawn_at: datetime | None
    withdrawn_by: str


class Overrides(Schema):
    items: list[KeptOverrideAnswer]
    next: str | None


class PreviewWish(Sent):
    measure: Literal["won_revenue", "won_deals"]
    month: Day = Field(description="The first day of the month.")
    by: dict[Name, Name] = Field(default_factory=dict, max_length=2)
    amount: str = Field(pattern=r"^\d{1,15}(\.\d{1,2})?$", description="Decimal text, 0 or more.")


class NewOverride(PreviewWish):
    """replaces: the id of the override that holds for the figure now, null where none does; where
    someone else was faster, the answer is 409 and shows theirs."""

    reason: Name
    comment: Words
    replaces: int | None = Field(None, ge=1, le=2**62)


class EffectAnswer(Schema):
    """by is empty for the whole company; month is null for the whole period."""

    measure: str
    month: date | None
    by: Members
    before: Amount
    after: Amount


class PreviewAnswer(Schema):
    """effects: every figure that would move, from the widest to the one that is overridden."""

    effects: list[EffectAnswer]
    notes: list[str]


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


class CoverageLedgerAnswer(Schema):
    """waiting: ranges whose month is not over yet."""

    coverage: list[CoverageAnswer]
    waiting: int


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
    "/demand/{period}/overrides", response=Overrides, summary="List overrides, newest first"
)
def list_overrides(request: HttpRequest, period: str, page: Query[paging.Page]) -> dict[str, Any]:
    """Every one that was ever made in the period, whether it still holds or not."""
    wanted = runs.read_period(period)
    made = stored.list_history(wanted)
    shown, following = paging.cut_page(made, _order, page, f"overrides:{wanted}")
    return paging.answer_page([_answer_kept(each) for each in shown], following)


@router.post(
    "/demand/{period}/overrides", response={201: OverrideAnswer}, summary="Override a figure"
)
def make_override(request: HttpRequest, period: str, new: NewOverride) -> Status[Any]:
    """It counts in the next run of the cycle. The reason is one that the rulebook knows."""
    wish = Wish(
        period=runs.read_period(period),
        cell=_read_cell(new),
        amount=Decimal(new.amount),
        reason=new.reason,
        comment=new.comment,
        replaces=new.replaces,
    )
    try:
        made = overrides.make_override(wish, access.get_visitor(request), now=now())
    except CellChanged as error:
        raise _say_changed(error) from None
    return Status(201, answer_override(made))


@router.post(
    "/demand/{period}/overrides/preview",
    response=PreviewAnswer,
    summary="See what an override would do",
)
def preview_override(request: HttpRequest, period: str, new: PreviewWish) -> dict[str, Any]:
    """To its own figure and to all that are wider. Nothing is kept."""
    wanted = runs.check_run(period)
    outlook = overrides.find_outlook(wanted)
    if outlook is None:
        raise Problem(404, f"Nothing is forecast for {wanted}, so there is no figure to override.")
    wish = Wish(wanted, _read_cell(new), Decimal(new.amount), reason="", comment="")
    shown = overrides.preview(outlook, wish, access.get_visitor(request), now=now())
    effects = [{**to_plain(each), "by": dict(each.by)} for each in shown.effects]
    return {"effects": effects, "notes": to_plain(shown.notes)}


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
    """Of all runs, by what was forecast and how many months ahead it looked."""
    return answer_coverage(judge_ranges(get_workspace(), today=now().date()))


@router.post(
    "/demand/{period}/overrides/{int:override_id}/withdraw",
    response=OverrideAnswer,
    summary="Withdraw an override",
)
def withdraw_override(request: HttpRequest, period: str, override_id: int) -> dict[str, Any]:
    """The figure is then what the statistics and the other overrides make of it."""
    visitor = access.get_visitor(request)
    wanted = runs.read_period(period)
    try:
        found = overrides.withdraw_override(wanted, override_id, visitor, now=now())
    except CellChanged as error:
        raise _say_changed(error) from None
    return answer_override(found)


def _read_cell(new: PreviewWish) -> CellKey:
    return new.measure, new.month, tuple(sorted(new.by.items()))


def _answer_kept(kept: KeptOverride) -> dict[str, Any]:
    return {
        **answer_override(kept.override),
        "is_current": kept.is_current,
        "replaced_by": kept.replaced_by,
        "withdrawn_at": to_plain(kept.withdrawn_at),
        "withdrawn_by": kept.withdrawn_by,
    }


def _say_changed(error: CellChanged) -> Problem:
    current = error.current and answer_override(error.current)
    return Problem(409, str(error), current=current)


def _order(kept: KeptOverride) -> paging.Key:
    return (-kept.override.id,)
