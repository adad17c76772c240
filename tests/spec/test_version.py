"""A frozen version's inputs: kept exactly, known by a hash, and compared in words."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.reconcile.version import (
    Inputs,
    InvalidInputs,
    UnreadableInputs,
    compare_inputs,
    hash_inputs,
    hash_version,
    inputs_from_document,
    inputs_to_document,
)
from counterpoise.domain.rulebook.rulebook import Rule

WAGE = Rule("pool.wage", "", "5000", "USD a month", date(2020, 1, 1), "default")
CAIRO = Rule("pool.wage", "Cairo", "3100", "USD a month", date(2026, 7, 1), "payroll")
CURRENCY = Rule("company.currency", "", "", "ISO 4217", date(1970, 1, 1), "default")
GULF = {
    "id": 3,
    "measure": "revenue",
    "month": "2026-10-01",
    "by": [["region", "Gulf"], ["product", "Atlas"]],
    "amount": "120000",
    "author": "layla",
    "reason": "tender won",
}
WHOLE = {"id": 7, "measure": "deals", "month": "2026-11-01", "by": [], "amount": "12"}
BASE = {"name": "base", "demand": "base", "changes": []}
INPUTS = Inputs(
    period="2026-Q4",
    as_of=date(2026, 9, 30),
    build="b7",
    manifest_hash="m7",
    rules=(WAGE, CAIRO, CURRENCY),
    overrides=(WHOLE, GULF),
    scenario=BASE,
    code_version="0.1.0",
    seed=7,
)
DOCUMENT = inputs_to_document(INPUTS)


def changed(**changes):
    """What is said of a change of these inputs."""
    return [str(each) for each in compare_inputs(INPUTS, replace(INPUTS, **changes))]


def test_inputs_are_the_same_after_a_journey_through_a_file():
    assert inputs_from_document(json.loads(canonical_bytes(DOCUMENT))) == INPUTS


def test_document_is_plain_and_in_order():
    assert DOCUMENT == {
        "format": "counterpoise-inputs/1",
        "period": "2026-Q4",
        "as_of": "2026-09-30",
        "build": "b7",
        "manifest_hash": "m7",
        "rules": [
            {
                "key": "company.currency",
                "subject": "",
                "value": "",
                "unit": "ISO 4217",
                "effective_from": "1970-01-01",
                "source": "default",
            },
            {
                "key": "pool.wage",
                "subject": "",
                "value": "5000",
                "unit": "USD a month",
                "effective_from": "2020-01-01",
                "source": "default",
            },
            {
                "key": "pool.wage",
                "subject": "Cairo",
                "value": "3100",
                "unit": "USD a month",
                "effective_from": "2026-07-01",
                "source": "payroll",
            },
        ],
        "overrides": [GULF, WHOLE],
        "scenario": BASE,
        "code_version": "0.1.0",
        "seed": 7,
    }


def test_hash_does_not_move_between_releases():
    """Versions were signed under it: a change here needs a new format, not a new figure."""
    assert hash_inputs(INPUTS) == (
        "951cce7c81ce961a9518e819f39d4a49b8b5623e1015f68b9ce893a85199e73d"
    )
    assert hash_version("a", "b") == (
        "00603e763bac3ed2baf6115cf8cc4a71504c04edb1e05a873cdf92ecd39218c2"
    )


def test_version_hash_tells_inputs_from_content():
    assert len({hash_version("a", "b"), hash_version("b", "a"), hash_version("a", "c")}) == 3


def test_amounts_and_days_may_come_as_they_are():
    given = {**GULF, "amount": Decimal(120000), "month": date(2026, 10, 1)}
    given["by"] = (("region", "Gulf"), ("product", "Atlas"))
    assert replace(INPUTS, overrides=(WHOLE, given)) == INPUTS


def test_what_the_caller_changes_later_is_not_changed_in_the_version():
    mine = {**GULF}
    kept = replace(INPUTS, overrides=(mine, WHOLE))
    mine["amount"] = "1"
    assert kept == INPUTS


def test_equal_inputs_have_no_changes_to_tell():
    assert changed() == []
    assert changed(rules=(CURRENCY, CAIRO, WAGE), overrides=(GULF, WHOLE)) == []


RIYADH = replace(CAIRO, subject="Riyadh", value="4000")
RAISE = replace(WAGE, value="5500", effective_from=date(2026, 1, 1), source="payroll")
HIGH = {"name": "high", "demand": "high", "changes": []}
CHEAP = [{"key": "pool.wage", "subject": "Cairo", "value": "2500"}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            {"period": "2027-Q1"}, "The period was 2026-Q4 and is 2027-Q1.", id="another period"
        ),
        pytest.param(
            {"as_of": date(2026, 10, 1)},
            "The as-of day was 2026-09-30 and is 2026-10-01.",
            id="known on another day",
        ),
        pytest.param(
            {"build": "b8", "manifest_hash": "m8"},
            "The data was build b7 and is build b8.",
            id="new data: said once, although its manifest differs as well",
        ),
        pytest.param(
            {"manifest_hash": "m8"},
            "Build b7 is not what it was: its manifest has another hash. Restore the build from a"
            " backup.",
            id="the same build with other content",
        ),
        pytest.param(
            {"code_version": "0.2.0"},
            "Counterpoise was version 0.1.0 and is version 0.2.0.",
            id="another release",
        ),
        pytest.param({"seed": 8}, "The seed was 7 and is 8.", id="another seed"),
        pytest.param(
            {"rules": (WAGE, replace(CAIRO, value="3200"), CURRENCY)},
            "pool.wage (Cairo) was 3100 and is 3200 from 2026-07-01 on.",
            id="a rule corrected in place",
        ),
        pytest.param(
            {"rules": (*INPUTS.rules, RAISE)},
            "pool.wage was 5000 and is 5500 from 2026-01-01 on.",
            id="a rule changed by a newer entry: from what it was before",
        ),
        pytest.param(
            {"rules": (*INPUTS.rules, RIYADH)},
            "pool.wage (Riyadh) was 5000 and is 4000 from 2026-07-01 on.",
            id="a subject's first rule of its own: from everyone's",
        ),
        pytest.param(
            {"rules": (WAGE, CURRENCY)},
            "pool.wage (Cairo) was 3100 and is 5000 from 2026-07-01 on.",
            id="a subject's rule gone: everyone's holds",
        ),
        pytest.param(
            {"rules": (*INPUTS.rules, replace(WAGE, key="pool.hire_cost", value="900"))},
            "pool.hire_cost is new: 900 from 2020-01-01 on.",
            id="a rule where there was none",
        ),
        pytest.param(
            {"rules": (WAGE, CAIRO)},
            "company.currency was – from 1970-01-01 on and is no longer set.",
            id="a rule gone without another: its empty value is a dash",
        ),
        pytest.param(
            {"rules": (replace(WAGE, source="payroll"), CAIRO, CURRENCY)},
            "pool.wage is still 5000 from 2020-01-01 on. Its unit and source were USD a month;"
            " default and are USD a month; payroll.",
            id="a default confirmed",
        ),
        pytest.param(
            {"overrides": (GULF, WHOLE, {**GULF, "id": 9, "amount": "90000"})},
            "Override 9 was added by layla: revenue 2026-10-01 region Gulf product Atlas is 90000.",
            id="an override more",
        ),
        pytest.param(
            {"overrides": (GULF,)},
            "Override 7 was withdrawn: deals 2026-11-01 is no longer 12.",
            id="an override withdrawn",
        ),
        pytest.param(
            {"overrides": (GULF, {**WHOLE, "amount": "15"})},
            "Override 7 of deals 2026-11-01 changed: amount was 12 and is 15.",
            id="an override changed",
        ),
        pytest.param(
            {"overrides": (GULF, {**WHOLE, "comment": None})},
            "Override 7 of deals 2026-11-01 changed: comment was – and is –.",
            id="an override that says nothing where it had no such word",
        ),
        pytest.param(
            {"scenario": HIGH}, "The scenario was base and is high.", id="another scenario"
        ),
        pytest.param(
            {"scenario": {**BASE, "changes": CHEAP}},
            "Scenario base changed: changes was – and is pool.wage Cairo 2500.",
            id="the same scenario with other rules in it",
        ),
    ],
)
def test_one_change_is_told_in_one_sentence(change, told):
    assert changed(**change) == [told]
    assert hash_inputs(replace(INPUTS, **change)) != hash_inputs(INPUTS)


def test_several_changes_are_told_in_the_order_of_the_cycle():
    told = changed(
        build="b8", rules=(WAGE, CURRENCY), overrides=(), scenario=HIGH, code_version="0.2.0"
    )
    assert told == [
        "The data was build b7 and is build b8.",
        "Counterpoise was version 0.1.0 and is version 0.2.0.",
        "pool.wage (Cairo) was 3100 and is 5000 from 2026-07-01 on.",
        (
            "Override 3 was withdrawn: revenue 2026-10-01 region Gulf product Atlas is no longer"
            " 120000."
        ),
        "Override 7 was withdrawn: deals 2026-11-01 is no longer 12.",
        "The scenario was base and is high.",
    ]


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param(
            {"rules": (WAGE, replace(WAGE, value="1"))},
            "pool.wage has two values from 2020-01-01 on.*Keep the one that holds",
            id="two values of a rule for the same day",
        ),
        pytest.param(
            {"rules": (CAIRO, replace(CAIRO, value="1"))},
            "pool.wage / Cairo has two values from 2026-07-01 on",
            id="two values of a subject's rule for the same day",
        ),
        pytest.param(
            {"overrides": (GULF, {**WHOLE, "id": 3})},
            "Override 3 is there twice",
            id="two overrides with one number",
        ),
        pytest.param(
            {"overrides": ({"amount": "1"},)}, "has the id None", id="an override without a number"
        ),
        pytest.param(
            {"overrides": ({**WHOLE, "id": True},)}, "has the id True", id="a number that is none"
        ),
        pytest.param({"overrides": ("all",)}, "has the id None", id="an override that is a word"),
        pytest.param(
            {"overrides": ({**WHOLE, "amount": 0.1},)},
            "An override holds 0.1 as a float.*Give a Decimal or text",
            id="an inexact amount",
        ),
        pytest.param(
            {"scenario": {**BASE, "changes": [{"value": float("nan")}]}},
            "The scenario holds nan as a float",
            id="an inexact amount deep in a scenario",
        ),
    ],
)
def test_inputs_that_could_be_read_in_two_ways_are_refused(change, advice):
    with pytest.raises(InvalidInputs, match=advice):
        replace(INPUTS, **change)


RULE = DOCUMENT["rules"][0]


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param(
            {"format": "counterpoise-plan/1"},
            "'counterpoise-plan/1', not 'counterpoise-inputs/1'",
            id="a plan instead",
        ),
        pytest.param({"mood": "good"}, "inputs lacks or does not know mood", id="a field more"),
        pytest.param({"seed": "7"}, "inputs.seed is '7', where a int", id="a seed in text"),
        pytest.param({"seed": True}, "inputs.seed is True, where a int", id="a seed that is true"),
        pytest.param({"as_of": "soon"}, "inputs.as_of is 'soon', which is no date", id="no date"),
        pytest.param({"rules": None}, "inputs.rules is None, where a list", id="no rules"),
        pytest.param(
            {"rules": [RULE, {"key": "a"}]},
            r"inputs.rules\[1\] lacks or does not know effective_from, source, subject",
            id="half a rule",
        ),
        pytest.param(
            {"rules": [{**RULE, "value": 5}]},
            r"inputs.rules\[0\].value is 5, where a str",
            id="a rule's value that is no text",
        ),
        pytest.param(
            {"overrides": [GULF, GULF]},
            "not what was saved: Override 3 is there twice.*Restore the store from a backup",
            id="an override twice",
        ),
        pytest.param({"scenario": []}, r"inputs.scenario is \[\], where a dict", id="no scenario"),
    ],
)
def test_a_broken_document_is_refused_with_its_place(change, advice):
    with pytest.raises(UnreadableInputs, match=advice):
        inputs_from_document({**DOCUMENT, **change})


FJORD = {"id": 4, "product": "Fjord", "month": "2026-11-01", "author": "layla"}
ATLAS = {"id": 5, "product": "Atlas", "last_month": "2026-11-01", "author": "omar"}


def test_without_launches_and_phase_outs_the_document_is_as_before_there_could_be_any():
    assert set(DOCUMENT) & {"launches", "phase_outs"} == set()
    decided = replace(INPUTS, launches=(FJORD,), phase_outs=(ATLAS,))
    document = inputs_to_document(decided)
    assert (document["launches"], document["phase_outs"]) == ([FJORD], [ATLAS])
    assert inputs_from_document(json.loads(canonical_bytes(document))) == decided
    assert hash_inputs(decided) != hash_inputs(INPUTS)


def test_launches_and_phase_outs_are_kept_in_order_and_told():
    other = {**FJORD, "id": 2, "product": "Dune"}
    assert replace(INPUTS, launches=(FJORD, other)) == replace(INPUTS, launches=(other, FJORD))
    assert changed(launches=(FJORD,), phase_outs=(ATLAS,)) == [
        "A launch of Fjord was decided by layla (decision 4).",
        "A phase-out of Atlas was decided by omar (decision 5).",
    ]
    decided = replace(INPUTS, launches=(FJORD,))
    assert [str(each) for each in compare_inputs(decided, INPUTS)] == [
        "What was decided of Fjord (decision 4) was withdrawn."
    ]


@pytest.mark.parametrize(
    "decided",
    [
        pytest.param((FJORD, FJORD), id="one twice"),
        pytest.param(({**FJORD, "id": "4"},), id="a number as text"),
        pytest.param(({"product": "Fjord"},), id="no number"),
        pytest.param((["Fjord"],), id="no document"),
    ],
)
def test_launches_that_cannot_be_told_apart_are_refused(decided):
    with pytest.raises(InvalidInputs, match="Give each a whole number of its own"):
        replace(INPUTS, launches=decided)
    with pytest.raises(InvalidInputs, match="as a float"):
        replace(INPUTS, launches=({**FJORD, "factor": 1.5},))
