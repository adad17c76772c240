"""The rulebook's pages: what holds, what changed, and changing a rule."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from counterpoise.actions import rules
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule
from counterpoise.store import audit
from counterpoise.store import rules as stored
from people import make_person, sign_in
from shown_pages import field_of, rows_of, text_of

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 1)
LIMIT = "key=action.limit&subject="
READERS = (
    "administrator", "operations", "leader", "finance", "marketing", "executive", "viewer",
)  # fmt: skip


def record(browser, value="12", key="action.limit", subject="", **other):
    sent = {
        "key": key,
        "subject": subject,
        "replaces": 0,
        "value": value,
        "effective_from": "2026-10-01",
        "source": "Sales board, September",
    }
    return browser.post("/rulebook/rule/change", sent | other)


def said(key="action.limit", subject="", on=DAY):
    return rules.load_rulebook().get(key, on, subject).value


def number_of_records():
    return len(stored.load_entries())


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("path", ["", "difference/", f"rule/?{LIMIT}"])
def test_whoever_reads_the_plan_reads_the_rules(browsers, role, path):
    assert browsers[role].get(f"/rulebook/{path}").status_code == 200


@pytest.mark.parametrize("path", ["", "difference/", f"rule/?{LIMIT}"])
def test_a_rep_finds_nothing_there(browsers, path):
    assert browsers["rep"].get(f"/rulebook/{path}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("key=no.such", id="no such rule"),
        pytest.param("", id="no key"),
        pytest.param(f"key=action.limit&subject={'x' * 201}", id="a name that is too long"),
        pytest.param("key=action.limit&subject=%00", id="no text"),
    ],
)
def test_a_rule_that_there_is_not(browsers, query):
    assert browsers["operations"].get(f"/rulebook/rule/?{query}").status_code == 404


def test_a_change_is_recorded_with_who_and_what_was_before(browsers):
    assert record(browsers["operations"]).url == "/rulebook/rule/?key=action.limit&subject="
    page = browsers["operations"].get(f"/rulebook/rule/?{LIMIT}")
    record(browsers["operations"], "14", replaces=field_of(page, "replaces"))
    assert (said(), said(on=date(2026, 9, 30))) == ("14", "15")
    newest = audit.list_entries()[0]
    assert (newest.actor, newest.verb, newest.subject) == (
        "omar", "rule.changed", "rule:action.limit",
    )  # fmt: skip
    assert (newest.before["value"], newest.after["value"]) == ("12", "14")
    history = rows_of(browsers["viewer"].get(f"/rulebook/rule/?{LIMIT}"), "history")
    assert [(row[0], row[2]) for row in history] == [
        ("14", "omar"), ("12", "omar"), ("15", "the product's default"),
    ]  # fmt: skip
    unit = stored.load_entries()[0].rule.unit
    assert unit == "actions"


def test_a_value_of_its_own_for_one_subject(browsers):
    page = browsers["operations"].get("/rulebook/rule/?key=pool.hire_wages&subject=Cairo")
    assert "this has none of its own" in text_of(page)
    record(browsers["operations"], "2", key="pool.hire_wages", subject="Cairo")
    assert (said("pool.hire_wages", "Cairo"), said("pool.hire_wages")) == ("2", "3")
    assert audit.list_entries()[0].subject == "rule:pool.hire_wages:Cairo"
    page = browsers["viewer"].get("/rulebook/rule/?key=pool.hire_wages")
    assert "Cairo" in text_of(page)


def test_a_rule_without_any_value_is_offered_and_can_be_given_one(browsers):
    assert "exchange_rate" in text_of(browsers["viewer"].get("/rulebook/"))
    page = browsers["operations"].get("/rulebook/rule/?key=exchange_rate&subject=EUR")
    assert "nothing" in text_of(page)
    record(browsers["operations"], "1.08", key="exchange_rate", subject="EUR")
    assert said("exchange_rate", "EUR") == "1.08"
    keys = rules.list_keys_without_value(DAY)
    assert "exchange_rate" not in keys


@pytest.mark.parametrize("role", ["leader", "finance", "marketing", "executive", "viewer", "rep"])
def test_who_may_not_change_rules_finds_no_form(browsers, role):
    assert record(browsers[role]).status_code == 404
    assert number_of_records() == 0
    page = browsers["finance"].get(f"/rulebook/rule/?{LIMIT}")
    assert field_of(page, "value") is None


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        pytest.param({"value": "many"}, "Write a number", id="words for a number"),
        pytest.param({"value": "1 2"}, "Write one number", id="a row for one number"),
        pytest.param({"value": ""}, "Write a number", id="nothing"),
        pytest.param({"effective_from": "soon"}, "valid date", id="no day"),
        pytest.param({"source": " "}, "required", id="no source"),
        pytest.param(
            {"key": "company.time_zone", "value": "Moon/Sea"}, "no time zone", id="no time zone"
        ),
        pytest.param(
            {"key": "signing.roles", "value": "viewer"}, "that may sign", id="who cannot sign"
        ),
        pytest.param({"key": "demand.paths", "value": "0"}, "Write more", id="no forecast"),
        pytest.param(
            {"key": "demand.paths", "value": "500", "effective_from": "1960-01-01"},
            "begin on a later day",
            id="before any rule",
        ),
        pytest.param({"value": "x" * 2001}, "at most 2000", id="too long"),
    ],
)
def test_a_refused_change_leaves_nothing_and_keeps_what_was_written(browsers, sent, why):
    page = record(browsers["operations"], **sent)
    assert (page.status_code, why in text_of(page)) == (422, True)
    assert (number_of_records(), audit.list_entries()) == (0, ())
    if "source" not in sent:
        assert field_of(page, "source") == "Sales board, September"


def test_a_rate_that_is_no_rate_is_refused(workspace):
    rules.change_rule(Rule("company.currency", "", "USD", "", DAY, "finance"), replaces=0, at=NOON)
    with pytest.raises(InvalidRule, match="Write a rate above 0"):
        rules.change_rule(
            Rule("exchange_rate", "EUR", "-1", "", DAY, "finance"), replaces=0, at=NOON
        )


def test_a_change_of_a_rule_that_there_is_not(browsers):
    assert record(browsers["operations"], key="no.such").status_code == 404


@pytest.mark.case("WEB-15")
def test_who_records_second_sees_both_and_keeps_what_they_wrote(browsers):
    record(browsers["operations"], "12")
    page = record(browsers["administrator"], "20", source="Another board")
    assert page.status_code == 409
    shown = text_of(page)
    assert "12 · 1 Oct 2026 · omar: Sales board, September" in shown
    assert "Yours20" in shown
    assert (field_of(page, "value"), field_of(page, "source")) == ("20", "Another board")
    assert (said(), number_of_records()) == ("12", 1)
    record(browsers["administrator"], "20", replaces=field_of(page, "replaces"))
    assert said() == "20"


@pytest.mark.case("WEB-15")
def test_of_changes_at_once_one_is_taken(workspace_on_each_store):
    threads = 6
    ready, outcomes = Barrier(threads), []

    def change(value):
        ready.wait()
        try:
            rules.change_rule(
                Rule("action.limit", "", value, "", DAY, "board"), replaces=0, at=NOON
            )
            outcomes.append("taken")
        except stored.RuleChanged:
            outcomes.append("refused")
        connections.close_all()

    working = [Thread(target=change, args=(str(10 + n),)) for n in range(threads)]
    for each in working:
        each.start()
    for each in working:
        each.join()
    assert sorted(outcomes) == ["refused"] * (threads - 1) + ["taken"]
    assert (number_of_records(), len(audit.list_entries())) == (1, 1)


def test_an_entry_that_was_replaced_by_nothing_is_said(workspace):
    with pytest.raises(stored.RuleChanged, match="no entry any more"):
        stored.append_change(Rule("action.limit", "", "1", "", DAY, "x"), replaces=7, at=NOON)


def test_the_rules_of_a_day(browsers):
    record(browsers["operations"])
    before = browsers["viewer"].get("/rulebook/?on=2026-09-30&rules.q=action.limit")
    after = browsers["viewer"].get("/rulebook/?on=2026-10-01&rules.q=action.limit")
    assert [(row[2], row[5], row[6]) for row in rows_of(before, "rules")] == [
        ("15", "the product's default", "–")
    ]
    assert [(row[2], row[5], row[6]) for row in rows_of(after, "rules")] == [
        ("12", "the company's", "omar")
    ]


def test_a_day_that_is_none_is_refused_and_today_shown(browsers):
    page = browsers["viewer"].get("/rulebook/?on=someday")
    assert (page.status_code, "valid date" in text_of(page)) == (422, True)


@pytest.mark.parametrize(
    "days",
    [
        pytest.param("start=2026-09-01&end=2026-10-01", id="forwards"),
        pytest.param("start=2026-10-01&end=2026-09-01", id="backwards is the same"),
    ],
)
def test_what_changed_between_two_days(browsers, days):
    record(browsers["operations"])
    page = browsers["viewer"].get(f"/rulebook/difference/?{days}")
    assert [row[:5] for row in rows_of(page, "differences")] == [
        ["action.limit", "–", "15", "12", "actions"]
    ]


def test_days_without_a_change(browsers):
    page = browsers["viewer"].get("/rulebook/difference/?start=2026-09-01&end=2026-09-02")
    assert "Nothing changed between these days" in text_of(page)
    refused = browsers["viewer"].get("/rulebook/difference/?start=2026-09-01")
    assert refused.status_code == 422


def test_an_imported_rulebook_is_one_entry_of_the_trail(workspace, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rule]]\nkey = "pool.wage"\nvalue = "5000"\neffective_from = 2026-01-01\n'
        'source = "payroll"\n',
        "utf-8",
    )
    assert len(rules.import_rules(path, at=NOON)) == 1
    assert rules.import_rules(path, at=NOON) == ()
    (entry,) = audit.list_entries()
    assert (entry.verb, entry.after) == ("rules.imported", {"file": "rules.toml", "rules": 1})
    assert stored.load_entries()[0].recorded_by == "system"


def test_a_list_of_many_records_asks_the_store_as_often(workspace):
    reader = sign_in(make_person("viewer"))
    reader.get("/rulebook/")
    with CaptureQueriesContext(connection) as few:
        reader.get("/rulebook/")
    many_rules = [Rule("pool.wage", f"Pool {n}", "1", "", DAY, "x") for n in range(200)]
    stored.append_rules(many_rules, at=NOON, recorded_by="omar")
    with CaptureQueriesContext(connection) as many:
        reader.get("/rulebook/")
    assert len(many) == len(few) <= 30
