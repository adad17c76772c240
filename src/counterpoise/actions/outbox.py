"""What people do with the outbox: propose pushes, release them, and decide what needs a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from counterpoise.domain.execute import pushes as rules
from counterpoise.domain.execute.pushes import Fields, Known, Push, State, Verb, Wish
from counterpoise.domain.values.text import text
from counterpoise.store import audit, outbox
from counterpoise.store import outbox_lines as lines
from counterpoise.store.outbox import Draft

LastRead = Mapping[str, Mapping[str, Known]]
"""By record: its fields as the last refresh found them."""
Asked = Literal["proposed", "waiting"]
PROPOSED: Asked = "proposed"
RELEASED: Asked = "waiting"
MOST = 10_000
"""Pushes in one proposal."""


class TooMany(ValueError):
    """A proposal of more pushes than a person can look through."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A record, what would change, and what stands there as far as we know.

    fields: empty where nothing would. is_read: whether each field was ever read. push: the one in
    the outbox; None in a dry run and where nothing would change.
    """

    wish: Wish
    fields: Fields
    standing: Fields
    is_read: bool
    push: Push | None


def preview(connection: str, wishes: Sequence[Wish], read: LastRead) -> tuple[Proposed, ...]:
    """What a proposal would change, and nothing is written. Raises TooMany."""
    return tuple(each.proposed for each in _compare_all(connection, wishes, read, "proposed"))


def propose(
    connection: str,
    wishes: Sequence[Wish],
    read: LastRead,
    *,
    state: Asked = PROPOSED,
    asked_by: int | None = None,
    at: datetime,
) -> tuple[Proposed, ...]:
    """Write pushes for what differs; what was proposed before and not released is taken over.

    Call it in the transaction of the decision that causes it. Raises TooMany.
    """
    with transaction.atomic():
        found = _compare_all(connection, wishes, read, state)
        for each in found:
            if each.replaces is not None:
                outbox.take_over(each.replaces, by=each.proposed.wish.cause, at=at)
        drafts = [each.draft for each in found if each.draft is not None]
        made = iter(outbox.add(drafts, asked_by=asked_by, at=at))
        if drafts:
            listed = {"pushes": len(drafts), "cause": drafts[0].cause, "state": state}
            audit.record("push.proposed", lines.name_subject(connection), after=listed, at=at)
    return tuple(
        each.proposed if each.draft is None else each.with_push(next(made)) for each in found
    )


def release(connection: str, *, up_to: int, at: datetime) -> int:
    """Let out what is proposed for a connection, as far as the page showed it; how many there were.

    up_to: the id of the last push that was shown.
    """
    proposed = outbox.list_pushes(outbox.Wanted(connection, ("proposed",)), limit=10 * MOST)
    shown = [each for each in proposed if each.id <= up_to]
    outbox.change(shown, "release", "waiting", at=at)
    return len(shown)


def decide(push: Push, verb: Verb, *, at: datetime) -> Push:
    """Raises NoSuchStep, and PushChanged where somebody was faster."""
    state = rules.step(push, verb)
    outbox.change([push], verb, state, at=at)
    return outbox.get_push(push.id)


def pause(connection: str, *, at: datetime) -> bool:
    """Send nothing more to it; False where it is paused already."""
    return lines.set_paused(connection, is_paused=True, at=at)


def resume(connection: str, *, at: datetime) -> bool:
    """Go on, and forget what failed before; False where nothing was paused."""
    return lines.set_paused(connection, is_paused=False, at=at)


@dataclass(frozen=True, slots=True)
class _Compared:
    proposed: Proposed
    draft: Draft | None
    replaces: Push | None

    def with_push(self, push: Push) -> Proposed:
        each = self.proposed
        return Proposed(each.wish, each.fields, each.standing, each.is_read, push)


def _compare_all(
    connection: str, wishes: Sequence[Wish], read: LastRead, state: State
) -> list[_Compared]:
    if len(wishes) > MOST:
        raise TooMany(
            text(
                "{count} records are to change; {most} at most are looked through at once. Part"
                " the table.",
                count=len(wishes),
                most=MOST,
            )
        )
    known = outbox.list_of_records(connection, [each.name for each in wishes])
    return [
        _compare(connection, each, read.get(each.name, {}), known.get(each.name, []), state)
        for each in wishes
    ]


def _compare(
    connection: str, wish: Wish, read: Mapping[str, Known], earlier: Sequence[Push], state: State
) -> _Compared:
    """One record: what stands there, what is on its way, and what is then left to change."""
    standing = rules.lay_over(read, earlier)
    waiting = [each for each in earlier if each.state == "proposed"]
    merged: dict[str, str | None] = {}
    for each in waiting:
        merged |= each.fields
    merged |= wish.fields
    going = dict(standing)
    for each in earlier:
        if each.state in rules.HOLDING:
            going |= each.fields
    fields = rules.find_difference(
        Wish(wish.object, wish.source_id, merged, wish.cause, wish.record), going
    )
    known = {name: standing.get(name) for name in fields}
    shown = Proposed(wish, fields, known, all(name in standing for name in fields), None)
    old = waiting[-1] if waiting else None
    if old is not None and state == "proposed" and dict(old.fields) == dict(fields):
        same = Proposed(wish, fields, known, shown.is_read, old)
        return _Compared(same, None, None)
    if not fields:
        return _Compared(shown, None, old)
    ids = (each.source_id for each in reversed(earlier) if each.source_id)
    source_id = wish.source_id or next(ids, "")
    draft = Draft(connection, wish.object, wish.name, source_id, fields, known, wish.cause, state)
    return _Compared(shown, draft, old)
