"""Complex exponential smoothing (Svetunkov, Kourentzes & Ord 2022), of each series by itself: a
challenger. Level and trend are one complex number, so a series need not be said to have a trend.

On values whose season is taken out, as the methods are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods
from counterpoise.domain.time_series.seasons import shrink_season

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ComplexSmoothing:
    name: str = "complex smoothing"

    def carry(self, series: Sequence[Values], steps: int, season: int) -> list[Values]:
        return [methods.carry_with(shrink_season, _run, each, steps, season) for each in series]


def _run(values: Values, steps: int) -> Values:
    from statsforecast.models import AutoCES  # noqa: PLC0415 -- slow import

    return methods.run_model(AutoCES(season_length=1), values, steps)
