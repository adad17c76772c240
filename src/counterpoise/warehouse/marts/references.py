"""References by name: where a row names a rep, account or product, its id takes the name's place.

An id is always taken first. A name counts where exactly one record bears it, in the row's own
source before the others. What fits neither stays as received, for health to report.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.marts.files import Mart, read

_TRACKED = {"owner_id": "rep", "product_id": "product"}


def resolve_mart(
    connection: duckdb.DuckDBPyConnection, mart: Mart, marts: Mapping[str, Mart]
) -> None:
    for file in tuple(mart.files):
        new = mart.name_file()
        if resolve_file(connection, file, mart, marts, new):
            mart.replace(file, new)


def resolve_file(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    mart: Mart,
    marts: Mapping[str, Mart],
    out: Path,
) -> bool:
    """Write the file with names replaced; False, and nothing written, where none is to be."""
    joins: list[str] = []
    replaced: dict[str, str] = {}
    for column, target, only in _list_references(mart, marts):
        alias = f"r{len(joins)}"
        if _find_names(connection, file, column, marts[target], (alias, only)):
            joins.append(
                f"LEFT JOIN {alias} ON {alias}.named = m.{quote(column)}"
                f" AND {alias}.source = m.source{_where(only)}"
            )
            held = replaced.get(column, f"m.{quote(column)}")
            replaced[column] = f"coalesce({alias}.id, {held})"
    if not joins:
        return False
    listed = ", ".join(f"{sql} AS {quote(name)}" for name, sql in replaced.items())
    source = f"read_parquet({literal(str(file))}, file_row_number = true)"
    connection.execute(
        f"COPY (SELECT m.* EXCLUDE (file_row_number) REPLACE ({listed}) FROM {source} AS m"
        f" {' '.join(joins)} ORDER BY m.file_row_number) TO {literal(str(out))} ({COPY_OPTIONS})"
    )
    return True


def _list_references(mart: Mart, marts: Mapping[str, Mart]) -> list[tuple[str, str, str]]:
    """Column, the mart it refers to, and for changes the attribute that the column then holds."""
    found = [
        (each.name, each.references, "")
        for each in mart.table.attributes
        if each.references and each.name != "opportunity_id"
    ]
    if mart.table.name == "opportunity_change":
        found += [
            (value, target, attribute)
            for value in ("value_before", "value_after")
            for attribute, target in _TRACKED.items()
        ]
    return [
        each
        for each in found
        if marts[each[1]].files and marts[each[1]].table.find_attribute("name")
    ]


def _find_names(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    column: str,
    target: Mart,
    joined: tuple[str, str],
) -> bool:
    """Make a temporary table of the names in the column that stand for one id each."""
    alias, only = joined
    wanted, rows = quote(column), read(target.files)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {alias} AS
        WITH met AS (
            SELECT DISTINCT source, m.{wanted} AS named FROM {read([file])} AS m
            WHERE m.{wanted} IS NOT NULL{_where(only)}
        ), unknown AS (
            FROM met ANTI JOIN {rows} AS t ON t.source_id = met.named
        ), own AS (
            SELECT source, name, min(source_id) AS id FROM {rows} GROUP BY ALL
            HAVING count(*) = 1
        ), shared AS (
            SELECT name, min(source_id) AS id FROM {rows} GROUP BY ALL
            HAVING count(DISTINCT source_id) = 1
        )
        SELECT u.source, u.named, coalesce(own.id, shared.id) AS id FROM unknown AS u
        LEFT JOIN own ON own.name = u.named AND own.source = u.source
        LEFT JOIN shared ON shared.name = u.named
        WHERE coalesce(own.id, shared.id) IS NOT NULL
        """
    )
    found = connection.execute(f"SELECT count(*) FROM {alias}").fetchone()
    assert found is not None
    return bool(found[0])


def _where(only: str) -> str:
    return f" AND m.attribute = {literal(only)}" if only else ""


def _has_names(mart: Mart) -> bool:
    return bool(mart.files) and mart.table.find_attribute("name") is not None
