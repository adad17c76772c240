"""One plan: the whole-number optimum, then with its hires fixed the prices of what limits it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.reconcile.model import Model, build_model, list_own_work, list_products
from counterpoise.domain.reconcile.problem import check_problem
from counterpoise.domain.reconcile.solver import Answer, solve_integer, solve_linear
from counterpoise.domain.tables.plan import Problem, Served, ShadowPrice, Solution, Staffing

SECONDS = 30.0


def solve(problem: Problem, seconds: float = SECONDS) -> Solution:
    """The plan with the greatest contribution that was found, and a bound on every plan.

    Raises InvalidProblem for a problem without meaning, NoPlanInTime when stopped too early.
    """
    check_problem(problem)
    model = build_model(problem)
    hires = model.columns.table("hires").ravel()
    found = solve_integer(model, hires[model.upper[hires] > 0], seconds)
    fixed = fix_hires(model, np.rint(found.values[hires]))
    priced = solve_linear(fixed)
    bound = max(found.bound, priced.objective)
    return Solution(
        served=_read_served(problem, model, priced),
        staffing=_read_staffing(problem, model, priced),
        objective=priced.objective,
        bound=bound,
        gap=measure_gap(priced.objective, bound),
        prices=tuple(
            ShadowPrice(pool.name, month, max(float(priced.row_prices[row]), 0.0))
            for pool, rows in zip(problem.pools, model.capacity, strict=True)
            for month, row in zip(problem.months, rows, strict=True)
        ),
    )


def fix_hires(model: Model, hires: Sequence[float] | NDArray[np.float64]) -> Model:
    columns = model.columns.table("hires").ravel()
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[columns] = upper[columns] = hires
    return replace(model, lower=lower, upper=upper)


def measure_gap(objective: float, bound: float) -> float:
    """How far the bound lies above the plan, as a share of the plan (of 1 where that is more)."""
    return (bound - objective) / max(abs(objective), 1.0)


def _read_served(problem: Problem, model: Model, answer: Answer) -> tuple[Served, ...]:
    place = {product: number for number, product in enumerate(list_products(problem))}
    month = {each: number for number, each in enumerate(problem.months)}
    values = np.maximum(answer.values, 0.0)
    served, backlog, lost = (
        values[model.columns.table(name)] for name in ("served", "backlog", "lost")
    )
    return tuple(
        Served(
            product=line.product,
            month=line.month,
            demand=float(line.deals),
            served=float(served[place[line.product], month[line.month]]),
            backlog=float(backlog[place[line.product], month[line.month]]),
            lost=float(lost[place[line.product], month[line.month]]),
        )
        for line in problem.demand
    )


def _read_staffing(problem: Problem, model: Model, answer: Answer) -> tuple[Staffing, ...]:
    columns = model.columns
    values = np.maximum(answer.values, 0.0)
    used = _measure_work(problem, model, values)
    rows = []
    for member, pool in enumerate(problem.pools):
        for number, month in enumerate(problem.months):
            own, lacking = list_own_work(columns, member, pool, number, frozenset())
            rows.append(
                Staffing(
                    pool=pool.name,
                    month=month,
                    headcount=float(values[columns("people", member, number)]),
                    hires=round(values[columns("hires", member, number)]),
                    own_capacity=float(sum(values[at] * each for at, each in own) + lacking),
                    overtime=float(values[columns("overtime", member, number)]),
                    contractor=float(values[columns("contractor", member, number)]),
                    used=float(used[member, number]),
                )
            )
    return tuple(rows)


def _measure_work(
    problem: Problem, model: Model, values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Units of work that served and earlier deals need, (pools, months)."""
    pools = {pool.name: number for number, pool in enumerate(problem.pools)}
    months = {month: number for number, month in enumerate(problem.months)}
    served = values[model.columns.table("served")]
    used = np.zeros((len(pools), len(months)))
    for product, name in enumerate(list_products(problem)):
        for work in problem.work:
            if work.product == name and work.lag_months < len(months):
                done = served[product, : len(months) - work.lag_months]
                used[pools[work.pool], work.lag_months :] += float(work.units) * done
    for each in problem.committed:
        used[pools[each.pool], months[each.month]] += float(each.units)
    return used
