"""The data dictionary: every canonical table and attribute, as data in the CSV files beside this.

From it come the checks at every write, the recognition of CRM columns and
docs/reference/tables.md.
Names that a CRM gives an attribute are separated by `;`: API name first, then labels and headers.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Type = Literal[
    "text", "code", "integer", "number", "share", "money", "date", "timestamp", "boolean"
]
CRM = Literal["salesforce", "hubspot", "pipedrive", "odoo"]
CRMS: tuple[CRM, ...] = ("salesforce", "hubspot", "pipedrive", "odoo")

TABLES = (
    "account",
    "contact",
    "lead",
    "opportunity",
    "opportunity_change",
    "activity",
    "rep",
    "team",
    "territory",
    "product",
    "opportunity_line",
    "target",
    "resource_pool",
    "calendar",
    "inventory_item",
    "ticket",
)


class UnknownTable(KeyError):
    """A name that is no canonical table or attribute."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column of a canonical table.

    unit: of numbers and timestamps; for a code, its allowed values separated by spaces.
    references: the table whose source_id it holds. names: how each CRM writes it. other_names:
    further headers that people use for it.
    """

    table: str
    name: str
    type: Type
    unit: str
    is_key: bool
    is_required: bool
    references: str
    meaning: str
    names: tuple[tuple[CRM, tuple[str, ...]], ...]
    other_names: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.unit.split()) if self.type == "code" else ()


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table. Every row also has `source`: which system it came from."""

    name: str
    attributes: tuple[Attribute, ...]

    def find_attribute(self, name: str) -> Attribute | None:
        return next((each for each in self.attributes if each.name == name), None)

    def get_attribute(self, name: str) -> Attribute:
        if (found := self.find_attribute(name)) is None:
            known = ", ".join(each.name for each in self.attributes)
            raise UnknownTable(f"{self.name} has no attribute {name!r}. It has: {known}.")
        return found


@cache
def get_table(name: str) -> Table:
    if name not in TABLES:
        raise UnknownTable(f"{name!r} is no canonical table. There are: {', '.join(TABLES)}.")
    written = resources.files(__package__).joinpath(f"{name}.csv").read_text("utf-8")
    return Table(
        name, tuple(_read_attribute(name, row) for row in csv.DictReader(written.splitlines()))
    )


def get_tables() -> tuple[Table, ...]:
    return tuple(get_table(name) for name in TABLES)


def _read_attribute(table: str, row: dict[str, str]) -> Attribute:
    return Attribute(
        table=table,
        name=row["attribute"],
        type=row["type"],  # type: ignore[arg-type]  # a test holds the files to the types
        unit=row["unit"],
        is_key=row["key"] == "key",
        is_required=row["required"] == "yes",
        references=row["references"],
        meaning=row["meaning"],
        names=tuple((crm, _split(row[crm])) for crm in CRMS if row[crm]),
        other_names=_split(row["other_names"]),
    )


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(";") if name.strip())
