"""Loads that are killed, or that fill the disk: the last good build stays, the next load mends."""

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterpoise.actions.collect import collect
from counterpoise.actions.workspaces import init_workspace
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text
from counterpoise.store import ledger
from counterpoise.warehouse.landing.space import DiskFull
from counterpoise.warehouse.marts.publication import verify_build

MAY = datetime(2026, 5, 1, tzinfo=UTC)
COLUMNS = {"id": "source_id", "type": "type", "when": "occurred_at", "subject": "subject"}
MAPPING = Mapping(
    (
        FileMapping(
            "calls.csv",
            "activity",
            "files",
            tuple(
                ColumnMapping("calls.csv", column, "activity", attribute, 1.0, text("stated"))
                for column, attribute in COLUMNS.items()
            ),
            (),
        ),
    )
)


def kill_loads(folder, rounds):
    script = Path(__file__).with_name("killed_loads.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder), str(rounds), "7"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_loads_lose_nothing_double_nothing_and_show_nothing_half(tmp_path):
    assert "of 10 loads were killed" in kill_loads(tmp_path / "workspace", 10)


@pytest.mark.soak
def test_a_hundred_killed_loads_lose_nothing(tmp_path):
    assert "of 100 loads were killed" in kill_loads(tmp_path / "workspace", 100)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own with 12 MB on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=False)


def write_calls(path, rows):
    chance = random.Random(rows)
    lines = (
        f"A-{row},call,2026-04-01 10:00:00,{chance.getrandbits(320):x}\n" for row in range(rows)
    )
    path.write_text("id,type,when,subject\n" + "".join(lines), "utf-8")
    return path


def test_a_full_disk_is_said_plainly_and_the_last_build_stays(small_disk, tmp_path):
    workspace = init_workspace(small_disk / "workspace")
    calls = tmp_path / "calls.csv"
    good = collect(workspace, [write_calls(calls, 100)], mapping=MAPPING, now=MAY)
    later = MAY + timedelta(days=1)
    write_calls(calls, 200_000)
    with pytest.raises(DiskFull, match=r"is full .* Nothing was published"):
        collect(workspace, [calls], mapping=MAPPING, now=later)
    assert ledger.get_current_build().id == good.build
    verify_build(workspace.build_folder(good.build))
    assert {each.name for each in workspace.landing.iterdir()} == {good.batch}
    assert {each.name for each in workspace.builds.iterdir()} == {good.build}
    again = collect(
        workspace, [write_calls(calls, 110)], mapping=MAPPING, now=MAY + timedelta(days=2)
    )
    assert ledger.get_current_build().id == again.build
    assert again.tables["activity"].received == 110
