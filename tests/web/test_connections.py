"""The pages and the API of connected systems, as whoever loads data uses them."""

import pytest
from django.db import connection as django_connection
from django.test.utils import CaptureQueriesContext

from counterpoise.actions import connections as acting
from counterpoise.actions import refresh as refreshing
from counterpoise.actions import scheduling
from counterpoise.store import audit, connections, jobs, refreshes
from people import sign_in
from programs import make_program
from remote_system import RemoteSystem, connected, unreachable
from shown_pages import rows_of, text_of

PAGE = "/collect/connections/remote/"


@pytest.fixture
def remote():
    made = RemoteSystem()
    made.put("D-1", name="Alpha", stage="Proposal", amount="10")
    made.put("D-2", name="بيتا", stage="Proposal", amount="20")
    return made


@pytest.fixture
def connection(workspace, remote, monkeypatch):
    with connected(monkeypatch, remote) as made:
        yield made


@pytest.fixture
def omar(team, connection):
    return sign_in(team["operations"])


def post(browser, what, **sent):
    edition = connections.get_connection("remote").edition
    return browser.post(f"{PAGE}{what}/", {"edition": edition, **sent}, follow=False)


def refresh(workspace, remote):
    return refreshing.refresh(workspace, connections.get_connection("remote"), now=remote.now)


def test_the_list_says_how_each_stands(omar, workspace, remote):
    assert "never refreshed" in text_of(omar.get("/collect/connections/"))
    refresh(workspace, remote)
    (row,) = rows_of(omar.get("/collect/connections/"), "connections")
    assert row[:3] + row[4:6] == ["remote", "Remote system", "done", "2", "2"]
    remote.faults = [unreachable()]
    with pytest.raises(Exception, match="did not answer"):
        refresh(workspace, remote)
    assert "failed" in text_of(omar.get("/collect/connections/"))


def test_without_a_connection_the_list_says_so(browsers):
    assert "Nothing is connected yet." in text_of(
        browsers["operations"].get("/collect/connections/")
    )


def test_one_connection_shows_what_is_read_its_history_and_what_changed(omar, workspace, remote):
    refresh(workspace, remote)
    remote.fields = [each for each in remote.fields if each.name != "amount"]
    remote.pass_time(days=1)
    remote.put("D-1", stage="Won")
    refresh(workspace, remote)
    page = omar.get(PAGE)
    (row,) = rows_of(page, "objects")
    assert row[0] == "deal"
    assert row[2:5] == ["2", "2", "0"]
    assert len(rows_of(page, "history")) == 2
    assert "deal.amount is not shown to us any more" in text_of(page)


def test_no_page_shows_a_secret(omar):
    for path in ("/collect/connections/", PAGE):
        assert "t0p-secret" not in omar.get(path).content.decode()


def test_the_pages_speak_arabic(omar, workspace, remote):
    refresh(workspace, remote)
    omar.cookies["language"] = "ar"
    assert omar.get(PAGE, headers={"accept-language": "ar"}).status_code == 200


def test_a_system_is_connected_by_its_form(omar):
    form = omar.get("/collect/connections/add/remote/")
    assert 'type="password"' in form.content.decode()
    sent = {"connection": "second", "set-place": "there", "set-token": "s3cret"}
    done = omar.post("/collect/connections/add/remote/", sent)
    assert (done.status_code, done["Location"]) == (302, "/collect/connections/second/")
    assert connections.unlock_secret("second") == {"token": "s3cret"}
    assert audit.list_entries()[0].subject == "connection:second"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("remote", "called remote already", id="a name that is taken"),
        pytest.param("No Name", "small Latin letters", id="a name that cannot be"),
        pytest.param("", "required", id="no name"),
    ],
)
def test_what_cannot_be_connected_is_refused(omar, name, said):
    answer = omar.post("/collect/connections/add/remote/", {"connection": name})
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_a_kind_that_there_is_not_is_hidden(omar):
    assert omar.get("/collect/connections/add/fax/").status_code == 404


def test_a_connection_is_tried(omar, remote):
    assert "deal" in text_of(post(omar, "test"))
    remote.faults = [unreachable()]
    answer = post(omar, "test")
    assert answer.status_code == 422
    assert "did not answer" in text_of(answer)


def test_settings_are_changed_and_the_secret_stays(omar):
    assert post(omar, "change", **{"set-place": "elsewhere", "set-token": ""}).status_code == 302
    assert connections.get_connection("remote").settings["place"] == "elsewhere"
    assert connections.unlock_secret("remote") == {"token": "t0p-secret"}
    assert post(omar, "change", **{"set-place": "x" * 20_001}).status_code == 422
    late = omar.post(f"{PAGE}change/", {"edition": 1, "set-place": "late"})
    assert (late.status_code, "somebody else" in text_of(late)) == (422, True)


def test_a_refresh_is_asked_for_once_whatever_is_clicked_twice(omar):
    first = post(omar, "refresh", key="k1", anew="on", since="2026-05-01")
    second = post(omar, "refresh", key="k1", anew="on", since="2026-05-01")
    assert first["Location"] == second["Location"]
    (job,) = jobs.list_going()
    assert job.arguments == {
        "connection": "remote",
        "anew": True,
        "since": "2026-05-01T00:00:00+00:00",
    }
    assert "Refreshing a connected system" in text_of(omar.get(first["Location"]))
    assert post(omar, "refresh").status_code == 422


