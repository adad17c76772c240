"""Delivers what the outbox holds: claim, say that it goes out, send, and keep every answer.

Each of these is a transaction of its own, and none is open while the other system is asked. So a
worker that is killed at any point loses nothing: what it had claimed goes out again once its lease
ends, with the same key, and is compared with what stands there before it is written.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from django.db import connections

from counterpoise.actions import outbox_alarms
from counterpoise.connectors.sources.port import (
    SourceRefused,
    SourceUnreachable,
    Write,
    Writer,
    Written,
)
from counterpoise.domain.execute.pushes import Answer, Push, PushRules, answer_push
from counterpoise.domain.values.text import Text, explain, text
from counterpoise.store import outbox_claims as claims
from counterpoise.store import outbox_lines as lines
from counterpoise.store.outbox_claims import Taker

RENEW_SECONDS = 10.0
"""A fraction of a claim's lease, so that a call which takes long stays its worker's own."""
Stage = Literal["claimed", "sent", "answered", "settled"]
NOTHING_SAID = text("The system said nothing of it.")
UNSURE = text(
    "Whether it was made is not known: the call ended without an answer, and the system knows no"
    " keys. Look there. If it is there, keep theirs; if not, send ours."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a delivery works with. tell: hears of each stage when it is past."""

    taker: Taker
    rules: PushRules
    clock: Callable[[], datetime]
    dice: Random
    tell: Callable[[Stage], None] = lambda _stage: None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A push and what was said of it. is_kept: false where another claim had it by then."""

    push: Push
    answer: Answer
    is_kept: bool


def deliver(connection: str, writer: Writer, desk: Desk) -> tuple[Delivered, ...]:
    """Take a batch of a connection's pushes and bring it there; nothing where nothing may go out.

    Raises what the writer raises besides the two refusals of its port; the claims then end by
    their lease.
    """
    knows_keys = bool(getattr(writer, "knows_keys", False))
    taken = claims.claim(connection, desk.taker, desk.rules, at=desk.clock())
    desk.tell("claimed")
    if not taken:
        return ()
    is_down = lines.find_line(connection).is_resting
    with _renewing(desk):
        doubtful = [each for each in taken if _is_doubtful(each, knows_keys=knows_keys)]
        ready = [each for each in taken if each not in doubtful]
        sent = claims.mark_sent(ready, knows_keys=knows_keys, at=desk.clock())
        desk.tell("sent")
        call = _ask(writer, sent) if sent else _Call(())
        desk.tell("answered")
        counts = not is_down and (call.is_through or len(sent) == 1)
        held = [(each, Answer("conflict", UNSURE)) for each in doubtful]
        answered = [*held, *zip(sent, call.answers, strict=True)]
        done = tuple(_settle(push, answer, desk, counts=counts) for push, answer in answered)
    _note(connection, call, done, desk)
    return done


@dataclass(frozen=True, slots=True)
class _Call:
    """refusal: why the system takes nothing from us; is_through: the call itself got there."""

    answers: tuple[Answer, ...]
    is_through: bool = True
    refusal: Text | None = None


def _is_doubtful(push: Push, *, knows_keys: bool) -> bool:
    """A record that may have been made already must not be made again unseen."""
    return push.is_unsure and not push.source_id and not knows_keys


def _ask(writer: Writer, sent: Sequence[Push]) -> _Call:
    writes = [
        Write(each.key, each.object, each.source_id, each.fields, each.expected) for each in sent
    ]
    try:
        written = {each.key: each for each in writer.write(writes)}
    except SourceUnreachable as error:
        return _Call((Answer("again", explain(error)),) * len(sent), is_through=False)
    except SourceRefused as error:
        why = explain(error)
        return _Call((Answer("again", why),) * len(sent), is_through=False, refusal=why)
    return _Call(tuple(_read(written.get(each.key)) for each in sent))


def _read(written: Written | None) -> Answer:
    if written is None:
        return Answer("again", NOTHING_SAID)
    why = text("The system says: {reason}", reason=written.reason) if written.reason else None
    return Answer(written.outcome, why, written.found, written.wait_seconds, written.source_id)


def _settle(push: Push, answer: Answer, desk: Desk, *, counts: bool) -> Delivered:
    at = desk.clock()
    then = answer_push(push, answer, desk.rules, at, dice=desk.dice.random(), counts=counts)
    is_kept = claims.settle(push, answer, then, at=at)
    if is_kept:
        outbox_alarms.tell_of_push(push, then.state, at=at)
    desk.tell("settled")
    return Delivered(push, answer, is_kept)


def _note(connection: str, call: _Call, done: Sequence[Delivered], desk: Desk) -> None:
    """What the call showed of the system as a whole."""
    at = desk.clock()
    if call.refusal is not None:
        lines.set_paused(connection, is_paused=True, why=call.refusal, at=at)
        outbox_alarms.tell_of_line(connection, call.refusal, at=at)
        return
    asked = [each for each in done if each.answer.why is not UNSURE]
    failed = [each for each in asked if each.answer.outcome == "again"]
    waits = [each.answer.wait_seconds for each in failed if each.answer.wait_seconds is not None]
    if waits:
        lines.hold(connection, at + timedelta(seconds=max(waits)))
    tokens = [each.push.key for each in failed if each.answer.wait_seconds is None]
    if (failed and not tokens) or not call.is_through:
        tokens = [f"call of {at.isoformat()}"]
    is_well = len(failed) < len(asked)
    if asked and lines.note(connection, tokens, is_well=is_well, rules=desk.rules, at=at):
        why = failed[0].answer.why or NOTHING_SAID
        outbox_alarms.tell_of_line(connection, why, at=at)


@contextmanager
def _renewing(desk: Desk) -> Iterator[None]:
    """While the other system is asked, the claims stay ours, however long it takes."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(RENEW_SECONDS):
            claims.renew(desk.taker.worker, at=desk.clock())
        connections.close_all()

    beat = threading.Thread(target=renew, daemon=True)
    beat.start()
    try:
        yield
    finally:
        is_over.set()
        beat.join()
