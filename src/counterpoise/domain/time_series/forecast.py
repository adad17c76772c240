"""Forecasts of many series of one frequency at once, with ranges that they lend each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods, ranges
from counterpoise.domain.time_series.ranges import Reach
from counterpoise.domain.time_series.series import FEWEST, BrokenSeries, Series
from counterpoise.domain.values.text import text

Values = NDArray[np.float64]
Map = Callable[[Callable[[Series], "Told"], Iterable[Series]], Iterable["Told"]]
"""As `map`, or as a pool of processes maps."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is said of a series: ahead, and of its own newest steps from what came before them.

    by_method: each method's steps ahead. errors: over scale and growth; None for a series too short
    to be looked back on.
    """

    middle: Values
    by_method: Mapping[str, Values]
    errors: Values | None


@dataclass(frozen=True, slots=True, eq=False)
class SeriesForecast:
    """middle: the steps ahead. quantiles: levels × steps, as wide as `reach` says."""

    series: Series
    middle: Values
    by_method: Mapping[str, Values]
    quantiles: Values
    reach: Reach


def forecast_all(
    series: Sequence[Series],
    steps: int,
    *,
    levels: Sequence[float] = ranges.LEVELS,
    run: Map = map,
) -> Iterator[SeriesForecast]:
    """Each series' forecast, in their order. Raises BrokenSeries where frequencies are mixed.

    `run` maps over the series, in this process unless it says otherwise.
    """
    if len({each.frequency for each in series}) > 1:
        raise BrokenSeries(
            text(
                "Series of {frequencies} were asked for at once. Ask for each frequency by itself:"
                " their errors are not alike.",
                frequencies=", ".join(sorted({each.frequency for each in series})),
            )
        )
    told = list(run(partial(tell, steps=steps), series))
    errors = [each.errors for each in told if each.errors is not None]
    reach = ranges.learn_reach(np.array(errors), levels, steps=steps)
    for each, said in zip(series, told, strict=True):
        spread = ranges.spread_out(said.middle, each.values, each.season, reach)
        yield SeriesForecast(each, said.middle, said.by_method, spread, reach)


def tell(series: Series, *, steps: int) -> Told:
    found = methods.carry_forward(series.values, steps, series.season)
    return Told(methods.combine(found), found, _look_back(series, steps))


def _look_back(series: Series, steps: int) -> Values | None:
    """How far off the same methods were on the newest steps, which they did not see."""
    if len(series.values) < FEWEST + steps:
        return None
    known, came = series.values[:-steps], series.values[-steps:]
    scale = ranges.measure_scale(known, series.season)
    if scale == 0:
        return None
    said = methods.combine(methods.carry_forward(known, steps, series.season))
    return np.asarray(
        (came - said) / scale / ranges.grow_with_steps(steps, len(known)), dtype=np.float64
    )
