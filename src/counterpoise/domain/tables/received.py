"""A table as a source handed it over, before anyone has said what it means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from counterpoise.domain.values.text import Text


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file on disk, and what its owner calls it."""

    name: str
    path: Path

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file separates fields and protects them. quote may be empty: nothing is quoted."""

    delimiter: str
    quote: str
    header_line: int
    """1-based line on which the header stands; what is above it is a title to skip."""


@dataclass(frozen=True, slots=True)
class Received:
    """One sheet, CSV or Parquet file.

    name: as the user knows it, `exports.zip/deals.csv` or `book.xlsx#Deals`. path: a UTF-8 text
    file that follows `dialect`, or a Parquet file (dialect is None). content_hash: SHA-256 of the
    received bytes, so that the same content is known again under any name. columns: as received,
    duplicates included. records: data rows that an independent count found, None where unknown.
    notes: what was decided on reading (encoding, delimiter, sheet), for the reader.
    """

    name: str
    path: Path
    format: Literal["text", "parquet"]
    dialect: Dialect | None
    columns: tuple[str, ...]
    content_hash: str
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be read: `row` counts as a spreadsheet shows it, the header being 1."""

    file: str
    row: int
    column: str
    value: str
    reason: Text
