"""What keeps a build right: its books, its casts of every type, its files over many loads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from counterpoise.actions import publishing
from counterpoise.actions.collect import collect, list_quarantine
from counterpoise.actions.publishing import Counts, File, LostRows
from counterpoise.domain.tables.dictionary import get_tables
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.tables.received import Received
from counterpoise.domain.values.text import text
from counterpoise.store import ledger
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.landing import profiles
from counterpoise.warehouse.landing.reading import Landed
from counterpoise.warehouse.landing.space import refuse_full_disk
from counterpoise.warehouse.marts import files
from counterpoise.warehouse.marts.balance import Expected, sum_money
from counterpoise.warehouse.marts.publication import BrokenBuild, check_build
from counterpoise.warehouse.staging.keys import derive_key

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def map_file(name, table, columns):
    return FileMapping(
        name,
        table,
        "files",
        tuple(
            ColumnMapping(name, column, table, attribute, 1.0, text("stated"))
            for column, attribute in columns.items()
        ),
        (),
    )


@pytest.fixture
def load(workspace, tmp_path):
    times = iter(MAY + timedelta(days=number) for number in range(100))

    def run(content, table, columns, name="in.csv"):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        mapping = Mapping((map_file(name, table, columns),))
        return collect(workspace, [path], mapping=mapping, now=next(times))

    return run


def rows_of(workspace, table, columns):
    folder = workspace.build_folder(ledger.get_current_build().id) / table
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = f"SELECT {columns} FROM '{folder}/*.parquet' ORDER BY source_id"
        return connection.execute(query).fetchall()


CALLS = {"id": "source_id", "type": "type", "when": "occurred_at"}


@pytest.mark.parametrize(
    ("columns", "cells", "value", "quarantined"),
    [
        pytest.param(
            "direction", ["in", "out", "Inbound", ""], ["in", "out", "in", None], 0, id="codes"
        ),
        pytest.param("direction", ["in", "sideways"], ["in"], 1, id="a code that is none"),
        pytest.param("is_automated", ["yes", "No", "نعم"], [True, False, True], 0, id="yes and no"),
        pytest.param("is_automated", ["yes", "perhaps"], [True], 1, id="neither yes nor no"),
        pytest.param(
            "duration_minutes",
            ["30", "1.5", "١٥"],
            [30.0, 1.5, 15.0],
            0,
            id="numbers of two scripts",
        ),
        pytest.param(
            "subject", [" Hi ", "NULL", "x"], ["Hi", None, "x"], 0, id="spaces and nothing"
        ),
        pytest.param("subject", ["عرض", "a\u200fb"], ["عرض", "ab"], 0, id="marks of direction"),
    ],
)
def test_cells_of_every_type_are_read(workspace, load, columns, cells, value, quarantined):
    body = "".join(f"a{n},call,2026-04-01 10:00:00,{cell}\n" for n, cell in enumerate(cells))
    done = load(f"id,type,when,x\n{body}", "activity", {**CALLS, "x": columns})
    assert [row[0] for row in rows_of(workspace, "activity", columns)] == value
    assert done.tables["activity"].quarantined == quarantined == len(list_quarantine(workspace))


def test_a_column_of_too_many_codes_is_looked_up_one_by_one(workspace, load):
    body = "".join(f"a{n},call,2026-04-01 10:00:00,what{n}\n" for n in range(60))
    done = load(f"id,type,when,x\n{body}", "activity", {**CALLS, "x": "direction"})
    assert done.tables == {"activity": Counts(received=60, quarantined=60)}


def test_shares_are_fractions_however_the_column_writes_them(workspace, load):
    columns = {"id": "source_id", "stage": "stage", "chance": "probability"}
    load("id,stage,chance\nD-1,New,25%\nD-2,New,7.5%\n", "opportunity", columns)
    assert rows_of(workspace, "opportunity", "probability") == [(0.25,), (0.075,)]


def test_targets_get_their_key_measure_and_end(workspace, load):
    columns = {"rep": "rep_id", "from": "period_start", "quota": "amount"}
    done = load("rep,from,quota\nr1,2026-01-01,1000\nr1,2026-04-01,2000\n", "target", columns)
    assert rows_of(workspace, "target", "source_id, measure, period_end::VARCHAR") == [
        ("r1|2026-01-01", "won_revenue", "2026-04-01"),
        ("r1|2026-04-01", "won_revenue", "2026-07-01"),
    ]
    assert any("no key" in str(note) for note in done.notes)


@pytest.mark.parametrize(
    ("table", "values", "key"),
    [
        pytest.param("product", {"code": "c", "name": "n"}, "c", id="a product by its code"),
        pytest.param("product", {"name": "n"}, "n", id="else by its name"),
        pytest.param("contact", {"first_name": "f", "last_name": "l"}, "f|l", id="a person"),
        pytest.param("inventory_item", {"site": "s"}, None, id="a site alone names no item"),
        pytest.param("lead", {"email": "e"}, None, id="a lead by its whole content"),
    ],
)
def test_records_without_a_key_are_known_by_what_names_them(table, values, key):
    with open_connection() as connection:
        quoted = {name: f"'{value}'" for name, value in values.items()}
        ((found,),) = connection.execute(f"SELECT {derive_key(table, quoted)}").fetchall()
    assert found == key or (key is None and len(found) == 32)


def test_many_small_files_become_one(workspace, load, monkeypatch):
    monkeypatch.setattr(files, "_MANY", 2)
    for number in range(4):
        load(f"id,type,when\na{number},call,2026-04-01 10:00:00\n", "activity", CALLS)
    folder = workspace.build_folder(ledger.get_current_build().id)
    assert len(list((folder / "activity").glob("*.parquet"))) <= 2
    assert rows_of(workspace, "activity", "source_id") == [(f"a{number}",) for number in range(4)]


def test_a_mart_s_unchanged_files_are_linked_and_not_written_again(workspace, load):
    first = load("id,type,when\na1,call,2026-04-01 10:00:00\n", "activity", CALLS)
    second = load("id,type,when\na2,call,2026-04-02 10:00:00\n", "activity", CALLS)
    (old,) = (workspace.build_folder(first.build) / "activity").glob("*.parquet")
    assert (workspace.build_folder(second.build) / "activity" / old.name).samefile(old)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        pytest.param({"rows": {"opportunity": 3}}, "would hold 2 rows and must hold 3", id="rows"),
        pytest.param({"money": Decimal("30.01")}, "would hold sums", id="a cent too much"),
    ],
)
def test_books_that_do_not_balance_stop_the_publication(workspace, load, expected, message):
    columns = {"id": "source_id", "stage": "stage", "amount": "amount"}
    done = load("id,stage,amount\nD-1,New,10\nD-2,New,20\n", "opportunity", columns)
    with pytest.raises(BrokenBuild, match=message):
        check(workspace.build_folder(done.build), **expected)


def check(build, rows=None, money=None, changed=()):
    with open_connection() as connection:
        sums = {
            table.name: sum_money(connection, table, list((build / table.name).glob("*.parquet")))
            for table in get_tables()
        }
        if money is not None:
            sums["opportunity"] = {"amount": money}
        check_build(connection, build, Expected(rows or {}, sums), changed)


def test_a_build_with_other_columns_is_not_published(workspace, load):
    done = load("id,type,when\na1,call,2026-04-01 10:00:00\n", "activity", CALLS)
    build = workspace.build_folder(done.build)
    pq.write_table(pa.table({"x": [1]}), build / "lead" / "extra.parquet")
    with pytest.raises(BrokenBuild, match="has the columns"):
        check(build)


def test_a_build_with_a_missing_value_is_not_published(workspace, load):
    done = load("id,type,when\na1,call,2026-04-01 10:00:00\n", "activity", CALLS)
    build = workspace.build_folder(done.build)
    (path,) = (build / "activity").glob("*.parquet")
    path.unlink()
    schema = pq.read_schema(next((workspace.builds).glob("*/team/*.parquet")))
    pq.write_table(pa.Table.from_pylist([{"source": "files", "source_id": "t"}], schema), path)
    path.rename(build / "team" / "bad.parquet")
    with pytest.raises(BrokenBuild, match=r"has no name"):
        check(build)


def test_a_build_with_a_key_twice_is_not_published(workspace, load):
    done = load("id,type,when\na1,call,2026-04-01 10:00:00\n", "activity", CALLS)
    build = workspace.build_folder(done.build)
    (path,) = (build / "activity").glob("*.parquet")
    (build / "activity" / "copy.parquet").write_bytes(path.read_bytes())
    with pytest.raises(BrokenBuild, match="'a1' of files twice"):
        check(build, changed=("activity",))


def test_rows_that_would_end_nowhere_stop_the_load(tmp_path):
    received = Received("deals.csv", tmp_path, "text", None, ("id",), "hash", ())
    landed = Landed(received, tmp_path, ("id",), 3, (), ())
    file = File(landed, map_file("deals.csv", "opportunity", {"id": "source_id"}))
    with pytest.raises(LostRows, match="brought 3 rows and 2 would have arrived"):
        publishing._check_count(file, Counts(received=3, new=2))


def test_large_files_are_profiled_from_stretches_all_over_them(tmp_path, monkeypatch):
    monkeypatch.setattr(profiles, "_WHOLE", 100)
    path = tmp_path / "1.parquet"
    table = pa.table({"id": [f"i{n}" for n in range(5000)], "stage": ["New", "Won"] * 2500})
    pq.write_table(table, path, row_group_size=250)
    received = Received("deals.csv", path, "text", None, ("id", "stage"), "hash", ())
    profile = profiles.profile_file(Landed(received, path, ("id", "stage"), 5000, (), ()))
    key, stage = profile.columns
    assert (key.filled, key.distinct, len(key.sample)) == (5000, 5000, 500)
    assert (stage.filled, stage.distinct, stage.sample) == (5000, 2, ("New", "Won"))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(PermissionError(13, "Permission denied"), id="of the system"),
        pytest.param(duckdb.InvalidInputException("no such column"), id="of the engine"),
    ],
)
def test_other_errors_are_not_taken_for_a_full_disk(tmp_path, error):
    with pytest.raises(type(error)), refuse_full_disk(tmp_path):
        raise error
