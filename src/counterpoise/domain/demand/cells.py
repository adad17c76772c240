"""Cells for the whole, by region, by product and by both, that add up to the cent.

Only region × product is rounded; every wider cell is the exact sum of its parts. Quantiles do not
add up (parts are not all low at once): each cell's are those of its own paths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.tables.forecast import QUANTILE_LEVELS, Cell, Legs, Measure

CENT = Decimal("0.01")
By = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One measure: known, from_open and from_new by (segment, month); paths by (path, segment,
    month), without what is known.

    open_leg, new_leg: what the pipeline leg said of the two before the combination moved it, by
    (segment, month). series_leg: what history alone says of the days ahead of each month.
    """

    measure: Measure
    known: NDArray[np.float64]
    from_open: NDArray[np.float64]
    from_new: NDArray[np.float64]
    paths: NDArray[np.float64]
    open_leg: NDArray[np.float64]
    new_leg: NDArray[np.float64]
    series_leg: NDArray[np.float64]


def build_cells(
    outcome: Outcome, segments: Segments, grains: tuple[str, ...], months: tuple[date, ...]
) -> Iterator[Cell]:
    """grains: which of region and product the deals have."""
    open_part = _round(outcome.known + outcome.from_open)
    mean, won = open_part + _round(outcome.from_new), _round(outcome.known)
    levels = np.array([float(level) for level in QUANTILE_LEVELS])
    for by, members in _list_members(segments, grains):
        paths = outcome.paths[:, members].sum(axis=1) + outcome.known[members].sum(axis=0)
        quantiles = _round(np.quantile(paths, levels, axis=0))
        for place, month in enumerate(months):
            yield Cell(
                measure=outcome.measure,
                month=month,
                by=by,
                mean=sum(mean[members, place], Decimal(0)),
                quantiles=tuple(quantiles[:, place]),
                from_open=sum(open_part[members, place], Decimal(0)),
                won=sum(won[members, place], Decimal(0)),
            )


def build_legs(
    outcome: Outcome, segments: Segments, grains: tuple[str, ...], cells: Sequence[Cell]
) -> Iterator[Legs]:
    """cells: of the outcome, as `build_cells` gave them. Legs add up to wider ones as cells do."""
    said = {(cell.by, cell.month): cell for cell in cells}
    months = dict.fromkeys(cell.month for cell in cells)
    open_leg, new_leg = _round(outcome.open_leg), _round(outcome.new_leg)
    series = _round(outcome.known.sum(axis=0) + outcome.series_leg)
    for by, members in _list_members(segments, grains):
        for place, month in enumerate(months):
            yield Legs(
                measure=outcome.measure,
                month=month,
                by=by,
                open=sum(open_leg[members, place], Decimal(0)),
                new=sum(new_leg[members, place], Decimal(0)),
                series=None if by else series[place],
                combined=said[by, month].mean,
            )


def _list_members(
    segments: Segments, grains: tuple[str, ...]
) -> Iterator[tuple[By, NDArray[np.intp]]]:
    every = np.arange(len(segments))
    yield (), every
    names = np.array(segments.names, dtype=object).reshape(-1, 2)
    columns = {"region": names[:, 0], "product": names[:, 1]}
    for grain in grains:
        for label in dict.fromkeys(columns[grain]):
            yield ((grain, label),), np.flatnonzero(columns[grain] == label)
    if len(grains) == 2:
        for place, (region, product) in enumerate(segments.names):
            yield (("region", region), ("product", product)), every[place : place + 1]


def _round(amounts: NDArray[np.float64]) -> NDArray[np.object_]:
    """Decimals to the cent; an amount is rounded here and nowhere after."""
    rounded = [
        Decimal(repr(float(amount))).quantize(CENT, ROUND_HALF_EVEN) for amount in amounts.flat
    ]
    return np.array(rounded, dtype=object).reshape(amounts.shape)
