"""The planning problem: the forecast's deals, what each is worth, and who can serve them.

A product's price is what its forecast revenue is per forecast deal over the whole period, so that
no plan gains by putting a deal off. The base scenario is the forecast's mean; high and low scale it
to the total that nine of ten, and one of ten, of the forecast's paths stay below.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

import numpy as np

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.capacity import Capacity, Committed, Pool
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.tables.plan import DemandLine, InvalidProblem, Problem
from counterpoise.domain.tables.scenario import DemandCase
from counterpoise.domain.values.period import add_months, first_of_month, months_between
from counterpoise.domain.values.text import text

MILLIONTH = Decimal("0.000001")
QUANTILE = {"high": 0.9, "low": 0.1}
WITHOUT_PATHS = {
    "high": (
        "The forecast has no sample paths with revenue, so there is no high demand to plan for."
        " Plan for the base demand."
    ),
    "low": (
        "The forecast has no sample paths with revenue, so there is no low demand to plan for."
        " Plan for the base demand."
    ),
}
TWICE = {
    "pool": "The pool {twice} is given twice. Keep one.",
    "demand": "The demand for {twice} is given twice. Keep one.",
    "work": "The work {twice} is given twice. Keep one.",
    "committed": "The committed work {twice} is given twice. Keep one.",
}


def build_problem(
    forecast: Forecast, capacity: Capacity, rulebook: Rulebook, case: DemandCase = "base"
) -> Problem:
    """Raises InvalidProblem for demand or people that cannot be planned with."""
    on = forecast.as_of
    scale = _get_scale(forecast, case)
    months = tuple(month.start for month in forecast.period.months)
    deals = forecast.product_cells("won_deals")
    prices = _price_products(forecast)
    demand = tuple(
        DemandLine(
            product=product,
            month=month,
            deals=(deals[product, month].mean * scale).quantize(MILLIONTH),
            price=prices[product],
            contribution_rate=rulebook.get_number("plan.contribution_rate", on, product),
        )
        for product in prices
        for month in months
    )
    _check_capacity(capacity, months)
    problem = Problem(
        months=months,
        currency=forecast.currency,
        demand=demand,
        pools=capacity.pools,
        work=tuple(work for work in capacity.work if work.product in prices),
        late_cost=rulebook.get_number("plan.late_cost", on),
        backlog_limit=rulebook.get_number("plan.backlog_limit", on),
        committed=tuple(_cap(each, capacity.pools, months[0]) for each in capacity.committed),
        hiring_from=add_months(first_of_month(on), 1),
    )
    check_problem(problem)
    return problem


def check_problem(problem: Problem) -> None:
    """Raises InvalidProblem, saying what does not fit together."""
    _check_months(problem)
    if not problem.pools:
        raise InvalidProblem(
            text(
                "There is no pool of people, so a plan would serve everything with nobody. Load"
                " reps with their teams, or declare a pool in the rulebook (pool.headcount)."
            )
        )
    _check_unique("pool", [(pool.name,) for pool in problem.pools])
    _check_unique("demand", [(line.product, f"{line.month:%Y-%m}") for line in problem.demand])
    asked = [(work.product, work.pool, work.lag_months) for work in problem.work]
    _check_unique("work", [(product, pool, f"+{lag}") for product, pool, lag in asked])
    _check_unique("committed", [(each.pool, f"{each.month:%Y-%m}") for each in problem.committed])
    _check_complete(problem)
    strangers = {work.pool for work in problem.work}
    strangers |= {each.pool for each in problem.committed}
    strangers -= {pool.name for pool in problem.pools}
    if strangers:
        raise InvalidProblem(
            text(
                "Work is asked of {stranger}, which is no pool of this plan. Declare the pool, or"
                " take the work away.",
                stranger=min(strangers),
            )
        )
    for each in problem.committed:
        can = _work_without_hires(each, problem.pools, problem.months[0])
        if not 0 <= each.units <= can:
            raise InvalidProblem(
                text(
                    "Earlier deals need {units} of {pool} in {month}, and its people can do {can}."
                    " Give no more than that; the rest is late already.",
                    units=each.units,
                    pool=each.pool,
                    month=f"{each.month:%Y-%m}",
                    can=can,
                )
            )
    shares = {"plan.late_cost": problem.late_cost, "plan.backlog_limit": problem.backlog_limit}
    for name, share in shares.items():
        if not (share.is_finite() and share >= 0):
            raise InvalidProblem(
                text("{name} is {share}. Give a share of 0 or more.", name=name, share=share)
            )


def _get_scale(forecast: Forecast, case: DemandCase) -> Decimal:
    if case == "base":
        return Decimal(1)
    totals = forecast.paths.sum(axis=1)
    mean = float(totals.mean()) if len(totals) else 0.0
    if not (np.isfinite(totals).all() and mean > 0):
        raise InvalidProblem(text(WITHOUT_PATHS[case]))
    return Decimal(repr(float(np.quantile(totals, QUANTILE[case])) / mean))


def _cap(committed: Committed, pools: Sequence[Pool], first: date) -> Committed:
    """Earlier work, as far as the pool's own people can do it: the rest is late already."""
    work = _work_without_hires(committed, pools, first)
    return replace(committed, units=min(committed.units, work.quantize(MILLIONTH, ROUND_DOWN)))


