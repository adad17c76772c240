"""Forecasts of many series of one frequency at once, with ranges that they lend each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.carried import Verdict
from counterpoise.domain.time_series import challengers as rivals
from counterpoise.domain.time_series import few_series, ranges
from counterpoise.domain.time_series.challengers import NOBODY, Competitors
from counterpoise.domain.time_series.past import Past, look_back, say_median
from counterpoise.domain.time_series.ranges import Reach
from counterpoise.domain.time_series.series import BrokenSeries, Series
from counterpoise.domain.values.text import text

Values = NDArray[np.float64]
Map = Callable[[Callable[[Series], "Told"], Iterable[Series]], Iterable["Told"]]
"""As `map`, or as a pool of processes maps."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was said `back` steps before the end of a series, and what an error was measured in
    then."""

    back: int
    said: Values
    unit: float


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is said of a series: ahead, and of its own newest steps from what came before them.

    looks: the newest first; none for a series too short to be looked back on. unit: what its errors
    are measured in now.
    """

    middle: Values
    unit: float
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SeriesForecast:
    """middle: the steps ahead. quantiles: levels × steps, as wide as `reach` says. verdicts: of the
    challengers that were asked for, the same for all series."""

    series: Series
    middle: Values
    quantiles: Values
    reach: Reach
    verdicts: tuple[Verdict, ...] = ()


def forecast_all(
    series: Sequence[Series],
    steps: int,
    *,
    levels: Sequence[float] = ranges.LEVELS,
    run: Map = map,
    competitors: Competitors = NOBODY,
) -> Iterator[SeriesForecast]:
    """Each series' forecast, in their order. Raises BrokenSeries where frequencies are mixed.

    `run` maps over the series, in this process unless it says otherwise. Challengers are asked in
    this process, and change nothing unless they prove better.
    """
    if len({each.frequency for each in series}) > 1:
        raise BrokenSeries(
            text(
                "Series of {frequencies} were asked for at once. Ask for each frequency by itself:"
                " their errors are not alike.",
                frequencies=", ".join(sorted({each.frequency for each in series})),
            )
        )
    are_few = few_series.are_few_and_long([len(each.values) for each in series], steps)
    told = list(run(partial(tell, steps=steps, are_few=are_few), series))
    verdicts: tuple[Verdict, ...] = ()
    if competitors.challengers and series:
        told, verdicts = _challenge(series, told, competitors)
    learn = few_series.learn_reach if are_few else _learn_alike
    errors = [_measure(each, said, steps) for each, said in zip(series, told, strict=True)]
    reach, own = learn(errors, levels, steps)
    for each, said, wider in zip(series, told, own, strict=True):
        unit = said.unit * wider
        spread = ranges.spread_out(said.middle, each.values, each.season, reach, unit)
        yield SeriesForecast(each, said.middle, spread, reach, verdicts)


def tell(series: Series, *, steps: int, are_few: bool) -> Told:
    measure = few_series.measure_unit if are_few else ranges.measure_scale
    looks = look_back(series, steps, origins=few_series.LOOKS if are_few else 1)
    return Told(
        say_median(series.values, steps, series.season),
        measure(series.values, series.season),
        tuple(
            Look(steps + place, each.said, measure(each.known, series.season))
            for place, each in enumerate(looks)
        ),
    )


def _measure(series: Series, told: Told, steps: int) -> Values:
    """Looks × steps, in units of what was known on each; none where nothing had moved."""
    found = [
        _find_past(series, each).measure_errors(series.season, each.unit) for each in told.looks
    ]
    return np.array([each for each in found if each is not None]).reshape(-1, steps)


def _find_past(series: Series, look: Look) -> Past:
    known = series.values[: -look.back]
    return Past(known, look.said, series.values[len(known) :][: len(look.said)])


def _learn_alike(
    errors: Sequence[Values], levels: Sequence[float], steps: int
) -> tuple[Reach, list[float]]:
    """No range is wider than another but by what its series moves."""
    found = np.concatenate([np.zeros((0, steps)), *errors])
    return ranges.learn_reach(found, levels, steps=steps), [1.0] * len(errors)


def _challenge(
    series: Sequence[Series], told: Sequence[Told], competitors: Competitors
) -> tuple[list[Told], tuple[Verdict, ...]]:
    past = [
        [_find_past(each, look) for look in said.looks]
        for each, said in zip(series, told, strict=True)
    ]
    steps = len(told[0].middle)
    entry = rivals.Entry([each.values for each in series], past, steps, series[0].season)
    contest = rivals.hold(entry, competitors)
    ahead = contest.join_ahead([each.middle for each in told])
    joined = [
        Told(
            middle,
            said.unit,
            tuple(
                Look(look.back, both.said, look.unit)
                for look, both in zip(said.looks, looks, strict=True)
            ),
        )
        for middle, said, looks in zip(ahead, told, contest.join_past(past), strict=True)
    ]
    return joined, contest.verdicts
