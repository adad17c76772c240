"""Pushes to a CRM that fails in every way it can: each has its effect once, or somebody is told."""

import threading
import time
from dataclasses import replace

import pytest

from counterpoise.actions import deliveries, outbox
from counterpoise.connectors.sources.port import SourceUnreachable, Written
from counterpoise.domain.execute.pushes import Known
from counterpoise.store import inbox
from counterpoise.store import outbox_claims as claims
from counterpoise.store import outbox_lines as lines
from counterpoise.store.outbox_claims import LEASE, Taker
from crm import CrmWriter, run_crm
from delivering import (
    NOON,
    RULES,
    Outbox,
    ask_in_turn,
    check_once_and_in_order,
    hold_records,
    make,
    wish,
)
from people import make_person


@pytest.fixture
def crm(tmp_path):
    with run_crm(tmp_path) as running:
        yield running


@pytest.fixture
def keyless(tmp_path):
    with run_crm(tmp_path, knows_keys=False) as running:
        yield running


@pytest.mark.case("API-16")
def test_a_record_that_may_have_been_made_is_not_made_again_unseen(workspace, keyless):
    box = Outbox()
    (push,) = box.ask(make("action:1", what="Call"))
    keyless.plan("timeout after commit")
    box.deliver(keyless.make_writer())
    box.clock.pass_seconds(60)
    box.deliver(keyless.make_writer())
    assert box.get(push).state == "conflict"
    assert "Whether it was made is not known" in str(box.get(push).why)
    assert len(keyless.list_effects()) == 1
    outbox.decide(box.get(push), "theirs", at=box.clock.now)
    assert box.deliver(keyless.make_writer()) == ()


@pytest.mark.case("API-16")
def test_a_record_that_was_made_is_known_again_by_its_key(workspace, crm):
    box = Outbox()
    (push,) = box.ask(make("action:1", what="Call"))
    crm.plan("timeout after commit")
    box.deliver_all(crm.make_writer())
    assert (box.get(push).state, box.get(push).source_id) == ("known", "made-0")
    assert len(crm.list_effects()) == 1


@pytest.mark.case("API-17")
@pytest.mark.parametrize(
    "fault",
    [
        "timeout after commit",
        "500 after commit",
        "reset after commit",
        "slow bytes",
        "429",
        "503",
        "reset",
        "half open",
    ],
)
@pytest.mark.parametrize("knows_keys", [True, False], ids=["it knows keys", "it knows no keys"])
def test_a_fault_of_the_system_leaves_each_effect_once(workspace, tmp_path, fault, knows_keys):
    box = Outbox()
    with run_crm(tmp_path, knows_keys=knows_keys) as crm:
        hold_records(crm, 4)
        ask_in_turn(box, events=8, records=4)
        crm.plan("", fault, "", fault, "", fault)
        box.deliver_all(crm.make_writer())
        check_once_and_in_order(box, crm, events=8, records=4)


@pytest.mark.case("API-17")
@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://no-such-host.invalid", id="a name that does not resolve"),
        pytest.param("http://127.0.0.1:1", id="a port that nobody listens at"),
        pytest.param("tls", id="a system that does not speak TLS"),
    ],
)
def test_a_system_that_cannot_be_reached_costs_no_push_its_tries(workspace, crm, url):
    omar, box = make_person("operations"), Outbox()
    hold_records(crm, 8)
    ask_in_turn(box, events=8, records=8)
    away = CrmWriter(crm.url.replace("http:", "https:") if url == "tls" else url, knows_keys=True)
    for _ in range(300):
        box.deliver(away)
        box.clock.pass_seconds(1)
    line = lines.find_line("crm")
    assert (line.is_resting, len(line.failing)) == (True, 5)
    assert box.count() == {"waiting": 8}
    assert sum(each.tries for each in box.list()) < 5
    assert "does not take what we send" in str(inbox.list_items(omar.pk)[0].text)
    box.deliver_all(crm.make_writer())
    check_once_and_in_order(box, crm, events=8, records=8)
    assert not lines.find_line("crm").is_resting


@pytest.mark.case("API-17")
def test_five_minutes_of_outage_cost_few_calls_and_nothing_else(workspace, crm):
    box = Outbox()
    hold_records(crm, 10)
    ask_in_turn(box, events=20, records=10)
    crm.plan(**{str(number): "503" for number in range(10)})
    writer = crm.make_writer()
    for _ in range(300):
        box.deliver(writer)
        box.clock.pass_seconds(1)
    during = len([method for method, _ in crm.list_asked() if method == "PATCH"])
    assert during <= 10 + 300 / 30 + 1
    crm.plan()
    box.deliver_all(writer)
    check_once_and_in_order(box, crm, events=20, records=10)


@pytest.mark.case("API-17")
def test_what_fails_again_and_again_is_given_up_and_somebody_is_told(workspace, crm):
    farid, box = make_person("finance"), Outbox()
    crm.hold("Deal", "1", n="")
    (push,) = box.ask(wish(1, n="1"), asked_by=farid.pk)
    crm.plan(**{"1": "503"})
    box.deliver_all(crm.make_writer(), seconds=30)
    assert (box.get(push).state, box.get(push).tries) == ("dead", 10)
    assert [item.kind for item in inbox.list_items(farid.pk)] == ["push"]
    crm.plan()
    outbox.decide(box.get(push), "retry", at=box.clock.now)
    box.deliver_all(crm.make_writer())
    check_once_and_in_order(box, crm, events=1, records=0)


