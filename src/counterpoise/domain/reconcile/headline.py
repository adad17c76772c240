"""The few figures by which plans are compared, and whether two plans can be."""

from dataclasses import dataclass
from decimal import Decimal

from counterpoise.domain.tables.plan import Plan

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Headline:
    """Deals asked for and served within the period, what is not served in deals and in revenue,
    contribution in the plan's currency, people hired, and what all limits together cost."""

    demand: Decimal
    served: Decimal
    gap_units: Decimal
    gap_money: Decimal
    contribution: Decimal
    hires: int
    limits: Decimal


def sum_up(plan: Plan) -> Headline:
    """Deals and money to the hundredth; the gap is what the plan itself says."""
    demand = sum((line.deals for line in plan.problem.demand), Decimal(0)).quantize(CENT)
    return Headline(
        demand=demand,
        served=demand - plan.demand_gap.units,
        gap_units=plan.demand_gap.units,
        gap_money=plan.demand_gap.money,
        contribution=Decimal(repr(plan.solution.objective)).quantize(CENT),
        hires=sum(row.hires for row in plan.solution.staffing),
        limits=sum((each.money for each in plan.constraints), Decimal(0)),
    )


def asks_the_same(plan: Plan, other: Plan) -> bool:
    """Whether both answer to the same deals, month by month: made from one forecast."""
    return _list_deals(plan) == _list_deals(other)


def _list_deals(plan: Plan) -> set[tuple[object, ...]]:
    lines = plan.problem.demand
    return {(line.product, line.month, line.deals, line.price) for line in lines}
