"""Learns from the records themselves how much each level of likeness says (Fellegi and Sunter's
model, by Splink): its chance among pairs that are one, and among pairs that are not.
"""

import logging
from collections.abc import Mapping
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.splink_dataframe import SplinkDataFrame

from counterpoise.domain.collect.identity_models import IdentityModel
from counterpoise.warehouse.identity.blocks import (
    BlockFields,
    count_pairs,
    drop_crowded,
    name_block,
    name_columns,
    select_blocks,
)
from counterpoise.warehouse.identity.levels import build_comparison, list_chances

SEED = 7
LEAST_TRAINING_PAIRS = 500
"""Fewer pairs in a block teach nothing that the figures we start from do not say better."""
MOST_TRAINING_PAIRS = 1_000_000
MOST_RANDOM_PAIRS = 1_000_001  # a million exactly makes the library warn
LEAST_CHANCE = 1e-6
_BELIEVED_PAIRS = 2_000
_BELIEVED_RECORDS = 1_000
Settings = dict[str, Any]

logging.getLogger("splink").setLevel(logging.ERROR)


def learn(
    connection: duckdb.DuckDBPyConnection, model: IdentityModel, records: int
) -> tuple[Settings, tuple[str, ...]]:
    """The settings with every chance filled in, and the training blocks that taught anything."""
    lessons = f"{select_blocks(model.sure, 'sure')}, {select_blocks(model.training, 'training')}"
    connection.execute(f"CREATE TABLE lessons AS SELECT *, {lessons} FROM records")
    rarity = records / (records + _BELIEVED_RECORDS)
    settings: Settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record",
        "probability_two_random_records_match": _estimate_prior(connection, model, records),
        "comparisons": [build_comparison(each, rarity) for each in model.compared],
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "linker_uid": "counterpoise",
    }
    linker, _ = open_linker(connection, settings, "lessons")
    if records > 1:
        linker.training.estimate_u_using_random_sampling(MOST_RANDOM_PAIRS, SEED)
    learned = [
        name_block(block)
        for place, block in enumerate(model.training)
        if _train(connection, linker, f"training_{place}", block)
    ]
    pairs = min(records * (records - 1) / 2, MOST_RANDOM_PAIRS)
    trained: Settings = linker.misc.save_model_to_json()
    for comparison, compared in zip(trained["comparisons"], model.compared, strict=True):
        _fill(comparison, list_chances(compared.how), pairs)
    connection.execute("DROP TABLE lessons")
    return trained, tuple(learned)


def open_linker(
    connection: duckdb.DuckDBPyConnection, settings: Settings, table: str
) -> tuple[Linker, SplinkDataFrame]:
    engine = DuckDBAPI(connection)
    frame = engine.register(table, table_name=f"of_{table}")
    return Linker(frame, settings, log_level=None, validate_settings=False), frame


def _train(
    connection: duckdb.DuckDBPyConnection, linker: Linker, column: str, block: BlockFields
) -> bool:
    """Learn from the pairs of a block; the fields that it is made of are left as they are."""
    if count_pairs(connection, "lessons", column) < LEAST_TRAINING_PAIRS:
        return False
    parts = [part.partition(":")[0] for part in block]
    same = " AND ".join(f"l.{part} = r.{part}" for part in parts if ":" not in part)
    begins = "".join(
        f" AND left(l.{name}, {letters}) = left(r.{name}, {letters})"
        for name, _, letters in (part.partition(":") for part in block)
        if letters
    )
    rule = f"l.{column} = r.{column}" + (f" AND {same}" if same else "") + begins
    linker.training.estimate_parameters_using_expectation_maximisation(
        rule, estimate_without_term_frequencies=True, max_pairs=MOST_TRAINING_PAIRS
    )
    return True


def _estimate_prior(
    connection: duckdb.DuckDBPyConnection, model: IdentityModel, records: int
) -> float:
    """How many of all pairs are one: those of the sure blocks, and as many more as they miss."""
    sure = name_columns(model.sure, "sure")
    training = name_columns(model.training, "training")
    drop_crowded(connection, "lessons", (*sure, *training))
    pairs = " UNION ".join(
        "SELECT one.record, other.record AS r FROM lessons AS one JOIN lessons AS other"
        f" ON one.{column} = other.{column} AND one.record < other.record"
        for column in sure
    )
    (found,) = connection.execute(f"SELECT count(*) FROM ({pairs})").fetchall()[0]
    possible = max(records * (records - 1) / 2, 1)
    return float(min(max(found, 1) / model.recall / possible, 0.5))


def _fill(
    comparison: dict[str, Any], chances: Mapping[str, tuple[float, float]], random_pairs: float
) -> None:
    """What the data could not teach keeps the figure that it started from, and no chance is nil.

    Few random pairs are no sample of pairs that are not one, so the starting figure weighs as much
    as `_BELIEVED_PAIRS` of them.
    """
    for level in comparison["comparison_levels"]:
        if level.get("is_null_level"):
            continue
        chance, others = chances[level["label_for_charts"]]
        m, u = (_read(level.get(name)) for name in ("m_probability", "u_probability"))
        counted = (u or 0.0) * random_pairs + others * _BELIEVED_PAIRS
        level["m_probability"] = max(chance if m is None else m, LEAST_CHANCE)
        level["u_probability"] = max(counted / (random_pairs + _BELIEVED_PAIRS), LEAST_CHANCE)


def _read(learned: object) -> float | None:
    """A chance; the library writes words for one that it could not see."""
    return learned if isinstance(learned, float) else None
