"""What becomes of an action, and who may say so, as a sales-ops manager would put it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.execute import tracking
from counterpoise.domain.execute.tracking import (
    FOLLOWS,
    STATES,
    NoReason,
    NoSuchStep,
    NotTheirs,
    Standing,
    Worker,
)
from counterpoise.domain.values.rights import admit

OMAR = admit(1, "omar", "operations")
AMINA = admit(8, "amina", "administrator")
LAYLA = admit(2, "layla", "leader", teams=["East"])
HUDA = admit(3, "huda", "rep", rep="Huda Salem")
VERA = admit(4, "vera", "viewer")
EMAD = admit(5, "emad", "executive")
MONA = admit(6, "mona", "marketing")
NARROW = admit(3, "huda", "rep", rep="Huda Salem", only=frozenset({"comment"}))
HUDA_AT_WORK = Worker(3, "huda", "Huda Salem", "rep", frozenset({"East"}))
ADAM_AT_WORK = Worker(7, "adam", "Adam Noor", "rep", frozenset({"West"}))
MONA_AT_WORK = Worker(6, "mona", "Mona Khalil", "marketing")
NOBODYS = Standing()
HUDAS = Standing(owner=HUDA_AT_WORK, assigned_by=2)
ADAMS = Standing(owner=ADAM_AT_WORK, assigned_by=1)
DUE = date(2026, 10, 14)


@pytest.mark.parametrize(
    ("visitor", "standing", "sees"),
    [
        pytest.param(OMAR, NOBODYS, True, id="operations see every action"),
        pytest.param(VERA, ADAMS, True, id="so does everybody who may read the plan"),
        pytest.param(HUDA, HUDAS, True, id="a rep sees their own"),
        pytest.param(HUDA, ADAMS, False, id="and no other rep's"),
        pytest.param(HUDA, NOBODYS, False, id="nor one that is nobody's"),
        pytest.param(NARROW, HUDAS, False, id="a token without the right sees none"),
    ],
)
def test_who_sees_an_action(visitor, standing, sees):
    assert tracking.may_see(visitor, standing) is sees


@pytest.mark.parametrize(
    ("visitor", "standing", "may"),
    [
        pytest.param(HUDA, HUDAS, True, id="the owner"),
        pytest.param(LAYLA, HUDAS, True, id="whoever gave it"),
        pytest.param(LAYLA, ADAMS, False, id="another leader does not"),
        pytest.param(OMAR, ADAMS, True, id="operations"),
        pytest.param(AMINA, HUDAS, True, id="an administrator"),
        pytest.param(MONA, HUDAS, False, id="someone who has nothing to do with it"),
        pytest.param(EMAD, NOBODYS, False, id="an executive reads and does not work"),
    ],
)
def test_who_moves_an_action(visitor, standing, may):
    assert tracking.may_work(visitor, standing) is may


@pytest.mark.parametrize(
    ("visitor", "standing", "may"),
    [
        pytest.param(LAYLA, NOBODYS, True, id="a leader takes what is nobody's"),
        pytest.param(LAYLA, HUDAS, True, id="or what their own people have"),
        pytest.param(LAYLA, ADAMS, False, id="nothing from a rep of another team"),
        pytest.param(
            LAYLA, Standing(owner=ADAM_AT_WORK, assigned_by=2), True, id="unless they gave it"
        ),
        pytest.param(OMAR, ADAMS, True, id="operations assign everything"),
        pytest.param(HUDA, HUDAS, False, id="a rep assigns nothing"),
    ],
)
def test_who_assigns_an_action(visitor, standing, may):
    assert tracking.may_assign(visitor, standing) is may


@pytest.mark.parametrize(
    ("visitor", "worker", "may"),
    [
        pytest.param(LAYLA, HUDA_AT_WORK, True, id="a leader gives to reps of their team"),
        pytest.param(LAYLA, ADAM_AT_WORK, False, id="not to those of others"),
        pytest.param(LAYLA, MONA_AT_WORK, True, id="and to colleagues who are no reps"),
        pytest.param(OMAR, ADAM_AT_WORK, True, id="operations give to everybody"),
    ],
)
def test_who_can_be_given_an_action(visitor, worker, may):
    assert tracking.may_be_given(visitor, worker) is may
    if may:
        given_to = tracking.assign(NOBODYS, worker, visitor)
        assert given_to == Standing(owner=worker, assigned_by=visitor.id)
    else:
        with pytest.raises(NotTheirs, match="Choose one of the list"):
            tracking.assign(NOBODYS, worker, visitor)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("open", "in_progress", id="begun"),
        pytest.param("open", "done", id="done at once"),
        pytest.param("in_progress", "open", id="put back"),
        pytest.param("in_progress", "done", id="finished"),
        pytest.param("done", "open", id="opened again"),
        pytest.param("dropped", "open", id="taken up after all"),
    ],
)
def test_a_step_that_follows(before, after):
    assert tracking.move(Standing(before), after) == Standing(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("done", "dropped"), ("dropped", "done"), ("open", "open"), ("done", "in_progress")],
)
def test_a_step_that_does_not_follow_is_refused(before, after):
    with pytest.raises(NoSuchStep, match="does not follow that. Choose another state"):
        tracking.move(Standing(before), after, "whatever")


def test_dropping_keeps_the_reason():
    dropped = tracking.move(Standing(), "dropped", "  The tender is off.\n")
    assert dropped == Standing("dropped", reason="The tender is off.")
    assert tracking.move(dropped, "open") == Standing()


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        pytest.param("  ", "Say why the action is dropped", id="no word"),
        pytest.param("x" * 1001, "1001 characters; 1000 fit", id="too many"),
    ],
)
def test_dropping_needs_a_reason_that_fits(reason, why):
    with pytest.raises(NoReason, match=why) as refused:
        tracking.move(Standing(), "dropped", reason)
    assert why in str(refused.value.why)


@pytest.mark.parametrize(
    ("standing", "today", "overdue"),
    [
        pytest.param(Standing(), date(2026, 10, 14), False, id="on the day: still in time"),
        pytest.param(Standing(), date(2026, 10, 15), True, id="the day after: overdue"),
        pytest.param(
            tracking.put_off(Standing(), date(2026, 11, 1)),
            date(2026, 10, 15),
            False,
            id="put off: not yet",
        ),
        pytest.param(Standing("done"), date(2027, 1, 1), False, id="done is never overdue"),
        pytest.param(Standing("dropped"), date(2027, 1, 1), False, id="nor is dropped"),
    ],
)
def test_overdue(standing, today, overdue):
    assert tracking.is_overdue(standing, DUE, today) is overdue


@given(st.lists(st.sampled_from(STATES)))
def test_an_action_can_always_be_opened_again(wanted):
    standing = Standing()
    for state in wanted:
        if state in FOLLOWS[standing.state]:
            standing = tracking.move(standing, state, "a reason")
    assert standing.state == "open" or "open" in FOLLOWS[standing.state]
