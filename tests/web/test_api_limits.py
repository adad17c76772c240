"""How often a program may ask: exact at the border, for every process, whatever it says it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client

from people import make_person
from programs import PERIOD, Program, make_program

BEGIN = datetime(2026, 10, 1, 9, 30, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the door."""
    from counterpoise.web.api import door

    def put(at):
        monkeypatch.setattr(door, "now", lambda: at)

    put(BEGIN)
    return put


@pytest.fixture
def few(monkeypatch):
    from counterpoise.web.api import quotas

    monkeypatch.setattr(quotas, "REQUESTS_A_MINUTE", 5)
    monkeypatch.setattr(quotas, "COSTLY_AN_HOUR", 3)
    monkeypatch.setattr(quotas, "REFUSALS_A_MINUTE", 4)


@pytest.mark.case("API-15")
def test_as_many_as_allowed_pass_and_the_next_waits(workspace, few, clock):
    program = make_program(make_person("viewer"), days=400)
    answers = [program.get("/me") for _ in range(7)]
    assert [each.status_code for each in answers] == [200] * 5 + [429] * 2
    assert [each.headers["RateLimit"] for each in answers[:6]] == [
        f'"requests";r={left};t=48' for left in (4, 3, 2, 1, 0, 0)
    ]
    assert answers[0].headers["RateLimit-Policy"] == '"requests";q=5;w=60'
    assert answers[5].headers["Retry-After"] == "48"
    assert answers[5].headers["Content-Type"] == "application/problem+json"
    assert "in 48 seconds" in answers[5].json()["detail"]


@pytest.mark.case("API-15")
def test_after_the_time_that_was_said_it_passes_again(workspace, few, clock):
    program = make_program(make_person("viewer"), days=400)
    for _ in range(6):
        wait = int(program.get("/me").headers.get("Retry-After", 0))
    clock(BEGIN + timedelta(seconds=wait - 1))
    assert program.get("/me").status_code == 429
    clock(BEGIN + timedelta(seconds=wait))
    assert program.get("/me").status_code == 200


def test_tokens_do_not_use_up_each_others_requests(workspace, few, clock):
    viewer = make_person("viewer")
    first, second = make_program(viewer, days=400), make_program(viewer, days=400)
    for _ in range(6):
        first.get("/me")
    assert (first.get("/me").status_code, second.get("/me").status_code) == (429, 200)


@pytest.mark.case("API-15")
def test_work_that_costs_is_counted_by_the_hour_for_the_person(workspace, few, clock):
    omar = make_person("operations")
    programs = [make_program(omar, days=400) for _ in range(2)]
    asked = [programs[n % 2].post("/cycles", {"period": PERIOD}) for n in range(4)]
    assert [each.status_code for each in asked] == [202, 202, 202, 429]
    assert asked[3].headers["Retry-After"] == str(29 * 60 + 48)
    assert programs[0].get("/cycles").status_code == 200


@pytest.mark.case("API-15")
def test_an_address_that_guesses_tokens_is_slowed_whatever_it_says_it_is(workspace, few, clock):
    good = make_program(make_person("viewer"), days=400)
    for n in range(5):
        guess = Client(SERVER_NAME="localhost", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")
        status = guess.get("/api/v1/me", headers={"authorization": f"Bearer cp_{n}"}).status_code
        assert status == (401 if n < 4 else 429)
    assert good.get("/me").status_code == 200


@pytest.mark.case("API-15")
def test_a_forwarding_header_buys_no_further_request(workspace, few, clock):
    program = make_program(make_person("viewer"), days=400)
    forged = [Program(program.secret, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}") for n in range(6)]
    assert [each.get("/me").status_code for each in forged] == [200] * 5 + [429]


@pytest.mark.case("API-15")
def test_at_once_exactly_as_many_pass_as_one_by_one(workspace_on_each_store, few, clock):
    program = make_program(make_person("viewer"), days=400)

    def ask(_):
        try:
            return Program(program.secret).get("/me").status_code
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(ask, range(18)))
    assert statuses == [200] * 5 + [429] * 13
