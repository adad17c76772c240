"""What a connection has already brought of an object: the key and a digest of each record.

By it a refresh tells what changed from what it only read again, counts what is here, and finds what
is gone. `known/<connection>/<object>/<refresh>.parquet` is written aside and named; which one holds
is said by the store, in the transaction that accepts what was read. Lost, it is made again by
reading everything.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from counterpoise.warehouse.engine import literal, open_connection, quote
from counterpoise.warehouse.landing.reading import COPY_OPTIONS, IN_ORDER, Landed, count_rows

MEMORY_LIMIT = "512MB"
KEY, AT, INTO = "id", "deleted_at", "merged_into"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of an object. key: its column with the key; "" where records have none, and
    are known by their content. removed: a file of id, deleted_at, merged_into, if there is one.

    gone_at: when it is told that a record is gone that a reading of everything did not meet; ""
    where not everything was read.
    """

    landed: Landed
    key: str
    removed: Path | None
    gone_at: str


@dataclass(frozen=True, slots=True)
class Told:
    """fresh: the newest version of each record that differs from what is known. removed: rows to
    be marked as gone, or as there again. known: the file that is to hold from now on.

    here: records that are here and not gone. vanished: those that a reading of everything missed.
    """

    fresh: Landed
    removed: Landed | None
    known: Path
    here: int
    vanished: int


def tell_changes(reading: Reading, known: Path | None, desk: Path, out: Path) -> Told:
    """Write what is fresh below `desk` and what is known from now on to `out`."""
    connection = open_connection(desk, MEMORY_LIMIT)
    try:
        _name_read(connection, reading)
        _name_known(connection, known)
        fresh = desk / f"{reading.landed.path.stem}-fresh.parquet"
        _write_fresh(connection, reading, fresh)
        vanished = _name_gone(connection, reading)
        removed = desk / f"{reading.landed.path.stem}-removed.parquet"
        _write_removed(connection, removed)
        _write_known(connection, out)
        here = connection.execute(
            f"SELECT count(*) FROM read_parquet({literal(str(out))}) WHERE NOT is_gone"
        ).fetchone()
    finally:
        connection.close()
    assert here is not None
    return Told(
        _land(reading.landed, fresh), _land_removed(reading, removed), out, int(here[0]), vanished
    )


def _name_read(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """The table `now`: the last place and digest of each key that was read."""
    names = [quote(each) for each in reading.landed.columns]
    parts = ", ".join(f"coalesce({each}, chr(30))" for each in names)
    written = f"concat_ws(chr(31), {parts})"
    digest = f"md5_number_lower({written})"
    key = f"coalesce({quote(reading.key)}, '')" if reading.key else f"md5({written})"
    connection.execute(
        f"CREATE TEMP TABLE now AS SELECT {key} AS key, max(file_row_number) AS place,"
        f" arg_max({digest}, file_row_number) AS digest FROM"
        f" read_parquet({literal(str(reading.landed.path))}, file_row_number = true) GROUP BY 1"
    )


def _name_known(connection: duckdb.DuckDBPyConnection, known: Path | None) -> None:
    source = (
        f"SELECT key, digest, is_gone FROM read_parquet({literal(str(known))})"
        if known
        else "SELECT ''::VARCHAR AS key, 0::UBIGINT AS digest, false AS is_gone WHERE false"
    )
    connection.execute(f"CREATE TEMP VIEW known AS {source}")


def _write_fresh(connection: duckdb.DuckDBPyConnection, reading: Reading, out: Path) -> None:
    listed = ", ".join(f"r.{quote(each)}" for each in reading.landed.columns)
    connection.execute(
        "CREATE TEMP TABLE fresh AS SELECT n.place FROM now AS n LEFT JOIN known AS k"
        " ON k.key = n.key WHERE k.digest IS DISTINCT FROM n.digest OR k.is_gone"
    )
    connection.execute(
        f"COPY (SELECT {listed} FROM read_parquet({literal(str(reading.landed.path))},"
        " file_row_number = true) AS r SEMI JOIN fresh AS f ON f.place = r.file_row_number)"
        f" TO {literal(str(out))} ({IN_ORDER})"
    )


def _name_gone(connection: duckdb.DuckDBPyConnection, reading: Reading) -> int:
    """The table `gone`: records we know that are not there any more. What was read after the
    removals were asked for is there."""
    told = (
        f"SELECT {KEY}, max({AT}) AS {AT}, arg_max({INTO}, {AT}) AS {INTO}"
        f" FROM read_parquet({literal(str(reading.removed))}) GROUP BY 1"
        if reading.removed
        else f"SELECT '' AS {KEY}, '' AS {AT}, '' AS {INTO} WHERE false"
    )
    connection.execute(f"CREATE TEMP TABLE told AS {told}")
    missed = "k.key NOT IN (SELECT key FROM now)"
    connection.execute(
        f"CREATE TEMP TABLE gone AS SELECT k.key, coalesce(t.{AT}, {literal(reading.gone_at)}) AS"
        f" {AT}, coalesce(t.{INTO}, '') AS {INTO}, t.{KEY} IS NULL AS is_missed"
        f" FROM known AS k LEFT JOIN told AS t ON t.{KEY} = k.key WHERE NOT k.is_gone AND {missed}"
        f" AND (t.{KEY} IS NOT NULL OR {'true' if reading.gone_at else 'false'})"
    )
    found = connection.execute("SELECT count(*) FROM gone WHERE is_missed").fetchone()
    assert found is not None
    return int(found[0])


def _write_removed(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    connection.execute(
        f"COPY (SELECT key AS {KEY}, nullif({AT}, '') AS {AT}, nullif({INTO}, '') AS {INTO} FROM"
        f" gone UNION ALL SELECT n.key, NULL, NULL FROM now AS n JOIN known AS k ON k.key = n.key"
        f" AND k.is_gone ORDER BY 1) TO {literal(str(out))} ({COPY_OPTIONS})"
    )


def _write_known(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        "COPY (SELECT key, digest, false AS is_gone FROM now UNION ALL SELECT k.key, k.digest,"
        " k.is_gone OR k.key IN (SELECT key FROM gone) FROM known AS k WHERE k.key NOT IN"
        f" (SELECT key FROM now)) TO {literal(str(out))} ({COPY_OPTIONS})"
    )


def _land(landed: Landed, path: Path) -> Landed:
    return Landed(landed.received, path, landed.columns, count_rows(path), (), ())


def _land_removed(reading: Reading, path: Path) -> Landed | None:
    if not pq.read_metadata(path).num_rows:
        return None
    received = reading.landed.received
    columns = (KEY, AT, INTO)
    named = type(received)(f"{received.name} removed", path, "parquet", None, columns, "", ())
    return Landed(named, path, columns, count_rows(path), (), ())
