"""What holds for every plan, whatever the company."""

import random
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.reconcile.certificate import best_margin, bound_with_prices
from counterpoise.domain.reconcile.gap import explain_gap, measure_free_contribution
from counterpoise.domain.reconcile.model import build_model
from counterpoise.domain.reconcile.plan import reconcile
from counterpoise.domain.reconcile.plan_json import canonical_bytes, from_document, to_document
from counterpoise.domain.reconcile.solve import fix_hires, solve
from counterpoise.domain.reconcile.solver import RELATIVE_GAP, solve_linear
from counterpoise.domain.reconcile.verify import verify
from counterpoise.domain.tables.capacity import Committed, Work
from counterpoise.domain.tables.plan import DemandLine, Problem
from counterpoise.domain.values.period import add_months
from planning import DELIVERY, MONTHS, SELLERS

D = Decimal


def amounts(low, high, places=2):
    return st.decimals(low, high, places=places)


@st.composite
def pools(draw, name):
    made = replace(
        draw(st.sampled_from((SELLERS, DELIVERY))),
        name=name,
        headcount=draw(amounts(0, 20, 1)),
        per_person=draw(amounts(1, 20)),
        ramp=tuple(draw(st.lists(amounts(0, 1), max_size=3))),
        attrition_rate=draw(amounts(0, "0.3")),
        hiring_lead_months=draw(st.integers(0, 4)),
        wage=draw(amounts(0, 400)),
        hire_cost=draw(amounts(0, 400)),
        overtime_cost=draw(amounts(0, 60)),
        overtime_limit=draw(amounts(0, "0.5")),
        contractor_cost=draw(amounts(0, 90)),
        contractor_limit=draw(amounts(0, 10)),
        onboarding_rate=draw(amounts(0, 1)),
    )
    newcomers = draw(st.lists(amounts(0, 1), max_size=3))
    return replace(made, newcomers=tuple(newcomers) if sum(newcomers) <= made.headcount else ())


@st.composite
def problems(draw):
    months = tuple(add_months(MONTHS[0], n) for n in range(draw(st.integers(1, 5))))
    products = [f"product {n}" for n in range(draw(st.integers(1, 3)))]
    teams = [draw(pools(f"pool {n}")) for n in range(draw(st.integers(1, 2)))]
    rates = {product: draw(amounts(0, 1)) for product in products}
    demand = [
        DemandLine(product, month, draw(amounts(0, 40)), draw(amounts(0, 500)), rates[product])
        for product in products
        for month in months
    ]
    work = [
        Work(product, pool.name, draw(amounts(0, 5)), draw(st.integers(0, 2)))
        for product in products
        for pool in teams
    ]
    committed = [
        Committed(pool.name, month, pool.work_after(number) / 3)
        for pool in teams
        for number, month in enumerate(months)
        if draw(st.booleans())
    ]
    return Problem(
        months=months,
        currency="USD",
        demand=tuple(demand),
        pools=tuple(teams),
        work=tuple(work),
        late_cost=draw(amounts(0, "0.2")),
        backlog_limit=draw(amounts(0, 1)),
        committed=tuple(committed),
        hiring_from=draw(st.sampled_from((None, add_months(months[0], -2)))),
    )


def tolerance(solution):
    """Two optima may each be as far from the best as the solver was told to search."""
    return (2 * RELATIVE_GAP) * max(abs(solution.objective), 1.0)


@settings(deadline=None, max_examples=60)
@given(problems())
def test_every_plan_passes_the_independent_check_and_stays_below_its_bound(problem):
    solution = solve(problem)
    verdict = verify(problem, solution)
    assert verdict.violations == ()
    assert verdict.objective <= verdict.bound + 1e-6 * max(1.0, abs(verdict.bound))
    assert abs(verdict.objective - solution.objective) <= 1e-6 * max(1.0, abs(solution.objective))
    assert verdict.gap <= 1e-3


