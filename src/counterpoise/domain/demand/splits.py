"""The same whole, split by team, by segment or by lead source instead of by region and product.

Each split is the same pipeline leg, learned and simulated over its own members, and then made to
agree with the whole: month by month, what is won, what open deals bring and what is yet to come are
shared out to the cent in proportion to what the members' own look ahead says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.cells import CENT, Outcome
from counterpoise.domain.demand.rounding import round_table
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.tables.forecast import QUANTILE_LEVELS, SPLITS, Cell, Expectation

LEVELS = np.array([float(level) for level in QUANTILE_LEVELS])


def split_whole(
    outcome: Outcome, segments: Segments, name: str, whole: Sequence[Cell]
) -> Iterator[Cell]:
    """segments: the members of the split dimension. whole: its cell of each month, in order."""
    for place, cell in enumerate(whole):
        won = share_out(cell.won, outcome.known[:, place])
        open_parts = share_out(cell.from_open - cell.won, outcome.from_open[:, place])
        new = share_out(cell.mean - cell.from_open, outcome.from_new[:, place])
        for member, (label, _) in enumerate(segments.names):
            mean = won[member] + open_parts[member] + new[member]
            yield Cell(
                measure=outcome.measure,
                month=cell.month,
                by=((name, label),),
                mean=mean,
                quantiles=_spread(outcome.paths[:, member, place], won[member], mean),
                from_open=won[member] + open_parts[member],
                won=won[member],
            )


def share_out(total: Decimal, shares: NDArray[np.float64]) -> list[Decimal]:
    """In whole cents that add up to `total`; evenly where nothing says how. total: in cents."""
    exact = [Fraction(float(each)) for each in shares]
    if not sum(exact):
        exact = [Fraction(1)] * len(exact)
    cents, whole = Fraction(total) / Fraction(CENT), sum(exact)
    found = round_table(
        {(f"{place:06}", ""): cents * each / whole for place, each in enumerate(exact)}
    )
    return [count * CENT for count in found.values()]


def follow(splits: Sequence[Cell], now: Sequence[Cell]) -> tuple[Cell, ...]:
    """The splits of a whole that overrides or launches moved: what is ahead of each member moves in
    proportion, evenly where nothing is; what a member has won stays.
    """
    whole = {(each.measure, each.month): each for each in now if not each.by}
    moved: list[Cell] = []
    for name in SPLITS:
        mine = [each for each in splits if each.by[0][0] == name]
        for key in dict.fromkeys((each.measure, each.month) for each in mine):
            members = [each for each in mine if (each.measure, each.month) == key]
            moved += _move(members, whole[key])
    return tuple(moved)


def stretch(level: Decimal, before: Cell | Expectation, ahead: Decimal) -> Decimal:
    """A level of the range, as far beyond what is won as the mean is now; the mean where there was
    nothing to stretch."""
    if before.mean == before.won:
        return before.won + ahead
    beyond = (level - before.won) * ahead / (before.mean - before.won)
    return before.won + beyond.quantize(CENT, ROUND_HALF_EVEN)


def _move(members: Sequence[Cell], whole: Cell) -> Iterator[Cell]:
    if sum(each.mean for each in members) == whole.mean:
        yield from members
        return
    won = sum((each.won for each in members), Decimal(0))
    ahead = share_out(whole.mean - won, np.array([float(each.mean - each.won) for each in members]))
    opens = share_out(whole.from_open, np.array([float(each.from_open) for each in members]))
    for each, more, from_open in zip(members, ahead, opens, strict=True):
        yield replace(
            each,
            mean=each.won + more,
            from_open=from_open,
            quantiles=tuple(stretch(level, each, more) for level in each.quantiles),
        )


def _spread(paths: NDArray[np.float64], won: Decimal, mean: Decimal) -> tuple[Decimal, ...]:
    """The quantiles of the paths, moved to the mean; what is won already is sure."""
    now, ahead = float(paths.mean()), float(mean - won)
    scaled = paths * (ahead / now) if now > 0 else np.full(len(paths), ahead)
    found = np.quantile(scaled, LEVELS)
    return tuple(won + Decimal(repr(float(each))).quantize(CENT, ROUND_HALF_EVEN) for each in found)
