"""Health of builds written by hand, row by row, and of the Maven export."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.warehouse.queries.health import examine, list_rows
from written_builds import at, write_build, write_maven

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
RULES = load_defaults()
AS_OF = date(2026, 9, 30)
REPS = ({"source_id": "R1", "name": "Lina"}, {"source_id": "R2", "name": "Omar"})
PRODUCTS = ({"source_id": "DESK", "name": "Desk"}, {"source_id": "LEDGER-CORE", "name": "Core"})
ACCOUNTS = ({"source_id": "A1", "name": "Harbourline Foods"},)


def deal(key, **changed):
    """A deal won in good order."""
    return {
        "source_id": key,
        "account_id": "A1",
        "owner_id": "R1",
        "product_id": "DESK",
        "stage": "Won",
        "status": "won",
        "amount": 1_000,
        "created_at": at("2026-01-05"),
        "closed_at": at("2026-02-10"),
        **changed,
    }


def open_deal(key, **changed):
    return deal(
        key,
        **{
            "stage": "Offer",
            "status": "open",
            "closed_at": None,
            "created_at": at("2026-09-01"),
            "expected_close_on": date(2026, 11, 1),
            **changed,
        },
    )


def find(folder, rulebook=RULES, as_of=AS_OF, **tables):
    """Every finding about all reps, as {(attribute, rule): its rows}."""
    company = {"account": ACCOUNTS, "rep": REPS, "product": PRODUCTS}
    build = write_build(folder, **{**company, **tables})
    return {
        (each.attribute, each.rule): list_rows(build, each, rulebook, as_of)
        for each in examine(build, rulebook, as_of).findings
        if not each.rep
    }


def test_nothing_is_found_in_good_rows(tmp_path):
    assert find(tmp_path, opportunity=[deal("D1"), open_deal("D2")]) == {}


def test_nothing_is_found_in_an_empty_build(tmp_path):
    health = examine(write_build(tmp_path), RULES, AS_OF)
    assert (health.score, health.findings, health.rows) == (0, (), 0)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param(deal("X", account_id=None), ("account_id", "completeness"), id="no account"),
        pytest.param(deal("X", owner_id=" "), ("owner_id", "completeness"), id="a blank owner"),
        pytest.param(deal("X", amount=None), ("amount", "completeness"), id="won without amount"),
        pytest.param(deal("X", amount=0), ("amount", "range"), id="won for nothing"),
        pytest.param(open_deal("X", amount=-5), ("amount", "range"), id="negative amount"),
        pytest.param(deal("X", closed_at=None), ("closed_at", "completeness"), id="won when?"),
        pytest.param(
            deal("X", closed_at=at("2025-12-31")), ("closed_at", "date_order"), id="won too early"
        ),
        pytest.param(deal("X", probability=1.4), ("probability", "range"), id="140 %"),
        pytest.param(deal("X", account_id="A9"), ("account_id", "reference"), id="no such account"),
        pytest.param(
            deal("X", product_id="LEDGERCORE"), ("product_id", "near_miss_key"), id="near product"
        ),
        pytest.param(deal("X", status="wonn"), ("status", "validity"), id="no known status"),
        pytest.param(
            open_deal("X", created_at=at("2025-01-05")), ("updated_at", "stale"), id="forgotten"
        ),
    ],
)
def test_a_fault_in_a_deal_is_found_and_nothing_else(tmp_path, row, found):
    rows = [deal("D1"), open_deal("D2"), row]
    assert find(tmp_path, opportunity=rows) == {found: ("X",)}


def test_a_date_without_a_time_is_not_before_a_moment_of_that_day(tmp_path):
    rows = [deal("D1", created_at=at("2026-02-10 09:00"), closed_at=at("2026-02-10"))]
    assert find(tmp_path, opportunity=rows) == {}


def test_what_no_deal_of_a_stage_has_is_not_missing_there(tmp_path):
    unknown = [open_deal(f"P{n}", stage="Prospecting", amount=None) for n in range(20)]
    offers = [open_deal("O1"), open_deal("O2", amount=None)]
    assert find(tmp_path, opportunity=[*unknown, *offers]) == {("amount", "completeness"): ("O2",)}


def test_amounts_are_compared_with_those_of_their_product(tmp_path):
    small = [deal(f"S{n}", amount=100 + n) for n in range(30)]
    large = [deal(f"L{n}", product_id="LEDGER-CORE", amount=90_000 + n) for n in range(30)]
    far = deal("X", amount=90_000)
    assert find(tmp_path, opportunity=[*small, *large, far]) == {("amount", "range"): ("X",)}


def test_amounts_of_a_rare_product_are_compared_with_all(tmp_path):
    usual = [deal(f"S{n}", amount=100 + n) for n in range(30)]
    rare = [deal("X", product_id="LEDGER-CORE", amount=10_500)]
    assert find(tmp_path, opportunity=[*usual, *rare]) == {("amount", "range"): ("X",)}


@pytest.mark.parametrize(
    ("touch", "is_stale"),
    [
        pytest.param({}, True, id="nothing since"),
        pytest.param({"activity": "2026-09-01"}, False, id="an activity lately"),
        pytest.param({"activity": "2026-10-05"}, True, id="an activity after the as-of day"),
        pytest.param({"change": "2026-09-01"}, False, id="a change lately"),
    ],
)
def test_stale_deals(tmp_path, touch, is_stale):
    old = open_deal("X", created_at=at("2026-01-01"))
    changes = [
        {"source_id": "H1", "opportunity_id": "X", "changed_at": at(touch["change"]),
         "attribute": "stage", "value_after": "Offer", "origin": "history"}
        for _ in touch if "change" in touch
    ]  # fmt: skip
    done = [
        {"source_id": "T1", "opportunity_id": "X", "occurred_at": at(touch["activity"]),
         "type": "call", "owner_id": "R1"}
        for _ in touch if "activity" in touch
    ]  # fmt: skip
    found = find(tmp_path, opportunity=[old], opportunity_change=changes, activity=done)
    assert found == ({("updated_at", "stale"): ("X",)} if is_stale else {})


def test_a_deal_younger_than_slow_wins_is_not_stale(tmp_path):
    slow = [
        deal(f"W{n}", created_at=at("2024-01-01"), closed_at=at("2025-12-01")) for n in range(20)
    ]
    old = open_deal("X", created_at=at("2026-01-01"))
    assert find(tmp_path, opportunity=[*slow, old]) == {}


def test_only_what_was_known_counts(tmp_path):
    """On 31 January the deal is still open, and the broken one is not there yet."""
    rows = [
        deal("D1", amount=0, expected_close_on=date(2026, 3, 1)),
        deal("D2", account_id=None, created_at=at("2026-02-01")),
    ]
    assert find(tmp_path, as_of=date(2026, 1, 31), opportunity=rows) == {}


def test_the_as_of_day_ends_where_the_company_is(tmp_path):
    riyadh = Rule("company.time_zone", "", "Asia/Riyadh", "", date(2020, 1, 1), "test")
    rows = [open_deal("D1", account_id=None, created_at=at("2026-09-30 22:00"))]
    assert find(tmp_path, Rulebook((*RULES.rules, riyadh)), opportunity=rows) == {}


def test_a_moment_far_in_the_future_cannot_have_happened(tmp_path):
    rows = [deal(f"D{n}") for n in range(200)]
    rows += [deal("X", created_at=at("2062-01-05"), closed_at=None, status="open", stage="Offer")]
    assert find(tmp_path, opportunity=rows) == {("created_at", "date_order"): ("X",)}


def person(key, **changed):
    return {
        "source_id": key,
        "account_id": "A1",
        "first_name": "Noura",
        "last_name": f"Name {key}",
        "email": f"{key}@harbourline.example",
        "phone": f"+971 4 100{ord(key[-1]):04}",
        "created_at": at("2026-01-01"),
        **changed,
    }


@pytest.mark.parametrize(
    ("second", "found"),
    [
        pytest.param({}, None, id="two people"),
        pytest.param({"email": "A@Harbourline.example "}, ("email", "uniqueness"), id="e-mail"),
        pytest.param({"phone": "+971-4-1000065"}, ("phone", "uniqueness"), id="phone and name"),
        pytest.param(
            {"phone": "+971 4 1000065", "first_name": "Huda"}, None, id="a shared switchboard"
        ),
        pytest.param({"email": None}, ("email", "completeness"), id="no e-mail"),
        pytest.param({"email": "b@@harbourline.example"}, ("email", "validity"), id="two @"),
        pytest.param({"email": "b@harbourline"}, ("email", "validity"), id="no domain"),
        pytest.param({"email": "b at harbourline.example"}, ("email", "validity"), id="no @"),
        pytest.param({"phone": "call office"}, ("phone", "validity"), id="words"),
        pytest.param({"phone": "00000000"}, ("phone", "validity"), id="one digit over and over"),
        pytest.param({"phone": "12"}, ("phone", "validity"), id="two digits"),
        pytest.param({"phone": "(02) 555-0142 ext. 7"}, None, id="an extension"),
        pytest.param({"phone": "٠٤ ١٢٣٤٥٦٧"}, None, id="Arabic digits"),
        pytest.param({"phone": None}, None, id="no phone is no fault"),
    ],
)
def test_people(tmp_path, second, found):
    people = [person("A"), person("B", **second)]
    assert find(tmp_path, contact=people) == ({found: ("B",)} if found else {})


def test_companies_entered_twice(tmp_path):
    accounts = [
        {"source_id": "A3", "name": "Harbourline Foods LLC", "created_at": at("2026-03-01")},
        {"source_id": "A1", "name": "Harbourline Foods", "created_at": at("2026-01-01")},
        {"source_id": "A2", "name": "Harbuorline Foods", "created_at": at("2026-02-01")},
        {"source_id": "A4", "name": "Cedar Mills", "created_at": at("2026-01-01")},
        {"source_id": "B1", "name": "Harbourline Foods", "source": "billing"},
    ]
    assert find(tmp_path, account=accounts) == {("name", "uniqueness"): ("A2", "A3")}


def test_misspelt_categories_and_years_to_come(tmp_path):
    accounts = [
        {"source_id": "A1", "name": "Harbourline", "industry": "technolgy", "founded_year": 1999},
        {"source_id": "A2", "name": "Cedar Mills", "country": "Philipines", "founded_year": 2062},
    ]
    assert find(tmp_path, account=accounts) == {
        ("industry", "validity"): ("A1",),
        ("country", "validity"): ("A2",),
        ("founded_year", "date_order"): ("A2",),
    }


def test_a_column_of_free_text_has_no_spelling(tmp_path):
    rows = [deal(f"D{n}", lost_reason=f"{n:b} reasons") for n in range(501)]
    rows += [deal("X", lost_reason="1 reason"), deal("Y", lost_reason="1 Reason")]
    assert find(tmp_path, opportunity=rows) == {}


def test_a_rep_far_above_the_others_has_a_finding(tmp_path):
    rows = [deal(f"D{n:03}", owner_id="R2") for n in range(180)]
    rows += [deal(f"L{n:03}", account_id=None if n < 8 else "A1") for n in range(20)]
    build = write_build(tmp_path, opportunity=rows, rep=REPS, account=ACCOUNTS, product=PRODUCTS)
    linas, everybodys = examine(build, RULES, AS_OF).findings
    assert (everybodys.rep, everybodys.rows, everybodys.share) == ("", 8, 0.04)
    assert (linas.rep, linas.rows, linas.share) == ("Lina", 8, 0.4)
    assert list_rows(build, linas, RULES, AS_OF) == tuple(f"L{n:03}" for n in range(8))
    assert list_rows(build, replace(linas, rep="Omar"), RULES, AS_OF) == ()


def test_several_kinds_of_a_rule_are_one_finding(tmp_path):
    rows = [deal(f"S{n}", amount=100 + n) for n in range(30)]
    rows += [deal("X", amount=90_000), deal("Y", amount=-1), deal("Z", amount=0)]
    assert find(tmp_path, opportunity=rows) == {("amount", "range"): ("X", "Y", "Z")}


@pytest.mark.parametrize("written", ["amount:lately", "amuont"])
def test_an_expectation_that_cannot_be_read_is_refused(tmp_path, written):
    rule = Rule("health.expected", "opportunity", written, "", date(2026, 1, 1), "test")
    build = write_build(tmp_path, opportunity=[deal("D1")])
    with pytest.raises(InvalidRule, match=f"names '{written}'. Write an attribute of opportunity"):
        examine(build, Rulebook((*RULES.rules, rule)), AS_OF)


def test_maven(tmp_path):
    """GTXPro, deals without account, technolgy, Philipines; and what nobody touched for long."""
    if not (SHARED / "crm_maven").exists():
        pytest.skip("the Maven export is not beside the checkout")
    health = examine(write_maven(tmp_path, SHARED), RULES, date(2017, 12, 31))
    found = {
        (each.table, each.attribute, each.rule): (each.rows, each.severity, each.examples[0].value)
        for each in health.findings
        if not each.rep
    }
    assert found == {
        ("opportunity", "product_id", "near_miss_key"): (1_480, "high", "GTXPro → GTX Pro"),
        ("opportunity", "account_id", "completeness"): (1_425, "high", ""),
        ("opportunity", "updated_at", "stale"): (1_400, "high", "2017-03-04"),
        ("account", "industry", "validity"): (12, "high", "technolgy → technology"),
        ("account", "country", "validity"): (1, "medium", "Philipines → Philippines"),
        ("account", "employees", "range"): (1, "medium", "9"),
    }
    assert (health.score, health.rows) == (60, 37_360)


@pytest.mark.case("IMP-21")
@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        pytest.param(date(2026, 9, 29), {("amount", "completeness"): ("X",)}, id="still there"),
        pytest.param(date(2026, 9, 30), {}, id="removed"),
    ],
)
def test_faults_of_removed_rows_are_no_faults_any_more(tmp_path, as_of, found):
    gone = deal("X", amount=None, deleted_at=at("2026-09-30 08:00"))
    assert find(tmp_path, as_of=as_of, opportunity=[deal("D1"), gone]) == found


@pytest.mark.case("IMP-21")
@pytest.mark.parametrize(
    ("merges", "found"),
    [
        pytest.param({"A2": "A1"}, (), id="a merge"),
        pytest.param({"A2": "A3", "A3": "A4", "A4": "A1"}, (), id="a chain of three"),
        pytest.param({"A2": "A3", "A3": "A2"}, ("A2", "A3"), id="in a circle"),
        pytest.param({"A2": "A9"}, ("A2",), id="into a record that was not collected"),
        pytest.param({"A3": "A2", "A2": "A9"}, ("A2", "A3"), id="a chain that ends nowhere"),
    ],
)
def test_merges_that_lead_nowhere_are_found(tmp_path, merges, found):
    accounts = [
        {"source_id": key, "name": f"Customer {key}", "merged_into": merges.get(key),
         "deleted_at": at("2026-09-01") if key in merges else None}
        for key in ("A1", "A2", "A3", "A4")
    ]  # fmt: skip
    assert find(tmp_path, account=accounts) == (
        {("merged_into", "reference"): found} if found else {}
    )
