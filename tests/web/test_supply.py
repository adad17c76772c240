"""Supply pages: what is asked of whom, who is missing, what it rests on and who may change that."""

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest

from counterpoise.actions import rules
from kept_forecast import NOW, PERIOD, build_small_cycle, keep_build, keep_run
from people import make_person, sign_in
from reporting_company import build_cycle, build_refusing_cycle
from shown_pages import rows_of, text_of

READERS = (
    "administrator",
    "operations",
    "leader",
    "finance",
    "marketing",
    "executive",
    "viewer",
)


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run()


def open_supply(role="leader", asked="", **person):
    return sign_in(make_person(role, **person)).get(f"/supply/{PERIOD}/?{asked}")


def read_pool_rules(pool):
    """Value, unit and source of each figure of a pool."""
    rows = rows_of(open_supply(asked=f"pool-rules.pool={pool}"), "pool-rules")
    return {row[1]: row[2:5] for row in rows}


def test_who_reads_plans_reads_supply_and_nobody_else(ran, browsers):
    answers = {role: each.get(f"/supply/{PERIOD}/").status_code for role, each in browsers.items()}
    assert answers == {role: 200 if role in READERS else 404 for role in browsers}
    assert browsers["leader"].get("/supply/").url == f"/supply/{PERIOD}/"
    assert browsers["leader"].get("/supply/2027-Q1/").status_code == 404


def test_before_the_first_run_the_page_says_what_to_do(workspace):
    assert "No cycle was run yet" in text_of(sign_in(make_person("viewer")).get("/supply/"))


@pytest.mark.parametrize(
    ("cycle", "is_whole", "words"),
    [
        pytest.param(
            build_refusing_cycle(),
            True,
            "Without a forecast there is nothing to plan people for: 12 closed deals",
            id="no forecast",
        ),
        pytest.param(
            replace(build_refusing_cycle(), refusals=build_refusing_cycle().refusals[1:]),
            True,
            "People cannot be planned: There is no forecast",
            id="no pools",
        ),
        pytest.param(
            build_cycle(), False, "in a form that pages cannot read", id="a run of an older form"
        ),
    ],
)
def test_what_is_refused_is_said_in_words(workspace, cycle, is_whole, words):
    keep_build()
    keep_run(cycle, is_whole=is_whole)
    assert words in text_of(open_supply())


def test_pools_stand_most_loaded_first(ran):
    page = open_supply()
    assert rows_of(page, "pools") == [
        ["Gulf sellers", "sellers", "80.6", "63", "deals", "128%", "too few", "1"],
        ["Delivery", "delivery", "2,311", "2,160", "hours", "107%", "too few", "0"],
        ["فريق المشرق", "sellers", "58.6", "63", "deals", "93%", "enough", "0"],
    ]
    assert page.content.count(b"<svg") == 2, "one chart, wide and narrow, beside its table"


def test_a_month_that_holds_the_plan_back_says_what_one_more_unit_is_worth(ran):
    found = [row for row in rows_of(open_supply(), "months") if row[-1] != "–"]
    assert [(row[0], row[1], row[-1]) for row in found] == [
        ("Gulf sellers", "December 2026", "$8,200")
    ]


def test_who_is_missing_and_when_the_search_must_begin(ran):
    assert rows_of(open_supply(), "needs") == [
        [
            "Gulf sellers", "2", "December 2026", "1 Jul 2026",
            "Gulf sellers needs 26.9 deals in December 2026 and can give 21.",
        ]
    ]  # fmt: skip


def test_a_pool_without_anybody_is_said_to_have_nobody(workspace):
    keep_build()
    cycle = build_small_cycle()
    months = tuple(replace(each, available=Decimal(0)) for each in cycle.capacity.months)
    keep_run(replace(cycle, capacity=replace(cycle.capacity, months=months)))
    assert {(row[5], row[6]) for row in rows_of(open_supply(), "pools")} == {("–", "nobody there")}


def test_nobody_missing_is_said(workspace):
    keep_build()
    cycle = build_small_cycle()
    keep_run(replace(cycle, capacity=replace(cycle.capacity, needs=()), plans=()))
    page = text_of(open_supply())
    assert "Nobody is missing: each pool can give what is asked of it." in page


def test_each_value_has_its_unit_and_its_source(ran):
    rows = read_pool_rules("Delivery")
    assert rows["full work in the first months"] == [
        "0.2 0.6 0.9",
        "share of a ramped person in the first, second … month",
        "default: a new person is usually at full work in the fourth month",
    ]
    value, unit, source = rows["cost of a unit in overtime"]
    assert (value, unit) == ("90", "USD")
    assert source.startswith("1.5 times the wage of the same work (default: a common rate")
    assert rows["people"][:2] == ["6", "people"]
    assert "as declared" in rows["people"][2]


def test_work_and_unconfirmed_values_are_listed(ran):
    page = open_supply()
    assert rows_of(page, "work") == [["Atlas CRM", "Delivery", "14", "hours", "1", "open"]]
    assert [row[0] for row in rows_of(page, "unconfirmed")] == [
        "plan.contribution_rate", "pool.hiring_lead_months",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        pytest.param("operations", "change", id="operations keep the rulebook"),
        pytest.param("leader", "open", id="a leader reads it"),
    ],
)
def test_each_value_leads_to_its_rule(ran, role, offered):
    browser = sign_in(make_person(role))
    page = browser.get(f"/supply/{PERIOD}/")
    assert {row[-1] for row in rows_of(page, "pool-rules")} == {offered}
    links = set(re.findall(r'href="(/rulebook/rule/[^"]+)"', page.content.decode()))
    assert len(links) == 24 + 1 + 2, "two pools a page, one work, two assumptions"
    for link in sorted(links):
        assert browser.get(unescape(link)).status_code == 200, link


def test_a_pool_with_an_entry_of_its_own_shows_that_entry(ran, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(
        '[[rule]]\nkey = "pool.attrition_rate"\nsubject = "Delivery"\nvalue = "0.012"\n'
        'unit = "share a month"\neffective_from = 2026-01-01\nsource = "HR, January"\n'
    )
    rules.import_rules(file, at=NOW)
    name = "people who leave in a month"
    assert read_pool_rules("Delivery")[name] == ["0.012", "share a month", "HR, January"]


def test_overrides_made_after_the_run_are_said_to_be_missing(ran):
    browser = sign_in(make_person("leader"))
    said = {"amount": "7000", "seen": "7000", "reason": "campaign", "comment": "A fair."}
    browser.post(f"/demand/{PERIOD}/cell/override?measure=won_revenue&month=2026-10", said)
    page = browser.get(f"/supply/{PERIOD}/")
    assert "supply does not follow them yet" in text_of(page)


def test_the_page_is_in_arabic_for_who_reads_arabic(ran):
    page = open_supply(language="ar")
    assert 'dir="rtl"' in page.content.decode()
    assert "٨٠" in text_of(page)
