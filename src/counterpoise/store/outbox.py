"""The outbox: pushes as they were asked for, what people do to them, and the log of each."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Count, Q

from counterpoise.domain.execute.pushes import Fields, Push, State, Verb
from counterpoise.domain.values.document import read_sentence, to_document
from counterpoise.domain.values.text import Text, text
from counterpoise.store import audit
from counterpoise.store.models import OutboxEntry, OutboxStep

MANY = 500
"""How many names one question to the database may hold."""


class UnknownPush(LookupError):
    """No such push is in the outbox."""


class PushChanged(RuntimeError):
    """Somebody, or a worker, was faster: the push is no longer as the page showed it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A push that is to be written. expected: the same fields as they are known to stand there."""

    connection: str
    object: str
    record: str
    source_id: str
    fields: Fields
    expected: Fields
    cause: str
    state: State


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a push, by whom. fence: the number of the claim that it belongs to."""

    push: int
    at: datetime
    actor: str
    verb: str
    fence: int
    why: Text | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pushes; all of them where nothing is said. record: the other system's id, or ours."""

    connection: str = ""
    states: tuple[State, ...] = ()
    record: str = ""
    is_twice_possible: bool = False


def add(drafts: Sequence[Draft], *, asked_by: int | None, at: datetime) -> tuple[Push, ...]:
    """Write pushes; call it in the transaction of the decision that causes them."""
    with transaction.atomic():
        rows = OutboxEntry.objects.bulk_create(
            [
                OutboxEntry(
                    connection=each.connection,
                    object=each.object,
                    record=each.record,
                    source_id=each.source_id,
                    fields=dict(each.fields),
                    expected=dict(each.expected),
                    key=uuid.uuid4().hex,
                    cause=each.cause[:200],
                    asked_by_id=asked_by,
                    asked_at=at,
                    state=each.state,
                    not_before=at,
                )
                for each in drafts
            ],
            batch_size=MANY,
        )
        log(rows, "proposed", at=at)
    return tuple(read(row) for row in rows)


def find_push(push_id: int) -> Push | None:
    row = OutboxEntry.objects.filter(pk=push_id).first() if 0 < push_id < 2**63 else None
    return None if row is None else read(row)


def get_push(push_id: int) -> Push:
    if (found := find_push(push_id)) is None:
        raise UnknownPush(f"There is no push {push_id}.")
    return found


def list_pushes(
    wanted: Wanted, *, after: int = 0, limit: int = 100, is_newest_first: bool = False
) -> tuple[Push, ...]:
    """In the order they were asked for; after: the id of the last one seen."""
    rows = _select(wanted)
    if after:
        rows = rows.filter(id__lt=after) if is_newest_first else rows.filter(id__gt=after)
    ordered = rows.order_by("-id" if is_newest_first else "id")
    return tuple(read(row) for row in ordered[:limit])


def count_states(connection: str = "") -> dict[tuple[str, State], int]:
    """How many pushes of each connection are in each state."""
    rows = OutboxEntry.objects.filter(connection=connection) if connection else _all()
    counted = rows.order_by().values_list("connection", "state").annotate(count=Count("id"))
    return {(name, cast("State", state)): count for name, state, count in counted}


def list_of_records(connection: str, records: Iterable[str]) -> dict[str, list[Push]]:
    """Every push of these records that was not taken back, in the order they were asked for."""
    found: dict[str, list[Push]] = {}
    names = list(dict.fromkeys(records))
    for start in range(0, len(names), MANY):
        rows = OutboxEntry.objects.filter(
            connection=connection, record__in=names[start : start + MANY]
        )
        for row in rows.exclude(state__in=("cancelled", "refused")):
            found.setdefault(row.record, []).append(read(row))
    return found


def list_steps(push_id: int) -> tuple[Step, ...]:
    """The log of a push, the oldest first."""
    return tuple(_read_step(row) for row in OutboxStep.objects.filter(entry_id=push_id))


def list_record_steps(connection: str, record: str, *, limit: int = 200) -> tuple[Step, ...]:
    """The log of a record over all its pushes, the newest first."""
    rows = OutboxStep.objects.filter(entry__connection=connection, entry__record=record)
    return tuple(_read_step(row) for row in rows.order_by("-id")[:limit])


