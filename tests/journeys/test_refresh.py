"""A company connects a system and refreshes it: the second time shows only what changed."""

from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest
from filelock import FileLock

from counterpoise.actions import refresh as refreshing
from counterpoise.actions.connections import remove
from counterpoise.actions.publishing import Counts
from counterpoise.actions.refresh import ConnectionPaused, RefreshRunning, Wish
from counterpoise.actions.refresh_reading import TooMuchGone
from counterpoise.connectors.sources.port import SourceField, SourceRefused, SourceUnreachable
from counterpoise.store import connections, ledger, refreshes
from counterpoise.warehouse.engine import open_build
from remote_system import RemoteSystem, connected, unreachable


@pytest.fixture
def remote():
    made = RemoteSystem()
    made.put("D-1", name="Alpha", stage="Proposal", amount="1000.50")
    made.put("D-2", name="بيتا", stage="Closed Won", amount="2000")
    made.put("D-3", name="Gamma", stage="Proposal", amount="300")
    made.pass_time(days=1)
    return made


@pytest.fixture
def company(workspace, remote, monkeypatch):
    with connected(monkeypatch, remote) as connection:
        yield workspace, connection


@pytest.fixture
def company_on_each_store(workspace_on_each_store, remote, monkeypatch):
    with connected(monkeypatch, remote) as connection:
        yield workspace_on_each_store, connection


def refresh(company, remote, **wish):
    workspace, connection = company
    now = connections.get_connection(connection.name)
    return refreshing.refresh(workspace, now, Wish(**wish), now=remote.now)


def list_deals(company, columns="source_id, name, stage, amount"):
    workspace, _ = company
    build = ledger.get_current_build()
    with open_build(workspace.build_folder(build.id)) as backend:
        rows = backend.raw_sql(f"SELECT {columns} FROM opportunity ORDER BY source_id").fetchall()
    return [tuple(str(each) for each in row) for row in rows]


def get_state(company):
    return refreshes.list_objects(company[1].id)[0]


def get_last(company):
    return refreshes.list_refreshes(company[1].id)[0]


def test_the_second_refresh_shows_only_what_changed(company_on_each_store, remote):
    company = company_on_each_store
    first = refresh(company, remote)
    assert first.counts == {"deal": {"read": 3, "fresh": 3, "gone": 0, "there": 3, "here": 3}}
    assert first.tables == {"opportunity": Counts(3, new=3)}
    remote.pass_time(hours=2)
    remote.put("D-1", stage="Negotiation")
    remote.put("D-4", name="Delta", stage="Proposal", amount="7")
    second = refresh(company, remote)
    assert second.counts == {"deal": {"read": 2, "fresh": 2, "gone": 0, "there": 4, "here": 4}}
    assert second.tables == {"opportunity": Counts(2, new=1, updated=1)}
    assert list_deals(company) == [
        ("D-1", "Alpha", "Negotiation", "1000.5000"),
        ("D-2", "بيتا", "Closed Won", "2000.0000"),
        ("D-3", "Gamma", "Proposal", "300.0000"),
        ("D-4", "Delta", "Proposal", "7.0000"),
    ]


def test_a_refresh_without_news_publishes_nothing_and_moves_the_cursor(company, remote):
    remote.put("D-4", name="Delta", stage="Proposal", amount="7")
    refresh(company, remote)
    before = ledger.list_builds()
    remote.pass_time(minutes=5)
    again = refresh(company, remote)
    assert (again.batch, again.counts["deal"]["read"], again.counts["deal"]["fresh"]) == (
        "",
        1,
        0,
    )
    assert ledger.list_builds() == before
    assert get_state(company).read_until == remote.now
    assert [each.outcome for each in refreshes.list_refreshes(company[1].id)] == ["done", "done"]


def test_history_says_how_long_a_refresh_took(company, remote):
    remote.meanwhile = lambda: sleep(0.05)
    refresh(company, remote)
    kept = get_last(company)
    assert kept.ended_at - kept.started_at >= timedelta(seconds=0.05)


def test_a_value_that_went_and_came_back_is_a_change_each_time(company, remote):
    remote.keeps_time = False
    refresh(company, remote)
    for stage in ("Negotiation", "Proposal"):
        remote.pass_time(hours=2)
        remote.put("D-1", stage=stage)
        remote.versions["D-1"][-1].values["changed"] = remote.versions["D-1"][0].values["changed"]
        assert refresh(company, remote).counts["deal"]["fresh"] == 1
        assert list_deals(company, "stage")[0] == (stage,)


