"""Deliveries that wait at once are kept in one transaction, each answered as if it came alone."""

import time
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread

import pytest
from django.db import OperationalError, connection, connections, transaction

from counterpoise.store import deliveries, keeping
from counterpoise.store.keeping import Arrival, keep, keep_together
from counterpoise.store.models import Delivery
from hooks import NOW, open_hook
from many_at_once import run_at_once

MANY = 1000
ON_POSTGRESQL = pytest.mark.parametrize("workspace_on_each_store", ["PostgreSQL"], indirect=True)


@pytest.fixture
def hook(workspace_on_each_store):
    return open_hook()[0].id


def arrive(hook, known_as, limit=MANY, at=NOW):
    return Arrival(hook, known_as, known_as.encode(), None, limit, at)


def list_kept(hook):
    """Oldest first."""
    return [each.known_as for each in reversed(deliveries.list_deliveries(hook, MANY))]


@pytest.mark.parametrize(
    ("limit", "before", "names", "told", "kept"),
    [
        pytest.param(9, "", "b a", "b+1 a+2", "b a", id="in the order in which they came"),
        pytest.param(9, "", "a b a", "a+1 b+2 a-3", "a b", id="one is there twice"),
        pytest.param(9, "a", "a b", "a-2 b+3", "a b", id="one was kept before"),
        pytest.param(2, "", "a b c d", "a+1 b+2 c!3 d!4", "a b", id="the limit is met among them"),
        pytest.param(1, "a", "a b", "a!2 b!3", "a", id="the limit was met before"),
    ],
)
def test_each_is_answered_as_if_it_came_alone(hook, limit, before, names, told, kept):
    """In `told`: + is new, - was there, ! is one too many; and how many were counted by then."""
    for each in before.split():
        keep(arrive(hook, each, limit))
    receipts = keep_together([arrive(hook, each, limit) for each in names.split()])
    answers = [
        f"{name}{('-', '+')[each.is_new] if each.allowance.is_kept else '!'}{each.allowance.used}"
        for name, each in zip(names.split(), receipts, strict=True)
    ]
    assert (answers, list_kept(hook)) == (told.split(), kept.split())


def test_hooks_and_minutes_are_counted_apart(hook):
    other = open_hook("other")[0].id
    later = NOW + timedelta(minutes=1)
    receipts = keep_together(
        [arrive(hook, "a", 1), arrive(other, "a", 1), arrive(hook, "b", 1, later)]
    )
    assert [(each.is_new, each.allowance.used) for each in receipts] == [(True, 1)] * 3
    assert (list_kept(hook), list_kept(other)) == (["a", "b"], ["a"])


def wait_in_line(acts):
    """Let threads queue up behind one whose turn it is, and then go."""
    threads = [Thread(target=act) for act in acts]
    with keeping._turn:
        for each in threads:
            each.start()
        while len(keeping._line) < len(acts):
            time.sleep(0.001)
    for each in threads:
        each.join()


def test_whoever_has_the_turn_keeps_what_waits(hook):
    inserted, receipts = [], []

    def count(execute, sql, *rest):
        if sql.startswith("INSERT") and "store_delivery" in sql:
            inserted.append(sql)
        return execute(sql, *rest)

    def deliver(name):
        with connection.execute_wrapper(count):
            receipts.append(keep(arrive(hook, name)))
        connections.close_all()

    wait_in_line([lambda name=name: deliver(name) for name in "abcd"])
    assert len(inserted) == 1
    assert sorted(each.allowance.used for each in receipts) == [1, 2, 3, 4]
    assert sorted(list_kept(hook)) == ["a", "b", "c", "d"]


def test_a_store_that_fails_is_told_to_everybody_who_waited(hook):
    raised = []

    def fail(execute, sql, *rest):
        if "store_delivery" in sql:
            raise OperationalError("the disk is full")
        return execute(sql, *rest)

    def deliver(name):
        with connection.execute_wrapper(fail):
            try:
                keep(arrive(hook, name, 3))
            except OperationalError as error:
                raised.append(str(error))
        connections.close_all()

    wait_in_line([lambda name=name: deliver(name) for name in "abc"])
    assert raised == ["the disk is full"] * 3
    assert list_kept(hook) == []
    assert keep(arrive(hook, "a", 3)).allowance.used == 1


def test_of_many_at_once_none_is_lost_or_doubled(hook):
    receipts = []

    def deliver(thread):
        """Every second thread sends what the others of its kind send too."""
        mine = "" if thread % 2 else f"{thread} "
        receipts.extend(keep(arrive(hook, f"{mine}{number}")) for number in range(30))

    run_at_once(*(lambda thread=thread: deliver(thread) for thread in range(8)))
    assert sum(each.is_new for each in receipts) == 30 + 4 * 30
    assert len(receipts) == max(each.allowance.used for each in receipts) == 8 * 30
    assert len(set(list_kept(hook))) == len(list_kept(hook)) == 30 + 4 * 30


@ON_POSTGRESQL
def test_what_another_process_keeps_in_the_meantime_is_not_new(hook):
    def keep_before(execute, sql, *rest):
        if sql.startswith("INSERT") and "store_delivery" in sql:
            step_in.close()
            thread = Thread(target=keep_elsewhere)
            thread.start()
            thread.join()
        return execute(sql, *rest)

    def keep_elsewhere():
        Delivery.objects.create(hook_id=hook, known_as="b", body=b"b", received_at=NOW)
        connections.close_all()

    with ExitStack() as step_in:
        step_in.enter_context(connection.execute_wrapper(keep_before))
        receipts = keep_together([arrive(hook, name) for name in "abc"])
    assert [each.is_new for each in receipts] == [True, False, True]
    assert sorted(list_kept(hook)) == ["a", "b", "c"]


def test_within_a_transaction_nothing_is_accepted(hook):
    """Another's would be answered before it is on the disk."""
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        keep(arrive(hook, "a"))
    assert list_kept(hook) == []
