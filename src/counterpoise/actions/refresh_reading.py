"""Reads one object of a source since its cursor, and tells what of it is new here.

The window overlaps what was read before by `refresh.overlap` on both sides: a record may be stamped
by a clock that is off, and may become visible later than its stamp says. What is only read again is
known by its digest and goes no further.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from counterpoise.actions.publishing import File
from counterpoise.connectors.sources.port import Removed, Source, SourceObject, SourceRefused
from counterpoise.domain.collect.descriptions import compare_descriptions
from counterpoise.domain.collect.proposal import propose_mapping
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import Text, text
from counterpoise.store.refreshes import ObjectState
from counterpoise.warehouse.landing.known import AT, INTO, KEY, Reading, Told, tell_changes
from counterpoise.warehouse.landing.profiles import profile_file
from counterpoise.warehouse.landing.reading import Landed
from counterpoise.warehouse.landing.stream import land_stream, name_content


class TooMuchGone(RuntimeError):
    """A reading of everything that missed more than can be believed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """overlap: how far a window reaches over the last. whole_after: when everything is read again.

    most_gone: the share of an object's records that one reading of everything may miss.
    """

    overlap: timedelta
    whole_after: timedelta
    most_gone: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a refresh is to read. anew: everything. since: changes from then on, if stated.

    known: the folder of the connection with the files of what is known. mark: of this refresh.
    """

    source: Source
    name: str
    known: Path
    desk: Path
    rules: Rules
    mark: str
    now: datetime
    is_anew: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectRead:
    """files: what is to be loaded. read, fresh, gone: records. state: where it stands afterwards,
    once they are loaded."""

    name: str
    files: tuple[File, ...]
    read: int
    fresh: int
    gone: int
    state: ObjectState

    def count(self) -> dict[str, int | None]:
        return {
            "read": self.read,
            "fresh": self.fresh,
            "gone": self.gone,
            "there": self.state.rows_there,
            "here": self.state.rows_here,
        }


def read_object(
    plan: Plan, described: SourceObject, before: ObjectState | None, place: int
) -> ObjectRead:
    """Raises what the source raises, and TooMuchGone. Nothing is kept but files on the desk."""
    known = _find_known(plan, before)
    since = _find_since(plan, described, before if known else None)
    until = plan.now + plan.rules.overlap
    can_be_gone = _can_be_gone(described.table)
    removed = plan.desk / f"{place}-told.parquet"
    if can_be_gone:
        _land_removed(plan.source.read_removed(described, since, until), removed)
    title = f"{plan.name}/{described.name}"
    fields = [each.name for each in described.fields]
    landed = land_stream(
        title, fields, plan.source.read(described, since, until), plan.desk / f"{place}.parquet"
    )
    mapping = _map(plan, described, before, landed)
    reading = Reading(
        landed,
        _find_key(mapping, landed),
        removed if can_be_gone else None,
        plan.now.isoformat() if can_be_gone and since is None else "",
    )
    told = tell_changes(reading, known, plan.desk, plan.known / f"{place}-{plan.mark}.parquet")
    _refuse_too_much(plan, described, told)
    state = ObjectState(
        name=described.name,
        table=mapping.table,
        read_until=plan.now,
        read_whole_at=plan.now if since is None or before is None else before.read_whole_at,
        fields={each.name: each.type for each in described.fields},
        mapping=to_document(mapping) if mapping.table else {},
        known=told.known.name,
        rows_there=plan.source.count(described),
        rows_here=told.here,
        notes=_note(described, before, mapping),
    )
    return ObjectRead(
        described.name,
        _list_files(plan, told, mapping),
        landed.rows,
        told.fresh.rows,
        told.removed.rows if told.removed else 0,
        state,
    )


def _find_known(plan: Plan, before: ObjectState | None) -> Path | None:
    """Lost, or never there: everything is read, and counted anew."""
    if before is None or not before.known:
        return None
    path = plan.known / before.known
    return path if path.is_file() else None


def _find_since(plan: Plan, described: SourceObject, before: ObjectState | None) -> datetime | None:
    """None: everything is read. A clock of ours that was put back does not leave a gap."""
    if plan.is_anew or before is None or before.read_until is None or not described.keeps_time:
        return None
    if plan.since is not None:
        return plan.since
    whole = before.read_whole_at
    if whole is None or plan.now - whole >= plan.rules.whole_after:
        return None
    return min(before.read_until, plan.now) - plan.rules.overlap


def _can_be_gone(table: str) -> bool:
    return bool(table) and get_table(table).find_attribute(AT) is not None


def _land_removed(removed: Iterator[Removed], out: Path) -> None:
    def write() -> Iterator[pa.RecordBatch]:
        for each in removed:
            at = each.at.astimezone(UTC).isoformat()
            yield pa.RecordBatch.from_pydict({KEY: [each.source_id], AT: [at], INTO: [each.into]})

    land_stream("removed", (KEY, AT, INTO), write(), out)


def _map(
    plan: Plan, described: SourceObject, before: ObjectState | None, landed: Landed
) -> FileMapping:
    """What the source says of its fields; else what was proposed at first, of the fields that are
    still shown; else a proposal from what was read."""
    title = landed.received.name
    held = from_document(FileMapping, before.mapping) if before and before.mapping else None
    mapping = plan.source.map(described)
    if not mapping.columns:
        found = held or propose_mapping((profile_file(landed),)).files[0]
        mapping = replace(found, source=plan.name)
    named = _name(mapping, title, described)
    if held and _find_keys(held) and not _find_keys(named):
        raise SourceRefused(
            text(
                "{object} does not show its key any more: it was renamed, or hidden from our"
                " account. Nothing was changed here. Give the account the right to see it.",
                object=described.name,
            )
        )
    return named


def _name(mapping: FileMapping, title: str, described: SourceObject) -> FileMapping:
    shown = [each.name for each in described.fields]
    columns = tuple(replace(each, file=title) for each in mapping.columns if each.column in shown)
    used = {each.column for each in columns}
    unmapped = tuple(each for each in shown if each not in used)
    return replace(mapping, file=title, columns=columns, unmapped=unmapped)


def _find_keys(mapping: FileMapping) -> list[str]:
    return [each.column for each in mapping.columns if each.attribute == "source_id"]


def _find_key(mapping: FileMapping, landed: Landed) -> str:
    names: Mapping[str, str] = dict(zip(landed.received.columns, landed.columns, strict=True))
    keys = _find_keys(mapping)
    return names[keys[0]] if keys else ""


def _refuse_too_much(plan: Plan, described: SourceObject, told: Told) -> None:
    if told.vanished > plan.rules.most_gone * (told.here + told.vanished):
        raise TooMuchGone(
            text(
                "{object} has {gone} records less than it had, of {all}. Perhaps our account may"
                " not see them any more, so nothing was changed. If they are gone indeed, raise"
                " refresh.most_gone in the rulebook and refresh anew.",
                object=described.name,
                gone=told.vanished,
                all=told.here + told.vanished,
            )
        )


def _note(
    described: SourceObject, before: ObjectState | None, mapping: FileMapping
) -> tuple[Text, ...]:
    now = {each.name: each.type for each in described.fields}
    notes = compare_descriptions(described.name, before.fields if before else {}, now)
    if mapping.table:
        return notes
    unknown = text(
        "{object} is not recognised as one of our tables; its records are kept as received",
        object=described.name,
    )
    return (*notes, unknown)


def _list_files(plan: Plan, told: Told, mapping: FileMapping) -> tuple[File, ...]:
    files = []
    if told.fresh.rows:
        files.append(File(name_content(told.fresh, plan.mark), mapping))
    if told.removed is not None:
        landed = name_content(told.removed, plan.mark)
        files.append(File(landed, _map_removed(landed, mapping)))
    return tuple(files)


def _map_removed(landed: Landed, mapping: FileMapping) -> FileMapping:
    name, why = landed.received.name, text("as the source told what is gone")
    columns = tuple(
        ColumnMapping(name, column, mapping.table, attribute, 1, why)
        for column, attribute in ((KEY, "source_id"), (AT, AT), (INTO, INTO))
    )
    return FileMapping(name, mapping.table, mapping.source, columns, ())
