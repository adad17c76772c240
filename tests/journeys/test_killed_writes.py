"""A write that is killed anywhere between its first byte and its answer happens once in the end."""

import os
import random
import subprocess
import sys
import time

import pytest

from people import make_person
from programs import make_program


def kill_a_write(workspace, program, key, after_seconds):
    """Whether the process came to its end before it was killed."""
    environment = {
        **os.environ,
        "COUNTERPOISE_WORKSPACE": str(workspace.root),
        "DJANGO_SETTINGS_MODULE": "counterpoise.web.settings",
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.killed_writes", program.secret, key],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(after_seconds)
    child.kill()
    return "done" in child.communicate()[0]


def retry_all(workspace, kills, most_seconds):
    """How many were kept by the killed process, how many came after, and what there is now."""
    from counterpoise.store import audit, jobs
    from counterpoise.web.api import quotas

    quotas_before, quotas.COSTLY_AN_HOUR = quotas.COSTLY_AN_HOUR, 10**6
    program = make_program(make_person("operations"))
    dice, replayed = random.Random(20261001), 0
    try:
        for n in range(kills):
            kill_a_write(workspace, program, f"key-{n}", dice.uniform(0, most_seconds))
            retry = program.post("/cycles", {"period": "2026-Q4"}, idempotency_key=f"key-{n}")
            assert retry.status_code == 202, retry.content
            replayed += "Idempotent-Replayed" in retry.headers
            assert len(jobs.list_jobs(10**6)) == n + 1
    finally:
        quotas.COSTLY_AN_HOUR = quotas_before
    asked = [e for e in audit.list_entries(limit=10**6) if e.verb == "work.asked"]
    assert len(asked) == kills
    return replayed


@pytest.mark.case("API-07")
def test_killed_writes_happen_once(workspace):
    retry_all(workspace, kills=3, most_seconds=0.03)


@pytest.mark.soak
@pytest.mark.case("API-07")
def test_200_killed_writes_happen_once(workspace, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_API_COSTLY_AN_HOUR", "1000000")
    replayed = retry_all(workspace, kills=200, most_seconds=0.06)
    assert 0 < replayed < 200  # killed before the end and after it