def test_a_system_that_is_full_is_left_alone_as_long_as_it_says(workspace, crm):
    box = Outbox()
    hold_records(crm, 2)
    ask_in_turn(box, events=2, records=2)
    crm.plan("429", "429")
    box.deliver(crm.make_writer())
    box.clock.pass_seconds(6)
    assert box.deliver(crm.make_writer()) == ()
    box.clock.pass_seconds(1)
    box.deliver_all(crm.make_writer())
    assert [each.tries for each in box.list()] == [0, 0]


def test_a_revoked_token_pauses_the_connection_and_loses_nothing(workspace, crm):
    omar, box = make_person("operations"), Outbox()
    hold_records(crm, 1)
    (push,) = box.ask(wish(0, n="1"))
    crm.plan("401")
    box.deliver(crm.make_writer())
    line = lines.find_line("crm")
    assert (line.is_paused, "token was revoked" in str(line.why)) == (True, True)
    assert "token was revoked" in str(inbox.list_items(omar.pk)[0].text)
    outbox.resume("crm", at=box.clock.now)
    box.deliver_all(crm.make_writer())
    assert box.get(push).state == "done"


@pytest.mark.case("API-18")
@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        pytest.param("503", "dead", id="it fails each time"),
        pytest.param("422", "refused", id="it is refused"),
        pytest.param("half open", "dead", id="nothing is said of it"),
    ],
)
def test_a_push_that_cannot_be_delivered_holds_up_no_other(workspace, crm, fault, ends):
    """Others wait for a worker's next look, less than a second, however the bad one fails."""
    box = Outbox(rules=replace(RULES, tries=4))
    hold_records(crm, 13)
    (bad,) = box.ask(wish("0", n="1"))
    crm.plan(**{"0": fault})
    writer = crm.make_writer()
    for number in range(1, 13):
        (good,) = box.ask(wish(number, n="1"))
        box.deliver(writer, lane="first")
        assert box.get(good).state == "done"
        if number % 2 == 0:
            box.clock.pass_seconds(2**12)
            box.deliver(writer, lane="again")
    assert (box.get(bad).state, box.count()["done"]) == (ends, 12)


@pytest.mark.case("API-19")
def test_what_a_person_changed_there_is_not_written_over(workspace, crm):
    box = Outbox()
    crm.hold("Deal", "1", stage="draft", owner="huda")
    read = {"Deal:1": {"stage": Known("open", NOON)}}
    (push,) = box.ask(wish(1, stage="won"), read=read)
    box.deliver_all(crm.make_writer())
    held = box.get(push)
    assert (held.state, held.found) == ("conflict", {"stage": "draft"})
    assert (crm.show("Deal", "1")["stage"], crm.list_effects()) == ("draft", [])
    outbox.decide(held, "ours", at=box.clock.now)
    crm.hold("Deal", "1", stage="lost", owner="huda")
    box.deliver_all(crm.make_writer())
    assert (box.get(push).state, box.get(push).found) == ("conflict", {"stage": "lost"})
    outbox.decide(box.get(push), "ours", at=box.clock.now)
    box.deliver_all(crm.make_writer())
    assert crm.show("Deal", "1") == {"stage": "won", "owner": "huda"}


@pytest.mark.case("API-19")
def test_a_field_that_was_never_read_is_not_written_over(workspace, crm):
    box = Outbox()
    crm.hold("Deal", "1", note="typed in by a person")
    (push,) = box.ask(wish(1, note="ours"))
    box.deliver_all(crm.make_writer())
    assert box.get(push).state == "conflict"
    assert crm.show("Deal", "1") == {"note": "typed in by a person"}


class Silent:
    """A writer that answers for nothing it is given."""

    def write(self, writes):
        return ()


def test_a_push_that_nothing_is_said_of_is_tried_again(workspace):
    box = Outbox()
    (push,) = box.ask(wish(1, n="1"))
    (done,) = box.deliver(Silent())
    assert (done.answer.why, box.get(push).is_unsure) == (deliveries.NOTHING_SAID, True)


class Slow:
    """A writer that goes on only when it is let."""

    def __init__(self):
        self.is_asked, self.may_go_on = threading.Event(), threading.Event()

    def write(self, writes):
        self.is_asked.set()
        assert self.may_go_on.wait(60)
        raise SourceUnreachable("it took too long")


class Late:
    """A writer whose answer comes when another worker has the push."""

    def __init__(self, box):
        self.box = box

    def write(self, writes):
        self.box.clock.pass_seconds(LEASE.total_seconds() + 1)
        assert len(claims.claim("crm", Taker("another"), RULES, at=self.box.clock.now)) == 1
        return tuple(Written(each.key, "refused") for each in writes)


def test_an_answer_that_comes_too_late_changes_nothing_and_tells_nobody(workspace):
    omar, box = make_person("operations"), Outbox()
    (push,) = box.ask(wish(1, n="1"))
    (done,) = box.deliver(Late(box))
    assert (done.is_kept, box.get(push).state) == (False, "claimed")
    assert inbox.list_items(omar.pk) == ()


def test_a_call_that_takes_long_keeps_its_claims(workspace, monkeypatch):
    from django.db import connections

    monkeypatch.setattr(deliveries, "RENEW_SECONDS", 0.01)
    box, slow = Outbox(), Slow()
    box.ask(wish(1, n="1"))

    def work():
        box.deliver(slow)
        connections.close_all()

    working = threading.Thread(target=work)
    working.start()
    assert slow.is_asked.wait(60)
    box.clock.pass_seconds(LEASE.total_seconds() - 1)
    end = time.monotonic() + 60
    while not claims.count_held("worker", after=NOON + LEASE) and time.monotonic() < end:
        time.sleep(0.01)
    box.clock.pass_seconds(2)
    assert box.deliver(Silent(), worker="another") == ()
    slow.may_go_on.set()
    working.join()
    assert box.count() == {"waiting": 1}
