"""Values that do not belong: found robustly, and what would have been usual in their place.

A value is held against the line through its neighbours (Theil & Sen: the median of the slopes
between any two) and against their middle, its season taken out. What is many robust standard
deviations off from both is an outlier, unless it goes on: more than two in a row are a new level,
more than a tenth of all are how the series is, and of the newest value nobody knows yet.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.seasons import shrink_season

Values = NDArray[np.float64]
NEIGHBOURS = 6
"""The nearest ones, on both sides where there are any."""
FEWEST = 12
DEVIATION = 1.4826
"""Times the median deviation is the standard deviation of a normal error."""
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
    places, usual = _pick_out(told, season, spread)
    if len(places) > MOST_SHARE * len(values):
        return ()
    put = np.exp(usual) if is_factor else usual
    floor = 0.0 if values.min() >= 0 else -np.inf
    return tuple(
        Outlier(number, float(values[number]), max(float(put[number]), floor))
        for number in _leave_runs(places, len(values) - 1)
    )


def replace(values: Values, outliers: tuple[Outlier, ...]) -> Values:
    clean = values.copy()
    for each in outliers:
        clean[each.number] = each.put
    return clean


def _pick_out(told: Values, season: int, spread: float) -> tuple[list[int], Values]:
    """The worst one after another, so that none makes others look wrong; in order. With what is
    usual once they are out."""
    clean, found = told.copy(), set[int]()
    while True:
        near, usual = _find_usual(clean, told, season)
        off = np.abs(told - near)
        unit = DEVIATION * float(np.median(off))
        far = [int(place) for place in np.argsort(-off) if off[place] > spread * unit > 0]
        fresh = [place for place in far if place not in found]
        if not fresh or len(found) > MOST_SHARE * len(told):
            return sorted(far), usual
        found.add(fresh[0])
        clean[fresh[0]] = usual[fresh[0]]


def _find_usual(clean: Values, told: Values, season: int) -> tuple[Values, Values]:
    """Of the running line and the running middle, the nearer one to what is told, and their mean;
    with the season that the values show where the worst are bounded."""
    middle = _run_through(clean)[0]
    off = clean - middle
    reach = 3.0 * DEVIATION * float(np.median(np.abs(off)))
    bounded = middle + np.clip(off, -reach, reach)
    found = shrink_season(bounded - bounded.max(), season)  # below zero: a season of amounts
    line, level = (found.put_in(each, 0) for each in _run_through(found.take_out(clean)))
    is_nearer = np.abs(told - line) < np.abs(told - level)
    return np.where(is_nearer, line, level), np.asarray((line + level) / 2, dtype=np.float64)


def _run_through(values: Values) -> tuple[Values, Values]:
    """At each value, the line through its neighbours and their middle, without the value itself."""
    numbers = np.arange(len(values))[:, None]
    first = np.clip(numbers - NEIGHBOURS // 2, 0, len(values) - NEIGHBOURS - 1)
    near = first + np.arange(NEIGHBOURS)
    near = near + (near >= numbers)
    known, away = values[near], (near - numbers).astype(np.float64)
    rise = known[:, _AFTER] - known[:, _BEFORE]
    slope = np.median(rise / (away[:, _AFTER] - away[:, _BEFORE]), axis=1)
    line = np.median(known - slope[:, None] * away, axis=1)
    return np.asarray(line, dtype=np.float64), np.asarray(np.median(known, axis=1))


def _leave_runs(places: list[int], last: int) -> list[int]:
    """Those in runs that are short, and over: the newest value may be the first of a new level."""
    runs = np.split(np.array(places, dtype=np.int64), np.flatnonzero(np.diff(places) > 1) + 1)
    return [
        int(place) for run in runs if len(run) <= LONGEST_RUN and last not in run for place in run
    ]
