"""What goes to another system: a push for each record, from what is wanted to what became of it.

A push is proposed with its difference, released by a person, claimed by a worker, sent, and ends as
done. What a person changed there since we read it is never written over: that is a conflict, which
a person decides. What fails is tried again, each time after a longer wait, and given up in the end;
a system that fails again and again is left alone for a while and then asked with one push.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.text import Text, text

State = Literal[
    "proposed",
    "waiting",
    "claimed",
    "sent",
    "done",
    "known",
    "conflict",
    "refused",
    "dead",
    "cancelled",
]
STATES: tuple[State, ...] = get_args(State)
STATE_WORDS: dict[State, Text] = {
    "proposed": text("proposed"),
    "waiting": text("waiting"),
    "claimed": text("claimed"),
    "sent": text("under way"),
    "done": text("done"),
    "known": text("there already"),
    "conflict": text("in conflict"),
    "refused": text("refused"),
    "dead": text("given up"),
    "cancelled": text("dropped"),
}
HOLDING: tuple[State, ...] = ("waiting", "claimed", "sent", "conflict", "dead")
"""A later push of the same record waits while an earlier one is in one of these."""
SETTLED: tuple[State, ...] = ("done", "known")
"""What the push wanted is there."""
NEED_A_PERSON: tuple[State, ...] = ("conflict", "dead", "refused")
Verb = Literal["release", "ours", "theirs", "retry", "drop"]
COURSE: dict[Verb, tuple[tuple[State, ...], State]] = {
    "release": (("proposed",), "waiting"),
    "ours": (("conflict",), "waiting"),
    "theirs": (("conflict",), "cancelled"),
    "retry": (("dead", "refused"), "waiting"),
    "drop": (("proposed", "waiting", "conflict", "dead", "refused"), "cancelled"),
}
"""What a person may do to a push, in which states, and what it is then."""
Fields = Mapping[str, str | None]
"""By the other system's names of its fields; nothing there is None."""
Outcome = Literal["done", "known", "conflict", "refused", "again"]


class NoSuchStep(ValueError):
    """Something that cannot be done to a push as it stands."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a record of another system should hold.

    record: what we know it by; for one that is there, `object:source_id`. source_id: empty where
    the record is yet to be made. cause: what decided it, such as `action:2026-Q4:a1`.
    """

    object: str
    source_id: str
    fields: Fields
    cause: str
    record: str = ""

    @property
    def name(self) -> str:
        return self.record or f"{self.object}:{self.source_id}"


@dataclass(frozen=True, slots=True)
class Known:
    """A value as we know it to stand there, and since when."""

    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """A row of the outbox. key: by which the other system knows it again.

    expected: the fields as we know them to stand there. tries: that failed. is_unsure: it may have
    arrived already, for the last attempt ended without an answer. resends: how often it was sent in
    spite of that to a system that knows no keys. found: what stands there instead of what was
    expected. fence: counts the claims; an answer to an earlier one changes nothing.
    """

    id: int
    connection: str
    object: str
    record: str
    source_id: str
    fields: Fields
    expected: Fields
    key: str
    cause: str
    asked_by: int | None
    asked_at: datetime
    state: State
    tries: int
    not_before: datetime
    is_unsure: bool
    resends: int
    found: Fields | None
    why: Text | None
    fence: int
    settled_at: datetime | None

    @property
    def is_twice_possible(self) -> bool:
        """It was written again, unknown by any key, though an earlier attempt may have arrived."""
        return self.resends > 0 and self.state == "done"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said of a push; source_id: of the record that it made, if it did."""

    outcome: Outcome
    why: Text | None = None
    found: Fields | None = None
    wait_seconds: float | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What a push is after an answer."""

    state: State
    tries: int
    not_before: datetime
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class Line:
    """How a connection stands. failing: what failed since something last went well.

    rests_until: it failed too often and is left alone till then; after that one push asks whether
    it is well again. not_before: the system itself said when to come back.
    """

    connection: str
    is_paused: bool = False
    failing: tuple[str, ...] = ()
    rests_until: datetime | None = None
    not_before: datetime | None = None
    why: Text | None = None

    @property
    def is_resting(self) -> bool:
        return self.rests_until is not None


