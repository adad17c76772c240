"""Compares records that are new or changed with all others, by what was learned before.

Nothing is learned again, and pairs of records that stayed as they are stay as they were found.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
from splink import DuckDBAPI, Linker

from counterpoise.domain.collect.identity_models import IdentityModel
from counterpoise.warehouse.engine import literal, open_connection, quote
from counterpoise.warehouse.identity.blocks import MOST_IN_BLOCK, name_columns, select_blocks
from counterpoise.warehouse.identity.matching import (
    LEAST_PROBABILITY,
    MEMORY_LIMIT,
    MODEL_FILE,
    PAIRS_FILE,
    predict_by,
    select_pair,
    write_pairs,
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """arrived: records that are new or changed. gone: that are there no more. pairs: of all."""

    arrived: int
    gone: int
    pairs: int


def count_arrivals(features: Path, known: Path) -> tuple[int, int]:
    """How many records are new or changed since an earlier file of features, and of how many."""
    connection = open_connection()
    try:
        _find_arrivals(connection, features, known)
        query = "SELECT (SELECT count(*) FROM arrivals), count(*) FROM"
        found = connection.execute(f"{query} read_parquet({literal(str(features))})").fetchall()
    finally:
        connection.close()
    return int(found[0][0]), int(found[0][1])


def match_arrivals(
    features: Path, model: IdentityModel, before: tuple[Path, Path], folder: Path, scratch: Path
) -> Arrived:
    """Write the pairs of all records into `folder`, beside the model, which stays the same.

    before: the features of the earlier run, and the folder with its pairs and model.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known, earlier = before
    written = (earlier / MODEL_FILE).read_text("utf-8")
    (folder / MODEL_FILE).write_text(written, "utf-8")
    connection = open_connection(scratch, MEMORY_LIMIT)
    try:
        _find_arrivals(connection, features, known)
        find_near(connection, features, model)
        found = score_between(connection, model, json.loads(written), features, with_own=True)
        kept = (
            f"SELECT * FROM read_parquet({literal(str(earlier / PAIRS_FILE))})"
            " WHERE one NOT IN (FROM stale) AND other NOT IN (FROM stale)"
        )
        pairs = write_pairs(connection, f"{kept} UNION ALL {found}", folder)
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM arrivals), (SELECT count(*) FROM stale"
            " WHERE record NOT IN (SELECT record FROM arrivals))"
        ).fetchall()
    finally:
        connection.close()
    return Arrived(int(counted[0][0]), int(counted[0][1]), pairs)


def _find_arrivals(connection: duckdb.DuckDBPyConnection, features: Path, known: Path) -> None:
    """Tables `arrivals`, and `stale`: records whose earlier pairs no longer hold."""
    now, then = (f"read_parquet({literal(str(each))})" for each in (features, known))
    connection.execute(f"CREATE TABLE arrivals AS SELECT * FROM {now} EXCEPT SELECT * FROM {then}")
    connection.execute(
        f"CREATE TABLE stale AS SELECT record FROM arrivals UNION SELECT record FROM {then}"
        f" WHERE record NOT IN (SELECT record FROM {now})"
    )


def find_near(connection: duckdb.DuckDBPyConnection, features: Path, model: IdentityModel) -> None:
    """Tables `new_records` and `near`: the others that share a block with one of them."""
    columns = name_columns(model.blocks)
    blocks = select_blocks(model.blocks)
    connection.execute(f"CREATE TABLE new_records AS SELECT *, {blocks} FROM arrivals")
    shares = " OR ".join(
        f"{column} IN (SELECT {column} FROM new_records WHERE {column} IS NOT NULL)"
        for column in columns
    )
    connection.execute(
        f"CREATE TABLE near AS SELECT * FROM (SELECT *, {blocks} FROM"
        f" read_parquet({literal(str(features))}) WHERE record NOT IN (SELECT record FROM"
        f" arrivals)) WHERE {shares}"
    )
    for column in columns:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE crowded AS SELECT {column} AS value FROM (SELECT"
            f" {column} FROM near UNION ALL SELECT {column} FROM new_records) WHERE {column} IS"
            f" NOT NULL GROUP BY 1 HAVING count(*) > {MOST_IN_BLOCK}"
        )
        for table in ("near", "new_records"):
            connection.execute(
                f"UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT value FROM crowded)"
            )


def score_between(
    connection: duckdb.DuckDBPyConnection,
    model: IdentityModel,
    settings: dict[str, object],
    features: Path,
    *,
    with_own: bool = False,
) -> str:
    """A query of the pairs between new records and others. with_own: among the new ones as well."""
    engine = DuckDBAPI(connection)
    new, near = engine.register("new_records"), engine.register("near")
    linker = Linker(new, predict_by(settings, model), log_level=None, validate_settings=False)
    for each in model.compared:
        if each.is_weighed:
            name = _count_values(connection, features, each.field)
            lookup = engine.register(name, table_name=f"of_{name}")
            linker.table_management.register_term_frequency_lookup(lookup, each.field)
    how = {"threshold_match_probability": LEAST_PROBABILITY, "warning_mode": "never"}
    found = [linker.inference.predict_between(near, new, **how)]
    if with_own:
        found.append(linker.inference.predict_within(new, **how))
    return " UNION ALL ".join(
        f"SELECT {select_pair(connection, each.physical_name, model)} FROM {each.physical_name}"
        for each in found
    )


def _count_values(connection: duckdb.DuckDBPyConnection, features: Path, field: str) -> str:
    """A table of the share of all records that have each value that is now compared."""
    table, column = f"share_{field}", quote(field)
    connection.execute(
        f"CREATE TABLE {table} AS SELECT {column}, count(*) / sum(count(*)) OVER () AS"
        f" {quote('tf_' + field)} FROM read_parquet({literal(str(features))})"
        f" WHERE {column} IS NOT NULL GROUP BY 1 QUALIFY {column} IN (SELECT {column} FROM near"
        f" UNION SELECT {column} FROM new_records)"
    )
    return table
