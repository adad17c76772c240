"""Connections that are refreshed by a schedule: each time once, whoever looks."""

from datetime import date, timedelta

import pytest

from counterpoise.actions import connections as acting
from counterpoise.actions import refreshing, scheduling
from counterpoise.actions.refresh import refresh
from counterpoise.domain.collect.schedules import InvalidSchedule
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.store import audit, connections, jobs, refreshes
from counterpoise.store import rules as stored_rules
from counterpoise.store.connections import ConnectionChanged
from counterpoise.web.background import schedule as background
from counterpoise.web.workplace import now as clock
from remote_system import START as NOW
from remote_system import RemoteSystem, connected

DAY = timedelta(days=1)


@pytest.fixture
def remote():
    made = RemoteSystem()
    made.put("D-1", name="Alpha", stage="Proposal", amount="10")
    return made


@pytest.fixture
def connection(workspace_on_each_store, remote, monkeypatch):
    with connected(monkeypatch, remote) as made:
        yield made


def ask_at(at):
    asked = []
    names = scheduling.ask_due(lambda each, due: asked.append((each.name, due)), now=at)
    assert names == tuple(name for name, _ in asked)
    return [due for _, due in asked]


def test_what_is_due_is_asked_for_once_and_then_the_next_time(connection):
    held = scheduling.schedule(connection, " 0  6 * * * ", now=NOW)
    assert (held.schedule, held.due_at) == ("0 6 * * *", NOW.replace(hour=6) + DAY)
    assert ask_at(NOW) == []
    assert ask_at(held.due_at) == [held.due_at]
    assert ask_at(held.due_at) == []
    assert connections.get_connection("remote").due_at == held.due_at + DAY
    assert audit.list_entries()[0].after["schedule"] == "0 6 * * *"


def test_what_was_missed_while_nobody_worked_is_asked_for_once(connection):
    scheduling.schedule(connection, "*/5 * * * *", now=NOW)
    assert len(ask_at(NOW + 30 * DAY)) == 1
    assert connections.get_connection("remote").due_at == NOW + 30 * DAY + timedelta(minutes=5)


def test_of_two_workers_one_asks(connection):
    held = scheduling.schedule(connection, "0 6 * * *", now=NOW)
    assert connections.move_due(held.id, held.due_at, held.due_at + DAY)
    assert not connections.move_due(held.id, held.due_at, held.due_at + DAY)


def test_what_another_worker_took_meanwhile_is_not_asked_for_again(connection):
    second = acting.add_connection("second", "remote", {}, now=NOW)
    due_at = scheduling.schedule(connection, "0 6 * * *", now=NOW).due_at
    scheduling.schedule(second, "0 6 * * *", now=NOW)
    asked = []

    def ask(each, due):
        asked.append(each.name)
        if len(asked) == 1:
            scheduling.ask_due(ask, now=due)  # the other worker, in the middle of this one

    scheduling.ask_due(ask, now=due_at)
    assert sorted(asked) == ["remote", "second"]


def test_a_paused_connection_is_not_asked_for(connection):
    held = scheduling.schedule(connection, "0 6 * * *", now=NOW)
    acting.pause(held, is_paused=True, now=NOW)
    assert ask_at(NOW + 2 * DAY) == []


def test_a_schedule_is_taken_away(connection):
    held = scheduling.schedule(connection, "0 6 * * *", now=NOW)
    assert scheduling.schedule(held, "", now=NOW).due_at is None
    assert ask_at(NOW + 2 * DAY) == []


def test_what_is_no_schedule_changes_nothing(connection):
    with pytest.raises(InvalidSchedule):
        scheduling.schedule(connection, "never", now=NOW)
    assert connections.get_connection("remote") == connection


def test_whoever_schedules_what_somebody_else_changed_is_told(connection):
    acting.pause(connection, is_paused=True, now=NOW)
    with pytest.raises(ConnectionChanged):
        scheduling.schedule(connection, "0 6 * * *", now=NOW)


def test_the_worker_queues_a_refresh_and_only_once(connection):
    connections.change(connection, schedule="0 6 * * *", at=NOW)
    connections.set_due(connection.id, clock() - timedelta(minutes=1))
    assert background.ask_due() == ("remote",)
    assert background.ask_due() == ()
    (job,) = jobs.list_going()
    assert (job.kind, job.arguments, job.asked_by) == ("refresh", {"connection": "remote"}, None)


def test_while_nobody_knows_the_company_s_hour_nothing_is_asked_and_the_worker_lives(connection):
    scheduling.schedule(connection, "* * * * *", now=clock() - DAY)
    wrong = Rule("company.time_zone", "", "Mars/Base", "", date(2020, 1, 1), "test")
    stored_rules.append_rules((wrong,), at=NOW)
    assert background.ask_due() == ()
    right = Rule("company.time_zone", "", "Asia/Dubai", "", date(2020, 1, 2), "test")
    stored_rules.append_rules((right,), at=NOW)
    assert background.ask_due() == ("remote",)


def test_the_work_refreshes_and_judges_what_came(connection, workspace_on_each_store, remote):
    told = []
    work = refreshing.refresh_connection
    arguments = {"connection": "remote", "anew": True, "since": None}
    done = work(
        workspace_on_each_store, arguments, lambda share, what: told.append(share), remote.now
    )
    assert (done["connection"], done["link"]) == ("remote", "/collect/connections/remote/")
    assert "" not in (done["batch"], done["score"])
    assert told == sorted(told)
    since = (remote.now - DAY).isoformat()
    again = work(
        workspace_on_each_store,
        {"connection": "remote", "since": since},
        lambda share, what: None,
        remote.now + DAY,
    )
    assert again["batch"] == ""


def test_a_scheduled_connection_falls_behind_after_a_day(
    connection, workspace_on_each_store, remote
):
    def is_stale(at):
        held = connections.get_connection("remote")
        done = refreshes.list_newest([held.id], "done")
        return scheduling.find_stale([held], done, now=at) == {held.id}

    assert not is_stale(NOW + 9 * DAY)
    held = scheduling.schedule(connection, "0 6 * * *", now=NOW)
    assert is_stale(NOW + 9 * DAY)
    refresh(workspace_on_each_store, held, now=NOW + 9 * DAY)
    assert not is_stale(NOW + 10 * DAY)
    assert is_stale(NOW + 11 * DAY)
    acting.pause(held, is_paused=True, now=NOW)
    assert not is_stale(NOW + 20 * DAY)
