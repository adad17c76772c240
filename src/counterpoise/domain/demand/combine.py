"""Puts the two legs together, by how each did on origins that are finished.

The combination is w · pipeline + (1 - w) · series, with the w that would have had the least squared
error (Granger & Ramanathan 1984, held between 0 and 1), leaning on a prior weight as if `prior`
origins had shown it: with little evidence the prior decides (Diebold & Pauly 1990).

Weekly origins overlap. Over a span of T days, windows of h days hold about 1 + 1.5 · T / h separate
windows' worth of evidence on a squared error, for overlapping windows estimate a variance one and
a half times as well as separate ones (Lo & MacKinlay 1989).
"""

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.ranges import OVERLAP_GAIN

LEGS = ("pipeline survival", "time series alone")


def weigh_pipeline_leg(
    forecast: NDArray[np.float64],
    actual: NDArray[np.float64],
    separate_origins: float,
    prior_weight: float,
    prior_origins: float,
) -> float:
    """The weight of the first of LEGS. forecast: finished origins × legs; actual: by origin."""
    if len(actual) == 0:
        return prior_weight
    apart = forecast[:, 0] - forecast[:, 1]
    size = float((apart**2).mean())
    if size == 0:
        return prior_weight
    best = float((apart * (actual - forecast[:, 1])).mean()) / size
    leaned = (separate_origins * best + prior_origins * prior_weight) / (
        separate_origins + prior_origins
    )
    return min(max(leaned, 0.0), 1.0)


def count_separate(origins: NDArray[np.int64], days: int) -> float:
    """How many separate windows of `days` the finished origins, in days, are worth."""
    if len(origins) == 0:
        return 0.0
    return 1.0 + OVERLAP_GAIN * float(origins.max() - origins.min()) / days
