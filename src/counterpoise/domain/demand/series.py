"""The time-series leg: what was won week by week (or month by month), carried forward.

Half of it is the median of the methods that carry every series. Steps are counted back from the
as-of day, so no step is ever half seen: a twelfth of a year each, with the year as season, once two
years are there; weeks with the quarter as season before that. The other half repeats the last
quarter day by day (seasonal naive): selling follows quarters, and the methods need several of them
to see one.
"""

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods

WEEK = 7.0
MONTH = 365.25 / 12
STEPS_FOR_MONTHS = 24
SEASON_WEEKS = 13
SEASON_MONTHS = 12
FEWEST_STEPS = 6
QUARTER_DAYS = 91


def carry_forward(daily: NDArray[np.float64], days_ahead: int) -> NDArray[np.float64]:
    """What each day ahead is expected to bring; daily: what each day brought, today last.

    With too few steps to learn from, the mean of what there is.
    """
    if len(daily) < FEWEST_STEPS * WEEK or not daily.any():
        return np.full(days_ahead, daily.mean() if len(daily) else 0.0)
    return (_carry_steps(daily, days_ahead) + _repeat_quarter(daily, days_ahead)) / 2.0


def _repeat_quarter(daily: NDArray[np.float64], days_ahead: int) -> NDArray[np.float64]:
    if len(daily) < QUARTER_DAYS:
        return np.full(days_ahead, daily.mean())
    return np.resize(daily[-QUARTER_DAYS:], days_ahead)


def _carry_steps(daily: NDArray[np.float64], days_ahead: int) -> NDArray[np.float64]:
    monthly = len(daily) >= STEPS_FOR_MONTHS * MONTH
    step, season = (MONTH, SEASON_MONTHS) if monthly else (WEEK, SEASON_WEEKS)
    history = _count_steps(daily, step)
    if np.ptp(history) == 0:
        return np.full(days_ahead, history[0] / step)
    steps_ahead = int(np.ceil(days_ahead / step)) + 1
    said = methods.carry_forward(history, steps_ahead, season if len(history) >= 2 * season else 1)
    found = methods.combine(said)
    total = np.concatenate([[0.0], np.cumsum(np.maximum(found, 0.0))])
    by_day = np.interp(np.arange(days_ahead + 1), np.arange(steps_ahead + 1) * step, total)
    return np.asarray(np.diff(by_day), dtype=np.float64)


def _count_steps(daily: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Sums over whole steps, oldest first; days older than a whole step are left out."""
    steps = int(len(daily) / step)
    edges = len(daily) - np.rint(np.arange(steps, -1, -1) * step).astype(np.int64)
    total = np.concatenate([[0.0], np.cumsum(daily)])
    return np.asarray(np.diff(total[edges]), dtype=np.float64)
