"""Ranges from how far off the same methods were on the newest periods of many series.

Split conformal prediction across series (Vovk et al. 2005; Lei et al. 2018): the last steps of each
series are held back and forecast from what came before them. The errors, in units of how much each
series moves from season to season, tell for every step ahead how far a truth lies from its
forecast. A trend learned from n periods is uncertain by √(1 + step / n) of what the periods
themselves add (the variance of a random walk with an estimated drift), so a longer history narrows
a range.

Where few series can be looked back on, errors of a random walk are mixed in: they widen a range, as
little evidence should, and fade with more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
OVERLAP_GAIN = 1.5
"""Looks back that overlap tell of errors one and a half times what separate ones do (Lo &
MacKinlay 1989)."""
PRIOR_SERIES = 3.0
"""What the errors of a random walk count, in series."""
PRIOR_POINTS = 99
PRIOR_SPREAD = 1.25
"""The standard deviation of a normal error whose mean size is 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """away: levels × steps, from the forecast, in units of a series' own scale. series: on how many
    it rests."""

    levels: tuple[float, ...]
    away: NDArray[np.float64]
    series: int


def measure_scale(values: NDArray[np.float64], season: int) -> float:
    """The mean size of the change from one season to the next: what MASE divides by (Hyndman &
    Koehler 2006). From period to period where there is less than a season and one value."""
    lag = season if len(values) > season + 1 else 1
    moved = np.abs(values[lag:] - values[:-lag])
    return float(moved.mean()) if len(moved) else 0.0


def grow_with_steps(steps: int, history: int) -> NDArray[np.float64]:
    """By how much more each step ahead is uncertain for a trend learned from `history` periods."""
    return np.sqrt(1.0 + np.arange(1, steps + 1) / history)


def learn_reach(
    errors: NDArray[np.float64],
    levels: Sequence[float] = LEVELS,
    *,
    steps: int,
    each_counts: float | NDArray[np.float64] = 1.0,
) -> Reach:
    """errors: looks back × steps, what came minus what was forecast, over scale and growth.

    each_counts: what a look back (or each of them) is worth, in series: less than 1 where they
    overlap.
    """
    from scipy.special import ndtri  # noqa: PLC0415 -- slow import

    found = errors.reshape(-1, steps)
    normal = ndtri((np.arange(PRIOR_POINTS) + 0.5) / PRIOR_POINTS) * PRIOR_SPREAD
    prior = normal[:, None] * np.sqrt(np.arange(1, steps + 1))
    counted = np.broadcast_to(each_counts, len(found))
    weight = np.concatenate([counted, np.full(PRIOR_POINTS, PRIOR_SERIES / PRIOR_POINTS)])
    every = np.concatenate([found, prior])
    wanted = np.asarray(levels)
    away = np.column_stack([find_quantiles(every[:, n], weight, wanted) for n in range(steps)])
    return Reach(tuple(levels), _smooth(away), len(found))


def spread_out(
    forecast: NDArray[np.float64],
    values: NDArray[np.float64],
    season: int,
    reach: Reach,
    unit: float | None = None,
) -> NDArray[np.float64]:
    """levels × steps: each level's value; none below zero where nothing ever was.

    unit: what the reach is in, where it is not the scale of the series.
    """
    scale = measure_scale(values, season) if unit is None else unit
    grown = scale * grow_with_steps(len(forecast), len(values))
    found = forecast + reach.away[:, : len(forecast)] * grown
    floor = 0.0 if values.min() >= 0 else -np.inf
    return np.asarray(np.maximum(found, floor), dtype=np.float64)


def find_quantiles(
    errors: NDArray[np.float64], weight: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of weighted errors, each in the middle of its weight."""
    order = np.argsort(errors, kind="stable")
    counted = weight[order]
    place = (np.cumsum(counted) - counted / 2) / counted.sum()
    return np.asarray(np.interp(levels, place, errors[order]), dtype=np.float64)


def _smooth(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each level as a smooth curve of the steps, so that one odd step does not show.

    The size is fitted as a polynomial of log(step) in logarithms; a level that changes sides on the
    way, as one near the middle does, stays as it was found.
    """
    steps = away.shape[1]
    one_sided = (np.sign(away) == np.sign(away[:, :1])).all(axis=1) & (away != 0).all(axis=1)
    if steps < 4 or not one_sided.any():
        return away
    log_step = np.log(np.arange(1, steps + 1))
    curve = np.column_stack([np.ones(steps), log_step, log_step**2][: 3 if steps > 6 else 2])
    sized = np.log(np.abs(away[one_sided]))
    fitted = np.linalg.lstsq(curve, sized.T, rcond=None)[0]
    smooth = away.copy()
    smooth[one_sided] = np.sign(away[one_sided]) * np.exp((curve @ fitted).T)
    return np.sort(smooth, axis=0)
