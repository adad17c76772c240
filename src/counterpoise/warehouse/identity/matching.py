"""Says how likely each pair of records that share a block is one, by what was learned of them.

The same rows under the same model give the same pairs: samples are drawn by a seed and by hashes of
the records' ids, never by the order of rows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from splink import block_on

from counterpoise.domain.collect.identity_models import IdentityModel
from counterpoise.domain.collect.identity_report import Block
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.blocks import (
    count_pairs,
    load_records,
    name_block,
    name_columns,
)
from counterpoise.warehouse.identity.learning import Settings, learn, open_linker
from counterpoise.warehouse.landing.reading import COPY_OPTIONS

MEMORY_LIMIT = "4GB"
LEAST_PROBABILITY = 0.01
"""Pairs less likely than this are of no use to anybody and are not kept."""
PAIRS_FILE, MODEL_FILE = "pairs.parquet", "model.json"


@dataclass(frozen=True, slots=True)
class Matched:
    """records, pairs: how many were read, and kept. learned: training blocks that taught us."""

    records: int
    pairs: int
    blocks: tuple[Block, ...]
    learned: tuple[str, ...]


def match_records(features: Path, model: IdentityModel, folder: Path, scratch: Path) -> Matched:
    """Write `pairs.parquet` and `model.json` of the records in a Parquet file.

    features: a column `record`, and the model's fields, empty ones NULL.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = open_connection(scratch, MEMORY_LIMIT)
    try:
        records, crowded = load_records(connection, features, "records", model.blocks)
        settings, learned = learn(connection, model, records)
        (folder / MODEL_FILE).write_text(json.dumps(settings, indent=1), "utf-8")
        linker, _ = open_linker(connection, predict_by(settings, model), "records")
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        new = _count_new(connection, blocked.physical_name)
        found = linker.inference.predict(
            threshold_match_probability=LEAST_PROBABILITY, warning_mode="never"
        )
        query = f"SELECT {select_pair(connection, found.physical_name, model)}"
        pairs = write_pairs(connection, f"{query} FROM {found.physical_name}", folder)
        measures = tuple(
            Block(
                name_block(block),
                count_pairs(connection, "records", f"block_{place}"),
                new.get(place, 0),
                crowded[place],
            )
            for place, block in enumerate(model.blocks)
        )
    finally:
        connection.close()
    return Matched(records, pairs, measures, learned)


def select_pair(connection: duckdb.DuckDBPyConnection, table: str, model: IdentityModel) -> str:
    """A pair with its weight and, for each compared field, its level and its own weight."""
    names = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    columns = [
        "least(record_l, record_r) AS one",
        "greatest(record_l, record_r) AS other",
        "match_probability AS probability",
        "match_weight AS weight",
        "CAST(match_key AS TINYINT) AS block",
    ]
    for field in (each.field for each in model.compared):
        rarity = f" + mw_tf_adj_{field}" if f"mw_tf_adj_{field}" in names else ""
        columns.append(f"CAST(gamma_{field} AS TINYINT) AS level_{field}")
        columns.append(f"CAST(mw_{field}{rarity} AS FLOAT) AS weight_{field}")
    return ", ".join(columns)


def write_pairs(connection: duckdb.DuckDBPyConnection, query: str, folder: Path) -> int:
    """Keep pairs in order of their records; says how many."""
    file = literal(str(folder / PAIRS_FILE))
    ((count,),) = connection.execute(
        f"COPY ({query} ORDER BY one, other) TO {file} ({COPY_OPTIONS})"
    ).fetchall()
    return int(count)


def predict_by(settings: Settings, model: IdentityModel) -> Settings:
    columns: Sequence[str] = name_columns(model.blocks)
    rules = [block_on(column).create_blocking_rule_dict("duckdb") for column in columns]
    return {**settings, "blocking_rules_to_generate_predictions": rules}


def _count_new(connection: duckdb.DuckDBPyConnection, blocked: str) -> Mapping[int, int]:
    query = f"SELECT CAST(match_key AS INTEGER), count(*) FROM {blocked} GROUP BY 1"
    return dict(connection.execute(query).fetchall())
