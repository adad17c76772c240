"""Overrides of the forecast: look at what one would do, make it, withdraw it.

The figures are those of the newest run of a period, with the overrides in them that hold now. A
plan keeps the overrides that its run was made with, so the cycle is run again after a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import numpy as np

from counterpoise.actions import kept, rules
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.tables.override import CellKey, InvalidOverride, Override
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, text
from counterpoise.store import launches, runs
from counterpoise.store import overrides as stored
from counterpoise.store.overrides import Draft
from counterpoise.store.runs import Heading

LONGEST_COMMENT = 5000


class UnknownCell(LookupError):
    """The newest forecast of a period has no such figure."""


class UnexplainedOverride(ValueError):
    """An override without a reason that the rulebook knows, or without a comment."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is expected of a period now. is_planned: the run was made with these overrides.
    has_portfolio: and with the launches and phase-outs that hold now."""

    run: Heading
    cycle: Cycle
    statistical: Forecast
    forecast: Forecast
    overrides: tuple[Override, ...]
    has_portfolio: bool = True

    @property
    def is_planned(self) -> bool:
        return {each.id for each in self.overrides} == {each.id for each in self.cycle.overrides}


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants in the place of a figure. replaces: the override that they saw there."""

    period: str
    cell: CellKey
    amount: Decimal
    reason: str
    comment: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """A figure that an override moves. by is empty for the whole; month None for the period."""

    measure: str
    month: date | None
    by: tuple[tuple[str, str], ...]
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """What an override would move, from the widest figure to its own, and what to know of it."""

    effects: tuple[Effect, ...]
    notes: tuple[Text, ...]


def find_outlook(period: str) -> Outlook | None:
    """None where no run of the period has a forecast that pages can read."""
    run = next(iter(runs.list_headings(period)), None)
    cycle = kept.find_cycle(run.id) if run else None
    if run is None or cycle is None or cycle.forecast is None:
        return None
    statistical = cycle.statistical or cycle.forecast
    held = stored.list_current(period)
    now = launches.list_current(before=cycle.period.end)
    return Outlook(
        run,
        cycle,
        statistical,
        _lay_over(run.id, run.ran_at, held),
        held,
        has_portfolio=now.ids == cycle.portfolio.ids,
    )


def find_cell(forecast: Forecast, cell: CellKey) -> Cell | None:
    measure, month, by = cell
    members = set(by)
    return next(
        (
            each
            for each in forecast.cells
            if each.measure == measure and each.month == month and set(each.by) == members
        ),
        None,
    )


def list_reasons(on: date) -> tuple[str, ...]:
    """The codes that the rulebook has for why a forecast is overridden."""
    written = rules.load_rulebook().get_text("override.reasons", on)
    return tuple(dict.fromkeys(each.strip() for each in written.split(",") if each.strip()))


def preview(outlook: Outlook, wish: Wish, visitor: Visitor, *, now: datetime) -> Preview:
    """What the override would do to its own figure and all that are wider. Nothing is kept.

    Raises UnknownCell and InvalidOverride.
    """
    wanted = _draft(outlook, wish).as_override(visitor.name, visitor.role, now, number=0)
    others = tuple(each for each in outlook.overrides if each.cell != wanted.cell)
    after = _apply(outlook.statistical, (*others, wanted))
    known = set(outlook.forecast.notes)
    notes = tuple(note for note in after.notes if note not in known)
    return Preview(tuple(_compare(outlook.forecast, after, wanted)), notes)


def make_override(wish: Wish, visitor: Visitor, *, now: datetime) -> Override:
    """Keep the override. Raises UnknownCell, InvalidOverride, UnexplainedOverride, or
    stored.CellChanged where someone else was first; then nothing is kept."""
    outlook = find_outlook(wish.period)
    if outlook is None:
        raise UnknownCell(
            text(
                "Nothing is forecast for {period}, so there is no figure to override. Run"
                " the cycle for it first.",
                period=wish.period,
            )
        )
    draft = _draft(outlook, wish)
    _check_explained(draft, now.date())
    draft.as_override(visitor.name, visitor.role, now)
    return stored.make(draft, author_id=visitor.id, role=visitor.role, at=now)


