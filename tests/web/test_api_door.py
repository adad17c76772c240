"""The door of the API: tokens, rights, methods, and how refusals are said."""

import json

import pytest
from django.test import Client

from people import make_person, sign_in
from programs import NOW, PERIOD, Program, keep_build, keep_cycle, make_program

PROBLEM = "application/problem+json"


@pytest.fixture
def cycle(workspace):
    keep_build()
    return keep_cycle()


def test_a_token_says_whose_it_is_and_what_it_may_do(workspace):
    program = make_program(make_person("leader"), ["read_plan", "manage_people"])
    assert program.get("/me").json() == {
        "username": "layla",
        "role": "leader",
        "rights": ["read_plan"],
        "reach": "nobody",
        "teams": ["East"],
        "rep": "",
    }


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({}, id="no token"),
        pytest.param({"authorization": "Bearer cp_guessed"}, id="a guessed one"),
        pytest.param({"authorization": "Bearer "}, id="an empty one"),
        pytest.param({"authorization": "Basic YW1pbmE6eA=="}, id="a password"),
        pytest.param({"authorization": "Bearer \u00e9"}, id="letters that no token has"),
    ],
)
def test_without_a_valid_token_nothing_is_said(cycle, header):
    answer = Client(SERVER_NAME="localhost").get("/api/v1/cycles", headers=header)
    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Counterpoise"'
    assert problem["type"] == "urn:counterpoise:problem:no-token"
    assert "Authorization: Bearer" in problem["detail"]


def test_a_browsers_session_opens_nothing(cycle):
    browser = sign_in(make_person("administrator"))
    assert browser.get("/api/v1/cycles").status_code == 401
    assert browser.post("/api/v1/cycles", {"period": PERIOD}).status_code == 401


def test_a_session_takes_nothing_from_a_token_and_gives_it_nothing(cycle):
    browser = sign_in(make_person("viewer"))
    program = make_program(make_person("operations"), ["read_audit"])
    header = {"authorization": f"Bearer {program.secret}"}
    assert browser.get("/api/v1/audit", headers=header).status_code == 200
    assert browser.get("/api/v1/cycles", headers=header).status_code == 404


def test_a_token_that_has_expired_is_none(workspace):
    program = make_program(make_person("viewer"), days=-1)
    assert program.get("/me").status_code == 401


@pytest.mark.case("API-02")
def test_every_operation_answers_404_to_whoever_lacks_its_right(cycle, monkeypatch):
    from counterpoise.domain.values.rights import RIGHTS, RIGHTS_OF
    from counterpoise.web import access

    monkeypatch.setitem(RIGHTS_OF, "administrator", frozenset(RIGHTS))  # one who may do everything
    amina = make_person("administrator")
    alone = {right: make_program(amina, [right]) for right in RIGHTS}
    others = {right: make_program(amina, set(RIGHTS) - {right}) for right in RIGHTS}
    for name, method, path in list_operations():
        if name in access.OPEN_TO_TOKENS:
            continue
        needed = access.NEEDS[name]
        body = {} if method in {"POST", "PUT", "PATCH"} else None
        hidden = others[needed].send(method, path, body)
        assert (hidden.status_code, NOWHERE in hidden.content.decode()) == (404, True), name
        seen = alone[needed].send(method, path, body)
        about_people = name in {"api:list_quarantined", "api:match_records"}  # ask for the reach
        assert about_people or "/1" in path or NOWHERE not in seen.content.decode(), name


NOWHERE = "There is nothing at this address for this token"


def list_operations():
    """Name, method and an address of every operation, with ids that exist where one is needed."""
    from counterpoise.web.api.application import api
    from counterpoise.web.api.openapi import describe

    values = {"run_id": f"{PERIOD}-aaaaaaaa", "period": PERIOD}
    for path, methods in describe(api)["paths"].items():
        for method, operation in methods.items():
            address = path.removeprefix("/api/v1")
            for each in operation["parameters"]:
                if each["in"] == "path":
                    value = values.get(each["name"], "1")
                    address = address.replace("{" + each["name"] + "}", value)
            yield f"api:{operation['operationId']}", method.upper(), address


