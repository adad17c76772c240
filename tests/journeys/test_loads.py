"""Loads as they go wrong in life: twice, changed, broken, killed, out of space, two at once.

Whatever happens, no row is lost, none is doubled, and the last good build stays readable.
"""

import csv
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterpoise.actions.collect import collect, list_quarantine
from counterpoise.store import ledger
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.landing import disk
from counterpoise.warehouse.marts.publication import verify_build
from journeys.command import run

HEADER = ("opportunity_id", "sales_agent", "stage", "amount", "create_date", "close_date")
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
DEALS = [
    ("A-1", "Mona", "Won", "1200.50", "2026-01-05", "2026-02-11"),
    ("A-2", "علي", "Lost", "800", "2026-01-09", "2026-03-01"),
    ("A-3", "Mona", "Engaging", "450", "2026-02-20", ""),
]


def write(path, rows=DEALS, header=HEADER, encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


def load(workspace, *paths, now=NOON):
    return collect(workspace, paths, now=now)


def read(workspace, query):
    build = ledger.get_current_build()
    with open_build(workspace.build_folder(build.id)) as opened:
        return opened.con.execute(query).fetchall()


def counts(done, table="opportunity"):
    found = done.tables[table]
    return found.received, found.new, found.updated, found.unchanged, found.quarantined


def deals(workspace):
    return read(
        workspace, "SELECT source_id, owner_id, stage, status, amount FROM opportunity ORDER BY 1"
    )


@pytest.mark.case("IMP-03")
def test_the_same_content_under_any_name_changes_nothing(workspace, tmp_path):
    first = load(workspace, write(tmp_path / "deals.csv"))
    shutil.copy(tmp_path / "deals.csv", tmp_path / "renamed.csv")
    with gzip.open(tmp_path / "packed.csv.gz", "wb") as packed:
        packed.write((tmp_path / "deals.csv").read_bytes())
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.write(tmp_path / "deals.csv", "inside.csv")
    for name in ("deals.csv", "renamed.csv", "packed.csv.gz", "packed.zip"):
        again = load(workspace, tmp_path / name, now=NOON + timedelta(days=1))
        assert counts(again) == (3, 0, 0, 3, 0)
        assert again.build == first.build


def test_a_file_that_is_no_table_is_kept_and_counts_nowhere(workspace, tmp_path):
    (tmp_path / "moods.csv").write_text("colour,mood\nred,good\n", "utf-8")
    paths = write(tmp_path / "deals.csv"), tmp_path / "moods.csv"
    for new, unchanged in ((3, 0), (0, 3)):
        done = load(workspace, *paths)
        assert {name: each.received for name, each in done.tables.items()} == {"opportunity": 3}
        assert counts(done) == (3, new, 0, unchanged, 0)
        assert ("moods.csv", "mood") in done.unmapped


@pytest.mark.case("IMP-10")
def test_a_ragged_row_waits_and_the_others_land(workspace, tmp_path):
    path = write(tmp_path / "deals.csv")
    with path.open("a", encoding="utf-8") as file:
        file.write("A-4,Mona,Won,900,2026-02-01,2026-02-02,too,many\nA-5,Mona\n")
    done = load(workspace, path)
    received, new, _, _, quarantined = counts(done)
    assert (received, new, quarantined) == (5, 3, 2)
    assert sorted(each.row for each in list_quarantine(workspace)) == [5, 6]


@pytest.mark.case("IMP-05", "IMP-06")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1256"])
def test_arabic_names_come_through_every_encoding(workspace, tmp_path, encoding):
    names = ["علي حسن", "فاطمة الزهراء", "محمد عبد الله", "خليفة المهيري", "نورة السويدي"]
    rows = [(f"A-{n}", names[n % 5], "Won", "1", "2026-01-05", "2026-02-11") for n in range(200)]
    load(workspace, write(tmp_path / "deals.csv", rows, encoding=encoding))
    found = read(workspace, "SELECT DISTINCT owner_id FROM opportunity ORDER BY 1")
    assert [name for (name,) in found] == sorted(names)


@pytest.mark.case("IMP-09")
def test_ids_keep_their_leading_zeros(workspace, tmp_path):
    rows = [("000123", "007", "Won", "1", "2026-01-05", "2026-02-11")]
    load(workspace, write(tmp_path / "deals.csv", rows))
    assert read(workspace, "SELECT source_id, owner_id FROM opportunity") == [("000123", "007")]


@pytest.mark.case("IMP-18")
def test_markup_and_code_in_cells_are_kept_as_text(workspace, tmp_path):
    nasty = "'; DROP TABLE opportunity; -- <script>alert(1)</script> {{7*7}} %s =1+1"
    load(workspace, write(tmp_path / "deals.csv", [("A-1", nasty, "Won", "1", "2026-01-05", "")]))
    assert read(workspace, "SELECT owner_id FROM opportunity") == [(nasty,)]


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        pytest.param("", "empty", id="an empty file"),
        pytest.param("a,b\n\0\0,1\n", "", id="null bytes"),
        pytest.param("colour,mood\nred,good\n", "", id="no known column"),
    ],
)
def test_a_file_with_nothing_to_take_is_refused_and_the_last_build_stays(
    workspace, tmp_path, content, advice
):
    good = load(workspace, write(tmp_path / "deals.csv"))
    (tmp_path / "bad.csv").write_text(content)
    done = run("collect", tmp_path / "bad.csv", workspace=workspace.root, expect=1)
    assert advice in done.stderr
    assert "Traceback" not in done.stderr
    assert ledger.get_current_build().id == good.build
    assert len(deals(workspace)) == 3


