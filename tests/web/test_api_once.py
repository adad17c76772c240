"""A write with an Idempotency-Key happens once, whatever is sent twice and whatever breaks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from people import make_person
from programs import PERIOD, Program, make_program

BODY = {"period": PERIOD}
KEY = {"idempotency_key": "8f14e45f"}


@pytest.fixture
def program(workspace):
    return make_program(make_person("operations"))


def list_asked():
    from counterpoise.store import jobs

    return jobs.list_jobs()


def test_the_same_request_again_is_answered_the_same_and_does_nothing(program):
    first = program.post("/cycles", BODY, **KEY)
    again = program.post("/cycles", BODY, **KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (
        False,
        "true",
    )
    assert len(list_asked()) == 1


def test_a_refusal_is_answered_the_same_too(program):
    first = program.post("/cycles", {"period": "2026-Q7"}, **KEY)
    again = program.post("/cycles", {"period": "2026-Q7"}, **KEY)
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.content == again.content
    assert again.headers["Content-Type"] == "application/problem+json"


@pytest.mark.case("API-06")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("POST", "/cycles", {"period": "2026-Q3"}, id="another body"),
        pytest.param("POST", "/cycles", '{"period":"2026-Q4" }', id="the same, written otherwise"),
    ],
)
def test_a_key_that_comes_with_another_request_is_refused(program, method, path, body):
    program.post("/cycles", BODY, **KEY)
    answer = program.send(method, path, body, **KEY)
    assert (answer.status_code, "another request" in answer.json()["detail"]) == (422, True)
    assert len(list_asked()) == 1


@pytest.mark.case("API-08")
def test_a_key_belongs_to_its_owner_alone(program):
    other = make_program(make_person("administrator"))
    first = program.post("/cycles", BODY, **KEY)
    theirs = other.post("/cycles", BODY, **KEY)
    assert (first.status_code, theirs.status_code) == (202, 202)
    assert first.json()["id"] != theirs.json()["id"]
    assert len(list_asked()) == 2


def test_two_tokens_of_one_person_share_their_keys(program):
    from counterpoise.store.models import User

    other = make_program(User.objects.get(username="omar"))
    assert other.secret != program.secret
    first = program.post("/cycles", BODY, **KEY)
    assert other.post("/cycles", BODY, **KEY).content == first.content


def test_without_a_key_every_request_counts(program):
    program.post("/cycles", BODY)
    program.post("/cycles", BODY)
    assert len(list_asked()) == 2


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("k" * 201, id="too long"),
        pytest.param("\u0661", id="a letter beyond ASCII"),
        pytest.param("a\tb", id="a tab"),
    ],
)
def test_a_key_that_is_none_is_refused(program, key):
    answer = program.post("/cycles", BODY, idempotency_key=key)
    assert (answer.status_code, list_asked()) == (400, ())


@pytest.mark.case("API-09")
@pytest.mark.parametrize(
    ("age", "asked"),
    [
        pytest.param(timedelta(hours=24) - timedelta(seconds=1), 1, id="kept for a day"),
        pytest.param(timedelta(hours=24), 2, id="then forgotten"),
    ],
)
def test_an_answer_is_kept_for_24_hours(program, monkeypatch, age, asked):
    from counterpoise.web.api import door

    begin = datetime.now(UTC)
    monkeypatch.setattr(door, "now", lambda: begin)
    program.post("/cycles", BODY, **KEY)
    monkeypatch.setattr(door, "now", lambda: begin + age)
    program.post("/cycles", BODY, **KEY)
    assert len(list_asked()) == asked


@pytest.mark.case("API-05")
def test_fifty_at_once_are_one(workspace_on_each_store):
    program = make_program(make_person("operations"))

    def send(_):
        try:
            answer = Program(program.secret).post("/cycles", BODY, **KEY)
            return answer.status_code, answer.content
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(50)))
    assert [status for status, _ in answers] == [202]
    assert len(list_asked()) == 1


@pytest.mark.case("API-05")
def test_an_answer_outlives_the_process(program):
    """What is kept is in the store, so another process gives it."""
    first = program.post("/cycles", BODY, **KEY)
    connections["default"].close()
    assert Program(program.secret).post("/cycles", BODY, **KEY).content == first.content


@pytest.mark.case("API-07")
def test_a_crash_before_the_end_leaves_nothing_and_the_retry_does_all(program, monkeypatch):
    from counterpoise.store import audit, kept_answers

    before = audit.list_entries()

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(kept_answers, "keep_answer", crash)
        with pytest.raises(KeyboardInterrupt):
            program.post("/cycles", BODY, **KEY)
    assert (list_asked(), audit.list_entries()) == ((), before)
    assert program.post("/cycles", BODY, **KEY).status_code == 202
    assert len(list_asked()) == 1


@pytest.mark.case("API-07")
def test_a_crash_after_the_end_has_kept_the_answer(program, monkeypatch):
    from counterpoise.web.api import door

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(door, "_finish", crash)
        with pytest.raises(KeyboardInterrupt):
            program.post("/cycles", BODY, **KEY)
    retry = program.post("/cycles", BODY, **KEY)
    assert (retry.status_code, retry.headers["Idempotent-Replayed"]) == (202, "true")
    assert [job.id for job in list_asked()] == [retry.json()["id"]]


def test_a_fault_of_ours_leaves_the_key_free(program, monkeypatch):
    from counterpoise.web.api import cycle

    def fail(*_, **__):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(cycle, "answer_job", fail)
        assert program.post("/cycles", BODY, **KEY).status_code == 500
    assert list_asked() == ()
    assert program.post("/cycles", BODY, **KEY).status_code == 202
