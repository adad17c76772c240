"""Runs expressions on an engine: reads rows, and gives stages of a longer one a name.

Translating an expression to SQL takes longer than most answers of the engine, and grows faster
than its length. So each stage gets a name in the engine: as a table where many questions share its
rows, as a view where one does. Nested selects stay nested: the engine flattens them in no time.
A process that is asked the same again, as a page is, finds the translation it made: a stage is
called by what it holds, so the same question is the same expression over any build.
"""

from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql import SQLBackend

from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import quote
from counterpoise.warehouse.schema import arrow_schema

ibis.options.sql.fuse_selects = False


def read(backend: SQLBackend, name: str) -> ir.Table:
    """A canonical table. What it holds is known from the data dictionary; asking takes longer."""
    if backend.name != "duckdb":
        return backend.table(name)
    return _name_table(backend, name, _find_schema(name))


def hold(backend: SQLBackend, called: str, rows: pa.Table) -> ir.Table:
    """Rows from outside the engine, under a name, until the connection closes."""
    if backend.name != "duckdb":
        return ibis.memtable(rows)
    stage = f"stage_{called}"
    backend.con.register("given_rows", rows)
    backend.con.execute(f"CREATE OR REPLACE TEMP TABLE {quote(stage)} AS FROM given_rows")
    backend.con.unregister("given_rows")
    return _name_table(backend, stage, ibis.Schema.from_pyarrow(rows.schema))


def fetch(backend: SQLBackend, rows: ir.Table) -> list[dict[str, Any]]:
    if backend.name == "duckdb":
        table = backend.con.execute(_translate(backend, rows.op())).to_arrow_table()
        table = table.cast(rows.schema().to_pyarrow())  # sums of integers come as huge integers
    else:
        table = rows.to_pyarrow()
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def hand_over(backend: SQLBackend, rows: pa.Table) -> ir.Table:
    """Rows that were made outside the engine, under a name made from what they hold."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    called = f"stage_{sha256(sink.getvalue()).hexdigest()[:20]}"
    schema = ibis.Schema.from_pyarrow(rows.schema)
    if backend.name != "duckdb":
        return backend.create_view(called, ibis.memtable(rows), overwrite=True).cache()
    backend.con.register("handed_over", rows)
    backend.con.execute(f"CREATE OR REPLACE TEMP TABLE {quote(called)} AS FROM handed_over")
    backend.con.unregister("handed_over")
    return _name_table(backend, called, schema)


def keep(backend: SQLBackend, rows: ir.Table) -> ir.Table:
    """The rows themselves, until the connection closes."""
    return _create(backend, "TABLE", rows) if backend.name == "duckdb" else rows.cache()


def keep_numbered(backend: SQLBackend, rows: ir.Table, number: str) -> ir.Table:
    """The same with a number for each row, from 0 on, in no promised order."""
    if backend.name != "duckdb":
        anyhow = ibis.row_number().over(ibis.window(order_by=ibis.literal(1)))
        return rows.mutate(anyhow.name(number)).cache()
    # A window would count the rows one by one; the engine numbers what it keeps anyhow.
    kept = keep(backend, rows)
    query = f"SELECT rowid AS {quote(number)}, * FROM {quote(kept.get_name())}"
    return _make(backend, "VIEW", query, ibis.schema({number: "int64", **kept.schema()}))


def name(backend: SQLBackend, rows: ir.Table) -> ir.Table:
    """The rows under a name, computed where they are asked for."""
    return _create(backend, "VIEW", rows) if backend.name == "duckdb" else rows


def _create(backend: SQLBackend, kind: str, rows: ir.Table) -> ir.Table:
    return _make(backend, kind, _translate(backend, rows.op()), rows.schema())


def _make(backend: SQLBackend, kind: str, query: str, schema: ibis.Schema) -> ir.Table:
    called = f"stage_{sha256(query.encode()).hexdigest()[:20]}"
    backend.con.execute(f"CREATE OR REPLACE TEMP {kind} {quote(called)} AS {query}")
    return _name_table(backend, called, schema)


def _name_table(backend: SQLBackend, called: str, schema: ibis.Schema) -> ir.Table:
    table = ops.DatabaseTable(called, schema=schema, source=backend, namespace=ops.Namespace())
    return table.to_expr()


@cache
def _find_schema(name: str) -> ibis.Schema:
    return ibis.Schema.from_pyarrow(arrow_schema(get_table(name)))


@lru_cache(maxsize=1024)
def _translate(backend: SQLBackend, rows: ops.Relation) -> str:
    """Backends of a kind are equal, and so are expressions of the same parts, over any build."""
    return str(backend.compile(rows.to_expr()))
