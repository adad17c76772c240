"""The roll-up of activities by day, owner and type, made once so that no page scans activities."""

import os
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.landing.reading import COPY_OPTIONS

ROLLUP = "activity_by_day"
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("source", pa.string()),
        ("owner_id", pa.string()),
        ("type", pa.string()),
        ("gone", pa.date32()),
        ("activities", pa.int64()),
        ("minutes", pa.float64()),
    ]
)


def write_rollup(
    connection: duckdb.DuckDBPyConnection, build: Path, zone: str, unchanged: Path | None
) -> None:
    """Days are those of `zone`; gone: when the activities were removed from their source, empty
    while they are there. unchanged: a build with the same activities, to link from."""
    folder = build / ROLLUP
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "all.parquet"
    if unchanged is not None and find_zone(unchanged) == zone and is_complete(unchanged):
        os.link(unchanged / ROLLUP / "all.parquet", out)
        return
    rows = f"read_parquet({literal(str(build / 'activity' / '*.parquet'))})"
    connection.execute(
        f"COPY (SELECT {_day_of('occurred_at', zone)} AS day, source, owner_id, type,"
        f" {_day_of('deleted_at', zone)} AS gone, count(*) AS activities,"
        f" sum(duration_minutes) AS minutes FROM {rows} GROUP BY ALL)"
        f" TO {literal(str(out))} ({COPY_OPTIONS},"
        f" KV_METADATA {{zone: {literal(zone)}}})"
    )


def _day_of(moment: str, zone: str) -> str:
    # `AT TIME ZONE` goes through a calendar library: twenty times slower.
    return (
        f"DATE '1970-01-01' + CAST(epoch_us({moment}) // 86400000000 AS INTEGER)"
        if zone == "UTC"
        else f"CAST({moment} AT TIME ZONE {literal(zone)} AS DATE)"
    )


def is_complete(build: Path) -> bool:
    """Whether the roll-up of a build has every column; an earlier version's has not."""
    return bool(pq.read_schema(build / ROLLUP / "all.parquet").names == SCHEMA.names)


def find_zone(build: Path) -> str:
    """The clock by which the roll-up of a build counts its days."""
    held = pq.read_metadata(build / ROLLUP / "all.parquet").metadata or {}
    return bytes(held.get(b"zone", b"")).decode()
