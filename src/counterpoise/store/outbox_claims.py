"""Claims of the outbox: a worker takes pushes for a while, sends them, and keeps each answer.

A claim has a number, the fence. A worker that dies leaves its claims to the next one once their
lease ends; should it come back all the same, its answers carry an old number and change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from counterpoise.domain.execute.pushes import (
    HOLDING,
    SETTLED,
    Answer,
    Next,
    Push,
    PushRules,
    count_room,
)
from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.text import text
from counterpoise.store import outbox, outbox_lines
from counterpoise.store.models import OutboxEntry

LEASE = timedelta(seconds=60)
TAKEN = ("claimed", "sent")
Lane = Literal["first", "again", "all"]


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes pushes. lane: only those that never failed, or that did; so that what fails slowly
    holds up nothing else."""

    worker: str
    lane: Lane = "all"
    limit: int = 25


def list_due(at: datetime) -> tuple[str, ...]:
    """Connections for which there may be something to do."""
    rows = OutboxEntry.objects.filter(_is_due(at))
    return tuple(rows.order_by("connection").values_list("connection", flat=True).distinct())


def claim(connection: str, taker: Taker, rules: PushRules, *, at: datetime) -> tuple[Push, ...]:
    """Take what may be sent now: the order within a record is kept, what never failed is first."""
    with transaction.atomic():
        line = outbox_lines.lock(connection)
        room = count_room(line, at, taker.limit)
        rows = list(_select(connection, taker.lane, at)[:room]) if room else []
        if not rows:
            return ()
        if line.is_resting:
            outbox_lines.keep(replace(line, rests_until=at + rules.rest))
        lost = [row for row in rows if row.state in TAKEN]
        for row in rows:
            row.is_unsure = row.is_unsure or row.state == "sent"
            row.state, row.fence = "claimed", row.fence + 1
            row.claimed_by, row.lease_until = taker.worker, at + LEASE
        OutboxEntry.objects.bulk_update(
            rows, ["is_unsure", "state", "fence", "claimed_by", "lease_until"]
        )
        if lost:
            why = text("Whoever had claimed it before was not heard of any more.")
            outbox.log(lost, "taken", why=why, at=at)
        outbox.log([row for row in rows if row not in lost], "claimed", at=at)
    return tuple(outbox.read(row) for row in rows)


def mark_sent(pushes: Sequence[Push], *, knows_keys: bool, at: datetime) -> tuple[Push, ...]:
    """Say that the pushes are on their way, before they are; those that are still ours."""
    fences = {each.id: each.fence for each in pushes}
    with transaction.atomic():
        rows = [row for row in _lock(fences) if row.fence == fences[row.pk]]
        for row in rows:
            row.state = "sent"
            row.resends += row.is_unsure and not knows_keys
        OutboxEntry.objects.bulk_update(rows, ["state", "resends"])
        outbox.log(rows, "sent", at=at)
    return tuple(outbox.read(row) for row in rows)


def renew(worker: str, *, at: datetime) -> int:
    """A worker lives: what it has claimed stays its own for another while."""
    rows = OutboxEntry.objects.filter(claimed_by=worker, state__in=TAKEN)
    return rows.update(lease_until=at + LEASE)


def count_held(worker: str, *, after: datetime) -> int:
    """How many pushes are a worker's own beyond a moment."""
    rows = OutboxEntry.objects.filter(claimed_by=worker, state__in=TAKEN, lease_until__gt=after)
    return rows.count()


def settle(push: Push, answer: Answer, then: Next, *, at: datetime) -> bool:
    """Keep what became of a push; False where another claim has it now, and nothing changes."""
    with transaction.atomic():
        row = next(iter(_lock({push.id: push.fence})), None)
        if row is None or row.fence != push.fence:
            late = OutboxEntry.objects.get(pk=push.id)
            late.fence = push.fence
            outbox.log([late], "late", why=answer.why, at=at)
            return False
        row.state, row.tries, row.not_before = then.state, then.tries, then.not_before
        row.is_unsure, row.lease_until, row.claimed_by = then.is_unsure, None, ""
        row.found = None if answer.found is None else dict(answer.found)
        row.why = None if answer.why is None else to_document(answer.why)
        row.source_id = row.source_id or answer.source_id
        row.settled_at = None if then.state == "waiting" else at
        row.save()
        outbox.log([row], "again" if then.state == "waiting" else then.state, why=answer.why, at=at)
        if then.state in SETTLED:
            outbox.tell_later(outbox.read(row), push.fields, row.source_id)
    return True


def _lock(fences: Mapping[int, int]) -> list[OutboxEntry]:
    rows: Any = OutboxEntry.objects.select_for_update().filter(pk__in=fences, state__in=TAKEN)
    return cast("list[OutboxEntry]", list(rows))


def _select(connection: str, lane: Lane, at: datetime) -> Any:
    """Due, and with no earlier push of the same record in its way."""
    earlier = OutboxEntry.objects.filter(
        connection=connection, record=OuterRef("record"), pk__lt=OuterRef("pk"), state__in=HOLDING
    )
    rows = OutboxEntry.objects.filter(_is_due(at), ~Exists(earlier), connection=connection)
    if lane == "first":
        rows = rows.filter(tries=0)
    if lane == "again":
        rows = rows.filter(tries__gt=0)
    return rows.order_by("tries", "pk").select_for_update(of=("self",))


def _is_due(at: datetime) -> Q:
    """A lease that ends in the far future was given before the clock was set back."""
    is_lost = Q(lease_until__lte=at) | Q(lease_until__gt=at + 2 * LEASE)
    return Q(state="waiting", not_before__lte=at) | (Q(state__in=TAKEN) & is_lost)
