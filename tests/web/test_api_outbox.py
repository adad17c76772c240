"""What programs do with the outbox: the same as the pages, by the same right."""

import pytest

from delivering import Outbox, connect, wish
from people import make_person
from programs import make_program
from web.test_outbox import Answering

ROWS = [
    {"object": "Deal", "source_id": str(number), "field": "stage", "value": "won"}
    for number in (7, 8)
]


@pytest.fixture
def box(workspace, monkeypatch):
    connect(monkeypatch, Answering)
    return Outbox()


@pytest.fixture
def program(box):
    return make_program(make_person("operations"))


def propose(program, **more):
    return program.post("/outbox/pushes", {"connection": "crm", "rows": ROWS, **more})


def list_states(program, query=""):
    return [each["state"] for each in program.get(f"/outbox/pushes{query}").json()["items"]]


def test_a_dry_run_says_what_would_change(program):
    answer = propose(program, is_dry=True)
    assert answer.status_code == 201
    assert answer.json()["proposed"][0] == {
        "record": "Deal:7",
        "fields": {"stage": "won"},
        "standing": {"stage": None},
        "is_read": False,
        "push": None,
    }
    assert list_states(program) == []


def test_what_is_proposed_is_released_and_delivered(program, box):
    numbers = [each["push"] for each in propose(program).json()["proposed"]]
    sent = {"up_to": numbers[0]}
    assert program.post("/outbox/lines/crm/release", sent).json() == {"released": 1}
    assert list_states(program) == ["waiting", "proposed"]
    box.clock.pass_seconds(10**9)
    box.deliver(Answering())
    found = program.get(f"/outbox/pushes/{numbers[0]}").json()
    assert (found["state"], found["fields"]) == ("done", {"stage": "won"})
    assert [each["verb"] for each in found["log"]] == [
        "proposed", "release", "claimed", "sent", "done",
    ]  # fmt: skip


def test_the_same_request_again_proposes_once(program):
    for _ in range(2):
        sent = {"connection": "crm", "rows": ROWS}
        program.post("/outbox/pushes", sent, idempotency_key="a key")
    assert list_states(program) == ["proposed", "proposed"]


def test_pushes_come_in_pages_and_are_found_by_state_and_record(program, box):
    box.ask(*(wish(number, stage="won") for number in range(5)))
    first = program.get("/outbox/pushes?limit=3").json()
    rest = program.get(f"/outbox/pushes?limit=3&cursor={first['next']}").json()
    records = [each["source_id"] for page in (first, rest) for each in page["items"]]
    assert (records, rest["next"]) == (["0", "1", "2", "3", "4"], None)
    assert list_states(program, "?state=done") == []
    assert list_states(program, "?connection=crm&record=Deal:3") == ["waiting"]


def test_a_conflict_is_decided_as_it_was_seen(program, box):
    (push,) = box.ask(wish(1, stage="won"))
    box.deliver(Answering("conflict", found={"stage": "draft"}))
    path = f"/outbox/pushes/{push.id}/decide"
    assert program.get(f"/outbox/pushes/{push.id}").json()["found"] == {"stage": "draft"}
    assert program.post(path, {"verb": "ours", "state": "dead"}).status_code == 409
    assert program.post(path, {"verb": "retry", "state": "conflict"}).status_code == 409
    answer = program.post(path, {"verb": "ours", "state": "conflict"})
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert answer.json()["expected"] == {"stage": "draft"}


def test_a_system_is_paused_and_goes_on(program, box):
    assert program.post("/outbox/lines/crm/pause").json()["is_paused"]
    (line,) = program.get("/outbox/lines").json()["lines"]
    assert (line["connection"], line["is_paused"], line["why"]) == ("crm", True, "")
    assert not program.post("/outbox/lines/crm/resume").json()["is_paused"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/outbox/pushes/99", None, 404),
        ("POST", "/outbox/pushes/99/decide", {"verb": "drop", "state": "dead"}, 404),
        ("POST", "/outbox/lines/erp/pause", None, 404),
        ("POST", "/outbox/lines/erp/resume", None, 404),
        ("POST", "/outbox/pushes", {"connection": "erp", "rows": ROWS}, 422),
        ("POST", "/outbox/pushes", {"connection": "crm", "source": "quotas"}, 422),
        ("POST", "/outbox/pushes", {"connection": "crm", "source": "actions"}, 422),
        ("POST", "/outbox/pushes", {"connection": "crm", "rows": []}, 422),
    ],
)
def test_what_there_is_not_or_cannot_be_is_refused(program, method, path, sent, status):
    answer = program.send(method, path, sent)
    assert answer.status_code == status, answer.content


def test_who_may_not_push_finds_nothing(box):
    leader = make_program(make_person("leader"))
    assert leader.get("/outbox/pushes").status_code == 404
    assert propose(leader).status_code == 404
