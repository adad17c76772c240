"""The outbox on either store: what is proposed, released, claimed, fenced off and decided."""

from datetime import timedelta

import pytest

from counterpoise.actions import outbox as actions
from counterpoise.connectors.sources.port import Written
from counterpoise.domain.execute.pushes import Answer, Known, Next, NoSuchStep
from counterpoise.store import audit, inbox
from counterpoise.store import outbox as stored
from counterpoise.store import outbox_claims as claims
from counterpoise.store import outbox_lines as lines
from counterpoise.store.outbox import Wanted
from counterpoise.store.outbox_claims import LEASE, Taker
from delivering import NOON, RULES, Outbox, make, wish
from many_at_once import run_at_once
from people import make_person

TAKER = Taker("worker")


class Answering:
    """A system that answers each write as it was told to, and remembers what it was asked."""

    knows_keys = True

    def __init__(self, *outcomes, **facts):
        self.outcomes, self.facts, self.asked = list(outcomes), facts, []

    def write(self, writes):
        self.asked += writes
        return tuple(
            Written(each.key, self.outcomes.pop(0) if self.outcomes else "done", **self.facts)
            for each in writes
        )


@pytest.fixture
def box(workspace):
    return Outbox()


@pytest.fixture
def box_on_each_store(workspace_on_each_store):
    return Outbox()


def claim(box, taker=TAKER):
    return claims.claim("crm", taker, RULES, at=box.clock.now)


def verbs_of(push):
    return [each.verb for each in stored.list_steps(push.id)]


def test_what_is_proposed_waits_for_a_person(box_on_each_store):
    box = box_on_each_store
    (push,) = box.ask(wish(1, stage="won"), state="proposed")
    assert claim(box) == ()
    assert actions.release("crm", up_to=push.id, at=NOON) == 1
    assert [each.id for each in claim(box)] == [push.id]
    assert verbs_of(push) == ["proposed", "release", "claimed"]
    assert [each.verb for each in audit.list_entries()] == ["push.release", "push.proposed"]


def test_what_came_after_the_page_was_shown_is_not_released_with_it(box):
    first, second = box.ask(wish(1, stage="won"), wish(2, stage="won"), state="proposed")
    assert actions.release("crm", up_to=first.id, at=NOON) == 1
    assert (box.get(first).state, box.get(second).state) == ("waiting", "proposed")
    assert actions.release("crm", up_to=first.id, at=NOON) == 0


def test_a_dry_run_writes_nothing(box):
    (shown,) = actions.preview(
        "crm", [wish(1, stage="won", note="x")], {"Deal:1": {"stage": Known("open", NOON)}}
    )
    assert (shown.fields, shown.standing) == (
        {"stage": "won", "note": "x"},
        {"stage": "open", "note": None},
    )
    assert (shown.is_read, shown.push, box.list()) == (False, None, ())


def test_what_stands_there_already_is_not_pushed(box):
    (shown,) = actions.propose(
        "crm", [wish(1, stage="won")], {"Deal:1": {"stage": Known("won", NOON)}}, at=NOON
    )
    assert (shown.fields, shown.push, box.list(), audit.list_entries()) == ({}, None, (), ())


def test_the_same_proposal_again_is_the_same_push(box):
    (first,) = box.ask(wish(1, stage="won"), state="proposed")
    (second,) = box.ask(wish(1, stage="won"), state="proposed")
    assert (first, len(box.list())) == (second, 1)


def test_what_is_on_its_way_is_not_asked_for_again(box):
    box.ask(wish(1, stage="won"))
    assert box.ask(wish(1, stage="won")) == (None,)


def test_a_newer_proposal_takes_over_what_was_never_released(box_on_each_store):
    box = box_on_each_store
    (first,) = box.ask(wish(1, stage="won", owner="huda"), state="proposed")
    (second,) = box.ask(wish(1, stage="lost"), state="proposed")
    assert second.fields == {"stage": "lost", "owner": "huda"}
    assert box.get(first).state == "cancelled"
    assert verbs_of(first) == ["proposed", "replaced"]


def test_a_proposal_that_is_taken_back_leaves_nothing_to_push(box):
    read = {"Deal:1": {"stage": Known("open", NOON)}}
    (first,) = box.ask(wish(1, stage="won"), read=read, state="proposed")
    assert box.ask(wish(1, stage="open"), read=read, state="proposed") == (None,)
    assert box.get(first).state == "cancelled"


def test_what_was_released_meanwhile_is_not_taken_over(box):
    (push,) = box.ask(wish(1, stage="won"), state="proposed")
    actions.release("crm", up_to=push.id, at=NOON)
    with pytest.raises(stored.PushChanged, match="released in the meantime"):
        stored.take_over(push, by="test", at=NOON)


