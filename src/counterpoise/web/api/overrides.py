"""Overrides and locks of the forecast: what people put in its place, and what keeps a figure."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import locks, overrides
from counterpoise.actions.answers import answer_override, answer_preview
from counterpoise.actions.locks import LockWish
from counterpoise.actions.override_wishes import Contradiction, Wish
from counterpoise.domain.tables.override import FigureKey, OverrideKind
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import overrides as stored
from counterpoise.store.overrides import CellChanged, KeptOverride
from counterpoise.web import access
from counterpoise.web.api import paging, runs
from counterpoise.web.api.forms import Amount, Day, Members, Name, Sent, Words
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import now

router = Router(tags=["demand"])


class OverrideAnswer(Schema):
    """statistical: what stood there without overrides when it was made. month: empty for the whole
    period. amount: what it meant then; a difference and a factor follow the statistics of each run
    by `change`, which is an amount or percent. A lock keeps the figure at the amount. expires_on:
    the last as-of day that it holds. is_firm: it holds beside the others; one that does not counts
    in the order in which it was made. currency: of its money; empty where nobody kept it."""

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
    kind: OverrideKind = "absolute"
    change: Amount = "0"
    expires_on: date | None = None
    is_firm: bool = False
    currency: str = ""


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
    month: Day | None = Field(description="The first day of the month; null for the whole period.")
    by: dict[Name, Name] = Field(default_factory=dict, max_length=2)
    kind: Literal["absolute", "difference", "factor"] = "absolute"
    amount: str = Field(
        pattern=r"^[+-]?\d{1,15}(\.\d{1,2})?$",
        description="Decimal text, as the kind takes it: the new amount, 0 or more; what a"
        " difference adds (or, below 0, takes away); by how many percent a factor is up or down.",
    )


class NewOverride(PreviewWish):
    """replaces: the id of the override that holds for the figure now, null where none does; where
    someone else was faster, the answer is 409 and shows theirs. expires_on: the last as-of day that
    it holds; null leaves that to the rulebook. replaces_others: those that it cannot hold beside
    are withdrawn with it; otherwise the answer is 409 and shows them."""

    reason: Name
    comment: Words
    replaces: int | None = Field(None, ge=1, le=2**62)
    expires_on: Day | None = None
    replaces_others: bool = False


class NewLock(Sent):
    """month: null for the whole period. The figure keeps what is expected of it now."""

    measure: Literal["won_revenue", "won_deals"]
    month: Day | None
    by: dict[Name, Name] = Field(default_factory=dict, max_length=2)
    comment: Words
    expires_on: Day | None = None


class EffectAnswer(Schema):
    """by is empty for the whole company; month is null for the whole period."""

    measure: str
    month: date | None
    by: Members
    before: Amount
    after: Amount


class PreviewAnswer(Schema):
    """effects: every figure that would move, from the widest to the one that is overridden.
    contradicts: those that it cannot hold beside; the effects are those of it in their place."""

    effects: list[EffectAnswer]
    notes: list[str]
    contradicts: list[OverrideAnswer]


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
        kind=new.kind,
        expires_on=new.expires_on,
        replaces_others=new.replaces_others,
    )
    try:
        made = overrides.make_override(wish, access.get_visitor(request), now=now())
    except CellChanged as error:
        raise _say_changed(error) from None
    except Contradiction as error:
        opponents = [answer_override(each) for each in error.opponents]
        raise Problem(409, str(error.args[0]), current={"overrides": opponents}) from None
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
    wish = Wish(wanted, _read_cell(new), Decimal(new.amount), reason="", comment="", kind=new.kind)
    shown = overrides.preview(outlook, wish, access.get_visitor(request), now=now())
    return answer_preview(shown)


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


@router.post("/demand/{period}/locks", response={201: OverrideAnswer}, summary="Lock a figure")
def lock_figure(request: HttpRequest, period: str, new: NewLock) -> Status[Any]:
    """It keeps its amount whatever is overridden around it. It stands in the list of overrides."""
    wish = LockWish(runs.read_period(period), _read_cell(new), new.comment, new.expires_on)
    try:
        made = locks.lock_figure(wish, access.get_visitor(request), now=now())
    except CellChanged as error:
        raise _say_changed(error) from None
    return Status(201, answer_override(made))


@router.post(
    "/demand/{period}/locks/{int:override_id}/unlock",
    response=OverrideAnswer,
    summary="Unlock a figure",
)
def unlock_figure(request: HttpRequest, period: str, override_id: int) -> dict[str, Any]:
    """The figure is then again what the statistics and the overrides make of it."""
    visitor = access.get_visitor(request)
    wanted = runs.read_period(period)
    try:
        found = locks.unlock_figure(wanted, override_id, visitor, now=now())
    except CellChanged as error:
        raise _say_changed(error) from None
    return answer_override(found)


def _read_cell(new: PreviewWish | NewLock) -> FigureKey:
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
