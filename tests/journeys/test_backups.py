"""A workspace is backed up while it works, and restored on another machine to the same hashes."""

import json
import os
import random
import shutil
import sqlite3
import tarfile
import threading
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from django.db import connection

from counterpoise.actions import backups, verification, workspaces
from counterpoise.actions.backups import BadPlace, DamagedBackup, MissingFiles
from counterpoise.actions.collect import collect
from counterpoise.store import audit, ledger, snapshots, versions
from counterpoise.store.snapshots import BrokenStore
from counterpoise.warehouse.marts.publication import verify_build
from frozen_plans import freeze, keep_planned
from journeys.command import ask, run
from people import make_person, sign_in

from .conftest import NOW

LATER = NOW + timedelta(days=1)
SEAL = b"counterpoise-backup sha256 "


@pytest.fixture
def small(workspace):
    """A workspace with a frozen plan and a report, but hardly any data."""
    keep_planned(workspace)
    freeze(workspace, make_person("operations"))
    (workspace.reports / "2026-Q4-run").mkdir()
    (workspace.reports / "2026-Q4-run" / "report.en.html").write_text("<p>Plan</p>")
    (workspace.landing / "batch-b1").mkdir()
    return workspace


@pytest.fixture
def backup(small, tmp_path):
    return backups.back_up(small, tmp_path / "backup", now=LATER)


def list_hashes(folder):
    return {
        each.relative_to(folder).as_posix(): sha256(each.read_bytes()).hexdigest()
        for each in folder.rglob("*")
        if each.is_file()
    }


def seal(archive, path):
    path.write_bytes(archive + SEAL + sha256(archive).hexdigest().encode() + b"\n")
    return path


