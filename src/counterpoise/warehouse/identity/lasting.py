"""Gives the clusters of a run the lasting ids of the customers that they were before."""

from pathlib import Path

import duckdb
import pyarrow as pa

from counterpoise.domain.collect.identity_entities import Assignment, Overlap, assign_entities
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.landing.reading import COPY_OPTIONS

MEMBERS_FILE, EVENTS_FILE = "members.parquet", "events.parquet"


def write_entities(
    connection: duckdb.DuckDBPyConnection, folder: Path, before: Path | None, following: int
) -> Assignment:
    """Write `members.parquet` (record, entity) and `events.parquet` of the table `members`.

    before: the members' file of the run before. A cluster with the very members of an entity is
    that entity; of the others the domain decides.
    """
    then = "SELECT NULL::VARCHAR AS record, 0 AS entity LIMIT 0"
    if before is not None:
        then = f"SELECT record, entity FROM read_parquet({literal(str(before))})"
    connection.execute(f"CREATE OR REPLACE TABLE earlier AS {then}")
    connection.execute(_OVERLAPS)
    connection.execute(_SAME)
    open_clusters = [row[0] for row in connection.execute(_OPEN).fetchall()]
    overlaps = [Overlap(*row) for row in connection.execute(_OPEN_OVERLAPS).fetchall()]
    known = [row[0] for row in connection.execute(_KNOWN).fetchall()]
    made = assign_entities(open_clusters, overlaps, known, following=following)
    numbered = pa.table(
        {
            "cluster": pa.array(open_clusters, pa.string()),
            "entity": pa.array(made.entities, pa.int64()),
        }
    )
    connection.register("numbered", numbered)
    connection.execute(
        f"COPY (SELECT record, entity FROM members JOIN (FROM same UNION ALL FROM numbered)"
        f" USING (cluster) ORDER BY entity, record) TO {literal(str(folder / MEMBERS_FILE))}"
        f" ({COPY_OPTIONS})"
    )
    connection.unregister("numbered")
    _write_events(connection, made, folder / EVENTS_FILE)
    return made


def _write_events(connection: duckdb.DuckDBPyConnection, made: Assignment, file: Path) -> None:
    events = pa.table(
        {
            "happening": pa.array([each.happening for each in made.events], pa.string()),
            "entity": pa.array([each.entity for each in made.events], pa.int64()),
            "other": pa.array([each.other for each in made.events], pa.int64()),
        }
    )
    connection.register("made_events", events)
    connection.execute(f"COPY made_events TO {literal(str(file))} ({COPY_OPTIONS})")
    connection.unregister("made_events")


_OVERLAPS = """CREATE OR REPLACE TABLE shared_records AS
SELECT cluster, entity, count(*) AS records FROM members JOIN earlier USING (record) GROUP BY ALL"""
_SAME = """CREATE OR REPLACE TABLE same AS
SELECT cluster, entity FROM shared_records
JOIN (SELECT cluster, count(*) AS now FROM members GROUP BY 1) USING (cluster)
JOIN (SELECT entity, count(*) AS had FROM earlier GROUP BY 1) USING (entity)
WHERE records = now AND records = had"""
_OPEN = """SELECT DISTINCT cluster FROM members
WHERE cluster NOT IN (SELECT cluster FROM same) ORDER BY 1"""
_OPEN_OVERLAPS = """SELECT cluster, entity, records FROM shared_records
WHERE cluster NOT IN (SELECT cluster FROM same)"""
_KNOWN = """SELECT DISTINCT entity FROM earlier
WHERE entity NOT IN (SELECT entity FROM same) ORDER BY 1"""