def change(
    pushes: Sequence[Push], verb: Verb, state: State, *, why: Text | None = None, at: datetime
) -> None:
    """What a person does to pushes: all of it or, raising PushChanged, nothing.

    A push that goes out again starts afresh; one that was decided as ours expects what was found.
    """
    if not pushes:
        return
    with transaction.atomic():
        for start in range(0, len(pushes), MANY):
            _change(pushes[start : start + MANY], verb, state, why, at)
        first = pushes[0]
        subject = name_subject(first.id) if len(pushes) == 1 else f"connection:{first.connection}"
        audit.record(
            f"push.{verb}",
            subject,
            before={"state": first.state},
            after={"state": state, "connection": first.connection, "pushes": len(pushes)},
            at=at,
        )


def _change(
    pushes: Sequence[Push], verb: Verb, state: State, why: Text | None, at: datetime
) -> None:
    kept = {each.id: (each.state, each.fence) for each in pushes}
    rows = list(_all().select_for_update().filter(pk__in=kept))
    if len(rows) < len(kept) or any((row.state, row.fence) != kept[row.pk] for row in rows):
        raise PushChanged(
            text("A push was changed in the meantime. Look at how it stands now and decide again.")
        )
    for row in rows:
        found, row.state = row.found, state
        if state == "waiting":
            if verb == "ours" and found is not None:
                row.expected = {**row.expected, **_narrow(found, row.fields)}
            row.tries, row.not_before, row.found, row.why = 0, at, None, None
        else:
            row.settled_at = at
        if verb == "theirs" and found is not None:
            tell_later(read(row), _narrow(found, row.fields))
    _all().bulk_update(
        rows, ["state", "expected", "tries", "not_before", "found", "why", "settled_at"]
    )
    log(rows, verb, why=why, at=at)


def take_over(old: Push, *, by: str, at: datetime) -> None:
    """A proposed push whose record is to hold something newer: it was never sent."""
    with transaction.atomic():
        rows = list(_all().select_for_update().filter(pk=old.id, state="proposed"))
        if not rows:
            raise PushChanged(
                text(
                    "A push was released in the meantime. Look at how it stands now and try again."
                )
            )
        _all().filter(pk=old.id).update(state="cancelled", settled_at=at)
        log(rows, "replaced", why=text("{cause} wants something newer.", cause=by), at=at)


def tell_later(push: Push, standing: Fields, source_id: str = "") -> None:
    """Later pushes of the record expect what stands there now, and know the record's id."""
    later = _all().filter(connection=push.connection, record=push.record, pk__gt=push.id)
    for row in later.exclude(state__in=("done", "known", "cancelled")):
        row.expected = {**row.expected, **_narrow(standing, row.fields)}
        row.source_id = row.source_id or source_id
        row.save(update_fields=["expected", "source_id"])


def log(rows: Iterable[OutboxEntry], verb: str, *, why: Text | None = None, at: datetime) -> None:
    actor = audit.get_actor().name
    OutboxStep.objects.bulk_create(
        [
            OutboxStep(
                entry=row,
                at=at,
                actor=actor,
                verb=verb,
                fence=row.fence,
                why=None if why is None else to_document(why),
            )
            for row in rows
        ],
        batch_size=MANY,
    )


def name_subject(push_id: int) -> str:
    """What the inbox and the audit trail call a push."""
    return f"push:{push_id}"


def read(row: OutboxEntry) -> Push:
    return Push(
        id=row.pk,
        connection=row.connection,
        object=row.object,
        record=row.record,
        source_id=row.source_id,
        fields=row.fields,
        expected=row.expected,
        key=row.key,
        cause=row.cause,
        asked_by=row.asked_by_id,
        asked_at=row.asked_at,
        state=cast("State", row.state),
        tries=row.tries,
        not_before=row.not_before,
        is_unsure=row.is_unsure,
        resends=row.resends,
        found=row.found,
        why=read_sentence(row.why),
        fence=row.fence,
        settled_at=row.settled_at,
    )


def _all() -> Any:
    return OutboxEntry.objects.all()


def _select(wanted: Wanted) -> Any:
    rows = _all()
    if wanted.connection:
        rows = rows.filter(connection=wanted.connection)
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.record:
        rows = rows.filter(Q(record=wanted.record) | Q(source_id=wanted.record))
    if wanted.is_twice_possible:
        rows = rows.filter(resends__gt=0, state="done")
    return rows


def _narrow(standing: Fields, fields: Fields) -> dict[str, str | None]:
    return {name: value for name, value in standing.items() if name in fields}


def _read_step(row: OutboxStep) -> Step:
    return Step(row.entry_id, row.at, row.actor, row.verb, row.fence, read_sentence(row.why))
