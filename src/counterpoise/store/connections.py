"""Connections to outside systems: their settings, and their secrets as the vault locks them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from counterpoise.domain.values.text import text
from counterpoise.store import audit, vault
from counterpoise.store import models as rows


class NameTaken(ValueError):
    """Another connection has the name."""


class UnknownConnection(LookupError):
    """No connection has the name."""


class ConnectionChanged(RuntimeError):
    """Someone else changed the connection meanwhile; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Connection:
    """has_secret: whether the vault keeps one for it. schedule: a cron expression, or empty.
    due_at: when it next asks for a refresh."""

    id: int
    name: str
    kind: str
    settings: Mapping[str, str]
    has_secret: bool
    schedule: str
    is_paused: bool
    made_at: datetime
    due_at: datetime | None
    edition: int


def make(
    name: str,
    kind: str,
    settings: Mapping[str, str],
    secret: Mapping[str, str],
    *,
    at: datetime,
) -> Connection:
    """Raises NameTaken."""
    try:
        with transaction.atomic():
            row = rows.Connection.objects.create(
                name=name,
                kind=kind,
                settings=dict(settings),
                secret=_lock(secret),
                made_at=at,
            )
            made = _read(row)
            audit.record("connection.added", f"connection:{name}", after=_tell(made), at=at)
    except IntegrityError:
        raise NameTaken(
            text("There is a connection called {name} already. Choose another name.", name=name)
        ) from None
    return made


def list_connections() -> tuple[Connection, ...]:
    return tuple(_read(row) for row in rows.Connection.objects.order_by("name"))


def get_connection(name: str) -> Connection:
    return _read(_get(name))


def find_connection(connection_id: int) -> Connection | None:
    row = rows.Connection.objects.filter(pk=connection_id).first()
    return None if row is None else _read(row)


def unlock_secret(name: str) -> dict[str, str]:
    """Raises LockedSecret where the vault's key is gone."""
    locked = _get(name).secret
    secret: dict[str, str] = json.loads(vault.unlock(locked)) if locked else {}
    return secret


def keep_secret(connection_id: int, secret: Mapping[str, str]) -> None:
    """What the system gave instead of the secret. No change of a person, so not in the trail."""
    rows.Connection.objects.filter(pk=connection_id).update(secret=_lock(secret))


def change(
    before: Connection,
    *,
    settings: Mapping[str, str] | None = None,
    secret: Mapping[str, str] | None = None,
    schedule: str | None = None,
    is_paused: bool | None = None,
    at: datetime,
) -> Connection:
    """What is None stays. Raises ConnectionChanged where `before` is no longer the newest."""
    new: dict[str, Any] = {
        "settings": None if settings is None else dict(settings),
        "secret": None if secret is None else _lock(secret),
        "schedule": schedule,
        "is_paused": is_paused,
    }
    new = {name: value for name, value in new.items() if value is not None}
    with transaction.atomic():
        changed = rows.Connection.objects.filter(pk=before.id, edition=before.edition).update(
            **new, edition=before.edition + 1
        )
        if not changed:
            raise ConnectionChanged(
                text(
                    "{name} was changed or removed by somebody else meanwhile. Nothing was saved."
                    " Look at it again.",
                    name=before.name,
                )
            )
        after = _read(rows.Connection.objects.get(pk=before.id))
        said = {**_tell(after), "secret_changed": secret is not None}
        audit.record(
            "connection.changed",
            f"connection:{before.name}",
            before=_tell(before),
            after=said,
            at=at,
        )
    return after


def list_due(at: datetime) -> tuple[Connection, ...]:
    """Those whose schedule asks by now, and that are not paused."""
    due = rows.Connection.objects.filter(due_at__lte=at, is_paused=False).exclude(schedule="")
    return tuple(_read(row) for row in due.order_by("due_at"))


def move_due(connection_id: int, seen: datetime, due_at: datetime) -> bool:
    """Whether it was still due at `seen`: of two that look at the same time, one moves it."""
    held = rows.Connection.objects.filter(pk=connection_id, due_at=seen)
    return bool(held.update(due_at=due_at))


def set_due(connection_id: int, due_at: datetime | None) -> None:
    rows.Connection.objects.filter(pk=connection_id).update(due_at=due_at)


def remove(connection: Connection, *, at: datetime) -> None:
    """Settings, secret, cursors and history go; the rows it brought stay in the warehouse."""
    with transaction.atomic():
        rows.Connection.objects.filter(pk=connection.id).delete()
        audit.record(
            "connection.removed", f"connection:{connection.name}", before=_tell(connection), at=at
        )


def _get(name: str) -> rows.Connection:
    row = rows.Connection.objects.filter(name=name).first()
    if row is None:
        raise UnknownConnection(
            text(
                "There is no connection called {name}. `counterpoise connect list` shows those"
                " there are.",
                name=name,
            )
        )
    return row


def _lock(secret: Mapping[str, str]) -> str:
    return vault.lock(json.dumps(dict(secret))) if secret else ""


def _read(row: rows.Connection) -> Connection:
    return Connection(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        settings=row.settings,
        has_secret=bool(row.secret),
        schedule=row.schedule,
        is_paused=row.is_paused,
        made_at=row.made_at,
        due_at=row.due_at,
        edition=row.edition,
    )


def _tell(connection: Connection) -> dict[str, Any]:
    return {
        "kind": connection.kind,
        "settings": dict(connection.settings),
        "schedule": connection.schedule,
        "is_paused": connection.is_paused,
    }
