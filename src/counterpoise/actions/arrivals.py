"""Deliveries to hooks: taken in where they are signed, then landed like any load, once each.

A delivery is on the disk before it is answered. Landing brings its records together by key and
version, writes those that were told anything into files, and publishes them; that a delivery is
landed, and what is known of its records, is kept in the transaction that accepts the load. So a
crash between leaves a delivery waiting, and what comes twice or late changes nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from counterpoise.actions import publishing
from counterpoise.actions.publishing import File, Published
from counterpoise.actions.workspaces import Workspace
from counterpoise.actions.writer import WAIT_SECONDS, hold_writer_lock
from counterpoise.connectors.events.rows import write_rows
from counterpoise.domain.collect import signatures
from counterpoise.domain.collect.deliveries import (
    Record,
    Told,
    UnfitDelivery,
    UnreadableBody,
    fold,
    list_records,
    read_body,
    read_version,
)
from counterpoise.domain.collect.signatures import Agreement, OutOfTime, Sent, Unsigned
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.tables.received import Received
from counterpoise.domain.values.text import text
from counterpoise.store import deliveries, hooks, keeping
from counterpoise.store.deliveries import Delivery, Outcome, Place
from counterpoise.store.hooks import Hook
from counterpoise.store.keeping import Arrival, Receipt
from counterpoise.warehouse.landing.land import land_files
from counterpoise.warehouse.landing.space import refuse_full_disk
from counterpoise.warehouse.staging.lookup import Ambiguous

AT_ONCE = 5_000
AT_ONCE_BYTES = 32 << 20
NOBODY = Agreement("standard")
NO_SECRET = signatures.MARK + "A" * 32
"""A hook that is not there takes as long as one that is."""


@dataclass(frozen=True, slots=True)
class Landed:
    """hook: its name. deliveries: how many were looked at. batch: empty where nothing was new."""

    hook: str
    deliveries: int
    batch: str


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What waiting deliveries come to. touched: the records that something was said of."""

    outcomes: Mapping[int, Outcome]
    known: Mapping[Place, Mapping[str, Told]]
    touched: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Saying:
    """What one record says of one row of a table, at a version."""

    place: Place
    said: Mapping[str, str | None]
    version: Decimal


def receive(name: str, sent: Sent, *, now: datetime) -> Receipt:
    """Raises Unsigned for a hook that is not there as well, OutOfTime, and UnreadableBody."""
    door = hooks.find_door(name, now)
    if door is None:
        signatures.verify(NOBODY, [NO_SECRET], sent, now)
        raise Unsigned
    try:
        signed = signatures.verify(door.agreement, door.secrets, sent, now)
        read_body(sent.body)
    except (Unsigned, OutOfTime, UnreadableBody) as error:
        hooks.count_refusal(door.hook, _REASONS[type(error)], now.date())
        raise
    receipt = keeping.keep(
        Arrival(door.hook, signed.delivery, sent.body, signed.sent_at, door.requests_a_minute, now)
    )
    if not receipt.allowance.is_kept:
        hooks.count_refusal(door.hook, "too many", now.date())
    return receipt


_REASONS: dict[type[Exception], str] = {
    Unsigned: "unsigned",
    OutOfTime: "out of time",
    UnreadableBody: "unreadable",
}


def land_all(
    workspace: Workspace, *, now: datetime, wait_seconds: float = WAIT_SECONDS
) -> tuple[Landed, ...]:
    """Land what waits, of every hook whose records somebody has said the meaning of."""
    done = []
    for hook_id in sorted(deliveries.find_oldest_waiting()):
        while (landed := land(workspace, hook_id, now=now, wait_seconds=wait_seconds)) is not None:
            done.append(landed)
    return tuple(done)


def land(
    workspace: Workspace, hook_id: int, *, now: datetime, wait_seconds: float = WAIT_SECONDS
) -> Landed | None:
    """Land the oldest that wait; None where none does, or where the hook is stuck.

    A column that fits two readings stops the hook until somebody says which, and says so there.
    """
    with hold_writer_lock(workspace, wait_seconds), refuse_full_disk(workspace.warehouse):
        hook = hooks.get_by_id(hook_id)
        waiting = deliveries.list_waiting(hook.id, most=AT_ONCE, most_bytes=AT_ONCE_BYTES)
        if not waiting or hook.mapping is None or hook.stuck is not None:
            return None
        publishing.sweep_leftovers(workspace)
        desk = workspace.scratch / "load"
        (desk / "received").mkdir(parents=True)
        try:
            batch = _land(workspace, hook, waiting, desk, now)
        except Ambiguous as error:
            hooks.say_stuck(hook.id, error.args[0])
            return None
        finally:
            publishing.sweep_leftovers(workspace)
    return Landed(hook.name, len(waiting), batch)


