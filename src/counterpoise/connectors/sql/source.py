"""Reads tables and queries of a database, a page at a time, each page going on behind the last.

Pages go by (time, key), so a record that is changed meanwhile moves to the end and is read again;
none is skipped and no statement of ours runs long. Without a time column all is read, by key where
there is one. Times are compared as the database keeps them; where it keeps them as text, by day.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Names
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from counterpoise.connectors.sources.port import (
    Removed,
    SourceField,
    SourceObject,
    SourceRefused,
    SourceUnreachable,
)
from counterpoise.connectors.sources.settings import Opening
from counterpoise.connectors.sql.settings import Wanted, open_engine, read_wanted
from counterpoise.domain.collect import mapping_toml
from counterpoise.domain.tables.mapping import FileMapping, Mapping
from counterpoise.domain.values.text import text

PAGE = 5_000
_NUMBERS = ("INT", "NUMERIC", "DECIMAL", "DOUBLE", "FLOAT", "REAL")
_ZONED = "TIMESTAMP WITH TIME ZONE"
_CODES: Names[Any, str] = {
    1184: _ZONED,
    1114: "TIMESTAMP",
    1082: "DATE",
    12: "DATETIME",
    7: "TIMESTAMP",
}
"""How drivers name the types of a query's columns: PostgreSQL's ids, and MySQL's."""


class SqlSource:
    """mapped: what a person said the columns of objects mean; the others are recognised."""

    def __init__(
        self, name: str, engine: sa.Engine, wanted: Sequence[Wanted], mapped: Mapping
    ) -> None:
        self._name = name
        self._engine = engine
        self._wanted = {each.name: each for each in wanted}
        self._mapped = {each.file: each for each in mapped.files}

    def describe(self) -> tuple[SourceObject, ...]:
        with self._ask() as connection:
            return tuple(self._describe(connection, each) for each in self._wanted.values())

    def map(self, described: SourceObject) -> FileMapping:
        unsaid = FileMapping(described.name, "", self._name, (), ())
        return replace(self._mapped.get(described.name, unsaid), source=self._name)

    def read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.RecordBatch]:
        wanted = self._wanted[described.name]
        names = [each.name for each in described.fields]
        query: Any = sa.select(*map(sa.column, names)).select_from(_rows_of(wanted, names))
        order: list[sa.ColumnClause[Any]] = [sa.column(wanted.key)]
        if wanted.time and since is not None:
            kind = next(e.type for e in described.fields if e.name == wanted.time)
            is_text = self._engine.dialect.name == "sqlite"
            query = query.where(sa.column(wanted.time) >= _bound(kind, since, is_text=is_text))
            order = [sa.column(wanted.time), *order]
        with self._ask() as connection:
            if wanted.key:
                keyed = query.where(order[-1].is_not(None)).order_by(*order)
                yield from _read_pages(connection, keyed, order, names)
                query = query.where(order[-1].is_(None))
            yield from _read_stream(connection, query, names)

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        """A database tells of what is there; what is gone shows when everything is read."""
        return iter(())

    def count(self, described: SourceObject) -> int | None:
        rows = _rows_of(self._wanted[described.name], [each.name for each in described.fields])
        with self._ask() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one()

    def _describe(self, connection: sa.Connection, wanted: Wanted) -> SourceObject:
        kinds = self._list_kinds(connection, wanted)
        for named in (wanted.time, wanted.key):
            if named and named not in kinds:
                raise SourceRefused(
                    text(
                        "{object} has no column {column}: it was dropped, renamed, or our account"
                        " may not see it. Change what the connection says of it.",
                        object=wanted.name,
                        column=named,
                    )
                )
        if wanted.time and any(each in kinds[wanted.time].upper() for each in _NUMBERS):
            raise SourceRefused(
                text(
                    "{object}.{column} is {type}, which is no time. Name a column of times, or"
                    " none.",
                    object=wanted.name,
                    column=wanted.time,
                    type=kinds[wanted.time],
                )
            )
        table = self._mapped[wanted.name].table if wanted.name in self._mapped else ""
        fields = tuple(SourceField(name, kind) for name, kind in kinds.items())
        return SourceObject(wanted.name, table, fields, keeps_time=bool(wanted.time))

    def _list_kinds(self, connection: sa.Connection, wanted: Wanted) -> dict[str, str]:
        if wanted.query:
            rows = sa.text(f"({wanted.query}) AS q")
            found = connection.execute(sa.select(sa.text("*")).select_from(rows).limit(0))
            held = found.cursor.description if found.cursor else ()
            return {str(each[0]): _CODES.get(each[1], str(each[1] or "")) for each in held}
        schema, _, name = wanted.name.rpartition(".")
        columns = sa.inspect(connection).get_columns(name, schema or None)
        return {each["name"]: _name_kind(each["type"]) for each in columns}

    @contextmanager
    def _ask(self) -> Iterator[sa.Connection]:
        """A connection that only reads; what the driver says is told in the words of the port."""
        try:
            with self._engine.connect() as connection:
                if self._engine.dialect.name == "postgresql":
                    connection.execute(sa.text("SET TIME ZONE 'UTC'"))
                    connection.execute(sa.text("SET TRANSACTION READ ONLY"))
                yield connection
        except (OperationalError, InterfaceError) as error:
            if _is_denied(error):
                raise _refuse(error) from error
            raise SourceUnreachable(
                text("The database did not answer ({said}).", said=_say(error))
            ) from error
        except SQLAlchemyError as error:
            raise _refuse(error) from error


