"""Lands what a connector reads, batch by batch: never more of it in memory than one row group."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.tables.received import Received
from counterpoise.warehouse.landing.disk import hash_file
from counterpoise.warehouse.landing.reading import Landed, count_rows, name_columns

_ROWS, _BYTES = 50_000, 32 << 20


def land_stream(
    name: str, fields: Sequence[str], batches: Iterable[pa.RecordBatch], out: Path
) -> Landed:
    """Write every record as text, in the order read. A field that a batch lacks is empty in it."""
    columns = name_columns(tuple(fields))
    schema = pa.schema([(each, pa.string()) for each in columns])
    with pq.ParquetWriter(out, schema, compression="lz4") as writer:
        held: list[pa.RecordBatch] = []
        rows = size = 0
        for batch in batches:
            held.append(_conform(batch, fields, schema))
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if rows >= _ROWS or size >= _BYTES:
                writer.write_table(pa.Table.from_batches(held))
                held, rows, size = [], 0, 0
        writer.write_table(pa.Table.from_batches(held, schema))
    received = Received(name, out, "parquet", None, tuple(fields), "", ())
    return Landed(received, out, columns, count_rows(out), (), ())


def name_content(landed: Landed, mark: str) -> Landed:
    """With a hash over the rows and `mark`: the same rows of another refresh are other content,
    for a value that went there and came back is a change too."""
    written = f"{mark}\n{hash_file(landed.path)}"
    hashed = hashlib.sha256(written.encode()).hexdigest()
    return replace(landed, received=replace(landed.received, content_hash=hashed))


def _conform(batch: pa.RecordBatch, fields: Sequence[str], schema: pa.Schema) -> pa.RecordBatch:
    held = set(batch.schema.names)
    empty = pa.nulls(batch.num_rows, pa.string())
    return pa.RecordBatch.from_arrays(
        [batch.column(each) if each in held else empty for each in fields], schema=schema
    )