@settings(deadline=None, max_examples=30)
@given(problems())
def test_same_problem_gives_the_same_plan_to_the_byte(problem):
    plan = reconcile(problem)
    written = canonical_bytes(to_document(plan))
    assert canonical_bytes(to_document(reconcile(problem))) == written
    assert from_document(to_document(plan)) == plan
    assert canonical_bytes(to_document(from_document(to_document(plan)))) == written


@settings(deadline=None, max_examples=30)
@given(problems(), amounts(0, 20))
def test_more_contractors_or_free_work_never_give_less(problem, more):
    before = solve(problem)
    widened = replace(
        problem,
        pools=tuple(
            replace(pool, contractor_limit=pool.contractor_limit + more) for pool in problem.pools
        ),
    )
    faster = replace(
        problem,
        pools=tuple(replace(pool, per_person=pool.per_person + more) for pool in problem.pools),
    )
    for after in (solve(widened), solve(faster)):
        assert after.objective >= before.objective - tolerance(before)


@settings(deadline=None, max_examples=30)
@given(problems(), st.sampled_from((D("0.001"), D(10), D(100_000))))
def test_another_currency_gives_the_same_plan_in_other_money(problem, rate):
    scaled = replace(
        problem,
        demand=tuple(replace(line, price=line.price * rate) for line in problem.demand),
        pools=tuple(
            replace(
                pool,
                wage=pool.wage * rate,
                hire_cost=pool.hire_cost * rate,
                overtime_cost=pool.overtime_cost * rate,
                contractor_cost=pool.contractor_cost * rate,
            )
            for pool in problem.pools
        ),
    )
    before, after = solve(problem), solve(scaled)
    assert abs(after.objective / float(rate) - before.objective) <= tolerance(before) * 2


@settings(deadline=None, max_examples=30)
@given(problems())
def test_limits_add_up_to_what_the_plan_falls_short_of_free(problem):
    solution = solve(problem)
    lines = explain_gap(problem, solution)
    short = round(100 * (measure_free_contribution(problem) - solution.objective))
    assert 100 * sum(line.money for line in lines) == short
    assert all(line.money >= D("-0.01") for line in lines)


@settings(deadline=None, max_examples=30)
@given(problems(), st.randoms(use_true_random=False))
def test_any_prices_bound_the_plan_from_above(problem, rng):
    """Weak duality: however the work is priced, no plan with these hires can earn more."""
    solution = solve(problem)
    prices = tuple(
        replace(each, price=each.price * rng.uniform(0, 3) + rng.choice((0, 50)))
        for each in solution.prices
    )
    bound = bound_with_prices(problem, replace(solution, prices=prices))
    assert bound >= solution.objective - 1e-6 * max(1.0, abs(solution.objective))


@settings(deadline=None, max_examples=30)
@given(problems(), st.data())
def test_shadow_price_lies_between_a_little_more_and_a_little_less(problem, data):
    """What an added sliver of work brings is at most its price; what a lost one costs, at least."""
    solution = solve(problem)
    model = build_model(problem)
    fixed = fix_hires(model, [row.hires for row in solution.staffing])
    pool = data.draw(st.integers(0, len(problem.pools) - 1))
    month = data.draw(st.integers(0, len(problem.months) - 1))
    row = int(model.capacity[pool, month])

    def worth(units):
        upper = list(model.rows.upper)
        upper[row] += units
        return solve_linear(replace(fixed, rows=replace(model.rows, upper=upper))).objective

    price = solution.prices[pool * len(problem.months) + month].price
    sliver = 0.01
    slack = 1e-4 * max(1.0, price)
    assert (worth(sliver) - solution.objective) / sliver <= price + slack
    room = solution.staffing[pool * len(problem.months) + month]
    if room.own_capacity + room.overtime + room.contractor - room.used < 1e-9 and room.used > 1:
        assert (solution.objective - worth(-sliver)) / sliver >= price - slack


