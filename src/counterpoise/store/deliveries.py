"""What was delivered to hooks and kept as it came (keeping.py), until each is landed once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, cast

from django.db import transaction
from django.db.models import Count, Min

from counterpoise.domain.collect.deliveries import Told
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import Text
from counterpoise.store import audit
from counterpoise.store.hooks import refuse_changed
from counterpoise.store.models import Delivery as DeliveryRow
from counterpoise.store.models import Hook as HookRow
from counterpoise.store.models import HookRecord

State = Literal["kept", "landed", "untaken", "unfit"]
STATES: tuple[State, ...] = ("kept", "landed", "untaken", "unfit")
AT_ONCE = 500
Place = tuple[str, str]
"""Of a record: its table and its key."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """state: kept until it is landed; untaken where no mapping takes all of it; unfit where it
    cannot be read as records. batch: the last load that took from it, or empty."""

    id: int
    known_as: str
    received_at: datetime
    sent_at: datetime | None
    body: bytes
    state: State
    why: Text | None
    batch: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery when it was to be landed."""

    state: State
    why: Text | None
    is_taken: bool


def list_waiting(hook_id: int, *, most: int, most_bytes: int) -> tuple[Delivery, ...]:
    """The oldest that wait to be landed, as many as both limits take, one at least."""
    return _take(
        DeliveryRow.objects.filter(hook_id=hook_id, state="kept").order_by("id"), most, most_bytes
    )


def list_newest(hook_id: int, *, most: int, most_bytes: int) -> tuple[Delivery, ...]:
    """Newest first, to look at what they hold."""
    return _take(DeliveryRow.objects.filter(hook_id=hook_id), most, most_bytes)


def list_deliveries(hook_id: int, limit: int) -> tuple[Delivery, ...]:
    """Newest first, without their bodies."""
    rows = DeliveryRow.objects.filter(hook_id=hook_id).defer("body")[:limit]
    return tuple(_read(row, b"") for row in rows)


def find_delivery(hook_id: int, delivery_id: int) -> Delivery | None:
    row = DeliveryRow.objects.filter(hook_id=hook_id, pk=delivery_id).first()
    return None if row is None else _read(row, bytes(row.body))


def count_states(hook_id: int) -> dict[str, int]:
    counted = (
        DeliveryRow.objects.filter(hook_id=hook_id)
        .order_by()
        .values_list("state")
        .annotate(Count("id"))
    )
    return dict(counted)


def count_all_states() -> dict[int, dict[str, int]]:
    """By hook, with one question, whatever their number."""
    rows = DeliveryRow.objects.order_by().values_list("hook_id", "state").annotate(Count("id"))
    counted: dict[int, dict[str, int]] = {}
    for hook_id, state, count in rows:
        counted.setdefault(hook_id, {})[state] = count
    return counted


def find_oldest_waiting() -> dict[int, datetime]:
    """By hook that has a mapping and is not stuck: since when its oldest delivery waits."""
    found = (
        DeliveryRow.objects.filter(
            state="kept",
            hook__mapping__isnull=False,
            hook__stuck__isnull=True,
        )
        .order_by()
        .values_list("hook_id")
        .annotate(Min("received_at"))
    )
    return dict(found)


def load_known(hook_id: int, places: Sequence[Place]) -> dict[Place, dict[str, Told]]:
    """What is known of those records, where something is."""
    wanted = set(places)
    keys = sorted({key for _, key in wanted})
    known: dict[Place, dict[str, Told]] = {}
    for chunk in _cut(keys):
        for row in HookRecord.objects.filter(hook_id=hook_id, key__in=chunk):
            if (row.table, row.key) in wanted:
                known[row.table, row.key] = {
                    name: Told(Decimal(version), value)
                    for name, (version, value) in row.known.items()
                }
    return known


def mark(
    hook_id: int,
    outcomes: Mapping[int, Outcome],
    known: Mapping[Place, Mapping[str, Told]],
    *,
    batch: str,
    edition: int,
) -> None:
    """Say what became of deliveries and what is known by them, in the transaction of the load.

    Raises HookChanged where the hook means something else by now.
    """
    with transaction.atomic():
        refuse_changed(HookRow.objects.select_for_update().get(pk=hook_id).edition, edition)
        for outcome in dict.fromkeys(outcomes.values()):
            _mark_alike([each for each in outcomes if outcomes[each] == outcome], outcome, batch)
        HookRecord.objects.bulk_create(
            [
                HookRecord(hook_id=hook_id, table=table, key=key, known=_write(told))
                for (table, key), told in known.items()
            ],
            update_conflicts=True,
            unique_fields=["hook", "table", "key"],
            update_fields=["known"],
            batch_size=200,
        )


def keep_waiting(hook_id: int, name: str, delivery_id: int | None, *, at: datetime) -> int:
    """Let a delivery, or all of a hook, be landed once more; how many those are."""
    with transaction.atomic():
        rows = DeliveryRow.objects.filter(hook_id=hook_id).exclude(state="kept")
        if delivery_id is not None:
            rows = rows.filter(pk=delivery_id)
        count = rows.update(state="kept", why=None)
        HookRow.objects.filter(pk=hook_id).update(stuck=None)
        if count:
            after: dict[str, Any] = {"deliveries": count, "delivery": delivery_id}
            audit.record("hook.replayed", f"hook:{name}", after=after, at=at)
    return count


def _mark_alike(delivery_ids: Sequence[int], outcome: Outcome, batch: str) -> None:
    taken = {"batch_id": batch} if outcome.is_taken and batch else {}
    why = None if outcome.why is None else to_document(outcome.why)
    for chunk in _cut(delivery_ids):
        rows = DeliveryRow.objects.filter(pk__in=chunk, state="kept")
        rows.update(state=outcome.state, why=why, **taken)


def _cut(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """A database takes only so many values at once."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _take(rows: Any, most: int, most_bytes: int) -> tuple[Delivery, ...]:
    taken: list[Delivery] = []
    size = 0
    for row in rows[:most].iterator(chunk_size=50):
        body = bytes(row.body)
        size += len(body)
        if taken and size > most_bytes:
            break
        taken.append(_read(row, body))
    return tuple(taken)


def _write(told: Mapping[str, Told]) -> dict[str, list[str | None]]:
    return {name: [str(each.version), each.value] for name, each in told.items()}


def _read(row: DeliveryRow, body: bytes) -> Delivery:
    return Delivery(
        id=row.pk,
        known_as=row.known_as,
        received_at=row.received_at,
        sent_at=row.sent_at,
        body=body,
        state=cast("State", row.state),
        why=None if row.why is None else from_document(Text, row.why),
        batch=row.batch_id or "",
    )
