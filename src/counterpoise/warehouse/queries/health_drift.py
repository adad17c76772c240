"""What became different from the build before: empty cells, values of lists, numbers of rows.

A load that brings the same columns with other contents passes every other check. So each table is
held against itself as it was in the build before, and only changes too large for chance are found.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from counterpoise.domain.collect import findings_scope
from counterpoise.domain.collect.findings import Problem
from counterpoise.domain.tables.dictionary import Attribute, get_table
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.marts.publication import MANIFEST
from counterpoise.warehouse.queries.health_checks import Check, is_blank, owner, select
from counterpoise.warehouse.queries.health_learned import (
    MOST_CATEGORIES,
    Ground,
    Wanted,
    is_wanted,
)

_NEVER_FULL = ("deleted_at", "merged_into")
"""Empty in every row but those that are gone."""


def find_before(folder: Path) -> Path | None:
    """The build that this one was made from, where it still is."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return None
    named = json.loads(manifest.read_text("utf-8")).get("previous") or ""
    return folder.parent / named if named and (folder.parent / named).is_dir() else None


def list_drift_checks(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """Of the tables that both builds have enough rows of."""
    if wanted is not None and wanted[2] != "drift":
        return
    for table in ground.tables:
        if _count(ground, f"before_{table}") >= ground.get_number("health.min_sample"):
            for check in (
                *_check_growth(ground, table),
                *_check_empty(ground, table),
                *_check_values(ground, table),
            ):
                if is_wanted(check.problem, wanted):
                    yield check


def _count(ground: Ground, relation: str) -> int:
    found = ground.connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(found[0]) if found else 0


def _check_growth(ground: Ground, table: str) -> Iterator[Check]:
    before, now = _count(ground, f"before_{table}"), _count(ground, f"known_{table}")
    if now > before * ground.get_number("health.drift_growth"):
        query = (
            f"SELECT t.source_id, t.source_id AS value, {owner(table)} AS owner"
            f" FROM known_{table} AS t ANTI JOIN before_{table} AS b USING (source, source_id)"
        )
        yield Check(Problem(table, "source_id", "drift", "growth"), query)


def _check_empty(ground: Ground, table: str) -> Iterator[Check]:
    """Attributes whose share of empty cells rose by too many points; the rows that are newly so."""
    attributes = [each for each in get_table(table).attributes[1:] if each.name not in _NEVER_FULL]
    before = _find_empty(ground, f"before_{table}", attributes)
    now = _find_empty(ground, f"known_{table}", attributes)
    least = ground.get_number("health.drift_points") / 100
    for attribute, was, became in zip(attributes, before, now, strict=True):
        if became - was > least:
            name, blank = quote(attribute.name), is_blank(attribute)
            query = (
                f"SELECT t.source_id, coalesce(CAST(b.{name} AS VARCHAR), '') AS value,"
                f" {owner(table)} AS owner FROM known_{table} AS t"
                f" LEFT JOIN before_{table} AS b USING (source, source_id)"
                f" WHERE {blank} AND (b.source_id IS NULL OR NOT {blank.replace('t.', 'b.')})"
            )
            yield Check(Problem(table, attribute.name, "drift", "empty"), query)


def _find_empty(ground: Ground, relation: str, attributes: list[Attribute]) -> list[Decimal]:
    counts = ", ".join(f"count(*) FILTER (WHERE {is_blank(each)})" for each in attributes)
    row = ground.connection.execute(
        f"SELECT count(*), {counts} FROM {relation} AS t"
    ).fetchone() or (0,)
    return [Decimal(each) / max(row[0], 1) for each in row[1:]]


def _check_values(ground: Ground, table: str) -> Iterator[Check]:
    """Values of short lists that many rows have for the first time, or none has any more."""
    share = ground.get_number("health.drift_share")
    least = ground.get_number("health.rep_rows")
    for name in (name for held, name in findings_scope.CATEGORIES if held == table):
        before = _count_values(ground, f"before_{table}", name)
        now = _count_values(ground, f"known_{table}", name)
        if not before or not now or max(len(before), len(now)) > MOST_CATEGORIES:
            continue
        enough = max(least, share * sum(now.values()))
        new = [each for each, rows in now.items() if each not in before and rows >= enough]
        enough = max(least, share * sum(before.values()))
        gone = [each for each, rows in before.items() if each not in now and rows >= enough]
        column = f"t.{quote(name)}"
        if new:
            query = select(table, column, f"{column} IN ({_list(new)})")
            yield Check(Problem(table, name, "drift", "new"), query)
        if gone:
            query = (
                f"SELECT t.source_id, b.{quote(name)} AS value, {owner(table)} AS owner"
                f" FROM known_{table} AS t JOIN before_{table} AS b USING (source, source_id)"
                f" WHERE b.{quote(name)} IN ({_list(gone)})"
            )
            yield Check(Problem(table, name, "drift", "vanished"), query)


def _count_values(ground: Ground, relation: str, name: str) -> dict[str, int]:
    column = quote(name)
    counted = ground.connection.execute(
        f"SELECT {column}, count(*) FROM {relation} WHERE {column} <> '' GROUP BY 1"
        f" LIMIT {MOST_CATEGORIES + 1}"
    )
    return dict(counted.fetchall())


def _list(values: list[str]) -> str:
    return ", ".join(map(literal, sorted(values)))
