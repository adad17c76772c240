"""Casts through the domain, once for each distinct spelling that the engine does not cast itself.

So there is one set of casting rules, the domain's, and the engine only takes a short way where it
is known to come to the same. The cast spellings are written to a Parquet file that staging joins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.collect.casting import Cast, cast, cast_code, find_currency
from counterpoise.domain.collect.forms import (
    FORMS_BY_TYPE,
    ColumnCounts,
    Form,
    Undecided,
    decide_forms,
)
from counterpoise.domain.tables.dictionary import Attribute, Type
from counterpoise.domain.tables.mapping import ColumnMapping
from counterpoise.domain.values.text import Text, text
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.batches import write_reason
from counterpoise.warehouse.schema import arrow_type
from counterpoise.warehouse.staging.fast import NUMBERS, cast_fast, tidy

DATES: tuple[Type, ...] = ("date", "timestamp")
_BATCH = 20_000
_FEW = 50


class Ambiguous(ValueError):
    """A column that fits two readings, and nothing decides between them."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """An attribute with the column of the landed file that feeds it."""

    attribute: Attribute
    column: str
    mapping: ColumnMapping

    @property
    def sql(self) -> str:
        return f"l.{quote(self.column)}"


def decide(
    connection: duckdb.DuckDBPyConnection, landed: str, mapped: tuple[Mapped, ...], zone: str
) -> tuple[dict[str, Form], tuple[Text, ...]]:
    """The form of each typed attribute, by name, and notes on what was taken from elsewhere.

    Raises Ambiguous.
    """
    forms: dict[str, Form] = {}
    notes: list[Text] = []
    for family in (DATES, NUMBERS):
        typed = [each for each in mapped if each.attribute.type in family]
        counts = {
            each.column: _count_shapes(connection, landed, each, zone) for each in reversed(typed)
        }
        decided, taken = decide_forms(tuple(counts.values()))
        notes.extend(taken)
        for each in typed:
            form = decided[each.column]
            if isinstance(form, Undecided):
                raise Ambiguous(
                    text(
                        "{file}, column {column}: {why}.",
                        file=each.mapping.file,
                        column=each.column,
                        why=str(form.why),
                    )
                )
            forms[each.attribute.name] = replace(form, type=each.attribute.type)
    return forms, tuple(notes)


def write_lookup(
    connection: duckdb.DuckDBPyConnection,
    landed: str,
    mapped: Mapped,
    form: Form | None,
    zone: tuple[str, tzinfo],
    out: Path,
) -> int:
    """Write `written`, `value`, `currency` and `reason` of each spelling; returns how many."""
    fast = cast_fast(mapped.sql, mapped.attribute, form, zone[0])
    other = f" AND NOT coalesce({fast.is_plain}, false)" if fast else ""
    spellings = connection.execute(
        f"SELECT DISTINCT {mapped.sql} FROM {landed} AS l WHERE {mapped.sql} IS NOT NULL{other}"
    )
    schema = pa.schema(
        [
            ("written", pa.string()),
            ("value", arrow_type(mapped.attribute)),
            ("currency", pa.string()),
            ("reason", pa.string()),
        ]
    )
    total = 0
    with pq.ParquetWriter(out, schema, compression="lz4") as writer:
        for batch in _batches(spellings):
            rows = [_cast(each, mapped.attribute, form, zone[1]) for each in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema))
            total += len(rows)
    return total


def list_spellings(
    connection: duckdb.DuckDBPyConnection, landed: str, mapped: Mapped
) -> str | None:
    """SQL that casts a code or yes/no column, whose spellings are few; None where they are not."""
    found = connection.execute(
        f"SELECT DISTINCT {mapped.sql} FROM {landed} AS l WHERE {mapped.sql} IS NOT NULL"
        f" LIMIT {_FEW + 1}"
    ).fetchall()
    if len(found) > _FEW:
        return None
    cases = []
    for (written,) in sorted(found):
        value = _cast(written, mapped.attribute, None, UTC)["value"]
        if value is not None:
            cases.append(f"WHEN {literal(written)} THEN {_constant(value)}")
    return f"CASE {mapped.sql} {' '.join(cases)} END" if cases else "NULL"


def to_engine(read: Cast, attribute: Attribute) -> object:
    """The value as the mart's type holds it: shares and numbers as the nearest float."""
    value = read.value
    if value is not None and attribute.type in ("share", "number"):
        assert not isinstance(value, date | datetime)
        return float(value)
    return value


def _count_shapes(
    connection: duckdb.DuckDBPyConnection, landed: str, mapped: Mapped, zone: str
) -> ColumnCounts:
    shapes = FORMS_BY_TYPE[mapped.attribute.type]
    counted = ", ".join(
        f"sum(n) FILTER (WHERE regexp_full_match(tidied, {literal(shape)}))"
        for shape in shapes.values()
    )
    # ISO dates tell nothing of the order of the others, and there may be millions of them.
    fast = cast_fast(mapped.sql, mapped.attribute, None, zone)
    is_date = mapped.attribute.type in DATES
    other = f" AND NOT coalesce({fast.is_plain}, false)" if fast and is_date else ""
    found = connection.execute(
        f"SELECT {counted} FROM (SELECT {tidy(mapped.sql)} AS tidied, count(*) AS n"
        f" FROM {landed} AS l WHERE {mapped.sql} IS NOT NULL{other} GROUP BY 1)"
    ).fetchone()
    assert found is not None
    return ColumnCounts(
        mapped.column,
        mapped.attribute.type,
        {name: int(n or 0) for name, n in zip(shapes, found, strict=True)},
        mapped.mapping.date_order,
        mapped.mapping.decimal_mark,
    )


def _cast(written: str, attribute: Attribute, form: Form | None, zone: tzinfo) -> dict[str, object]:
    if attribute.type == "code":
        read = cast_code(written, attribute)
    else:
        read = cast(written, attribute.type, form or Form(attribute.type), zone)
    return {
        "written": written,
        "value": to_engine(read, attribute),
        "currency": find_currency(written) if attribute.type == "money" else None,
        "reason": write_reason(read.reason) if read.reason else None,
    }


def _constant(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else literal(str(value))


def _batches(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[str]]:
    while rows := cursor.fetchmany(_BATCH):
        yield [written for (written,) in rows]
