"""Lists in pages: nothing is missed or doubled while others add and take away; cursors are ours."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from people import make_person
from programs import NOW, PERIOD, keep_build, keep_cycle, make_program

KEPT = 7


@pytest.fixture
def cycles(workspace):
    """Newest first."""
    keep_build()
    return [
        keep_cycle(run=f"{PERIOD}-{n}", ran_at=NOW - timedelta(minutes=n // 2)) for n in range(KEPT)
    ]


def walk(program, path):
    """Every item, page after page."""
    items, cursor = [], ""
    while cursor is not None:
        page = program.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}").json()
        items += page["items"]
        cursor = page["next"]
    return items


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_pages_together_are_the_whole_list(cycles, limit):
    found = walk(make_program(make_person("viewer")), f"/cycles?limit={limit}")
    assert [each["run"] for each in found] == cycles


@pytest.mark.case("API-04")
@given(
    keys=st.lists(st.integers(0, 1000), unique=True, max_size=40),
    changes=st.lists(st.tuples(st.booleans(), st.integers(0, 1000)), max_size=20),
    limit=st.integers(1, 7),
)
def test_what_stays_in_a_list_is_seen_once_whatever_comes_and_goes(keys, changes, limit):
    from counterpoise.web.api.paging import Page, cut_page

    items, stayed, changes, seen = set(keys), set(keys), list(changes), []
    cursor = ""
    while cursor is not None:
        page = Page(limit=limit, cursor=cursor)
        shown, cursor = cut_page(items, lambda n: (n,), page, "test")
        seen += shown
        if changes:
            is_new, key = changes.pop()
            (items.add if is_new else items.discard)(key)
            stayed -= set() if is_new else {key}
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@pytest.mark.case("API-04")
@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_cursor_with_one_letter_changed_is_refused(cycles, place):
    program = make_program(make_person("viewer"))
    cursor = program.get("/cycles?limit=1").json()["next"]
    letters = list(cursor)
    letters[place] = "A" if letters[place] != "A" else "B"
    answer = program.get(f"/cycles?limit=1&cursor={''.join(letters)}")
    assert (answer.status_code, "first page" in answer.json()["detail"]) == (400, True)


def test_a_cursor_of_another_list_is_refused(cycles):
    program = make_program(make_person("operations"))
    cursor = program.get("/cycles?limit=1").json()["next"]
    assert program.get(f"/rules?cursor={cursor}").status_code == 400
    assert program.get(f"/cycles?period={PERIOD}&cursor={cursor}").status_code == 400


def test_a_list_takes_the_same_number_of_queries_however_long_it_is(workspace, monkeypatch):
    from counterpoise.web.api import door

    monkeypatch.setattr(door, "now", lambda: NOW)  # within one minute
    keep_build()
    program = make_program(make_person("viewer"))
    keep_cycle(run="r0")
    program.get("/cycles")  # the first of a minute opens its window
    with CaptureQueriesContext(connection) as one:
        program.get("/cycles")
    for n in range(1, 30):
        keep_cycle(run=f"r{n}")
    with CaptureQueriesContext(connection) as many:
        assert len(program.get("/cycles").json()["items"]) == 30
    assert len(one) == len(many) <= 15


def test_the_audit_trail_is_paged_by_its_numbers(workspace):
    from counterpoise.store import audit

    for n in range(5):
        audit.record("thing.done", f"thing:{n}", at=NOW)
    found = walk(make_program(make_person("finance")), "/audit?limit=2")
    numbers = [each["number"] for each in found]
    assert numbers == sorted(numbers, reverse=True)
    assert [each["subject"] for each in found if each["verb"] == "thing.done"] == [
        f"thing:{n}" for n in (4, 3, 2, 1, 0)
    ]
