"""Runs expressions on an engine: reads rows, and gives stages of a longer one a name.

Translating an expression to SQL takes longer than most answers of the engine, and grows faster
than its length. So each stage gets a name in the engine: as a table where many questions share its
rows, as a view where one does. Nested selects stay nested: the engine flattens them in no time.
"""

from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.warehouse.engine import quote

ibis.options.sql.fuse_selects = False


def fetch(backend: SQLBackend, rows: ir.Table) -> list[dict[str, Any]]:
    if backend.name == "duckdb":
        table = backend.con.execute(backend.compile(rows)).to_arrow_table()
        table = table.cast(rows.schema().to_pyarrow())  # sums of integers come as huge integers
    else:
        table = rows.to_pyarrow()
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def number_rows(backend: SQLBackend) -> ir.IntegerValue:
    """A number for each row, from 0 on, in no promised order."""
    anyhow = ibis.row_number()
    return (
        anyhow if backend.name == "duckdb" else anyhow.over(ibis.window(order_by=ibis.literal(1)))
    )


def keep(backend: SQLBackend, rows: ir.Table) -> ir.Table:
    """The rows themselves, until the connection closes."""
    return _create(backend, "TABLE", rows) if backend.name == "duckdb" else rows.cache()


def name(backend: SQLBackend, rows: ir.Table) -> ir.Table:
    """The rows under a name, computed where they are asked for."""
    return _create(backend, "VIEW", rows) if backend.name == "duckdb" else rows


def _create(backend: SQLBackend, kind: str, rows: ir.Table) -> ir.Table:
    called = ibis.util.gen_name("stage")
    backend.con.execute(f"CREATE TEMP {kind} {quote(called)} AS {backend.compile(rows)}")
    table = ops.DatabaseTable(
        called, schema=rows.schema(), source=backend, namespace=ops.Namespace()
    )
    return table.to_expr()