def make_archive(path, document, **contents):
    """A sealed archive with any content: what a hostile or broken program could have written."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        written = {**contents, "backup.json": json.dumps(document).encode()}
        for name, content in written.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    return seal(buffer.getvalue(), path)


def describe(*files, **other):
    return {
        "format": backups.FORMAT,
        "store": "elsewhere",
        "audit": {"entries": 0, "hash": ""},
        "builds": [],
        "files": [{"path": path, "size": 1, "sha256": content} for path, content in files],
    } | other


@pytest.mark.case("FLT-08")
def test_a_restored_workspace_has_the_same_hashes_and_verifies_its_plan(signable, tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    (more / "accounts.csv").write_text("Account ID,Account Name\nA-NEW-1,Newcomer LLC\n")
    collect(signable, [more], now=LATER)
    builds, trail = ledger.list_builds(), audit.check_chain()
    before = list_hashes(signable.warehouse / "builds") | list_hashes(signable.landing)
    connection.close()
    written = ask("backup", "--out", tmp_path / "backup", workspace=signable.root)
    assert (written["builds"], written["store"]) == (len(builds), True)
    restored = tmp_path / "elsewhere" / "restored"
    answer = ask("restore", tmp_path / "backup", workspace=restored)
    assert (answer["audit_entries"], answer["audit_whole"]) == (trail.entries, True)

    workspace = workspaces.open_workspace(restored)
    assert ledger.list_builds() == builds
    assert list_hashes(workspace.warehouse / "builds") | list_hashes(workspace.landing) == before
    for each in builds:
        verify_build(workspace.build_folder(each))
    assert audit.check_chain() == trail
    assert verification.verify(workspace, "2026-Q4-v1").is_recomputed
    older, newer = (workspace.build_folder(each) for each in builds)
    shared = [
        each for each in older.rglob("*.parquet")
        if (newer / each.relative_to(older)).exists()
        and (newer / each.relative_to(older)).samefile(each)
    ]  # fmt: skip
    assert shared, "what two builds share is one file on the disk again"
    collect(workspace, [more], now=LATER)


@pytest.mark.case("FLT-08")
def test_the_commands_say_what_they_did(small, tmp_path):
    connection.close()
    said = run("backup", "--out", tmp_path / "backup", workspace=small.root)
    assert "files, 1 builds" in said.stderr
    said = run("restore", tmp_path / "backup", workspace=tmp_path / "restored")
    assert "The audit trail is whole" in said.stderr


def test_sessions_and_the_key_that_signs_them_stay_where_they_are(small, tmp_path):
    browser = sign_in(make_person("executive"))
    browser.get("/reconcile/2026-Q4/versions/")
    key = browser.cookies["sessionid"].value
    for name in ("secret_key", "vault_keys"):
        (small.root / name).write_text("do not copy me")
    done = backups.back_up(small, tmp_path / "backup", now=LATER)
    content = done.path.read_bytes()
    assert key.encode() not in content
    assert b"do not copy me" not in content
    assert done.path.stat().st_mode & 0o077 == 0
    restored = backups.restore(done.path, tmp_path / "restored")
    assert not (restored.workspace.root / "secret_key").exists()
    assert not (restored.workspace.root / "vault_keys").exists()


def test_a_backup_is_of_one_moment_while_others_write(small, tmp_path):
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            audit.record("test.written", f"test:{number}", at=LATER)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = [backups.back_up(small, tmp_path / f"backup{n}", now=LATER) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    for n, each in enumerate(done):
        restored = backups.restore(each.path, tmp_path / f"restored{n}")
        assert (restored.entries, restored.is_whole) == (each.entries, True)


@pytest.mark.case("FLT-07")
def test_a_flipped_bit_anywhere_in_a_backup_is_refused(backup, tmp_path):
    whole, draw = backup.path.read_bytes(), random.Random(7)
    for _ in range(100):
        place = draw.randrange(len(whole))
        backup.path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :]
        )
        with pytest.raises(DamagedBackup):
            backups.restore(backup.path, tmp_path / "restored")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup", "workspace"]


@pytest.mark.parametrize("cut", [0, 10, 5000], ids=["empty", "a few bytes", "half of it"])
def test_a_backup_that_was_cut_off_is_refused(backup, tmp_path, cut):
    backup.path.write_bytes(backup.path.read_bytes()[:cut])
    with pytest.raises(DamagedBackup, match="its seal does not fit"):
        backups.restore(backup.path, tmp_path / "restored")


@pytest.mark.parametrize(("document", "contents", "said"), [
    pytest.param(describe(("../outside", "x")), {}, "outside the workspace", id="a way out"),
    pytest.param(describe(("/etc/passwd", "x")), {}, "outside the workspace", id="from the root"),
    pytest.param(describe(("", "x")), {}, "outside the workspace", id="no name"),
    pytest.param(describe(("a.toml", "x")), {}, "lacks the content of a.toml", id="no content"),
    pytest.param(
        describe(("a.toml", "x")), {"files/x": b"other"}, "not written as it is", id="another one",
    ),
    pytest.param({"format": "backup/9"}, {}, "The backup's format is 'backup/9'", id="a format"),
])  # fmt: skip
def test_a_sealed_file_that_is_no_backup_of_ours_is_refused(tmp_path, document, contents, said):
    file = make_archive(tmp_path / "backup", document, **contents)
    with pytest.raises(DamagedBackup, match=said):
        backups.restore(file, tmp_path / "restored")
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_a_sealed_file_that_is_no_archive_is_refused(tmp_path):
    with pytest.raises(DamagedBackup, match="cannot be read"):
        backups.restore(seal(b"words", tmp_path / "backup"), tmp_path / "restored")


@pytest.mark.parametrize(("out", "advice"), [
    pytest.param("workspace/counterpoise.toml", "Name a file that is not", id="a file is there"),
    pytest.param("nowhere/backup", "Make it, or name a file", id="no such folder"),
    pytest.param("workspace/reports/backup", "lies in what is backed up", id="in the reports"),
])  # fmt: skip
def test_a_backup_goes_to_a_place_of_its_own(small, tmp_path, out, advice):
    before = list_hashes(small.reports)
    with pytest.raises(BadPlace, match=advice):
        backups.back_up(small, tmp_path / out, now=LATER)
    assert list_hashes(small.reports) == before


def test_a_backup_lacks_nothing_that_the_store_names(small, tmp_path):
    shutil.rmtree(small.build_folder("b1"))
    with pytest.raises(MissingFiles, match="The store names b1"):
        backups.back_up(small, tmp_path / "backup", now=LATER)
    assert [each.name for each in tmp_path.iterdir()] == ["workspace"]


class TestWhereItIsRestored:
    def test_an_empty_folder_will_do(self, backup, tmp_path):
        (tmp_path / "restored").mkdir()
        assert backups.restore(backup.path, tmp_path / "restored").is_whole

    @pytest.mark.parametrize("is_folder", [True, False], ids=["a folder in use", "a file"])
    def test_nothing_is_written_over(self, backup, tmp_path, is_folder):
        target = tmp_path / "restored"
        if is_folder:
            target.mkdir()
        (target / "mine" if is_folder else target).write_text("mine")
        with pytest.raises(BadPlace, match="empty or not there yet"):
            backups.restore(backup.path, target)
        assert (target / "mine" if is_folder else target).read_text() == "mine"

    def test_the_store_in_use_must_be_the_restored_one(self, backup, tmp_path, monkeypatch):
        monkeypatch.setenv("COUNTERPOISE_STORE", f"sqlite:///{tmp_path / 'other.sqlite3'}")
        with pytest.raises(BadPlace, match="Unset it"):
            backups.restore(backup.path, tmp_path / "restored")
        assert not (tmp_path / "restored").exists()


def test_a_trail_that_was_broken_before_is_restored_and_said(small, tmp_path):
    cursor = connection.cursor()
    cursor.execute("drop trigger store_auditentry_no_update")
    cursor.execute("update store_auditentry set verb = 'nothing' where number = 1")
    done = backups.back_up(small, tmp_path / "backup", now=LATER)
    connection.close()
    said = run("restore", done.path, workspace=tmp_path / "restored")
    assert "was broken when the backup was made" in said.stderr


def test_a_store_that_is_damaged_is_not_backed_up(small, tmp_path):
    cursor = connection.cursor()
    cursor.execute("pragma foreign_keys = off")
    cursor.execute("update store_cyclerun set build_id = 'gone'")
    with pytest.raises(BrokenStore, match="a row of store_cyclerun points nowhere"):
        backups.back_up(small, tmp_path / "backup", now=LATER)
    connection.close()
    (tmp_path / "noise").write_bytes(b"SQLite format 3\x00" + os.urandom(4080))
    with sqlite3.connect(tmp_path / "noise") as noise, pytest.raises(BrokenStore, match="damaged"):
        snapshots.check(noise)


def test_a_store_on_postgresql_is_dumped_by_its_own_tools(workspace_on_each_store, tmp_path):
    workspace = workspace_on_each_store
    keep_planned(workspace)
    (workspace.landing / "batch-b1").mkdir()
    connection.close()
    said = run("backup", "--out", tmp_path / "backup", workspace=workspace.root).stderr
    assert ("Run pg_dump before" in said) == (connection.vendor == "postgresql")
    if connection.vendor != "postgresql":
        return
    told = run("restore", tmp_path / "backup", workspace=tmp_path / "restored").stderr
    assert "restore its dump with pg_restore" in told
    assert ask("restore", tmp_path / "backup", workspace=tmp_path / "r2")["audit_whole"] is None
    assert (tmp_path / "restored" / "warehouse" / "builds" / "b1" / "manifest.json").is_file()


@pytest.mark.case("FLT-06")
class TestTheStoreWithItsLog:
    """SQLite keeps what was committed last in a log beside the file."""

    def copy(self, workspace, target, *endings):
        target.mkdir()
        for each in ("", *endings):
            shutil.copy(f"{workspace.root / 'store.sqlite3'}{each}", target)
        shutil.copy(workspace.settings, target)
        return target

    @pytest.mark.parametrize(
        "endings", [("-wal", "-shm"), ("-wal",)], ids=["with its index", "without its index"]
    )
    def test_a_copy_with_the_log_has_everything(self, small, tmp_path, endings):
        audit.record("test.last", "test", at=LATER)
        trail = audit.check_chain()
        copied = self.copy(small, tmp_path / "copied", *endings)
        workspaces.open_workspace(copied)
        assert audit.check_chain() == trail
        assert versions.find_newest("2026-Q4").name == "2026-Q4-v1"

    def test_a_copy_without_the_log_is_an_older_whole_store_or_none(self, small, tmp_path):
        """So a backup is taken by the command, which reads file and log together."""
        audit.record("test.last", "test", at=LATER)
        entries = audit.check_chain().entries
        copied = self.copy(small, tmp_path / "copied")
        with sqlite3.connect(copied / "store.sqlite3") as store:
            snapshots.check(store)
            known = store.execute("select count(*) from store_auditentry").fetchone()[0]
        assert known < entries
        done = backups.back_up(small, tmp_path / "backup", now=LATER)
        assert done.entries == entries
