"""Which pairs are joined, which a person looks at, and which are left: what costs least.

A pair that is one with likelihood p costs, on average, (1 - p) times a false merge where it is
joined, p times a missed merge where it is left, and one review where a person decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.values.text import text

MARKS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999)
"""Thresholds that the curve is drawn at."""


@dataclass(frozen=True, slots=True)
class Costs:
    """In any one unit, such as minutes of work."""

    false_merge: Decimal
    missed_merge: Decimal
    review: Decimal


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Pairs from `automatic` on are joined, those from `review` on are looked at."""

    automatic: float
    review: float


@dataclass(frozen=True, slots=True)
class Point:
    """What joining every pair from a threshold on would cost, and how many pairs those are."""

    threshold: float
    joined: int
    reviewed: int
    cost: float


def load_costs(rulebook: Rulebook, on: date, kind: str) -> Costs:
    """Raises InvalidRule for a cost that is not above 0."""
    read = {
        name: rulebook.get_number(f"identity.{name}_cost", on, kind)
        for name in ("false_merge", "missed_merge", "review")
    }
    for name, cost in read.items():
        if cost <= 0:
            raise InvalidRule(
                text(
                    "identity.{name}_cost is {cost}, so nothing says which pairs to join. Write a"
                    " number above 0.",
                    name=name,
                    cost=cost,
                )
            )
    return Costs(**read)


def choose_thresholds(costs: Costs) -> Thresholds:
    """Where a review costs as much as joining, and as leaving; one where it never pays."""
    automatic = 1 - costs.review / costs.false_merge
    review = costs.review / costs.missed_merge
    if review >= automatic:
        both = float(costs.false_merge / (costs.false_merge + costs.missed_merge))
        return Thresholds(both, both)
    return Thresholds(float(automatic), float(review))


def draw_curve(
    counted: Sequence[tuple[float, int]], costs: Costs, marks: Iterable[float] = MARKS
) -> tuple[Point, ...]:
    """counted: likelihoods and how many pairs have each. The review's threshold stays as chosen."""
    lower = choose_thresholds(costs).review
    joining, missing, looking = (
        float(costs.false_merge), float(costs.missed_merge), float(costs.review),
    )  # fmt: skip
    points = []
    for mark in marks:
        above = [(p, pairs) for p, pairs in counted if p >= mark]
        between = [(p, pairs) for p, pairs in counted if lower <= p < mark]
        below = [(p, pairs) for p, pairs in counted if p < mark and p < lower]
        cost = sum((1 - p) * pairs for p, pairs in above) * joining
        cost += sum(p * pairs for p, pairs in below) * missing
        reviewed = sum(pairs for _, pairs in between)
        points.append(
            Point(mark, sum(pairs for _, pairs in above), reviewed, cost + reviewed * looking)
        )
    return tuple(points)