def _work_without_hires(committed: Committed, pools: Sequence[Pool], first: date) -> Decimal:
    pool = next(pool for pool in pools if pool.name == committed.pool)
    return pool.work_after(months_between(first, committed.month))


def _check_capacity(capacity: Capacity, months: Sequence[date]) -> None:
    known = {(row.pool, row.month) for row in capacity.months}
    wanted = {(pool.name, month) for pool in capacity.pools for month in months}
    if missing := wanted - known:
        pool, month = min(missing)
        raise InvalidProblem(
            text(
                "Capacity says nothing of pool {pool} in {month}. Plan capacity for the same"
                " period as the forecast.",
                pool=pool,
                month=f"{month:%Y-%m}",
            )
        )


def _price_products(forecast: Forecast) -> dict[str, Decimal]:
    """Revenue by deal of every product that is expected to sell at all."""
    deals = forecast.product_cells("won_deals")
    revenue = forecast.product_cells("won_revenue")
    if set(deals) != set(revenue):
        product, month = min(set(deals) ^ set(revenue))
        raise InvalidProblem(
            text(
                "The forecast of {product} in {month} has deals or revenue, not both. Forecast"
                " both.",
                product=product,
                month=f"{month:%Y-%m}",
            )
        )
    sold, earned = _total(deals), _total(revenue)
    return {each: (earned[each] / sold[each]).quantize(MILLIONTH) for each in sold if sold[each]}


def _total(cells: dict[tuple[str, date], Cell]) -> dict[str, Decimal]:
    """By product, over the months."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (product, _), cell in cells.items():
        totals[product] += cell.mean
    return totals


def _check_months(problem: Problem) -> None:
    months = problem.months
    expected = tuple(add_months(months[0], n) for n in range(len(months))) if months else None
    if months != expected or months[0].day != 1:
        raise InvalidProblem(
            text(
                "The plan's months are '{listed}'. Give the firsts of consecutive months.",
                listed=", ".join(map(str, months)),
            )
        )


def _check_complete(problem: Problem) -> None:
    asked = {(line.product, line.month) for line in problem.demand}
    wanted = {(line.product, month) for line in problem.demand for month in problem.months}
    if different := asked ^ wanted:
        product, month = min(different)
        raise InvalidProblem(
            text(
                "Demand of {product} in {month} is missing, or lies outside the plan's months."
                " Give one line for each product and month, 0 where nothing is asked for.",
                product=product,
                month=f"{month:%Y-%m}",
            )
        )


def _check_unique(what: str, keys: Sequence[tuple[str, ...]]) -> None:
    if len(keys) > len(set(keys)):
        twice = next(key for key in keys if list(keys).count(key) > 1)
        raise InvalidProblem(text(TWICE[what], twice=" / ".join(twice)))
