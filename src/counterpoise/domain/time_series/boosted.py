"""A gradient-boosted model over all series of one frequency at once: a challenger.

Each series' season is taken out, and every past period of it is told by what was known on it: how
far its newest values, their means over several spans, their smoothed levels and its first value lie
from the last one, all in units of how much the series had moved until then; beside them how long it
is, how restless, and where in the season it stands. From that, trees learn by how many such units
series move on over so many steps (one model for all steps: direct forecasts, none built on
another). The model learns from pairs of periods in what it is given, and thus from nothing after.

The same series give the same answer: nothing is drawn but by a fixed seed, and it runs on one
thread, for the order in which several add up is not always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.seasons import Season, shrink_season
from counterpoise.domain.time_series.series import FEWEST

Values = NDArray[np.float64]
SEED = 1
MOST_ROWS = 120_000
NEWEST = 30
"""So many of a series' newest days are learned from."""
SMOOTHING = (0.1, 0.3, 0.6)
FURTHEST = 60.0
"""Moves of more units than this are learned from as this: nobody foresees them."""
SHORTEST_LAGS = 6


@dataclass(frozen=True, slots=True)
class Boosted:
    """Rounds of boosting, and how large a tree is: small ones were better on held-back periods."""

    name: str = "boosted"
    rounds: int = 150
    leaves: int = 8

    def carry(self, series: Sequence[Values], steps: int, season: int) -> list[Values]:
        told = [_tell(each, season) for each in series]
        asked, moved = _list_lessons(told, steps, season)
        if len(moved) == 0:
            return [np.full(steps, each[-1]) for each in series]
        ahead = np.arange(1, steps + 1)
        now = np.concatenate([_ask(each, np.full(steps, -1), ahead, season) for each in told])
        foreseen = self._learn(asked, moved, now).reshape(len(told), steps)
        return [
            each.season.put_in(each.plain[-1] + move * each.scale[-1], len(each.plain))
            for each, move in zip(told, foreseen, strict=True)
        ]

    def _learn(self, asked: Values, moved: Values, now: Values) -> Values:
        from sklearn.ensemble import (  # noqa: PLC0415 -- slow import
            HistGradientBoostingRegressor,
        )
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- as above

        model = HistGradientBoostingRegressor(
            loss="absolute_error",
            learning_rate=0.08,
            max_iter=self.rounds,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=40,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=SEED,
        )
        is_known = ~np.isnan(asked).all(axis=0)  # no series is long enough for the longest spans
        with threadpool_limits(1):
            model.fit(asked[:, is_known], moved)
            return np.asarray(model.predict(now[:, is_known]), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """plain: without its season. scale: how much it had moved from period to period until each.
    known: periods × what was known on each."""

    season: Season
    plain: Values
    scale: Values
    known: Values


def _tell(values: Values, season: int) -> _Told:
    found = shrink_season(values, season)
    plain = found.take_out(values)
    place = np.arange(len(plain))
    before = np.maximum(place, 1)
    scale = np.abs(np.diff(plain, prepend=plain[0])).cumsum() / before
    mean = plain.cumsum() / (place + 1)
    beside = np.column_stack(
        [
            *(_lag(plain, lag) for lag in range(1, max(season, SHORTEST_LAGS) + 1)),
            *(_average(plain, span) for span in _list_spans(season)),
            *(_smooth(plain, share) for share in SMOOTHING),
            mean,
        ]
    )
    unit = np.where(scale > 0, scale, 1.0)
    drift = (plain - plain[0]) / before / unit
    restless = unit / np.maximum(np.abs(mean), 1e-9)
    away = (beside - plain[:, None]) / unit[:, None]
    return _Told(found, plain, scale, np.column_stack([away, drift, np.log(before), restless]))


def _list_spans(season: int) -> tuple[int, ...]:
    return (3, season, 2 * season) if season > FEWEST else (2, 4, 8)


def _lag(values: Values, lag: int) -> Values:
    """Nothing where there is no value so long before."""
    return np.concatenate([np.full(min(lag, len(values)), np.nan), values[:-lag]])


def _average(values: Values, span: int) -> Values:
    total = np.concatenate([[0.0], values.cumsum()])
    means = (total[span:] - total[:-span]) / span
    return np.concatenate([np.full(len(values) - len(means), np.nan), means])


def _smooth(values: Values, share: float) -> Values:
    from scipy.signal import lfilter  # noqa: PLC0415 -- slow import

    begin = [(1.0 - share) * values[0]]
    return np.asarray(lfilter([share], [1.0, share - 1.0], values, zi=begin)[0], dtype=np.float64)


def _list_lessons(told: Sequence[_Told], steps: int, season: int) -> tuple[Values, Values]:
    """Pairs of a past day and a period after it, of all series; what was known, and the move."""
    asked, moved = [], []
    for each in told:
        last = len(each.plain) - 1
        days = np.arange(max(FEWEST - 1, last - steps - NEWEST), last)
        days = days[each.scale[days] > 0]
        day = np.repeat(days, steps)
        ahead = np.tile(np.arange(1, steps + 1), len(days))
        is_over = day + ahead <= last
        day, ahead = day[is_over], ahead[is_over]
        asked.append(_ask(each, day, ahead, season))
        moved.append((each.plain[day + ahead] - each.plain[day]) / each.scale[day])
    every, target = np.concatenate(asked), np.clip(np.concatenate(moved), -FURTHEST, FURTHEST)
    if len(target) > MOST_ROWS:
        drawn = np.random.default_rng(SEED).permutation(len(target))[:MOST_ROWS]
        return every[drawn], target[drawn]
    return every, target


def _ask(told: _Told, day: NDArray[np.int64], ahead: NDArray[np.int64], season: int) -> Values:
    """A row for each day (-1: the last) and number of steps."""
    position = (day % len(told.plain) + ahead) % season
    return np.column_stack([told.known[day], ahead, position])
