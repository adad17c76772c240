"""One plan from demand and supply, on a company small enough to plan by hand.

Four sellers close two deals each a month. A deal leaves 500; a seller costs 100 a month, a new one
50 more; overtime costs 60 a deal; a deal that waits a month costs 20.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.reconcile.model import LIMITS, build_model, count_closed_months
from counterpoise.domain.reconcile.plan import measure_demand_gap, reconcile
from counterpoise.domain.reconcile.problem import build_problem, check_problem
from counterpoise.domain.reconcile.solve import solve
from counterpoise.domain.reconcile.solver import NoPlanInTime, solve_linear
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.capacity import Committed, Work
from counterpoise.domain.tables.plan import DemandGap, DemandLine, InvalidProblem, Problem
from planning import (
    AS_OF,
    DELIVERY,
    MONTHS,
    SELLERS,
    make_capacity,
    make_forecast,
    make_problem,
)

D = Decimal
NOBODY_IN_TIME = replace(SELLERS, hiring_lead_months=9)
NO_OVERTIME = replace(NOBODY_IN_TIME, overtime_limit=D(0))


def staffing(solution, attribute):
    return [getattr(row, attribute) for row in solution.staffing]


def served(solution, attribute="served"):
    return [round(getattr(row, attribute), 6) for row in solution.served]


@pytest.mark.parametrize(
    ("problem", "contribution"),
    [
        pytest.param(
            make_problem((8, 8, 8), pools=(NO_OVERTIME,)),
            3 * (8 * 500 - 400),
            id="everybody is busy: all is served by those there",
        ),
        pytest.param(
            make_problem((9, 8, 8), pools=(NOBODY_IN_TIME,)),
            25 * 500 - 1200 - 60,
            id="one deal too many is done in overtime",
        ),
        pytest.param(
            make_problem((9, 7, 8), pools=(NO_OVERTIME,)),
            24 * 500 - 1200 - 20,
            id="without overtime it waits a month, at the price of waiting",
        ),
        pytest.param(
            make_problem((9, 7, 8), pools=(NO_OVERTIME,), backlog_limit=D(0)),
            23 * 500 - 1200,
            id="if nothing may wait it is lost",
        ),
        pytest.param(
            make_problem((8, 9, 10), pools=(replace(SELLERS, overtime_limit=D(0)),)),
            27 * 500 - 1200 - 200 - 50,
            id="a new seller half on the ramp does one deal, then two",
        ),
        pytest.param(
            make_problem((0, 0, 0)),
            -1200,
            id="no demand: nobody is let go, wages remain",
        ),
    ],
)
def test_contribution(problem, contribution):
    assert solve(problem).objective == pytest.approx(contribution)


def test_hires_wait_for_the_lead_time_and_are_whole_people():
    solution = solve(make_problem((30, 30, 30), backlog_limit=D(0)))
    assert staffing(solution, "hires") == [0, 5, 6]  # each of those there may train one
    assert staffing(solution, "headcount") == pytest.approx([4, 9, 15])
    assert staffing(solution, "own_capacity") == pytest.approx([8, 8 + 5, 18 + 6])


def test_newcomers_already_there_give_their_part_of_the_ramp():
    pool = replace(NO_OVERTIME, newcomers=(D(2),))
    solution = solve(make_problem((8, 8, 8), pools=(pool,), backlog_limit=D(0)))
    assert staffing(solution, "own_capacity") == pytest.approx([6, 8, 8])
    assert served(solution) == [6, 8, 8]


def test_people_leave():
    pool = replace(NO_OVERTIME, attrition_rate=D("0.25"))
    solution = solve(make_problem((8, 8, 8), pools=(pool,), backlog_limit=D(0)))
    assert served(solution) == [8, 6, 4.5]


def test_contractors_are_called_in_where_they_are_worth_it():
    pools = (replace(DELIVERY, hiring_lead_months=9, overtime_limit=D(0)),)
    work = (Work("Atlas", "Delivery", D(100), 0),)
    solution = solve(make_problem((3, 3, 3), pools=pools, work=work, backlog_limit=D(0)))
    assert staffing(solution, "contractor") == pytest.approx([40, 40, 40])
    assert served(solution) == [2.4, 2.4, 2.4]


def test_work_that_follows_a_deal_is_needed_later():
    pools = (replace(DELIVERY, hiring_lead_months=9, overtime_limit=D(0), contractor_limit=D(0)),)
    work = (Work("Atlas", "Delivery", D(100), 1),)
    committed = (Committed("Delivery", MONTHS[0], D(150)),)
    solution = solve(
        make_problem((3, 3, 3), pools=pools, work=work, backlog_limit=D(0), committed=committed)
    )
    assert staffing(solution, "used") == pytest.approx([150, 200, 200])
    assert served(solution) == [2, 2, 3]  # the last month's work falls after the plan


def test_one_more_deal_of_capacity_is_worth_the_overtime_that_it_saves():
    solution = solve(make_problem((9, 7, 7), pools=(NOBODY_IN_TIME,), late_cost=D(1)))
    assert [price.price for price in solution.prices] == pytest.approx([60, 0, 0])


@pytest.mark.parametrize(
    ("hiring_from", "closed"),
    [
        pytest.param(None, 1, id="the first requisition opens in the first month"),
        pytest.param(date(2026, 9, 1), 0, id="it could open a month before"),
        pytest.param(date(2026, 7, 1), 0, id="or long before"),
        pytest.param(date(2026, 12, 1), 3, id="it opens too late for the plan"),
    ],
)
def test_months_without_hires(hiring_from, closed):
    problem = make_problem(hiring_from=hiring_from)
    assert count_closed_months(problem, SELLERS) == closed


def test_stopped_before_any_plan_it_says_so():
    with pytest.raises(NoPlanInTime, match="Give more time"):
        solve(make_problem((30, 30, 30)), seconds=0)


def test_demand_gap_counts_what_is_lost_and_what_still_waits_at_the_end():
    problem = make_problem((9, 9, 10), pools=(NO_OVERTIME,))
    solution = solve(problem)
    waiting = replace(solution.served[2], served=8.0, lost=1.5, backlog=2.5)
    late = replace(solution, served=(*solution.served[:2], waiting))
    assert measure_demand_gap(problem, solution) == DemandGap(D("4.00"), D("4000.00"))
    assert measure_demand_gap(problem, late) == DemandGap(D("6.00"), D("6000.00"))


def test_plan_explains_every_coin_that_is_missing():
    problem = make_problem((9, 9, 10), pools=(NO_OVERTIME,))  # 28 deals, of which 24 are served
    plan = reconcile(problem)
    assert sum(each.money for each in plan.constraints) == 28 * 500 - 24 * 500
    assert plan.verdict.feasible
    assert [str(note)[:31] for note in plan.notes] == [
        "Nobody can be hired in time for",
        "A deal counts as not served whe",
        "What one more unit of work is w",
    ]


def test_plan_that_serves_all_has_nothing_to_explain():
    plan = reconcile(make_problem((7, 7, 7)), "low")
    assert plan.scenario == "low"
    assert plan.demand_gap == DemandGap(D("0.00"), D("0.00"))
    assert {each.money for each in plan.constraints} == {D("0.00")}
    assert plan.notes == ()


@pytest.mark.parametrize(
    "lifted", [pytest.param({"people"}, id="people"), pytest.param(LIMITS, id="every limit")]
)
def test_without_limits_all_is_served_and_only_those_there_are_paid(lifted):
    problem = make_problem((20, 30, 30), pools=(SELLERS, replace(DELIVERY, newcomers=(D(1),))))
    free = solve_linear(build_model(problem, frozenset(lifted))).objective
    assert free == pytest.approx(80 * 500 - 3 * 4 * 100 - 3 * 2 * 80)


def test_product_that_asks_nobody_is_served():
    problem = make_problem((9, 9, 10), work=())
    assert served(solve(problem)) == [9, 9, 10]


@pytest.mark.parametrize(
    ("scenario", "deals"),
    [
        pytest.param("base", [8, 12, 12], id="base is the mean"),
        pytest.param("high", ["11.2", "16.8", "16.8"], id="high: nine of ten paths stay below"),
        pytest.param("low", ["4.8", "7.2", "7.2"], id="low: one of ten does"),
    ],
)
def test_scenarios_scale_the_forecast_to_its_own_paths(scenario, deals):
    problem = build_problem(make_forecast(), make_capacity(), load_defaults(), scenario)
    assert [line.deals for line in problem.demand] == [D(each) for each in deals]
    assert {line.price for line in problem.demand} == {D(1000)}
    assert problem.hiring_from == date(2026, 10, 1)


def test_product_without_any_deal_is_left_out():
    forecast = make_forecast({"Atlas": (8, 12, 12), "Basalt": (0, 0, 0)})
    work = (Work("Atlas", "Gulf", D(1), 0), Work("Basalt", "Gulf", D(1), 0))
    problem = build_problem(forecast, make_capacity(work=work), load_defaults())
    assert {line.product for line in problem.demand} == {"Atlas"}
    assert problem.work == work[:1]


def test_forecast_without_products_is_planned_as_a_whole():
    forecast = make_forecast({"Atlas": (8, 12, 12)})
    whole = replace(forecast, cells=tuple(cell for cell in forecast.cells if not cell.by))
    problem = build_problem(
        whole, make_capacity(work=(Work("", "Gulf", D(1), 0),)), load_defaults()
    )
    assert {line.product for line in problem.demand} == {""}


def test_earlier_work_above_what_people_can_do_is_cut_to_it():
    committed = (Committed("Gulf", MONTHS[1], D(99)), Committed("Gulf", MONTHS[2], D(3)))
    problem = build_problem(make_forecast(), make_capacity(committed=committed), load_defaults())
    assert [each.units for each in problem.committed] == [D(8), D(3)]


@pytest.mark.parametrize(
    ("paths"),
    [
        pytest.param(np.empty((0, 3)), id="no paths"),
        pytest.param(np.zeros((5, 3)), id="paths without revenue"),
        pytest.param(np.full((5, 3), np.nan), id="paths of no number"),
    ],
)
def test_no_scenario_without_paths(paths):
    with pytest.raises(InvalidProblem, match="Plan for the base demand"):
        build_problem(make_forecast(paths=paths), make_capacity(), load_defaults(), "high")


def test_forecast_of_deals_without_revenue_is_refused():
    forecast = make_forecast()
    deals_only = tuple(
        cell for cell in forecast.cells if (cell.measure, cell.by, cell.month) != (
            "won_revenue", (("product", "Atlas"),), MONTHS[0])
    )  # fmt: skip
    with pytest.raises(InvalidProblem, match="Atlas in 2026-10 has deals or revenue, not both"):
        build_problem(replace(forecast, cells=deals_only), make_capacity(), load_defaults())


def test_capacity_of_another_period_is_refused():
    capacity = replace(make_capacity(), months=make_capacity().months[:2])
    with pytest.raises(InvalidProblem, match="says nothing of pool Gulf in 2026-12"):
        build_problem(make_forecast(), capacity, load_defaults())


def test_rulebook_may_say_what_a_product_leaves():
    rules = load_defaults()
    own = replace(rules.get("plan.contribution_rate", AS_OF), subject="Atlas", value="0.7")
    problem = build_problem(make_forecast(), make_capacity(), Rulebook((*rules.rules, own)))
    assert {line.contribution_rate for line in problem.demand} == {D("0.7")}


def line(deals="1", price="1", rate="0.5"):
    return DemandLine("Atlas", MONTHS[0], D(deals), D(price), D(rate))


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        pytest.param({"deals": "-1"}, "deals of -1. Give 0 or more", id="demand below zero"),
        pytest.param({"deals": "NaN"}, "deals of NaN", id="demand that is no number"),
        pytest.param({"price": "Infinity"}, "price of Infinity", id="a price without end"),
        pytest.param({"rate": "50"}, "Write a share of the price", id="a rate in percent"),
        pytest.param({"rate": "NaN"}, "Write a share of the price", id="a rate that is no number"),
    ],
)
def test_demand_without_meaning_is_refused(values, advice):
    with pytest.raises(InvalidProblem, match=advice):
        line(**values)


WHOLE = make_problem()


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param({"months": ()}, "months are ''", id="no month"),
        pytest.param({"months": MONTHS[::2]}, "consecutive months", id="a month left out"),
        pytest.param({"months": (date(2026, 10, 2),)}, "firsts of", id="a month that starts late"),
        pytest.param({"pools": ()}, "no pool of people", id="nobody to do it"),
        pytest.param({"pools": (SELLERS, SELLERS)}, "pool Gulf is given twice", id="a pool twice"),
        pytest.param({"demand": WHOLE.demand[:1] * 2}, "given twice", id="demand twice"),
        pytest.param({"demand": WHOLE.demand[:2]}, "2026-12 is missing", id="demand missing"),
        pytest.param({"work": WHOLE.work * 2}, "work .* is given twice", id="work twice"),
        pytest.param(
            {"work": (Work("Atlas", "Moon", D(1), 0),)}, "asked of Moon", id="an unknown pool"
        ),
        pytest.param(
            {"committed": (Committed("Moon", MONTHS[0], D(1)),)}, "Moon", id="earlier work of it"
        ),
        pytest.param(
            {"committed": (Committed("Gulf", MONTHS[0], D(9)),)},
            "late already",
            id="earlier work above what people can do",
        ),
        pytest.param({"late_cost": D(-1)}, "plan.late_cost is -1", id="waiting that pays"),
        pytest.param({"backlog_limit": D("NaN")}, "backlog_limit is NaN", id="a limit of NaN"),
    ],
)
def test_problem_without_meaning_is_refused(change, advice):
    with pytest.raises(InvalidProblem, match=advice):
        check_problem(replace(WHOLE, **change))


def test_plan_without_products_says_nothing_is_asked():
    empty = Problem(MONTHS, "USD", (), (SELLERS,), (), D("0.02"), D("0.5"))
    plan = reconcile(empty)
    assert plan.solution.served == ()
    assert plan.solution.objective == pytest.approx(-1200)
