"""How far each connection was read, and what every refresh came to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.db import transaction
from django.db.models import Max, Sum

from counterpoise.domain.values.document import read_sentence, to_document
from counterpoise.domain.values.text import Text
from counterpoise.store.models import ConnectionFile, ConnectionObject
from counterpoise.store.models import Refresh as RefreshRow

Outcome = Literal["going", "done", "failed", "lost"]


@dataclass(frozen=True, slots=True)
class ObjectState:
    """read_until: changes up to then are here; None: never read. read_whole_at: when all of it was.

    fields: types by name, as last described. mapping: what they were taken for. known: the file
    that tells which records are here. rows_there: None where the source cannot say. notes: what the
    last description changed.
    """

    name: str
    table: str
    read_until: datetime | None
    read_whole_at: datetime | None
    fields: Mapping[str, str]
    mapping: Mapping[str, Any]
    known: str
    rows_there: int | None
    rows_here: int
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Refresh:
    """counts: by object read, fresh, gone, there and here. why: of one that failed."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    is_anew: bool
    counts: Mapping[str, Any]
    why: Text | None
    batch: str


def begin(connection_id: int, *, is_anew: bool, at: datetime) -> int:
    """The caller holds the connection's lock, so an earlier one still going lost its process."""
    with transaction.atomic():
        RefreshRow.objects.filter(connection_id=connection_id, outcome="going").update(
            outcome="lost", ended_at=at
        )
        row = RefreshRow.objects.create(connection_id=connection_id, started_at=at, is_anew=is_anew)
    return int(row.pk)


def end_done(refresh_id: int, counts: Mapping[str, Any], batch: str, *, at: datetime) -> None:
    """Call it in the transaction that accepts what was read."""
    RefreshRow.objects.filter(pk=refresh_id).update(
        outcome="done", ended_at=at, counts=dict(counts), batch_id=batch or None
    )


def end_failed(refresh_id: int, why: Text, *, at: datetime) -> None:
    RefreshRow.objects.filter(pk=refresh_id).update(
        outcome="failed", ended_at=at, why=to_document(why)
    )


def list_refreshes(connection_id: int, limit: int = 50) -> tuple[Refresh, ...]:
    """Newest first."""
    found = RefreshRow.objects.filter(connection_id=connection_id)[:limit]
    return tuple(_read_refresh(row) for row in found)


def list_newest(
    connection_ids: Sequence[int], outcome: Outcome | None = None
) -> dict[int, Refresh]:
    """By connection, its newest refresh, or its newest with this outcome; one question to the
    store, whatever their number."""
    held = RefreshRow.objects.filter(connection_id__in=connection_ids)
    if outcome is not None:
        held = held.filter(outcome=outcome)
    newest = held.order_by().values("connection_id").annotate(newest=Max("id")).values("newest")
    found = RefreshRow.objects.filter(id__in=newest)
    return {row.connection_id: _read_refresh(row) for row in found}


def count_rows(connection_ids: Sequence[int]) -> dict[int, tuple[int | None, int]]:
    """By connection that was read: rows there, None where none can be counted, and rows here."""
    held = ConnectionObject.objects.filter(connection_id__in=connection_ids).order_by()
    counted = held.values("connection_id").annotate(there=Sum("rows_there"), here=Sum("rows_here"))
    return {each["connection_id"]: (each["there"], each["here"]) for each in counted}


def list_objects(connection_id: int) -> tuple[ObjectState, ...]:
    found = ConnectionObject.objects.filter(connection_id=connection_id).order_by("name")
    return tuple(_read_object(row) for row in found)


def keep_object(connection_id: int, state: ObjectState) -> None:
    """Call it in the transaction that accepts what was read."""
    ConnectionObject.objects.update_or_create(
        connection_id=connection_id,
        name=state.name,
        defaults={
            "table": state.table,
            "read_until": state.read_until,
            "read_whole_at": state.read_whole_at,
            "fields": dict(state.fields),
            "mapping": dict(state.mapping),
            "known": state.known,
            "rows_there": state.rows_there,
            "rows_here": state.rows_here,
            "notes": [to_document(each) for each in state.notes],
        },
    )


def list_files(connection_id: int) -> dict[str, str]:
    """The mark of each file that was collected, by its name."""
    found = ConnectionFile.objects.filter(connection_id=connection_id)
    return dict(found.values_list("name", "mark"))


def keep_files(connection_id: int, files: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Call it in the transaction that accepts what was read."""
    for name, mark in files:
        ConnectionFile.objects.update_or_create(
            connection_id=connection_id, name=name, defaults={"mark": mark, "read_at": at}
        )


def _read_refresh(row: RefreshRow) -> Refresh:
    return Refresh(
        id=row.pk,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=cast("Outcome", row.outcome),
        is_anew=row.is_anew,
        counts=row.counts,
        why=read_sentence(row.why),
        batch=row.batch_id or "",
    )


def _read_object(row: ConnectionObject) -> ObjectState:
    return ObjectState(
        name=row.name,
        table=row.table,
        read_until=row.read_until,
        read_whole_at=row.read_whole_at,
        fields=row.fields,
        mapping=row.mapping,
        known=row.known,
        rows_there=row.rows_there,
        rows_here=row.rows_here,
        notes=tuple(each for note in row.notes if (each := read_sentence(note))),
    )
