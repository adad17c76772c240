"""The outbox in the browser: proposed, looked through, released, paused and decided."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterpoise.connectors.sources.port import Written
from counterpoise.store import audit, outbox
from counterpoise.store.outbox import Wanted
from delivering import Outbox, connect, wish
from english import find_english
from people import make_person, sign_in
from shown_pages import rows_of, text_of

PAGE = "/execute/outbox/"
TABLE = "object,source_id,field,value\nDeal,7,stage,won\nDeal,8,stage,lost\n"


class Answering:
    """A system that answers as it was told to."""

    def __init__(self, outcome="done", **facts):
        self.outcome, self.facts = outcome, facts

    def write(self, writes):
        return tuple(Written(each.key, self.outcome, **self.facts) for each in writes)


@pytest.fixture
def box(workspace, monkeypatch):
    connect(monkeypatch, Answering)
    return Outbox()


@pytest.fixture
def omar(box):
    return sign_in(make_person("operations"))


def send_table(browser, content=TABLE, **more):
    sent = {"connection": "crm", "source": "table", **more}
    if content is not None:
        sent["table"] = SimpleUploadedFile("deals.csv", content.encode())
    return browser.post(f"{PAGE}propose/", sent)


def get_states():
    return [each.state for each in outbox.list_pushes(Wanted())]


def test_an_empty_outbox_says_so(omar):
    page = omar.get(PAGE)
    assert page.status_code == 200
    assert "Nothing needs you." in text_of(page)


def test_without_a_connected_system_there_is_nothing_to_propose(workspace):
    page = sign_in(make_person("operations")).get(PAGE)
    assert "No system is connected that can be written to." in text_of(page)


@pytest.mark.parametrize("role", ["leader", "rep", "finance", "marketing", "executive", "viewer"])
def test_the_outbox_is_hidden_from_who_may_not_push(box, role):
    (push,) = box.ask(wish(1, stage="won"))
    browser = sign_in(make_person(role))
    pages = [browser.get(PAGE), browser.get(f"{PAGE}{push.id}/"), browser.get(f"{PAGE}99/")]
    assert [page.status_code for page in pages] == [404, 404, 404]
    assert send_table(browser).status_code == 404


def test_a_table_is_looked_at_before_it_is_proposed(omar):
    page = send_table(omar, dry="1")
    assert rows_of(page, "difference") == [
        ["Deal:7", "stage", "–", "won", "never in full"],
        ["Deal:8", "stage", "–", "lost", "never in full"],
    ]
    assert (get_states(), "Nothing was written." in text_of(page)) == ([], True)


def test_what_is_proposed_is_released_by_a_person(omar, box):
    assert send_table(omar).url == PAGE
    page = omar.get(PAGE)
    assert "2 pushes wait to be released." in text_of(page)
    assert [row[2:7] for row in rows_of(page, "proposed")] == [
        ["Deal:7", "stage", "–", "won", "proposed"],
        ["Deal:8", "stage", "–", "lost", "proposed"],
    ]
    first = outbox.list_pushes(Wanted())[0]
    omar.post(f"{PAGE}release/", {"connection": "crm", "up_to": first.id})
    assert get_states() == ["waiting", "proposed"]
    assert "1 push goes out." in text_of(omar.get(PAGE))
    (entry, *_) = [each for each in audit.list_entries() if each.verb == "push.release"]
    assert entry.actor == "omar"


@pytest.mark.parametrize(
    ("content", "sent", "why"),
    [
        pytest.param("id,stage\n1,won\n", {}, "begins with id,stage", id="another table"),
        pytest.param(None, {}, "begins with –", id="no file"),
        pytest.param(TABLE, {"connection": "erp"}, "not one of the available", id="no system"),
        pytest.param(TABLE, {"source": "quotas"}, "not one of the available", id="no source"),
        pytest.param(None, {"source": "actions"}, "push.action", id="a rule is missing"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(omar, content, sent, why):
    page = send_table(omar, content, **sent)
    assert (page.status_code, why in text_of(page)) == (422, True)
    assert get_states() == []


def test_a_system_is_paused_and_goes_on(omar, box):
    box.ask(wish(1, stage="won"))
    omar.post(f"{PAGE}pause/", {"connection": "crm"})
    page = omar.get(PAGE)
    assert [row[:2] for row in rows_of(page, "systems")] == [["crm", "paused"]]
    assert box.deliver(Answering()) == ()
    omar.post(f"{PAGE}resume/", {"connection": "crm"})
    assert [row[:2] for row in rows_of(omar.get(PAGE), "systems")] == [["crm", "open"]]
    assert len(box.deliver(Answering())) == 1


@pytest.mark.parametrize("verb", ["pause", "resume", "release"])
def test_nonsense_is_refused(omar, verb):
    assert omar.post(f"{PAGE}{verb}/", {"connection": "A B", "up_to": "x"}).status_code == 422


def decide(browser, push, verb, **seen):
    shown = {"state": push.state, "fence": push.fence, **seen}
    return browser.post(f"{PAGE}{push.id}/decide/", {"verb": verb, **shown})


@pytest.fixture
def conflict(box):
    (push,) = box.ask(wish(1, stage="won"))
    box.deliver(Answering("conflict", found={"stage": "draft"}))
    return box.get(push)


@pytest.mark.case("API-19")
@pytest.mark.parametrize(("verb", "state"), [("ours", "waiting"), ("theirs", "cancelled")])
def test_a_conflict_shows_both_and_is_decided(omar, conflict, verb, state):
    page = omar.get(PAGE)
    assert [row[4:7] for row in rows_of(page, "person")] == [["draft", "won", "in conflict"]]
    assert decide(omar, conflict, verb).url == f"{PAGE}{conflict.id}/"
    assert get_states() == [state]
    log = [row[3] for row in rows_of(omar.get(f"{PAGE}{conflict.id}/"), "log")]
    assert log[-2:] == ["In conflict", f"Decided: {verb}"]


@pytest.mark.case("WEB-15")
@pytest.mark.parametrize(
    ("verb", "seen", "status"),
    [
        pytest.param("ours", {"state": "dead"}, 409, id="it stood otherwise"),
        pytest.param("ours", {"fence": "7"}, 409, id="it was claimed since"),
        pytest.param("retry", {}, 409, id="a conflict is not retried"),
        pytest.param("burn", {}, 422, id="no decision"),
    ],
)
def test_a_decision_that_does_not_fit_changes_nothing(omar, conflict, verb, seen, status):
    assert decide(omar, conflict, verb, **seen).status_code == status
    assert get_states() == ["conflict"]


def test_a_push_that_there_is_not_is_not_found(omar):
    assert omar.get(f"{PAGE}99/").status_code == 404


def test_the_pages_ask_the_store_as_often_for_many_pushes_as_for_one(omar, box):
    box.ask(wish(1, stage="won"), state="proposed")
    omar.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        omar.get(PAGE)
    box.ask(*(wish(number, stage="won") for number in range(2, 30)), state="proposed")
    with CaptureQueriesContext(connection) as many:
        omar.get(PAGE)
    assert len(few) == len(many) <= 30


def test_who_reads_arabic_meets_no_english(conflict, box):
    box.ask(wish(2, stage="won"), state="proposed")
    amina = sign_in(make_person("administrator"), accept_language="ar")
    for path in (PAGE, f"{PAGE}{conflict.id}/"):
        page = amina.get(path).content.decode()
        for data in ("Deal", "stage", "draft", "won", "crm", "test", "source_id", "object"):
            page = page.replace(data, "")
        assert find_english(page) == []


def test_the_step_of_execution_leads_to_the_outbox(omar):
    assert PAGE in omar.get("/execute/").content.decode()
