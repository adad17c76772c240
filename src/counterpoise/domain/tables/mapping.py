"""Which received column becomes which attribute, and how sure that is."""

from dataclasses import dataclass
from typing import Literal

from counterpoise.domain.values.text import Text

DateOrder = Literal["ymd", "dmy", "mdy"]
DecimalMark = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """confidence: 0 to 1. why: what spoke for it. date_order, decimal_mark: how it is written."""

    file: str
    column: str
    table: str
    attribute: str
    confidence: float
    why: Text
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """source: which system the file comes from (salesforce, hubspot, pipedrive, odoo, files).

    table: empty where the file holds no canonical table. notes: why a column or file was left out,
    and what a reader should check.
    """

    file: str
    table: str
    source: str
    columns: tuple[ColumnMapping, ...]
    unmapped: tuple[str, ...]
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    files: tuple[FileMapping, ...]