def test_one_that_fails_half_way_has_moved_nothing_and_the_next_does_it_again(company, remote):
    refresh(company, remote)
    before = (ledger.list_builds(), get_state(company))
    remote.pass_time(hours=2)
    for key in ("D-1", "D-2", "D-3"):
        remote.put(key, stage="Negotiation")
    remote.faults = [None, None, None, unreachable()]
    with pytest.raises(SourceUnreachable):
        refresh(company, remote)
    assert (ledger.list_builds(), get_state(company)) == before
    failed = get_last(company)
    assert (failed.outcome, str(failed.why)) == ("failed", "The system did not answer.")
    assert refresh(company, remote).counts["deal"]["fresh"] == 3


def test_a_fault_of_ours_is_told_without_its_words(company, remote):
    remote.faults = [ValueError("amount of Alpha is 5")]
    with pytest.raises(ValueError, match="Alpha"):
        refresh(company, remote)
    assert "Alpha" not in str(get_last(company).why)
    assert "ValueError" in str(get_last(company).why)


def test_one_whose_process_died_is_said_to_be_lost(company, remote):
    refreshes.begin(company[1].id, is_anew=False, at=remote.now)
    refresh(company, remote)
    outcomes = [each.outcome for each in refreshes.list_refreshes(company[1].id)]
    assert outcomes == ["done", "lost"]


def test_a_field_that_is_hidden_keeps_the_values_that_we_have(company, remote):
    refresh(company, remote)
    remote.fields = [each for each in remote.fields if each.name != "amount"]
    remote.pass_time(hours=2)
    remote.put("D-1", stage="Negotiation")
    done = refresh(company, remote)
    assert list_deals(company)[0] == ("D-1", "Alpha", "Negotiation", "1000.5000")
    assert [str(each).split(":")[0] for each in done.notes] == [
        "deal.amount is not shown to us any more"
    ]


def test_a_column_that_changed_its_type_is_said_and_what_does_not_fit_is_quarantined(
    company, remote
):
    refresh(company, remote)
    remote.fields = [
        SourceField("amount", "words") if each.name == "amount" else each for each in remote.fields
    ]
    remote.pass_time(hours=2)
    remote.put("D-1", amount="about a thousand")
    done = refresh(company, remote)
    assert done.tables == {"opportunity": Counts(1, quarantined=1)}
    assert "deal.amount is words now and was text" in str(done.notes[0])
    assert list_deals(company)[0] == ("D-1", "Alpha", "Proposal", "1000.5000")


def test_a_hidden_key_stops_the_refresh(company, remote):
    refresh(company, remote)
    before = get_state(company)
    remote.fields = [each for each in remote.fields if each.name != "id"]
    with pytest.raises(SourceRefused, match="does not show its key"):
        refresh(company, remote)
    assert get_state(company) == before


def test_an_object_that_is_not_shown_any_more_is_said(company, remote):
    refresh(company, remote)
    state = replace(get_state(company), name="quote")
    refreshes.keep_object(company[1].id, state)
    assert "quote is not shown to us any more" in str(refresh(company, remote).notes[0])


def test_everything_is_read_again_after_a_week_for_computed_fields_move_no_time(company, remote):
    refresh(company, remote)
    remote.pass_time(days=6)
    assert refresh(company, remote).counts["deal"]["read"] == 0
    remote.versions["D-3"][-1].values["amount"] = "301"
    remote.pass_time(days=1)
    done = refresh(company, remote)
    assert (done.counts["deal"]["read"], done.counts["deal"]["fresh"]) == (3, 1)
    assert list_deals(company)[2] == ("D-3", "Gamma", "Proposal", "301.0000")


def test_a_person_may_read_everything_anew_or_from_a_day_on(company, remote):
    refresh(company, remote)
    remote.pass_time(days=1)
    remote.put("D-1", stage="Negotiation")
    remote.pass_time(days=1)
    refresh(company, remote)
    assert refresh(company, remote, is_anew=True).counts["deal"]["read"] == 3
    since = remote.now - timedelta(days=1, hours=1)
    assert refresh(company, remote, since=since).counts["deal"]["read"] == 1


