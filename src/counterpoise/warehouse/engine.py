"""Opens the engine: an in-memory DuckDB over the Parquet files of one build, and nothing else.

A mart is a folder of Parquet files, `builds/<id>/<table>/*.parquet`; a build holds every canonical
table, empty ones included, so a query never has to ask whether a table is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from counterpoise.domain.tables.dictionary import get_tables
from counterpoise.warehouse.schema import select_columns

MEMORY_LIMIT = "1GB"
THREADS = 2


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def open_connection(
    scratch: Path | None = None, memory_limit: str = MEMORY_LIMIT
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB in UTC that spills to `scratch`, and without extensions from outside."""
    config: dict[str, str | bool | int] = {
        "threads": THREADS,
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if scratch is not None:
        config["temp_directory"] = str(scratch)
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def open_build(folder: Path) -> Iterator[Backend]:
    """The build in `folder` as an Ibis connection with a view a canonical table."""
    connection = open_connection()
    try:
        create_views(connection, folder)
        yield ibis.duckdb.from_connection(connection)
    finally:
        connection.close()


def create_views(connection: duckdb.DuckDBPyConnection, folder: Path, prefix: str = "") -> None:
    """A view a canonical table; of a build of an earlier version too, which may lack columns."""
    for table in get_tables():
        written = next((folder / table.name).glob("*.parquet"), None)
        columns = select_columns(table, written) if written else "*"
        files = literal(str(folder / table.name / "*.parquet"))
        name = quote(prefix + table.name)
        connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet({files})")