def open_sql(opening: Opening) -> SqlSource:
    wanted = read_wanted(opening.settings["objects"])
    written = opening.settings.get("mapping", "")
    mapped = mapping_toml.read_mapping(written, "mapping") if written.strip() else Mapping(())
    return SqlSource(opening.name, open_engine(opening), wanted, mapped)


def _rows_of(wanted: Wanted, names: Sequence[str]) -> sa.FromClause:
    if wanted.query:
        return sa.text(wanted.query).columns(*(sa.column(each) for each in names)).subquery("q")
    schema, _, name = wanted.name.rpartition(".")
    return sa.table(name, schema=schema or None)


def _read_pages(
    connection: sa.Connection, query: Any, order: Sequence[Any], names: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    places = [names.index(each.name) for each in order]
    page = query.limit(PAGE)
    while True:
        rows = connection.execute(page).fetchall()
        if rows:
            yield _batch(rows, names)
        if len(rows) < PAGE:
            return
        page = query.where(_behind(order, [rows[-1][place] for place in places])).limit(PAGE)


def _behind(order: Sequence[Any], last: Sequence[Any]) -> Any:
    """(time, key) > (last time, last key), written so that every database knows it."""
    *before, final = zip(order, last, strict=True)
    condition = final[0] > final[1]
    for column, value in reversed(before):
        condition = sa.or_(column > value, sa.and_(column == value, condition))
    return condition


def _read_stream(
    connection: sa.Connection, query: Any, names: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    found = connection.execution_options(stream_results=True, yield_per=PAGE).execute(query)
    for rows in found.partitions(PAGE):
        yield _batch(rows, names)


def _batch(rows: Sequence[Any], names: Sequence[str]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array([_write(each) for each in column], pa.string()) for column in columns],
        names=list(names),
    )


def _write(value: Any) -> str | None:
    """As text that casting reads to the same value again."""
    if value is None or isinstance(value, str):
        return value
    return next((write(value) for kind, write in _WRITERS if isinstance(value, kind)), str(value))


_WRITERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (float, lambda value: f"{Decimal(repr(value)):f}"),
    (Decimal, lambda value: f"{value:f}"),
    ((datetime, date, time), lambda value: str(value.isoformat())),
    ((bytes, memoryview), lambda value: bytes(value).hex()),
    ((dict, list), lambda value: json.dumps(value, ensure_ascii=False, default=str)),
)


def _name_kind(kind: Any) -> str:
    return _ZONED if getattr(kind, "timezone", False) else str(kind)


def _bound(kind: str, since: datetime, *, is_text: bool) -> Any:
    """The moment as the column keeps it; without a zone it is taken for UTC. Of times kept as text
    only the day is compared, for a day begins alike in every way of writing."""
    moment = since.astimezone(UTC)
    if kind == _ZONED and not is_text:
        return since
    if kind.upper().startswith(("TIMESTAMP", "DATETIME")) and not is_text:
        return moment.replace(tzinfo=None)
    return moment.date() if kind.upper() == "DATE" and not is_text else moment.date().isoformat()


def _is_denied(error: DBAPIError) -> bool:
    said = str(error.orig).lower()
    return any(each in said for each in ("authentication", "password", "denied", "permission"))


def _refuse(error: SQLAlchemyError) -> SourceRefused:
    return SourceRefused(text("The database refuses ({said}).", said=_say(error)))


def _say(error: SQLAlchemyError) -> str:
    """The driver's first line: never the statement, and no value."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or [type(error).__name__])[0][:300]
