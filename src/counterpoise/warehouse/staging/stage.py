"""Stages one landed file: renamed, cast, de-duplicated, into the columns of its canonical table.

A row is taken whole or not at all: one cell that cannot be read puts the row into quarantine.
Clean files go the short way, in one pass of the engine; whether a file was clean is known from the
number of filled cells before and after. Any difference, an id that comes twice included, sends the
file through the careful way, which looks at each spelling and names each row that is left out.
"""

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from counterpoise.domain.collect.forms import Form
from counterpoise.domain.tables.dictionary import Table, get_table
from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.domain.tables.received import Quarantined
from counterpoise.domain.values.text import Text, text
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.batches import read_reason, write_reason
from counterpoise.warehouse.landing.reading import COPY_OPTIONS, Landed, count_nulls
from counterpoise.warehouse.schema import engine_type
from counterpoise.warehouse.staging.fast import cast_fast, cast_text, find_sheet_error
from counterpoise.warehouse.staging.history import name_attribute
from counterpoise.warehouse.staging.keys import derive_key
from counterpoise.warehouse.staging.lookup import (
    Mapped,
    decide,
    list_spellings,
    write_lookup,
)
from counterpoise.warehouse.staging.repeats import Repeats, find_repeats
from counterpoise.warehouse.staging.stages import StageKinds, derive_closing, derive_status

_TEXTS = ("text",)
_LOOKED_UP = ("code", "boolean")
EMPTY = text("it is empty, and every row needs it")


@dataclass(frozen=True, slots=True)
class Staged:
    """path: rows in the mart's columns, of which `attributes` came from the file.

    repeated: rows that say word for word what another row of the file says.
    """

    table: Table
    source: str
    path: Path
    rows: int
    repeated: int
    attributes: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What staging takes from the rulebook: the company's clock, and which stages end a deal."""

    zone: tuple[str, tzinfo]
    stages: StageKinds


@dataclass(frozen=True, slots=True)
class _Work:
    """One file on its way. scratch: a folder of its own."""

    connection: duckdb.DuckDBPyConnection
    landed: Landed
    mapping: FileMapping
    table: Table
    mapped: tuple[Mapped, ...]
    rules: Rules
    scratch: Path

    @property
    def source(self) -> str:
        return f"read_parquet({literal(str(self.landed.path))}, file_row_number = true)"

    @property
    def out(self) -> Path:
        return self.scratch / "staged.parquet"


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    landed: Landed,
    mapping: FileMapping,
    rules: Rules,
    scratch: Path,
) -> Staged:
    """Raises Ambiguous for a column that fits two readings."""
    scratch.mkdir(parents=True, exist_ok=True)
    table = get_table(mapping.table)
    names = dict(zip(landed.received.columns, landed.columns, strict=True))
    mapped = tuple(
        Mapped(table.get_attribute(each.attribute), names[each.column], each)
        for each in mapping.columns
    )
    work = _Work(connection, landed, mapping, table, mapped, rules, scratch)
    return _stage_clean(work) or _stage_carefully(work)


def _stage_clean(work: _Work) -> Staged | None:
    """None where a cell, a key or a form needs a closer look."""
    if work.table.name == "opportunity_change":
        return None
    values = {}
    for each in work.mapped:
        if (value := _cast_clean(work, each)) is None:
            return None
        values[each.attribute.name] = value
    select, notes = _complete(work, values)
    _copy(work, f"SELECT {select} FROM {work.source} AS l", work.out)
    if not _is_clean(work):
        return None
    return _finish(work, tuple(values), notes, Repeats((), 0))


def _cast_clean(work: _Work, mapped: Mapped) -> str | None:
    if mapped.attribute.type in _TEXTS:
        return _cast_text(work, mapped)
    if mapped.attribute.type in _LOOKED_UP:
        return list_spellings(work.connection, work.source, mapped)
    fast = cast_fast(mapped.sql, mapped.attribute, None, work.rules.zone[0])
    return fast.sql if fast else None


def _cast_text(work: _Work, mapped: Mapped) -> str:
    if work.landed.is_tidy:
        return mapped.sql
    return cast_text(mapped.sql, is_plain=work.landed.is_plain)


