"""Paths of won deals by product and month, from the cells of a forecast, overrides included.

Each product and month follows its own cell's mean and quantiles. Products move together so far that
their sum is as wide as the cell of the whole says; a good month is partly passed on to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand.counts import (
    RANGE_80,
    draw_levels,
    match_whole,
    read_quantiles,
)
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.tables.forecast import Cell, Forecast

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DealPaths:
    """expected: as the cells say. drawn: (paths, products, months)."""

    products: tuple[str, ...]
    months: tuple[date, ...]
    expected: dict[tuple[str, date], Decimal]
    drawn: Floats


def draw_deals(forecast: Forecast, settings: Settings, rng: Generator) -> DealPaths:
    cells = forecast.product_cells("won_deals")
    whole = forecast.cells_by("won_deals", "")
    products = tuple(sorted({product for product, _ in cells}))
    months = tuple(month.start for month in forecast.period.months)
    spread = np.array([_spread([cells[each, month] for month in months]) for each in products])
    shared = match_whole(spread, spread**2, _spread([whole["", month] for month in months]))
    shape = len(products), len(months)
    common = draw_levels(settings.paths, 1, shape[1], settings.month_correlation, rng)
    own = draw_levels(settings.paths, *shape, settings.month_correlation, rng)
    place = _rank(np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own)
    drawn = [
        read_quantiles(
            np.array([float(cells[product, month].mean) for month in months]),
            np.array([cells[product, month].quantiles for month in months], dtype=np.float64).T,
            place[:, number],
        )
        for number, product in enumerate(products)
    ]
    expected = {key: cell.mean for key, cell in cells.items()}
    return DealPaths(products, months, expected, np.stack(drawn, axis=1))


def _spread(cells: Sequence[Cell]) -> Floats:
    return (
        np.array([float(each.quantile("0.9") - each.quantile("0.1")) for each in cells]) / RANGE_80
    )


def _rank(levels: Floats) -> Floats:
    """Where each path stands among all, between 0 and 1, member by member and month by month."""
    order = np.argsort(levels, axis=0, kind="stable")
    place = np.empty_like(levels)
    rising = np.broadcast_to(np.arange(len(levels))[:, None, None] + 0.5, levels.shape)
    np.put_along_axis(place, order, rising, axis=0)
    return place / len(levels)
