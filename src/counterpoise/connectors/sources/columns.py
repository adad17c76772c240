"""Records as they came, made into batches of text columns: what a source hands over."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

MOST_ROWS = 5_000
MOST_CHARACTERS = 16_000_000
"""Of one batch, so that a few long notes do not fill the memory."""


def build_batches(
    records: Iterable[Mapping[str, Any]], names: Sequence[str], most_rows: int = MOST_ROWS
) -> Iterator[pa.RecordBatch]:
    """Batches with the columns `names`, in that order. A record without one of them has no value
    there; what it has beside them is left out. No record gives no batch."""
    rows: list[list[str | None]] = []
    characters = 0
    for record in records:
        row = [write_text(record.get(name)) for name in names]
        characters += sum(map(len, filter(None, row)))
        rows.append(row)
        if len(rows) >= most_rows or characters >= MOST_CHARACTERS:
            yield _build(rows, names)
            rows, characters = [], 0
    if rows:
        yield _build(rows, names)


def write_text(value: Any) -> str | None:
    """As the system wrote it: numbers with their digits, times in ISO, what holds others as JSON.

    Half a character, which JSON can write and no text can hold, becomes �.
    """
    if value is None:
        return None
    if isinstance(value, str):
        if value.isascii():
            return value
        written = value
    elif isinstance(value, bool):
        written = "true" if value else "false"
    elif isinstance(value, datetime | date):
        written = value.isoformat()
    elif isinstance(value, int | float | Decimal):
        written = str(value)
    else:
        written = json.dumps(value, ensure_ascii=False, default=write_text)
    try:
        written.encode()
    except UnicodeEncodeError:
        return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return written


def flatten(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Records within a record become names with dots; lists stay."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _build(rows: Sequence[Sequence[str | None]], names: Sequence[str]) -> pa.RecordBatch:
    columns = [pa.array(each, pa.string()) for each in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=list(names))
