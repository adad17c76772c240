"""The company's own rules about its data, and what changed from one load to the next."""

import json
from datetime import date

import pytest

from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.warehouse.marts.publication import MANIFEST
from counterpoise.warehouse.queries.health import examine, examine_parts, list_rows
from engines.test_health import ACCOUNTS, AS_OF, PRODUCTS, REPS, deal, find, open_deal
from written_builds import at, write_build

COMPANY = {"account": ACCOUNTS, "rep": REPS, "product": PRODUCTS}


def rule(key, subject, value):
    added = Rule(f"health.{key}", subject, value, "", date(1970, 1, 2), "test")
    return Rulebook((*load_defaults().rules, added))


@pytest.mark.parametrize(
    ("rulebook", "row", "found"),
    [
        pytest.param(
            rule("required", "opportunity.next_step", "Offer;Talks"),
            open_deal("X"),
            ("next_step", "completeness"),
            id="no next step in a stage that needs one",
        ),
        pytest.param(
            rule("range", "opportunity.amount", "10 5000"),
            deal("X", amount=5_001),
            ("amount", "range"),
            id="above the highest amount",
        ),
        pytest.param(
            rule("pattern", "opportunity.name", "[A-Z].*"),
            deal("X", name="renewal"),
            ("name", "validity"),
            id="not in the form asked for",
        ),
    ],
)
def test_what_breaks_a_rule_of_the_company_is_found(tmp_path, rulebook, row, found):
    good = [deal("D1", name="Renewal", amount=5_000), open_deal("D2", next_step="call")]
    assert find(tmp_path / "good", rulebook, opportunity=good) == {}
    assert find(tmp_path / "bad", rulebook, opportunity=[*good, row]) == {found: ("X",)}


def test_values_that_must_be_unique_are_compared_however_they_are_written(tmp_path):
    accounts = [
        {"source_id": "A1", "name": "Harbourline", "domain": "harbour.example"},
        {"source_id": "A2", "name": "Quayside", "domain": "Harbour.example "},
        {"source_id": "A3", "name": "Saffron", "domain": "saffron.example"},
        {"source_id": "A4", "name": "Cedar", "domain": ""},
        {"source_id": "A5", "name": "Olive", "domain": ""},
        {"source_id": "A3", "name": "Saffron", "domain": "saffron.example", "source": "odoo"},
    ]
    book = rule("unique", "account.domain", "yes")
    assert find(tmp_path, book, account=accounts) == {("domain", "uniqueness"): ("A1", "A2")}


@pytest.mark.parametrize(
    ("subject", "days", "found"),
    [
        pytest.param("opportunity", 20, ("D1",), id="one source fell silent"),
        pytest.param("opportunity", 400, (), id="all within the limit"),
        pytest.param("opportunity odoo", 20, (), id="a limit for the other source"),
    ],
)
def test_a_source_that_fell_silent_is_found(tmp_path, subject, days, found):
    deals = [deal("D1"), {**open_deal("D2", created_at=at("2026-09-25")), "source": "odoo"}]
    book = rule("fresh", subject, str(days))
    expected = {("created_at", "stale"): found} if found else {}
    assert find(tmp_path, book, opportunity=deals) == expected


def load_twice(tmp_path, before, after):
    """Findings of the second of two builds, as {(attribute, rule): its rows}."""
    write_build(tmp_path / "b1", **{**COMPANY, **before})
    folder = write_build(tmp_path / "b2", **{**COMPANY, **after})
    (folder / MANIFEST).write_text(json.dumps({"previous": "b1"}), "utf-8")
    rules = load_defaults()
    return {
        (each.attribute, each.rule): list_rows(folder, each, rules, AS_OF)
        for each in examine(folder, rules, AS_OF).findings
        if each.rule == "drift"
    }


DEALS = [deal(f"D{n:02}", lead_source="fair" if n < 15 else "web") for n in range(30)]


@pytest.mark.case("IMP-19")
@pytest.mark.parametrize(
    ("after", "found"),
    [
        pytest.param(DEALS, {}, id="the same again"),
        pytest.param([*DEALS, deal("D30", lead_source="web")], {}, id="one deal more"),
        pytest.param(
            [{**each, "amount": None} if each["source_id"] < "D03" else each for each in DEALS],
            {("amount", "drift"): ("D00", "D01", "D02")},
            id="a tenth of the amounts is gone",
        ),
        pytest.param(
            [{**each, "amount": None} if each["source_id"] < "D01" else each for each in DEALS],
            {},
            id="one amount is gone",
        ),
        pytest.param(
            [{**each, "lead_source": "expo"} if each["source_id"] < "D10" else each
             for each in DEALS],
            {("lead_source", "drift"): tuple(f"D{n:02}" for n in range(10))},
            id="a value that is new",
        ),
        pytest.param(
            [{**each, "lead_source": "web"} for each in DEALS],
            {("lead_source", "drift"): tuple(f"D{n:02}" for n in range(15))},
            id="a value that is gone",
        ),
        pytest.param(
            [*DEALS, *(deal(f"E{n:02}", lead_source="web") for n in range(16))],
            {("source_id", "drift"): tuple(f"E{n:02}" for n in range(16))},
            id="half as many deals more",
        ),
    ],
)  # fmt: skip
def test_what_changed_too_much_since_the_load_before_is_found(tmp_path, after, found):
    assert load_twice(tmp_path, {"opportunity": DEALS}, {"opportunity": after}) == found


def test_few_rows_do_not_tell_what_is_usual(tmp_path):
    few = DEALS[:5]
    gone = [{**each, "amount": None} for each in few]
    assert load_twice(tmp_path, {"opportunity": few}, {"opportunity": gone}) == {}


def test_a_build_whose_predecessor_is_gone_is_judged_alone(tmp_path):
    folder = write_build(tmp_path / "b2", **COMPANY, opportunity=DEALS)
    (folder / MANIFEST).write_text(json.dumps({"previous": "b1"}), "utf-8")
    assert examine(folder, load_defaults(), AS_OF).findings == ()


def test_each_table_source_and_rep_has_a_score_of_its_own(tmp_path):
    rows = [
        deal("D1", owner_id="R1"),
        deal("D2", owner_id="R2", amount=None),
        {**deal("D3", owner_id="R1"), "source": "odoo"},
    ]
    folder = write_build(tmp_path, **COMPANY, opportunity=rows)
    health, parts = examine_parts(folder, load_defaults(), AS_OF)
    assert health.score < 100
    assert [(each.kind, each.name, each.score, each.rows, each.findings) for each in parts] == [
        ("table", "account", 100, 1, 0),
        ("table", "opportunity", 67, 3, 1),
        ("table", "rep", 100, 2, 0),
        ("table", "product", 100, 2, 0),
        ("source", "files", 71, 7, 1),
        ("source", "odoo", 100, 1, 0),
        ("rep", "Lina", 100, 2, 0),
        ("rep", "Omar", 0, 1, 1),
    ]
