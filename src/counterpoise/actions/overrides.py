"""Overrides of the forecast: look at what one would do, make it, withdraw it.

A new one holds beside those that hold already, or is refused with the names of those that it cannot
hold beside; it may take their place, but never that of a lock.

The figures are those of the newest run of a period, with the overrides in them that hold now. A
plan keeps the overrides that its run was made with, so the cycle is run again after a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import numpy as np

from counterpoise.actions import kept
from counterpoise.actions.override_wishes import (
    Contradiction,
    LockedFigure,
    UnknownCell,
    Wish,
    check_explained,
    draft,
)
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.demand.together import find_opponents
from counterpoise.domain.tables.figure import find_figure, list_figures
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.override import FigureKey, Override
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, text
from counterpoise.store import launches, runs, versions
from counterpoise.store import overrides as stored
from counterpoise.store.runs import Heading


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
class Effect:
    """A figure that an override moves. by is empty for the whole; month None for the period."""

    measure: str
    month: date | None
    by: tuple[tuple[str, str], ...]
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """What an override would move, from the widest figure to its own, and what to know of it.

    contradiction: those that it cannot hold beside; the effects are those of it in their place.
    """

    effects: tuple[Effect, ...]
    notes: tuple[Text, ...]
    contradiction: Contradiction | None = None


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


def find_lock(outlook: Outlook, cell: FigureKey) -> Override | None:
    """What keeps a figure as it is on the day of the forecast."""
    return next(
        (
            each
            for each in outlook.overrides
            if each.kind == "lock" and each.cell == cell and not each.is_expired(outlook.run.as_of)
        ),
        None,
    )


def preview(outlook: Outlook, wish: Wish, visitor: Visitor, *, now: datetime) -> Preview:
    """What the override would do to its own figure and all that are wider. Nothing is kept.

    Raises UnknownCell, InvalidOverride and LockedFigure.
    """
    wanted = draft(outlook.statistical, wish, now.date()).as_override(
        visitor.name, visitor.role, now
    )
    check_unlocked(outlook, wanted.cell)
    opponents = _find_opponents(outlook, wanted)
    others = [each for each in outlook.overrides if not _is_beside(each, wanted)]
    after = _apply(
        outlook.statistical, (*(each for each in others if each not in opponents), wanted)
    )
    known = set(outlook.forecast.notes)
    notes = tuple(note for note in after.notes if note not in known)
    contradiction = Contradiction(wanted, opponents) if opponents else None
    return Preview(tuple(_compare(outlook.forecast, after, wanted)), notes, contradiction)


def make_override(wish: Wish, visitor: Visitor, *, now: datetime) -> Override:
    """Keep the override. Raises UnknownCell, InvalidOverride, UnexplainedOverride, LockedFigure,
    Contradiction, or stored.CellChanged where someone else was first; then nothing is kept."""
    with versions.hold_changes():
        outlook = get_outlook(wish.period)
        wanted = draft(outlook.statistical, wish, now.date())
        check_explained(wanted, now.date())
        made = wanted.as_override(visitor.name, visitor.role, now)
        check_unlocked(outlook, made.cell)
        opponents = _find_opponents(outlook, made)
        if opponents:
            contradiction = Contradiction(made, opponents)
            if not (wish.replaces_others and contradiction.can_replace):
                raise contradiction
        return stored.make(
            wanted, author_id=visitor.id, role=visitor.role, at=now, instead_of=opponents
        )


def get_outlook(period: str) -> Outlook:
    """Raises UnknownCell where nothing is forecast."""
    outlook = find_outlook(period)
    if outlook is None:
        raise UnknownCell(
            text(
                "Nothing is forecast for {period}, so there is no figure to override. Run"
                " the cycle for it first.",
                period=period,
            )
        )
    return outlook


def withdraw_override(
    period: str, override_id: int, visitor: Visitor, *, now: datetime
) -> Override:
    """The figure is then what the statistics and the other overrides make of it.

    Raises stored.UnknownOverride, for a lock too, and stored.CellChanged for one that does not hold
    any more.
    """
    found = stored.get_override(period, override_id, is_lock=False).override
    stored.withdraw(found, person_id=visitor.id, at=now)
    return found


def check_unlocked(outlook: Outlook, cell: FigureKey) -> None:
    """Raises LockedFigure."""
    lock = find_lock(outlook, cell)
    if lock is not None:
        raise LockedFigure(lock)


def _find_opponents(outlook: Outlook, wanted: Override) -> tuple[Override, ...]:
    others = [each for each in outlook.overrides if not _is_beside(each, wanted)]
    return find_opponents(outlook.statistical, others, wanted)


def _is_beside(each: Override, wanted: Override) -> bool:
    """Of the same figure, so that a new one takes its place."""
    return each.cell == wanted.cell and each.kind != "lock"


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
    """The period's total, then each figure that holds the one that is overridden, down to it; of
    one over the whole period its months too."""
    effects = []
    for measure in dict.fromkeys((wanted.measure, "won_revenue", "won_deals")):
        was, now = _index(before, measure, wanted), _index(after, measure, wanted)
        effects += [Effect(measure, month, by, was[month, by], now[month, by]) for month, by in was]
    return effects


def _index(
    forecast: Forecast, measure: str, wanted: Override
) -> dict[tuple[date | None, tuple[tuple[str, str], ...]], Decimal]:
    whole = list_figures(forecast, measure, None)
    if wanted.month is None:
        figures = [each for each in whole if set(each.by) <= set(wanted.by)]
        months = sorted({cell.month for cell in forecast.cells})
        of_months = (find_figure(forecast, (measure, month, wanted.by)) for month in months)
        figures += [each for each in of_months if each is not None]
    else:
        in_month = list_figures(forecast, measure, wanted.month)
        figures = [each for each in whole if not each.by]
        figures += [each for each in in_month if set(each.by) <= set(wanted.by)]
    in_order = sorted(figures, key=lambda each: (each.month is not None, len(each.by)))
    return {(each.month, each.by): each.mean for each in in_order}
