"""Months carried together with their quarters and years, so that all that can be asked agrees.

Temporal hierarchies (Athanasopoulos, Hyndman, Kourentzes & Petropoulos 2017): months are added up
to runs of three and of twelve as well, each of the three is carried by itself, and they are made to
agree by structural scaling, where each counts as its number of months. Runs end with the newest
month, wherever the calendar's quarters end, so that every run is whole and the newest months are
learned from. Parts are made to agree after that, month by month. What a quarter or year of the
calendar will bring, of a part or of the whole, is then the sum of the months of the lowest parts,
and so no two figures can disagree.

However few periods are asked for, months are carried HORIZON ahead and weighed by errors over the
first WEIGHED of them: no figure depends on how many others were asked for with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.carried import Verdict
from counterpoise.domain.time_series import ranges, together
from counterpoise.domain.time_series.challengers import NOBODY, Competitors
from counterpoise.domain.time_series.coherence import reconcile
from counterpoise.domain.time_series.hierarchy import Hierarchy, Node, group_by_labels
from counterpoise.domain.time_series.past import Past, look_back
from counterpoise.domain.time_series.series import FEWEST, SEASONS, Series
from counterpoise.domain.time_series.together import ORIGINS, Say, is_slow, say

Values = NDArray[np.float64]
Longer = Literal["quarter", "year"]
MONTHS: dict[Longer, int] = {"quarter": 3, "year": 12}
YEAR = 12
HORIZON = 72
"""Months ahead: a whole number of years."""
WEIGHED = 6
"""Months ahead over which parts were off, that they are weighed by."""
ALONE, AGREED = 0, 1
"""The rows of what is said of a node: by its months alone, and made to agree with longer runs."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Periods of `size` months ahead. begun: months of the first one that are over already."""

    size: int
    steps: int
    begun: int = 0

    @property
    def months(self) -> int:
        """How many months are still ahead."""
        return self.size * self.steps - self.begun

    @property
    def apart(self) -> int:
        """Months between looks back: of years half a year, for else all would see the same one."""
        return max(1, self.size // 2)

    @property
    def judged(self) -> int:
        """How many months the looks back reach back to, beside those of a look at each month."""
        return self.months + (ORIGINS - 1) * (self.apart - 1)

    @property
    def lengths(self) -> Values:
        """How many months of each period are still ahead."""
        return np.array([self.size - self.begun] + [self.size] * (self.steps - 1), dtype=float)

    def add_up(self, months: Values) -> Values:
        """Of months ahead, the last axis, what they bring to each period."""
        starts = [0, *(self.size * number - self.begun for number in range(1, self.steps))]
        found = np.add.reduceat(months[..., : self.months], starts, axis=-1)
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class PastPeriods:
    """What was said on an earlier day of the periods after it, and what came of the months that
    were still ahead then. alone: by months without longer runs. repeated: the year before again
    (the last month, where there is no whole year)."""

    said: Values
    came: Values
    alone: Values
    repeated: Values


@dataclass(frozen=True, slots=True, eq=False)
class PeriodForecast:
    """series: its months. months: those ahead, adding up over nodes. quantiles: levels × periods,
    of the months of each that are still ahead. past: what the same methods said of its own newest
    months, not yet made to agree with other nodes. verdicts: the same for all nodes."""

    node: Node
    series: Series
    months: Values
    quantiles: Values
    past: tuple[PastPeriods, ...]
    verdicts: tuple[Verdict, ...] = ()


def forecast_periods(
    hierarchy: Hierarchy,
    lowest: Sequence[Series],
    ask: Ask,
    levels: Sequence[float],
    prepare: Callable[[Node, Series, int], Say],
    competitors: Competitors = NOBODY,
) -> list[PeriodForecast]:
    """In the order of the hierarchy's nodes. lowest: months, in its order, of the same time.

    prepare: what carries a node's months, from what could be known so many months before the
    newest looks back; it says both rows of `say_both`. Only the median of the methods is weighed
    against challengers, month by month as far as is asked.
    """
    every = together.list_series(hierarchy, lowest)
    named = list(zip(hierarchy.nodes, every, strict=True))
    ways = [_remember(prepare(node, each, WEIGHED)) for node, each in named]
    judged = ways
    if ask.judged > WEIGHED:
        judged = [_remember(prepare(node, each, ask.judged)) for node, each in named]
    ahead = [way(each.values, HORIZON, YEAR)[AGREED] for each, way in zip(every, ways, strict=True)]
    missed = [_miss(each, way) for each, way in zip(every, ways, strict=True)]
    past = [
        look_back(each, ask.months, origins=ORIGINS, apart=ask.apart, say=way)
        for each, way in zip(every, judged, strict=True)
    ]
    alone = [[ask.add_up(each.said[ALONE]) for each in looks] for looks in past]
    agreed = [[replace(each, said=each.said[AGREED]) for each in looks] for looks in past]
    verdicts: tuple[Verdict, ...] = ()
    if competitors.challengers:
        near = [each[: ask.months] for each in ahead]
        verdicts = together.compete(every, near, agreed, competitors)
        ahead = [np.append(own, each[ask.months :]) for own, each in zip(near, ahead, strict=True)]
    months = reconcile(hierarchy, np.array(ahead), np.array(missed))[:, : ask.months]
    ranged = _spread_out(every, months, agreed, ask, levels)
    return [
        PeriodForecast(
            node,
            series,
            own,
            quantiles,
            tuple(
                _add_up(ask, each, by_months) for each, by_months in zip(looks, low, strict=True)
            ),
            verdicts,
        )
        for (node, series), own, quantiles, looks, low in zip(
            named, months, ranged, agreed, alone, strict=True
        )
    ]


def list_longer(months: int) -> tuple[Longer, ...]:
    """What so many months are also added up to, the longest first."""
    return tuple(
        each for each in ("year", "quarter") if months // MONTHS[each] >= count_needed(each)
    )


def count_needed(longer: Longer) -> int:
    """Whole runs before they are carried: where they have a season, as many as show it, for else
    they would take away what the months have."""
    season = SEASONS[longer]
    return max(FEWEST, 2 * season + 1 if season > 1 else 0)


def say_both(values: Values, steps: int, season: int) -> Values:
    """Of months: what is said by them alone, and made to agree with what is said of longer runs.

    What is slow goes on at its own pace.
    """
    alone = say(values, HORIZON, season)
    longer = list_longer(len(values))
    if is_slow(values) or not longer:
        return np.stack([alone, alone])[:, :steps]
    run = MONTHS[longer[0]]
    said = [say(add_up_runs(values, MONTHS[each]), HORIZON // MONTHS[each], SEASONS[each])
            for each in longer]  # fmt: skip
    rows = [each.reshape(HORIZON // run, -1).T for each in (*said, alone)]
    hierarchy = _lay_out(run)
    nodes = len(hierarchy.nodes)
    agreed = reconcile(hierarchy, np.concatenate(rows), np.zeros((nodes, 0)))
    return np.stack([alone, agreed[-run:].T.ravel()])[:, :steps]


def add_up_runs(values: Values, size: int) -> Values:
    """Of so many months each, up to the newest; the oldest that fill no run are left out."""
    whole = len(values) // size
    return np.asarray(values[len(values) - whole * size :].reshape(whole, size).sum(axis=1))


def measure_unit(values: Values, size: int) -> float:
    """What errors of periods of so many months are measured in: how much they move from year to
    year, whichever month they end in; from one to the next, where there is too little history."""
    runs = np.convolve(values, np.ones(size), "valid") if len(values) >= size else values[:0]
    lag = YEAR if len(runs) > YEAR + 1 else size
    if len(runs) > lag:
        return float(np.abs(runs[lag:] - runs[:-lag]).mean())
    return size * ranges.measure_scale(values, YEAR)


def _lay_out(run: int) -> Hierarchy:
    """The run, its quarters where it is a year, and its months."""
    quarters = MONTHS["quarter"]
    labels = [{"quarter": f"{n // quarters}", "month": f"{n}"} for n in range(run)]
    return group_by_labels(labels, [(), ("quarter",)] if run > quarters else [()])


def _remember(way: Say) -> Say:
    """The same way, always asked as far as HORIZON, and once for each day."""
    said: dict[int, Values] = {}

    def tell(values: Values, steps: int, season: int) -> Values:
        if len(values) not in said:
            said[len(values)] = way(values, HORIZON, season)
        return said[len(values)][:, :steps]

    return tell


def _miss(series: Series, way: Say) -> list[float]:
    looks = look_back(series, WEIGHED, origins=ORIGINS, say=way)
    return [float((each.came - each.said[AGREED]).mean()) for each in looks]


def _add_up(ask: Ask, past: Past, alone: Values) -> PastPeriods:
    year = YEAR if len(past.known) >= YEAR else 1
    repeated = np.resize(past.known[-year:], ask.months)
    return PastPeriods(ask.add_up(past.said), ask.add_up(past.came), alone, ask.add_up(repeated))


def _spread_out(
    every: Sequence[Series],
    months: Values,
    past: Sequence[Sequence[Past]],
    ask: Ask,
    levels: Sequence[float],
) -> list[Values]:
    """Each node's levels × periods around its own figures, from how far off those of its kind were
    of whole periods, or of as much of one as is ahead now."""
    kinds = [is_slow(each.values) for each in every]
    own = [[_measure(ask, each) for each in looks] for looks in past]
    reach, looks = {}, max(map(len, past), default=0)
    for kind in set(kinds):
        errors = [
            each
            for looks, is_mine in zip(own, kinds, strict=True)
            if is_mine == kind
            for each in looks
            if each is not None
        ]
        reach[kind] = ranges.learn_reach(
            np.array(errors),
            levels,
            steps=ask.steps,
            each_counts=together.count_separate(looks, ask.months / ask.apart),
        )
    found = []
    for series, ahead, kind in zip(every, months, kinds, strict=True):
        wide = measure_unit(series.values, ask.size) * _size(ask, len(series.values))
        spread = ask.add_up(ahead) + reach[kind].away * wide
        floor = 0.0 if series.values.min() >= 0 else -np.inf
        found.append(np.asarray(np.maximum(spread, floor), dtype=np.float64))
    return found


def _measure(ask: Ask, past: Past) -> Values | None:
    """Errors in what is usual for such periods; None where nothing had moved."""
    unit = measure_unit(past.known, ask.size)
    if unit == 0:
        return None
    return ask.add_up(past.came - past.said) / unit / _size(ask, len(past.known))


def _size(ask: Ask, months: int) -> Values:
    """How uncertain each period is beside a whole one ahead: by the square root of its months that
    are still ahead, and more the farther away it is."""
    grown = ranges.grow_with_steps(ask.steps, max(1, months // ask.size))
    return np.asarray(grown * np.sqrt(ask.lengths / ask.size), dtype=np.float64)
