"""Named scenarios: what may be changed, and that a plan under changes is another plan."""

import re
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest

from counterpoise.actions.scenarios import UnknownScenario, get_scenario
from counterpoise.domain.cycle import Facts, plan_scenario, plan_scenarios, plan_supply
from counterpoise.domain.reconcile.problem import build_problem
from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.rulebook import (
    WITHOUT_DEFAULT,
    InvalidRule,
    Rule,
    Rulebook,
)
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.rulebook.watched import WatchedRulebook
from counterpoise.domain.tables.capacity import TeamSize
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.scenario import (
    BUILT_IN,
    Change,
    InvalidScenario,
    NamedScenario,
)
from overriding import make_deals
from planning import AS_OF, make_forecast

D = Decimal
EARLY = date(2026, 1, 1)
WAGE = Rule("pool.wage", "Gulf", "100", "USD a month", EARLY, "payroll")
TODAY = Rule("plan.late_cost", "", "0.5", "share", AS_OF, "finance")
BOOK = Rulebook((*load_defaults().rules, WAGE, TODAY))
GULF = TeamSize("Gulf", D(4), D(2), 72, D(90), D(1000))


def lay_over(*changes, book=BOOK):
    return book.with_changes([Change(*each) for each in changes], AS_OF, "scenario Frugal")


@pytest.mark.parametrize(
    ("change", "asked", "value"),
    [
        pytest.param(("pool.wage", "Gulf", "90"), "Gulf", "90", id="over an older entry"),
        pytest.param(("plan.late_cost", "", "0.1"), "", "0.1", id="over one of the same day"),
        pytest.param(("pool.wage", "", "90"), "Gulf", "100", id="a narrower entry still holds"),
        pytest.param(("pool.wage", "Cairo", "70"), "Cairo", "70", id="a subject of its own"),
        pytest.param(("pool.headcount", "Delivery", "3"), "Delivery", "3", id="no default"),
        pytest.param(("pool.team", "Delivery", "Gulf 2"), "Delivery", "Gulf 2", id="words"),
        pytest.param(("pool.ramp", "", "0.5"), "", "0.5", id="a shorter ramp"),
        pytest.param(("company.currency", "", "EUR"), "", "EUR", id="over an empty value"),
    ],
)
def test_value_under_a_scenario(change, asked, value):
    found = lay_over(change).get(change[0], AS_OF, asked)
    assert found.value == value
    assert (found.source == "scenario Frugal") == (value == change[2])


def test_a_change_has_the_unit_of_its_rule():
    assert lay_over(("pool.wage", "Cairo", "70")).rules[0] == Rule(
        "pool.wage", "Cairo", "70", "USD a month", AS_OF, "scenario Frugal"
    )
    assert lay_over(("work.units", "Delivery", "9")).rules[0].unit == ""


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param(
            ("pool.wages", "", "5"),
            "The scenario Frugal changes 'pool.wages', and there is no such rule. Choose a key",
            id="a key that no rule has",
        ),
        pytest.param(("pool.wage", "", "much"), "Write a number", id="words for a number"),
        pytest.param(("pool.wage", "", ""), "such as 100", id="nothing for a number"),
        pytest.param(("pool.wage", "", "NaN"), "changes pool.wage to 'NaN'", id="not a number"),
        pytest.param(("pool.ramp", "", "0.5 fast"), "such as 0.25 0.5 0.75", id="a word in a row"),
        pytest.param(("pool.headcount", "D", "few"), "such as 10", id="of a key without default"),
    ],
)
def test_change_that_cannot_be_read_is_refused_with_advice(change, advice):
    with pytest.raises(InvalidRule, match=advice):
        lay_over(change)


def test_keys_without_a_default_have_none_and_stand_among_the_comments_on_the_defaults():
    assert {rule.key for rule in load_defaults().rules} & set(WITHOUT_DEFAULT) == set()
    written = (resources.files(toml.__package__) / "default.toml").read_text("utf-8")
    noted = set(re.findall(r"^#   .*?(?=   |$)", written, re.MULTILINE))
    keys = {key for line in noted for key in re.findall(r"[a-z]+\.[a-z_]+", line)}
    assert keys == set(WITHOUT_DEFAULT) - {"exchange_rate"}


def test_a_rulebook_that_remembers_what_was_asked_goes_on_remembering():
    watched = WatchedRulebook(BOOK.rules)
    laid_over = lay_over(("pool.wage", "Gulf", "90"), book=watched)
    laid_over.get("pool.wage", AS_OF, "Gulf")
    laid_over.get("plan.backlog_limit", AS_OF)
    assert [rule.value for rule in watched.used] == ["90", "0.5"]
    assert watched.get("pool.wage", AS_OF, "Gulf") == WAGE, "the rulebook itself is unchanged"


