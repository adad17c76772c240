"""A person defines a measure: on the page, for programs, and what others see of it."""

import pytest

from people import make_person, sign_in
from programs import collect_deals, make_program
from shown_pages import rows_of, text_of

NEW = "/collect/measures/own/new/?table=opportunity&below="
SENT = {
    "name": "Won and big",
    "above-how": "count",
    "above-day": "created_at",
    "above-where-1": "status",
    "above-operator-1": "is",
    "above-value-1": "won",
    "above-where-2": "amount",
    "above-operator-2": "at_least",
    "above-value-2": "1000",
}
SAID = (
    "number of rows (deals), on the day of creation day, only where status is won;"
    " amount is at least 1000"
)
WISH = {
    "name": "Won share",
    "above": {
        "table": "opportunity", "how": "count", "day": "closed_at",
        "filters": [{"attribute": "status", "operator": "is", "value": "won"}],
    },
    "below": {"table": "opportunity", "how": "count", "day": "closed_at"},
}  # fmt: skip


@pytest.fixture
def collected(workspace_like):
    """Deals of Huda in East (one won, one open) and Adam in West (one lost, one won)."""
    return workspace_like(collect_deals, is_read_only=True)


@pytest.fixture
def operations(collected):
    return sign_in(make_person("operations"))


def test_it_is_defined_on_the_page_and_then_used(operations):
    assert "Divided by" not in text_of(operations.get(NEW))
    kept = operations.post(NEW, SENT, follow=True)
    assert "Both engines gave the same" in text_of(kept)
    address = kept.redirect_chain[-1][0]
    assert rows_of(operations.get(f"{address}?by=rep"), "parts") == [["Huda Salem", "1", "1"]]
    (listed,) = rows_of(operations.get("/collect/measures/own/"), "own")
    assert listed[:3] == [
        "Won and big",
        SAID,
        "Omar Nasser",
    ]
    trail = text_of(operations.get("/audit/"))
    assert "measure.defined" in trail or "measure defined" in trail


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"above-value-2": "much"}, "a number such as", id="no number"),
        pytest.param({"above-operator-2": "contains"}, "cannot be asked", id="no such condition"),
        pytest.param({"above-value-1": "dreaming"}, "No row of the current data", id="no row"),
        pytest.param({"above-where-1": "name"}, "Select a valid choice", id="on a name"),
        pytest.param({"name": " "}, "This field is required", id="no name"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(operations, changed, said):
    page = operations.post(NEW, SENT | changed)
    assert (page.status_code, said in text_of(page)) == (422, True)
    assert rows_of(operations.get("/collect/measures/own/"), "own") in ([], [[
        "Nobody has defined a measure yet."]])  # fmt: skip


def test_a_name_is_used_once_until_its_measure_is_withdrawn(operations):
    operations.post(NEW, SENT)
    again = operations.post(NEW, SENT)
    assert (again.status_code, "already" in text_of(again)) == (422, True)
    operations.post("/collect/measures/own/1/withdraw/")
    twice = operations.post("/collect/measures/own/1/withdraw/", follow=True)
    assert "was withdrawn already" in text_of(twice)
    assert "It was withdrawn" in text_of(operations.get("/collect/measures/own/1/"))
    assert operations.post(NEW, SENT).status_code == 302


def test_who_does_not_see_everyone_is_not_told_what_few_rows_say(operations):
    operations.post(NEW, SENT)
    page = sign_in(make_person("viewer")).get("/collect/measures/own/1/")
    assert "fewer than 5 rows are not shown" in text_of(page)
    assert rows_of(page, "parts") == [["January 2026", "–", "–"]]
    program = make_program(make_person("marketing"))
    (value,) = program.get("/own-measures/1").json()["values"]
    assert (value["value"], value["n"], value["is_hidden"]) == (None, 0, True)
    assert program.get("/own-measures").json()["items"][0]["value"] is None


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        pytest.param("viewer", NEW, 404, id="a viewer defines nothing"),
        pytest.param("rep", "/collect/measures/own/", 404, id="a rep has no measures of others"),
        pytest.param("operations", "/collect/measures/own/99/", 404, id="none of that number"),
        pytest.param("operations", "/collect/measures/own/soon/", 404, id="no number"),
        pytest.param("operations", "/collect/measures/own/new/?table=rep", 404, id="no such table"),
        pytest.param("viewer", "/collect/measures/own/", 200, id="a viewer reads the list"),
    ],
)
def test_who_may_open_what(collected, role, path, status):
    assert sign_in(make_person(role)).get(path).status_code == status


def test_people_are_shown_as_far_as_the_reach_goes(operations):
    operations.post(NEW, {**SENT, "above-where-2": ""})
    leader = sign_in(make_person("leader"))
    shown = rows_of(leader.get("/collect/measures/own/1/?by=rep"), "parts")
    assert [row[0] for row in shown] == ["Huda Salem"]
    viewer = sign_in(make_person("viewer"))
    assert viewer.get("/collect/measures/own/1/?by=rep").status_code == 404
    assert make_program(make_person("marketing")).get("/own-measures/1?by=rep").status_code == 404


def test_a_program_defines_uses_and_withdraws_one(collected):
    program = make_program(make_person("operations"))
    kept = program.post("/own-measures", WISH, idempotency_key="one-key-of-mine")
    assert (kept.status_code, kept.json()["unit"], kept.json()["value"]) == (
        201,
        "share",
        "0.666667",
    )
    by_rep = program.get("/own-measures/1?by=rep").json()
    assert [(each["label"], each["value"]) for each in by_rep["values"]] == [
        ("Adam Noor", "0.500000"), ("Huda Salem", "1.000000"),
    ]  # fmt: skip
    taken = program.post("/own-measures", WISH, idempotency_key="another-key-of-mine")
    assert taken.status_code == 409
    gone = program.post("/own-measures/1/withdraw", idempotency_key="a-third-key-of-mine")
    assert gone.json()["withdrawn_at"] is not None
    assert program.get("/own-measures/99").status_code == 404
