"""Forecasts of a whole and all its parts at once, which add up, each with its range and past."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.carried import Verdict
from counterpoise.domain.time_series import intermittent, ranges
from counterpoise.domain.time_series.challengers import NOBODY, Competitors, Entry, hold
from counterpoise.domain.time_series.coherence import reconcile
from counterpoise.domain.time_series.hierarchy import Hierarchy, Node
from counterpoise.domain.time_series.past import Past, look_back, say_median
from counterpoise.domain.time_series.series import Series

Values = NDArray[np.float64]
Say = Callable[[Values, int, int], Values]
"""(values, steps, season) to what is said of the steps ahead."""
ORIGINS = 6


@dataclass(frozen=True, slots=True, eq=False)
class NodeForecast:
    """middle: the steps ahead, adding up over nodes. quantiles: levels × steps. past: what the same
    methods said of its own newest steps, not yet made to add up. verdicts: of the challengers that
    were asked for, the same for all nodes."""

    node: Node
    series: Series
    middle: Values
    quantiles: Values
    past: tuple[Past, ...]
    verdicts: tuple[Verdict, ...] = ()


def forecast_together(
    hierarchy: Hierarchy,
    lowest: Sequence[Series],
    steps: int,
    levels: Sequence[float] = ranges.LEVELS,
    prepare: Callable[[Node, Series], Say] | None = None,
    competitors: Competitors = NOBODY,
) -> list[NodeForecast]:
    """In the order of the hierarchy's nodes. lowest: in its order, of the same periods. prepare:
    what carries a node's series, where more is known of its periods than their values.

    What sells in few periods is off in other ways than the rest, so the two lend their ranges only
    to their own kind. Nor are challengers tried on it: by the size of errors alone, a forecast of
    nothing would win.
    """
    every = list_series(hierarchy, lowest)
    ways = [
        prepare(node, each) if prepare else say
        for node, each in zip(hierarchy.nodes, every, strict=True)
    ]
    past = [
        look_back(each, steps, origins=ORIGINS, say=way)
        for each, way in zip(every, ways, strict=True)
    ]
    alone = [way(each.values, steps, each.season) for each, way in zip(every, ways, strict=True)]
    verdicts = compete(every, alone, past, competitors) if competitors.challengers else ()
    return _agree(hierarchy, every, alone, past, levels, verdicts)


def list_series(hierarchy: Hierarchy, lowest: Sequence[Series]) -> list[Series]:
    """Of every node, as the sum of the lowest ones in it."""
    first = lowest[0]
    values = hierarchy.add_up(np.array([each.values for each in lowest]))
    return [
        Series(str(node), first.frequency, first.first, each)
        for node, each in zip(hierarchy.nodes, values, strict=True)
    ]


def compete(
    every: Sequence[Series],
    alone: list[Values],
    past: list[list[Past]],
    competitors: Competitors,
) -> tuple[Verdict, ...]:
    """Where a challenger is heard, what is said of a series changes in `alone` and in `past`."""
    quick = [place for place, each in enumerate(every) if not is_slow(each.values)]
    steps, season = len(alone[0]), every[0].season
    entry = Entry([every[n].values for n in quick], [past[n] for n in quick], steps, season)
    contest = hold(entry, competitors)
    ahead = contest.join_ahead([alone[n] for n in quick])
    for n, middle, looks in zip(quick, ahead, contest.join_past(entry.past), strict=True):
        alone[n], past[n] = middle, list(looks)
    return contest.verdicts


def _agree(
    hierarchy: Hierarchy,
    every: Sequence[Series],
    alone: Sequence[Values],
    past: Sequence[Sequence[Past]],
    levels: Sequence[float],
    verdicts: tuple[Verdict, ...],
) -> list[NodeForecast]:
    """Makes what is said of each node by itself add up, and gives it its range."""
    season, steps = every[0].season, len(alone[0])
    missed = [[(each.came - each.said).mean() for each in looks] for looks in past]
    middle = reconcile(hierarchy, np.array(alone), np.array(missed))
    kinds = [is_slow(each.values) for each in every]
    reach = {
        kind: learn_reach(
            [looks for looks, own in zip(past, kinds, strict=True) if own == kind],
            season,
            levels,
            steps,
        )
        for kind in set(kinds)
    }
    return [
        NodeForecast(
            node,
            series,
            ahead,
            ranges.spread_out(ahead, series.values, series.season, reach[kind]),
            tuple(looks),
            verdicts,
        )
        for node, series, ahead, looks, kind in zip(
            hierarchy.nodes, every, middle, past, kinds, strict=True
        )
    ]


def learn_reach(
    past: Sequence[Sequence[Past]], season: int, levels: Sequence[float], steps: int
) -> ranges.Reach:
    """From all looks back of all series."""
    looks = max(map(len, past), default=0)
    errors = [each.measure_errors(season) for each in chain.from_iterable(past)]
    return ranges.learn_reach(
        np.array([each for each in errors if each is not None]),
        levels,
        steps=steps,
        each_counts=count_separate(looks, steps),
    )


def count_separate(looks: int, steps: float) -> float:
    """What each of so many looks back is worth, in separate ones: they overlap. steps: ahead, in
    what they are apart."""
    separate = 1.0 + ranges.OVERLAP_GAIN * (looks - 1) / steps
    return min(separate, looks) / max(looks, 1)


def say(values: Values, steps: int, season: int) -> Values:
    """What is slow goes on at its own pace."""
    if is_slow(values):
        slow = [intermittent.METHODS[name](values, steps) for name in intermittent.USED]
        return np.asarray(np.mean(slow, axis=0), dtype=np.float64)
    return say_median(values, steps, season)


def is_slow(values: Values) -> bool:
    """Whether something sold, in fewer than half of all periods."""
    return bool(0 < np.count_nonzero(values) < len(values) / 2 and values.min() >= 0)
