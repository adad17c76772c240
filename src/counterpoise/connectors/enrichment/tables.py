"""A file or a table of a database as a provider: the one row whose key is the company's."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from counterpoise.connectors.enrichment.provider import Found, Subject
from counterpoise.connectors.sources.port import SourceRefused
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.values.text import text


@dataclass(frozen=True, slots=True)
class Columns:
    """by: the attribute of the company that `key` holds. fields: the column of each field."""

    key: str
    by: str
    fields: Mapping[str, str]


class FileProvider:
    """A CSV in UTF-8 with a head; a company that it has twice is not known by it."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path, self._columns = path, columns
        self._rows: dict[str, Mapping[str, str] | None] | None = None

    def ask(self, subject: Subject) -> Found | None:
        if self._rows is None:
            self._rows = self._read()
        row = self._rows.get(_find_key(subject, self._columns.by))
        return None if row is None else _answer(row, self._columns, self._path.name, "file")

    def _read(self) -> dict[str, Mapping[str, str] | None]:
        rows: dict[str, Mapping[str, str] | None] = {}
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                read = csv.DictReader(file)
                _check_columns(read.fieldnames or (), self._columns, self._path.name)
                for row in read:
                    key = _fold_key(row[self._columns.key] or "", self._columns.by)
                    rows[key] = None if key in rows else row
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise SourceRefused(
                text("{file} cannot be read as a CSV in UTF-8.", file=self._path.name)
            ) from error
        rows.pop("", None)
        return rows


class TableProvider:
    """A table of a database, asked row by row."""

    def __init__(self, engine: sa.Engine, table: str, columns: Columns) -> None:
        self._engine, self._name, self._columns = engine, table, columns

    def ask(self, subject: Subject) -> Found | None:
        wanted = getattr(subject, self._columns.by)
        if not wanted:
            return None
        schema, _, name = self._name.rpartition(".")
        names = (self._columns.key, *self._columns.fields.values())
        table = sa.table(name, *(sa.column(each) for each in names), schema=schema or None)
        key = table.c[self._columns.key]
        query = sa.select(table).where(sa.func.lower(key) == wanted.lower()).limit(2)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).mappings().all()
        except SQLAlchemyError as error:
            raise SourceRefused(
                text("The database does not show {table} with these columns.", table=self._name)
            ) from error
        if len(rows) != 1:
            return None
        return _answer(rows[0], self._columns, self._name, "table")


def _answer(row: Mapping[Any, Any], columns: Columns, place: str, method: str) -> Found:
    fields = {
        field: str(row[column]).strip()
        for field, column in columns.fields.items()
        if row[column] is not None and str(row[column]).strip()
    }
    return Found(fields, dict.fromkeys(fields, method), place)


def _check_columns(there: Iterable[str], columns: Columns, place: str) -> None:
    if missing := sorted({columns.key, *columns.fields.values()} - set(there)):
        raise SourceRefused(text("{file} has no column {column}.", file=place, column=missing[0]))


def _find_key(subject: Subject, by: str) -> str:
    return _fold_key(getattr(subject, by), by)


def _fold_key(written: str, by: str) -> str:
    return written.strip().lower() if by == "domain" else fold(written) if written else ""
