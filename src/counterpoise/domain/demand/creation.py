"""The pipeline to come: how many deals a day will be created, and in which segments.

The rate is what was created in the recent window, divided by what the calendar explains of it;
days ahead get it back times their own calendar factors (weekday; Ramadan, Eid and month of the
year once there are two years). Mix by segment: the window's, leaning on the whole history's.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.calendar import Calendar, Factors, fit_factors
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.tables.deals import Deals, day_number

SMOOTHING_DAYS = 91
SMOOTHING_DAYS_WITH_SEASONS = 365
SHORTEST_WINDOW_DAYS = 28


@dataclass(frozen=True, slots=True, eq=False)
class Creation:
    """a_day: deals created on a day without calendar effects. share: by segment, adds up to 1.

    dispersion: variance of weekly counts over their mean, 1 for a Poisson stream. scale: what leads
    make of the rate in each block of BLOCK_DAYS ahead (leading.py); 1 without them, and later.
    """

    a_day: float
    calendar: Factors
    share: NDArray[np.float64]
    dispersion: float
    scale: NDArray[np.float64] = field(default_factory=lambda: np.ones(BLOCKS))

    def ahead(self, calendar: Calendar) -> NDArray[np.float64]:
        """Deals expected to be created on each day of `calendar`, which begins tomorrow."""
        found = np.asarray(self.a_day * self.calendar.of(calendar), dtype=np.float64)
        block = np.arange(len(found)) // BLOCK_DAYS
        scale = np.append(self.scale, 1.0)[np.minimum(block, BLOCKS)]
        return np.asarray(found * scale, dtype=np.float64)


def fit_creation(
    deals: Deals, segments: Segments, first_day: int, calendar: Calendar, settings: Settings
) -> Creation:
    """first_day: from when on deals were all recorded, closed ones included."""
    today = day_number(deals.as_of)
    start = min(first_day, today - SHORTEST_WINDOW_DAYS + 1)
    fresh = deals.created >= start
    counted = np.bincount(deals.created[fresh] - start, minlength=today - start + 1).astype(float)
    known = calendar.slice(start, len(counted))
    factors = fit_factors(counted, _level(counted), known, settings.calendar_prior_periods)
    window = slice(max(len(counted) - settings.creation_window_days, 0), None)
    explained = factors.of(known)
    weeks = _whole_weeks(counted[window]), _whole_weeks(explained[window])
    return Creation(
        a_day=float(counted[window].sum() / explained[window].sum()),
        calendar=factors,
        share=_shares(deals, segments, today - settings.creation_window_days, settings),
        dispersion=_dispersion(*weeks),
    )


def _level(counted: NDArray[np.float64]) -> NDArray[np.float64]:
    """A centred moving average, cut short at both ends."""
    long = len(counted) >= 2 * SMOOTHING_DAYS_WITH_SEASONS
    half = (SMOOTHING_DAYS_WITH_SEASONS if long else SMOOTHING_DAYS) // 2
    total = np.concatenate([[0.0], np.cumsum(counted)])
    days = np.arange(len(counted))
    low, high = np.maximum(days - half, 0), np.minimum(days + half + 1, len(counted))
    return np.asarray((total[high] - total[low]) / (high - low), dtype=np.float64)


def _shares(
    deals: Deals, segments: Segments, after: int, settings: Settings
) -> NDArray[np.float64]:
    recent = np.bincount(segments.of_deal[deals.created > after], minlength=len(segments))
    ever = np.bincount(segments.of_deal, minlength=len(segments)) / len(deals)
    prior = settings.segment_prior_deals
    return np.asarray((recent + prior * ever) / (recent.sum() + prior), dtype=np.float64)


def _whole_weeks(daily: NDArray[np.float64]) -> NDArray[np.float64]:
    weeks = len(daily) // 7
    return np.asarray(daily[len(daily) - 7 * weeks :].reshape(weeks, 7).sum(axis=1))


def _dispersion(counted: NDArray[np.float64], explained: NDArray[np.float64]) -> float:
    """Pearson's chi-square over its degrees of freedom, at least 1."""
    expected = explained * counted.sum() / explained.sum()
    if counted.sum() == 0 or len(counted) < 2:
        return 1.0
    return max(float(((counted - expected) ** 2 / expected).sum() / (len(counted) - 1)), 1.0)
