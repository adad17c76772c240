"""The independent check of a plan: plain arithmetic on what it says, without the solver or model.

Every rule of the plan is computed again from the problem, and so is its contribution. A number may
differ by TOLERANCE of its own size (of 1 where it is smaller). The bound is the solver's word: what
can be checked is that no plan lies above it and that the gap is what bound and contribution give.
That no better plan exists with the same hires is proved, not believed; see certificate.
"""

from collections.abc import Iterator
from datetime import date
from math import fsum, isfinite

from counterpoise.domain.reconcile.certificate import bound_with_prices
from counterpoise.domain.reconcile.problem import check_problem
from counterpoise.domain.tables.capacity import Pool
from counterpoise.domain.tables.plan import (
    Problem,
    Solution,
    Staffing,
    Verdict,
    Violation,
)
from counterpoise.domain.values.period import add_months, months_between

TOLERANCE = 1e-6


def verify(problem: Problem, solution: Solution) -> Verdict:
    """Feasible when no rule is broken. Raises InvalidProblem where the problem has no meaning."""
    check_problem(problem)
    broken = (*_check_rows(problem, solution), *_check_numbers(solution))
    if broken:
        return Verdict(feasible=False, objective=0.0, bound=0.0, gap=0.0, violations=broken)
    objective = _add_up(problem, solution)
    gap = (solution.bound - objective) / max(abs(objective), 1.0)
    violations = (
        *_check_served(problem, solution),
        *_check_staffing(problem, solution),
        *_check_proof(problem, solution, objective, gap),
    )
    return Verdict(not violations, objective, solution.bound, gap, violations)


def _check_rows(problem: Problem, solution: Solution) -> Iterator[Violation]:
    """One row for each product, pool and month: no more, no fewer."""
    products = dict.fromkeys(line.product for line in problem.demand)
    pools = [pool.name for pool in problem.pools]
    given = {
        "served": ([(row.product, row.month) for row in solution.served], products),
        "staffing": ([(row.pool, row.month) for row in solution.staffing], pools),
        "shadow prices": ([(row.pool, row.month) for row in solution.prices], pools),
    }
    for table, (found, members) in given.items():
        wanted = {(member, month) for member in members for month in problem.months}
        for member, month in sorted(wanted ^ set(found)):
            yield Violation("a row for each month", f"{table} {_at(member, month)}", 1.0)
        if len(found) > len(set(found)):
            yield Violation("a row for each month", f"{table} twice", len(found) - len(set(found)))


def _check_numbers(solution: Solution) -> Iterator[Violation]:
    amounts = {
        "contribution": (solution.objective, solution.bound, solution.gap),
        **{
            f"served {_at(row.product, row.month)}": (
                row.demand,
                row.served,
                row.backlog,
                row.lost,
            )
            for row in solution.served
        },
        **{
            f"staffing {_at(row.pool, row.month)}": (
                row.headcount,
                row.hires,
                row.own_capacity,
                row.overtime,
                row.contractor,
                row.used,
            )
            for row in solution.staffing
        },
        **{f"shadow price {_at(row.pool, row.month)}": (row.price,) for row in solution.prices},
    }
    for where, numbers in amounts.items():
        if not all(isfinite(number) for number in numbers):
            yield Violation("numbers are finite", where, 1.0)


def _check_served(problem: Problem, solution: Solution) -> Iterator[Violation]:
    rows = {(row.product, row.month): row for row in solution.served}
    for line in problem.demand:
        row, where = rows[line.product, line.month], _at(line.product, line.month)
        before = rows.get((line.product, add_months(line.month, -1)))
        waited = before.backlog if before else 0.0
        yield from _differ("demand is the problem's", where, row.demand, float(line.deals))
        yield from _differ(
            "what is asked for is served, waits or is given up",
            where,
            row.served + row.backlog + row.lost,
            waited + float(line.deals),
        )
        limit = float(problem.backlog_limit * line.deals)
        yield from _exceed("backlog limit", where, row.backlog, limit)
        for amount in (row.served, row.backlog, row.lost):
            yield from _exceed("nothing below zero", where, -amount, 0.0)


