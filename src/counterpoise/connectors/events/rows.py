"""Writes records as a file of text, in Parquet, so that they travel as an export does."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.tables.received import Received

Row = Mapping[str, str | None]


def write_rows(rows: Sequence[Row], columns: Sequence[str], path: Path, name: str) -> Received:
    """A value that a row does not have is empty."""
    schema = pa.schema([(each, pa.string()) for each in columns])
    arrays = [pa.array([row.get(each) for row in rows], pa.string()) for each in columns]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="lz4")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Received(name, path, "parquet", None, tuple(columns), digest, ())
