"""What a look at a received column's values shows, before anyone has said what it means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """sample: up to 500 filled values from all over the file, as received, in no promised order."""

    column: str
    filled: int
    distinct: int
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileProfile:
    file: str
    rows: int
    columns: tuple[ColumnProfile, ...]
