"""Brings columns to the form in which they are compared: each distinct value once, in Python."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.reading import COPY_OPTIONS


@dataclass(frozen=True, slots=True)
class Fold:
    """sources: columns whose values are given to the function; '' for one that is NULL."""

    sources: tuple[str, ...]
    function: Callable[..., str]


def write_features(
    connection: duckdb.DuckDBPyConnection, table: str, folds: Mapping[str, Fold], file: Path
) -> None:
    """Write a file with `record` and a column for each fold, NULL where nothing comes of it."""
    joins, columns = [], []
    for place, (name, fold) in enumerate(folds.items()):
        lookup = f"fold_{place}"
        connection.register(lookup, _look_up(connection, table, fold))
        same = " AND ".join(
            f"coalesce(raw.{quote(source)}, '') = {lookup}.v{number}"
            for number, source in enumerate(fold.sources)
        )
        joins.append(f" LEFT JOIN {lookup} ON {same}")
        columns.append(f", nullif({lookup}.made, '') AS {quote(name)}")
    connection.execute(
        f"COPY (SELECT raw.record{''.join(columns)} FROM {table} AS raw{''.join(joins)})"
        f" TO {literal(str(file))} ({COPY_OPTIONS})"
    )
    for place in range(len(folds)):
        connection.unregister(f"fold_{place}")


def _look_up(connection: duckdb.DuckDBPyConnection, table: str, fold: Fold) -> pa.Table:
    listed = ", ".join(
        f"coalesce({quote(source)}, '') AS v{n}" for n, source in enumerate(fold.sources)
    )
    rows: Sequence[tuple[str, ...]] = connection.execute(
        f"SELECT DISTINCT {listed} FROM {table}"
    ).fetchall()
    values = {f"v{n}": [row[n] for row in rows] for n in range(len(fold.sources))}
    made = [fold.function(*row) for row in rows]
    return pa.table({**values, "made": pa.array(made, pa.string())})
