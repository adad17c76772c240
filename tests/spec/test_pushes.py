"""Pushes to another system: their course, what differs, how long to wait, when a line rests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.execute.pushes import (
    COURSE,
    STATE_WORDS,
    STATES,
    Answer,
    Known,
    Line,
    Next,
    NoSuchStep,
    Push,
    PushRules,
    Wish,
    answer_push,
    count_room,
    find_difference,
    lay_over,
    note_answers,
    read_push_rules,
    step,
    wait_for,
)
from counterpoise.domain.rulebook.toml import load_defaults

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = PushRules(3, timedelta(seconds=2), timedelta(seconds=60), 5, timedelta(seconds=30))
PUSH = Push(
    id=1,
    connection="crm",
    object="Deal",
    record="Deal:1",
    source_id="1",
    fields={"stage": "won"},
    expected={"stage": "open"},
    key="k1",
    cause="file:deals.csv",
    asked_by=None,
    asked_at=NOON,
    state="sent",
    tries=0,
    not_before=NOON,
    is_unsure=False,
    resends=0,
    found=None,
    why=None,
    fence=1,
    settled_at=None,
)
LINE = Line("crm")


@pytest.mark.parametrize("verb", COURSE)
@pytest.mark.parametrize("state", STATES)
def test_a_person_can_do_what_the_course_says_and_nothing_else(verb, state):
    push = replace(PUSH, state=state)
    allowed, then = COURSE[verb]
    if state in allowed:
        assert step(push, verb) == then
    else:
        with pytest.raises(NoSuchStep, match=f"Push 1 is {STATE_WORDS[state]},"):
            step(push, verb)


@pytest.mark.parametrize(
    ("wanted", "standing", "difference"),
    [
        pytest.param({"a": "1"}, {"a": "1"}, {}, id="what stands there already is no difference"),
        pytest.param({"a": "1"}, {"a": "2"}, {"a": "1"}, id="another value"),
        pytest.param({"a": "1"}, {}, {"a": "1"}, id="a field that was never read"),
        pytest.param({"a": ""}, {"a": None}, {}, id="an empty text and nothing are the same"),
        pytest.param({"a": None}, {"a": "2"}, {"a": None}, id="a field that is to be emptied"),
        pytest.param({"a": "1", "b": "2"}, {"b": "2"}, {"a": "1"}, id="only what differs"),
    ],
)
def test_difference(wanted, standing, difference):
    assert find_difference(Wish("Deal", "1", wanted, "test"), standing) == difference


@pytest.mark.parametrize(
    ("read_at", "settled_at", "state", "standing"),
    [
        pytest.param(NOON, NOON + MINUTE, "done", "ours", id="what we brought after the reading"),
        pytest.param(NOON, NOON + MINUTE, "known", "ours", id="what was there when we came"),
        pytest.param(NOON, NOON - MINUTE, "done", "read", id="the reading is newer"),
        pytest.param(NOON, None, "waiting", "read", id="what is not there yet"),
        pytest.param(NOON, NOON + MINUTE, "refused", "read", id="what was not taken"),
    ],
)
def test_what_stands_there_is_the_newer_of_what_was_read_and_brought(
    read_at, settled_at, state, standing
):
    push = replace(PUSH, fields={"a": "ours"}, state=state, settled_at=settled_at)
    assert lay_over({"a": Known("read", read_at)}, [push]) == {"a": standing}


def test_what_we_brought_is_known_where_nothing_was_read():
    push = replace(PUSH, fields={"a": "ours"}, state="done", settled_at=NOON)
    assert lay_over({}, [push]) == {"a": "ours"}


@pytest.mark.parametrize(
    ("failures", "dice", "seconds"),
    [
        pytest.param(1, 1, 2, id="two seconds after the first failure"),
        pytest.param(1, 0, 1, id="half of it at least"),
        pytest.param(2, 1, 4, id="twice as long after the second"),
        pytest.param(4, 1, 16, id="and so on"),
        pytest.param(7, 1, 60, id="never longer than the longest"),
        pytest.param(10_000, 1, 60, id="however often"),
        pytest.param(0, 1, 2, id="before any failure of its own"),
    ],
)
def test_waits_double_up_to_the_longest(failures, dice, seconds):
    assert wait_for(failures, RULES, dice) == timedelta(seconds=seconds)


@given(failures=st.integers(0, 200), dice=st.floats(0, 1))
def test_a_wait_is_between_half_and_all_of_what_is_stated(failures, dice):
    assert timedelta(seconds=1) <= wait_for(failures, RULES, dice) <= RULES.longest_wait


@pytest.mark.parametrize("outcome", ["done", "known", "conflict", "refused"])
def test_an_answer_ends_a_push(outcome):
    push = replace(PUSH, tries=1, is_unsure=True)
    assert answer_push(push, Answer(outcome), RULES, NOON, dice=1) == Next(
        outcome, 1, NOON, is_unsure=False
    )


def test_a_failure_waits_and_may_have_arrived():
    assert answer_push(PUSH, Answer("again"), RULES, NOON, dice=1) == Next(
        "waiting", 1, NOON + timedelta(seconds=2), is_unsure=True
    )


def test_the_last_failure_gives_the_push_up():
    push = replace(PUSH, tries=2)
    assert answer_push(push, Answer("again"), RULES, NOON, dice=1) == Next(
        "dead", 3, NOON, is_unsure=True
    )


def test_a_system_that_is_down_is_no_fault_of_the_push():
    push = replace(PUSH, tries=2)
    then = answer_push(push, Answer("again"), RULES, NOON, dice=1, counts=False)
    assert then == Next("waiting", 2, NOON + timedelta(seconds=4), is_unsure=True)


@pytest.mark.parametrize("seconds", [7, 0, -5], ids=["a while", "at once", "nonsense"])
def test_a_system_that_is_full_says_when_to_come_back(seconds):
    push = replace(PUSH, tries=2)
    then = answer_push(push, Answer("again", wait_seconds=seconds), RULES, NOON, dice=1)
    back = NOON + timedelta(seconds=max(seconds, 0))
    assert then == Next("waiting", 2, back, is_unsure=True)


@pytest.mark.parametrize(
    ("line", "room"),
    [
        pytest.param(LINE, 25, id="nothing was said of it"),
        pytest.param(replace(LINE, is_paused=True), 0, id="a person paused it"),
        pytest.param(replace(LINE, not_before=NOON + MINUTE), 0, id="the system said to wait"),
        pytest.param(replace(LINE, not_before=NOON), 25, id="the wait is over"),
        pytest.param(replace(LINE, failing=("k1",)), 1, id="one alone after a failure"),
        pytest.param(
            replace(LINE, failing=("k1",), rests_until=NOON + MINUTE), 0, id="it failed too often"
        ),
        pytest.param(
            replace(LINE, failing=("k1",), rests_until=NOON), 1, id="one asks whether it is well"
        ),
    ],
)
def test_room(line, room):
    assert count_room(line, NOON, 25) == room


def fail(line, *keys):
    return note_answers(line, keys, is_well=False, rules=RULES, at=NOON)


@pytest.mark.case("API-17")
def test_the_line_rests_after_five_failures_in_a_row():
    line = fail(fail(LINE, "k1", "k2"), "k3", "k4")
    assert not line.is_resting
    line = fail(line, "k5")
    assert line.rests_until == NOON + RULES.rest


@pytest.mark.case("API-18")
def test_one_bad_push_does_not_stop_the_others_however_often_it_fails():
    line = LINE
    for _ in range(50):
        line = fail(line, "k1")
    assert line == replace(LINE, failing=("k1",))


def test_what_goes_well_opens_the_line_again():
    line = fail(LINE, "k1", "k2", "k3", "k4", "k5")
    well = note_answers(line, ["k6"], is_well=True, rules=RULES, at=NOON)
    assert well == LINE


def test_a_line_that_asked_in_vain_rests_again():
    line = fail(LINE, "k1", "k2", "k3", "k4", "k5")
    later = note_answers(line, ["k1"], is_well=False, rules=RULES, at=NOON + MINUTE)
    assert later.rests_until == NOON + MINUTE + RULES.rest


def test_a_record_has_a_name_of_its_own_or_its_id():
    assert Wish("Deal", "7", {}, "test").name == "Deal:7"
    assert Wish("Task", "", {}, "test", "action:2026-Q4:a1").name == "action:2026-Q4:a1"


def test_only_what_was_written_twice_may_be_there_twice():
    assert replace(PUSH, state="done", resends=1).is_twice_possible
    assert not replace(PUSH, state="known", resends=1).is_twice_possible
    assert not replace(PUSH, state="done").is_twice_possible


def test_the_rulebook_says_how_patient_pushes_are():
    assert read_push_rules(load_defaults(), date(2026, 10, 1)) == PushRules(
        10, timedelta(seconds=2), timedelta(seconds=600), 5, timedelta(seconds=30)
    )