def _is_clean(work: _Work) -> bool:
    """As many cells are filled as were, none that is required is missing, no key comes twice."""
    before, after = count_nulls(work.landed.path), count_nulls(work.out)
    for each in work.mapped:
        missing = after[each.attribute.name]
        if missing != before[each.column] or (each.attribute.is_required and missing):
            return False
    return _has_unique_keys(work)


def _has_unique_keys(work: _Work) -> bool:
    """Most exports are sorted by key, which is cheap to see; else the keys are counted."""
    key = next((each for each in work.mapped if each.attribute.name == "source_id"), None)
    if key is not None:
        rising = work.connection.execute(
            "SELECT coalesce(bool_and(key > before), true) FROM (SELECT key, lag(key) OVER () AS"
            f" before FROM (SELECT {key.sql} AS key FROM {work.source} AS l))"
        ).fetchone()
        if rising == (True,):
            return True
    distinct = work.connection.execute(
        f"SELECT count(*) = count(DISTINCT source_id) FROM read_parquet({literal(str(work.out))})"
    ).fetchone()
    return bool(distinct == (True,))


def _stage_carefully(work: _Work) -> Staged:
    forms, notes = decide(work.connection, work.source, work.mapped, work.rules.zone[0])
    joins, values, bad = [], {}, []
    for place, each in enumerate(work.mapped):
        value, reason, join = _cast_column(work, each, forms.get(each.attribute.name), place)
        values[each.attribute.name] = value
        bad.append((each, value, reason))
        joins.append(join)
    if "currency" not in values and (sign := _find_sign(work)):
        values["currency"] = sign
    select, more = _complete(work, values)
    everything = work.scratch / "cast.parquet"
    _copy(
        work,
        f"SELECT {select}, l.file_row_number AS place, {_explain_bad(bad)} AS bad"
        f" FROM {work.source} AS l {' '.join(joins)}",
        everything,
    )
    attributes = tuple(dict.fromkeys(values))
    repeats = find_repeats(work.connection, everything, attributes, work.landed.row_of)
    _keep_good(work, everything, repeats)
    left_out = _list_bad(work, everything) + _list_repeated(work, repeats)
    return _finish(work, attributes, (*notes, *more), repeats, left_out)


def _cast_column(
    work: _Work, mapped: Mapped, form: Form | None, place: int
) -> tuple[str, str, str]:
    """SQL of the value, of the reason why it cannot be read (NULL where it can), and a join."""
    if mapped.attribute.type in _TEXTS:
        wrong = literal(write_reason(text("a spreadsheet's error stands for the value")))
        reason = f"CASE WHEN {find_sheet_error(mapped.sql)} THEN {wrong} END"
        return _cast_text(work, mapped), reason, ""
    zone, path = work.rules.zone, work.scratch / f"lookup-{place}.parquet"
    found = write_lookup(work.connection, work.source, mapped, form, zone, path)
    fast = cast_fast(mapped.sql, mapped.attribute, form, zone[0])
    if fast and not found:
        return fast.sql, "NULL", ""
    alias = f"k{place}"
    join = (
        f"LEFT JOIN read_parquet({literal(str(path))}) AS {alias} ON {alias}.written = {mapped.sql}"
    )
    value = f"{alias}.value"
    if fast:
        value = f"coalesce({fast.sql}, {value})"
    return value, f"{alias}.reason", join


def _find_sign(work: _Work) -> str | None:
    """SQL of the currency that stands with the amounts themselves."""
    if work.table.find_attribute("currency") is None:
        return None
    signs = [
        f"k{place}.currency"
        for place, each in enumerate(work.mapped)
        if each.attribute.type == "money"
        and pq.read_table(work.scratch / f"lookup-{place}.parquet", columns=["currency"])[
            "currency"
        ].drop_null()
    ]
    return f"coalesce({', '.join(signs)})" if signs else None


