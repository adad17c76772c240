"""What the reconcile step hands over: one plan from demand and supply, with its proof.

Volumes are won deals, work is in a pool's own unit, money is in the plan's currency. A plan holds
everything that `verify` needs to check it again without the solver.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.tables.capacity import Committed, Pool, Work
from counterpoise.domain.values.text import Text, text


class InvalidProblem(ValueError):
    """A planning problem that has no meaning, such as demand below 0."""


@dataclass(frozen=True, slots=True)
class DemandLine:
    """Deals of a product that could be won in a month, and what one is worth."""

    product: str
    month: date
    deals: Decimal
    price: Decimal
    contribution_rate: Decimal

    def __post_init__(self) -> None:
        for name, amount in (("deals", self.deals), ("price", self.price)):
            if not (amount.is_finite() and amount >= 0):
                raise InvalidProblem(
                    text(
                        "Demand for {product} in {month} has {name} of {amount}. Give 0 or more;"
                        " look at the forecast that it comes from.",
                        product=self.product,
                        month=f"{self.month:%Y-%m}",
                        name=name,
                        amount=amount,
                    )
                )
        if not (self.contribution_rate.is_finite() and 0 <= self.contribution_rate <= 1):
            raise InvalidProblem(
                text(
                    "The contribution rate of {product} is {rate}. Write a share of the price, 0"
                    " to 1.",
                    product=self.product,
                    rate=self.contribution_rate,
                )
            )


@dataclass(frozen=True, slots=True)
class Problem:
    """All that the optimisation knows. late_cost: of a deal served a month late, share of price.

    backlog_limit: share of a month's demand that may wait at the end of a month. Headcounts and
    newcomers are those of the first month, before any hire. committed: work that earlier deals
    need. hiring_from: month in which the first requisition can open; None: the first month.
    """

    months: tuple[date, ...]
    currency: str
    demand: tuple[DemandLine, ...]
    pools: tuple[Pool, ...]
    work: tuple[Work, ...]
    late_cost: Decimal
    backlog_limit: Decimal
    committed: tuple[Committed, ...] = ()
    hiring_from: date | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A product in a month: asked for, served, waiting at the month's end, given up."""

    product: str
    month: date
    demand: float
    served: float
    backlog: float
    lost: float


@dataclass(frozen=True, slots=True)
class Staffing:
    """A pool in a month. hires: whole people who start then; the rest are units of work."""

    pool: str
    month: date
    headcount: float
    hires: int
    own_capacity: float
    overtime: float
    contractor: float
    used: float


@dataclass(frozen=True, slots=True)
class ShadowPrice:
    """What one more unit of a pool's work in a month would be worth, hires held fixed."""

    pool: str
    month: date
    price: float


@dataclass(frozen=True, slots=True)
class ConstraintValue:
    """Contribution that one class of constraints costs against serving all demand freely."""

    constraint: str
    money: Decimal
    why: Text


@dataclass(frozen=True, slots=True)
class Solution:
    """objective: the plan's contribution. bound: no plan is better. gap: bound/objective - 1."""

    served: tuple[Served, ...]
    staffing: tuple[Staffing, ...]
    objective: float
    bound: float
    gap: float
    prices: tuple[ShadowPrice, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    where: str
    amount: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the independent check found; feasible when there is no violation."""

    feasible: bool
    objective: float
    bound: float
    gap: float
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class DemandGap:
    """Demand that the plan does not serve within the period, in deals and in revenue."""

    units: Decimal
    money: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """scenario: its name; base, high and low are those that every period has."""

    scenario: str
    problem: Problem
    solution: Solution
    verdict: Verdict
    demand_gap: DemandGap
    constraints: tuple[ConstraintValue, ...]
    notes: tuple[Text, ...]
