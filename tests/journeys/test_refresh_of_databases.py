"""A database of the company is connected: its columns are recognised once, and stay so."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.actions import connections
from counterpoise.actions.publishing import Counts
from counterpoise.actions.refresh import refresh
from counterpoise.store import refreshes
from counterpoise.store.connections import get_connection

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_FOLDERS", str(tmp_path))
    path = tmp_path / "erp.db"
    change(path, "create table deals (id, deal_name, stage, amount, updated_at)")
    change(path, "insert into deals values ('D-1', 'Alpha', 'Proposal', 10, '2026-04-01')")
    change(path, "insert into deals values ('D-2', 'Beta', 'Won', 20, '2026-04-02')")
    change(path, "create table weather (day, sky)")
    change(path, "insert into weather values ('2026-04-01', 'clear')")
    return path


def change(path, statement):
    held = sqlite3.connect(path)
    with held:
        held.execute(statement)
    held.close()


def connect(database, objects):
    values = {"url": f"sqlite:///{database}", "objects": objects}
    return connections.add_connection("erp", "sql", values, now=MAY)


def test_the_second_refresh_of_a_table_shows_only_what_changed(workspace, database):
    erp = connect(database, "deals time=updated_at key=id")
    assert refresh(workspace, erp, now=MAY).tables == {"opportunity": Counts(2, new=2)}
    change(database, "update deals set stage = 'Won', updated_at = '2026-05-01' where id = 'D-1'")
    again = refresh(workspace, erp, now=MAY + timedelta(hours=5))
    assert again.tables == {"opportunity": Counts(1, updated=1)}
    assert again.counts["deals"]["there"] == again.counts["deals"]["here"] == 2


def test_a_table_that_is_none_of_ours_is_kept_as_received(workspace, database):
    done = refresh(workspace, connect(database, "weather"), now=MAY)
    assert "weather is not recognised" in str(done.notes[0])
    assert (done.batch != "", done.tables) == (True, {})
    again = refresh(workspace, get_connection("erp"), now=MAY + timedelta(hours=1))
    assert (again.batch, again.counts["weather"]["fresh"]) == ("", 0)


def test_what_is_recognised_once_stays_whatever_comes(workspace, database):
    erp = connect(database, "deals key=id")
    refresh(workspace, erp, now=MAY)
    before = refreshes.list_objects(erp.id)[0].mapping
    change(database, "alter table deals add column close_date")
    change(database, "update deals set close_date = '2026-06-01'")
    done = refresh(workspace, erp, now=MAY + timedelta(hours=1))
    assert [str(each) for each in done.notes] == ["deals.close_date is new there"]
    after = refreshes.list_objects(erp.id)[0].mapping
    assert (after["columns"], after["unmapped"]) == (before["columns"], ["close_date"])