def _complete(work: _Work, values: dict[str, str]) -> tuple[str, tuple[Text, ...]]:
    """The select list of the whole table; what the dictionary says of missing values goes in."""
    table, notes = work.table, []
    if "source_id" not in values:
        values["source_id"] = derive_key(table.name, values)
        notes.append(text("{file} has no key; one was made of its content", file=work.mapping.file))
    if table.name == "opportunity" and "stage" in values:
        status, note = derive_status(work.connection, work.landed.path, values, work.rules.stages)
        values["status"] = status
        notes.extend(note)
        if "closed_at" not in values and "expected_close_on" in values:
            values["closed_at"] = derive_closing(values, work.rules.zone[0])
    if table.name == "activity" and {"direction", "occurred_at"} <= set(values):
        if "type" not in values:
            notes.append(text("{file} says no type; its rows are calls", file=work.mapping.file))
        values.setdefault("type", "'call'")
    if table.name == "target":
        values.setdefault("measure", "'won_revenue'")
        values.setdefault("period_end", f"({values.get('period_start')} + INTERVAL 3 MONTH)::DATE")
    if table.name == "opportunity_change":
        values["attribute"] = name_attribute(work.connection, work.landed.path, values)
        values.setdefault("origin", "'history'")
    listed = [f"{literal(work.mapping.source)} AS source"]
    for each in table.attributes:
        value = values.get(each.name, "NULL")
        typed = value if each.name in {m.attribute.name for m in work.mapped} else None
        cast = typed if typed and each.type != "code" else f"CAST({value} AS {engine_type(each)})"
        listed.append(f"{cast} AS {quote(each.name)}")
    return ", ".join(listed), tuple(notes)


def _explain_bad(cells: list[tuple[Mapped, str, str]]) -> str:
    """SQL of the first bad cell of a row: its column, what is written there, and why it is bad."""
    empty = literal(write_reason(EMPTY))
    cases = []
    for mapped, value, reason in cells:
        column = literal(mapped.mapping.column)
        if reason != "NULL":
            cases.append(f"WHEN {reason} IS NOT NULL THEN {_cell(column, mapped.sql, reason)}")
        if mapped.attribute.is_required:
            cases.append(f"WHEN {value} IS NULL THEN {_cell(column, mapped.sql, empty)}")
    return f"CASE {' '.join(cases)} END" if cases else "NULL"


def _cell(column: str, written: str, reason: str) -> str:
    return f"{{'column': {column}, 'written': coalesce({written}, ''), 'reason': {reason}}}"


def _keep_good(work: _Work, everything: Path, repeats: Repeats) -> None:
    work.connection.execute("CREATE OR REPLACE TEMP TABLE dropped (place BIGINT)")
    if repeats.dropped:
        places = [[each] for each in repeats.dropped]
        work.connection.executemany("INSERT INTO dropped VALUES (?)", places)
    query = (
        f"SELECT * EXCLUDE (place, bad) FROM read_parquet({literal(str(everything))}) AS c"
        " WHERE bad IS NULL AND place NOT IN (SELECT place FROM dropped) ORDER BY place"
    )
    _copy(work, query, work.out)


def _list_bad(work: _Work, everything: Path) -> tuple[Quarantined, ...]:
    rows = work.connection.execute(
        "SELECT place, bad.column, bad.written, bad.reason FROM"
        f" read_parquet({literal(str(everything))}) WHERE bad IS NOT NULL"
    ).fetchall()
    file, row_of = work.mapping.file, work.landed.row_of
    return tuple(
        Quarantined(file, row_of(place), column, written, read_reason(reason))
        for place, column, written, reason in rows
    )


def _list_repeated(work: _Work, repeats: Repeats) -> tuple[Quarantined, ...]:
    key = next((m.mapping.column for m in work.mapped if m.attribute.name == "source_id"), "")
    return tuple(
        Quarantined(work.mapping.file, each.row, key, each.key, each.reason)
        for each in repeats.refused
    )


def _finish(
    work: _Work,
    attributes: tuple[str, ...],
    notes: tuple[Text, ...],
    repeats: Repeats,
    left_out: tuple[Quarantined, ...] = (),
) -> Staged:
    return Staged(
        table=work.table,
        source=work.mapping.source,
        path=work.out,
        rows=int(pq.read_metadata(work.out).num_rows),
        repeated=repeats.repeated,
        attributes=tuple(sorted(attributes)),
        quarantined=tuple(sorted(left_out, key=lambda each: each.row)),
        notes=notes,
    )


def _copy(work: _Work, query: str, out: Path) -> None:
    work.connection.execute(f"COPY ({query}) TO {literal(str(out))} ({COPY_OPTIONS})")