def test_what_is_known_of_a_connection_is_made_again_when_it_is_lost(company, remote):
    refresh(company, remote)
    workspace, connection = company
    for each in (workspace.known / str(connection.id)).iterdir():
        each.unlink()
    remote.pass_time(hours=2)
    done = refresh(company, remote)
    assert done.counts["deal"] == {"read": 3, "fresh": 3, "gone": 0, "there": 3, "here": 3}
    assert done.tables == {"opportunity": Counts(3, unchanged=3)}


def test_only_one_file_of_what_is_known_stays(company, remote):
    workspace, connection = company
    for _ in range(3):
        refresh(company, remote)
        remote.pass_time(hours=2)
    kept = [each.name for each in (workspace.known / str(connection.id)).iterdir()]
    assert kept == [get_state(company).known]


def test_a_system_that_cannot_count_is_not_counted(company, remote):
    remote.is_counted = False
    assert refresh(company, remote).counts["deal"]["there"] is None


def test_a_paused_connection_is_not_refreshed(company, remote):
    _, connection = company
    connections.change(connection, is_paused=True, at=remote.now)
    with pytest.raises(ConnectionPaused, match="remote is paused"):
        refresh(company, remote)


def test_two_refreshes_of_one_connection_do_not_meet(company, remote):
    workspace, connection = company
    with (
        FileLock(workspace.warehouse / f".refresh-{connection.id}.lock"),
        pytest.raises(RefreshRunning, match="at this moment"),
    ):
        refresh(company, remote)


def test_a_reading_of_everything_that_misses_most_is_not_believed(company, remote):
    refresh(company, remote)
    del remote.versions["D-1"], remote.versions["D-2"]
    before = get_state(company)
    with pytest.raises(TooMuchGone, match="deal has 2 records less than it had, of 3"):
        refresh(company, remote, is_anew=True)
    assert get_state(company) == before


def test_a_connection_that_is_removed_leaves_the_rows_that_it_brought(company, remote):
    refresh(company, remote)
    remove(connections.get_connection("remote"), now=remote.now)
    assert connections.list_connections() == ()
    assert len(list_deals(company)) == 3


# What is gone from the source


def list_gone(company):
    rows = list_deals(company, "source_id, deleted_at IS NOT NULL, merged_into, amount")
    return [row for row in rows if row[1] == "True"]


@pytest.mark.case("IMP-21")
def test_a_record_that_the_source_removed_stays_with_all_its_values(company, remote):
    refresh(company, remote)
    remote.pass_time(hours=2)
    remote.remove("D-2")
    done = refresh(company, remote)
    assert done.counts == {"deal": {"read": 0, "fresh": 0, "gone": 1, "there": 2, "here": 2}}
    assert list_gone(company) == [("D-2", "True", "None", "2000.0000")]
    remote.pass_time(minutes=5)
    assert refresh(company, remote).batch == ""


@pytest.mark.case("IMP-21")
def test_a_record_that_was_merged_says_into_which(company, remote):
    refresh(company, remote)
    remote.pass_time(hours=2)
    remote.remove("D-3", into="D-1")
    refresh(company, remote)
    assert list_gone(company) == [("D-3", "True", "D-1", "300.0000")]


def test_a_record_that_came_back_is_there_again(company, remote):
    refresh(company, remote)
    remote.pass_time(hours=2)
    remote.remove("D-2")
    refresh(company, remote)
    remote.pass_time(hours=3)
    remote.put("D-2", name="Beta", stage="Proposal", amount="5")
    done = refresh(company, remote)
    assert done.counts["deal"]["here"] == 3
    assert list_gone(company) == []


def test_a_removal_of_a_record_that_never_came_brings_nothing(company, remote):
    remote.put("D-9", name="Short", stage="Proposal", amount="1")
    remote.remove("D-9")
    done = refresh(company, remote)
    assert done.counts["deal"] == {"read": 3, "fresh": 3, "gone": 0, "there": 3, "here": 3}


@pytest.mark.case("IMP-21")
def test_a_reading_of_everything_finds_what_is_gone_without_being_told(company, remote):
    refresh(company, remote)
    remote.pass_time(hours=2)
    del remote.versions["D-3"]
    assert refresh(company, remote).counts["deal"]["here"] == 3
    done = refresh(company, remote, is_anew=True)
    assert (done.counts["deal"]["gone"], done.counts["deal"]["here"]) == (1, 2)
    assert [row[0] for row in list_gone(company)] == ["D-3"]
