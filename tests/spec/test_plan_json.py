"""A saved plan: the same again when it is read, and the same bytes when it is written again."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.reconcile.plan import reconcile
from counterpoise.domain.reconcile.plan_json import (
    UnreadablePlan,
    canonical_bytes,
    from_document,
    to_document,
)
from counterpoise.domain.reconcile.verify import verify
from counterpoise.domain.values.text import text
from planning import SELLERS, make_problem

D = Decimal
NOTE = text("{n} of {money} on {day} {at}", n=3, money=D("1.50"), day=date(2026, 1, 2), at="x")
PLAN = reconcile(
    make_problem(
        (9, 12, 12), pools=(replace(SELLERS, basis=NOTE),), hiring_from=date(2026, 9, 1)
    ),
    "high",
)  # fmt: skip
DOCUMENT = to_document(PLAN)


def test_plan_is_the_same_after_a_journey_through_a_file():
    read = from_document(json.loads(canonical_bytes(DOCUMENT)))
    assert read == PLAN
    assert canonical_bytes(to_document(read)) == canonical_bytes(DOCUMENT)
    assert verify(read.problem, read.solution) == PLAN.verdict


def test_amounts_are_text_and_dates_iso():
    line = DOCUMENT["problem"]["demand"][0]
    assert line == {
        "product": "Atlas",
        "month": "2026-10-01",
        "deals": "9",
        "price": "1000",
        "contribution_rate": "0.5",
    }
    assert DOCUMENT["problem"]["pools"][0]["basis"]["values"] == [
        ["n", "int", 3],
        ["money", "Decimal", "1.50"],
        ["day", "date", "2026-01-02"],
        ["at", "str", "x"],
    ]


def test_canonical_bytes_do_not_depend_on_order_or_spaces():
    assert canonical_bytes({"b": 1.5, "a": "é"}) == '{"a":"é","b":1.5}'.encode()


def test_older_document_without_later_fields_is_read_with_their_defaults():
    older = json.loads(canonical_bytes(DOCUMENT))
    del older["problem"]["hiring_from"]
    assert from_document(older).problem.hiring_from is None


def test_plan_of_a_named_scenario_is_kept_under_its_name():
    document = json.loads(canonical_bytes({**DOCUMENT, "scenario": "Hire in Cairo"}))
    assert from_document(document) == replace(PLAN, scenario="Hire in Cairo")


SAVED_BEFORE = json.loads(
    """
    {"format": "counterpoise-plan/1", "scenario": "low",
     "problem": {"months": ["2026-10-01"], "currency": "USD", "demand": [
       {"product": "Atlas", "month": "2026-10-01", "deals": "2", "price": "1000",
        "contribution_rate": "0.5"}],
      "pools": [], "work": [], "late_cost": "0.02", "backlog_limit": "0.5"},
     "solution": {"served": [], "staffing": [], "objective": 0, "bound": 0, "gap": 0,
      "prices": []},
     "verdict": {"feasible": true, "objective": 0, "bound": 0, "gap": 0, "violations": []},
     "demand_gap": {"units": "0", "money": "0"}, "constraints": [], "notes": []}
    """
)


def test_plan_saved_when_scenarios_had_no_names_of_their_own_is_still_read():
    plan = from_document(SAVED_BEFORE)
    assert (plan.scenario, plan.problem.demand[0].deals) == ("low", D(2))


def changed(path, value):
    document = json.loads(canonical_bytes(DOCUMENT))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param({}, "format is None", id="no plan at all"),
        pytest.param(changed(["format"], "x/2"), "format is 'x/2'", id="another format"),
        pytest.param(changed(["scenario"], 1), "plan.scenario is 1, where a str", id="no name"),
        pytest.param(
            changed(["problem", "pools", 0, "kind"], "robots"), "kind is 'robots'", id="no kind"
        ),
        pytest.param(changed(["extra"], 1), "plan lacks or does not know extra", id="an extra"),
        pytest.param(changed(["problem"], 1), "plan.problem is 1, where a dict", id="no problem"),
        pytest.param(
            changed(["problem", "months"], "x"), "plan.problem.months is 'x'", id="no list"
        ),
        pytest.param(
            changed(["problem", "months", 0], "2026-13-01"), r"months\[0\] is", id="no month"
        ),
        pytest.param(changed(["problem", "late_cost"], "much"), "no Decimal", id="no amount"),
        pytest.param(
            changed(["problem", "demand", 0, "deals"], "-9"), "has no meaning: Demand", id="below 0"
        ),
        pytest.param(
            changed(["problem", "pools", 0, "wage"], "NaN"), "wage is NaN", id="a wage of NaN"
        ),
        pytest.param(
            changed(["problem", "pools", 0, "basis", "values"], [["n", "list", []]]),
            "no value of a sentence",
            id="a sentence with a list in it",
        ),
        pytest.param(
            changed(["problem", "pools", 0, "basis", "values"], [["n"]]),
            "no value of a sentence",
            id="a sentence with a nameless value",
        ),
        pytest.param(
            changed(["solution", "staffing", 0, "hires"], 1.5), "hires is 1.5", id="half a person"
        ),
        pytest.param(changed(["verdict", "feasible"], 1), "feasible is 1", id="a yes that is 1"),
    ],
)
def test_document_that_is_no_plan_is_refused_with_the_place(document, message):
    with pytest.raises(UnreadablePlan, match=message):
        from_document(document)


def test_a_whole_number_may_stand_for_a_measured_one():
    document = changed(["solution", "staffing", 0, "used"], 8)
    assert from_document(document).solution.staffing[0].used == 8
