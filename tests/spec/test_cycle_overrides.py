"""A whole cycle with overrides: everything after demand follows them, and both forecasts stay."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions.answers import answer_cycle, answer_demand
from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.cycle import Facts, run_cycle
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.rulebook.watched import WatchedRulebook
from counterpoise.domain.tables.capacity import TeamSize
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.override import Override
from counterpoise.domain.values.document import from_document, to_document
from overriding import OCTOBER, PERIOD, make_override

D = Decimal
DAY = date(1970, 1, 2)
RULES = (
    *load_defaults().rules,
    Rule("demand.backtest_origins", "", "6", "", DAY, "test"),
    Rule("demand.paths", "", "200", "", DAY, "test"),
)


@pytest.fixture(scope="module")
def facts():
    deals = simulate_deals(11, size=800, months=18).deals
    return Facts(
        company="Zaytara",
        build="b",
        tables=(),
        health=Health(score=100, findings=(), rows=0),
        measures=(),
        history=(),
        deals=deals,
        teams=(TeamSize("Gulf", D(6), D(2), 72, D(90), D(1000)),),
        declared=(),
        won_before=(),
        target=None,
    )


def run(facts, overrides=()):
    return run_cycle(facts, PERIOD, WatchedRulebook(Rulebook(RULES).rules), overrides)


@pytest.fixture(scope="module")
def statistical(facts):
    return run(facts)


@pytest.fixture(scope="module")
def override(statistical):
    """Twice the deals of October."""
    deals = statistical.forecast.cells_by("won_deals", "")["", OCTOBER].mean
    return make_override(2 * deals, measure="won_deals", statistical=deals)


@pytest.fixture(scope="module")
def overridden(facts, override):
    return run(facts, (override,))


def find_month(cycle, measure):
    return cycle.forecast.cells_by(measure, "")["", OCTOBER].mean


def test_nobody_overrode(statistical):
    assert (statistical.statistical, statistical.overrides) == (None, ())
    assert statistical.refusals == ()
    answer = answer_cycle(statistical, ("a", "b", "c"))["demand"]
    assert (answer["statistical"], answer["overrides"]) == (None, [])


def test_supply_and_plans_follow_the_override(statistical, overridden, override):
    assert find_month(overridden, "won_deals") == override.amount
    assert overridden.forecast.notes == statistical.forecast.notes
    before, after = (
        {row.month: row.required for row in each.capacity.months}
        for each in (statistical, overridden)
    )
    assert after[OCTOBER] == pytest.approx(2 * before[OCTOBER], rel=D("0.001"))
    for then, now in zip(statistical.plans, overridden.plans, strict=True):
        asked = [
            sum(line.deals for line in plan.problem.demand if line.month == OCTOBER)
            for plan in (then, now)
        ]
        assert asked[1] > asked[0]
        assert now.verdict.feasible


def test_looking_back_follows_the_statistics_alone(statistical, overridden):
    assert overridden.variance == statistical.variance


def test_both_forecasts_are_kept_side_by_side(statistical, overridden, override):
    assert overridden.statistical.cells == statistical.forecast.cells
    assert overridden.overrides == (override,)
    before = answer_cycle(statistical, ("a", "b", "c"))["demand"]
    demand = answer_cycle(overridden, ("a", "b", "c"))["demand"]
    assert demand["statistical"] == before["forecast"]
    assert demand["forecast"] != before["forecast"]
    assert demand["overrides"] == [
        {
            "id": 1,
            "period": "2026-Q4",
            "measure": "won_deals",
            "month": "2026-10-01",
            "by": {},
            "amount": str(override.amount),
            "statistical": str(override.statistical),
            "reason": "tender",
            "comment": "",
            "author": "Salma",
            "role": "leader",
            "made_at": "2026-09-30T12:01:00+00:00",
            "kind": "absolute",
            "change": "0",
            "expires_on": None,
            "is_firm": False,
            "currency": "",
        }
    ]
    assert demand == json.loads(
        json.dumps(
            answer_demand(
                overridden.forecast,
                "b",
                statistical=overridden.statistical,
                overrides=overridden.overrides,
            )
        )
    )


def test_the_same_overrides_give_the_same_cycle(facts, overridden, override):
    again = run(facts, (override,))
    assert (again.forecast.cells, again.plans) == (overridden.forecast.cells, overridden.plans)


def test_a_refused_forecast_has_nothing_to_override(facts, override):
    nothing = replace(facts, deals=facts.deals.known_on(date(2025, 4, 20)))
    found = run(nothing, (override,))
    assert found.refusals[0].step == "demand"
    assert (found.forecast, found.statistical, found.plans) == (None, None, ())
    assert found.overrides == (override,)


def test_an_override_is_kept_as_a_document_and_read_again(override):
    assert from_document(Override, json.loads(json.dumps(to_document(override)))) == override
