"""A delivery killed between any two of its steps has its effect once, and nothing is lost."""

import os
import random
import subprocess
import sys
from contextlib import contextmanager

import pytest

from counterpoise.store import outbox as stored
from counterpoise.store.outbox import Wanted
from counterpoise.store.outbox_claims import LEASE
from crm import run_crm
from delivering import Outbox, ask_in_turn, check_once_and_in_order, hold_records

STAGES = (
    "claimed",
    "sent",
    "compared",
    "kill before commit",
    "kill after commit",
    "answered",
    "settled",
)
"""Where a delivery is killed: each lies between two of its steps."""


@contextmanager
def start_deliveries(workspace, crm):
    environment = {
        **os.environ,
        "COUNTERPOISE_WORKSPACE": str(workspace.root),
        "DJANGO_SETTINGS_MODULE": "counterpoise.store.settings",
    }
    options = ["--keys"] if crm.knows_keys else []
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.killed_deliveries", crm.url, *options],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"

    def run(stage, nth, seconds):
        process.stdin.write(f"{stage.replace(' ', '_')} {nth} {seconds}\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    try:
        yield run
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def kill_and_deliver(workspace, crm, kills, dice):
    """So many killed deliveries, then one that comes to its end; how many rounds there were."""
    seconds, rounds, killed = 0, 0, 0
    with start_deliveries(workspace, crm) as run:
        while killed < kills:
            stage = STAGES[killed % len(STAGES)]
            nth = 1 if stage in {"claimed", "sent", "answered"} else dice.randint(1, 4)
            if stage.startswith("kill"):
                crm.plan(*[""] * (nth - 1), stage)
            answer = run(stage, nth, seconds)
            killed += answer == "killed"
            seconds += LEASE.total_seconds() + 1
            rounds += 1
            assert answer in {"killed", "done 0"}
            assert rounds < 2 * kills + 20
        crm.plan()
        for _ in range(3):
            assert run("never", 1, seconds) == "done 0"
            seconds += LEASE.total_seconds() + 1
    return killed


@pytest.fixture
def crm(tmp_path):
    with run_crm(tmp_path) as running:
        yield running


@pytest.mark.case("API-16")
def test_a_delivery_killed_between_any_two_steps_has_its_effect_once(workspace_on_each_store, crm):
    box = Outbox()
    hold_records(crm, 20)
    ask_in_turn(box, events=100, records=20)
    assert kill_and_deliver(workspace_on_each_store, crm, 12, random.Random(1)) == 12
    check_once_and_in_order(box, crm, events=100, records=20)


@pytest.mark.case("API-16")
def test_what_a_system_without_keys_may_have_twice_is_listed_for_a_person(workspace, tmp_path):
    """It is compared first, so twice happens only where the killed call still arrives later."""
    box = Outbox()
    with run_crm(tmp_path, knows_keys=False) as crm:
        hold_records(crm, 10)
        ask_in_turn(box, events=50, records=10)
        assert kill_and_deliver(workspace, crm, 7, random.Random(1)) == 7
        keys = [key for key, _, _ in crm.list_effects()]
    assert len(set(keys)) == 50
    assert sum(box.count().get(state, 0) for state in ("done", "known")) == 50
    twice = {key for key in keys if keys.count(key) > 1}
    assert twice <= {each.key for each in stored.list_pushes(Wanted(is_twice_possible=True))}
    assert len(keys) - 50 <= 7


@pytest.mark.soak
@pytest.mark.case("API-16")
def test_a_thousand_events_and_two_hundred_kills(workspace_on_each_store, crm):
    box = Outbox()
    hold_records(crm, 100)
    ask_in_turn(box, events=1000, records=100)
    assert kill_and_deliver(workspace_on_each_store, crm, 200, random.Random(2)) == 200
    check_once_and_in_order(box, crm, events=1000, records=100)
