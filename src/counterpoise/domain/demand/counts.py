"""Paths of counts: so many in each month of each member, moving together as far as their sums say.

What is known of a count is its mean and how far its range reaches. Beyond Poisson's spread the rate
itself varies, lognormally: a good month is partly passed on to the next, and members share so much
of it that the spread of their sum is the one that is known of the whole.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.tables.forecast import QUANTILE_LEVELS

Floats = NDArray[np.float64]
RANGE_80 = 2.5631
"""Standard deviations between the levels 0.1 and 0.9 of a normal distribution."""
LEVELS = np.array([float(level) for level in QUANTILE_LEVELS])


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """mean, spread (a standard deviation): by member and month. whole_spread: of their sum."""

    mean: Floats
    spread: Floats
    whole_spread: Floats


def draw_rates(outlook: Outlook, paths: int, memory: float, rng: Generator) -> Floats:
    """What each count would be without chance of its own: (paths, members, months)."""
    mean = outlook.mean
    excess = np.maximum(outlook.spread**2 - mean, 0.0)
    variance = np.divide(excess, mean**2, out=np.zeros_like(mean), where=mean > 0)
    width = np.sqrt(np.log1p(variance))
    shared = share_movement(outlook)
    members, months = mean.shape
    common = draw_levels(paths, 1, months, memory, rng)
    own = draw_levels(paths, members, months, memory, rng)
    moved = np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own
    return np.asarray(mean * np.exp(width * moved - width**2 / 2))


def share_movement(outlook: Outlook) -> float:
    """The correlation between rates by which the spread of their sum is that of the whole."""
    own = np.maximum(outlook.spread**2, outlook.mean)
    excess = np.sqrt(np.maximum(outlook.spread**2 - outlook.mean, 0.0))
    return match_whole(excess, own, outlook.whole_spread)


def match_whole(moving: Floats, own: Floats, whole_spread: Floats) -> float:
    """moving: standard deviations of what members may share; own: their variances."""
    crossed = float((moving.sum(axis=0) ** 2 - (moving**2).sum(axis=0)).sum())
    missing = float((whole_spread**2 - own.sum(axis=0)).sum())
    return float(np.clip(missing / crossed, 0.0, 1.0)) if crossed > 0 else 0.0


def draw_levels(paths: int, members: int, months: int, memory: float, rng: Generator) -> Floats:
    """Standard normal movements, of which `memory` is passed on from month to month."""
    steps = rng.standard_normal((paths, members, months))
    levels = [steps[:, :, month] for month in range(min(months, 1))]
    for month in range(1, months):
        kept = memory * levels[-1]
        levels.append(kept + np.sqrt(1.0 - memory**2) * steps[:, :, month])
    return np.stack(levels, axis=2) if levels else steps


def read_quantiles(mean: Floats, quantiles: Floats, place: Floats) -> Floats:
    """Values at places between 0 and 1 of what has these quantiles at LEVELS, with that mean.

    mean: by month; quantiles: LEVELS × months; place: paths × months. Straight between levels; the
    ends reach as far again as the levels next to them are apart, and never below 0.
    """
    ends = 2 * quantiles[[0, -1]] - quantiles[[1, -2]]
    known = np.vstack([np.maximum(ends[:1], 0.0), quantiles, ends[1:]])
    levels = np.concatenate([[0.0], LEVELS, [1.0]])
    drawn = np.stack(
        [np.interp(place[:, month], levels, known[:, month]) for month in range(place.shape[1])],
        axis=1,
    )
    now = drawn.mean(axis=0)
    factor = np.divide(mean, now, out=np.ones_like(now), where=now > 0)
    return np.asarray(drawn * factor)


def thin(count: Floats, chances: Floats, rng: Generator) -> Floats:
    """Of each path's count, how many fall in each window by their chances: (paths, windows).

    chances: (paths, windows), adding up to 1 at most; the rest falls nowhere.
    """
    left = np.rint(count).astype(np.int64)
    remaining = np.ones(len(count))
    fallen = []
    for window in range(chances.shape[1]):
        chance = np.divide(
            chances[:, window], remaining, out=np.zeros(len(count)), where=remaining > 0
        )
        drawn = rng.binomial(left, np.clip(chance, 0.0, 1.0))
        fallen.append(drawn)
        left = left - drawn
        remaining = remaining - chances[:, window]
    return np.stack(fallen, axis=1).astype(np.float64)
