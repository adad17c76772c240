"""The plan as one mixed-integer linear programme, written as sparse matrices.

Deals of product p in month t are served s, wait at the month's end b, or are given up l. Pool r has
W people, of whom H start in t (whole people), and may work overtime O or call in contractors C.

maximise    Σ rate·price·s - Σ late·price·b - Σ (wage·W + hire·H + overtime·O + contractor·C)

balance     s[p,t] + b[p,t] + l[p,t] - b[p,t-1] = demand[p,t]
capacity    Σ_p units[p,r]·s[p,t-lag] + committed[r,t] ≤ own[r,t] + O[r,t] + C[r,t]
own         own[r,t] = per_person·(W[r,t] - Σ_a (1 - ramp[a])·(1 - attrition)^a·H[r,t-a] - learning)
people      W[r,t] = (1 - attrition)·W[r,t-1] + H[r,t]
onboarding  H[r,t] ≤ onboarding_rate·W[r,t-1] + 1
overtime    O[r,t] ≤ overtime_limit·own[r,t]
bounds      b ≤ backlog_limit·demand, C ≤ contractor_limit, H = 0 until the hiring lead time is over

Deals still waiting at the end are worth nothing to this plan. Committed work above what the pool's
own people can do is left out, so that a plan always exists: serve nobody, hire nobody.
It is written as HiGHS takes it, without a modelling layer: explaining one plan solves the same
programme a dozen times over, and building it this way takes milliseconds.

A limit can be relaxed, to learn what it costs: people (the capacity rows go), hiring lead time
(people start at once, as many as one likes, and need no ramp), overtime and contractors (no limit
to either), backlog (any number of deals may wait).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.capacity import Pool
from counterpoise.domain.tables.plan import Problem
from counterpoise.domain.values.period import add_months, months_between

Limit = Literal["people", "hiring lead time", "overtime and contractor limits", "backlog policy"]
LIMITS: tuple[Limit, ...] = (
    "people",
    "hiring lead time",
    "overtime and contractor limits",
    "backlog policy",
)
Variable = Literal["served", "backlog", "lost", "people", "hires", "overtime", "contractor"]
OF_PRODUCTS: tuple[Variable, ...] = ("served", "backlog", "lost")
OF_POOLS: tuple[Variable, ...] = ("people", "hires", "overtime", "contractor")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Which column holds a variable of a product or pool, by position, in a month."""

    products: int
    pools: int
    months: int

    def __call__(self, variable: Variable, member: int, month: int) -> int:
        if variable in OF_PRODUCTS:
            block = OF_PRODUCTS.index(variable) * self.products + member
        else:
            earlier = len(OF_PRODUCTS) * self.products
            block = earlier + OF_POOLS.index(variable) * self.pools + member
        return block * self.months + month

    @property
    def count(self) -> int:
        blocks = len(OF_PRODUCTS) * self.products + len(OF_POOLS) * self.pools
        return blocks * self.months

    def table(self, variable: Variable) -> NDArray[np.int64]:
        """Column numbers of a variable, a row a member."""
        members = self.products if variable in OF_PRODUCTS else self.pools
        first = self(variable, 0, 0)
        return np.arange(first, first + members * self.months).reshape(members, self.months)


@dataclass(slots=True)
class Rows:
    """Rows as they are written: entries (column, value) row after row, and each row's limits."""

    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, terms: Iterable[tuple[int, float]], lower: float, upper: float) -> int:
        """The number of the row that was added."""
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.starts.append(len(self.columns))
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Maximise gain·x for lower ≤ x ≤ upper and the rows. capacity: its rows, (pools, months)."""

    columns: Columns
    gain: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    rows: Rows
    capacity: NDArray[np.int64]


def list_products(problem: Problem) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.product for line in problem.demand))


def build_model(problem: Problem, relaxed: frozenset[Limit] = frozenset()) -> Model:
    columns = Columns(len(list_products(problem)), len(problem.pools), len(problem.months))
    rows = Rows()
    _add_balance(rows, columns, problem)
    capacity = np.empty((0, 0), dtype=np.int64)
    if "people" not in relaxed:
        capacity = _add_capacity(rows, columns, problem, relaxed)
    for member, pool in enumerate(problem.pools):
        _add_people(rows, columns, member, pool)
        if "hiring lead time" not in relaxed:
            _add_onboarding(rows, columns, member, pool)
        if "overtime and contractor limits" not in relaxed:
            _add_overtime(rows, columns, member, pool, relaxed)
    return Model(
        columns=columns,
        gain=_price(columns, problem),
        lower=np.zeros(columns.count),
        upper=_bound(columns, problem, relaxed),
        rows=rows,
        capacity=capacity,
    )


def _add_balance(rows: Rows, columns: Columns, problem: Problem) -> None:
    deals = _by_line(problem, "deals")
    for product in range(columns.products):
        for month in range(columns.months):
            terms = [
                (columns("served", product, month), 1.0),
                (columns("backlog", product, month), 1.0),
                (columns("lost", product, month), 1.0),
            ]
            if month:
                terms.append((columns("backlog", product, month - 1), -1.0))
            asked = float(deals[product, month])
            rows.add(terms, asked, asked)


def _add_capacity(
    rows: Rows, columns: Columns, problem: Problem, relaxed: frozenset[Limit]
) -> NDArray[np.int64]:
    places = {product: place for place, product in enumerate(list_products(problem))}
    committed = {(each.pool, each.month): float(each.units) for each in problem.committed}
    numbers = np.empty((columns.pools, columns.months), dtype=np.int64)
    for member, pool in enumerate(problem.pools):
        mine = [work for work in problem.work if work.pool == pool.name]
        for month in range(columns.months):
            terms = [
                (
                    columns("served", places[work.product], month - work.lag_months),
                    float(work.units),
                )
                for work in mine
                if work.lag_months <= month and work.product in places
            ]
            own, fixed = list_own_work(columns, member, pool, month, relaxed)
            terms += [(column, -value) for column, value in own]
            terms.append((columns("overtime", member, month), -1.0))
            terms.append((columns("contractor", member, month), -1.0))
            free = fixed - committed.get((pool.name, problem.months[month]), 0.0)
            numbers[member, month] = rows.add(terms, -inf, free)
    return numbers


def list_own_work(
    columns: Columns, member: int, pool: Pool, month: int, relaxed: frozenset[Limit]
) -> tuple[list[tuple[int, float]], float]:
    """Work of the pool's own people: terms in its variables, and what newcomers still lack."""
    per_person = float(pool.per_person)
    stays = float(1 - pool.attrition_rate)
    terms = [(columns("people", member, month), per_person)]
    if "hiring lead time" not in relaxed:
        terms += [
            (columns("hires", member, month - age), per_person * stays**age * (float(share) - 1))
            for age, share in enumerate(pool.ramp[: month + 1])
        ]
    lacking = pool.work_after(month) - pool.per_person * pool.people_after(month)
    return terms, float(lacking)


