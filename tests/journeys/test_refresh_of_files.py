"""A folder of exports is connected: new and changed files are collected, each version once."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.actions import connections
from counterpoise.actions.publishing import Counts
from counterpoise.actions.refresh import Wish, refresh
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.store import refreshes
from journeys.command import ask, run

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
DEALS = "id,Deal Name,Stage,Amount\nD-1,Alpha,Proposal,10\nD-2,Beta,Won,20\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = tmp_path / "exports"
    made.mkdir()
    (made / "deals.csv").write_text(DEALS, "utf-8")
    monkeypatch.setenv("COUNTERPOISE_FOLDERS", str(tmp_path))
    return made


@pytest.fixture
def connection(workspace, folder):
    return connections.add_connection("exports", "folder", {"place": str(folder)}, now=MAY)


def test_each_version_of_a_file_is_collected_once(workspace, folder, connection):
    first = refresh(workspace, connection, now=MAY)
    assert first.tables == {"opportunity": Counts(2, new=2)}
    again = refresh(workspace, connection, now=MAY + timedelta(hours=1))
    assert (again.batch, again.counts) == ("", {"files": {"read": 0, "there": 1}})
    (folder / "deals.csv").write_text(DEALS.replace("Proposal", "Negotiation"), "utf-8")
    (folder / "more.csv").write_text(DEALS.replace("D-", "E-"), "utf-8")
    third = refresh(workspace, connection, now=MAY + timedelta(hours=2))
    assert third.counts == {"files": {"read": 2, "there": 2}}
    assert third.tables == {"opportunity": Counts(4, new=2, updated=1, unchanged=1)}


def test_a_file_that_was_only_touched_changes_nothing_and_is_known_afterwards(
    workspace, folder, connection
):
    refresh(workspace, connection, now=MAY)
    os.utime(folder / "deals.csv", ns=(1, 1))
    again = refresh(workspace, connection, now=MAY + timedelta(hours=1))
    assert (again.batch, again.counts["files"]["read"]) == ("", 1)
    third = refresh(workspace, connection, now=MAY + timedelta(hours=2))
    assert third.counts["files"]["read"] == 0


def test_all_files_are_read_anew_when_a_person_asks(workspace, connection):
    refresh(workspace, connection, now=MAY)
    again = refresh(workspace, connection, Wish(is_anew=True), now=MAY + timedelta(hours=1))
    assert again.counts["files"]["read"] == 1


def test_a_file_that_cannot_be_read_stops_the_refresh_and_nothing_moves(
    workspace, folder, connection
):
    (folder / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(UnreadableFile, match="photo.csv"):
        refresh(workspace, connection, now=MAY)
    assert refreshes.list_files(connection.id) == {}
    assert "photo.csv" in str(refreshes.list_refreshes(connection.id)[0].why)


def test_a_trial_shows_the_files(connection):
    assert connections.try_connection(connection).names == ("deals.csv",)


def test_the_commands_connect_try_refresh_and_remove(workspace, folder):
    place = workspace.root
    made = ask("connect", "add", "exports", "folder", "--set", f"place={folder}", workspace=place)
    assert made["connection"]["settings"]["place"] == str(folder)
    assert ask("connect", "test", "exports", workspace=place)["names"] == ["deals.csv"]
    done = ask("refresh", workspace=place)["refreshed"]
    assert done[0]["tables"]["opportunity"]["new"] == 2
    assert "nothing new" in run("refresh", "exports", workspace=place).stderr
    ask("connect", "schedule", "exports", "0 6 * * 1-5", workspace=place)
    listed = ask("connect", workspace=place)["connections"]
    assert (listed[0]["state"], listed[0]["schedule"]) == ("done", "0 6 * * 1-5")
    assert "is paused" in run("connect", "pause", "exports", workspace=place).stderr
    assert "exports is paused" in run("refresh", "exports", workspace=place, expect=1).stderr
    run("connect", "remove", "exports", workspace=place)
    assert ask("connect", workspace=place)["connections"] == []
