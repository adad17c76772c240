"""A copy of the store as it is at one moment, taken while others go on reading and writing."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from counterpoise.store import ledger
from counterpoise.store.models import AuditHead

SESSIONS = ("django_session", "usersessions_usersession")
"""Whoever holds a copy of these could go on as somebody who is signed in, so none is taken."""


class BrokenStore(RuntimeError):
    """A store whose own check finds it damaged."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """kind: sqlite, or postgresql, of which no copy is taken here. builds and batches: those that
    the copy knows. entries and last_hash: of the audit trail."""

    kind: str
    builds: tuple[str, ...]
    batches: tuple[str, ...]
    entries: int
    last_hash: str


def take(target: Path) -> Snapshot:
    """Write a copy to `target`, without sessions; nothing for PostgreSQL, which has its own tools.

    Raises BrokenStore.
    """
    if connection.vendor != "sqlite":
        head = AuditHead.objects.get(pk=1)
        return Snapshot(
            connection.vendor, ledger.list_builds(), ledger.list_batches(), head.number, head.hash
        )
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        _clean(copy)
        check(copy)
        return _read(copy)


def check(store: sqlite3.Connection) -> None:
    """Raises BrokenStore where a page is damaged or a row points nowhere."""
    try:
        found = [row[0] for row in store.execute("PRAGMA integrity_check(1)")]
        loose = store.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        found, loose = [str(error)], []
    if found != ["ok"] or loose:
        what = found[0] if found != ["ok"] else f"a row of {loose[0][0]} points nowhere"
        raise BrokenStore(
            f"The store is damaged ({what}), so a copy of it would be too. Restore the last backup"
            " into another folder and compare the two."
        )


def _clean(copy: sqlite3.Connection) -> None:
    tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    for each in SESSIONS:
        if each in tables:
            copy.execute(f"DELETE FROM {each}")
    copy.commit()
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.execute("VACUUM")  # what was deleted stays in free pages until then


def _read(copy: sqlite3.Connection) -> Snapshot:
    builds = tuple(row[0] for row in copy.execute("SELECT id FROM store_build ORDER BY number"))
    batches = tuple(row[0] for row in copy.execute("SELECT id FROM store_batch ORDER BY id"))
    entries, last_hash = copy.execute("SELECT number, hash FROM store_audithead").fetchone()
    return Snapshot("sqlite", builds, batches, entries, last_hash)
