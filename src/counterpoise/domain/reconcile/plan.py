"""One plan from demand and supply: solved, checked again, and explained in money."""

from collections.abc import Iterator
from decimal import Decimal

from counterpoise.domain.reconcile.gap import explain_gap
from counterpoise.domain.reconcile.model import count_closed_months
from counterpoise.domain.reconcile.solve import SECONDS, solve
from counterpoise.domain.reconcile.verify import verify
from counterpoise.domain.tables.plan import DemandGap, Plan, Problem, Solution
from counterpoise.domain.values.text import Text, text

CENT = Decimal("0.01")


def reconcile(problem: Problem, scenario: str = "base", seconds: float = SECONDS) -> Plan:
    solution = solve(problem, seconds)
    return Plan(
        scenario=scenario,
        problem=problem,
        solution=solution,
        verdict=verify(problem, solution),
        demand_gap=measure_demand_gap(problem, solution),
        constraints=explain_gap(problem, solution),
        notes=tuple(_write_notes(problem, solution)),
    )


def measure_demand_gap(problem: Problem, solution: Solution) -> DemandGap:
    """Deals given up in any month or still waiting after the last, and their price."""
    prices = {(line.product, line.month): line.price for line in problem.demand}
    last = problem.months[-1]
    units = money = Decimal(0)
    for row in solution.served:
        unserved = Decimal(repr(row.lost))
        if row.month == last:
            unserved += Decimal(repr(row.backlog))
        units += unserved
        money += unserved * prices[row.product, row.month]
    return DemandGap(units.quantize(CENT), money.quantize(CENT))


def _write_notes(problem: Problem, solution: Solution) -> Iterator[Text]:
    if all(count_closed_months(problem, pool) == len(problem.months) for pool in problem.pools):
        yield text(
            "Nobody can be hired in time for this period: finding people takes longer. Whom you"
            " hire now helps the next one."
        )
    if any(row.lost or row.backlog for row in solution.served):
        yield text(
            "A deal counts as not served when it waits beyond the last month, although the month"
            " after may still serve it."
        )
    if any(row.price for row in solution.prices):
        yield text(
            "What one more unit of work is worth holds for the hires of this plan; what one more"
            " person is worth is another plan."
        )
