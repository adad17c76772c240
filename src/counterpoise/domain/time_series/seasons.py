"""What the season does to a series: one factor for each period of it, leaning towards none.

Ratios (or differences) to a centred moving average over one season, averaged by position in it.
Whether a season is there at all is judged in two ways, for methods that shall not err together: its
effects are shrunk as far as noise would make them, by James & Stein's rule (Miller & Williams
2003); or they are taken whole where the autocorrelation at the season is significant, and else not
at all (Assimakopoulos & Nikolopoulos 2000).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """effects: by position from the first value on; factors around 1, or amounts around 0."""

    effects: NDArray[np.float64]
    is_factor: bool

    def take_out(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        effect = self._at(0, len(values))
        return values / effect if self.is_factor else values - effect

    def put_in(self, ahead: NDArray[np.float64], after: int) -> NDArray[np.float64]:
        """ahead: what follows `after` values, its last axis the steps."""
        effect = self._at(after, ahead.shape[-1])
        return ahead * effect if self.is_factor else ahead + effect

    def _at(self, first: int, count: int) -> NDArray[np.float64]:
        return self.effects[(first + np.arange(count)) % len(self.effects)]


NO_SEASON = Season(np.zeros(1), is_factor=False)
SMALLEST_FACTOR = 0.02
"""A position that sells nearly nothing has no factor to divide by; its season is an amount."""


SIGNIFICANT = 1.645
"""Standard errors: 90 % of series without a season show less."""


def shrink_season(values: NDArray[np.float64], length: int) -> Season:
    """None found in a series of less than two whole seasons and one value."""
    return _find(values, length, is_shrunk=True)


def judge_season(values: NDArray[np.float64], length: int) -> Season:
    """The season taken whole, or none where it is not significant."""
    found = _find(values, length, is_shrunk=False)
    return found if found is NO_SEASON or _is_significant(values, length) else NO_SEASON


def _find(values: NDArray[np.float64], length: int, *, is_shrunk: bool) -> Season:
    if length < 2 or len(values) < 2 * length + 1:
        return NO_SEASON
    if values.min() > 0:
        factors = _average(values, length, is_factor=True, is_shrunk=is_shrunk)
        if factors.min() > SMALLEST_FACTOR:
            return Season(factors, is_factor=True)
    amounts = _average(values, length, is_factor=False, is_shrunk=is_shrunk)
    return Season(amounts, is_factor=False)


def _is_significant(values: NDArray[np.float64], length: int) -> bool:
    """By Bartlett's standard error of an autocorrelation, given those at shorter lags."""
    around = values - values.mean()
    whole = float((around**2).sum())
    if whole == 0:
        return False
    found = np.array([(around[lag:] * around[:-lag]).sum() for lag in range(1, length + 1)]) / whole
    error = np.sqrt((1.0 + 2.0 * (found[:-1] ** 2).sum()) / len(values))
    return bool(abs(found[-1]) > SIGNIFICANT * error)


def _average(
    values: NDArray[np.float64], length: int, *, is_factor: bool, is_shrunk: bool
) -> NDArray[np.float64]:
    trend = np.convolve(values, _window(length), "valid")
    start = (len(values) - len(trend)) // 2
    inner = values[start : start + len(trend)]
    effect = inner / trend if is_factor else inner - trend
    position = (np.arange(len(trend)) + start) % length
    seen = np.bincount(position, minlength=length)
    means = np.bincount(position, effect, minlength=length) / seen
    left = effect - means[position]
    noise = (left**2).sum() / max(len(left) - length, 1) / seen.mean()
    around = means / means.mean() - 1.0 if is_factor else means - means.mean()
    kept = _shrink(around, float(noise)) if is_shrunk else around
    return 1.0 + kept if is_factor else kept


def _window(length: int) -> NDArray[np.float64]:
    """Weights of a centred mean over one season; an even one has half weights at its ends."""
    if length % 2:
        return np.full(length, 1.0 / length)
    return np.concatenate([[0.5], np.ones(length - 1), [0.5]]) / length


def _shrink(around: NDArray[np.float64], noise: float) -> NDArray[np.float64]:
    signal = float((around**2).sum())
    if signal == 0:
        return around
    return around * (1.0 - min(1.0, max(len(around) - 3, 0) * noise / signal))
