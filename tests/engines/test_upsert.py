"""A newer load wins row by row, at a cost that follows the number of rows."""

import time

from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.marts.files import Mart
from counterpoise.warehouse.marts.upsert import Merged, merge
from counterpoise.warehouse.staging.stage import Staged

ROWS = 60_000


def write_accounts(connection, out, source, name):
    columns = [
        f"'A-' || i AS {each.name}" if each.name == "source_id" else f"{name} AS name"
        for each in get_table("account").attributes
        if each.name in ("source_id", "name")
    ]
    empty = [
        f"NULL::VARCHAR AS {each.name}"
        for each in get_table("account").attributes
        if each.name not in ("source_id", "name")
    ]
    listed = ", ".join([f"'{source}' AS source", *columns, *empty])
    connection.execute(f"COPY (SELECT {listed} FROM range({ROWS}) AS r(i)) TO '{out}'")


def test_many_changed_rows_are_merged_without_comparing_each_with_every_other(tmp_path):
    connection = open_connection()
    table = get_table("account")
    mart = Mart(
        table, tmp_path / "mart", [tmp_path / "theirs.parquet", tmp_path / "ours.parquet"], "b"
    )
    write_accounts(connection, mart.files[0], "erp", "'theirs'")
    write_accounts(connection, mart.files[1], "crm", "'old'")
    staged = tmp_path / "staged.parquet"
    write_accounts(connection, staged, "crm", "'new'")
    began = time.process_time()
    done = merge(connection, mart, Staged(table, "crm", staged, ROWS, 0, ("name",), (), ()))
    assert time.process_time() - began < 10
    assert done == Merged(new=0, updated=ROWS, unchanged=0)
    found = connection.execute(
        f"SELECT source, name, count(*) FROM read_parquet({[str(each) for each in mart.files]})"
        " GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == [("crm", "new", ROWS), ("erp", "theirs", ROWS)]
