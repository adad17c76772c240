"""What a plan's shadow prices prove: with the same hires, nobody can plan better.

Price each unit of a pool's work at its shadow price instead of limiting it. No plan can lose by
that, so the best plan then is an upper bound (weak duality), and with right prices it is the plan's
own contribution (strong duality). It needs no solver: with work priced, each product stands alone,
and its best plan follows month by month from the last to the first.
"""

from collections.abc import Sequence
from datetime import date
from math import fsum, inf

from counterpoise.domain.tables.plan import Problem, Solution
from counterpoise.domain.values.period import add_months

Slopes = list[tuple[float, float]]
"""A concave function from 0 on: (length, slope), steepest first."""


def bound_with_prices(problem: Problem, solution: Solution) -> float:
    """No plan with the solution's hires contributes more than this."""
    prices = {(each.pool, each.month): each.price for each in solution.prices}
    return fsum((_bound_pools(problem, solution, prices), *_bound_products(problem, prices)))


def _bound_pools(
    problem: Problem, solution: Solution, prices: dict[tuple[str, date], float]
) -> float:
    """What the people cost, and the most that selling their work at its price could bring."""
    pools = {pool.name: pool for pool in problem.pools}
    committed = {(each.pool, each.month): float(each.units) for each in problem.committed}
    parts = []
    for row in solution.staffing:
        pool, price = pools[row.pool], prices[row.pool, row.month]
        overtime = float(pool.overtime_limit) * row.own_capacity
        free = row.own_capacity - committed.get((row.pool, row.month), 0.0)
        parts += [
            price * free,
            max(price - float(pool.overtime_cost), 0.0) * overtime,
            max(price - float(pool.contractor_cost), 0.0) * float(pool.contractor_limit),
            -float(pool.wage) * row.headcount,
            -float(pool.hire_cost) * row.hires,
        ]
    return fsum(parts)


def _bound_products(problem: Problem, prices: dict[tuple[str, date], float]) -> list[float]:
    bounds = []
    for product in dict.fromkeys(line.product for line in problem.demand):
        lines = {line.month: line for line in problem.demand if line.product == product}
        months = [lines[month] for month in problem.months]
        mine = [work for work in problem.work if work.product == product]
        margins = [
            float(line.price * line.contribution_rate)
            - fsum(
                float(work.units)
                * prices.get((work.pool, add_months(line.month, work.lag_months)), 0.0)
                for work in mine
            )
            for line in months
        ]
        waiting_costs = [float(problem.late_cost * line.price) for line in months]
        waiting_limits = [float(problem.backlog_limit * line.deals) for line in months]
        deals = [float(line.deals) for line in months]
        bounds.append(best_margin(margins, deals, waiting_costs, waiting_limits))
    return bounds


def best_margin(
    margins: Sequence[float],
    deals: Sequence[float],
    waiting_costs: Sequence[float],
    waiting_limits: Sequence[float],
) -> float:
    """The most that a product's deals can earn when a deal served in month t earns margins[t].

    Deals may wait for a later month at waiting_costs a month, waiting_limits at most, or be given
    up. What a deal that waits into a month is worth there falls with how many do: `worth`.
    """
    total = []
    worth: Slopes = []  # after the last month a deal is worth nothing
    for margin, asked, cost, limit in reversed(
        list(zip(margins, deals, waiting_costs, waiting_limits, strict=True))
    ):
        now = max(margin, 0.0)
        better_later = [(n, later - cost - now) for n, later in worth if later - cost - now > 0]
        mine, others = _split(_split(better_later, limit)[0], asked)
        total.append(now * asked)
        total += [length * slope for length, slope in mine]
        worth = [(length, now + slope) for length, slope in others]
        worth.append((inf, now))
    return fsum(total)


def _split(slopes: Slopes, at: float) -> tuple[Slopes, Slopes]:
    """The function's first part, of length `at`, and the rest."""
    first: Slopes = []
    rest: Slopes = []
    for length, slope in slopes:
        part = min(length, at)
        at -= part
        if part > 0:
            first.append((part, slope))
        if length > part:
            rest.append((length - part, slope))
    return first, rest
