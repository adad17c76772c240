"""What would have been said on earlier days, held against what came: how methods are judged."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods, ranges
from counterpoise.domain.time_series.series import FEWEST, Series

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What the same methods said on an earlier day of the steps that came after it."""

    known: Values
    said: Values
    came: Values

    def measure_errors(self, season: int, unit: float | None = None) -> Values | None:
        """In units of what was known then; None where nothing had moved."""
        scale = ranges.measure_scale(self.known, season) if unit is None else unit
        if scale == 0:
            return None
        grown = ranges.grow_with_steps(len(self.said), len(self.known))
        return np.asarray((self.came - self.said) / scale / grown, dtype=np.float64)


def look_back(
    series: Series,
    steps: int,
    *,
    origins: int = 1,
    apart: int = 1,
    say: Callable[..., Values] | None = None,
) -> list[Past]:
    """From as many earlier days as the series is long enough for, the newest first, each `apart`
    steps before the one after it. say: (values, steps, season) to what is said; the median of all
    methods where it is not given."""
    carry = say or say_median
    found = []
    for back in range(steps, steps + origins * apart, apart):
        if len(series.values) < FEWEST + back:
            break
        known, came = series.values[:-back], series.values[len(series.values) - back :][:steps]
        found.append(Past(known, carry(known, steps, series.season), came))
    return found


def say_median(values: Values, steps: int, season: int) -> Values:
    return methods.combine(methods.carry_forward(values, steps, season))
