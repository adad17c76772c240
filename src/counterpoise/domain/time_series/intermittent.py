"""Series of which most periods are empty: spare parts, rare products, small regions.

Judged by the bias of the total, by squared error and by what stock costs, never by absolute error
alone: a forecast of nothing at all wins that where most periods are empty (Kolassa 2016), and its
row stands beside the others so that everybody sees it.

Each item's own history says how much it sells beside the others, and hardly whether it sells less
and less. The total of all shows that, so the items are scaled to what is forecast of their total.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series import methods

Values = NDArray[np.float64]
SMOOTHING = 0.1


def _imapa(values: Values, steps: int) -> Values:
    from statsforecast.models import IMAPA  # noqa: PLC0415 -- slow import

    return methods.run_model(IMAPA(), values, steps)


def _adida(values: Values, steps: int) -> Values:
    from statsforecast.models import ADIDA  # noqa: PLC0415 -- slow import

    return methods.run_model(ADIDA(), values, steps)


def _tsb(values: Values, steps: int) -> Values:
    from statsforecast.models import TSB  # noqa: PLC0415 -- slow import

    return methods.run_model(TSB(SMOOTHING, SMOOTHING), values, steps)


def _smoothed(values: Values, steps: int) -> Values:
    from statsforecast.models import SimpleExponentialSmoothing  # noqa: PLC0415 -- slow import

    return methods.run_model(SimpleExponentialSmoothing(SMOOTHING), values, steps)


def _nothing(_: Values, steps: int) -> Values:
    return np.zeros(steps)


METHODS: Mapping[str, Callable[[Values, int], Values]] = {
    "nothing": _nothing,
    "imapa": _imapa,
    "adida": _adida,
    "tsb": _tsb,
    "smoothed": _smoothed,
}
USED = ("imapa", "smoothed")
"""Their mean is the forecast; the others are there to be compared with."""


def carry_items(items: Values, steps: int, season: int) -> Values:
    """items: items × periods; items × steps, scaled to the forecast of the total of all."""
    own = np.mean([carry_by(name, items, steps) for name in USED], axis=0)
    total = methods.combine(methods.carry_forward(items.sum(axis=0), steps, season))
    parts = own.sum(axis=0)
    share = np.divide(total, parts, out=np.ones(steps), where=parts > 0)
    return np.asarray(own * share, dtype=np.float64)


def carry_by(name: str, items: Values, steps: int) -> Values:
    """Each item by one method; whatever never sold is forecast to sell nothing."""
    method = METHODS[name]
    return np.array([method(each, steps) if each.any() else np.zeros(steps) for each in items])


@dataclass(frozen=True, slots=True)
class Verdict:
    """bias: of the total of all items and steps, as a share of what came. rmse: over items and
    steps. stock_cost: what holding and missing would have cost by item over all steps together, at
    a fill of `critical` (the newsvendor's ratio), per unit sold.
    """

    bias: float
    rmse: float
    stock_cost: float


def judge(said: Values, came: Values, *, critical: float = 0.9) -> Verdict:
    """said, came: items × steps. The stock bought is what was said of all steps."""
    sold = came.sum()
    short = np.maximum(came.sum(axis=1) - said.sum(axis=1), 0.0)
    left = np.maximum(said.sum(axis=1) - came.sum(axis=1), 0.0)
    cost = critical * short.sum() + (1.0 - critical) * left.sum()
    return Verdict(
        bias=float(said.sum() / sold - 1.0) if sold else 0.0,
        rmse=float(np.sqrt(((came - said) ** 2).mean())),
        stock_cost=float(cost / sold) if sold else float(cost),
    )
