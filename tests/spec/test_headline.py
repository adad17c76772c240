"""The figures by which plans are compared, as one would add them up by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from counterpoise.domain.reconcile.headline import Headline, asks_the_same, sum_up
from reporting_company import build_cycle

D = Decimal
BASE, HIGH, _LOW = build_cycle().plans


def test_a_plan_is_summed_up_in_seven_figures():
    assert sum_up(BASE) == Headline(
        demand=D("112.00"),
        served=D("103.60"),
        gap_units=D("8.4"),
        gap_money=D("319200"),
        contribution=D("2411000.00"),
        hires=3,
        limits=D("175400.00"),
    )


def test_without_limits_they_cost_nothing():
    assert sum_up(replace(BASE, constraints=())).limits == 0


def cheaper(plan):
    line = replace(plan.problem.demand[0], price=D(1))
    return replace(plan, problem=replace(plan.problem, demand=(line, *plan.problem.demand[1:])))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(replace(BASE, scenario="Fewer leave"), True, id="another name"),
        pytest.param(
            replace(BASE, problem=replace(BASE.problem, late_cost=D("0.5"))),
            True,
            id="another rule",
        ),
        pytest.param(HIGH, False, id="more deals"),
        pytest.param(cheaper(BASE), False, id="another price"),
    ],
)
def test_plans_ask_the_same_when_their_deals_and_prices_are(other, same):
    assert asks_the_same(BASE, other) is same
