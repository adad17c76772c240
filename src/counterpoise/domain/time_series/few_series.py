"""Ranges where few long series lend each other their errors: sharper by what each shows of itself.

Among hundreds of series one look back on each says how far a truth lies from its forecast. Fewer
are looked back on from several earlier days, of which an older one counts for less. What an error
is measured in leans on the series as well: half on how much it moves from season to season, half on
how far smoothing missed its next value (the geometric mean of both), and a little on how far this
series was off before, beside the others. How much of each was chosen on training data alone.

Of short series an earlier day knew too little, and such ranges held too seldom, so only where most
are long is this done.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods, ranges
from counterpoise.domain.time_series.ranges import Reach

Values = NDArray[np.float64]
MANY = 500
"""So many series lend each other enough by one look back on each."""
LONG = 6
"""Times the steps ahead: at least half of the series must be so long."""
LOOKS = 4
OLDER_COUNTS = 0.7
"""What a look back counts beside the one a step after it."""
OWN_SHARE = 0.2
"""The power that a series' own past errors, beside those of all, are taken to: 0 says nothing."""
LEAST = 0.05
"""Of what is usual: a series that was never off yet may be."""


def are_few_and_long(lengths: Sequence[int], steps: int) -> bool:
    return 0 < len(lengths) < MANY and float(np.median(lengths)) >= LONG * steps


def measure_unit(values: Values, season: int) -> float:
    """What the errors of one series are measured in; 0 where nothing ever moved."""
    moved = ranges.measure_scale(values, season)
    if moved == 0:
        return 0.0
    return float(np.sqrt(moved * max(methods.miss_next(values, season), LEAST * moved)))


def learn_reach(
    errors: Sequence[Values], levels: Sequence[float], steps: int
) -> tuple[Reach, list[float]]:
    """errors: of each series its looks back × steps, the newest first, over unit and growth.

    Also by how much each series' own range is wider than what all share. A look back is measured by
    what the others of its series say, never by itself.
    """
    usual = _measure_usual(errors, steps)
    own = [_widen(each, usual) for each in errors]
    fair = [_leave_one_out(each, usual) for each in errors]
    looks = max((len(each) for each in errors), default=0)
    separate = min(1.0 + ranges.OVERLAP_GAIN * (looks - 1) / steps, looks)
    fading = OLDER_COUNTS ** np.arange(max(looks, 1))
    fading *= separate / fading.sum()
    counts = np.concatenate([np.zeros(0), *(fading[: len(each)] for each in errors)])
    found = np.concatenate([np.zeros((0, steps)), *fair])
    reach = ranges.learn_reach(found, levels, steps=steps, each_counts=counts)
    return replace(reach, series=sum(len(each) > 0 for each in errors)), own


def _measure_usual(errors: Sequence[Values], steps: int) -> Values:
    """The mean size of an error at each step ahead; 1 where none was ever off."""
    every = np.abs(np.concatenate([np.zeros((0, steps)), *errors]))
    mean = every.mean(axis=0) if len(every) else np.ones(steps)
    return np.where(mean > 0, mean, 1.0)


def _widen(errors: Values, usual: Values) -> float:
    """One look back alone says nothing of a series' own: it could not be measured by another."""
    if len(errors) < 2:
        return 1.0
    beside = float((np.abs(errors) / usual).mean())
    return float(max(beside, LEAST) ** OWN_SHARE)


def _leave_one_out(errors: Values, usual: Values) -> Values:
    if len(errors) < 2:
        return errors
    beside = (np.abs(errors) / usual).mean(axis=1)
    others = (beside.sum() - beside) / (len(beside) - 1)
    return np.asarray(errors / np.maximum(others, LEAST)[:, None] ** OWN_SHARE, dtype=np.float64)
