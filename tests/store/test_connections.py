"""Connections of a company: added, changed one after the other, their secrets never shown again."""

import pytest

from counterpoise.actions import connections as acting
from counterpoise.actions.connections import CannotWrite, UnknownKind
from counterpoise.connectors.sources.settings import InvalidSetting
from counterpoise.store import audit, connections
from counterpoise.store.connections import ConnectionChanged, NameTaken, UnknownConnection
from counterpoise.store.models import Connection as Row
from remote_system import START as NOW
from remote_system import RemoteSystem, connected


@pytest.fixture
def remote():
    return RemoteSystem()


@pytest.fixture
def connection(workspace_on_each_store, remote, monkeypatch):
    with connected(monkeypatch, remote) as made:
        yield made


def test_a_secret_is_locked_and_in_no_trail(connection):
    row = Row.objects.get()
    assert "t0p-secret" not in str((row.secret, row.settings))
    assert connections.unlock_secret("remote") == {"token": "t0p-secret"}
    assert "t0p-secret" not in str(audit.list_entries())
    assert audit.list_entries()[0].verb == "connection.added"


def test_a_secret_that_is_left_empty_stays_and_another_replaces_it(connection):
    same = acting.change_settings(connection, {"place": "here"}, now=NOW)
    assert connections.unlock_secret("remote") == {"token": "t0p-secret"}
    acting.change_settings(same, {"place": "here", "token": "new"}, now=NOW)
    assert connections.unlock_secret("remote") == {"token": "new"}
    assert [each.after["secret_changed"] for each in audit.list_entries()[:2]] == [True, False]


def test_a_system_may_renew_its_token(connection):
    opened = acting._make_opening(connection)
    opened.keep_secret({"token": "renewed"})
    assert connections.unlock_secret("remote") == {"token": "renewed"}
    assert "renewed" not in repr(opened)


def test_who_changes_what_somebody_else_changed_meanwhile_is_told(connection):
    acting.pause(connection, is_paused=True, now=NOW)
    with pytest.raises(ConnectionChanged, match="somebody else"):
        acting.pause(connection, is_paused=False, now=NOW)


def test_a_name_is_given_once(connection, remote):
    with pytest.raises(NameTaken, match="called remote already"):
        acting.add_connection("remote", "remote", {}, now=NOW)


@pytest.mark.parametrize(
    ("name", "kind", "values", "raised", "said"),
    [
        pytest.param("A b", "sql", {}, InvalidSetting, "small Latin letters", id="a name"),
        pytest.param("x", "fax", {}, UnknownKind, "no connector for fax", id="a kind"),
        pytest.param("x", "sql", {"url": "u"}, InvalidSetting, "is missing", id="a gap"),
        pytest.param("x", "sql", {"no": "u"}, InvalidSetting, "no is no setting", id="a setting"),
        pytest.param(
            "x", "sql", {"url": "u" * 20_001}, InvalidSetting, "more than", id="a long one"
        ),
    ],
)
def test_what_cannot_be_connected(workspace, name, kind, values, raised, said):
    with pytest.raises(raised, match=said):
        acting.add_connection(name, kind, values, now=NOW)
    assert connections.list_connections() == ()


def test_a_trial_shows_what_is_there(connection):
    assert acting.try_connection(connection) == acting.Seen(("deal",), 1)


def test_a_system_that_is_only_read_is_not_written_to(connection):
    with pytest.raises(CannotWrite, match="Remote system is only read"):
        acting.open_writer(connection)


def test_a_system_that_can_be_written_to_is_opened_for_it(connection, monkeypatch, remote):
    kind = acting.CONNECTORS["remote"]
    monkeypatch.setitem(
        acting.CONNECTORS,
        "remote",
        acting.Connector(kind.title, kind.settings, kind.open, lambda opening: opening.name),
    )
    assert acting.open_writer(connection) == "remote"


def test_what_is_not_there_is_not_found(connection):
    assert connections.find_connection(connection.id) == connection
    assert connections.find_connection(connection.id + 1) is None
    with pytest.raises(UnknownConnection, match="no connection called other"):
        connections.get_connection("other")
