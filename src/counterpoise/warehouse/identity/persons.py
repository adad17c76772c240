"""People: contacts and leads together, by what was found and learned of each kind before.

Pairs within a kind are those of its own run. Only a contact with a lead is compared here, by the
model of the kind with more records. A contact that a lead became, as its source says, is known and
needs no guess.
"""

import json
from pathlib import Path

import duckdb

from counterpoise.domain.collect.identity_models import MODELS, SIDES
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.arrivals import find_near, score_between
from counterpoise.warehouse.identity.matching import (
    MEMORY_LIMIT,
    MODEL_FILE,
    PAIRS_FILE,
    write_pairs,
)
from counterpoise.warehouse.identity.records import FEATURES_FILE, read_present
from counterpoise.warehouse.landing.reading import COPY_OPTIONS

Pair = tuple[str, str]
KNOWN_FILE = "known.parquet"
ACROSS = "starts_with(p.one, 'contact:') AND starts_with(p.other, 'lead:')"
"""SQL of a pair of a contact and a lead; a pair is kept in the order of its records."""


def write_people(build: Path, run: Path, scratch: Path) -> tuple[int, tuple[Pair, ...]]:
    """Write the features, pairs and known pairs of people into a run's folder that has those of
    contacts and leads; says how many records they have, and the known pairs."""
    folder = run / "person"
    folder.mkdir(parents=True)
    features = folder / FEATURES_FILE
    connection = open_connection(scratch, MEMORY_LIMIT)
    try:
        sizes = [_mark_records(connection, run, kind) for kind in SIDES]
        connection.execute(
            f"COPY (FROM side_contact UNION ALL BY NAME FROM side_lead ORDER BY record)"
            f" TO {literal(str(features))} ({COPY_OPTIONS})"
        )
        query = " UNION ALL ".join(_select_within(run, kind) for kind in SIDES)
        if all(sizes):
            learned = max(zip(sizes, SIDES, strict=True))[1]
            query += f" UNION ALL {_compare(connection, run / learned, features)}"
        write_pairs(connection, query, folder)
        known = _write_known(connection, build, folder / KNOWN_FILE)
    finally:
        connection.close()
    return sum(sizes), known


def _mark_records(connection: duckdb.DuckDBPyConnection, run: Path, kind: str) -> int:
    """A view of a kind's features under the ids that its records have among people."""
    file = literal(str(run / kind / FEATURES_FILE))
    connection.execute(
        f"CREATE VIEW side_{kind} AS SELECT * REPLACE ('{kind}:' || record AS record)"
        f" FROM read_parquet({file})"
    )
    ((count,),) = connection.execute(f"SELECT count(*) FROM side_{kind}").fetchall()
    return int(count)


def _select_within(run: Path, kind: str) -> str:
    file = literal(str(run / kind / PAIRS_FILE))
    return (
        f"SELECT * REPLACE ('{kind}:' || one AS one, '{kind}:' || other AS other)"
        f" FROM read_parquet({file})"
    )


def _compare(connection: duckdb.DuckDBPyConnection, learned: Path, features: Path) -> str:
    """A query of the pairs of a contact and a lead."""
    settings = json.loads((learned / MODEL_FILE).read_text("utf-8"))
    connection.execute("CREATE TABLE arrivals AS FROM side_lead")
    find_near(connection, features, MODELS["person"])
    return score_between(connection, MODELS["person"], settings, features)


def _write_known(
    connection: duckdb.DuckDBPyConnection, build: Path, file: Path
) -> tuple[Pair, ...]:
    for table in SIDES:
        read_present(connection, build, table)
    columns = {row[0] for row in connection.execute("DESCRIBE present_lead").fetchall()}
    query = "SELECT '' AS one, '' AS other LIMIT 0"
    if "contact_id" in columns:  # a build of an earlier version has none
        query = (
            "SELECT DISTINCT 'contact:' || c.source || '|' || c.source_id AS one,"
            " 'lead:' || l.source || '|' || l.source_id AS other FROM present_lead AS l"
            " JOIN present_contact AS c ON c.source = l.source AND c.source_id = l.contact_id"
            " ORDER BY ALL"
        )
    connection.execute(f"COPY ({query}) TO {literal(str(file))} ({COPY_OPTIONS})")
    found = connection.execute(f"FROM read_parquet({literal(str(file))})").fetchall()
    return tuple((one, other) for one, other in found)
