"""The page of long work: for whoever asked, refreshing itself, with a way to stop."""

import re
from datetime import date

import pytest

from counterpoise.domain.values.text import text
from people import make_person, sign_in


@pytest.fixture
def ask(workspace):
    """Ask for work as a person; the job."""
    from counterpoise.store import people
    from counterpoise.web.background.work import ask_for

    def asking(person, kind="cycle", **arguments):
        visitor = people.get_visitor(person)
        return ask_for(kind, {"period": "2026-Q4", **arguments}, key=kind, visitor=visitor)

    return asking


def end(job, state, **what):
    from counterpoise.store import jobs
    from counterpoise.web.workplace import now

    jobs.end_job(job.id, jobs.take_job(job.id, at=now()), state, at=now(), **what)


@pytest.mark.case("WEB-03")
def test_people_see_their_own_work_and_operations_see_all(workspace, ask):
    leader, other = make_person("leader"), make_person("leader", username="other")
    job = ask(leader)
    seen = {
        "who asked": sign_in(leader).get(f"/work/{job.id}/").status_code,
        "another": sign_in(other).get(f"/work/{job.id}/").status_code,
        "another stops it": sign_in(other).post(f"/work/{job.id}/stop/").status_code,
        "operations": sign_in(make_person("operations")).get(f"/work/{job.id}/").status_code,
        "of nothing": sign_in(leader).get("/work/none/").status_code,
    }
    assert list(seen.values()) == [200, 404, 404, 200, 404]


def test_a_page_of_going_work_refreshes_itself_with_and_without_scripts(workspace, ask):
    from counterpoise.domain.values.document import to_document
    from counterpoise.domain.values.text import text
    from counterpoise.store import jobs
    from counterpoise.web.workplace import now

    person = make_person("operations")
    job = ask(person)
    attempt = jobs.take_job(job.id, at=now())
    jobs.report_progress(job.id, attempt, 0.4, to_document(text("Running the six steps")))
    written = sign_in(person).get(f"/work/{job.id}/").content.decode()
    assert 'hx-trigger="every 1s"' in written
    refresh = f'<meta http-equiv="refresh" content="2; url=/work/{job.id}/">'
    assert f"<noscript>{refresh}</noscript>" in written
    assert 'value="40" max="100"' in written
    assert "Running the six steps" in written
    jobs.report_progress(job.id, attempt, 0.4, {"template": 7})
    assert sign_in(person).get(f"/work/{job.id}/").status_code == 200


def test_work_is_stopped_once(workspace, ask):
    person = make_person("leader")
    job, browser = ask(person), sign_in(person)
    shown = browser.post(f"/work/{job.id}/stop/", follow=True).content.decode()
    assert "It is being stopped" in shown
    assert "every 1s" not in shown
    again = browser.post(f"/work/{job.id}/stop/", follow=True).content.decode()
    assert "nothing to stop" in again


@pytest.mark.parametrize(
    ("kind", "state", "what", "words"),
    [
        pytest.param(
            "cycle", "done", {"result": {"run": "r1"}}, "/cycle/r1/report.en.html", id="a cycle"
        ),
        pytest.param(
            "other", "done", {"result": {"link": "/demand/"}}, 'href="/demand/"', id="a link"
        ),
        pytest.param(
            "other", "done", {"result": {"link": "//evil.example"}}, "Done", id="no link elsewhere"
        ),
        pytest.param(
            "cycle",
            "failed",
            {"failure": text("60 <deals> needed")},
            "60 &lt;deals&gt; needed",
            id="why not",
        ),
        pytest.param("cycle", "stopped", {}, "Nothing half-done was kept", id="stopped"),
    ],
)
def test_the_end_is_said_in_words_with_the_way_on(workspace, ask, kind, state, what, words):
    person = make_person("operations")
    job = ask(person, kind)
    end(job, state, **what)
    written = sign_in(person).get(f"/work/{job.id}/").content.decode()
    assert words in written
    assert "evil.example" not in written


def test_files_that_were_read_lead_to_what_they_mean(workspace, ask):
    person = make_person("operations")
    job = ask(person, "propose", upload="u1")
    end(job, "done", result={"upload": "u1"})
    browser = sign_in(person)
    assert browser.get(f"/work/{job.id}/").url == "/collect/uploads/u1/"
    polled = browser.get(f"/work/{job.id}/", headers={"hx-request": "true"})
    assert (polled.status_code, polled.headers["HX-Redirect"]) == (200, "/collect/uploads/u1/")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("en", "The rulebook says nothing of stage.kind", id="English"),
        pytest.param("ar", "لا يقول كتاب القواعد شيئًا عن", id="Arabic"),
    ],
)
def test_data_that_cannot_be_judged_says_so_in_the_reader_s_language(
    workspace, ask, language, words
):
    from counterpoise.domain.values.document import to_document
    from programs import make_program

    person = make_person("operations")
    person.language = language
    person.save()
    job = ask(person, "collect")
    why = text(
        "The rulebook says nothing of {key} on {on}. Add an entry with effective_from on or before"
        " that day.",
        key="stage.kind",
        on=date(2026, 9, 30),
    )
    end(job, "done", result={"score": None, "unjudged": to_document(why)})
    written = sign_in(person).get(f"/work/{job.id}/").content.decode()
    assert words in re.sub(r"</?bdi[^>]*>", "", written)
    told = make_program(person).get(f"/jobs/{job.id}").json()
    assert told["result"]["unjudged"] == str(why)
