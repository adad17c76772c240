"""From where on an open deal stands out: quantiles of what deals took, or had, that were won.

A segment's own quantile is weighed with that of all segments, by how many of its deals were won:

    limit = (n · own + prior · whole) / (n + prior)

so a segment that won few leans on the whole, and one that won many stands by itself. Of fewer than
`least` won deals in all nothing is said.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Leaning:
    """least: of fewer won deals nothing is said. prior: as how many deals the whole counts."""

    least: int
    prior: float


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """By place (a stage, say) and segment; the last segment is that of deals that have none. value
    and whole are NaN where too few were won, own where the segment won none."""

    value: NDArray[np.float64]
    own: NDArray[np.float64]
    n: NDArray[np.int64]
    whole: NDArray[np.float64]
    whole_n: NDArray[np.int64]

    def of(self, place: NDArray[np.int64], segment: NDArray[np.int64]) -> NDArray[np.float64]:
        """Each deal's limit."""
        return np.asarray(self.value[place, segment], dtype=np.float64)


def fit_limits(
    seen: NDArray[np.float64],
    place: NDArray[np.int64],
    segment: NDArray[np.int64],
    shape: tuple[int, int],
    quantile: float,
    leaning: Leaning,
) -> Limits:
    """seen: what each won deal took or had. shape: how many places and segments there are."""
    code = place * shape[1] + segment
    own, n = _find_quantiles(seen, code, shape[0] * shape[1], quantile)
    whole, whole_n = _find_quantiles(seen, place, shape[0], quantile)
    whole = np.where(whole_n < leaning.least, np.nan, whole)
    own, n = own.reshape(shape), n.reshape(shape)
    weighed = np.where(n > 0, n * np.nan_to_num(own), 0.0) + leaning.prior * whole[:, None]
    return Limits(weighed / (n + leaning.prior), own, n, whole, whole_n)


def _find_quantiles(
    seen: NDArray[np.float64], code: NDArray[np.int64], codes: int, quantile: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """By code, between the two nearest where it falls between them; NaN for a code without any."""
    order = np.lexsort((seen, code))
    n = np.bincount(code, minlength=codes)
    ends = np.cumsum(n)
    found = np.full(codes, np.nan)
    rising = seen[order]
    for each in np.flatnonzero(n):
        found[each] = np.quantile(rising[ends[each] - n[each] : ends[each]], quantile)
    return found, n
