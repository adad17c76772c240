"""The methods that carry a series forward, each on values whose season is taken out: by judging it
for two of them, by shrinking it for the other two, so that they do not all miss the same season.

Theta (Assimakopoulos & Nikolopoulos 2000), DynamicOptimizedTheta (Fiorucci et al. 2016), and
exponential smoothing (Hyndman et al. 2008) twice: chosen by its information criterion, and with a
damped trend of logarithms, which holds growth back in proportion. Their median forgets whichever of
them went astray, and on M3 is nearer than any of them.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.seasons import Season, judge_season, shrink_season

Values = NDArray[np.float64]
Method = Callable[[Values, int], Values]
"""(values, steps) to the values ahead; the values vary, have a mean of SIZE and no season."""
SeasonFinder = Callable[[Values, int], Season]
SIZE = 1000.0
"""The library's optimisers stop at absolute differences: what is small would be fitted roughly."""


def _theta(values: Values, steps: int) -> Values:
    from statsforecast.models import Theta  # noqa: PLC0415 -- slow import

    return run_model(Theta(season_length=1), values, steps)


def _optimized_theta(values: Values, steps: int) -> Values:
    from statsforecast.models import DynamicOptimizedTheta  # noqa: PLC0415 -- slow import

    return run_model(DynamicOptimizedTheta(season_length=1), values, steps)


def _smoothing(values: Values, steps: int) -> Values:
    from statsforecast.models import AutoETS  # noqa: PLC0415 -- slow import

    return run_model(AutoETS(season_length=1, model="ZZN"), values, steps)


def _damped_growth(values: Values, steps: int) -> Values:
    from statsforecast.models import AutoETS  # noqa: PLC0415 -- slow import

    model = AutoETS(season_length=1, model="AZN", damped=True)
    if values.min() <= 0:
        return run_model(model, values, steps)
    return np.asarray(np.exp(run_model(model, np.log(values), steps)), dtype=np.float64)


def run_model(model: object, values: Values, steps: int) -> Values:
    """What a model of statsforecast says of the steps ahead."""
    found = model.forecast(y=values, h=steps)["mean"]  # type: ignore[attr-defined]
    return np.asarray(found, dtype=np.float64)


METHODS: Mapping[str, tuple[SeasonFinder, Method]] = {
    "theta": (judge_season, _theta),
    "optimized theta": (shrink_season, _optimized_theta),
    "exponential smoothing": (judge_season, _smoothing),
    "damped growth": (shrink_season, _damped_growth),
}
FAILURES = (ValueError, ZeroDivisionError, IndexError, RuntimeError)
"""Of the library's optimiser."""
BEGUN = 2
FURTHEST = 20.0
"""A method that leaves everything seen so far behind by so many times its range is not heard."""


def carry_forward(values: Values, steps: int, season: int) -> dict[str, Values]:
    """What each method says of the steps ahead; values: oldest first, none of them missing.

    A series that never varied goes on as it is. Nothing falls below zero where nothing ever was.
    """
    return {name: carry_by(name, values, steps, season) for name in METHODS}


def carry_by(name: str, values: Values, steps: int, season: int) -> Values:
    """What one of the methods says."""
    find, method = METHODS[name]
    return carry_with(find, method, values, steps, season)


def carry_with(
    find: SeasonFinder, method: Method, values: Values, steps: int, season: int
) -> Values:
    """What a method says once the season that `find` finds is taken out."""
    if np.ptp(values) == 0:
        return np.full(steps, values[-1])
    found = find(values, season)
    plain = found.take_out(values)
    size = (float(np.abs(plain).mean()) or 1.0) / SIZE
    ahead = found.put_in(_hear(method, plain / size, steps) * size, len(values))
    return np.maximum(ahead, 0.0 if values.min() >= 0 else -np.inf)


def miss_next(values: Values, season: int) -> float:
    """The mean size of what exponential smoothing missed each next value by, once it had begun.

    0 where the values without their season never varied; their mean change where it fails.
    """
    from statsforecast.models import AutoETS  # noqa: PLC0415 -- slow import

    plain = judge_season(values, season).take_out(values)
    if np.ptp(plain) == 0:
        return 0.0
    size = (float(np.abs(plain).mean()) or 1.0) / SIZE
    change = float(np.abs(np.diff(plain)).mean())
    try:
        model = AutoETS(season_length=1, model="ZZN")
        fitted = model.forecast(y=plain / size, h=1, fitted=True)["fitted"] * size
    except FAILURES:
        return change
    missed = float(np.abs(plain - fitted)[BEGUN:].mean())
    return missed if np.isfinite(missed) else change


def combine(found: Mapping[str, Values]) -> Values:
    """The median of the methods, step by step."""
    return np.asarray(np.median(list(found.values()), axis=0), dtype=np.float64)


def _hear(method: Method, values: Values, steps: int) -> Values:
    """The method's word, or the last value where it fails or runs away."""
    last = np.full(steps, values[-1])
    if np.ptp(values) == 0:
        return last
    try:
        ahead = method(values, steps)
    except FAILURES:
        return last
    far = FURTHEST * np.ptp(values)
    is_sane = np.isfinite(ahead).all() and np.abs(ahead - values[-1]).max() <= far
    return ahead if is_sane else last
