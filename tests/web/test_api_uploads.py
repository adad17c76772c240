"""Files that programs send: taken in as from the page, read, confirmed, collected."""

import io

import pytest

from counterpoise.actions import work
from people import make_person
from programs import DEALS, NOW, make_program


@pytest.fixture
def program(workspace):
    return make_program(make_person("operations"))


def send(program, **headers):
    return program.client.post(
        "/api/v1/uploads",
        {"files": [named(DEALS, "deals.csv")]},
        headers={"authorization": f"Bearer {program.secret}", **headers},
    )


def named(content, name):
    file = io.BytesIO(content.encode())
    file.name = name
    return file


def do(workspace, job):
    """The work of a job, without a worker."""
    from counterpoise.store import jobs

    attempt = jobs.take_job(job["id"], at=NOW)
    work.do_work(workspace, job["id"], attempt, now=NOW)


def test_files_are_sent_looked_at_confirmed_and_loaded(workspace, program):
    sent = send(program)
    assert (sent.status_code, sent.json()["upload"]["state"]) == (202, "waiting")
    number = sent.json()["upload"]["id"]
    early = program.post(f"/uploads/{number}/confirm", {})
    assert early.status_code == 409
    do(workspace, sent.json()["job"])
    proposed = program.get(f"/uploads/{number}").json()
    assert (proposed["state"], proposed["files"][0]["name"]) == ("proposed", "deals.csv")
    assert 'close_date = "closed_at"' in proposed["mapping"]
    confirmed = program.post(f"/uploads/{number}/confirm", {"mapping": proposed["mapping"]})
    assert confirmed.status_code == 202
    do(workspace, confirmed.json())
    (load,) = program.get("/loads").json()["items"]
    assert (load["files"], load["counts"]["opportunity"]["quarantined"]) == (["deals.csv"], 1)
    assert program.get(f"/uploads/{number}").json()["state"] == "collected"
    assert program.post(f"/uploads/{number}/confirm", {}).status_code == 409


def test_an_upload_can_be_thrown_away(workspace, program):
    number = send(program).json()["upload"]["id"]
    assert program.post(f"/uploads/{number}/discard").json()["state"] == "discarded"
    assert program.post(f"/uploads/{number}/discard").status_code == 409
    assert program.get("/uploads/none").status_code == 404


def test_a_mapping_that_cannot_be_followed_is_refused(workspace, program):
    sent = send(program).json()
    do(workspace, sent["job"])
    path = f"/uploads/{sent['upload']['id']}/confirm"
    answer = program.post(path, {"mapping": "what = 'is this'"})
    assert (answer.status_code, "[[file]]" in answer.json()["detail"]) == (422, True)


@pytest.mark.case("API-05")
def test_the_same_files_with_the_same_key_are_one_upload(workspace, program):
    from counterpoise.store import uploads

    first, again = (send(program, **{"idempotency-key": "one"}) for _ in range(2))
    assert (first.status_code, first.content) == (202, again.content)
    assert len(uploads.list_open()) == 1


@pytest.mark.case("API-14")
@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        pytest.param("multipart/form-data", b"x", 400, id="no boundary"),
        pytest.param("multipart/form-data; boundary=b", b"", 415, id="nothing"),
        pytest.param("multipart/form-data; boundary=b", b"--b--\r\n", 422, id="no file"),
        pytest.param("application/json", b"{}", 415, id="JSON"),
        pytest.param("text/csv", DEALS.encode(), 415, id="the bare file"),
    ],
)
def test_an_upload_that_is_none_is_refused(workspace, program, kind, body, status):
    answer = program.send("POST", "/uploads", body, content_type=kind)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    ), answer.content


def test_a_file_above_the_limit_is_refused_before_it_is_kept(workspace, program, monkeypatch):
    from django.conf import settings

    from counterpoise.store import uploads

    monkeypatch.setattr(settings, "UPLOAD_LIMITS", {**settings.UPLOAD_LIMITS, "file": 10})
    assert (send(program).status_code, uploads.list_open()) == (413, ())


def test_who_has_sent_enough_for_a_day_waits(workspace, program, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "UPLOAD_LIMITS", {**settings.UPLOAD_LIMITS, "uploads_a_day": 1})
    first, second = send(program), send(program)
    assert (first.status_code, second.status_code) == (202, 429)
    assert "Retry-After" in second.headers