def _add_people(rows: Rows, columns: Columns, member: int, pool: Pool) -> None:
    stays = float(1 - pool.attrition_rate)
    for month in range(columns.months):
        terms = [
            (columns("people", member, month), 1.0),
            (columns("hires", member, month), -1.0),
        ]
        if month:
            terms.append((columns("people", member, month - 1), -stays))
        there = 0.0 if month else float(pool.headcount)
        rows.add(terms, there, there)


def _add_onboarding(rows: Rows, columns: Columns, member: int, pool: Pool) -> None:
    rate = float(pool.onboarding_rate)
    for month in range(columns.months):
        terms = [(columns("hires", member, month), 1.0)]
        if month:
            terms.append((columns("people", member, month - 1), -rate))
        rows.add(terms, -inf, 1.0 if month else 1.0 + rate * float(pool.headcount))


def _add_overtime(
    rows: Rows, columns: Columns, member: int, pool: Pool, relaxed: frozenset[Limit]
) -> None:
    limit = float(pool.overtime_limit)
    for month in range(columns.months):
        own, fixed = list_own_work(columns, member, pool, month, relaxed)
        terms = [(column, -limit * value) for column, value in own]
        terms.append((columns("overtime", member, month), 1.0))
        rows.add(terms, -inf, limit * fixed)


def _bound(columns: Columns, problem: Problem, relaxed: frozenset[Limit]) -> NDArray[np.float64]:
    upper = np.full(columns.count, inf)
    if "backlog policy" not in relaxed:
        waiting = float(problem.backlog_limit) * _by_line(problem, "deals")
        upper[columns.table("backlog")] = waiting
    for member, pool in enumerate(problem.pools):
        if "overtime and contractor limits" not in relaxed:
            upper[columns.table("contractor")[member]] = float(pool.contractor_limit)
        if "hiring lead time" not in relaxed:
            closed = count_closed_months(problem, pool)
            upper[columns.table("hires")[member, :closed]] = 0.0
    return upper


def count_closed_months(problem: Problem, pool: Pool) -> int:
    """The plan's first months, in which nobody can start: the hiring lead time is not over."""
    opens = add_months(problem.hiring_from or problem.months[0], pool.hiring_lead_months)
    return min(max(months_between(problem.months[0], opens), 0), len(problem.months))


def _price(columns: Columns, problem: Problem) -> NDArray[np.float64]:
    gain = np.zeros(columns.count)
    price = _by_line(problem, "price")
    gain[columns.table("served")] = price * _by_line(problem, "contribution_rate")
    gain[columns.table("backlog")] = -float(problem.late_cost) * price
    for member, pool in enumerate(problem.pools):
        gain[columns.table("people")[member]] = -float(pool.wage)
        gain[columns.table("hires")[member]] = -float(pool.hire_cost)
        gain[columns.table("overtime")[member]] = -float(pool.overtime_cost)
        gain[columns.table("contractor")[member]] = -float(pool.contractor_cost)
    return gain


def _by_line(
    problem: Problem, attribute: Literal["deals", "price", "contribution_rate"]
) -> NDArray[np.float64]:
    """An attribute of the demand lines as (products, months)."""
    lines = {(line.product, line.month): getattr(line, attribute) for line in problem.demand}
    values = [[float(lines[p, t]) for t in problem.months] for p in list_products(problem)]
    return np.array(values, dtype=np.float64).reshape(-1, len(problem.months))
