"""The days ahead of a forecast, put into the months of its period."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS
from counterpoise.domain.demand.origins import HORIZONS
from counterpoise.domain.tables.deals import day_number
from counterpoise.domain.values.period import Period

QUARTER_DAYS = 92
"""The longest quarter: its days lie as far ahead as those of the longest back-tested horizon."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """month_of_day: for each day after the as-of day up to the period's last, its month's place in
    the period, or -1 for days before it. months: how many the period has."""

    months: tuple[Period, ...]
    month_of_day: NDArray[np.int64]

    @property
    def last_day(self) -> int:
        """How many days ahead the period ends; 0 when it is over."""
        return len(self.month_of_day)

    @property
    def horizon(self) -> int:
        """The place in HORIZONS nearest to the period's end."""
        return int(np.argmin(np.abs(np.array(HORIZONS) - self.last_day)))

    @property
    def blocks(self) -> NDArray[np.int64]:
        """The block of BLOCK_DAYS that each month's middle day ahead lies in."""
        middle = [
            np.flatnonzero(self.month_of_day == each).mean() if each in self.month_of_day else 0
            for each in range(len(self.months))
        ]
        block = np.minimum(np.array(middle) // BLOCK_DAYS, BLOCKS - 1)
        return np.asarray(block, dtype=np.int64)

    @property
    def lead_stretch(self) -> float:
        """How much wider than at the longest back-tested horizon: with the square root of the
        lead, for what drifts adds up step by step (a random walk's spread)."""
        days = np.flatnonzero(self.month_of_day >= 0)
        tested = (QUARTER_DAYS - 1) / 2
        return float(np.sqrt(max(days.mean() / tested, 1.0))) if len(days) else 1.0

    def sum_by_month(self, daily: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = self.month_of_day >= 0
        total = np.bincount(self.month_of_day[inside], daily[inside], len(self.months))
        return np.asarray(total, dtype=np.float64)


def lay_out(period: Period, as_of: date) -> Windows:
    months = period.months
    starts = np.array([day_number(month.start) for month in months])
    days = np.arange(day_number(as_of) + 1, day_number(period.end))
    return Windows(months, np.searchsorted(starts, days, side="right").astype(np.int64) - 1)
