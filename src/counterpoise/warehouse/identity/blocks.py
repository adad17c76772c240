"""Which records are compared: those that have a block alike, and how many pairs each block gives.

A block that very many records share says little and costs much (a switchboard's number, "test"),
so it is left out, and how many records that were is part of the answer.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from counterpoise.warehouse.engine import literal, quote

MOST_IN_BLOCK = 300
BlockFields = tuple[str, ...]


def name_block(block: BlockFields) -> str:
    return " + ".join(block)


def name_columns(blocks: Sequence[BlockFields], prefix: str = "block") -> tuple[str, ...]:
    return tuple(f"{prefix}_{place}" for place in range(len(blocks)))


def select_blocks(blocks: Sequence[BlockFields], prefix: str = "block") -> str:
    """SQL of a column for each block, NULL where a part of it is missing."""
    return ", ".join(
        f"{' || chr(31) || '.join(map(_take, block))} AS {column}"
        for column, block in zip(name_columns(blocks, prefix), blocks, strict=True)
    )


def load_records(
    connection: duckdb.DuckDBPyConnection, features: Path, table: str, blocks: Sequence[BlockFields]
) -> tuple[int, tuple[int, ...]]:
    """Read records with their blocks, in order of their id; says how many there are, and how many
    lost each block because it was crowded."""
    connection.execute(
        f"CREATE TABLE {table} AS SELECT *, {select_blocks(blocks)}"
        f" FROM read_parquet({literal(str(features))}) ORDER BY record"
    )
    crowded = drop_crowded(connection, table, name_columns(blocks))
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]), crowded


def drop_crowded(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]
) -> tuple[int, ...]:
    """Empty the blocks that too many share; says how many records of each column that were."""
    dropped = []
    for column in columns:
        crowded = (
            f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
            f" HAVING count(*) > {MOST_IN_BLOCK}"
        )
        ((count,),) = connection.execute(
            f"UPDATE {table} SET {column} = NULL WHERE {column} IN ({crowded})"
        ).fetchall()
        dropped.append(int(count))
    return tuple(dropped)


def count_pairs(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    query = f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM {table}"
    query += f" WHERE {column} IS NOT NULL GROUP BY {column})"
    return int(connection.execute(query).fetchall()[0][0])


def _take(part: str) -> str:
    field, _, letters = part.partition(":")
    if not letters:
        return quote(field)
    return f"nullif(left({quote(field)}, {int(letters)}), '')"
