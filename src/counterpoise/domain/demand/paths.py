"""Sample paths: deals won or not, new deals coming in bunches, and one shock for all of them.

Each open deal is won in at most one window, by its own chances; its value varies lognormally around
what is expected. New wins are counts with more spread than Poisson's (gamma-mixed), their values
gamma-distributed sums. A shock common to all segments multiplies each month, half passed on to the
next. What comes out are parts that add up, path by path; the ranges' width is set afterwards, for
the whole, by `fit_to_ranges`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand.pipeline import OpenDeals, Pipeline
from counterpoise.domain.demand.settings import Settings

DRAWS_AT_ONCE = 4_000_000
MOST_CELLS = 20_000_000
FEWEST_PATHS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Won revenue and won deals, each (paths, segments, windows)."""

    revenue: NDArray[np.float64]
    deals: NDArray[np.float64]


def simulate(pipeline: Pipeline, settings: Settings, rng: Generator) -> Paths:
    segments, windows = pipeline.new_deals.shape
    paths = max(min(settings.paths, MOST_CELLS // max(segments * windows, 1)), FEWEST_PATHS)
    revenue, deals = _simulate_open(pipeline.open_deals, (paths, segments, windows), rng)
    count = _count_new(pipeline, paths, rng)
    deals += count
    revenue += _value_new(pipeline, count, rng)
    shock = _shock(paths, windows, settings, rng)[:, None, :]
    return Paths(revenue * shock, deals * shock)


def fit_to_means(paths: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scales each window so that the whole's mean over paths is `mean`, by window."""
    now = paths.sum(axis=1).mean(axis=0)
    factor = np.divide(mean, now, out=np.zeros_like(now), where=now > 0)
    return np.asarray(paths * factor)


def rank(revenue: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where each path's total stands among all, between 0 and 1; equal ones in order."""
    total = revenue.sum(axis=(1, 2))
    place = np.empty(len(total))
    place[np.argsort(total, kind="stable")] = np.arange(len(total)) + 0.5
    return place / len(total)


def fit_to_ranges(paths: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiplies each whole path so that its sum is `total`, by path."""
    now = paths.sum(axis=(1, 2))
    factor = np.divide(total, now, out=np.zeros_like(now), where=now > 0)
    return np.asarray(paths * factor[:, None, None])


def _simulate_open(
    deals: OpenDeals, shape: tuple[int, int, int], rng: Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    paths, segments, windows = shape
    revenue, count = np.zeros(shape), np.zeros(shape)
    until = np.cumsum(deals.chance, axis=1).astype(np.float32)
    spread = np.sqrt(np.log1p(deals.spread**2))
    step = max(DRAWS_AT_ONCE // max(len(deals.value), 1), 1)
    for start in range(0, paths, step):
        size = min(step, paths - start)
        drawn = rng.random((size, len(deals.value)), dtype=np.float32)
        path, deal = np.nonzero(drawn < until[:, -1])
        fell = drawn[path, deal]
        window = np.zeros(len(path), dtype=np.int64)
        for each in range(windows - 1):
            window += fell >= until[deal, each]
        noise = np.exp(spread[deal] * (rng.standard_normal(len(path)) - spread[deal] / 2))
        cell = (path * segments + deals.segment[deal]) * windows + window
        cells = (size, segments, windows)
        size_of = size * segments * windows
        count[start : start + size] = np.bincount(cell, minlength=size_of).reshape(cells)
        worth = np.bincount(cell, deals.value[deal] * noise, size_of)
        revenue[start : start + size] = worth.reshape(cells)
    return revenue, count


def _count_new(pipeline: Pipeline, paths: int, rng: Generator) -> NDArray[np.float64]:
    """Poisson around a mean that a gamma factor, common to a path, spreads.

    Its variance is chosen so that the whole count has `new_dispersion` times Poisson's variance.
    """
    expected = pipeline.new_deals
    excess = pipeline.new_dispersion - 1.0
    common = np.ones((paths, 1, 1))
    if excess > 0 and expected.sum() > 0:
        shape = float(expected.sum()) / excess
        common = rng.gamma(shape, 1.0 / shape, (paths, 1, 1))
    return rng.poisson(expected * common).astype(np.float64)


def _value_new(
    pipeline: Pipeline, count: NDArray[np.float64], rng: Generator
) -> NDArray[np.float64]:
    square = np.maximum(pipeline.new_spread, 1e-3)[:, None] ** 2
    drawn = rng.gamma(np.maximum(count, 1e-9) / square, square)
    return np.where(count > 0, drawn * pipeline.new_value, 0.0)


def _shock(paths: int, windows: int, settings: Settings, rng: Generator) -> NDArray[np.float64]:
    memory, spread = settings.month_correlation, settings.shock
    steps = rng.standard_normal((paths, windows))
    level = steps[:, 0]
    levels = [level]
    for window in range(1, windows):
        level = memory * level + np.sqrt(1 - memory**2) * steps[:, window]
        levels.append(level)
    return np.exp(spread * np.stack(levels, axis=1) - spread**2 / 2)
