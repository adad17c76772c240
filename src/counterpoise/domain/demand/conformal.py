"""Ranges from how far off finished origins were: conformal prediction on log(actual / forecast).

Each finished origin scores |log(actual / forecast)| / scale, where scale is what the model itself
thought its spread was then (normalised split conformal prediction, Papadopoulos et al. 2002; Lei et
al. 2018). A range is forecast × exp(± quantile of the scores × scale now), moved so that the mean
of what may come stays the forecast: a good quarter is further above it than a bad one below. The
scores are mixed with prior ones, those of a normal distribution stretched beyond the model's own
spread: few origins widen a range, as they should, and many make the prior fade.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.ranges import find_quantiles

PRIOR_POINTS = 199
LEVELS = (np.arange(200) + 0.5) / 200
FURTHEST = 3.0
"""A log error beyond 3 (20 times too high or low) counts as 3: nothing sold has no logarithm."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Sizes of error in units of the model's own spread, rising, and how much each counts.

    focus: a range that shall hold a share aims at share ** focus of the errors; see adapting.
    """

    size: NDArray[np.float64]
    weight: NDArray[np.float64]
    focus: float = 1.0

    def quantile(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The size that this share of errors stays within."""
        return find_quantiles(self.size, self.weight, share)

    def stretch(self, level: NDArray[np.float64]) -> NDArray[np.float64]:
        """For quantile levels of the outcome: how many spreads above (or below) the forecast."""
        away = 2.0 * level - 1.0
        aim = np.abs(away) ** self.focus
        return np.asarray(np.sign(away) * self.quantile(aim), dtype=np.float64)

    def factors(self, level: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
        """What the outcome at each quantile level is of the forecast, their mean."""
        mean = np.exp(self.stretch(LEVELS) * spread).mean()
        return np.asarray(np.exp(self.stretch(level) * spread) / mean, dtype=np.float64)


def log_errors(forecast: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    tiny = np.finfo(np.float64).tiny
    ratio = np.log(np.maximum(actual, tiny)) - np.log(np.maximum(forecast, tiny))
    return np.asarray(np.clip(ratio, -FURTHEST, FURTHEST), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Prior:
    """What the prior scores count, in separate origins, and how far they reach, in spreads."""

    origins: float
    stretch: float


def score(
    errors: NDArray[np.float64], scale: NDArray[np.float64], separate_origins: float, prior: Prior
) -> Scores:
    """errors: log errors of finished origins; scale: the model's own spread at each of them."""
    from scipy.special import ndtri  # noqa: PLC0415 -- slow import

    levels = 0.5 + (np.arange(PRIOR_POINTS) + 0.5) / PRIOR_POINTS / 2
    size = np.concatenate([np.abs(errors) / scale, ndtri(levels) * prior.stretch])
    each = separate_origins / max(len(errors), 1)
    weight = np.repeat([each, prior.origins / PRIOR_POINTS], [len(errors), PRIOR_POINTS])
    order = np.argsort(size, kind="stable")
    return Scores(size[order], weight[order])
