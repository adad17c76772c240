"""Ranges that learn from their own record: where they held too often they narrow, and else widen.

Adaptive conformal inference (Gibbs & Candès 2021): the share that a range aims at moves against how
often ranges held so far,

    aim = 0.8 - STEP · Σ separate origins · (held - 0.8)

A range of one horizon that holds too often says something of the others, too, so the sum is over
all horizons, those of other lengths counting BORROWED. It matters most while a company is new and
its ranges rest on prior scores: those of 30 days are judged long before those of 90.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import log

import numpy as np

from counterpoise.domain.demand.combine import count_separate
from counterpoise.domain.demand.conformal import Scores
from counterpoise.domain.tables.deals import day_number
from counterpoise.domain.tables.forecast import BacktestPoint

PROMISED = 0.8
STEP = 0.06
BORROWED = 0.5
LEAST_AIM, MOST_AIM = 0.5, 0.97


def adapt(
    scores: Sequence[Scores], points: Sequence[BacktestPoint], horizons: Sequence[int], day: int
) -> tuple[Scores, ...]:
    """scores: by horizon. points: of earlier origins; those that were not over by `day`, in days,
    do not count."""
    surplus = [_find_surplus(points, days, day) for days in horizons]
    adapted = []
    for place, each in enumerate(scores):
        others = sum(surplus) - surplus[place]
        aim = PROMISED - STEP * (surplus[place] + BORROWED * others)
        held = min(max(aim, LEAST_AIM), MOST_AIM)
        adapted.append(replace(each, focus=log(held) / log(PROMISED)))
    return tuple(adapted)


def _find_surplus(points: Sequence[BacktestPoint], days: int, day: int) -> float:
    """How often more than promised the ranges of a horizon held, in separate origins."""
    over = [
        (day_number(each.origin), each.held)
        for each in points
        if each.horizon_days == days and day_number(each.origin) + days <= day
    ]
    if not over:
        return 0.0
    separate = count_separate(np.array([origin for origin, _ in over]), days)
    return separate * (sum(held for _, held in over) / len(over) - PROMISED)
