"""References by name: where a row names a rep, account or product, its id takes the name's place.

So it does where a row says the e-mail address of a rep, contact or lead. An id is always taken
first, then a name. Either counts where exactly one record bears it, in the row's own source before
the others. What fits none stays as received, for health to report.

Where the record was merged into another, the one that is left in the end takes its place; the log
of a deal stays with the deal it tells of.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from counterpoise.domain.tables.dictionary import Table
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.marts.files import Mart, read
from counterpoise.warehouse.marts.removals import has_merges, survivors_of

_TRACKED = {"owner_id": "rep", "product_id": "product"}
_AS_SAID = {"name": "{0}", "email": "lower(trim({0}))"}
"""How it is compared: addresses without regard to case."""


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
        if _find_meant(connection, file, column, marts[target], (alias, only)):
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
    found = [(each.name, each.references, "") for each in mart.table.attributes if each.references]
    if mart.table.name == "opportunity_change":
        found = [each for each in found if each[0] != "opportunity_id"]
        found += [
            (value, target, attribute)
            for value in ("value_before", "value_after")
            for attribute, target in _TRACKED.items()
        ]
    return [
        each
        for each in found
        if marts[each[1]].files
        and (_list_known_by(marts[each[1]].table) or has_merges(marts[each[1]]))
    ]


def _list_known_by(target: Table) -> tuple[str, ...]:
    """Names of deals are no names: many bear the same."""
    known_by = ("email",) if target.name == "opportunity" else ("name", "email")
    return tuple(each for each in known_by if target.find_attribute(each) is not None)


def _find_meant(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    column: str,
    target: Mart,
    joined: tuple[str, str],
) -> bool:
    """Make a temporary table of what stands in the column for another id."""
    alias, only = joined
    wanted = quote(column)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE met AS SELECT DISTINCT source, m.{wanted} AS named"
        f" FROM {read([file])} AS m WHERE m.{wanted} IS NOT NULL{_where(only)}"
    )
    is_merged = has_merges(target)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE survivor AS"
        f" FROM ({survivors_of(read(target.files)) if is_merged else _NO_SURVIVOR})"
    )
    known_by = _list_known_by(target.table)
    parts = [_find_named(target, each, known_by[:place]) for place, each in enumerate(known_by)]
    parts += [_find_merged(target)] if is_merged else []
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {alias} AS {' UNION ALL '.join(parts)}")
    found = connection.execute(f"SELECT count(*) FROM {alias}").fetchone()
    assert found is not None
    return bool(found[0])


_NO_SURVIVOR = (
    "SELECT NULL::VARCHAR AS source, NULL::VARCHAR AS source_id, NULL::VARCHAR AS meant WHERE false"
)


def _find_named(target: Mart, by: str, before: tuple[str, ...]) -> str:
    """What names, or addresses, stand for one id each; records that are one by now bear a name
    together. before: by what else it may be known, which then goes first."""
    rows = read(target.files)
    said = _AS_SAID[by].format("u.named")
    is_such = " AND contains(u.named, '@')" if by == "email" else ""
    taken = "".join(
        f" AND u.named NOT IN (SELECT {each} FROM {rows} WHERE {each} IS NOT NULL)"
        for each in before
    )
    return f"""
        SELECT u.source, u.named, coalesce(own.id, shared.id) AS id
        FROM (FROM met ANTI JOIN {rows} AS t ON t.source_id = met.named) AS u
        LEFT JOIN (
            SELECT source, name, min(id) AS id FROM ({_list_named(rows, by)}) GROUP BY ALL
            HAVING count(DISTINCT id) = 1
        ) AS own ON own.name = {said} AND own.source = u.source
        LEFT JOIN (
            SELECT name, min(id) AS id FROM ({_list_named(rows, by)}) GROUP BY ALL
            HAVING count(DISTINCT id) = 1
        ) AS shared ON shared.name = {said}
        WHERE coalesce(own.id, shared.id) IS NOT NULL{is_such}{taken}
    """


def _list_named(rows: str, by: str) -> str:
    known_by = _AS_SAID[by].format(f"t.{by}")
    return (
        f"SELECT t.source, {known_by} AS name, coalesce(s.meant, t.source_id) AS id"
        f" FROM {rows} AS t"
        " LEFT JOIN survivor AS s ON s.source = t.source AND s.source_id = t.source_id"
    )


def _find_merged(target: Mart) -> str:
    """Ids of merged records. As everywhere an id means the row's own source first."""
    return f"""
        SELECT source, named, id FROM (
            SELECT met.source, met.named,
                arg_min(
                    coalesce(s.meant, t.source_id), (t.source IS DISTINCT FROM met.source, t.source)
                ) AS id
            FROM met JOIN {read(target.files)} AS t ON t.source_id = met.named
            LEFT JOIN survivor AS s ON s.source = t.source AND s.source_id = t.source_id
            GROUP BY ALL
        ) WHERE id <> named
    """


def _where(only: str) -> str:
    return f" AND m.attribute = {literal(only)}" if only else ""
