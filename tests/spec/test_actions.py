"""From what the steps found to a list of things to do."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.execute.actions import propose_actions
from counterpoise.domain.execute.evidence import Evidence
from counterpoise.domain.reconcile.plan import reconcile
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.supply.capacity import plan_capacity
from counterpoise.domain.tables.action import Variance, VarianceLine
from counterpoise.domain.tables.capacity import Work
from counterpoise.domain.tables.health import Example, Finding, Health
from counterpoise.domain.values.text import text
from planning import AS_OF, MONTHS, PERIOD, SELLERS, make_forecast, make_problem

D = Decimal
RULES = load_defaults()
CLEAN = Health(100, (), 500)


def finding(attribute, severity="high", rows=10, rule="validity", **other):
    return Finding(
        table="opportunity",
        attribute=attribute,
        rule=rule,
        rows=rows,
        share=0.105,
        severity=severity,
        examples=other.pop("examples", (Example("A-1", "GTXPro"),)),
        fix=text("Mend what is wrong, as in {example}.", example="GTXPro"),
        **other,
    )


def capacity(deals=(9, 12, 17), pool=SELLERS):
    work = (Work("Atlas", "Gulf", D(1), 0),)
    return plan_capacity(make_forecast({"Atlas": deals}), (pool,), work, rulebook=RULES)


def propose(rulebook=RULES, **found):
    evidence = {
        "health": CLEAN,
        "forecast": None,
        "capacity": None,
        "plan": None,
        "variance": None,
        **found,
    }
    return propose_actions(Evidence(PERIOD, AS_OF, "USD", **evidence), rulebook)


def ids(actions):
    return [action.id for action in actions]


def test_nothing_found_nothing_to_do():
    assert propose() == ()


def test_finding_becomes_a_repair_with_its_numbers():
    (action,) = propose(health=Health(90, (finding("product_id"),), 500))
    assert (action.area, action.owner_role) == ("technology", "sales operations manager")
    assert (str(action.what), action.due_on, action.effect) == (
        "Mend what is wrong, as in ….",
        date(2026, 10, 14),
        None,
    )
    assert str(action.why) == "10 rows of opportunity (10.5 %) are at fault in product_id."


def test_finding_of_what_is_not_there_says_that_it_lacks():
    missing = finding("account_id", rule="completeness", examples=(Example("A-1", ""),))
    (action,) = propose(health=Health(90, (missing,), 500))
    assert str(action.why) == "10 rows of opportunity (10.5 %) lack account_id."


@pytest.mark.case("WEB-03")
def test_an_action_quotes_nobody_s_row():
    """It is read by people who may not see that row."""
    found = finding("account_id", examples=(Example("A-1", "Gulf Traders"),))
    (action,) = propose(health=Health(90, (found,), 500))
    for said in (action.what, action.why):
        assert not {"A-1", "GTXPro", "Gulf Traders"} & set(map(str, dict(said.values).values()))
        assert "A-1" not in str(said)


def test_worst_findings_come_first_and_only_four_of_them():
    health = Health(
        50,
        (
            finding("a", "medium", rows=900, rule="completeness", examples=()),
            finding("b", rows=5),
            finding("c", rows=6),
            finding("d", "low"),
            finding("e", rep="Nadia"),
            finding("f", "medium", rows=901),
            finding("g", "medium", rows=2),
        ),
        5000,
    )
    actions = propose(health=health)
    assert sorted(ids(actions)) == [
        "repair:opportunity.a:completeness",
        "repair:opportunity.b:validity",
        "repair:opportunity.c:validity",
        "repair:opportunity.f:validity",
    ]
    assert {action.area for action in actions} == {"process", "technology"}
    assert "10.5 %) are at fault in a." in str(actions[0].why)


def test_people_short_without_a_plan():
    (action,) = propose(capacity=capacity())
    assert str(action.what) == "Decide on hiring for Gulf: 5 more, needed from 2026-10 on."
    assert action.due_on == date(2026, 10, 7)  # the day to begin has passed: this week
    assert action.effect is None
    assert (action.area, action.owner_role) == ("people", "head of sales")


def test_hires_of_the_plan_go_before_needs_and_carry_what_they_are_worth():
    plan = reconcile(make_problem((9, 12, 20)))
    actions = {action.id: action for action in propose(capacity=capacity(), plan=plan)}
    people = next(each.money for each in plan.constraints if each.constraint == "people")
    hire = actions["hire:Gulf"]
    assert str(hire.what) == "Open positions in Gulf: 4, the first to start in 2026-11."
    assert hire.due_on == MONTHS[0]
    assert hire.effect == people
    assert str(actions["sign:plan"].what) == "Review the plan for 2026-Q4 and sign it."
    assert actions["sign:plan"].due_on == PERIOD.start


def test_limits_that_cost_money_are_to_be_widened_and_demand_chosen_among():
    pool = replace(SELLERS, hiring_lead_months=9)
    plan = reconcile(make_problem((12, 12, 12), pools=(pool,)))
    actions = {action.id: action for action in propose(capacity=capacity(pool=pool), plan=plan)}
    assert set(actions) == {
        "hire:Gulf",
        "widen:hiring lead time",
        "widen:overtime and contractor limits",
        "choose:deals",
        "sign:plan",
    } | ({"widen:backlog policy"} & set(actions))
    widen = actions["widen:overtime and contractor limits"]
    assert widen.effect == next(
        each.money for each in plan.constraints if each.constraint.startswith("overtime")
    )
    assert str(actions["choose:deals"].why) == (
        "6.0 of 36.0 expected deals, worth 6000.00 USD, cannot be served in 2026-Q4."
    )


def test_plan_that_serves_all_is_only_to_be_signed():
    plan = reconcile(make_problem((7, 7, 7)))
    assert ids(propose(capacity=capacity((7, 7, 7)), plan=plan)) == ["sign:plan"]
    assert ids(propose(plan=plan)) == ["sign:plan"]


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        pytest.param(0.0, "no plan under these rules can leave more.", id="proven best"),
        pytest.param(0.00004, "no plan under these rules can leave more.", id="best to the cent"),
        pytest.param(0.0012, "No plan can leave more than 0.12 % above that.", id="nearly best"),
    ],
)
def test_who_signs_is_told_how_near_the_best_a_plan_is(gap, said):
    plan = reconcile(make_problem((7, 7, 7)))
    plan = replace(plan, solution=replace(plan.solution, gap=gap))
    (sign,) = propose(plan=plan)
    assert str(sign.why).endswith(said)


@pytest.mark.parametrize(
    ("forecast", "expected"),
    [
        pytest.param(
            make_forecast(), ["fill:pipeline", "use:forecast"], id="half is not in the pipeline"
        ),
        pytest.param(
            replace(make_forecast(), stage_weighted=D(33_000)),
            ["fill:pipeline"],
            id="the weighted pipeline agrees",
        ),
        pytest.param(
            replace(
                make_forecast(),
                stage_weighted=D(33_000),
                cells=tuple(replace(c, from_open=c.mean) for c in make_forecast().cells),
            ),
            [],
            id="all of it is in the pipeline",
        ),
        pytest.param(make_forecast({"Atlas": (0, 0, 0)}), [], id="nothing is expected"),
    ],
)
def test_forecast_tells_what_the_pipeline_lacks(forecast, expected):
    assert ids(propose(forecast=forecast)) == expected


def test_forecast_gives_its_reasons_in_numbers():
    fill, use = propose(forecast=make_forecast())
    assert str(fill.why).startswith("50.0 % of the expected revenue has to come from deals")
    assert str(use.why) == (
        "Weighted by stage the pipeline says 20000.0 USD; the forecast says 32000.0."
    )


def test_last_period_teaches_what_cost_it_most():
    lines = tuple(
        VarianceLine(cause, D(money), text("Because."))
        for cause, money in (("volume", -30), ("timing", -19), ("win_rate", 40), ("price", -25))
    )
    variance = Variance(PERIOD, AS_OF, D(1000), D(966), lines, 9, ())
    actions = propose(variance=variance)
    assert [(action.id, action.effect) for action in actions] == [
        ("learn:volume", 30),
        ("learn:price", 25),
    ]


def test_list_ends_where_the_rulebook_says():
    short = Rulebook((*RULES.rules, Rule("action.limit", "", "1", "", AS_OF, "test")))
    health = Health(50, (finding("a"), finding("b")), 10)
    assert len(propose(short, health=health)) == 1


def test_every_sentence_can_be_said():
    plan = reconcile(make_problem((12, 20, 30)))
    for action in propose(capacity=capacity(), plan=plan, forecast=make_forecast()):
        assert str(action.what).endswith(".")
        assert str(action.why).endswith(".")


@pytest.mark.parametrize(
    ("target", "proposed"),
    [
        pytest.param(None, False, id="no target is set"),
        pytest.param(0, False, id="the forecast is above the target"),
        pytest.param("1.01", False, id="the gap is noise"),
        pytest.param("1.5", True, id="the gap is half the forecast"),
    ],
)
def test_a_gap_to_the_target_calls_for_a_decision(target, proposed):
    forecast = make_forecast({"Atlas": (9, 12, 17)})
    mean = sum(cell.mean for cell in forecast.cells_by("won_revenue", "").values())
    wanted = None if target is None else mean * D(target)
    actions = propose(forecast=forecast, target=wanted)
    found = [action for action in actions if action.id == "close:target"]
    assert bool(found) is proposed
    if proposed:
        assert actions[0] == found[0]
        assert found[0].effect == (mean * D("0.5")).quantize(D("0.01"))
