"""Forecasts of many series of one frequency at once, with ranges that they lend each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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

    errors: over scale and growth; None for a series too short to be looked back on.
    """

    middle: Values
    errors: Values | None


@dataclass(frozen=True, slots=True, eq=False)
class SeriesForecast:
    """middle: the steps ahead. quantiles: levels × steps, as wide as `reach` says."""

    series: Series
    middle: Values
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
        yield SeriesForecast(each, said.middle, spread, reach)


def tell(series: Series, *, steps: int) -> Told:
    errors = [each.measure_errors(series.season) for each in look_back(series, steps)]
    return Told(_say(series.values, steps, series.season), next(iter(errors), None))


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What the same methods said on an earlier day of the steps that came after it."""

    known: Values
    said: Values
    came: Values

    def measure_errors(self, season: int) -> Values | None:
        """In units of what was known then; None where nothing had moved."""
        scale = ranges.measure_scale(self.known, season)
        if scale == 0:
            return None
        grown = ranges.grow_with_steps(len(self.said), len(self.known))
        return np.asarray((self.came - self.said) / scale / grown, dtype=np.float64)


def look_back(
    series: Series, steps: int, *, origins: int = 1, say: Callable[..., Values] | None = None
) -> list[Past]:
    """From as many earlier days as the series is long enough for, the newest first, each a step
    before the one after it. say: (values, steps, season) to what is said; the median of all methods
    where it is not given."""
    carry = say or _say
    found = []
    for back in range(steps, steps + origins):
        if len(series.values) < FEWEST + back:
            break
        known, came = series.values[:-back], series.values[len(series.values) - back :][:steps]
        found.append(Past(known, carry(known, steps, series.season), came))
    return found


def _say(values: Values, steps: int, season: int) -> Values:
    return methods.combine(methods.carry_forward(values, steps, season))
