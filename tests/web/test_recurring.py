"""Recurring revenue as a page and for programs: what it says, to whom, and where it stops."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions import recurring as action
from counterpoise.web.api import recurring as door
from counterpoise.web.demand import recurring
from people import PEOPLE, make_person, sign_in
from programs import collect_deals, make_program
from shown_pages import rows_of, text_of
from software_company import NOW, PRODUCT, collect_subscriptions, rule

ADDRESS = "/demand/recurring/"
MINE, THEIRS = "Huda Salem", "Adam Noor"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in (recurring, door):
        monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.fixture
def collected(workspace_like):
    """The software company: contracts of Huda in East and of Adam in West."""
    return workspace_like(collect_subscriptions, is_read_only=True)


@pytest.fixture
def without_terms(workspace_like):
    return workspace_like(collect_deals, is_read_only=True)


def look(role, query="", **person):
    return sign_in(make_person(role, **person)).get(f"{ADDRESS}?{query}")


def money(written):
    return Decimal(written.replace(",", "").replace("−", "-"))


def test_everybody_who_reads_plans_or_has_accounts_opens_it(collected):
    statuses = {role: look(role).status_code for role in PEOPLE}
    assert set(statuses.values()) == {200}
    nobody = make_program(make_person("rep", username="r2"), ["work_actions"])
    assert nobody.get("/recurring").status_code == 404


def test_a_person_without_any_of_these_rights_finds_nothing(collected, monkeypatch):
    monkeypatch.setattr("counterpoise.domain.values.rights.RIGHTS_OF", {"rep": frozenset()})
    assert look("rep").status_code == 404


def test_every_row_adds_up_and_opens_as_the_one_before_closed(collected):
    rows = rows_of(look("operations", "every=quarter"), "periods")
    assert len(rows) == 12
    for row in rows:
        opening, new, expansion, contraction, churn, closing = map(money, row[1:7])
        assert opening + new + expansion - contraction - churn == closing
    assert [row[1] for row in rows[:-1]] == [row[6] for row in rows[1:]]


def test_the_page_shows_retention_ahead_and_evidence(collected):
    page = look("finance")
    said = text_of(page)
    for each in ("Net retention", "Gross retention", "may still be renewed", "The months ahead"):
        assert each in said
    assert len(rows_of(page, "ahead")) == 12
    assert [row[0] for row in rows_of(page, "tests")] == ["3", "12"]
    assert rows_of(page, "rates")[0][:2] == ["all", "any number"]
    assert page.content.decode().count("<svg") == 4, "two charts, each for a desk and a phone"


def test_parts_lead_to_their_own_roll_forward(collected):
    page = look("viewer", "every=quarter&by=segment&part=1")
    assert [row[0] for row in rows_of(page, "parts")] == ["All", "Enterprise", "Small"]
    whole, *parts = (money(row[1]) for row in rows_of(page, "parts"))
    assert sum(parts) == whole
    assert money(rows_of(page, "periods")[0][6]) == parts[0]
    beyond = look("marketing", "by=segment&part=99")
    assert money(rows_of(beyond, "periods")[0][6]) == whole


def test_a_rep_sees_their_own_accounts_and_nothing_of_the_company(collected):
    page = look("rep")
    assert {row[3] for row in rows_of(page, "due")} == {MINE}
    assert THEIRS not in page.content.decode()
    assert "The months ahead" not in text_of(page)
    whole = look("operations", "every=quarter")
    closing = [money(rows_of(each, "periods")[0][6]) for each in (page, whole)]
    assert 0 < closing[0] < closing[1]


def test_a_leader_sees_the_accounts_of_their_team_and_the_company_s_figures(collected):
    page = look("leader")
    assert {row[3] for row in rows_of(page, "due")} == {MINE}
    assert "Only accounts in your reach" in text_of(page)
    assert rows_of(page, "periods") == rows_of(look("operations"), "periods")


@pytest.mark.parametrize("role", ["marketing", "viewer"])
def test_who_sees_nobody_sees_no_account(collected, role):
    page = look(role)
    assert "Single accounts are for those who look after them" in text_of(page)
    assert "Customer " not in page.content.decode()
    assert look(role, "due.export=csv", username="again").content.decode().count("Customer ") == 0


def test_a_rep_without_contracts_finds_none(collected):
    page = look("rep", rep="Somebody Else", username="other")
    assert "makes a contract here yet" in text_of(page)
    assert rows_of(page, "due") == []


@pytest.mark.parametrize("query", ["every=week", "by=rep"])
def test_what_cannot_be_asked_is_refused(collected, query):
    page = look("operations", query)
    assert (page.status_code, "Select a valid choice" in text_of(page)) == (422, True)


def test_without_a_rule_the_page_says_what_to_write(without_terms):
    page = look("operations")
    assert (page.status_code, "Write recurring.term_months" in text_of(page)) == (200, True)
    answer = make_program(make_person("finance")).get("/recurring")
    assert (answer.status_code, "Write recurring.term_months" in answer.json()["detail"]) == (
        404,
        True,
    )


def test_before_anything_was_collected_the_page_says_so(workspace):
    assert "Nothing was collected yet" in text_of(look("viewer"))
    assert make_program(make_person("finance")).get("/recurring").status_code == 404


def test_a_rule_that_nothing_can_be_made_of_is_named(workspace_like):
    from counterpoise.store import rules

    workspace_like(collect_deals)
    rules.append_rules([rule("term_months", "500")], at=NOW, recorded_by="test")
    page = look("operations")
    assert (page.status_code, "from 1 to 120" in text_of(page)) == (422, True)


def test_with_few_ended_terms_the_page_says_how_many_are_needed(workspace_like):
    from counterpoise.store import rules

    workspace_like(collect_subscriptions)
    rules.append_rules([rule("least_terms", "9000")], at=NOW, recorded_by="test")
    page = look("operations")
    assert "from 9,000 at least" in text_of(page)
    assert "The months ahead" not in text_of(page)
    assert {row[5] for row in rows_of(page, "due")} == {"–"}
    answer = make_program(make_person("finance")).get("/recurring").json()
    assert (answer["ahead"], "9000 at least" in answer["refusal"]) == (None, True)


def test_what_was_left_out_is_counted_for_who_plans(workspace_like, tmp_path):
    from counterpoise.store import rules

    workspace_like(collect_deals)
    rules.append_rules([rule("term_months", "12")], at=NOW, recorded_by="test")
    page = look("operations")
    assert "2 won deals of recurring products have no account and are left out" in text_of(page)
    assert "makes a contract here yet" in text_of(page)
    assert "left out" not in text_of(look("rep"))


def test_a_program_gets_what_the_page_shows(collected):
    answer = make_program(make_person("finance")).get("/recurring?every=quarter&by=segment").json()
    page = look("operations", "every=quarter")
    assert answer["products"] == {PRODUCT: 12}
    closing = Decimal(answer["parts"][0]["periods"][-1]["closing"])
    assert money(rows_of(page, "periods")[0][6]) == closing
    assert [part["by"] for part in answer["parts"]] == [
        {}, {"segment": "Enterprise"}, {"segment": "Small"},
    ]  # fmt: skip
    first, last = answer["ahead"]["months"][0], answer["ahead"]["months"][-1]
    assert first["opening"] == str(closing)
    assert Decimal(last["quantiles"]["0.1"]) < Decimal(last["closing"])
    assert {each["months_ahead"] for each in answer["ahead"]["tests"]} == {3, 12}


def test_a_program_of_a_rep_gets_their_own_accounts_alone(collected):
    answer = make_program(make_person("rep")).get("/recurring").json()
    assert {each["rep"] for each in answer["due"]} == {MINE}
    assert (answer["ahead"], answer["refusal"]) == (None, None)
    whole = make_program(make_person("viewer")).get("/recurring").json()
    assert (whole["due"], bool(whole["ahead"])) == ([], True)
    mine, everybodys = (Decimal(e["parts"][0]["periods"][-1]["closing"]) for e in (answer, whole))
    assert 0 < mine < everybodys


def test_a_program_that_asks_nonsense_is_refused(collected):
    program = make_program(make_person("finance"))
    assert program.get("/recurring?every=week").status_code == 422
    assert program.get("/recurring?by=rep").status_code == 422


def test_what_is_known_later_changes_nothing_of_an_earlier_day(collected):
    _, early = action.examine_recurring(collected, today=NOW.date(), as_of=date(2025, 6, 30))
    _, then = action.examine_recurring(collected, today=date(2025, 6, 30))
    assert early == then
    assert early.contracts.as_of == date(2025, 6, 30)


def test_in_arabic_the_page_reads_from_the_right(collected):
    page = sign_in(make_person("operations", language="ar")).get(ADDRESS)
    assert page.status_code == 200
    assert 'dir="rtl"' in page.content.decode()
