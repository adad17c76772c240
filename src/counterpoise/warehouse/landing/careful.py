"""Reads a text file record by record, for files that the engine cannot read without a doubt.

Slower and stricter: a record with a field too many or too few, with a quote that is not closed or
with bytes that are no UTF-8 becomes a reject; nothing is padded, cut or guessed.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.tables.received import Dialect
from counterpoise.domain.values.text import Text, text

MAX_FIELD = 64 << 20
_BATCH = 50_000
_SHOWN = 2000
_NO_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that has no readable fields. row: as a spreadsheet shows it, the header being 1."""

    row: int
    raw: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Careful:
    """gaps: places among the rows after the header, from 0, at which nothing was landed."""

    landed: int
    gaps: tuple[int, ...]
    rejects: tuple[Reject, ...]


def land_carefully(path: Path, dialect: Dialect, names: tuple[str, ...], out: Path) -> Careful:
    landed = seen = 0
    gaps: list[int] = []
    rejects: list[Reject] = []
    batch: list[list[str]] = []
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(out, schema, compression="lz4") as writer:
        for place, fields in _read(path, dialect, len(names)):
            gaps.extend(range(seen, place))
            seen = place + 1
            if isinstance(fields, Reject):
                rejects.append(fields)
                gaps.append(place)
                continue
            landed += 1
            batch.append(fields)
            if len(batch) == _BATCH:
                _write(writer, schema, batch)
                batch.clear()
        _write(writer, schema, batch)
    return Careful(landed, tuple(gaps), tuple(rejects))


def _write(writer: pq.ParquetWriter, schema: pa.Schema, batch: list[list[str]]) -> None:
    columns = zip(*batch, strict=True) if batch else [()] * len(schema)
    arrays = [pa.array([value or None for value in column], pa.string()) for column in columns]
    writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _read(path: Path, dialect: Dialect, width: int) -> Iterator[tuple[int, list[str] | Reject]]:
    """Each record after the header with its place; blank lines have a place and no record."""
    csv.field_size_limit(MAX_FIELD)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        for _ in range(dialect.header_line - 1):
            file.readline()
        taken: list[str] = []
        reader = csv.reader(
            _tee(file, taken),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            strict=True,
        )
        for place in count(-1):
            taken.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                why = text("the quotes do not fit: {error}", error=str(error))
                yield place, _reject(place, taken, why)
                continue
            if place >= 0 and (fields or width == 1):
                yield place, _check(place, fields or [""], taken, width)


def _check(place: int, fields: list[str], taken: list[str], width: int) -> list[str] | Reject:
    while len(fields) > width and not fields[-1]:
        fields.pop()  # delimiters at the end of the line, as some systems and spreadsheets write
    if len(fields) != width:
        reason = text("{met} fields where the header has {width}", met=len(fields), width=width)
        return _reject(place, taken, reason)
    if any(_NO_UTF8.search(line) for line in taken if not line.isascii()):
        return _reject(place, taken, text("bytes that are no UTF-8 text"))
    return fields


def _reject(place: int, taken: list[str], reason: Text) -> Reject:
    raw = "".join(taken).rstrip("\r\n")[:_SHOWN]
    return Reject(place + 2, raw.encode("utf-8", "replace").decode("utf-8"), reason)


def _tee(file: TextIO, taken: list[str]) -> Iterator[str]:
    for line in file:
        taken.append(line)
        yield line