def hundredths(least, most):
    """No finer than that: a solver takes less than its tolerance of 1e-7 deals for none."""
    return st.integers(least * 100, most * 100).map(lambda number: number / 100)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(hundredths(-50, 100), hundredths(0, 20), hundredths(0, 30), hundredths(0, 10)),
        min_size=1,
        max_size=4,
    )
)
def test_best_margin_is_what_a_solver_finds(months):
    from scipy.optimize import linprog

    count = len(months)
    margins, deals, costs, limits = map(list, zip(*months, strict=True))
    gain = [-margin for margin in margins] + costs + [0.0] * count
    balance = [[0.0] * (3 * count) for _ in range(count)]
    for month in range(count):
        for block in range(3):
            balance[month][block * count + month] = 1.0
        if month:
            balance[month][count + month - 1] = -1.0
    bounds = [(0, None)] * count + [(0, limit) for limit in limits] + [(0, None)] * count
    best = -linprog(gain, A_eq=balance, b_eq=deals, bounds=bounds).fun
    assert best_margin(margins, deals, costs, limits) == pytest.approx(best, abs=1e-6)


def tamper(solution, rng):
    """One number of a plan, changed by a tenth and by more than one; and what was changed."""
    table = rng.choice(("served", "staffing", "plan"))
    if table == "plan":
        name = rng.choice(("objective", "bound", "gap"))
        changed = getattr(solution, name) * rng.choice((0.9, 1.1)) + rng.choice((-1.5, 1.5))
        return replace(solution, **{name: changed}), name
    rows = list(getattr(solution, table))
    at = rng.randrange(len(rows))
    name = rng.choice([each.name for each in fields(rows[at])][2:])
    worth = getattr(rows[at], name)
    if name == "hires":
        changed = worth + rng.choice((-1, 1, 2))
    else:
        changed = worth * rng.choice((0.9, 1.1)) + rng.choice((-1.5, 1.5))
    rows[at] = replace(rows[at], **{name: changed})
    return replace(solution, **{table: tuple(rows)}), f"{table}.{name}"


def draw_company(seed):
    rng = random.Random(seed)
    demand = tuple(
        DemandLine(product, month, D(rng.randint(5, 20)), price, D("0.5"))
        for product, price in (("Atlas", D(900)), ("Basalt", D(1310)), ("Cedar", D(1777)))
        for month in (add_months(MONTHS[0], n) for n in range(6))
    )
    teams = (SELLERS, replace(DELIVERY, headcount=D(3), attrition_rate=D("0.05")))
    teams = tuple(replace(pool, headcount=pool.headcount * 3) for pool in teams)
    work = tuple(
        Work(product, pool.name, D(rng.randint(1, 40)) / (1 if pool.unit == "hours" else 40), lag)
        for product in ("Atlas", "Basalt", "Cedar")
        for pool, lag in ((teams[0], 0), (teams[1], 1))
    )
    months = tuple(add_months(MONTHS[0], n) for n in range(6))
    return Problem(months, "USD", demand, teams, work, D("0.02"), D("0.5"))


def test_check_catches_a_hundred_of_a_hundred_changed_numbers():
    problem = draw_company(1)
    solution = solve(problem)
    assert verify(problem, solution).feasible
    rng = random.Random(7)
    missed = []
    for _ in range(100):
        changed, name = tamper(solution, rng)
        if verify(problem, changed).feasible:
            missed.append(name)
    assert missed == []


def test_check_catches_changed_shadow_prices():
    problem = draw_company(2)
    solution = solve(problem)
    missed = []
    for at, price in enumerate(solution.prices):
        for changed in (price.price + 1000, price.price * 0.5 - 1):
            prices = list(solution.prices)
            prices[at] = replace(price, price=changed)
            if verify(problem, replace(solution, prices=tuple(prices))).feasible:
                missed.append((price, changed))
    assert missed == []


@pytest.mark.soak
@settings(deadline=None, max_examples=1500)
@given(problems())
def test_every_plan_passes_the_check_of_many_more(problem):
    solution = solve(problem)
    assert verify(problem, solution).violations == ()
    lines = explain_gap(problem, solution)
    short = round(100 * (measure_free_contribution(problem) - solution.objective))
    assert 100 * sum(line.money for line in lines) == short
