"""Checking a plan without the solver: each rule names what was broken, and where."""

from dataclasses import replace
from decimal import Decimal

import pytest

from counterpoise.domain.reconcile.solve import solve
from counterpoise.domain.reconcile.verify import verify
from counterpoise.domain.tables.capacity import Committed, Work
from counterpoise.domain.tables.plan import InvalidProblem, Violation
from planning import DELIVERY, MONTHS, SELLERS, make_problem

D = Decimal
POOLS = (
    replace(SELLERS, newcomers=(D(1), D(1)), ramp=(D("0.5"), D("0.8"))),
    replace(DELIVERY, attrition_rate=D("0.1")),
)
PROBLEM = make_problem(
    (9, 12, 20),
    pools=POOLS,
    work=(Work("Atlas", "Gulf", D(1), 0), Work("Atlas", "Delivery", D(20), 1)),
    committed=(Committed("Delivery", MONTHS[0], D(150)),),
)
SOLUTION = solve(PROBLEM)


def with_served(at, **changes):
    rows = list(SOLUTION.served)
    rows[at] = replace(rows[at], **changes)
    return replace(SOLUTION, served=tuple(rows))


def with_staffing(at, **changes):
    rows = list(SOLUTION.staffing)
    rows[at] = replace(rows[at], **changes)
    return replace(SOLUTION, staffing=tuple(rows))


def broken(solution):
    return {violation.rule for violation in verify(PROBLEM, solution).violations}


def test_true_plan_passes_with_its_own_figures():
    verdict = verify(PROBLEM, SOLUTION)
    assert verdict.feasible
    assert verdict.violations == ()
    assert verdict.objective == pytest.approx(SOLUTION.objective, rel=1e-9)
    assert verdict.bound == SOLUTION.bound
    assert verdict.gap == pytest.approx(SOLUTION.gap, abs=1e-9)


@pytest.mark.parametrize(
    ("solution", "rule"),
    [
        pytest.param(with_served(0, demand=10.0), "demand is the problem's", id="other demand"),
        pytest.param(
            with_served(0, served=9.5),
            "what is asked for is served, waits or is given up",
            id="a deal from nowhere",
        ),
        pytest.param(with_served(1, backlog=6.5), "backlog limit", id="too many wait"),
        pytest.param(with_served(0, lost=-1.0), "nothing below zero", id="a deal lost backwards"),
        pytest.param(with_staffing(0, headcount=6.0), "people", id="people from nowhere"),
        pytest.param(with_staffing(1, hires=-1), "whole people are hired", id="fewer than nobody"),
        pytest.param(with_staffing(1, hires=1.5), "whole people are hired", id="half a person"),
        pytest.param(with_staffing(0, hires=1), "hiring lead time", id="hired too soon"),
        pytest.param(with_staffing(1, hires=7), "onboarding", id="more than can be trained"),
        pytest.param(with_staffing(0, own_capacity=9.0), "own work", id="work from nowhere"),
        pytest.param(with_staffing(0, used=1.0), "work used", id="work hidden"),
        pytest.param(with_staffing(0, overtime=9.0), "overtime limit", id="too much overtime"),
        pytest.param(with_staffing(0, overtime=0.0), "capacity", id="overtime hidden"),
        pytest.param(with_staffing(0, contractor=1.0), "contractor limit", id="no contractor"),
        pytest.param(with_staffing(3, contractor=-1.0), "nothing below zero", id="fewer of them"),
        pytest.param(replace(SOLUTION, objective=1.0), "contribution", id="other contribution"),
        pytest.param(
            replace(SOLUTION, bound=SOLUTION.objective - 9),
            "bound above contribution",
            id="a bound below the plan",
        ),
        pytest.param(replace(SOLUTION, gap=0.5), "gap", id="other gap"),
        pytest.param(
            replace(SOLUTION, prices=tuple(replace(each, price=-1.0) for each in SOLUTION.prices)),
            "nothing below zero",
            id="a price below zero",
        ),
        pytest.param(
            replace(
                SOLUTION, prices=tuple(replace(each, price=9999.0) for each in SOLUTION.prices)
            ),
            "shadow prices prove the plan",
            id="prices that prove nothing",
        ),
    ],
)
def test_each_rule_is_checked(solution, rule):
    assert rule in broken(solution)


@pytest.mark.parametrize(
    ("solution", "violation"),
    [
        pytest.param(
            replace(SOLUTION, served=SOLUTION.served[1:]),
            Violation("a row for each month", "served Atlas 2026-10", 1.0),
            id="a row is missing",
        ),
        pytest.param(
            replace(SOLUTION, prices=(*SOLUTION.prices, SOLUTION.prices[0])),
            Violation("a row for each month", "shadow prices twice", 1),
            id="a row stands twice",
        ),
        pytest.param(
            with_staffing(2, used=float("nan")),
            Violation("numbers are finite", "staffing Gulf 2026-12", 1.0),
            id="a number is none",
        ),
        pytest.param(
            replace(SOLUTION, bound=float("inf")),
            Violation("numbers are finite", "contribution", 1.0),
            id="a bound without end",
        ),
    ],
)
def test_broken_table_is_reported_before_anything_is_computed(solution, violation):
    verdict = verify(PROBLEM, solution)
    assert verdict.violations == (violation,)
    assert not verdict.feasible


def test_problem_without_meaning_is_refused():
    with pytest.raises(InvalidProblem):
        verify(replace(PROBLEM, months=()), SOLUTION)
