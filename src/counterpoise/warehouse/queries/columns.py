"""Columns of the engine as arrays: business days, numbers, labels by position."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from counterpoise.domain.values.zone import list_offsets

UNKNOWN = np.iinfo(np.int64).min
_DAY_US = 86_400_000_000


def to_days(instants: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Business days of instants in microseconds; UNKNOWN stays so."""
    known = instants != UNKNOWN
    if not known.any():
        return instants
    first, last = (_year(int(limit(instants[known]))) for limit in (np.min, np.max))
    offsets = list_offsets(zone, max(first - 1, 1), min(last, 9998))
    borders = np.array([each.instant for each in offsets[1:]], dtype=np.int64) * 1_000_000
    shifts = np.array([each.offset for each in offsets], dtype=np.int64) * 1_000_000
    local = instants + np.where(known, shifts[np.searchsorted(borders, instants, "right")], 0)
    return np.where(known, local // _DAY_US, UNKNOWN)


def _year(instant: int) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).year


def to_integers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    filled: NDArray[np.int64] = column.fill_null(UNKNOWN).to_numpy()
    return filled


def to_numbers(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """NaN where an amount was cleared."""
    numbers: NDArray[np.float64] = values.fill_null(np.nan).to_numpy()
    return numbers


def encode(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Labels in alphabetical order, and each row's position among them; -1 for none."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    labels = encoded.dictionary.to_pylist()
    order = sorted(range(len(labels)), key=labels.__getitem__)
    rank = np.full(len(labels) + 1, -1, dtype=np.int32)
    rank[order] = np.arange(len(labels), dtype=np.int32)
    codes = encoded.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False)
    return tuple(labels[each] for each in order), rank[codes]
