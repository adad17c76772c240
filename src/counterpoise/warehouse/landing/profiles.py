"""Profiles of landed files: what the recognition of columns looks at.

Small files are looked at whole. Of a large one, stretches from all over it are; a column that is
unique in them is taken to be unique in the file.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from counterpoise.domain.tables.profile import ColumnProfile, FileProfile
from counterpoise.warehouse.landing.reading import Landed, count_nulls

_SAMPLE = 500
_WHOLE = 50_000
_STRETCHES, _STRETCH = 10, 2_000
_UNIQUE = 0.95


def profile_file(landed: Landed) -> FileProfile:
    seen = _read(landed.path, whole=landed.rows <= _WHOLE)
    nulls = count_nulls(landed.path)
    return FileProfile(
        landed.received.name,
        landed.rows,
        tuple(
            _profile(name, [value for value in seen[held] if value], landed.rows - nulls[held])
            for name, held in zip(landed.received.columns, landed.columns, strict=True)
        ),
    )


def _profile(column: str, values: list[str], filled: int) -> ColumnProfile:
    distinct = list(dict.fromkeys(values))
    count = len(distinct)
    if values and len(values) < filled and count >= _UNIQUE * len(values):
        count = count * filled // len(values)
    step = max(len(distinct) / _SAMPLE, 1)
    picked = (distinct[int(place * step)] for place in range(min(len(distinct), _SAMPLE)))
    return ColumnProfile(column, filled, count, tuple(picked))


def _read(path: Path, *, whole: bool) -> dict[str, list[str | None]]:
    with pq.ParquetFile(path) as file:
        if whole:
            held: dict[str, list[str | None]] = file.read().to_pydict()
            return held
        found: dict[str, list[str | None]] = {name: [] for name in file.schema_arrow.names}
        for group in _spread(file.metadata.num_row_groups):
            batch = next(file.iter_batches(_STRETCH, row_groups=[group]))
            for name, values in batch.to_pydict().items():
                found[name].extend(values)
        return found


def _spread(groups: int) -> Iterator[int]:
    return iter(sorted({place * groups // _STRETCHES for place in range(_STRETCHES)}))