def withdraw_override(
    period: str, override_id: int, visitor: Visitor, *, now: datetime
) -> Override:
    """The figure is then what the statistics and the other overrides make of it.

    Raises stored.UnknownOverride, and stored.CellChanged for one that does not hold any more.
    """
    found = stored.get_override(period, override_id).override
    stored.withdraw(found, person_id=visitor.id, at=now)
    return found


def check_won(cell: Cell, amount: Decimal, as_of: date) -> None:
    """Raises InvalidOverride for less than what was won in the month already."""
    if 0 <= amount < cell.won:
        raise InvalidOverride(
            text(
                "{won} of it is won already, by {day}, so it cannot come to {amount}. Give at least"
                " what is won.",
                won=cell.won,
                day=as_of,
                amount=amount,
            )
        )


def _draft(outlook: Outlook, wish: Wish) -> Draft:
    measure, month, by = wish.cell
    cell: CellKey = (measure, month, tuple(sorted(by)))
    said = find_cell(outlook.statistical, cell)
    if said is None:
        of = " × ".join(member for _, member in by)
        raise UnknownCell(
            text(
                "The forecast of {period} has no {measure} of {of} in {month}. Choose a figure"
                " that it has."
                if of
                else "The forecast of {period} has no {measure} of the whole company in {month}."
                " Choose a figure that it has.",
                period=wish.period,
                measure=measure,
                of=of,
                month=f"{month:%Y-%m}",
            )
        )
    check_won(said, wish.amount, outlook.run.as_of)
    return Draft(
        period=wish.period,
        cell=cell,
        amount=wish.amount,
        statistical=said.mean,
        reason=wish.reason,
        comment=wish.comment.strip(),
        replaces=wish.replaces,
    )


def _check_explained(draft: Draft, on: date) -> None:
    reasons = list_reasons(on)
    if draft.reason not in reasons:
        raise UnexplainedOverride(
            text(
                "The reason is '{reason}'. The rulebook (override.reasons) knows: {listed}.",
                reason=draft.reason,
                listed=", ".join(reasons) or "none yet",
            )
        )
    if not 0 < len(draft.comment) <= LONGEST_COMMENT:
        raise UnexplainedOverride(
            text(
                "The comment has {count} letters. Write what you know that the data does"
                " not, in 1 to {longest_comment} letters.",
                count=len(draft.comment),
                longest_comment=LONGEST_COMMENT,
            )
        )


@lru_cache(maxsize=32)
def _lay_over(run_id: str, ran_at: datetime, held: tuple[Override, ...]) -> Forecast:
    """The run's statistical forecast with overrides; the time tells runs of one id apart."""
    cycle = kept.find_cycle(run_id)
    assert cycle is not None, "its caller has just read it"
    assert cycle.forecast is not None, "as above"
    if held == cycle.overrides:
        return cycle.forecast
    return _apply(cycle.statistical or cycle.forecast, held)


def _apply(statistical: Forecast, overrides: Sequence[Override]) -> Forecast:
    """What was kept has no sample paths, and needs none: its ranges are in its cells."""
    no_paths = np.empty((0, len(statistical.period.months)))
    return apply_overrides(replace(statistical, paths=no_paths), overrides)


def _compare(before: Forecast, after: Forecast, wanted: Override) -> list[Effect]:
    """The period's total, then each figure of the month that holds the cell, down to the cell."""
    effects = []
    for measure in dict.fromkeys((wanted.measure, "won_revenue", "won_deals")):
        totals = (
            sum((c.mean for c in f.cells if c.measure == measure and not c.by), Decimal(0))
            for f in (before, after)
        )
        effects.append(Effect(measure, None, (), *totals))
        now = {each.by: each.mean for each in after.cells if _holds(each, measure, wanted)}
        effects += [
            Effect(measure, each.month, each.by, each.mean, now[each.by])
            for each in sorted(before.cells, key=lambda cell: len(cell.by))
            if _holds(each, measure, wanted)
        ]
    return effects


def _holds(cell: Cell, measure: str, wanted: Override) -> bool:
    in_month = cell.measure == measure and cell.month == wanted.month
    return in_month and set(cell.by) <= set(wanted.by)