def test_every_operation_is_in_the_table_of_rights():
    from counterpoise.web import access

    names = [name for name, _, _ in list_operations()]
    assert len(names) == len(set(names)) > 15
    assert [n for n in names if n not in access.NEEDS and n not in access.OPEN_TO_TOKENS] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nothing", 404, id="no such address"),
        pytest.param("GET", "/cycles/2026-Q4-unknown", 404, id="no such cycle"),
        pytest.param("GET", "/cycles/", 404, id="a slash too many"),
        pytest.param("DELETE", "/cycles", 405, id="a method that it does not take"),
        pytest.param("GET", "/cycles?limit=0", 422, id="too few"),
        pytest.param("GET", "/cycles?limit=201", 422, id="too many"),
        pytest.param("GET", "/cycles?limit=1000000000", 422, id="far too many"),
        pytest.param("GET", "/cycles?limit=-1", 422, id="fewer than none"),
        pytest.param("GET", "/cycles?limti=5", 422, id="a parameter misspelt"),
        pytest.param("GET", "/cycles?period=%00", 422, id="the character NUL"),
        pytest.param("GET", "/cycles/%00", 422, id="the character NUL in the path"),
        pytest.param("GET", "/cycles?cursor=forged", 400, id="a cursor that nobody made"),
        pytest.param("GET", "/demand/2026-Q9", 422, id="no period"),
        pytest.param("GET", "/demand/2031-Q1", 404, id="a period without a run"),
        pytest.param("GET", "/plans/none/verdict", 404, id="no such plan"),
        pytest.param("GET", "/health", 404, id="data that nobody has judged"),
        pytest.param("GET", "/jobs/none", 404, id="no such job"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words(cycle, method, path, status):
    answer = make_program(make_person("operations")).send(method, path)
    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert problem["status"] == status
    assert problem["instance"].endswith(answer.headers["X-Request-Id"])
    assert len(problem["detail"]) > 20
    assert "Traceback" not in problem["detail"]


@pytest.mark.parametrize(
    "path", ["", "nothing/\u2028here", "%0A", "a%0Ab/c%0D%0A", "%00%0A%7F", "%F1%80%0A"]
)
def test_every_address_answers_with_a_problem_whatever_is_in_it(cycle, path):
    program = make_program(make_person("operations"))
    assert_problem(program.get(f"/{path}"), 404)
    assert_problem(Client(SERVER_NAME="localhost").get(f"/api/v1/{path}"), 401)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param(
            "POST",
            "/demand/k%F1%80%96%93%21%C2%87%C2%9E%0A%C2%AC%06%C2%B9%C2%8A/overrides"
            "/-2.4233925958625303e-132/withdraw",
            404,
            id="no number of an override",
        ),
        pytest.param(
            "GET",
            "/reconcile/%C3%BC%C2%87%C2%93/scenarios/%C2%B1%C2%BC%C3%B4%0A",
            404,
            id="no number of a scenario",
        ),
        pytest.param("GET", "/reconcile/2026%0AQ4/notes", 422, id="no period"),
        pytest.param("GET", "/cycles/none%0A", 404, id="no such cycle"),
    ],
)
def test_a_line_end_in_an_address_is_no_way_past_the_door(cycle, method, path, status):
    assert_problem(make_program(make_person("operations")).send(method, path), status)


def assert_problem(answer, status):
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["status"] == status


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(cycle):
    answer = make_program(make_person("operations")).send("PATCH", "/cycles")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    reader = make_program(make_person("viewer")).send("PATCH", "/cycles")
    assert (reader.status_code, reader.headers["Allow"]) == (405, "GET")


def test_a_reader_does_not_learn_what_others_may_do(cycle):
    assert make_program(make_person("viewer")).post("/cycles", {}).status_code == 404


