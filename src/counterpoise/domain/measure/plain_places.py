"""Whose a row is and where it belongs, by name: what its references mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from counterpoise.domain.measure.question import label_time

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]


class Directory:
    """The rows that others refer to, by id."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._rows: dict[str, dict[str, list[Row]]] = {}

    def find_row(self, table: str, source: str, wanted: str | None) -> Row:
        """The row that a reference means: in its own source first, then in any; {} for none."""
        rows = self._index(table).get(wanted or "", ())
        return min(rows, key=lambda row: (row["source"] != source, row["source"]), default={})

    def place_rep(self, source: str, rep_id: str | None) -> dict[str, str]:
        """Labels of a rep: rep, team and region."""
        rep = self.find_row("rep", source, rep_id)
        team = self.find_row("team", source, rep.get("team_id"))
        return {
            "rep": first(rep.get("name"), rep_id),
            "team": first(team.get("name"), rep.get("team_id"), rep.get("manager")),
            "region": first(rep.get("region")),
        }

    def place_deal(self, row: Row, owner: str | None, product_id: str | None) -> dict[str, str]:
        """Labels of a deal while it is with an owner and about a product."""
        source = row["source"]
        rep = self.place_rep(source, owner)
        team = self.find_row("team", source, row.get("team_id"))
        account = self.find_row("account", source, row.get("account_id"))
        product = self.find_row("product", source, product_id)
        return {
            "rep": rep["rep"],
            "team": first(team.get("name"), row.get("team_id"), rep["team"]),
            "region": first(row.get("region"), account.get("region"), rep["region"]),
            "product": first(product.get("name"), product_id),
            "segment": first(row.get("segment"), account.get("segment")),
            "source": first(row.get("lead_source")),
            "hire_quarter": self.place_hiring(source, owner),
        }

    def list_rows(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())

    def place_hiring(self, source: str, rep_id: str | None) -> str:
        """The quarter in which a rep was hired; '' where nobody says it."""
        return label_time("quarter", self.find_row("rep", source, rep_id).get("hired_on"))

    def _index(self, table: str) -> Mapping[str, Sequence[Row]]:
        if table not in self._rows:
            rows = self._rows[table] = {}
            for row in self._tables.get(table, ()):
                rows.setdefault(row["source_id"], []).append(row)
        return self._rows[table]


def first(*values: str | None) -> str:
    """The first value that is filled; '' for none."""
    return next((each for each in values if each), "")
