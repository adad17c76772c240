"""Values that do not belong: found robustly, and what would have been usual in their place.

A value is held against the line through its neighbours (Theil & Sen: the median of the slopes
between any two), its season taken out. What is off by many robust standard deviations is an
outlier, unless it goes on: more than two in a row are a new level, and more than a tenth of all are
how the series is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.seasons import shrink_season

Values = NDArray[np.float64]
NEIGHBOURS = 6
"""The nearest ones, on both sides where there are any."""
FEWEST = 12
_BEFORE, _AFTER = np.triu_indices(NEIGHBOURS, 1)
LONGEST_RUN = 2
MOST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Outlier:
    """number: which value. put: what is learned from in its place."""

    number: int
    was: float
    put: float


def find_outliers(values: Values, season: int, spread: float) -> tuple[Outlier, ...]:
    """spread: robust standard deviations (1.4826 × the median deviation); 0 finds none."""
    if spread <= 0 or len(values) < FEWEST:
        return ()
    is_factor = values.min() > 0
    told = np.log(values) if is_factor else values
    usual = _find_usual(told, season)
    off = np.abs(told - usual)
    unit = 1.4826 * float(np.median(off))
    places = _leave_runs(np.flatnonzero(off > spread * unit)) if unit > 0 else []
    if len(places) > MOST_SHARE * len(values):
        return ()
    put = np.exp(usual) if is_factor else usual
    floor = 0.0 if values.min() >= 0 else -np.inf
    return tuple(
        Outlier(number, float(values[number]), max(float(put[number]), floor)) for number in places
    )


def replace(values: Values, outliers: tuple[Outlier, ...]) -> Values:
    clean = values.copy()
    for each in outliers:
        clean[each.number] = each.put
    return clean


def _find_usual(told: Values, season: int) -> Values:
    """The running line, with the season that the values show where the worst are bounded."""
    middle = _run_line(told)
    off = told - middle
    reach = 3.0 * 1.4826 * float(np.median(np.abs(off)))
    bounded = middle + np.clip(off, -reach, reach)
    found = shrink_season(bounded - bounded.max(), season)  # below zero: a season of amounts
    return np.asarray(found.put_in(_run_line(found.take_out(told)), 0), dtype=np.float64)


def _run_line(values: Values) -> Values:
    """At each value, the line through its neighbours without the value itself."""
    numbers = np.arange(len(values))[:, None]
    first = np.clip(numbers - NEIGHBOURS // 2, 0, len(values) - NEIGHBOURS - 1)
    near = first + np.arange(NEIGHBOURS)
    near = near + (near >= numbers)
    known, away = values[near], (near - numbers).astype(np.float64)
    rise = known[:, _AFTER] - known[:, _BEFORE]
    slope = np.median(rise / (away[:, _AFTER] - away[:, _BEFORE]), axis=1)
    return np.asarray(np.median(known - slope[:, None] * away, axis=1), dtype=np.float64)


def _leave_runs(places: NDArray[np.int64]) -> list[int]:
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return [int(place) for run in runs if len(run) <= LONGEST_RUN for place in run]