def _land(
    workspace: Workspace, hook: Hook, waiting: Sequence[Delivery], desk: Path, now: datetime
) -> str:
    gathered = _gather(hook, waiting)
    if not gathered.touched:
        _mark(hook, gathered, "")
        return ""
    received, mappings = [], []
    for place, (file, rows) in enumerate(_shape(hook, gathered)):
        columns = [each.column for each in file.columns]
        written = write_rows(rows, columns, desk / "received" / f"{place}.parquet", file.file)
        received.append(_tell_apart(written, waiting))
        mappings.append(file)
    landed = land_files(received, desk / "landing", desk)
    files = tuple(map(File, landed, mappings))

    def settle(published: Published | None) -> None:
        assert published is not None
        _mark(hook, gathered, published.batch)

    return publishing.publish_load(workspace, files, files, desk, now=now, settle=settle).batch


def _mark(hook: Hook, gathered: _Gathered, batch: str) -> None:
    deliveries.mark(hook.id, gathered.outcomes, gathered.known, batch=batch, edition=hook.edition)


def _tell_apart(received: Received, waiting: Sequence[Delivery]) -> Received:
    """By what it was made from too: a state that comes again is news, though its bytes are not."""
    marks = "\n".join(
        [received.content_hash, received.name, *(f"{e.id} {e.batch}" for e in waiting)]
    )
    return replace(received, content_hash=hashlib.sha256(marks.encode()).hexdigest())


def _gather(hook: Hook, waiting: Sequence[Delivery]) -> _Gathered:
    outcomes: dict[int, Outcome] = {}
    sayings: list[_Saying] = []
    for each in waiting:
        outcomes[each.id], said = _read(hook, each)
        sayings += said
    touched = tuple(dict.fromkeys(each.place for each in sayings))
    known: dict[Place, Mapping[str, Told]] = dict(deliveries.load_known(hook.id, touched))
    for saying in sayings:
        known[saying.place] = fold(known.get(saying.place, {}), saying.said, saying.version)
    return _Gathered(outcomes, known, touched)


def _read(hook: Hook, delivery: Delivery) -> tuple[Outcome, list[_Saying]]:
    """A delivery is taken whole, or, where a record of it is unfit, not at all; kinds that no
    mapping knows keep the others from nothing."""
    assert hook.mapping is not None
    mapped = {each.file: each for each in hook.mapping.files}
    sayings, strange = [], []
    try:
        for record in list_records(read_body(delivery.body), hook.places):
            file = mapped.get(record.kind)
            if file is None:
                strange.append(record.kind)
            elif file.table:
                sayings.append(_say(hook, delivery, record, file))
    except UnfitDelivery as error:
        return Outcome("unfit", error.args[0], is_taken=False), []
    if strange:
        named = ", ".join(dict.fromkeys(each[:60] for each in strange[:10]))
        why = text("No mapping says what these are: {kinds}.", kinds=named)
        return Outcome("untaken", why, is_taken=bool(sayings)), sayings
    return Outcome("landed", None, is_taken=bool(sayings)), sayings


def _say(hook: Hook, delivery: Delivery, record: Record, file: FileMapping) -> _Saying:
    said = {
        each.attribute: record.fields[each.column]
        for each in file.columns
        if each.column in record.fields
    }
    name = get_table(file.table).attributes[0].name
    key = (said.get(name) or "").strip()
    if not key:
        raise UnfitDelivery(
            text(
                "A record of {kind} has nothing for {table}.{key}, so nothing tells which it is.",
                kind=record.kind[:60],
                table=file.table,
                key=name,
            )
        )
    version = _find_version(hook, delivery, record)
    return _Saying((file.table, key), {**said, name: key}, version)


def _find_version(hook: Hook, delivery: Delivery, record: Record) -> Decimal:
    """Where the source gives none, what arrived later holds."""
    if not hook.places.version:
        return Decimal(delivery.id)
    return read_version(record.fields.get(hook.places.version) or "")


def _shape(
    hook: Hook, gathered: _Gathered
) -> Iterator[tuple[FileMapping, list[dict[str, str | None]]]]:
    """Rows in files of one table and one set of attributes: what nobody said is not said empty."""
    shapes: dict[tuple[str, tuple[str, ...]], list[dict[str, str | None]]] = {}
    for table, key in gathered.touched:
        told = gathered.known[table, key]
        shape = (table, tuple(sorted(told)))
        shapes.setdefault(shape, []).append({name: each.value for name, each in told.items()})
    for number, ((table, attributes), rows) in enumerate(sorted(shapes.items(), key=_order), 1):
        name = f"{hook.name} {number}: {table}"
        yield _map(hook, name, table, attributes), rows


def _order(shape: tuple[tuple[str, tuple[str, ...]], object]) -> tuple[str, tuple[str, ...]]:
    return shape[0]


def _map(hook: Hook, name: str, table: str, attributes: Sequence[str]) -> FileMapping:
    """The columns are called as the attributes are; how they are written is as confirmed."""
    assert hook.mapping is not None
    ways = {
        each.attribute: each
        for file in hook.mapping.files
        for each in file.columns
        if each.table == table
    }
    columns = tuple(
        ColumnMapping(
            name,
            each,
            table,
            each,
            1.0,
            text("stated by a person"),
            ways[each].date_order,
            ways[each].decimal_mark,
        )
        for each in attributes
    )
    return FileMapping(name, table, hook.source, columns, ())
