"""Many at once: what each sees is whole, and what all did comes to one order of it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from psycopg.errors import DeadlockDetected

from counterpoise.store import action_states, audit, jobs, ledger
from counterpoise.store.models import ActionState, AuditHead
from counterpoise.store.models import Job as JobRow
from counterpoise.web import patience
from counterpoise.web.background.work import ask_for
from journeys.workers import (
    TIRED_SECONDS,
    confirm_upload,
    start_worker,
    wait_for_state,
    wait_until,
    worker,
)
from kept_forecast import PERIOD, keep_build, keep_run
from many_at_once import run_at_once
from people import make_person, sign_in
from programs import make_program
from reporting_company import build_cycle

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
MB = 1 << 20
ACTION = f"/execute/{PERIOD}/state/A1"


@pytest.mark.case("CON-01", "CON-10")
@pytest.mark.parametrize(
    ("rounds", "readers", "least"),
    [
        pytest.param(4, 2, 4, id="some"),
        pytest.param(300, 4, 1000, id="300", marks=[pytest.mark.soak, pytest.mark.timeout(3600)]),
    ],
)
def test_who_reads_while_builds_are_published_sees_one_whole_and_never_an_older_again(
    tmp_path, rounds, readers, least
):
    words = [sys.executable, "-m", "tests.journeys.reading_builds", tmp_path, rounds, readers]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= least


@pytest.fixture
def operations(workspace_on_each_store):
    keep_build()
    keep_run(build_cycle())
    browser = sign_in(make_person("operations"))
    browser.raise_request_exception = False
    browser.post(ACTION, {"edition": 0, "state": "in_progress"})
    return browser


def finish_action(browser):
    return browser.post(ACTION, {"edition": 1, "state": "done"})


@pytest.mark.case("CON-04")
@pytest.mark.parametrize("workspace_on_each_store", ["PostgreSQL"], indirect=True)
def test_who_meets_a_deadlock_is_served_all_the_same(operations):
    """The server takes the browser's side of a real deadlock away; the browser hears of none."""
    answers = []

    def press():
        answers.append(finish_action(operations).status_code)

    def block():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local deadlock_timeout = '60s'")  # so the other side is taken
            AuditHead.objects.select_for_update().get(pk=1)
            wait_until(is_somebody_waiting)
            ActionState.objects.update(reason=F("reason"))

    run_at_once(press, block)
    assert answers == [302]
    assert action_states.find_standing(PERIOD, "A1").edition == 2
    verbs = [each.verb for each in audit.list_entries()]
    assert verbs.count("action.moved") == 2
    assert audit.check_chain().broken_at is None


def is_somebody_waiting():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where not granted")
        return cursor.fetchone()[0]


@pytest.mark.case("CON-04")
@pytest.mark.parametrize(
    ("times", "status", "edition"),
    [
        pytest.param(0, 302, 2, id="never"),
        pytest.param(1, 302, 2, id="once"),
        pytest.param(patience.RETRIES, 302, 2, id="as often as it is tried again"),
        pytest.param(patience.RETRIES + 1, 503, 1, id="once more"),
    ],
)
@pytest.mark.parametrize("workspace_on_each_store", ["SQLite"], indirect=True)
def test_a_transaction_that_is_given_up_is_begun_again(operations, times, status, edition):
    left = [None] * times

    def give_up(run, sql, *arguments):
        if "INSERT" in sql and "auditentry" in sql and left:
            left.pop()
            raise OperationalError from DeadlockDetected("deadlock detected")
        return run(sql, *arguments)

    with connection.execute_wrapper(give_up):
        answer = finish_action(operations)
    assert answer.status_code == status
    if status == 503:
        assert "The store does not answer just now" in answer.content.decode()
        assert answer.headers["Retry-After"] == "10"
    assert (left, action_states.find_standing(PERIOD, "A1").edition) == ([], edition)
    assert audit.check_chain().broken_at is None


@pytest.mark.case("CON-04", "CON-05")
@pytest.mark.parametrize("workspace_on_each_store", ["SQLite"], indirect=True)
def test_a_lock_that_does_not_come_is_answered_in_words(workspace_on_each_store, operations):
    program = make_program(make_person("administrator"))
    other = sign_in(make_person("viewer"))
    with connection.cursor() as cursor:
        cursor.execute("pragma busy_timeout = 50")
    holder = sqlite3.connect(workspace_on_each_store.root / "store.sqlite3", isolation_level=None)
    holder.execute("begin immediate")
    page, answer = finish_action(operations), program.get("/me")
    # The first page takes out of the session what was said of the change; the second only reads.
    told, read = (reader.get(f"/execute/{PERIOD}/") for reader in (operations, other))
    holder.execute("rollback")
    holder.close()
    assert (page.status_code, answer.status_code) == (503, 503)
    assert (told.status_code, read.status_code) == (503, 200)
    assert "Wait ten seconds" in page.content.decode()
    assert (answer.json()["title"], answer.headers["Retry-After"]) == (
        "The store does not answer just now",
        "10",
    )
    assert finish_action(operations).status_code == 302
    assert program.get("/me").status_code == 200


