"""Who hears when a refresh fails: once when it begins, once when it is over, in their language."""

import json
import threading
from contextlib import nullcontext
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from counterpoise.actions import alerts, refreshing, scheduling
from counterpoise.actions.refresh import refresh
from counterpoise.connectors.alerts.sending import AlertNotSent, InvalidAlertAddress
from counterpoise.connectors.sources.port import SourceUnreachable
from counterpoise.connectors.sources.reach import OutOfReach
from counterpoise.store import alerts as stored
from counterpoise.store import audit, connections, jobs
from counterpoise.store.alerts import AddressNameTaken, UnknownAddress
from counterpoise.store.models import AlertAddress
from counterpoise.web.background import schedule as background
from remote_system import START as NOW
from remote_system import RemoteSystem, connected, unreachable

DAY = timedelta(days=1)


@pytest.fixture
def hook():
    """A webhook of the company on this machine; `status` is what it answers."""

    class Hook(BaseHTTPRequestHandler):
        heard, status = [], 200

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if Hook.status == 200:
                Hook.heard.append(json.loads(body)["message"])
            self.send_response(Hook.status)
            self.end_headers()

        def log_message(self, *said):
            """The test's own output stays clean."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Hook.url = f"json://127.0.0.1:{server.server_port}/hook"
    yield Hook
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def remote():
    made = RemoteSystem()
    made.put("D-1", name="Alpha", stage="Proposal", amount="10")
    return made


@pytest.fixture
def company(workspace, remote, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_REACH", "127.0.0.0/8")
    with connected(monkeypatch, remote):
        yield workspace


def run(company, remote, *, fails=False):
    remote.faults = [unreachable()] if fails else []
    held = connections.get_connection("remote")
    with pytest.raises(SourceUnreachable) if fails else nullcontext():
        refresh(company, held, now=remote.now)
    remote.pass_time(minutes=5)


FAILED = "The refresh of remote failed. Its page says why."
WELL = "remote is well again: it was refreshed."


def test_one_message_when_it_fails_and_one_when_it_is_well_again(company, remote, hook):
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote)
    assert alerts.tell(now=remote.now) == alerts.Told(0, ())
    for _ in range(3):
        run(company, remote, fails=True)
        alerts.tell(now=remote.now)
    run(company, remote)
    assert alerts.tell(now=remote.now).sent == 1
    assert alerts.tell(now=remote.now).sent == 0
    assert hook.heard == [FAILED, WELL]


def test_each_hears_it_in_their_language_and_nothing_of_the_data(company, remote, hook):
    alerts.add_address("فريق", hook.url, "ar", now=NOW)
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote, fails=True)
    assert alerts.tell(now=remote.now).sent == 2
    assert sorted(hook.heard)[0] == FAILED
    assert "فشل" in sorted(hook.heard)[1]
    assert "Alpha" not in str(hook.heard)


def test_a_message_that_was_not_taken_is_sent_at_the_next_look(company, remote, hook):
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote, fails=True)
    hook.status = 500
    assert alerts.tell(now=remote.now) == alerts.Told(0, ("team",))
    hook.status = 200
    assert alerts.tell(now=remote.now) == alerts.Told(1, ())
    assert hook.heard == [FAILED]


def test_what_fell_behind_is_told(company, remote, hook):
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote)
    scheduling.schedule(connections.get_connection("remote"), "0 6 * * *", now=NOW)
    assert alerts.tell(now=NOW + 2 * DAY).sent == 1
    assert hook.heard == ["remote fell behind: it was not refreshed as scheduled."]


def test_of_a_paused_connection_nothing_is_told(company, remote, hook):
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote, fails=True)
    connections.change(connections.get_connection("remote"), is_paused=True, at=NOW)
    assert alerts.find_due(now=remote.now) == ()


def test_of_two_that_tell_at_once_one_tells(company, remote, hook):
    address = alerts.add_address("team", hook.url, "en", now=NOW)
    held = connections.get_connection("remote")
    assert stored.claim(address.id, held.id, "", "failed")
    assert not stored.claim(address.id, held.id, "", "failed")


def test_a_change_that_another_has_told_meanwhile_is_left_out(company, remote, hook, monkeypatch):
    address = alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote, fails=True)
    due = alerts.find_due(now=remote.now)
    stored.claim(address.id, connections.get_connection("remote").id, "", "failed")
    monkeypatch.setattr(alerts, "find_due", lambda now: due)
    assert alerts.tell(now=remote.now).sent == 0


def test_an_address_is_locked_and_in_no_trail(company, hook):
    alerts.add_address("team", hook.url + "?secret=x", "en", now=NOW)
    assert "127.0.0.1" not in AlertAddress.objects.get().url
    assert "127.0.0.1" not in str(audit.list_entries())
    assert [each.name for each in stored.list_addresses()] == ["team"]


def test_a_trial_is_sent(company, hook):
    alerts.try_address(alerts.add_address("team", hook.url, "en", now=NOW))
    assert hook.heard == ["This is a trial. Messages about refreshes will come here."]
    hook.status = 500
    with pytest.raises(AlertNotSent, match="did not take"):
        alerts.try_address(stored.get_address("team"))


@pytest.mark.parametrize(
    ("name", "url", "language", "raised"),
    [
        pytest.param("x", "syslog://", "en", InvalidAlertAddress, id="this machine's own log"),
        pytest.param("x", "nonsense", "en", InvalidAlertAddress, id="no address"),
        pytest.param("x", "json://10.0.0.1/x", "en", OutOfReach, id="a host inside a network"),
        pytest.param(
            "x",
            "mailto://u:p@example.com?smtp=10.0.0.1",
            "en",
            OutOfReach,
            id="a mail server inside",
        ),
        pytest.param("x", "jsons://nowhere.invalid/x", "en", AlertNotSent, id="an unknown host"),
        pytest.param(" ", "json://127.0.0.1/", "en", InvalidAlertAddress, id="no name"),
        pytest.param("x", "json://127.0.0.1/", "fr", InvalidAlertAddress, id="another language"),
    ],
)
def test_addresses_that_are_not_taken(company, name, url, language, raised):
    with pytest.raises(raised):
        alerts.add_address(name, url, language, now=NOW)
    assert stored.list_addresses() == ()


def test_a_service_with_an_address_of_its_own_needs_no_host(company):
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"
    assert alerts.add_address("sales", url, "ar", now=NOW).language == "ar"


def test_names_are_given_once_and_can_be_taken_away(company, hook):
    alerts.add_address("team", hook.url, "en", now=NOW)
    with pytest.raises(AddressNameTaken, match="team already"):
        alerts.add_address("team", hook.url, "en", now=NOW)
    stored.remove(stored.get_address("team"), at=NOW)
    with pytest.raises(UnknownAddress):
        stored.get_address("team")


def test_the_worker_asks_once_in_five_minutes(company, remote, hook):
    assert not background.ask_to_tell()
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote, fails=True)
    assert background.ask_to_tell()
    assert background.ask_to_tell()
    assert {each.kind for each in jobs.list_going()} == {"alert"}


def test_the_work_says_how_many_were_told(company, remote, hook):
    alerts.add_address("team", hook.url, "en", now=NOW)
    run(company, remote, fails=True)
    done = refreshing.tell_people(company, {}, lambda share, doing: None, remote.now)
    assert done == {"sent": 1, "failed": []}
