"""The running application while it is told to end, runs out of connections, or its clock jumps."""

import http.client
import resource
import signal
import socket
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from counterpoise.store import audit, jobs, kept_answers, limits, tokens
from journeys.application import start
from people import make_person

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW_FILES = 96


def ask(application, path="/sign-in/", timeout=30):
    """The status of one request over a connection of its own."""
    host = urlsplit(application.address).netloc
    connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def keep_asking(application, statuses, is_over):
    """Requests one after the other; the first that finds no server ends it."""
    while not is_over.is_set():
        try:
            statuses.append(ask(application))
        except http.client.HTTPException as error:
            statuses.append(type(error).__name__)
            return
        except OSError:
            return


@pytest.fixture
def application(workspace):
    running = start(workspace, "--no-worker")
    yield running
    running.stop(signal.SIGKILL)


@pytest.mark.case("FLT-10")
def test_told_to_end_among_requests_the_server_ends_soon_and_cuts_nobody_off(application):
    statuses, is_over = [], threading.Event()
    asking = [
        threading.Thread(target=keep_asking, args=(application, statuses, is_over))
        for _ in range(4)
    ]
    for each in asking:
        each.start()
    while len(statuses) < 20:
        time.sleep(0.05)
    began = time.monotonic()
    application.process.send_signal(signal.SIGTERM)
    application.process.wait(timeout=30)
    lasted = time.monotonic() - began
    is_over.set()
    for each in asking:
        each.join()
    assert lasted < 10
    assert set(statuses) == {200}


@pytest.fixture
def poor_application(workspace):
    """A server that may open few files, connections among them."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, before[1]))
    try:
        running = start(workspace, "--no-worker")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    yield running
    running.stop(signal.SIGKILL)


@pytest.mark.case("FLT-11")
def test_without_connections_left_the_server_recovers_once_there_are_some(poor_application):
    host, port = urlsplit(poor_application.address).netloc.split(":")
    assert ask(poor_application) == 200
    with ExitStack() as crowd:
        for _ in range(3 * FEW_FILES):
            held = crowd.enter_context(socket.socket())
            held.settimeout(5)
            held.connect((host, int(port)))
            held.sendall(b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\n")  # and no more of it
        try:
            status = ask(poor_application, timeout=3)
        except (OSError, http.client.HTTPException):
            status = None  # it waits, or is turned away
        assert status in {None, 200, 503}
        assert poor_application.process.poll() is None
    end = time.monotonic() + 30
    while True:
        try:
            assert ask(poor_application, timeout=5) == 200
            break
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < end, "the server did not come back"
            time.sleep(0.5)
    assert [ask(poor_application) for _ in range(20)] == [200] * 20


JUMPS = [
    pytest.param(-DAY, id="a day back"),
    pytest.param(-HOUR, id="an hour back"),
    pytest.param(timedelta(seconds=-1), id="a leap second"),
    pytest.param(HOUR, id="an hour on"),
    pytest.param(DAY, id="a day on"),
    pytest.param(datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC) - NOON, id="the year 2038"),
]


def take_up(key):
    job, _ = jobs.keep_job("cycle", {"period": "2026-Q4"}, key=key, asked_by=None, at=NOON)
    return job.id, jobs.take_job(job.id, at=NOON)


@pytest.mark.case("FLT-09")
@pytest.mark.parametrize("jump", JUMPS)
def test_a_job_of_a_dead_worker_is_taken_up_whatever_the_clock_did(workspace, jump):
    job, dead = take_up("dead")
    at = NOON + jump
    if abs(jump) < jobs.STALE:
        assert jobs.list_abandoned(at=at) == ()
        at += 2 * jobs.STALE
    assert jobs.list_abandoned(at=at) == (job,)
    second = jobs.take_job(job, at=at)
    assert second == dead + 1
    assert not jobs.end_job(job, dead, "done", at=at)
    assert jobs.end_job(job, second, "done", at=at)
    assert jobs.get_job(job).state == "done"


@pytest.mark.case("FLT-09")
@pytest.mark.parametrize("jump", JUMPS)
def test_a_living_worker_keeps_its_job_once_it_has_told_so(workspace, jump):
    job, attempt = take_up("living")
    at = NOON + jump
    assert jobs.report_life(job, attempt, at=at)
    assert jobs.list_abandoned(at=at + timedelta(seconds=3)) == ()
    assert jobs.take_job(job, at=at + timedelta(seconds=3)) is None


@pytest.mark.case("FLT-09")
@pytest.mark.parametrize("jump", JUMPS)
def test_limits_tokens_and_the_trail_keep_their_sense(workspace, jump):
    minute, at = timedelta(minutes=1), NOON + jump
    limits.count_request("someone", NOON, limit=2, within=minute)
    counted = limits.count_request("someone", at, limit=2, within=minute)
    assert 1 <= counted.seconds_left(at) <= 60
    assert counted.used >= 1

    person = make_person("operations")
    secret = tokens.make_token(person.pk, "a program", ["read_plan"], NOON + HOUR, NOON)
    expired = jump >= HOUR
    assert (tokens.find_visitor(secret, at) is None) == expired

    kept_answers.take_key("person:1", "k", "hash", NOON)
    kept_answers.keep_answer("person:1", "k", kept_answers.KeptAnswer(200, "{}"))
    again = kept_answers.take_key("person:1", "k", "hash", at)
    assert (again is None) == (jump >= DAY), "an answer is given again for a day"

    audit.record("before", "a:jump", at=NOON)
    audit.record("after", "a:jump", at=at)
    newest, before = audit.list_entries(limit=2)
    assert (newest.verb, before.verb) == ("after", "before"), "the trail is in order of its numbers"
    assert newest.at == at
    assert audit.check_chain().broken_at is None
