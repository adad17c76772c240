"""What a scenario can change, and what must be said beside it so that it is heard."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions.levers import complete, list_levers, write_number
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.supply.pools import build_pools
from counterpoise.domain.tables.capacity import Capacity, PoolMonth, TeamSize, Work
from counterpoise.domain.tables.scenario import Change
from counterpoise.domain.values.text import text
from planning import DELIVERY, SELLERS

D = Decimal
ON = date(2026, 9, 30)
LEARNED = replace(SELLERS, basis=text("{people} people who sell now. …", people=4))
CAPACITY = Capacity(
    pools=(DELIVERY, LEARNED),
    work=(Work("Atlas", "Delivery", D("12.50"), 1), Work("Atlas", "Gulf", D(1), 0)),
    months=(),
    needs=(),
    notes=(),
)


def rule(key, value, subject="", unit="", on=date(2020, 1, 1)):
    return Rule(key, subject, value, unit, on, "staff plan")


BOOK = Rulebook(
    (
        rule("pool.attrition_rate", "0.01", unit="share"),
        rule("pool.attrition_rate", "0.02", "Delivery"),
        rule("pool.hiring_lead_months", "2", "sellers", "months"),
        rule("pool.overtime_premium", "1.5", unit="times the wage"),
        rule("work.units", "12.5", "Delivery", "hours"),
        rule("plan.contribution_rate", "0.5", unit="share"),
        rule("plan.contribution_rate", "0.6", "Atlas", "share"),
        rule("plan.late_cost", "0.02", unit="share"),
        rule("stage.kind", "won", "Won"),
    )
)


def levers(capacity=CAPACITY, book=BOOK):
    found = list_levers(capacity, book, ON)
    return {(each.key, each.subject): each for each in found}


@pytest.mark.parametrize(
    ("key", "subject", "value", "unit", "from_rule"),
    [
        pytest.param("pool.attrition_rate", "Delivery", "0", "", True, id="a pool's own rule"),
        pytest.param("pool.attrition_rate", "Gulf", "0", "share", True, id="the rule for all"),
        pytest.param("pool.hiring_lead_months", "Gulf", "1", "months", True, id="its kind's rule"),
        pytest.param("pool.overtime_cost", "Gulf", "60", "", True, id="reckoned from a premium"),
        pytest.param("pool.headcount", "Gulf", "4", "", False, id="people learned from data"),
        pytest.param("pool.per_person", "Gulf", "2", "deals", False, id="pace learned from data"),
        pytest.param("pool.ramp", "Gulf", "0.5", "", False, id="a row of numbers"),
        pytest.param("work.units", "Atlas / Delivery", "12.5", "hours", True, id="work of a deal"),
        pytest.param("plan.contribution_rate", "Atlas", "0.6", "share", True, id="a product"),
        pytest.param("plan.late_cost", "", "0.02", "share", True, id="what holds for all"),
    ],
)
def test_each_rule_is_shown_as_plans_hear_it(key, subject, value, unit, from_rule):
    lever = levers()[key, subject]
    assert (lever.value, lever.unit, lever.rule is not None) == (value, unit, from_rule)
    assert (lever.basis is None) is from_rule


def test_what_sellers_share_by_their_wins_is_no_lever_and_other_rules_are_none():
    found = levers()
    assert ("work.units", "Atlas / Gulf") not in found
    assert ("stage.kind", "Won") not in found
    assert ("pool.overtime_premium", "") in found


def test_work_without_any_rule_is_still_a_lever():
    book = Rulebook(())
    lever = levers(book=book)["work.units", "Atlas / Delivery"]
    assert (lever.value, lever.unit, lever.rule) == ("12.5", "", None)
    assert ("plan.contribution_rate", "Atlas") not in levers(book=book)


def test_before_supply_answers_the_rulebook_alone_is_listed():
    assert set(levers(capacity=None)) == {
        (each.key, each.subject) for each in BOOK.rules if not each.key.startswith("stage.")
    }


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        pytest.param([("pool.wage", "Gulf", "90")], [], id="a wage is heard as it is"),
        pytest.param([("pool.headcount", "Mars", "9")], [], id="a pool that nobody knows"),
        pytest.param(
            [("pool.headcount", "Gulf", "6")],
            [("pool.kind", "sellers"), ("pool.unit", "deals")],
            id="people of a learned pool: it is declared, its pace stays learned",
        ),
        pytest.param(
            [("pool.per_person", "Gulf", "3")],
            [("pool.kind", "sellers"), ("pool.unit", "deals"), ("pool.headcount", "4")],
            id="the pace of a learned pool: its people are declared too",
        ),
        pytest.param(
            [("pool.headcount", "Gulf", "6"), ("pool.unit", "Gulf", "hours")],
            [("pool.kind", "sellers")],
            id="what somebody says himself is not said again",
        ),
        pytest.param(
            [("pool.headcount", "Delivery", "3")],
            [("pool.kind", "delivery"), ("pool.unit", "hours"), ("pool.per_person", "100")],
            id="a pool of the table resource_pool keeps its work",
        ),
    ],
)
def test_what_is_needed_to_be_heard_is_added(changes, added):
    wanted = tuple(Change(*each) for each in changes)
    whole = complete(wanted, CAPACITY, BOOK, ON)
    assert whole[: len(wanted)] == wanted
    subject = wanted[0].subject
    assert [(each.key, each.value) for each in whole[len(wanted) :]] == added
    assert all(each.subject == subject for each in whole[len(wanted) :])


def test_a_pool_that_stands_for_a_team_of_another_name_says_so():
    capacity = replace(CAPACITY, pools=(replace(LEARNED, name="Gulf desk"),))
    whole = complete((Change("pool.headcount", "Gulf desk", "6"),), capacity, BOOK, ON)
    assert Change("pool.team", "Gulf desk", "Gulf") in whole


def test_a_pool_that_the_rulebook_declares_needs_nothing_more():
    book = Rulebook((*BOOK.rules, rule("pool.headcount", "2", "Delivery")))
    wanted = (Change("pool.headcount", "Delivery", "3"),)
    assert complete(wanted, CAPACITY, book, ON) == wanted
    assert complete(wanted, None, BOOK, ON) == wanted


def test_learned_pools_are_known_by_the_sentence_that_supply_gives_them():
    from counterpoise.domain.rulebook.toml import load_defaults

    teams = [
        TeamSize("Gulf", D(4), D(2), 60, D(100), D(9000)),
        TeamSize("Nile", D(4), D(0), 60, D(10), D(9000)),
        TeamSize("East", D(4), D(2), 3, D(10), D(9000)),
    ]
    pools = build_pools(teams, (), load_defaults(), ON)
    for pool in pools:
        capacity = replace(CAPACITY, pools=(pool,))
        whole = complete((Change("pool.headcount", pool.name, "6"),), capacity, load_defaults(), ON)
        assert [each.key for each in whole] == ["pool.headcount", "pool.kind", "pool.unit"]


@pytest.mark.parametrize(
    ("number", "written"),
    [(D("12.50"), "12.5"), (D(100), "100"), (3, "3"), (D("0.000"), "0"), (D("1E+3"), "1000")],
)
def test_numbers_are_written_without_needless_zeros(number, written):
    assert write_number(number) == written


def test_what_a_template_asks_of_a_pool_is_changed_by_its_hours():
    """One lever, however many months the hours are spread over; work.units would do nothing."""
    month = PoolMonth("Delivery", date(2026, 10, 1), D(9), D(9), D(2), "hours", D(12))
    spread = (Work("Atlas", "Delivery", D(6), 0), Work("Atlas", "Delivery", D(6), 1))
    fed = replace(CAPACITY, work=(*spread, CAPACITY.work[1]), months=(month,))
    book = Rulebook((rule("delivery.hours", "12", "Delivery", "hours a deal"),))
    found = levers(fed, book)
    assert found["delivery.hours", "Delivery"].value == "12"
    assert not any(key == "work.units" for key, _ in found)
