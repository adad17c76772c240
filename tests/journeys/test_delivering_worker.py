"""The worker delivers by itself, is killed in the middle, and holds up nobody while it waits."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from counterpoise.connectors.sources.port import Written
from counterpoise.store import outbox as stored
from counterpoise.store import outbox_lines as lines
from counterpoise.web.background import delivering
from crm import run_crm
from delivering import (
    Clock,
    Outbox,
    ask_in_turn,
    check_once_and_in_order,
    connect,
    hold_records,
    wish,
)
from journeys.workers import wait_until
from people import make_person, sign_in


@contextmanager
def run_worker(workspace, crm):
    environment = {
        **os.environ,
        "COUNTERPOISE_WORKSPACE": str(workspace.root),
        "DJANGO_SETTINGS_MODULE": "counterpoise.web.settings",
    }
    command = [sys.executable, "-m", "tests.journeys.delivering_worker", crm.url]
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


@pytest.fixture
def crm(tmp_path):
    with run_crm(tmp_path) as running:
        yield running


@pytest.mark.case("API-16")
def test_a_worker_that_is_killed_leaves_its_pushes_to_the_next(workspace, crm, monkeypatch):
    box = Outbox()
    connect(monkeypatch, crm.make_writer)
    hold_records(crm, 10)
    ask_in_turn(box, events=30, records=10)
    with run_worker(workspace, crm):
        wait_until(lambda: len(crm.list_effects()) >= 7)
    assert box.count().get("done", 0) < 30
    with run_worker(workspace, crm):
        wait_until(lambda: not box.list("waiting", "claimed", "sent"))
    check_once_and_in_order(box, crm, events=30, records=10)


class Hanging:
    """A system that does not answer before it is let."""

    def __init__(self):
        self.is_asked, self.may_go_on = threading.Event(), threading.Event()

    def write(self, writes):
        self.is_asked.set()
        assert self.may_go_on.wait(120)
        return tuple(Written(each.key, "done") for each in writes)


class Taking:
    def write(self, writes):
        return tuple(Written(each.key, "done") for each in writes)


class Broken:
    """A writer of ours with a fault in it."""

    def write(self, writes):
        raise KeyError("id")


@pytest.fixture
def hanging(workspace, monkeypatch):
    system = Hanging()
    connect(monkeypatch, lambda: system)
    connect(monkeypatch, Taking, "erp")
    yield system
    system.may_go_on.set()


@pytest.mark.case("FLT-12")
def test_while_a_system_does_not_answer_everything_else_goes_on(hanging):
    """No transaction is open while it is asked, and other systems have threads of their own."""
    past = Clock()
    box, other = Outbox(past), Outbox(past, "erp")
    (stuck,) = box.ask(wish(1, stage="won"))
    worker = delivering.Deliveries()
    worker.look()
    assert hanging.is_asked.wait(60)
    (free,) = other.ask(wish(1, stage="won"))
    worker.look()
    wait_until(lambda: other.get(free).state == "done")
    omar = sign_in(make_person("operations"))
    assert omar.get("/execute/outbox/").status_code == 200
    assert omar.post("/execute/outbox/pause/", {"connection": "erp"}).status_code == 302
    assert box.get(stuck).state == "sent"
    hanging.may_go_on.set()
    worker.wait()
    assert box.get(stuck).state == "done"


def test_a_fault_of_ours_rests_the_line_and_ends_no_worker(workspace, monkeypatch):
    connect(monkeypatch, Broken)
    box = Outbox()
    worker = delivering.Deliveries()
    for number in range(6):
        box.ask(wish(number, stage="won"))
        worker.look()
        worker.wait()
    assert lines.find_line("crm").is_resting
    assert [each.state for each in stored.list_pushes(stored.Wanted(states=("waiting",)))] != []