@dataclass(frozen=True, slots=True)
class PushRules:
    """tries: after so many failures a push is dead. failures: after so many the line rests."""

    tries: int
    first_wait: timedelta
    longest_wait: timedelta
    failures: int
    rest: timedelta


def read_push_rules(rulebook: Rulebook, on: date) -> PushRules:
    def seconds(key: str) -> timedelta:
        return timedelta(seconds=float(rulebook.get_number(key, on)))

    return PushRules(
        int(rulebook.get_number("push.tries", on)),
        seconds("push.first_wait"),
        seconds("push.longest_wait"),
        int(rulebook.get_number("push.failures", on)),
        seconds("push.rest"),
    )


def step(push: Push, verb: Verb) -> State:
    """What the push is after a person's verb. Raises NoSuchStep."""
    allowed, state = COURSE[verb]
    if push.state not in allowed:
        raise NoSuchStep(
            text(
                "Push {number} is {state}, and this cannot be done to it. Look at how it stands"
                " now.",
                number=push.id,
                state=STATE_WORDS[push.state],
            )
        )
    return state


def find_difference(wish: Wish, standing: Fields) -> Fields:
    """The fields that the wish would change; an empty text and nothing are the same."""
    wanted = {name: value or None for name, value in wish.fields.items()}
    return {name: value for name, value in wanted.items() if value != (standing.get(name) or None)}


def lay_over(read: Mapping[str, Known], pushes: Iterable[Push]) -> dict[str, str | None]:
    """How a record's fields stand there: as last read, and what we have brought there since.

    A field that was never read counts as empty: where something stands there, it is a conflict,
    and nothing is written over unseen.
    """
    standing = {name: known.value for name, known in read.items()}
    since = {name: known.at for name, known in read.items()}
    for push in pushes:
        if push.state in SETTLED and push.settled_at is not None:
            settled = push.settled_at
            standing |= {
                name: value
                for name, value in push.fields.items()
                if name not in since or since[name] < settled
            }
    return standing


def wait_for(failures: int, rules: PushRules, dice: float) -> timedelta:
    """Twice as long after each failure, and by chance between half of that and all of it.

    dice: from 0 to 1. The chance keeps pushes that failed together from coming back together.
    """
    doubled: timedelta = rules.first_wait * 2 ** min(max(failures - 1, 0), 20)
    return min(doubled, rules.longest_wait) * (0.5 + 0.5 * dice)


def answer_push(
    push: Push, answer: Answer, rules: PushRules, at: datetime, *, dice: float, counts: bool = True
) -> Next:
    """What becomes of a push. What comes back unanswered may have arrived all the same.

    counts: false where the system as a whole is down, which is no fault of the push.
    """
    if answer.outcome != "again":
        return Next(answer.outcome, push.tries, at, is_unsure=False)
    if answer.wait_seconds is not None:  # the system says when, so it is no fault of the push
        back = at + timedelta(seconds=max(answer.wait_seconds, 0))
        return Next("waiting", push.tries, back, is_unsure=True)
    tries = push.tries + counts
    if tries >= rules.tries:
        return Next("dead", tries, at, is_unsure=True)
    return Next("waiting", tries, at + wait_for(tries, rules, dice), is_unsure=True)


def count_room(line: Line, at: datetime, limit: int) -> int:
    """How many pushes a worker may take now; one alone, after something has failed.

    Where a line rests, none; then one, which asks whether it is well again.
    """
    waits = (line.not_before, line.rests_until)
    if line.is_paused or any(until is not None and at < until for until in waits):
        return 0
    return 1 if line.failing else limit


def note_answers(
    line: Line, failed: Sequence[str], *, is_well: bool, rules: PushRules, at: datetime
) -> Line:
    """failed: keys of pushes, or calls, that failed; is_well: something was answered besides.

    A push that fails again and again counts once: one bad push does not stop the others.
    """
    if is_well:
        return replace(line, failing=(), rests_until=None, why=None)
    failing = tuple(dict.fromkeys((*line.failing, *failed)))[: rules.failures]
    rests = at + rules.rest if len(failing) >= rules.failures else line.rests_until
    return replace(line, failing=failing, rests_until=rests)
