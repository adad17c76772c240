"""Refresh: bring what changed in a connected system since the last time, and nothing half.

What is read is written aside; then batch, build, cursors and the refresh's own result become
visible in one transaction of the store. A refresh that fails or is killed has moved nothing, and
the next one does it again.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from filelock import FileLock, Timeout

from counterpoise.actions import publishing
from counterpoise.actions.collect import collect_found
from counterpoise.actions.connections import open_source
from counterpoise.actions.publishing import Counts, Published
from counterpoise.actions.refresh_reading import ObjectRead, Plan, Rules, read_object
from counterpoise.actions.rules import load_rulebook
from counterpoise.actions.workspaces import Workspace
from counterpoise.actions.writer import hold_writer_lock
from counterpoise.connectors.sources.port import FileSource, FoundFile, Source
from counterpoise.domain.tables.received import SentFile
from counterpoise.domain.values.text import Text, explain, text
from counterpoise.store import ledger, refreshes
from counterpoise.store.connections import Connection
from counterpoise.warehouse.landing.disk import sync
from counterpoise.warehouse.landing.space import refuse_full_disk

WAIT_SECONDS = 600.0
"""For a load that is being published: a refresh has read for long and can wait."""


class RefreshRunning(RuntimeError):
    """A connection that is being refreshed at this moment."""


class ConnectionPaused(RuntimeError):
    """A connection that a person has paused."""


@dataclass(frozen=True, slots=True)
class Wish:
    """is_anew: read everything. since: read what changed from then on; None: since the cursor."""

    is_anew: bool = False
    since: datetime | None = None


SINCE_THE_CURSOR = Wish()


@dataclass(frozen=True, slots=True)
class Refreshed:
    """batch: empty where nothing was new. counts: by object, what was read, fresh, gone, there and
    here. tables: what became of the rows. notes: what a reader should know."""

    name: str
    batch: str
    build: str
    counts: Mapping[str, Mapping[str, int | None]]
    tables: Mapping[str, Counts]
    notes: tuple[Text, ...]


Tell = Callable[[float, Text], None]


def tell_nobody(share: float, doing: Text) -> None:
    """Of a refresh that nobody watches."""


def refresh(
    workspace: Workspace,
    connection: Connection,
    wish: Wish = SINCE_THE_CURSOR,
    *,
    tell: Tell = tell_nobody,
    now: datetime,
) -> Refreshed:
    """Raises RefreshRunning, ConnectionPaused, and what opening, reading and publishing raise."""
    if connection.is_paused:
        raise ConnectionPaused(
            text("{name} is paused. Let it go on, then refresh it.", name=connection.name)
        )
    with _hold_connection(workspace, connection), refuse_full_disk(workspace.warehouse):
        number = refreshes.begin(connection.id, is_anew=wish.is_anew, at=now)
        desk = _Desk(workspace, connection, number, wish, tell, now)
        try:
            source = open_source(connection)
            if isinstance(source, FileSource):
                return _refresh_files(desk, source)
            return _refresh_objects(desk, source)
        except Exception as error:
            refreshes.end_failed(number, _explain(error), at=desk.tell_time())
            raise
        finally:
            shutil.rmtree(_folder_of(workspace, connection), ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Desk:
    workspace: Workspace
    connection: Connection
    number: int
    wish: Wish
    tell: Tell
    now: datetime
    begun: float = field(default_factory=time.monotonic)

    def tell_time(self) -> datetime:
        """The moment it began plus what went by since, whatever happens to the clock of the day."""
        return self.now + timedelta(seconds=time.monotonic() - self.begun)

    @property
    def folder(self) -> Path:
        return _folder_of(self.workspace, self.connection)

    @property
    def known(self) -> Path:
        return self.workspace.known / str(self.connection.id)


def _refresh_objects(desk: _Desk, source: Source) -> Refreshed:
    before = {each.name: each for each in refreshes.list_objects(desk.connection.id)}
    plan = Plan(
        source=source,
        name=desk.connection.name,
        known=desk.known,
        desk=desk.folder,
        rules=_read_rules(desk.now.date()),
        mark=f"{desk.number}",
        now=desk.now,
        is_anew=desk.wish.is_anew,
        since=desk.wish.since,
    )
    desk.tell(0.05, text("Asking what is there"))
    described = source.describe()
    done = []
    for place, each in enumerate(described, 1):
        desk.tell(0.1 + 0.5 * place / len(described), text("Reading {name}", name=each.name))
        done.append(read_object(plan, each, before.get(each.name), place))
    gone = [name for name in before if name not in {each.name for each in described}]
    return _publish(desk, tuple(done), tuple(_tell_gone(name) for name in gone))


def _publish(desk: _Desk, done: tuple[ObjectRead, ...], notes: tuple[Text, ...]) -> Refreshed:
    files = [file for each in done for file in each.files]
    counts = {each.name: each.count() for each in done}
    notes += tuple(note for each in done for note in each.state.notes)
    for each in done:
        sync(desk.known / each.state.known)
    desk.tell(0.7, text("Building the tables"))

    def settle(published: Published | None) -> None:
        with transaction.atomic():
            for each in done:
                refreshes.keep_object(desk.connection.id, each.state)
            batch = published.batch if published else ""
            refreshes.end_done(desk.number, counts, batch, at=desk.tell_time())

    if not files:
        settle(None)
        _sweep_known(desk)
        return Refreshed(desk.connection.name, "", _name_build(), counts, {}, notes)
    with hold_writer_lock(desk.workspace, WAIT_SECONDS):
        publishing.sweep_leftovers(desk.workspace)
        published = publishing.publish_load(
            desk.workspace, files, files, desk.folder, now=desk.now, settle=settle
        )
    _sweep_known(desk)
    return Refreshed(
        desk.connection.name,
        published.batch,
        published.build,
        counts,
        published.tables,
        (*notes, *published.notes),
    )


def _refresh_files(desk: _Desk, source: FileSource) -> Refreshed:
    known = {} if desk.wish.is_anew else refreshes.list_files(desk.connection.id)
    desk.tell(0.05, text("Looking for files"))
    found = source.list_files()
    fresh = [each for each in found if known.get(each.name) != each.mark]
    counts = {"files": {"read": len(fresh), "there": len(found)}}
    (desk.folder / "received").mkdir()
    sent = tuple(_fetch(desk, source, each, place) for place, each in enumerate(fresh, 1))

    def settle(published: Published | None) -> None:
        with transaction.atomic():
            marks = [(each.name, each.mark) for each in fresh]
            refreshes.keep_files(desk.connection.id, marks, at=desk.now)
            batch = published.batch if published else ""
            refreshes.end_done(desk.number, counts, batch, at=desk.tell_time())

    if not sent:
        settle(None)
        return Refreshed(desk.connection.name, "", _name_build(), counts, {}, ())
    desk.tell(0.5, text("Building the tables"))
    done = collect_found(desk.workspace, sent, settle, now=desk.now, wait_seconds=WAIT_SECONDS)
    return Refreshed(desk.connection.name, done.batch, done.build, counts, done.tables, done.notes)


def _fetch(desk: _Desk, source: FileSource, file: FoundFile, place: int) -> SentFile:
    desk.tell(0.1, text("Reading {name}", name=file.name))
    target = desk.folder / "received" / f"{place}{Path(file.name).suffix.lower()}"
    source.fetch(file, target)
    return SentFile(file.name, target)


@contextmanager
def _hold_connection(workspace: Workspace, connection: Connection) -> Iterator[None]:
    """One refresh of a connection at a time; the system gives the lock back when a process dies."""
    lock = FileLock(workspace.warehouse / f".refresh-{connection.id}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise RefreshRunning(
            text(
                "{name} is being refreshed at this moment. Wait for it; nothing was changed.",
                name=connection.name,
            )
        ) from None
    try:
        folder = _folder_of(workspace, connection)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield
    finally:
        lock.release()


def _folder_of(workspace: Workspace, connection: Connection) -> Path:
    return workspace.scratch / f"refresh-{connection.id}"


def _read_rules(on: date) -> Rules:
    rulebook = load_rulebook()
    return Rules(
        overlap=timedelta(minutes=float(rulebook.get_number("refresh.overlap", on))),
        whole_after=timedelta(days=float(rulebook.get_number("refresh.whole_days", on))),
        most_gone=float(rulebook.get_number("refresh.most_gone", on)),
    )


def _sweep_known(desk: _Desk) -> None:
    """Only what the store names stays; what a killed refresh wrote goes too."""
    kept = {each.known for each in refreshes.list_objects(desk.connection.id)}
    for each in desk.known.glob("*.parquet"):
        if each.name not in kept:
            each.unlink()


def _name_build() -> str:
    current = ledger.find_current_build()
    return current.id if current else ""


def _tell_gone(name: str) -> Text:
    return text(
        "{object} is not shown to us any more: it was dropped, renamed or hidden from our account;"
        " the records we have are kept",
        object=name,
    )


def _explain(error: Exception) -> Text:
    """Only our own sentences are for a reader: another's could hold a value or a secret."""
    if type(error).__module__.partition(".")[0] == "counterpoise":
        return explain(error)
    return text(
        "Something went wrong on our side ({kind}). Nothing half-done was kept.",
        kind=type(error).__name__,
    )
