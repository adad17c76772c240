"""Whatever several people do at once to one thing, some order of it explains what each was told."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.domain.execute.tracking import Standing
from counterpoise.store import action_states, audit, jobs, overrides
from many_at_once import run_at_once
from people import make_person

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
FRESH = count()
CLIENTS = st.lists(
    st.lists(st.sampled_from(["look", "change", "end"]), min_size=1, max_size=4),
    min_size=2,
    max_size=3,
)
IN_SHORT = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
AT_LENGTH = settings(IN_SHORT, max_examples=1000, derandomize=False)
WHOLE = [pytest.mark.soak, pytest.mark.timeout(7200)]


@dataclass(frozen=True)
class Done:
    """What somebody asked for, on what they had seen, and what they were told; began and ended."""

    act: str
    seen: object
    told: object
    began: int
    ended: int


def find_order(history, state, follow):
    """An order in which each was told what `follow` says, and nobody is put before someone who had
    ended when they began; None where there is none."""
    if not history:
        return []
    first_end = min(each.ended for each in history)
    for each in history:
        if each.began > first_end:
            continue
        after = follow(state, each)
        if after is None:
            continue
        rest = find_order([other for other in history if other is not each], after[0], follow)
        if rest is not None:
            return [each, *rest]
    return None


class Cell:
    """A forecast cell: one override at a time, and whoever changes it says which they saw."""

    start = (None,)

    def __init__(self):
        self.author = make_once("operations")
        self.key = ("won_revenue", date(2026, 10, 1), (("region", str(next(FRESH))),))

    def do(self, act, seen):
        """What was told, and what is seen from now on."""
        if act == "look":
            current = overrides.find_current("2026-Q4", self.key)
            return (current and current.id,) * 2
        try:
            if act == "end":
                overrides.withdraw(self.find(seen), person_id=self.author, at=NOON)
                return "ended", None
            draft = overrides.Draft(
                "2026-Q4", self.key, Decimal(1), Decimal(2), "other", "why", seen
            )
            made = overrides.make(draft, author_id=self.author, role="operations", at=NOON)
        except overrides.CellChanged:
            return "refused", seen
        return made.id, made.id

    def find(self, number):
        if number is None:
            raise overrides.CellChanged("There is nothing to withdraw.", None)
        return overrides.get_override("2026-Q4", number).override

    @staticmethod
    def follow(state, done):
        (now,) = state
        if done.act == "look":
            return (state,) if done.told == now else None
        is_theirs = done.seen == now and not (done.act == "end" and now is None)
        if done.told == "refused":
            return None if is_theirs else (state,)
        if not is_theirs:
            return None
        return ((None if done.act == "end" else done.told,),)


class Action:
    """How an action stands: each change is made on an edition, and the next one is its own."""

    start = (0,)

    def __init__(self):
        self.name = f"action {next(FRESH)}"

    def do(self, act, seen):
        if act == "look":
            edition = action_states.find_standing("2026-Q4", self.name).edition
            return edition, edition
        wanted = Standing(edition=seen or 0)
        try:
            kept = action_states.keep_standing("2026-Q4", self.name, wanted, verb="moved", at=NOON)
        except action_states.EditionChanged:
            return "refused", seen
        return kept.edition, kept.edition

    @staticmethod
    def follow(state, done):
        (now,) = state
        if done.act == "look":
            return (state,) if done.told == now else None
        is_theirs = (done.seen or 0) == now
        if done.told == "refused":
            return None if is_theirs else (state,)
        return ((now + 1,),) if is_theirs and done.told == now + 1 else None


class Work:
    """A job and its workers: one attempt lives at a time, and only that one can end it."""

    start = (0, "waiting")

    def __init__(self):
        job, _ = jobs.keep_job("cycle", {}, key=f"job {next(FRESH)}", asked_by=None, at=NOON)
        self.id = job.id

    def do(self, act, seen):
        if act == "look":
            job = jobs.get_job(self.id)
            return (job.attempt, job.state), seen
        if act == "change":  # the worker before has been silent for an hour of its own each time
            attempt = jobs.take_job(self.id, at=NOON.replace(year=2027 + next(FRESH) % 5000))
            return attempt, seen if attempt is None else attempt
        return jobs.end_job(self.id, seen or 0, "done", at=NOON), seen

    @staticmethod
    def follow(state, done):
        attempt, stands = state
        if done.act == "look":
            return (state,) if done.told == state else None
        if done.act == "change":
            expected = None if stands == "done" else attempt + 1
            after = state if expected is None else (expected, "running")
            return (after,) if done.told == expected else None
        can_end = stands == "running" and (done.seen or 0) == attempt
        after = (attempt, "done") if can_end else state
        return (after,) if done.told == can_end else None


def make_once(role):
    from counterpoise.store.models import User

    found = User.objects.filter(role=role).first()
    return (found or make_person(role)).pk


def act_out(thing, plans):
    """What all the clients did, each in a thread and one thing after the other."""
    history = []

    def live(acts):
        seen = None
        for act in acts:
            began, before = time.monotonic_ns(), seen
            told, seen = thing.do(act, before)
            history.append(Done(act, before, told, began, time.monotonic_ns()))

    run_at_once(*(lambda acts=acts: live(acts) for acts in plans))
    return history


def check(kind, plans):
    thing = kind()
    history = act_out(thing, plans)
    assert len(history) == sum(map(len, plans))
    assert find_order(history, kind.start, kind.follow) is not None, history


@pytest.mark.case("CON-02")
@pytest.mark.parametrize("kind", [Cell, Action, Work])
def test_a_few_histories_have_an_order(workspace_on_each_store, kind):
    IN_SHORT(given(plans=CLIENTS)(lambda plans: check(kind, plans)))()
    assert audit.check_chain().broken_at is None


@pytest.mark.parametrize("kind", [pytest.param(each, marks=WHOLE) for each in (Cell, Action, Work)])
@pytest.mark.case("CON-02")
def test_1000_histories_have_an_order(workspace_on_each_store, kind):
    AT_LENGTH(given(plans=CLIENTS)(lambda plans: check(kind, plans)))()
    assert audit.check_chain().broken_at is None


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(
            [Done("change", 0, 1, 0, 9), Done("change", 0, 1, 1, 8)], id="two on one edition"
        ),
        pytest.param(
            [Done("change", 0, 1, 0, 1), Done("look", 1, 0, 2, 3)], id="a change that went again"
        ),
        pytest.param([Done("change", 0, "refused", 0, 1)], id="a refusal without a reason"),
    ],
)
def test_a_history_without_an_order_is_found(history):
    assert find_order(history, Action.start, Action.follow) is None