def many(count, start=0):
    return [
        (f"A-{n}", "Mona", "Won", str(n), "2026-01-05", "2026-02-11")
        for n in range(start, start + count)
    ]


def kill_loads(workspace, tmp_path, kills, seed):
    """Start a load and kill it at a random point, again and again; then let one finish."""
    rng = random.Random(seed)
    first = write(tmp_path / "first.csv", many(2000))
    load(workspace, first)
    paths = [first]
    words = [sys.executable, "-m", "counterpoise.cli", "collect"]
    for n in range(kills):
        path = write(tmp_path / f"next{n}.csv", many(2000, 2000 * (n + 1)))
        process = subprocess.Popen(
            [*words, path, "--workspace", workspace.root],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(rng.uniform(0.3, 4.0))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        paths.append(path)
        held = read(workspace, "SELECT count(*), count(DISTINCT source_id) FROM opportunity")
        assert held[0][0] == held[0][1], "no row twice, and the last good build is readable"
    load(workspace, *paths, now=NOON + timedelta(days=1))
    found = Counter(key for (key,) in read(workspace, "SELECT source_id FROM opportunity"))
    assert found == Counter(row[0] for row in many(2000 * (kills + 1)))
    leftovers = [
        path for path in workspace.builds.iterdir() if path.name not in ledger.list_builds()
    ]
    assert leftovers == []


@pytest.mark.case("IMP-01", "FLT-06")
def test_killed_at_random_points_nothing_is_lost_or_doubled(workspace, tmp_path):
    kill_loads(workspace, tmp_path, kills=6, seed=11)


@pytest.mark.soak
@pytest.mark.case("IMP-01")
def test_killed_at_a_hundred_random_points(workspace, tmp_path):
    kill_loads(workspace, tmp_path, kills=100, seed=12)


@pytest.mark.case("IMP-04")
def test_of_two_loads_at_once_each_lands_whole(workspace, tmp_path):
    paths = [write(tmp_path / f"part{n}.csv", many(3000, 3000 * n)) for n in range(2)]
    words = [sys.executable, "-m", "counterpoise.cli", "collect"]
    processes = [
        subprocess.Popen([*words, path, "--workspace", workspace.root], stderr=subprocess.PIPE)
        for path in paths
    ]
    codes = [process.wait(timeout=120) for process in processes]
    assert set(codes) <= {0, 1}
    for path, code in zip(paths, codes, strict=True):
        if code == 1:
            load(workspace, path, now=NOON + timedelta(days=1))
    assert read(workspace, "SELECT count(DISTINCT source_id) FROM opportunity") == [(6000,)]


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 24 MB of its own."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let a small disk be mounted")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.case("FLT-01", "IMP-02")
def test_a_full_disk_stops_the_load_and_costs_nothing_that_was_there(small_disk, tmp_path):
    workspace = small_disk / "workspace"
    run("init", workspace=workspace)
    run("collect", write(tmp_path / "first.csv", many(100)), workspace=workspace)
    rng = random.Random(3)
    noise = [
        (f"B-{n}", rng.randbytes(60).hex(), "Won", "1", "2026-01-05", "") for n in range(150_000)
    ]
    big = write(tmp_path / "big.csv", noise)
    done = run("collect", big, workspace=workspace, expect=1)
    assert "disk" in done.stderr.lower()
    assert "Traceback" not in done.stderr
    answer = run("measures", "won_deals", "--json", workspace=workspace)
    assert '"100"' in answer.stdout
    run("collect", write(tmp_path / "second.csv", many(50, 100)), workspace=workspace)


def test_the_one_close_date_of_a_crm_is_when_a_deal_was_won_and_what_is_hoped_for_else(
    workspace, tmp_path
):
    header = ("Opportunity ID", "Stage", "Amount", "Created Date", "Close Date")
    rows = [
        ("A-1", "Closed Won", "100", "2026-01-05", "2026-02-11"),
        ("A-2", "Negotiation", "100", "2026-01-05", "2026-12-31"),
    ]
    load(workspace, write(tmp_path / "report.csv", rows, header))
    found = read(
        workspace,
        "SELECT status, closed_at::date::text, expected_close_on::text FROM opportunity ORDER BY 1",
    )
    assert found == [("open", None, "2026-12-31"), ("won", "2026-02-11", "2026-02-11")]


@pytest.mark.case("FLT-08")
def test_a_restored_backup_is_the_same_to_the_byte(workspace, tmp_path):
    done = load(workspace, write(tmp_path / "deals.csv"))
    restored = tmp_path / "restored"
    shutil.copytree(workspace.root, restored)
    verify_build(restored / "warehouse" / "builds" / done.build)
    again = json.loads(run("collect", tmp_path / "deals.csv", "--json", workspace=restored).stdout)
    assert again["build"] == done.build
    assert again["tables"]["opportunity"]["unchanged"] == 3


@pytest.mark.case("FLT-03")
def test_files_are_on_the_disk_before_the_folder_has_its_name(tmp_path, monkeypatch):
    seen = []
    sync, rename = disk.sync, Path.rename
    monkeypatch.setattr(disk, "sync", lambda path: (seen.append(("sync", path.name)), sync(path)))
    monkeypatch.setattr(
        Path,
        "rename",
        lambda old, new: (seen.append(("rename", new.name)), rename(old, new))[1],
    )
    aside = tmp_path / "build.writing"
    (aside / "lead").mkdir(parents=True)
    (aside / "lead" / "0.parquet").write_bytes(b"rows")
    disk.publish(aside, tmp_path / "build")
    assert seen == [
        ("sync", "0.parquet"),
        ("sync", "lead"),
        ("sync", "build.writing"),
        ("rename", "build"),
        ("sync", tmp_path.name),
    ]
