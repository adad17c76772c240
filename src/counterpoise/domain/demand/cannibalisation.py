"""Whether new products took from their sisters: learned from past launches, or not said at all.

For each past launch, the won deals of its sisters (other products of its family) in some months
before and after its first sale are held against those of the rest, all of products whose own first
year was over or that are older than the data:

    change = ln(sisters after / rest after) − ln(sisters before / rest before)

The changes are combined as by DerSimonian & Laird (1986), with the interval of Hartung & Knapp
(2001), which is honest for few. Only where the whole interval lies below nothing is a loss applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.analogues import number_months
from counterpoise.domain.demand.launch_rules import LaunchRules
from counterpoise.domain.tables.deals import EPOCH, Deals
from counterpoise.domain.tables.launch import CURVE_MONTHS, Cannibalisation, PastLaunch, Product
from counterpoise.domain.values.period import months_between
from counterpoise.domain.values.text import text

HALF = 0.5
"""Added to each count, so that none is 0 (Haldane & Anscombe)."""
PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True, eq=False)
class _Sales:
    """Won deals by product: a row of months since `begun` for each."""

    begun: int
    counts: NDArray[np.float64]
    families: tuple[str, ...]
    names: tuple[str, ...]


def estimate(
    deals: Deals, past: Sequence[PastLaunch], products: Sequence[Product], rules: LaunchRules
) -> Cannibalisation:
    sales = _count(deals, {each.name: each.family for each in products})
    told = [each for each in (_compare(one, sales, rules) for one in past) if each]
    if len(told) < rules.fewest_launches:
        return Cannibalisation(
            len(told),
            None,
            None,
            None,
            text(
                "{n} past launches had sisters that sold before and after; {needed} are needed to"
                " say whether new products take from them. Nothing is taken from the sisters.",
                n=len(told),
                needed=rules.fewest_launches,
            ),
        )
    change, low, high = _combine(
        np.array([each for each, _ in told]), np.array([each for _, each in told])
    )
    shares = tuple(map(_round, (change, low, high)))
    if shares[2] < 0:
        why = text(
            "After {n} past launches their sisters sold less than the rest, and more than chance"
            " explains: the same is taken from the sisters of new products.",
            n=len(told),
        )
    else:
        why = text(
            "What {n} past launches did to their sisters cannot be told from nothing. Nothing is"
            " taken from the sisters.",
            n=len(told),
        )
    return Cannibalisation(len(told), shares[0], shares[1], shares[2], why)


def _round(change: float) -> Decimal:
    """A change in logarithms as a share."""
    return Decimal(repr(float(np.expm1(change)))).quantize(PLACES)


def _count(deals: Deals, families: Mapping[str, str]) -> _Sales | None:
    known = deals.known_on(deals.as_of)
    dimension = known.dimensions.get("product")
    won = np.flatnonzero(known.won)
    if dimension is None or not len(won):
        return None
    won = won[dimension.codes[won] >= 0]
    if not len(won):
        return None
    month = number_months(known.closed[won])
    begun = int(month.min())
    counts = np.zeros((len(dimension.labels), int(month.max()) - begun + 1))
    np.add.at(counts, (dimension.codes[won], month - begun), 1.0)
    names = dimension.labels
    return _Sales(begun, counts, tuple(families.get(each, "") for each in names), names)


def _compare(
    one: PastLaunch, sales: _Sales | None, rules: LaunchRules
) -> tuple[float, float] | None:
    """The change and its variance; None where there is nothing to compare."""
    if sales is None or not one.family:
        return None
    first = months_between(EPOCH, one.first_month) - sales.begun
    start, end = first - rules.sister_months, first + rules.sister_months
    if start < 0 or end > sales.counts.shape[1]:
        return None
    begun = np.argmax(sales.counts > 0, axis=1)  # a product that was never won counts nothing
    is_grown = (begun <= first - CURVE_MONTHS) | (begun < rules.quiet_months)
    of_family = np.array([each == one.family for each in sales.families])
    is_itself = np.array([each == one.product for each in sales.names])
    groups = (is_grown & of_family & ~is_itself, is_grown & ~of_family)
    before = [float(sales.counts[each, start:first].sum()) for each in groups]
    after = [float(sales.counts[each, first:end].sum()) for each in groups]
    if not all(before):
        return None
    (sisters, rest), (sisters_then, rest_then) = (
        [each + HALF for each in pair] for pair in (after, before)
    )
    change = np.log(sisters / rest) - np.log(sisters_then / rest_then)
    return float(change), sum(1 / each for each in (sisters, rest, sisters_then, rest_then))


def _combine(
    change: NDArray[np.float64], variance: NDArray[np.float64]
) -> tuple[float, float, float]:
    """The mean change and its 95 % interval."""
    from scipy.special import stdtrit  # noqa: PLC0415 -- slow import

    n = len(change)
    weight = 1 / variance
    mean = (weight @ change) / weight.sum()
    off = weight @ (change - mean) ** 2
    spare = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(0.0, (off - (n - 1)) / spare)
    weight = 1 / (variance + between)
    mean = (weight @ change) / weight.sum()
    square = max(
        weight @ (change - mean) ** 2 / ((n - 1) * weight.sum()),
        1 / weight.sum(),  # never surer than the counts allow
    )
    away = float(stdtrit(n - 1, 0.975)) * float(np.sqrt(square))
    return float(mean), float(mean - away), float(mean + away)