@pytest.mark.parametrize(
    ("name", "demand", "changes", "advice"),
    [
        pytest.param("Frugal", "best", (), "Choose one of: base, high, low", id="a case"),
        pytest.param("base", "high", (), "another name", id="base that is high"),
        pytest.param(
            "low", "low", (Change("pool.wage", "", "9"),), "another name", id="a changed low"
        ),
        pytest.param("", "base", (), "Use up to 32 letters", id="no name"),
        pytest.param(" Frugal", "base", (), "begin with a letter", id="a space first"),
        pytest.param("a/b", "base", (), "named 'a/b'", id="a path"),
        pytest.param("x" * 33, "base", (), "Use up to 32", id="a long name"),
        pytest.param(
            "Frugal",
            "base",
            (Change("pool.wage", "", "9"), Change("pool.wage", "", "8")),
            r"changes pool.wage \(for all\) twice",
            id="one rule twice",
        ),
        pytest.param(
            "Frugal",
            "base",
            (Change("pool.wage", "Gulf", "9"), Change("pool.wage", "Gulf", "8")),
            "changes pool.wage Gulf twice",
            id="one subject twice",
        ),
    ],
)
def test_scenario_without_meaning_is_refused_with_advice(name, demand, changes, advice):
    with pytest.raises(InvalidScenario, match=advice):
        NamedScenario(name, demand, changes)


def test_names_may_be_arabic_and_have_spaces():
    assert NamedScenario("توظيف مبكر 2", "high").demand == "high"


@pytest.mark.parametrize("name", ["base", "high", "low"])
def test_built_in_scenario_is_found_by_name(name):
    assert get_scenario(name) == NamedScenario(name, name)


def test_scenario_that_nobody_has_named_is_refused_with_those_there_are():
    with pytest.raises(UnknownScenario, match="no scenario 'best'. Plan for one of: base, high"):
        get_scenario("best")


FACTS = Facts(
    company="Zaytara",
    build="b",
    tables=(),
    health=Health(score=100, findings=(), rows=0),
    measures=(),
    history=(),
    deals=make_deals([]),
    teams=(GULF,),
    declared=(),
    won_before=(),
    target=None,
)
DEMAND = make_forecast({"Atlas": (9, 12, 14)})


def plan(*changes, demand="base", name="Frugal"):
    scenario = NamedScenario(name, demand, tuple(Change(*each) for each in changes))
    return plan_scenario(FACTS, DEMAND, WatchedRulebook(BOOK.rules), scenario)


def test_a_scenario_without_changes_is_the_plan_of_its_demand():
    rulebook = WatchedRulebook(BOOK.rules)
    supply = plan_supply(FACTS, DEMAND, rulebook)
    for built_in, made in zip(BUILT_IN, plan_scenarios(FACTS, DEMAND, rulebook), strict=True):
        assert made.problem == build_problem(DEMAND, supply, rulebook, built_in.demand)
        mine = plan(demand=built_in.demand)
        assert (mine.problem, mine.solution) == (made.problem, made.solution)
        assert (mine.scenario, made.scenario) == ("Frugal", built_in.name)


def test_a_change_reaches_supply_and_plan_and_no_other_plan():
    cheap = plan(("pool.wage", "Gulf", "50"), ("plan.late_cost", "", "0"))
    (pool,) = cheap.problem.pools
    assert (pool.wage, cheap.problem.late_cost) == (D(50), D(0))
    assert cheap.solution.objective > plan().solution.objective
    assert cheap.notes == plan().notes, "every change was asked for"
    assert plan().problem.pools[0].wage == D(100)
    assert cheap.verdict.feasible


@pytest.mark.parametrize(
    ("change", "note"),
    [
        pytest.param(
            ("demand.shock", "", "0.3"),
            "The scenario's change of demand.shock to 0.3 makes no difference: this plan does not"
            " ask for it, it is so already, or every pool and product has an entry of its own.",
            id="of the forecast, which stays",
        ),
        pytest.param(
            ("pool.wage", "Golf", "50"),
            "The scenario's change of pool.wage of Golf to 50 makes no difference: this plan does"
            " not ask for it, or it is so already. Look at how the name is written.",
            id="of a team that is misspelt",
        ),
        pytest.param(
            ("pool.wage", "", "50"),
            "The scenario's change of pool.wage to 50 makes no difference: this plan does not ask"
            " for it, it is so already, or every pool and product has an entry of its own.",
            id="for all, where the only pool has a wage of its own",
        ),
    ],
)
def test_a_change_that_makes_no_difference_is_said(change, note):
    assert str(plan(change).notes[-1]) == note


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("pool.wage", "Gulf", "much"), id="no number"),
        pytest.param(("pool.hiring_lead_months", "", "1.5"), id="half a month"),
        pytest.param(("pool.wage", "Gulf", "50 60"), id="two wages"),
        pytest.param(("pool.attrition_rate", "", "5"), id="more leave than there are"),
    ],
)
def test_change_that_cannot_be_planned_with_is_refused_before_anything_is_solved(change):
    with pytest.raises(InvalidRule):
        plan(change)


def test_changes_that_need_one_another_all_make_a_difference():
    mine = plan(
        ("pool.headcount", "Delivery", "2"),
        ("pool.kind", "Delivery", "delivery"),
        ("pool.per_person", "Delivery", "100"),
        ("pool.wage", "Delivery", "80"),
        ("work.units", "Delivery", "9"),
    )
    assert [pool.name for pool in mine.problem.pools] == ["Delivery", "Gulf"]
    assert not any("makes no difference" in str(note) for note in mine.notes)