def test_a_fault_of_ours_is_said_without_its_trace(cycle, monkeypatch, caplog):
    from counterpoise.store import people

    def fail():
        raise ZeroDivisionError("the secret of the server")

    monkeypatch.setattr(people, "list_people", fail)
    answer = make_program(make_person("administrator")).get("/people")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert "secret" not in answer.content.decode()
    assert answer.headers["X-Request-Id"] in answer.json()["detail"]
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "the secret of the server" in caplog.text


def test_answers_are_not_kept_on_the_way(cycle):
    assert make_program(make_person("viewer")).get("/me").headers["Cache-Control"] == "no-store"


def test_each_change_is_recorded_under_the_owner_of_the_token(cycle):
    from counterpoise.store import audit

    answer = make_program(make_person("operations")).post("/cycles", {"period": PERIOD})
    (entry,) = audit.list_entries(limit=1)
    assert (answer.status_code, entry.actor, entry.origin) == (202, "omar", "127.0.0.1")
    assert entry.request == answer.headers["X-Request-Id"]


BODY = json.dumps({"period": PERIOD})


@pytest.mark.case("API-14")
@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        pytest.param('{"a": "' + "x" * 10_000_000 + '"}', {}, 413, "1000000", id="ten megabytes"),
        pytest.param("[" * 10_000, {}, 400, "nested", id="nested ten thousand deep"),
        pytest.param("[" * 33 + "]" * 33, {}, 400, "nested", id="nested one too deep"),
        pytest.param('{"period": NaN}', {}, 400, "NaN", id="not a number"),
        pytest.param('{"period": -Infinity}', {}, 400, "Infinity", id="without end"),
        pytest.param('{"period": 1e999}', {}, 400, "too large", id="a number beyond all"),
        pytest.param("9" * 5000, {}, 400, "digits", id="a number of 5,000 digits"),
        pytest.param('{"period":"a","period":"b"}', {}, 400, "twice", id="a key twice"),
        pytest.param(b'{"period": "\xff"}', {}, 400, "UTF-8", id="bytes that are no text"),
        pytest.param('{"period": "\\u0000"}', {}, 400, "NUL", id="the character NUL"),
        pytest.param('{"period": "\\ud800"}', {}, 400, "surrogate", id="half of a character"),
        pytest.param('{"period": ', {}, 400, "column", id="cut off"),
        pytest.param("", {"content_type": "application/json"}, 415, "", id="nothing at all"),
        pytest.param(BODY, {"content_encoding": "gzip"}, 415, "compressed", id="compressed"),
        pytest.param(BODY, {"content_type": "text/plain"}, 415, "text/plain", id="plain text"),
        pytest.param("[]", {}, 422, "body", id="a list for an object"),
        pytest.param('{"period": 2026}', {}, 422, "body/period", id="a number for a text"),
        pytest.param('{"period": "2026", "x": 1}', {}, 422, "body/x", id="a field too many"),
        pytest.param("{}", {}, 422, "body/period", id="a field too few"),
        pytest.param(
            json.dumps({f"k{n}": n for n in range(60_000)}), {}, 422, "", id="60,000 keys"
        ),
    ],
)  # fmt: skip
def test_a_body_that_is_not_as_documented_is_refused(cycle, body, headers, status, said):
    from counterpoise.store import audit, jobs

    before = audit.list_entries()
    answer = make_program(make_person("operations")).post("/cycles", body, **headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    assert said in answer.json()["detail"]
    assert jobs.list_jobs() == ()
    assert audit.list_entries() == (*audit.list_entries()[: -len(before) or None], *before)


def test_only_the_token_counts_not_what_the_client_says_of_itself(workspace, monkeypatch):
    """A program with a forged forwarding header is the same program."""
    from counterpoise.web.api import door

    monkeypatch.setattr(door, "now", lambda: NOW)  # within one minute
    program = make_program(make_person("viewer"))
    forged = Program(program.secret, HTTP_X_FORWARDED_FOR="10.0.0.9")
    first = program.get("/me").headers["RateLimit"].split(";")[1]
    second = forged.get("/me").headers["RateLimit"].split(";")[1]
    assert (first, second) == ("r=599", "r=598")
