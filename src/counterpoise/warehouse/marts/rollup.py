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
        ("activities", pa.int64()),
        ("minutes", pa.float64()),
    ]
)


def write_rollup(
    connection: duckdb.DuckDBPyConnection, build: Path, zone: str, unchanged: Path | None
) -> None:
    """Days are those of `zone`. unchanged: a build with the same activities, to link from."""
    folder = build / ROLLUP
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "all.parquet"
    if unchanged is not None and find_zone(unchanged) == zone:
        os.link(unchanged / ROLLUP / "all.parquet", out)
        return
    # `occurred_at AT TIME ZONE` goes through a calendar library: twenty times slower.
    day = (
        "DATE '1970-01-01' + CAST(epoch_us(occurred_at) // 86400000000 AS INTEGER)"
        if zone == "UTC"
        else f"CAST(occurred_at AT TIME ZONE {literal(zone)} AS DATE)"
    )
    connection.execute(
        f"COPY (SELECT {day} AS day, source, owner_id, type, count(*) AS activities,"
        " sum(duration_minutes) AS minutes"
        f" FROM read_parquet({literal(str(build / 'activity' / '*.parquet'))}) GROUP BY ALL)"
        f" TO {literal(str(out))} ({COPY_OPTIONS},"
        f" KV_METADATA {{zone: {literal(zone)}}})"
    )


def find_zone(build: Path) -> str:
    """The clock by which the roll-up of a build counts its days."""
    held = pq.read_metadata(build / ROLLUP / "all.parquet").metadata or {}
    return bytes(held.get(b"zone", b"")).decode()
