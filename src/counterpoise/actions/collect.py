"""Collect: land what a source exported, build the marts from it, and publish them whole.

There is one writer at a time. A load becomes visible by one transaction of the store, which accepts
the batch and makes its build the current one; whatever a crash leaves behind is swept by the next
load. The same content under the same mapping changes nothing, whatever its file is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from counterpoise.actions import publishing
from counterpoise.actions.correspondence import list_readers
from counterpoise.actions.publishing import Counts, File, Settle, settle_nothing
from counterpoise.actions.quarantine import list_quarantine
from counterpoise.actions.workspaces import Workspace
from counterpoise.actions.writer import WAIT_SECONDS, hold_writer_lock
from counterpoise.connectors.files.reading import read_sources
from counterpoise.domain.collect import mapping_toml
from counterpoise.domain.collect.proposal import propose_mapping
from counterpoise.domain.tables.mapping import ColumnMapping
from counterpoise.domain.tables.mapping import Mapping as FilesMapping
from counterpoise.domain.tables.profile import FileProfile
from counterpoise.domain.tables.received import Received, SentFile
from counterpoise.domain.values.text import Text, text
from counterpoise.store import ledger
from counterpoise.warehouse.landing.land import land_files
from counterpoise.warehouse.landing.profiles import profile_file
from counterpoise.warehouse.landing.reading import Landed
from counterpoise.warehouse.landing.space import refuse_full_disk

MAPPING_FILE = "mapping.toml"

__all__ = [
    "Collected",
    "NothingToCollect",
    "Proposed",
    "collect",
    "list_quarantine",
    "propose",
    "refuse_nothing",
]


class NothingToCollect(ValueError):
    """Files of which none holds anything that could be taken."""


@dataclass(frozen=True, slots=True)
class Collected:
    """batch: empty where nothing was new, or only tried. build: the current one afterwards.

    tables: what became of the rows, by canonical table. unmapped: columns that nothing was made of.
    """

    batch: str
    build: str
    tables: Mapping[str, Counts]
    mapping: tuple[ColumnMapping, ...]
    unmapped: tuple[tuple[str, str], ...]
    notes: tuple[Text, ...]
    mapping_file: Path | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What columns are taken for, and what a look at them showed."""

    mapping: FilesMapping
    profiles: tuple[FileProfile, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """mapping: as a person stated it, or None. settle: see publishing."""

    mapping: FilesMapping | None
    dry_run: bool
    settle: Settle


def collect(
    workspace: Workspace,
    paths: Sequence[Path | SentFile],
    *,
    mapping: Path | FilesMapping | None = None,
    dry_run: bool = False,
    now: datetime,
    wait_seconds: float = WAIT_SECONDS,
) -> Collected:
    """Raises what reading, mapping and publishing raise; then nothing of the load is kept.

    A dry run lands aside, proposes the mapping and keeps nothing but the proposal.
    """
    wish = _Wish(_read_mapping(mapping), dry_run, settle_nothing)
    return _hold_desk(workspace, paths, wish, now=now, wait_seconds=wait_seconds)


def collect_found(
    workspace: Workspace,
    files: Sequence[SentFile],
    settle: Settle,
    *,
    now: datetime,
    wait_seconds: float,
) -> Collected:
    """Collect the files that a connection found, and let it move on in the same transaction."""
    wish = _Wish(None, dry_run=False, settle=settle)
    return _hold_desk(workspace, files, wish, now=now, wait_seconds=wait_seconds)


def _hold_desk(
    workspace: Workspace,
    paths: Sequence[Path | SentFile],
    wish: _Wish,
    *,
    now: datetime,
    wait_seconds: float,
) -> Collected:
    with hold_writer_lock(workspace, wait_seconds), refuse_full_disk(workspace.warehouse):
        publishing.sweep_leftovers(workspace)
        desk = workspace.scratch / "load"
        (desk / "received").mkdir(parents=True)
        try:
            return _collect(workspace, paths, wish, desk, now=now)
        finally:
            publishing.sweep_leftovers(workspace)


def propose(
    workspace: Workspace, paths: Sequence[Path | SentFile], desk: Path, *, now: datetime
) -> Proposed:
    """Look at files on a desk of their own: no load waits for it, and nothing of it is remembered.

    Files of which no column is recognised are no error here, since a person sees them next.
    """
    with refuse_full_disk(workspace.warehouse):
        (desk / "received").mkdir(parents=True)
        readers = list_readers(workspace, now)
        received = read_sources(paths, desk / "received", readers)
        landed = land_files(received, desk / "landing", desk)
        mapping = _complete_mapping(_recall_mapping(workspace, landed), landed)
        profiles = tuple(profile_file(each) for each in landed)
    return Proposed(mapping, profiles, _note_reading(received))


def refuse_nothing(mapping: FilesMapping, columns: Mapping[str, Sequence[str]]) -> None:
    """Raises NothingToCollect for a mapping by which nothing would be taken."""
    if not any(each.table for each in mapping.files):
        listed = "; ".join(f"{file}: {', '.join(names)}" for file, names in columns.items())
        raise NothingToCollect(
            text(
                "No column was recognised, so nothing can be taken ({listed}). Say in a"
                " mapping which table and attribute they are: --dry-run writes one to start"
                " from.",
                listed=listed[:500],
            )
        )


def _collect(
    workspace: Workspace,
    paths: Sequence[Path | SentFile],
    wish: _Wish,
    desk: Path,
    *,
    now: datetime,
) -> Collected:
    received = read_sources(paths, desk / "received", list_readers(workspace, now))
    landed = land_files(received, desk / "landing", desk)
    mapping = _decide_mapping(wish.mapping or _recall_mapping(workspace, landed), landed)
    files = _pair(landed, mapping)
    notes = _note_reading(received)
    notes += tuple(note for each in files for note in each.mapping.notes)
    saved = _save_mapping(workspace, mapping)
    current = ledger.find_current_build()
    build = current.id if current else ""
    if wish.dry_run:
        tables = publishing.count_received(files)
        tried = text("nothing was kept: a dry run")
        return _answer("", build, tables, files, (*notes, tried), saved)
    fresh = publishing.find_fresh(files)
    if not fresh:
        wish.settle(None)
        tables = publishing.count_unchanged(files)
        known = text("all of this was collected before; nothing changes")
        return _answer("", build, tables, files, (*notes, known), saved)
    done = publishing.publish_load(workspace, files, fresh, desk, now=now, settle=wish.settle)
    return _answer(done.batch, done.build, done.tables, files, (*notes, *done.notes), saved)


def _read_mapping(mapping: Path | FilesMapping | None) -> FilesMapping | None:
    if not isinstance(mapping, Path):
        return mapping
    return mapping_toml.read_mapping(mapping.read_text("utf-8"), mapping.name)


def _recall_mapping(workspace: Workspace, landed: tuple[Landed, ...]) -> FilesMapping | None:
    """What an earlier load meant by files of the same names and columns: it stays their meaning.

    Otherwise a file that comes alone could be taken for another source than among its fellows, and
    its rows would be there twice.
    """
    path = workspace.root / MAPPING_FILE
    if not path.is_file():
        return None
    saved = mapping_toml.read_mapping(path.read_text("utf-8"), path.name)
    columns = {each.received.name: set(each.received.columns) for each in landed}
    return FilesMapping(
        tuple(
            each
            for each in saved.files
            if {*each.unmapped, *(c.column for c in each.columns)} == columns.get(each.file)
        )
    )


def _decide_mapping(wanted: FilesMapping | None, landed: tuple[Landed, ...]) -> FilesMapping:
    mapping = _complete_mapping(wanted, landed)
    refuse_nothing(mapping, {each.received.name: each.received.columns for each in landed})
    return mapping


def _complete_mapping(wanted: FilesMapping | None, landed: tuple[Landed, ...]) -> FilesMapping:
    """The stated mapping, with a proposal for the files that it does not name."""
    stated = {each.file: each for each in wanted.files} if wanted else {}
    if wanted:
        mapping_toml.check_mapping(wanted, {e.received.name: e.received.columns for e in landed})
    if all(each.received.name in stated for each in landed):
        return FilesMapping(tuple(stated[each.received.name] for each in landed))
    proposed = propose_mapping(tuple(profile_file(each) for each in landed))
    return FilesMapping(tuple(stated.get(each.file, each) for each in proposed.files))


def _pair(landed: tuple[Landed, ...], mapping: FilesMapping) -> tuple[File, ...]:
    mapped = {each.file: each for each in mapping.files}
    return tuple(File(each, mapped[each.received.name]) for each in landed)


def _save_mapping(workspace: Workspace, mapping: FilesMapping) -> Path:
    path = workspace.root / MAPPING_FILE
    path.write_text(mapping_toml.write_mapping(mapping), "utf-8")
    return path


def _note_reading(received: Sequence[Received]) -> tuple[Text, ...]:
    return tuple(
        Text("{file}: " + note.template, (("file", each.name), *note.values))
        for each in received
        for note in each.notes
    )


def _answer(
    batch: str,
    build: str,
    tables: Mapping[str, Counts],
    files: tuple[File, ...],
    notes: tuple[Text, ...],
    saved: Path,
) -> Collected:
    return Collected(
        batch=batch,
        build=build,
        tables=tables,
        mapping=tuple(column for each in files for column in each.mapping.columns),
        unmapped=tuple((each.name, column) for each in files for column in each.mapping.unmapped),
        notes=notes,
        mapping_file=saved,
    )
