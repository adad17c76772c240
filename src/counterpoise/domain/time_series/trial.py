"""Whether something assumed of a series made its past forecasts better, beyond chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
SIGNIFICANT = 1.645
"""Standard errors that it must miss by less: 1 of 20 series to which it means nothing does."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What it was worth on `looks` past days: the mean miss with and without it. helps: it missed
    by less, by more than chance would make it."""

    looks: int
    with_it: float
    without: float
    helps: bool

    @property
    def change(self) -> float:
        """Of the miss, as a share of it; below 0 is better."""
        return self.with_it / self.without - 1 if self.without else 0.0


TOO_SHORT = Trial(0, 0.0, 0.0, helps=False)


def compare(with_it: Values, without: Values, error: float) -> Trial:
    """The misses of each look; error: the standard error of the mean of their differences."""
    gain = float((without - with_it).mean())
    helps = gain > SIGNIFICANT * error
    return Trial(len(with_it), float(with_it.mean()), float(without.mean()), helps=helps)
