"""Whose a row is and where it belongs, by name: what its references mean."""

from collections.abc import Mapping, Sequence
from typing import Any

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

    def _index(self, table: str) -> Mapping[str, Sequence[Row]]:
        if table not in self._rows:
            rows = self._rows[table] = {}
            for row in self._tables.get(table, ()):
                rows.setdefault(row["source_id"], []).append(row)
        return self._rows[table]


def first(*values: str | None) -> str:
    """The first value that is filled; '' for none."""
    return next((each for each in values if each), "")
