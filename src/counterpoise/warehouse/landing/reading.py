"""Lands one received file: every record as text, in the order received, nothing interpreted.

The engine reads text with the stated dialect and strict rules. What it read plus what it rejected
is held against an independent count of the records; where the two differ, or where the engine
gives up, the careful reader takes the file instead. Nothing is ever skipped in silence.
"""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from counterpoise.domain.tables.received import Dialect, Received
from counterpoise.domain.values.text import text
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.careful import Reject, land_carefully
from counterpoise.warehouse.landing.scan import Scan, scan_text

COPY_OPTIONS = "FORMAT parquet, COMPRESSION lz4, PARQUET_VERSION v2, WRITE_BLOOM_FILTER false"
IN_ORDER = f"{COPY_OPTIONS}, PRESERVE_ORDER true"
"""Without being told, the engine sometimes thinks that the order of a copy does not matter."""
MAX_LINE = 64 << 20
_USUAL_LINE = 2 << 20
_REASONS = {
    "UNQUOTED VALUE": text("a quote is not closed, or something follows the closing quote"),
    "INVALID ENCODING": text("bytes that are no UTF-8 text"),
}


class Unreadable(ValueError):
    """A file whose records cannot be told apart without losing some."""


@dataclass(frozen=True, slots=True)
class Landed:
    """columns: names in the landed file, by place like received.columns. gaps: see Careful."""

    received: Received
    path: Path
    columns: tuple[str, ...]
    rows: int
    gaps: tuple[int, ...]
    rejects: tuple[Reject, ...]
    is_plain: bool = False
    """No control characters are inside the values."""
    is_tidy: bool = False
    """No text needs cleaning: see landing/tidiness."""

    def row_of(self, place: int) -> int:
        """The row in a spreadsheet of the landed record at `place`, which counts from 0."""
        shifted = [gap - before for before, gap in enumerate(self.gaps)]
        return place + bisect_right(shifted, place) + 2


def land_file(connection: duckdb.DuckDBPyConnection, received: Received, out: Path) -> Landed:
    """Raises Unreadable for a line over 64 MB, and where records stay uncounted."""
    names = name_columns(received.columns)
    if received.dialect is None:
        return _land_parquet(connection, received, names, out)
    scan = scan_text(received.path, received.dialect, len(names))
    if scan.longest_line > MAX_LINE:
        raise Unreadable(
            text(
                "{name}: one line has {longest_line} bytes, and 64 MB is the most that is"
                " read. Look for a quote that is never closed, or split the file.",
                name=received.name,
                longest_line=scan.longest_line,
            )
        )
    rejects = None
    if scan.header_lines == received.dialect.header_line and not scan.is_unusual:
        rejects = _read_strictly(connection, received, names, scan, out)
    if rejects is None:
        return _land_carefully(received, received.dialect, names, out)
    gaps = sorted({*scan.blanks, *(each.row - 2 for each in rejects)})
    landed = count_rows(out)
    return Landed(received, out, names, landed, tuple(gaps), rejects, scan.is_plain, scan.is_tidy)


def name_columns(received: tuple[str, ...]) -> tuple[str, ...]:
    """The same names, told apart without regard to case; one without a name is called by place."""
    names: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(received, 1):
        bare = name.strip() or f"column {place}"
        unique, copy = bare, 2
        while unique.casefold() in taken:
            unique, copy = f"{bare} ({copy})", copy + 1
        taken.add(unique.casefold())
        names.append(unique)
    return tuple(names)


def count_rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def count_nulls(path: Path) -> dict[str, int]:
    """By column, from the file's own statistics."""
    metadata = pq.read_metadata(path)
    counts = dict.fromkeys(metadata.schema.to_arrow_schema().names, 0)
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            statistics = column.statistics
            counts[column.path_in_schema] += (
                statistics.null_count if statistics else column.num_values
            )
    return counts


def _read_strictly(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    names: tuple[str, ...],
    scan: Scan,
    out: Path,
) -> tuple[Reject, ...] | None:
    """None where the engine's reading cannot be shown to be complete."""
    assert received.dialect is not None
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    source = _reader(received.path, received.dialect, names, scan)
    try:
        connection.execute(f"COPY (FROM {source}) TO {literal(str(out))} ({IN_ORDER})")
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    rejects = _list_rejects(connection, received.dialect, len(names))
    is_sure_of_lines = not (scan.blanks or scan.mixes_ends)
    if count_rows(out) + len(rejects) != scan.records or (rejects and not is_sure_of_lines):
        return None
    return rejects


def _reader(path: Path, dialect: Dialect, names: tuple[str, ...], scan: Scan) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    options = [
        f"delim = {literal(dialect.delimiter)}",
        f"quote = {literal(dialect.quote)}",
        f"escape = {literal(dialect.quote)}",
        f"skip = {dialect.header_line}",
        f"columns = {{{columns}}}",
        "header = false, auto_detect = false, strict_mode = true, nullstr = ''",
        "store_rejects = true",
    ]
    if scan.longest_line > _USUAL_LINE:
        options.append(f"max_line_size = {scan.longest_line + 1}")
    return f"read_csv({literal(str(path))}, {', '.join(options)})"


def _list_rejects(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, width: int
) -> tuple[Reject, ...]:
    rows = connection.execute(
        "SELECT line, any_value(csv_line), any_value(error_type::VARCHAR)"
        " FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    wrong = text("the record does not have the {width} fields of the header", width=width)
    return tuple(
        Reject(
            line - dialect.header_line + 1,
            (raw or "").rstrip("\r\n")[:2000],
            _REASONS.get(kind, wrong),
        )
        for line, raw, kind in rows
    )


def _land_carefully(
    received: Received, dialect: Dialect, names: tuple[str, ...], out: Path
) -> Landed:
    careful = land_carefully(received.path, dialect, names, out)
    return Landed(received, out, names, careful.landed, careful.gaps, careful.rejects)


def _land_parquet(
    connection: duckdb.DuckDBPyConnection, received: Received, names: tuple[str, ...], out: Path
) -> Landed:
    source = f"read_parquet({literal(str(received.path))})"
    types = connection.execute(f"DESCRIBE FROM {source}").fetchall()
    listed = ", ".join(
        f"{_as_text(column[0], column[1])} AS {quote(name)}"
        for column, name in zip(types, names, strict=True)
    )
    query = f"SELECT {listed} FROM {source}"
    connection.execute(f"COPY ({query}) TO {literal(str(out))} ({IN_ORDER})")
    landed = count_rows(out)
    if landed != (expected := count_rows(received.path)):
        raise Unreadable(
            text(
                "{name}: {landed} of {expected} rows could be read. The file is damaged;"
                " export it again.",
                name=received.name,
                landed=landed,
                expected=expected,
            )
        )
    return Landed(received, out, names, landed, (), ())


def _as_text(column: str, type_: str) -> str:
    """A number is written out in full: an exponent would be refused as no number later."""
    name = quote(column)
    if type_ not in ("DOUBLE", "FLOAT"):
        return f"nullif({name}::VARCHAR, '')"
    full = f"rtrim(rtrim({name}::VARCHAR::DECIMAL(38,15)::VARCHAR, '0'), '.')"
    return f"CASE WHEN contains({name}::VARCHAR, 'e') THEN {full} ELSE {name}::VARCHAR END"
