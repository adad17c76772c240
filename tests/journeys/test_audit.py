"""`counterpoise audit` finds whoever got past the database."""

import sqlite3
from datetime import UTC, datetime

import pytest

from counterpoise.store import audit
from journeys.command import ask, run

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def trail(workspace):
    """Three entries, and the file they are in."""
    for n in range(3):
        audit.record("rule.changed", f"rule:{n}", after={"n": n}, at=NOON)
    from django.db import connections

    connections["default"].close()
    return workspace.root


@pytest.mark.case("WEB-16")
def test_an_untouched_trail_is_whole(trail):
    assert ask("audit", workspace=trail) == {"entries": 3, "broken_at": None, "why": ""}
    assert "3 entries, all as they were written" in run("audit", workspace=trail).stderr


@pytest.mark.case("WEB-16")
@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        pytest.param(
            "update store_auditentry set subject = 'rule:2' where number = 2", 2, id="a byte"
        ),
        pytest.param("delete from store_auditentry where number = 3", 3, id="the last entry"),
        pytest.param("delete from store_auditentry where number = 1", 1, id="the first entry"),
    ],
)
def test_tampering_is_found_with_the_number_of_the_entry(trail, tampering, broken_at):
    with sqlite3.connect(trail / "store.sqlite3") as database:
        for verb in ("update", "delete"):
            database.execute(f"drop trigger store_auditentry_no_{verb}")
        database.execute(tampering)
    said = run("audit", "--json", workspace=trail, expect=1)
    assert f'"broken_at": {broken_at}' in said.stdout
    assert f"broken at entry {broken_at}" in run("audit", workspace=trail, expect=1).stderr