def write_at_once(workspace, seconds, writers, a_second):
    """How many writes there were, and what failed."""
    environment = {
        **os.environ,
        "COUNTERPOISE_WORKSPACE": str(workspace.root),
        "DJANGO_SETTINGS_MODULE": "counterpoise.web.settings",
    }
    every_ms = 1000 * writers / a_second
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.writing", str(seconds), str(every_ms), f"w{n}"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for n in range(writers)
    ]
    said = [each.communicate()[0].splitlines() for each in children]
    assert [each.returncode for each in children] == [0] * writers
    return sum(int(each[0]) for each in said), [line for each in said for line in each[1:]]


@pytest.mark.case("CON-05")
@pytest.mark.parametrize(
    ("seconds", "least"),
    [
        pytest.param(4, 20, id="some"),
        pytest.param(
            600, 600 * 45, id="ten minutes", marks=[pytest.mark.soak, pytest.mark.timeout(1200)]
        ),
    ],
)
def test_many_writers_on_sqlite_wait_and_none_fails(workspace, seconds, least):
    make_person("operations")
    done, failed = write_at_once(workspace, seconds, writers=4, a_second=50)
    assert failed == []
    assert done >= least, "a machine under load writes fewer than it is asked for"
    assert audit.check_chain() == audit.ChainCheck(audit.list_entries(limit=1)[0].number, None, "")


@pytest.mark.case("CON-06")
def test_the_log_of_writes_is_cut_once_a_long_reader_has_read(workspace):
    log = workspace.root / "store.sqlite3-wal"
    reader = sqlite3.connect(workspace.root / "store.sqlite3", isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from store_auditentry").fetchall()
    with connection.cursor() as cursor:
        cursor.execute("pragma synchronous = off")
    for n in range(80):
        audit.record("a.change", f"of:{n}", after={"words": "w" * MB}, at=NOON)
    assert 64 * MB < log.stat().st_size < 256 * MB
    reader.execute("rollback")
    reader.close()
    for n in range(3):
        audit.record("a.change", f"of:{n}", at=NOON)
    assert log.stat().st_size <= 64 * MB


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.case("CON-06")
def test_the_log_of_writes_stays_small_for_half_an_hour(workspace):
    """The longest that the product reads is the whole trail, over and over."""
    make_person("operations")
    log, largest, end = workspace.root / "store.sqlite3-wal", 0, time.monotonic() + 1800

    def read():
        nonlocal largest
        while time.monotonic() < end:
            assert audit.check_chain().broken_at is None
            largest = max(largest, log.stat().st_size)

    run_at_once(read, lambda: write_at_once(workspace, 1800, writers=4, a_second=50))
    assert largest < 256 * MB


def list_children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(each) for each in found.stdout.split()]


@pytest.mark.case("CON-08")
def test_a_worker_that_slept_too_long_changes_nothing_when_it_wakes(workspace, tmp_path):
    upload = confirm_upload(workspace, tmp_path / "sent")
    job = ask_for("collect", {"upload": upload}, key="a click", visitor=None)
    sleeper = start_worker(workspace)
    wait_until(lambda: jobs.get_job(job.id).share >= 0.6)  # the data is collected
    (child,) = list_children(sleeper.pid)
    for each in (sleeper.pid, child):
        os.kill(each, signal.SIGSTOP)
    try:
        # Time passes: it was last heard of longer ago than a dead one.
        JobRow.objects.update(seen_at=F("seen_at") - 2 * jobs.STALE)
        with worker(workspace):
            done = wait_for_state(job.id, "done", "failed")
            assert (done.state, done.attempt, done.failure) == ("done", 2, "")
            for each in (child, sleeper.pid):
                os.kill(each, signal.SIGCONT)
            time.sleep(2)
        assert jobs.get_job(job.id) == done
    finally:
        for each in (child, sleeper.pid):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)
        sleeper.terminate()
        sleeper.wait(timeout=30)
    assert len(ledger.list_batches()) == 1
    verbs = [each.verb for each in audit.list_entries()]
    assert (verbs.count("work.done"), verbs.count("data.loaded")) == (1, 1)
    assert audit.check_chain().broken_at is None


def test_a_worker_whose_server_is_gone_before_it_looks_leaves(workspace):
    environment = {**os.environ, "COUNTERPOISE_WORKSPACE": str(workspace.root)}
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command = [sys.executable, "-m", "counterpoise.web.background.worker"]
    left = subprocess.Popen([*command, "--beside", str(gone.pid)], env=environment)
    assert left.wait(timeout=TIRED_SECONDS) == 0
