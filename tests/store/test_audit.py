"""The trail of changes: whole, in order, and nobody can change it unseen."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.store import audit
from counterpoise.store.audit import Actor, acting

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def write(count=3):
    with acting(Actor("huda", "10.0.0.7", "r1")):
        for n in range(count):
            audit.record(
                "override.made", f"override:{n}", before={"n": n}, after={"n": n + 1}, at=NOON
            )


def test_an_entry_says_who_when_what_and_from_where(workspace_on_each_store):
    write(1)
    (entry,) = audit.list_entries()
    assert (entry.number, entry.actor, entry.origin, entry.request) == (1, "huda", "10.0.0.7", "r1")
    assert (entry.verb, entry.subject, entry.before, entry.after, entry.at) == (
        "override.made", "override:0", {"n": 0}, {"n": 1}, NOON,
    )  # fmt: skip


def test_the_trail_is_read_from_the_newest_in_pages(workspace):
    write(5)
    assert [each.number for each in audit.list_entries(limit=2)] == [5, 4]
    assert [each.number for each in audit.list_entries(before=4, limit=2)] == [3, 2]


def test_an_untouched_trail_is_whole(workspace_on_each_store):
    write()
    assert audit.check_chain() == audit.ChainCheck(3, None, "")


def test_a_change_that_fails_leaves_no_entry(workspace_on_each_store):
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    assert audit.list_entries() == ()
    assert audit.check_chain().broken_at is None


@pytest.mark.case("WEB-16")
@pytest.mark.parametrize(
    "wish", ["update store_auditentry set actor = 'x'", "delete from store_auditentry"]
)
def test_the_database_refuses_to_change_an_entry(workspace_on_each_store, wish):
    write()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(wish)
    assert audit.check_chain() == audit.ChainCheck(3, None, "")


@pytest.mark.case("WEB-16")
@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        pytest.param("update {} set actor = 'omar' where number = 2", 2, id="a name"),
        pytest.param("update {} set after = '[9]' where number = 2", 2, id="a figure"),
        pytest.param("update {} set at = '2026-10-01 12:00:01' where number = 2", 2, id="a second"),
        pytest.param("delete from {} where number = 2", 2, id="an entry in the middle"),
        pytest.param("delete from {} where number = 3", 3, id="the last entry"),
        pytest.param("delete from {}", 1, id="the whole trail"),
    ],
)
def test_whoever_gets_past_the_database_is_found(workspace, tampering, broken_at):
    write()
    with connection.cursor() as cursor:
        for verb in ("update", "delete"):
            cursor.execute(f"drop trigger store_auditentry_no_{verb}")
        cursor.execute(tampering.format("store_auditentry"))
    assert audit.check_chain().broken_at == broken_at


@pytest.mark.case("WEB-16")
@given(st.data())
@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_byte_of_any_entry_matters(workspace, data):
    if not audit.list_entries():
        write()
        with connection.cursor() as cursor:
            cursor.execute("drop trigger store_auditentry_no_update")
    number = data.draw(st.integers(1, 3))
    column = data.draw(
        st.sampled_from(["actor", "origin", "request", "verb", "subject", "hash", "previous_hash"])
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select {column} from store_auditentry where number = {number}")
        was = cursor.fetchone()[0]
        place = data.draw(st.integers(0, max(0, len(was) - 1)))
        other = data.draw(
            st.characters(codec="utf-8", exclude_characters="\0").filter(
                lambda c: c != was[place : place + 1]
            )
        )
        now = was[:place] + other + was[place + 1 :]
        cursor.execute(f"update store_auditentry set {column} = %s where number = {number}", [now])
        assert audit.check_chain().broken_at is not None
        transaction.set_rollback(True)


def test_many_writers_make_one_chain(workspace_on_each_store):
    def work():
        write(10)
        connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.check_chain() == audit.ChainCheck(40, None, "")
