"""Whichever statement of a write the store refuses, all of the write is undone."""

import shutil

import pytest
from django.db import OperationalError, connection

from counterpoise.store import people
from kept_forecast import PERIOD, keep_build, keep_run
from people import make_everyone, sign_in
from reporting_company import build_cycle
from web.test_access import FOREVER_CHANGING, hash_store

WRITES = {
    "a rule is changed": (
        "operations",
        "/rulebook/rule/change",
        {
            "key": "action.limit",
            "subject": "",
            "replaces": 0,
            "value": "12",
            "effective_from": "2026-10-01",
            "source": "Sales board, September",
        },
    ),
    "an action is given to someone who is told": (
        "operations",
        f"/execute/{PERIOD}/assign/A1",
        {"edition": 0, "owner": "the rep"},
    ),
    "a comment names someone who is told": (
        "operations",
        "/comments/",
        {"subject": f"plan:{PERIOD}", "text": "@layla look at this", "next": "/cycle/"},
    ),
    "someone is invited": (
        "administrator",
        "/people/invite/",
        {"username": "adam", "name": "Adam Noor", "email": "", "role": "viewer", "teams": ""},
    ),
    "an account is closed": (
        "administrator",
        "/people/{the rep}/deactivate",
        {"edition": "of the rep"},
    ),
    "preferences are kept": (
        "operations",
        "/account/preferences",
        {"name": "Omar Nasser", "language": "ar", "theme": "dark", "chart_direction": "auto"},
    ),
}
MOST_STATEMENTS = 120


def fail_at(number):
    """Refuses the statement of this number, counted over the whole request, and counts them."""
    seen = []

    def execute(run, sql, *arguments):
        seen.append(sql)
        if len(seen) == number:
            raise OperationalError("the disk is full")
        return run(sql, *arguments)

    return execute, seen


def count_rows():
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - FOREVER_CHANGING)
        counted = {}
        for table in tables:
            cursor.execute(f'select count(*) from "{table}"')
            counted[table] = cursor.fetchone()[0]
    return counted


@pytest.mark.case("FLT-13")
@pytest.mark.parametrize("what", WRITES)
def test_a_write_is_whole_or_not_at_all(workspace, what):
    keep_build()
    keep_run(build_cycle())
    team = make_everyone()
    role, path, sent = WRITES[what]
    path = path.replace("{the rep}", str(team["rep"].pk))
    rep = team["rep"].pk
    known = {"the rep": rep, "of the rep": people.find_person(rep).edition}
    sent = {name: known.get(each, each) for name, each in sent.items()}
    browser = sign_in(team[role])
    browser.raise_request_exception = False
    before, store = hash_store(), workspace.root / "store.sqlite3"
    connection.close()  # what is in the write-ahead log goes into the file
    kept = shutil.copy(store, workspace.root / "before.sqlite3")

    def ask(number):
        """From the same rows each time: the answer, whether the statement came, what is left."""
        connection.close()
        shutil.copy(kept, store)
        execute, seen = fail_at(number)
        with connection.execute_wrapper(execute):
            status = browser.post(path, sent).status_code
        return status, len(seen) >= number, count_rows(), hash_store()

    status, _, whole, after = ask(MOST_STATEMENTS)
    assert status in {200, 302}, "the write itself works"
    assert after != before, "and it changes something"
    refused, halves = 0, []
    for number in range(1, MOST_STATEMENTS):
        status, was_refused, counted, left = ask(number)
        if not was_refused:
            break
        refused += status >= 400
        if left != before and counted != whole:
            halves.append((number, status))
    assert refused >= 5
    assert halves == []
