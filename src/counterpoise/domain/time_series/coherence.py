"""Makes forecasts of parts and wholes agree, with the least error that past errors let expect.

Minimum-trace reconciliation (Wickramasuriya, Athanasopoulos & Hyndman 2019): of all forecasts that
add up, those nearest to the given ones, where nearness is measured by how the errors of the series
vary together. Their covariance is shrunk towards its diagonal as far as it is uncertain (Schäfer &
Strimmer 2005). The errors are not those one step ahead but the mean over the steps that are planned
for, from origins of the past: a whole may be foreseen better far ahead than the sum of its parts
though its next step is not.
"""

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.hierarchy import Hierarchy

FEWEST_ORIGINS = 3


def reconcile(
    hierarchy: Hierarchy, forecast: NDArray[np.float64], errors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """forecast: nodes × steps. errors: nodes × origins, what came minus what was forecast, as the
    mean over the steps. Nothing is below zero where no forecast of a lowest series was.

    With fewer than FEWEST_ORIGINS origins every node counts as its number of lowest series
    (structural scaling, Athanasopoulos et al. 2017).
    """
    sums = hierarchy.sums
    if errors.shape[1] < FEWEST_ORIGINS:
        spread = np.diag(sums.sum(axis=1))
    else:
        spread = shrink_covariance(errors)
    weighed = np.linalg.solve(spread, sums)
    lowest = np.linalg.solve(sums.T @ weighed, weighed.T @ forecast)
    floor = np.minimum(forecast[-hierarchy.lowest :].min(axis=1), 0.0)
    return hierarchy.add_up(np.maximum(lowest, floor[:, None]))


def shrink_covariance(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """series × series, of errors (series × origins) around zero: a bias is an error as well.

    Series that were never off have the least spread of any that was.
    """
    origins = errors.shape[1]
    spread = np.sqrt((errors**2).mean(axis=1))
    spread = np.maximum(spread, spread[spread > 0].min(initial=1.0) * 1e-3)
    scaled = errors / spread[:, None]
    together = scaled @ scaled.T / origins
    off = ~np.eye(len(errors), dtype=bool)
    noise = (((scaled**2) @ (scaled**2).T / origins - together**2) / (origins - 1))[off].sum()
    signal = (together[off] ** 2).sum()
    share = 1.0 if signal == 0 else float(np.clip(noise / signal, 0.02, 1.0))
    shrunk = np.where(off, (1.0 - share) * together, 1.0)
    return np.asarray(shrunk * spread[:, None] * spread[None, :], dtype=np.float64)
