"""How long something takes where part of it is not over yet: the curve of Kaplan & Meier (1958).

A stay that is still going on says only that it lasts at least as long as it has; it is counted as
at risk until then (right-censored) and never left out. Time is in whole days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

_HAIR = 1e-9
"""What a product of ratios may be off by: a curve that falls to exactly a half has its median."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that is not over yet after each of these days, where it falls."""

    days: tuple[int, ...]
    share: tuple[float, ...]

    def find_day(self, over: Decimal) -> int | None:
        """The first day by which this share of all is over; None where the curve does not fall
        that low."""
        return self._find(1.0 - float(over))

    def find_day_among_ended(self, over: Decimal) -> int | None:
        """The same, of those only that are ever seen to be over: some leads are never converted."""
        if not self.share:
            return None
        return self._find(1.0 - float(over) * (1.0 - self.share[-1]))

    def _find(self, left: float) -> int | None:
        fallen = zip(self.days, self.share, strict=True)
        return next((day for day, share in fallen if share <= left + _HAIR), None)


def estimate(over: Iterable[tuple[int, int]], going_on: Iterable[tuple[int, int]]) -> Curve:
    """Stays that are over and stays that go on: pairs of days and how many there are."""
    from scipy import stats  # noqa: PLC0415 -- slow import

    ended, censored = (_repeat(tuple(pairs)) for pairs in (over, going_on))
    if not len(ended):
        return Curve((), ())
    kept = stats.ecdf(stats.CensoredData(uncensored=ended, right=censored)).sf
    met = np.isin(kept.quantiles, ended)
    return Curve(
        tuple(int(day) for day in kept.quantiles[met]),
        tuple(float(share) for share in kept.probabilities[met]),
    )


def _repeat(pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    days, counts = ([pair[place] for pair in pairs] for place in (0, 1))
    return np.repeat(np.array(days, dtype=np.float64), np.array(counts, dtype=np.int64))
