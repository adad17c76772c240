"""A build: the marts as they are after a load, from the build before it and what the load staged.

It is a pure function of the two, and of the load's time and rules; so building everything again
from all landed batches, one after the other, comes to the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from counterpoise.domain.collect.changes import COLUMNS
from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.marts.balance import Balance, Expected
from counterpoise.warehouse.marts.changes import News, drop_covered, write_changes
from counterpoise.warehouse.marts.files import Mart, read
from counterpoise.warehouse.marts.references import resolve_file, resolve_mart
from counterpoise.warehouse.marts.removals import DELETED, list_removals, settle_removals
from counterpoise.warehouse.marts.rollup import write_rollup
from counterpoise.warehouse.marts.upsert import Merged, merge
from counterpoise.warehouse.schema import select_columns
from counterpoise.warehouse.staging.stage import Staged

ORDER = (
    "territory",
    "team",
    "product",
    "rep",
    "account",
    "contact",
    "opportunity_change",
    "opportunity",
    "lead",
    "activity",
    "opportunity_line",
    "target",
    "resource_pool",
    "calendar",
    "inventory_item",
    "ticket",
)
"""What is referred to comes before what refers to it."""


@dataclass(frozen=True, slots=True)
class Load:
    """batch: its id. zone: the company's clock, in which days of the roll-up are counted."""

    batch: str
    received_at: datetime
    zone: str
    staged: tuple[Staged, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """merged: what became of each staged file, in the order of the load. expected: what the marts
    must come to by that."""

    merged: tuple[Merged, ...]
    changed: tuple[str, ...]
    expected: Expected


def build_marts(
    connection: duckdb.DuckDBPyConnection, previous: Path | None, load: Load, out: Path
) -> Built:
    """Write every mart and the roll-up below `out`; uses up the staged files."""
    marts = {name: _open_mart(previous, name, out, load.batch) for name in TABLES}
    for mart in marts.values():
        _add_columns(connection, mart)
    balance = Balance(connection, marts)
    merged: dict[int, Merged] = {}
    for name in ORDER:
        for place, staged in enumerate(load.staged):
            if staged.table.name == name:
                settled = _prepare(connection, marts, staged, load, place)
                balance.add(marts[name], settled)
                merged[place] = merge(connection, marts[name], settled)
                balance.count(name, merged[place])
                left_out = staged.rows - settled.rows
                merged[place] = replace(merged[place], unchanged=merged[place].unchanged + left_out)
    _settle_references(connection, marts)
    _drop_covered(connection, marts["opportunity_change"])
    for mart in marts.values():
        if mart.is_scattered:
            _gather(connection, mart)
        mart.settle()
    changed = tuple(name for name, mart in marts.items() if mart.changed)
    is_stale = previous is None or "activity" in changed
    write_rollup(connection, out, load.zone, None if is_stale else previous)
    ordered = tuple(merged[place] for place in range(len(load.staged)))
    return Built(ordered, changed, balance.close())


def _open_mart(previous: Path | None, name: str, out: Path, batch: str) -> Mart:
    held = sorted((previous / name).glob("*.parquet")) if previous else []
    filled = [each for each in held if pq.read_metadata(each).num_rows]
    return Mart(get_table(name), out / name, filled, batch)


def _add_columns(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """Files of an earlier version are written again with what the dictionary has got since."""
    for file in tuple(mart.files):
        if (columns := select_columns(mart.table, file)) != "*":
            new = mart.name_file()
            source = f"read_parquet({literal(str(file))}, file_row_number = true)"
            connection.execute(
                f"COPY (SELECT {columns} FROM {source} ORDER BY file_row_number)"
                f" TO {literal(str(new))} ({COPY_OPTIONS})"
            )
            mart.files[mart.files.index(file)] = new


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    marts: Mapping[str, Mart],
    staged: Staged,
    load: Load,
    place: int,
) -> Staged:
    """Say who is removed, put ids for names, and write down what the staged deals change before
    they are merged. Returns what is left to merge."""
    mart = marts[staged.table.name]
    staged = settle_removals(connection, mart, staged, load.received_at)
    resolved = staged.path.with_name("resolved.parquet")
    if resolve_file(connection, staged.path, mart, marts, resolved):
        resolved.replace(staged.path)
    if staged.table.name == "opportunity" and staged.rows:
        changes = staged.path.with_name("changes.parquet")
        attributes = tuple(each for each in COLUMNS if each in staged.attributes)
        news = News(
            tuple(mart.files), staged.path, staged.source, attributes, load.received_at, place
        )
        removals = ""
        if DELETED in staged.attributes:
            removals = list_removals(mart, staged, (load.received_at, place))
        write_changes(connection, news, changes, removals)
        if pq.read_metadata(changes).num_rows:
            marts["opportunity_change"].take(changes)
    return staged


def _settle_references(connection: duckdb.DuckDBPyConnection, marts: Mapping[str, Mart]) -> None:
    """Names that could not be told before may be, now that more records are known."""
    arrived = {name for name, mart in marts.items() if mart.changed}
    for mart in marts.values():
        targets = {each.references for each in mart.table.attributes if each.references}
        if mart.table.name == "opportunity_change":
            targets |= {"rep", "product"}
        if targets & arrived:
            resolve_mart(connection, mart, marts)


def _drop_covered(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    if not mart.changed or not (kept := drop_covered(connection, tuple(mart.files))):
        return
    for file in tuple(mart.files):
        new = mart.name_file()
        connection.execute(
            f"COPY (SELECT c.* FROM {read([file])} AS c WHERE {kept}"
            f" ORDER BY c.changed_at, c.source_id) TO {literal(str(new))} ({COPY_OPTIONS})"
        )
        mart.replace(file, new)


def _gather(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """Write a mart of many small files as one, in the same order."""
    new, old = mart.name_file(), list(mart.files)
    connection.execute(f"COPY (FROM {read(old)}) TO {literal(str(new))} ({COPY_OPTIONS})")
    for each in old:
        if each.parent == mart.folder:
            each.unlink()
    mart.files[:] = [new]
