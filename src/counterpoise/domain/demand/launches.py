"""What a launch is expected to bring, month by month, from the past launches a person picked.

The curve's shape is the mean of the analogues' shapes; each leans on the mean of all past launches
as a thin sample does: shape = (deals by month + k · mean shape) / (deals + k). Its size is what the
person says. How far off it may be is learned by leaving one out: what each past launch brought in
twelve months against the mean of the others of its family (of all, where the family has none), in
logarithms; few launches lean on the rulebook's spread:

    spread² = (Σ error² + k · launch.spread²) / (n + k)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand.launch_rules import LaunchRules
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.launch import CURVE_MONTHS, Launch, LaunchMonth, PastLaunch
from counterpoise.domain.values.period import add_months

LEVEL_MONTHS = 3
"""Beyond the curve a launch goes on at the mean of its last three months."""
DRAWS = 2000
MOST_SPREAD = 2.0
LEAST_NOISE = 0.001
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """deals, revenue: of each of the first twelve months. spread: of the whole, in logarithms.

    analogues: those that the history shows, of the ones that were picked. judged: how many past
    launches the spread was learned from.
    """

    deals: NDArray[np.float64]
    revenue: NDArray[np.float64]
    spread: float
    judged: int
    analogues: tuple[str, ...]

    def at(self, age: int) -> tuple[float, float]:
        """Deals and revenue of the month that many after the first."""
        if age < CURVE_MONTHS:
            return float(self.deals[age]), float(self.revenue[age])
        return float(self.deals[-LEVEL_MONTHS:].mean()), float(self.revenue[-LEVEL_MONTHS:].mean())


def expect(launch: Launch, past: Sequence[PastLaunch], rules: LaunchRules) -> Expected | None:
    """None where the history shows none of the picked analogues whole."""
    others = [each for each in past if each.product != launch.product]
    spread, judged = learn_spread(launch.family, others, rules)
    if launch.curve:
        assert launch.deals is not None, "a curve has its number of deals"
        revenue = np.array([float(each) for each in launch.curve])
        deals = float(launch.deals) * revenue / revenue.sum()
        return Expected(deals, revenue, spread, judged, ())
    picked = [each for each in others if each.product in launch.analogues]
    if not picked:
        return None
    base = np.mean([_shape(each) for each in others], axis=0)
    shape = np.mean([_lean(each, base, rules.prior_deals) for each in picked], axis=0)
    mean = float(np.mean([each.total_deals for each in picked]))
    total = float(launch.deals) if launch.deals is not None else float(launch.factor or 1) * mean
    deals = total * shape
    names = tuple(each.product for each in picked)
    return Expected(deals, deals * _value(launch, picked), spread, judged, names)


def learn_spread(family: str, past: Sequence[PastLaunch], rules: LaunchRules) -> tuple[float, int]:
    """The spread, and from how many past launches."""
    missed = (_miss(one, past) for one in _pool(family, past))
    errors = [each for each in missed if each is not None]
    square = sum(error**2 for error in errors) + rules.spread_prior * rules.spread**2
    spread = float(np.sqrt(square / (len(errors) + rules.spread_prior)))
    return min(spread, MOST_SPREAD), len(errors)


def draw(
    mean: NDArray[np.float64],
    value: float,
    scatter: tuple[float, float],
    rng: Generator,
    paths: int = DRAWS,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Won deals and revenue by path; mean: expected deals by region and month.

    One factor for the whole launch (lognormal, mean 1, scatter's first in logarithms), counts that
    vary as Poisson's around it, and values that vary as those of won deals do (scatter's second:
    their standard deviation by their mean).
    """
    spread, noise = scatter
    factor = np.exp(spread * rng.standard_normal((paths, 1, 1)) - spread**2 / 2)
    count = rng.poisson(mean * factor).astype(np.float64)
    square = max(noise, LEAST_NOISE) ** 2
    worth = rng.gamma(np.maximum(count, 1e-9) / square, square)
    return count, np.where(count > 0, worth, 0.0) * value


def outline(
    launch: Launch, expected: Expected, noise: float, rng: Generator
) -> tuple[LaunchMonth, ...]:
    """The first twelve months of all regions together, with the 80 % range of revenue."""
    value = expected.revenue.sum() / expected.deals.sum()
    mean = expected.deals[None, :]
    _, revenue = draw(mean, float(value), (expected.spread, noise), rng)
    low, high = np.quantile(revenue[:, 0, :], (0.1, 0.9), axis=0)
    return tuple(
        LaunchMonth(
            add_months(launch.month, age),
            _round(float(expected.deals[age])),
            _round(float(expected.revenue[age])),
            _round(float(low[age])),
            _round(float(high[age])),
        )
        for age in range(CURVE_MONTHS)
        if launch.last_month is None or add_months(launch.month, age) <= launch.last_month
    )


def scatter_of_values(deals: Deals) -> float:
    """How far won deals' amounts are from their product's mean, as a share of it."""
    known = deals.known_on(deals.as_of)
    amount = known.amount
    dimension = known.dimensions.get("product")
    taught = known.won & np.isfinite(amount) & (amount > 0)
    codes = np.zeros(len(known), dtype=np.int64) if dimension is None else dimension.codes + 1
    codes, amount = codes[taught], amount[taught]
    if not len(amount):
        return 0.0
    mean = np.bincount(codes, amount) / np.maximum(np.bincount(codes), 1)
    return min(float(np.std(amount / mean[codes])), MOST_SPREAD)


def _pool(family: str, past: Sequence[PastLaunch]) -> Sequence[PastLaunch]:
    """The family's, where at least two launches of it are known; else all."""
    same = [each for each in past if family and each.family == family]
    return same if len(same) > 1 else past


def _miss(one: PastLaunch, past: Sequence[PastLaunch]) -> float | None:
    """What it brought against the mean of the others, in logarithms."""
    others = [each for each in _pool(one.family, past) if each.product != one.product]
    before = [float(each.total_revenue) for each in others if each.total_revenue > 0]
    if not before or one.total_revenue <= 0:
        return None
    return float(np.log(float(one.total_revenue) / np.mean(before)))


def _shape(past: PastLaunch) -> NDArray[np.float64]:
    return np.array(past.deals, dtype=np.float64) / past.total_deals


def _lean(past: PastLaunch, base: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    counted = np.array(past.deals, dtype=np.float64)
    return np.asarray((counted + prior * base) / (past.total_deals + prior))


def _value(launch: Launch, picked: Sequence[PastLaunch]) -> float:
    """What a deal brings: the launch's price times what analogues' deals brought of theirs; where a
    price is missing, what analogues' deals brought."""
    realised = [float(each.deal_value) / float(each.price) for each in picked if each.price]
    if launch.price and len(realised) == len(picked):
        return float(launch.price) * float(np.mean(realised))
    return float(np.mean([float(each.deal_value) for each in picked]))


def _round(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(CENT)