def _check_staffing(problem: Problem, solution: Solution) -> Iterator[Violation]:
    needed = _need_work(problem, solution)
    for pool in problem.pools:
        rows = {row.month: row for row in solution.staffing if row.pool == pool.name}
        mine = [rows[month] for month in problem.months]
        yield from _check_people(problem, pool, mine)
        for number, row in enumerate(mine):
            where = _at(pool.name, row.month)
            own = _own_work(pool, mine[: number + 1])
            yield from _differ("own work", where, row.own_capacity, own)
            yield from _differ(
                "work used", where, row.used, needed.get((pool.name, row.month), 0.0)
            )
            yield from _exceed("capacity", where, row.used, own + row.overtime + row.contractor)
            limit = float(pool.overtime_limit) * own
            yield from _exceed("overtime limit", where, row.overtime, limit)
            limit = float(pool.contractor_limit)
            yield from _exceed("contractor limit", where, row.contractor, limit)
            for amount in (row.overtime, row.contractor):
                yield from _exceed("nothing below zero", where, -amount, 0.0)


def _check_people(problem: Problem, pool: Pool, rows: list[Staffing]) -> Iterator[Violation]:
    opens = problem.hiring_from or problem.months[0]
    stays = float(1 - pool.attrition_rate)
    there, left = float(pool.headcount), float(pool.headcount)
    for row in rows:
        where = _at(pool.name, row.month)
        if row.hires != int(row.hires) or row.hires < 0:
            yield Violation("whole people are hired", where, float(row.hires))
        if row.hires and months_between(opens, row.month) < pool.hiring_lead_months:
            yield Violation("hiring lead time", where, float(row.hires))
        limit = 1.0 + float(pool.onboarding_rate) * there
        yield from _exceed("onboarding", where, float(row.hires), limit)
        yield from _differ("people", where, row.headcount, left + row.hires)
        there, left = row.headcount, row.headcount * stays


def _own_work(pool: Pool, rows: list[Staffing]) -> float:
    """Work of everyone there in the last of these months, each as far up the ramp as they are."""
    month = len(rows) - 1
    stays = float(1 - pool.attrition_rate)
    ramp = [float(share) for share in pool.ramp]
    lacking = [
        float(people) * stays**month * (1 - ramp[age + month])
        for age, people in enumerate(pool.newcomers)
        if age + month < len(ramp)
    ]
    lacking += [
        row.hires * stays ** (month - number) * (1 - ramp[month - number])
        for number, row in enumerate(rows)
        if month - number < len(ramp)
    ]
    return float(pool.per_person) * (rows[-1].headcount - fsum(lacking))


def _need_work(problem: Problem, solution: Solution) -> dict[tuple[str, date], float]:
    parts: dict[tuple[str, date], list[float]] = {}
    for work in problem.work:
        for row in solution.served:
            if row.product == work.product:
                at = (work.pool, add_months(row.month, work.lag_months))
                parts.setdefault(at, []).append(float(work.units) * row.served)
    for each in problem.committed:
        parts.setdefault((each.pool, each.month), []).append(float(each.units))
    return {at: fsum(amounts) for at, amounts in parts.items()}


def _add_up(problem: Problem, solution: Solution) -> float:
    """The plan's contribution."""
    lines = {(line.product, line.month): line for line in problem.demand}
    pools = {pool.name: pool for pool in problem.pools}
    parts = []
    for row in solution.served:
        line = lines[row.product, row.month]
        parts.append(float(line.price * line.contribution_rate) * row.served)
        parts.append(-float(problem.late_cost * line.price) * row.backlog)
    for staffing in solution.staffing:
        pool = pools[staffing.pool]
        parts.append(-float(pool.wage) * staffing.headcount)
        parts.append(-float(pool.hire_cost) * staffing.hires)
        parts.append(-float(pool.overtime_cost) * staffing.overtime)
        parts.append(-float(pool.contractor_cost) * staffing.contractor)
    return fsum(parts)


def _check_proof(
    problem: Problem, solution: Solution, objective: float, gap: float
) -> Iterator[Violation]:
    yield from _differ("contribution", "the plan", solution.objective, objective)
    yield from _exceed("bound above contribution", "the plan", objective, solution.bound)
    yield from _differ("gap", "the plan", solution.gap, gap)
    for row in solution.prices:
        where = _at(row.pool, row.month)
        yield from _exceed("nothing below zero", f"shadow price {where}", -row.price, 0.0)
    proved = bound_with_prices(problem, solution)
    yield from _differ("shadow prices prove the plan", "the plan", proved, objective)


def _differ(rule: str, where: str, found: float, expected: float) -> Iterator[Violation]:
    if abs(found - expected) > TOLERANCE * max(1.0, abs(expected)):
        yield Violation(rule, where, found - expected)


def _exceed(rule: str, where: str, found: float, limit: float) -> Iterator[Violation]:
    if found - limit > TOLERANCE * max(1.0, abs(limit)):
        yield Violation(rule, where, found - limit)


def _at(member: str, month: date) -> str:
    return f"{member} {month:%Y-%m}"
