"""What a connection to a database asks for, and which database may be opened at all."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from counterpoise.connectors.sources.port import SourceUnreachable
from counterpoise.connectors.sources.settings import InvalidSetting, Opening, Setting
from counterpoise.domain.values.text import text

SETTINGS = (
    Setting(
        "url",
        text("Address of the database"),
        text("A SQLAlchemy URL without the password"),
        example="postgresql+psycopg://reader@db.example.com/crm",
    ),
    Setting(
        "objects",
        text("Tables and queries"),
        text(
            "One a line: a name, then time=COLUMN (when a record last changed), key=COLUMN and,"
            " last, query=SELECT … where it is no table"
        ),
        is_long=True,
        example="deals time=updated_at key=id",
    ),
    Setting(
        "mapping",
        text("Mapping"),
        text(
            "What the columns mean, as `collect --dry-run` writes it; empty: what is recognised in"
            " the first rows"
        ),
        is_required=False,
        is_long=True,
    ),
    Setting(
        "password",
        text("Password"),
        text("Kept locked and never shown again"),
        is_secret=True,
        is_required=False,
    ),
)
QUERY_OPTIONS = {"sslmode", "ssl", "charset", "application_name", "client_encoding"}
"""Of the address. Others could name files of the server, or another host."""
PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object to read. time, key: columns of it, or empty. query: empty for a table."""

    name: str
    time: str = ""
    key: str = ""
    query: str = ""


def read_wanted(written: str) -> tuple[Wanted, ...]:
    """Raises InvalidSetting for a line that cannot be followed."""
    found: dict[str, Wanted] = {}
    for line in written.splitlines():
        if not line.strip():
            continue
        head, _, query = line.partition(" query=")
        name, *options = head.split()
        values = dict(each.partition("=")[::2] for each in options)
        if wrong := sorted(set(values) - {"time", "key"}):
            raise InvalidSetting(
                text(
                    "{line}: {wrong} says nothing here. Write NAME time=COLUMN key=COLUMN"
                    " query=SELECT ….",
                    line=line.strip(),
                    wrong=wrong[0],
                )
            )
        if name in found:
            raise InvalidSetting(text("{name} is there twice. Give each its own name.", name=name))
        found[name] = Wanted(name, query=query.strip().rstrip(";"), **values)
    if not found:
        raise InvalidSetting(text("Name at least one table or query to read."))
    return tuple(found.values())


def open_engine(opening: Opening) -> sa.Engine:
    """Raises InvalidSetting, OutOfReach and SourceUnreachable; connects to nothing yet."""
    url = _read_url(opening)
    options: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        _refuse_outside(url, opening.folders)
        url = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    else:
        options = _pin_host(url, opening)
    try:
        return sa.create_engine(
            url,
            poolclass=sa.pool.NullPool,
            connect_args=options,
            hide_parameters=True,
        )
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        raise InvalidSetting(
            text(
                "There is no driver here for {backend}. Install one beside Counterpoise.",
                backend=url.drivername,
            )
        ) from error


def _read_url(opening: Opening) -> URL:
    try:
        url = sa.make_url(opening.settings["url"].strip())
    except ArgumentError:
        raise InvalidSetting(
            text(
                "The address cannot be read. Write one such as"
                " postgresql+psycopg://reader@db.example.com/crm."
            )
        ) from None
    if url.password:
        raise InvalidSetting(
            text("A password stands in the address. Take it out and give it by itself.")
        )
    if wrong := sorted(set(url.query) - QUERY_OPTIONS):
        raise InvalidSetting(
            text("The address may not say {option}. Take it out.", option=wrong[0])
        )
    password = opening.secret.get("password")
    return url.set(password=password) if password else url


def _refuse_outside(url: URL, folders: tuple[Path, ...]) -> None:
    path = Path(os.path.realpath(url.database or ""))
    if not any(path.is_relative_to(os.path.realpath(each)) for each in folders):
        raise InvalidSetting(
            text(
                "{place} does not lie below a folder that may be read. Whoever runs Counterpoise"
                " lists those in COUNTERPOISE_FOLDERS.",
                place=str(url.database),
            )
        )


def _pin_host(url: URL, opening: Opening) -> dict[str, Any]:
    """PostgreSQL is told which of the judged addresses to use. Other drivers resolve the name
    again by themselves, so there a second answer of the name server is not judged."""
    backend = url.get_backend_name()
    if not url.host:
        raise InvalidSetting(text("The address names no host. Write one such as db.example.com."))
    try:
        addresses = opening.reach.resolve(url.host, url.port or PORTS.get(backend, 0))
    except OSError as error:
        raise SourceUnreachable(
            text("{host} is not known: {error}", host=url.host, error=str(error))
        ) from error
    if url.drivername == "postgresql+psycopg":
        return {"hostaddr": addresses[0], "connect_timeout": _CONNECT_SECONDS}
    return {}
