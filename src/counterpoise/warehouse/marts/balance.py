"""What the marts must come to after a load: rows by table, and exact sums of money.

Reckoned from the previous build and the staged files apart from the merging, to be held against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from counterpoise.domain.tables.dictionary import Table
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.marts.files import Mart, read
from counterpoise.warehouse.marts.upsert import Merged
from counterpoise.warehouse.staging.stage import Staged

DERIVED = "opportunity_change"
"""Its rows come from deals, not from files alone, so there is nothing to reckon them from."""


@dataclass(frozen=True, slots=True)
class Expected:
    """By table; money by attribute, whatever the currency."""

    rows: Mapping[str, int]
    money: Mapping[str, Mapping[str, Decimal]]


class Balance:
    """The books of one load."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, marts: Mapping[str, Mart]) -> None:
        self._connection = connection
        self._rows = {name: mart.rows for name, mart in marts.items() if name != DERIVED}
        self._money = {
            name: sum_money(connection, mart.table, mart.files) for name, mart in marts.items()
        }

    def add(self, mart: Mart, staged: Staged) -> None:
        """Before the merge: the staged sums come in, those of the rows they replace go out."""
        books = self._money[mart.table.name]
        brought = tuple(each for each in books if each in staged.attributes)
        came = sum_money(self._connection, mart.table, [staged.path])
        keys = f"SELECT source_id FROM {read([staged.path])}"
        met = f"source = {literal(staged.source)} AND source_id IN ({keys})"
        went = sum_money(self._connection, mart.table, mart.files, met)
        for each in brought:
            books[each] += came[each] - went[each]

    def count(self, table: str, merged: Merged) -> None:
        if table in self._rows:
            self._rows[table] += merged.new

    def close(self) -> Expected:
        return Expected(dict(self._rows), dict(self._money))


def sum_money(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    files: list[Path],
    where: str = "true",
) -> dict[str, Decimal]:
    """The total of each attribute that is money, 0 where there is none."""
    money = [each.name for each in table.attributes if each.type == "money"]
    if not money or not files:
        return dict.fromkeys(money, Decimal(0))
    listed = ", ".join(f"coalesce(sum({quote(each)}), 0)" for each in money)
    found = connection.execute(f"SELECT {listed} FROM {read(files)} WHERE {where}").fetchone()
    assert found is not None
    return {name: Decimal(total) for name, total in zip(money, found, strict=True)}
