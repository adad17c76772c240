"""Failed sign-ins are counted once for all processes, by account and by address."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.store import lockouts
from counterpoise.store.lockouts import WITHIN
from people import make_person

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)


def fail(login, times, address="10.0.0.1", at=NOW):
    return [lockouts.count_attempt(login, address, at).is_locked for _ in range(times)]


@pytest.mark.case("WEB-12")
def test_the_sixth_failure_of_an_account_is_refused_unseen(workspace_on_each_store):
    make_person("viewer")
    assert fail("vera", 7) == [False] * 5 + [True] * 2


@pytest.mark.case("WEB-12")
def test_the_eleventh_failure_of_an_address_is_refused_whatever_the_account(workspace):
    tried = [fail(f"guess{n}", 1)[0] for n in range(12)]
    assert tried == [False] * 10 + [True] * 2
    assert fail("other", 1, address="10.0.0.2") == [False]


def test_one_account_is_one_count_by_whichever_name_it_is_tried(workspace):
    make_person("viewer", email="vera@example.com")
    fail("vera", 2, address="10.0.0.1")
    fail("VERA", 2, address="10.0.0.2")
    assert fail("vera@example.com", 2, address="10.0.0.3") == [False, True]


def test_an_ipv6_network_is_one_address(workspace):
    tried = [fail(f"guess{n}", 1, address=f"2001:db8::{n:x}")[0] for n in range(11)]
    assert tried == [False] * 10 + [True]


def test_what_is_no_address_is_counted_too(workspace):
    assert fail("vera", 6, address="") == [False] * 5 + [True]


def test_a_lock_opens_by_itself(workspace):
    fail("vera", 6)
    assert fail("vera", 1, at=NOW + WITHIN) == [False]


def test_the_attempt_that_locks_is_told_from_those_that_find_it_locked(workspace):
    told = [lockouts.count_attempt("vera", "10.0.0.1", NOW).just_locked for _ in range(8)]
    assert told == [False] * 5 + [True, False, False]


@pytest.mark.case("WEB-12")
def test_the_right_password_washes_away_nothing_tried_on_others(workspace):
    make_person("viewer")
    for n in range(9):
        fail(f"guess{n}", 1)
        lockouts.count_attempt("vera", "10.0.0.1", NOW)
        lockouts.forgive("vera", "10.0.0.1", NOW)
    assert fail("guess-again", 2) == [False, True]


def test_old_counts_are_swept(workspace):
    from counterpoise.store.models import RateWindow

    fail("someone", 1)
    later = NOW + timedelta(days=1)
    lockouts.count_attempt("vera", "10.0.0.9", later)
    lockouts.forgive("vera", "10.0.0.9", later)
    assert RateWindow.objects.filter(starts_at__lt=later - 2 * WITHIN).count() == 0


@pytest.mark.case("WEB-12")
def test_two_processes_share_the_count(workspace):
    """Each of two processes tries three times; together they are one too many."""
    program = (
        "import os, datetime\n"
        f"os.environ['COUNTERPOISE_WORKSPACE'] = {str(workspace.root)!r}\n"
        "from counterpoise.store import connection; connection.start()\n"
        "from counterpoise.store import lockouts\n"
        "at = datetime.datetime.fromisoformat('2026-10-01T09:00:00+00:00')\n"
        "print(sum(not lockouts.count_attempt('vera', f'10.0.0.{n}', at).is_locked"
        " for n in range(3)))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert sum(int(each.communicate(timeout=60)[0]) for each in running) == 5


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.sampled_from(["vera", "VERA", "nobody"]), min_size=1, max_size=30), st.uuids())
def test_never_more_than_five_tries_of_an_account(workspace, tries, place):
    at = NOW + timedelta(days=place.int % 100_000)
    open_tries = [
        login
        for n, login in enumerate(tries)
        if not lockouts.count_attempt(login, f"10.1.0.{n}", at).is_locked
    ]
    for name in ("vera", "nobody"):
        assert len([each for each in open_tries if each.casefold() == name]) <= 5