def test_a_refresh_that_failed_leads_back_to_its_connection(omar):
    place = post(omar, "refresh", key="k1")["Location"]
    (job,) = jobs.list_going()
    attempt = jobs.take_job(job.id, at=job.asked_at)
    jobs.end_job(job.id, attempt, "failed", at=job.asked_at)
    assert PAGE in omar.get(place).content.decode()


def test_it_is_paused_and_goes_on(omar):
    assert "It is paused." in text_of(post_and_follow(omar, "pause"))
    assert post(omar, "refresh", key="k").status_code == 422
    assert "It goes on." in text_of(post_and_follow(omar, "pause"))
    assert omar.post(f"{PAGE}pause/", {"edition": 1}).status_code == 422
    assert omar.post(f"{PAGE}pause/").status_code == 422


def test_a_schedule_is_saved_or_refused(omar):
    assert post(omar, "schedule", schedule="0 6 * * *").status_code == 302
    assert connections.get_connection("remote").schedule == "0 6 * * *"
    answer = post(omar, "schedule", schedule="daily")
    assert (answer.status_code, "no cron expression" in text_of(answer)) == (422, True)


def test_a_connection_is_removed_and_then_not_there(omar):
    assert omar.post(f"{PAGE}remove/", {"edition": 99}).status_code == 422
    assert post(omar, "remove").status_code == 302
    assert omar.get(PAGE).status_code == 404


def test_the_list_asks_as_often_for_three_as_for_one(omar, workspace, remote):
    def count():
        omar.get("/collect/connections/")  # what a process looks up once, it has then
        with CaptureQueriesContext(django_connection) as captured:
            omar.get("/collect/connections/")
        return len(captured)

    refresh(workspace, remote)
    first = count()
    for name in ("second", "third"):
        made = acting.add_connection(name, "remote", {}, now=remote.now)
        refreshing.refresh(workspace, made, now=remote.now)
    assert count() == first


def post_and_follow(browser, what):
    return browser.get(post(browser, what)["Location"])


# The API


@pytest.fixture
def program(team, connection):
    return make_program(team["operations"])


def test_a_program_connects_schedules_and_removes(program):
    wish = {
        "name": "second",
        "kind": "remote",
        "values": {"token": "s3cret"},
        "schedule": "0 6 * * *",
    }
    made = program.post("/connections", wish)
    assert (made.status_code, made.json()["schedule"]) == (201, "0 6 * * *")
    assert "s3cret" not in made.content.decode()
    edition = made["ETag"]
    changed = program.send(
        "PUT", "/connections/second", {"values": {"place": "x"}}, if_match=edition
    )
    assert changed.json()["settings"] == {"place": "x"}
    late = program.send("PUT", "/connections/second", {"values": {}}, if_match=edition)
    assert late.status_code == 412
    path, edition = "/connections/second", changed["ETag"]
    for what, body, is_paused in (("pause", None, True), ("resume", None, False)):
        answer = program.send("POST", f"{path}/{what}", body, if_match=edition)
        assert answer.json()["is_paused"] is is_paused
        edition = answer["ETag"]
    cleared = program.send("POST", f"{path}/schedule", {"schedule": ""}, if_match=edition)
    assert cleared.json()["due_at"] is None
    assert program.send("POST", f"{path}/remove", if_match='"1"').status_code == 412
    left = program.send("POST", f"{path}/remove", if_match=cleared["ETag"]).json()
    assert [each["name"] for each in left["connections"]] == ["remote"]


def test_a_program_looks_refreshes_and_reads_the_history(program, workspace, remote):
    assert program.post("/connections/remote/test").json() == {"names": ["deal"], "count": 1}
    asked = program.post("/connections/remote/refresh", {"since": "2026-05-01T00:00:00Z"})
    assert (asked.status_code, asked.json()["kind"]) == (202, "refresh")
    assert program.post("/connections/remote/refresh", {"since": "May"}).status_code == 422
    refresh(workspace, remote)
    assert program.get("/connections/remote").json()["rows_here"] == 2
    history = program.get("/connections/remote/history").json()
    assert history["read"][0]["rows_there"] == 2
    assert history["refreshes"][0]["counts"]["deal"]["fresh"] == 2
    assert len(program.get("/connections").json()["connections"]) == 1


def test_a_program_is_told_what_cannot_be(program):
    assert program.get("/connections/other").status_code == 404
    wish = {"name": "x", "kind": "fax", "values": {}}
    assert program.post("/connections", wish).status_code == 422
    held = connections.get_connection("remote")
    connections.change(held, is_paused=True, at=held.made_at)
    assert program.post("/connections/remote/refresh", {}).status_code == 409


def test_a_connection_that_fell_behind_is_said_to(omar, workspace, remote):
    refresh(workspace, remote)
    scheduling.schedule(connections.get_connection("remote"), "0 6 * * *", now=remote.now)
    assert "fell behind" in text_of(omar.get(PAGE))
    assert refreshes.list_refreshes(connections.get_connection("remote").id)[0].outcome == "done"
