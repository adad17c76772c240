"""What bad data costs: how much more the forecast is off where deals have a fault.

Of each group the error is what was off in all, by what the deals were worth: sum of |expected -
actual| / sum of worth. The cost of a fault is the difference between deals with it and deals
without, times the worth of the open deals that have it now. The range comes from drawing the deals
of both groups again and again (a bootstrap by deal, for what is said of one deal on several days is
not independent). It is a comparison, no experiment: faulty deals may be worse in other ways too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.tables.deal_errors import DealErrors, FaultCost

CENT = Decimal("0.01")
DRAWS = 400
RANGE = (0.1, 0.9)
Fault = tuple[str, str, str]
"""Table, attribute and rule."""


def weigh_faults(
    errors: DealErrors, faults: Mapping[Fault, Collection[str]], least: int, rng: Generator
) -> tuple[FaultCost, ...]:
    """faults: the ids of the deals that have each. least: fewer deals show nothing. What costs most
    comes first, what cannot be said last."""
    ids, place = np.unique(errors.ids.astype(str), return_inverse=True)
    summed = _Summed(
        has_it=np.array(
            [np.isin(ids, list(held)) for held in faults.values()], dtype=np.float64
        ).reshape(len(faults), len(ids)),
        off=np.bincount(place, np.abs(errors.expected - errors.actual), len(ids)).astype(float),
        worth=np.bincount(place, errors.value, len(ids)).astype(float),
    )
    once = summed.compare(np.ones(len(ids)))
    drawn = [summed.compare(rng.poisson(1.0, len(ids)).astype(float)) for _ in range(DRAWS)]
    counts = summed.has_it.sum(axis=1).astype(int).tolist()
    costs = []
    for row, (fault, held) in enumerate(faults.items()):
        has, has_not = counts[row], len(ids) - counts[row]
        error, error_else = (float(each[row]) for each in once)
        differences = np.array([mine[row] - others[row] for mine, others in drawn])
        if min(has, has_not) < least or not np.isfinite(differences).all():
            costs.append(FaultCost(*fault, has, has_not))
            continue
        worth = float(errors.open_values[np.isin(errors.open_ids.astype(str), list(held))].sum())
        low, high = np.quantile(differences, RANGE) * worth
        money = _to_cents((error - error_else) * worth)
        costs.append(
            FaultCost(
                *fault, has, has_not, error, error_else, money, _to_cents(low), _to_cents(high)
            )
        )
    return tuple(sorted(costs, key=_order))


@dataclass(frozen=True, slots=True, eq=False)
class _Summed:
    """By deal: what was off in all and what it was worth in all. has_it: a row for each fault."""

    has_it: NDArray[np.float64]
    off: NDArray[np.float64]
    worth: NDArray[np.float64]

    def compare(
        self, times: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The error with each fault and without it, each deal counted so many times. (Poisson
        counts are a bootstrap that needs no drawing of indices.) NaN for no worth at all."""
        off, worth = self.off * times, self.worth * times
        mine, mine_worth = self.has_it @ off, self.has_it @ worth
        others, others_worth = off.sum() - mine, worth.sum() - mine_worth
        with np.errstate(divide="ignore", invalid="ignore"):
            return mine / mine_worth, others / others_worth


def _to_cents(money: float) -> Decimal:
    return Decimal(repr(float(money))).quantize(CENT)


def _order(cost: FaultCost) -> tuple[bool, Decimal, str, str]:
    return cost.money is None, -(cost.money or Decimal(0)), cost.attribute, cost.rule
