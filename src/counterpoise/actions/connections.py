"""Connections to outside systems: added, tried, changed, paused, removed, and opened.

**To add a kind of system**: a folder `connectors/<kind>/` that has

- `SETTINGS`, a tuple of `connectors.sources.settings.Setting`: what the form asks for. Those with
  `is_secret` are kept in the vault and arrive in `Opening.secret`, the others in
  `Opening.settings`; all are text.
- `open_<kind>(opening: Opening) -> Source`: makes the Source and asks nothing yet; HTTP only
  through `connectors.sources.http.open_session(opening.reach)`. What it reads has
  `opening.name` for `FileMapping.source`.
- where it can be written to, `open_<kind>_writer(opening: Opening) -> Writer`.

Then one line in `CONNECTORS`, the folder's name in `pyproject.toml` (contract of connectors) and in
`connectors/__init__.py`. Everything else, from the form to the refresh, follows from these.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from counterpoise.connectors.folder.files import SETTINGS as FOLDER
from counterpoise.connectors.folder.files import open_folder
from counterpoise.connectors.hubspot.opening import SETTINGS as HUBSPOT
from counterpoise.connectors.hubspot.opening import open_hubspot, open_hubspot_writer
from counterpoise.connectors.odoo.settings import SETTINGS as ODOO
from counterpoise.connectors.odoo.settings import open_odoo, open_odoo_writer
from counterpoise.connectors.pipedrive.opening import SETTINGS as PIPEDRIVE
from counterpoise.connectors.pipedrive.opening import open_pipedrive, open_pipedrive_writer
from counterpoise.connectors.salesforce.opening import SETTINGS as SALESFORCE
from counterpoise.connectors.salesforce.opening import open_salesforce, open_salesforce_writer
from counterpoise.connectors.sources.port import FileSource, Source, Writer
from counterpoise.connectors.sources.reach import read_reach
from counterpoise.connectors.sources.settings import InvalidSetting, Opening, Setting
from counterpoise.connectors.sql.settings import SETTINGS as SQL
from counterpoise.connectors.sql.source import open_sql
from counterpoise.connectors.tryton.settings import SETTINGS as TRYTON
from counterpoise.connectors.tryton.settings import open_tryton, open_tryton_writer
from counterpoise.domain.values.text import Text, text
from counterpoise.store import connections
from counterpoise.store.connections import Connection

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LONGEST = 20_000


class UnknownKind(LookupError):
    """No connector answers for the kind of system."""


class CannotWrite(LookupError):
    """A kind of system that is only read."""


@dataclass(frozen=True, slots=True)
class Connector:
    """title: what people call the kind of system. open_writer: None where it is only read."""

    title: Text
    settings: tuple[Setting, ...]
    open: Callable[[Opening], Source | FileSource]
    open_writer: Callable[[Opening], Writer] | None = None


CONNECTORS: dict[str, Connector] = {
    "salesforce": Connector(
        text("Salesforce"), SALESFORCE, open_salesforce, open_salesforce_writer
    ),
    "hubspot": Connector(text("HubSpot"), HUBSPOT, open_hubspot, open_hubspot_writer),
    "pipedrive": Connector(text("Pipedrive"), PIPEDRIVE, open_pipedrive, open_pipedrive_writer),
    "sql": Connector(text("SQL database"), SQL, open_sql),
    "folder": Connector(text("Folder or bucket of files"), FOLDER, open_folder),
    "odoo": Connector(text("Odoo"), ODOO, open_odoo, open_odoo_writer),
    "tryton": Connector(text("Tryton"), TRYTON, open_tryton, open_tryton_writer),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a trial of a connection met there: names of objects or files, and how many of all."""

    names: tuple[str, ...]
    count: int


def get_connector(kind: str) -> Connector:
    if kind not in CONNECTORS:
        raise UnknownKind(
            text(
                "There is no connector for {kind}. Choose one of: {listed}.",
                kind=kind,
                listed=", ".join(CONNECTORS),
            )
        )
    return CONNECTORS[kind]


def add_connection(name: str, kind: str, values: Mapping[str, str], *, now: datetime) -> Connection:
    """values: settings and secrets together, as the form holds them.

    Raises UnknownKind, InvalidSetting and NameTaken.
    """
    if not NAME.fullmatch(name):
        raise InvalidSetting(
            text(
                "{name} cannot be the name: it has 1 to 64 small Latin letters, digits, - and _.",
                name=name[:100],
            )
        )
    settings, secret = _part(get_connector(kind).settings, values, {})
    return connections.make(name, kind, settings, secret, at=now)


def change_settings(
    connection: Connection, values: Mapping[str, str], *, now: datetime
) -> Connection:
    """A secret left empty stays as it is. Raises InvalidSetting and ConnectionChanged."""
    kept = connections.unlock_secret(connection.name) if connection.has_secret else {}
    settings, secret = _part(get_connector(connection.kind).settings, values, kept)
    return connections.change(
        connection, settings=settings, secret=secret if secret != kept else None, at=now
    )


def pause(connection: Connection, *, is_paused: bool, now: datetime) -> Connection:
    return connections.change(connection, is_paused=is_paused, at=now)


def remove(connection: Connection, *, now: datetime) -> None:
    connections.remove(connection, at=now)


def try_connection(connection: Connection) -> Seen:
    """Open it and look at what is there, without reading any of it.

    Raises InvalidSetting, OutOfReach, SourceRefused and SourceUnreachable.
    """
    source = open_source(connection)
    found = source.list_files() if isinstance(source, FileSource) else source.describe()
    names = [each.name for each in found]
    return Seen(tuple(names[:50]), len(names))


def open_source(connection: Connection) -> Source | FileSource:
    return get_connector(connection.kind).open(_make_opening(connection))


def open_writer(connection: Connection) -> Writer:
    """Raises CannotWrite."""
    connector = get_connector(connection.kind)
    if connector.open_writer is None:
        raise CannotWrite(
            text("{kind} is only read; nothing is written back to it.", kind=connector.title)
        )
    return connector.open_writer(_make_opening(connection))


def _make_opening(connection: Connection) -> Opening:
    def keep_secret(secret: Mapping[str, str]) -> None:
        connections.keep_secret(connection.id, secret)

    return Opening(
        name=connection.name,
        settings=connection.settings,
        secret=connections.unlock_secret(connection.name) if connection.has_secret else {},
        reach=read_reach(os.environ.get("COUNTERPOISE_REACH", "")),
        folders=tuple(
            Path(each)
            for each in os.environ.get("COUNTERPOISE_FOLDERS", "").split(os.pathsep)
            if each
        ),
        keep_secret=keep_secret,
    )


def _part(
    declared: Sequence[Setting], values: Mapping[str, str], kept: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Settings and secrets, each where it belongs; what is empty keeps its secret."""
    known = {each.name for each in declared}
    if unknown := sorted(set(values) - known):
        raise InvalidSetting(
            text(
                "{name} is no setting here. There are: {listed}.",
                name=unknown[0],
                listed=", ".join(each.name for each in declared),
            )
        )
    settings, secret = {}, dict(kept)
    for each in declared:
        value = values.get(each.name, "").strip()
        if len(value) > LONGEST:
            raise InvalidSetting(
                text("{label} has more than {most} characters.", label=each.label, most=LONGEST)
            )
        if each.is_required and not value and not kept.get(each.name):
            raise InvalidSetting(text("{label} is missing.", label=each.label))
        if not each.is_secret:
            settings[each.name] = value
        elif value:
            secret[each.name] = value
    return settings, secret
