"""Brings staged rows into a mart by source and key: the newer load wins.

Only what the file maps is written: an attribute that a newer file does not have keeps the value an
earlier one brought. A file of the mart in which nothing changes is not written again.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.marts.files import Mart, read
from counterpoise.warehouse.staging.stage import Staged


@dataclass(frozen=True, slots=True)
class Merged:
    new: int
    updated: int
    unchanged: int


def merge(connection: duckdb.DuckDBPyConnection, mart: Mart, staged: Staged) -> Merged:
    """Uses up the staged file."""
    if not staged.rows:
        return Merged(0, 0, 0)
    if not mart.files:
        mart.take(staged.path)
        return Merged(staged.rows, 0, 0)
    met = updated = 0
    for file in tuple(mart.files):
        overlap, changed = _compare(connection, file, staged)
        met, updated = met + overlap, updated + changed
        if changed:
            new = mart.name_file()
            _rewrite(connection, mart, file, staged, new)
            mart.replace(file, new)
    if met == 0:
        mart.take(staged.path)
    elif met < staged.rows:
        _append_new(connection, mart, staged)
    return Merged(staged.rows - met, updated, met - updated)


def _compare(connection: duckdb.DuckDBPyConnection, file: Path, staged: Staged) -> tuple[int, int]:
    """How many rows of the file the staged ones meet, and how many of those they change."""
    differs = " OR ".join(
        f"m.{quote(each)} IS DISTINCT FROM s.{quote(each)}"
        for each in staged.attributes
        if each != "source_id"
    )
    found = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {differs or 'false'})"
        f" FROM {read([file])} AS m JOIN {read([staged.path])} AS s"
        f" ON m.source_id = s.source_id AND m.source = {literal(staged.source)}"
    ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def _rewrite(
    connection: duckdb.DuckDBPyConnection, mart: Mart, file: Path, staged: Staged, out: Path
) -> None:
    columns = ["m.source", "m.source_id"]
    for each in mart.table.attributes[1:]:
        name = quote(each.name)
        is_brought = each.name in staged.attributes
        columns.append(
            f"CASE WHEN s.source_id IS NULL THEN m.{name} ELSE s.{name} END AS {name}"
            if is_brought
            else f"m.{name}"
        )
    # Joined by two columns of both: a constant in the condition of an outer join makes the engine
    # compare every row with every other.
    source = f"read_parquet({literal(str(file))}, file_row_number = true)"
    connection.execute(
        f"COPY (SELECT {', '.join(columns)} FROM {source} AS m LEFT JOIN {read([staged.path])} AS s"
        " ON m.source_id = s.source_id AND m.source = s.source"
        f" ORDER BY m.file_row_number) TO {literal(str(out))} ({COPY_OPTIONS})"
    )


def _append_new(connection: duckdb.DuckDBPyConnection, mart: Mart, staged: Staged) -> None:
    out = mart.name_file()
    source = f"read_parquet({literal(str(staged.path))}, file_row_number = true)"
    connection.execute(
        f"COPY (SELECT s.* EXCLUDE (file_row_number) FROM {source} AS s"
        f" ANTI JOIN {read(mart.files)} AS m ON m.source_id = s.source_id AND m.source = s.source"
        f" ORDER BY s.file_row_number) TO {literal(str(out))} ({COPY_OPTIONS})"
    )
    mart.files.append(out)
    mart.changed = True