def test_too_much_at_once_is_refused(box, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    with pytest.raises(actions.TooMany, match="2 records are to change; 1 at most"):
        box.ask(wish(1, stage="won"), wish(2, stage="won"))
    assert box.list() == ()


def test_pushes_of_a_record_go_one_after_the_other(box_on_each_store):
    box = box_on_each_store
    first, second = (box.ask(wish(1, stage=stage))[0] for stage in ("won", "lost"))
    (other,) = box.ask(wish(2, stage="won"))
    taken = claim(box)
    assert [each.id for each in taken] == [first.id, other.id]
    assert claim(box) == ()
    claims.settle(taken[0], Answer("done"), Next("done", 0, NOON, is_unsure=False), at=NOON)
    (now,) = claim(box)
    assert (now.id, now.expected) == (second.id, {"stage": "won"})


def test_a_claim_ends_with_its_lease_and_the_first_worker_is_fenced_off(box_on_each_store):
    box = box_on_each_store
    (push,) = box.ask(wish(1, stage="won"))
    (early,) = claims.mark_sent(claim(box), knows_keys=True, at=NOON)
    box.clock.pass_seconds(LEASE.total_seconds() - 1)
    assert claim(box, Taker("second")) == ()
    box.clock.pass_seconds(1)
    (late,) = claim(box, Taker("second"))
    assert (late.fence, late.is_unsure) == (2, True)
    done = Next("done", 0, NOON, is_unsure=False)
    assert not claims.settle(early, Answer("done"), done, at=box.clock.now)
    assert box.get(push).state == "claimed"
    assert claims.mark_sent([early], knows_keys=True, at=box.clock.now) == ()
    assert claims.settle(late, Answer("done"), done, at=box.clock.now)
    assert not claims.settle(early, Answer("done"), done, at=box.clock.now)
    assert verbs_of(push) == ["proposed", "claimed", "sent", "taken", "late", "done", "late"]


def test_what_was_claimed_and_not_sent_cannot_have_arrived(box):
    box.ask(wish(1, stage="won"))
    claim(box)
    box.clock.pass_seconds(LEASE.total_seconds())
    (again,) = claim(box)
    assert not again.is_unsure


def test_a_clock_that_is_set_back_holds_nothing_up(box):
    box.ask(wish(1, stage="won"))
    box.clock.pass_seconds(86_400)
    assert len(claim(box)) == 1
    box.clock.pass_seconds(-86_400)
    assert len(claim(box)) == 1


def test_a_worker_that_lives_keeps_its_claims(box):
    box.ask(wish(1, stage="won"))
    claim(box)
    box.clock.pass_seconds(50)
    assert claims.renew("worker", at=box.clock.now) == 1
    assert claims.renew("another", at=box.clock.now) == 0
    box.clock.pass_seconds(50)
    assert claim(box, Taker("second")) == ()


def test_workers_who_claim_at_once_share_the_pushes(box_on_each_store):
    box = box_on_each_store
    made = box.ask(*(wish(number, stage="won") for number in range(60)))
    taken = []

    def work(name):
        while found := claim(box, Taker(name, limit=7)):
            taken.extend(each.id for each in found)

    run_at_once(*(lambda name=name: work(name) for name in ("a", "b", "c")))
    assert sorted(taken) == [each.id for each in made]


def test_what_failed_and_what_did_not_have_lanes_of_their_own(box_on_each_store):
    box = box_on_each_store
    (bad,) = box.ask(wish(1, stage="won"))
    box.deliver(Answering("again"))
    (good,) = box.ask(wish(2, stage="won"))
    box.clock.pass_seconds(10)
    assert [each.id for each in claim(box, Taker("w", lane="first"))] == [good.id]
    assert [each.id for each in claim(box, Taker("w", lane="again"))] == [bad.id]


def test_connections_with_something_to_do_are_listed(box):
    assert claims.list_due(NOON) == ()
    box.ask(wish(1, stage="won"))
    assert claims.list_due(NOON) == ("crm",)
    assert claims.list_due(NOON - timedelta(seconds=1)) == ()


@pytest.mark.case("API-19")
@pytest.mark.parametrize(
    ("verb", "state", "expected"),
    [
        pytest.param("ours", "waiting", "draft", id="ours: sent over what was found"),
        pytest.param("theirs", "cancelled", "open", id="theirs: what was found stays"),
        pytest.param("drop", "cancelled", "open", id="neither: the push is dropped"),
    ],
)
def test_a_conflict_is_decided_by_a_person(box_on_each_store, verb, state, expected):
    box = box_on_each_store
    read = {"Deal:1": {"stage": Known("open", NOON)}}
    (push,) = box.ask(wish(1, stage="won"), read=read)
    (later,) = box.ask(wish(1, stage="paid"), read=read)
    box.deliver(Answering("conflict", found={"stage": "draft", "other": "x"}))
    assert (box.get(push).state, box.get(push).found["stage"]) == ("conflict", "draft")
    assert box.deliver(Answering()) == ()  # the later one waits for the decision
    decided = actions.decide(box.get(push), verb, at=NOON)
    assert (decided.state, decided.expected) == (state, {"stage": expected})
    follows = {"ours": "open", "theirs": "draft", "drop": "open"}[verb]
    assert box.get(later).expected == {"stage": follows}
    assert audit.list_entries()[0].verb == f"push.{verb}"


def test_a_decision_on_what_has_changed_since_is_refused(box):
    (push,) = box.ask(wish(1, stage="won"))
    box.deliver(Answering("conflict", found={"stage": "draft"}))
    seen = box.get(push)
    actions.decide(seen, "ours", at=NOON)
    with pytest.raises(stored.PushChanged, match="changed in the meantime"):
        actions.decide(seen, "theirs", at=NOON)
    with pytest.raises(NoSuchStep, match="is waiting"):
        actions.decide(box.get(push), "theirs", at=NOON)
    assert box.get(push).state == "waiting"


@pytest.mark.parametrize("outcome", ["refused", "conflict"])
def test_whoever_asked_is_told_once_that_the_outbox_needs_them(box, outcome):
    omar, farid = make_person("operations"), make_person("finance")
    box.ask(wish(1, stage="won"), wish(2, stage="won"), asked_by=farid.pk)
    box.deliver(Answering(outcome, outcome, reason="no such stage"))
    (item,) = inbox.list_items(farid.pk)
    assert (item.kind, item.about, item.link) == ("push", "connection:crm", "/execute/outbox/")
    assert inbox.list_items(omar.pk) == ()


def test_where_nobody_asked_operations_are_told(box):
    amina, omar = make_person("administrator"), make_person("operations")
    box.ask(wish(1, stage="won"))
    box.deliver(Answering("refused"))
    assert (len(inbox.list_items(omar.pk)), inbox.list_items(amina.pk)) == (1, ())


def test_a_refused_push_is_tried_again_or_dropped_by_a_person(box):
    first, second = box.ask(wish(1, stage="won"), wish(2, stage="won"))
    box.deliver(Answering("refused", "refused", reason="no such stage"))
    assert "no such stage" in str(box.get(first).why)
    assert actions.decide(box.get(first), "retry", at=NOON).state == "waiting"
    assert actions.decide(box.get(second), "drop", at=NOON).state == "cancelled"
    box.deliver(Answering())
    assert box.count() == {"done": 1, "cancelled": 1}


def test_a_paused_connection_sends_nothing_until_it_goes_on(box_on_each_store):
    box = box_on_each_store
    box.ask(wish(1, stage="won"))
    assert actions.pause("crm", at=NOON)
    assert not actions.pause("crm", at=NOON)
    assert box.deliver(Answering()) == ()
    assert [each.is_paused for each in lines.list_lines()] == [True]
    assert actions.resume("crm", at=NOON)
    assert not actions.resume("crm", at=NOON)
    assert len(box.deliver(Answering())) == 1
    verbs = [each.verb for each in audit.list_entries()]
    assert verbs == ["push.resumed", "push.paused", "push.proposed"]


def test_what_is_made_there_is_found_by_what_comes_after(box):
    box.ask(make("action:1", what="Call"))
    box.ask(make("action:1", what="Write"))
    box.deliver(Answering(source_id="t-7"))
    system = Answering()
    box.deliver(system)
    box.ask(make("action:1", what="Meet"))
    box.deliver(system)
    assert [each.source_id for each in system.asked] == ["t-7", "t-7"]
    assert [each.expected for each in system.asked] == [{"what": "Call"}, {"what": "Write"}]


def test_the_log_of_a_record_goes_over_all_its_pushes(box):
    box.ask(wish(1, stage="won"))
    box.deliver(Answering())
    box.ask(wish(1, stage="lost"))
    steps = stored.list_record_steps("crm", "Deal:1")
    assert [each.verb for each in steps] == ["proposed", "done", "sent", "claimed", "proposed"]


def test_pushes_are_found_by_connection_state_and_record(box_on_each_store):
    box = box_on_each_store
    first, second = box.ask(wish(1, stage="won"), wish(2, stage="won"))
    box.deliver(Answering("done", "refused"))
    assert [p.id for p in stored.list_pushes(Wanted(states=("refused",)))] == [second.id]
    assert [p.id for p in stored.list_pushes(Wanted(record="1"))] == [first.id]
    assert [p.id for p in stored.list_pushes(Wanted(record="Deal:2"))] == [second.id]
    assert stored.list_pushes(Wanted("another")) == ()
    assert [p.id for p in stored.list_pushes(Wanted(), after=first.id)] == [second.id]
    newest = stored.list_pushes(Wanted(), after=second.id, is_newest_first=True)
    assert [p.id for p in newest] == [first.id]
    assert stored.count_states() == {("crm", "done"): 1, ("crm", "refused"): 1}
    assert stored.list_pushes(Wanted(is_twice_possible=True)) == ()


def test_a_push_that_there_is_not_is_not_found(box):
    assert stored.find_push(7) is None
    assert stored.find_push(2**70) is None
    with pytest.raises(stored.UnknownPush, match="no push 7"):
        stored.get_push(7)


def test_nothing_to_do_to_nothing_leaves_no_trace(box):
    stored.change((), "drop", "cancelled", at=NOON)
    assert audit.list_entries() == ()
