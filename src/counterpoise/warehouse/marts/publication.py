"""Holds a finished build against the data dictionary and what was staged, and describes it.

Nothing is published that does not pass: types, required values, keys, rows and sums of money.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from counterpoise.domain.tables.dictionary import Table, get_tables
from counterpoise.domain.values.text import text
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.disk import hash_file
from counterpoise.warehouse.marts.balance import Expected, sum_money
from counterpoise.warehouse.schema import arrow_schema

MANIFEST = "manifest.json"


class BrokenBuild(RuntimeError):
    """A build that does not say what was loaded; it is not published."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a manifest says besides what is counted."""

    build: str
    batch: str
    previous: str
    received_at: datetime
    code_version: str
    zone: str


def check_build(
    connection: duckdb.DuckDBPyConnection,
    build: Path,
    expected: Expected,
    changed: tuple[str, ...],
) -> None:
    """Raises BrokenBuild naming the table and what is wrong with it."""
    for table in get_tables():
        files = sorted((build / table.name).glob("*.parquet"))
        rows = sum(_check_file(table, each) for each in files)
        wanted = expected.rows.get(table.name)
        if wanted is not None and rows != wanted:
            raise BrokenBuild(
                text(
                    "{name} would hold {rows} rows and must hold {wanted}. Nothing was"
                    " published; please report this with the batch.",
                    name=table.name,
                    rows=rows,
                    wanted=wanted,
                )
            )
        money = sum_money(connection, table, files)
        if money != expected.money[table.name]:
            raise BrokenBuild(
                text(
                    "{name} would hold sums of {money} and must hold {wanted}. Nothing was"
                    " published; please report this.",
                    name=table.name,
                    money=str(money),
                    wanted=str(expected.money[table.name]),
                )
            )
        if table.name in changed and len(files) > 1:
            _check_keys(connection, build, table)


def write_manifest(
    connection: duckdb.DuckDBPyConnection,
    build: Path,
    described: Description,
    previous: Path | None,
) -> dict[str, Any]:
    """Rows, sums of money by currency and the hash of every file; returns what was written."""
    known = _read_hashes(previous)
    files = {}
    for each in sorted(build.rglob("*.parquet")):
        name = each.relative_to(build).as_posix()
        linked = previous is not None and (previous / name).exists()
        is_same = linked and previous is not None and (previous / name).samefile(each)
        files[name] = known[name] if is_same and name in known else hash_file(each)
    manifest: dict[str, Any] = {
        "build": described.build,
        "batch": described.batch,
        "previous": described.previous,
        "received_at": described.received_at.isoformat(),
        "code_version": described.code_version,
        "time_zone": described.zone,
        "rows": {table.name: count_rows(build / table.name) for table in get_tables()},
        "sums": {
            table.name: sums
            for table in get_tables()
            if (sums := sum_by_currency(connection, build / table.name, table))
        },
        "files": files,
    }
    written = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (build / MANIFEST).write_text(written + "\n", "utf-8")
    return manifest


def verify_build(build: Path) -> None:
    """Hold every file to its hash in the manifest. Raises BrokenBuild naming the first to fail."""
    hashes = _read_hashes(build)
    found = {each.relative_to(build).as_posix() for each in build.rglob("*.parquet")}
    if missing := sorted(set(hashes) ^ found):
        raise BrokenBuild(
            text(
                "{name}: {missing} is not where the manifest says.",
                name=build.name,
                missing=missing[0],
            )
        )
    for name, known in hashes.items():
        if hash_file(build / name) != known:
            raise BrokenBuild(
                text(
                    "{name}: {part} is not what was published; the file was changed or the"
                    " disk is failing. Restore it from a backup, or collect the sources again.",
                    name=build.name,
                    part=name,
                )
            )


def find_manifest_hash(build: Path) -> str:
    """SHA-256 of the manifest, and so of all that the manifest tells of; "" where there is none."""
    manifest = build / MANIFEST
    return hash_file(manifest) if manifest.is_file() else ""


def count_rows(folder: Path) -> int:
    return sum(int(pq.read_metadata(each).num_rows) for each in folder.glob("*.parquet"))


def sum_by_currency(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: Table
) -> dict[str, dict[str, str]]:
    """By attribute and currency ('' where none is named), exact."""
    money = [each.name for each in table.attributes if each.type == "money"]
    if not money:
        return {}
    currency = "coalesce(currency, '')" if table.find_attribute("currency") else "''"
    listed = ", ".join(f"sum({quote(each)})" for each in money)
    source = f"read_parquet({literal(str(folder / '*.parquet'))})"
    rows = connection.execute(
        f"SELECT {currency}, {listed} FROM {source} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {
        name: {row[0]: _plain(row[place]) for row in rows if row[place] is not None}
        for place, name in enumerate(money, 1)
    }


def _plain(total: Decimal) -> str:
    return f"{total:f}"


def _check_file(table: Table, file: Path) -> int:
    """The rows of a file whose columns are the dictionary's and whose required values are there."""
    held = pq.ParquetFile(file)
    schema, wanted = held.schema_arrow, arrow_schema(table)
    if schema.names != wanted.names or schema.types != wanted.types:
        raise BrokenBuild(
            text(
                "{name}: {part} has the columns {schema}.",
                name=table.name,
                part=file.name,
                schema=schema,
            )
        )
    metadata = held.metadata
    required = {each.name for each in table.attributes if each.is_required} | {"source"}
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            statistics = column.statistics
            empty = statistics.null_count if statistics else column.num_values
            if column.path_in_schema in required and empty:
                raise BrokenBuild(
                    text(
                        "{name}: a row of {part} has no {path_in_schema}.",
                        name=table.name,
                        part=file.name,
                        path_in_schema=column.path_in_schema,
                    )
                )
    return int(metadata.num_rows)


def _check_keys(connection: duckdb.DuckDBPyConnection, build: Path, table: Table) -> None:
    source = f"read_parquet({literal(str(build / table.name / '*.parquet'))})"
    twice = connection.execute(
        f"SELECT source, source_id FROM {source} GROUP BY ALL HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        raise BrokenBuild(
            text(
                "{name} would hold '{twice}' of {count} twice.",
                name=table.name,
                twice=twice[1],
                count=twice[0],
            )
        )


def _read_hashes(build: Path | None) -> dict[str, str]:
    if build is None:
        return {}
    content: dict[str, Any] = json.loads((build / MANIFEST).read_text("utf-8"))
    hashes: dict[str, str] = content["files"]
    return hashes
