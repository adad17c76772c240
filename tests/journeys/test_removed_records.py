"""Records that are gone from their source: they stay for the days before, and are left out after.

A refresh hands removals over as rows of the key and when or into what a record went.
"""

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow.parquet as pq
import pytest

from counterpoise.actions.collect import collect
from counterpoise.actions.publishing import Counts, rebuild
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text
from counterpoise.store import ledger
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.guarded import open_guarded

MAY = datetime(2026, 5, 1, tzinfo=UTC)
DEALS = ("source_id", "stage", "amount", "account_id", "created_at", "updated_at")
ACCOUNTS = ("source_id", "name", "parent_id", "updated_at")
GONE = ("source_id", "deleted_at", "merged_into")


@pytest.fixture
def load(workspace, tmp_path):
    """Collects a table's rows, written as they would stand in a file, a day after the last ones."""
    times = iter(MAY + timedelta(days=number) for number in range(100))

    def run(table, columns, *rows, source="files"):
        name = f"{table}-{'-'.join(columns)}.csv"
        path = tmp_path / name
        lines = [",".join(columns), *(row.replace(" ", ",") for row in rows)]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        mapped = tuple(
            ColumnMapping(name, each, table, each, 1.0, text("stated")) for each in columns
        )
        mapping = Mapping((FileMapping(name, table, source, mapped, ()),))
        return collect(workspace, [path], mapping=mapping, now=next(times))

    return run


@pytest.fixture
def rows(workspace):
    def read(table, columns):
        folder = workspace.build_folder(ledger.get_current_build().id)
        with open_build(folder) as build:
            query = f"SELECT {columns} FROM {table} ORDER BY source_id"
            return build.con.execute(query).fetchall()

    return read


def test_a_removal_keeps_the_last_values(load, rows):
    load("opportunity", DEALS, "D1 New 100 A1 2026-04-01 2026-04-02", "D2 New 50 A1 2026-04-01 ")
    done = load("opportunity", GONE, "D1 2026-05-01T09:00:00Z ")
    assert done.tables == {"opportunity": Counts(received=1, updated=1)}
    assert rows("opportunity", "source_id, stage, amount::INT, deleted_at::DATE::VARCHAR") == [
        ("D1", "New", 100, "2026-05-01"),
        ("D2", "New", 50, None),
    ]


def test_the_removal_of_a_deal_is_in_its_history(load, rows):
    load("opportunity", DEALS, "D1 New 100 A1 2026-04-01 2026-04-02")
    load("opportunity", GONE, "D1 2026-05-01T09:00:00Z ")
    load("opportunity", DEALS, "D1 New 100 A1 2026-04-01 2026-05-02")
    told = "changed_at::DATE::VARCHAR, value_before, value_after, origin"
    found = rows("(FROM opportunity_change WHERE attribute = 'deleted_at')", told)
    assert found == [
        ("2026-05-01", None, "2026-05-01T09:00:00Z", "difference"),
        ("2026-05-02", "2026-05-01T09:00:00Z", None, "difference"),
    ]


@pytest.mark.parametrize(
    ("again", "deleted"),
    [
        pytest.param("D1 New 90 A1 2026-04-01 2026-05-02", None, id="changed since: restored"),
        pytest.param(
            "D1 New 90 A1 2026-04-01 2026-04-30", "2026-05-01", id="not changed since: an old file"
        ),
        pytest.param("D1 New 90 A1 2026-04-01 ", "2026-05-01", id="nothing says when it changed"),
    ],
)
def test_a_record_that_comes_again_after_its_removal(load, rows, again, deleted):
    load("opportunity", DEALS, "D1 New 100 A1 2026-04-01 2026-04-02")
    load("opportunity", GONE, "D1 2026-05-01T09:00:00Z ")
    load("opportunity", DEALS, again)
    assert rows("opportunity", "amount::INT, deleted_at::DATE::VARCHAR") == [(90, deleted)]


def test_the_removal_of_what_was_never_here_makes_no_record(load, rows):
    done = load("opportunity", GONE, "D9 2026-05-01T09:00:00Z ")
    assert done.tables == {"opportunity": Counts(received=1, unchanged=1)}
    assert rows("opportunity", "source_id") == []
    assert rows("opportunity_change", "source_id") == []


def test_the_same_removals_again_change_nothing(load):
    load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ")
    load("account", GONE, "A1  A2", "A2 2026-05-01T09:00:00Z ")
    done = load("account", GONE, "A2 2026-05-01T09:00:00Z ", "A1  A2")
    assert done.tables == {"account": Counts(received=2, unchanged=2)}


def test_a_merge_without_a_time_is_known_since_the_load_that_told_of_it(load, rows):
    load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ")
    load("account", GONE, "A1  A2")
    load("account", GONE, "A1  A2", "A2  A2")
    assert rows("account", "source_id, deleted_at::DATE::VARCHAR, merged_into") == [
        ("A1", "2026-05-02", "A2"),
        ("A2", None, None),
    ]


@pytest.mark.case("IMP-21")
def test_references_follow_a_chain_of_merges_to_its_end(load, rows):
    load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ", "A3 Noor  ", "A4 Amal A1 ")
    load("opportunity", DEALS, "D1 New 9 A1 2026-04-01 ", "D2 New 9 Souq 2026-04-01 ")
    for gone, into in (("A1", "A2"), ("A2", "A3")):
        load("account", GONE, f"{gone} 2026-05-01T09:00:00Z {into}")
    assert rows("opportunity", "source_id, account_id") == [("D1", "A3"), ("D2", "A3")]
    assert rows("account", "source_id, parent_id")[3] == ("A4", "A3")
    again = load("opportunity", DEALS, "D1 New 9 A1 2026-04-01 ", "D3 New 9 Zahra 2026-04-01 ")
    assert again.tables == {"opportunity": Counts(received=2, new=1, unchanged=1)}
    assert rows("opportunity", "source_id, account_id")[2] == ("D3", "A3")
    orphans = "(FROM opportunity ANTI JOIN account ON account.source_id = account_id)"
    assert rows(orphans, "source_id") == []


@pytest.mark.case("IMP-21")
def test_what_served_a_merged_deal_is_counted_with_the_one_that_is_left(load, rows):
    load("opportunity", DEALS, "D1 New 9 A1 2026-04-01 ", "D2 New 9 A1 2026-04-01 ")
    calls = ("source_id", "type", "occurred_at", "opportunity_id")
    load("activity", calls, "E1 call 2026-04-02 D1")
    load("opportunity", GONE, "D1 2026-05-01T09:00:00Z D2")
    assert rows("activity", "opportunity_id") == [("D2",)]
    deals = {deal for (deal,) in rows("opportunity_change", "opportunity_id")}
    assert deals == {"D1", "D2"}  # the log of each stays its own


@pytest.mark.parametrize(
    "merges",
    [
        pytest.param(("A1  A2", "A2  A1"), id="in a circle"),
        pytest.param(("A1  A9",), id="into a record that is not known"),
    ],
)
def test_a_merge_that_leads_nowhere_is_not_followed(load, rows, merges):
    load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ")
    load("opportunity", DEALS, "D1 New 9 A1 2026-04-01 ")
    load("account", GONE, *merges)
    assert rows("opportunity", "account_id") == [("A1",)]


def test_an_id_means_the_merge_of_its_own_source_first(load, rows):
    for source in ("hubspot", "odoo"):
        load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ", source=source)
    for source in ("hubspot", "odoo", "files"):
        load("opportunity", DEALS, "D1 New 9 A1 2026-04-01 ", source=source)
    load("account", GONE, "A1 2026-05-01T09:00:00Z A2", source="odoo")
    assert sorted(rows("opportunity", "source, account_id")) == [
        ("files", "A1"),
        ("hubspot", "A1"),
        ("odoo", "A2"),
    ]


def test_all_batches_built_again_come_to_the_same(load, rows, workspace, tmp_path):
    load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ")
    load("opportunity", DEALS, "D1 New 9 A1 2026-04-01 ", "D2 New 7 A2 2026-04-01 ")
    load("account", GONE, "A1  A2")
    load("opportunity", GONE, "D2 2026-05-01T09:00:00Z ")
    again = rebuild(workspace, tmp_path / "again")
    for table in ("account", "opportunity", "opportunity_change"):
        with open_build(again) as build:
            rebuilt = build.con.execute(f"FROM {table} ORDER BY source_id").fetchall()
        assert rebuilt == [tuple(row) for row in rows(table, "*")]


def test_a_build_from_before_there_were_removals_is_read_and_loaded_on(load, rows, workspace):
    load("account", ACCOUNTS, "A1 Souq  ", "A2 Zahra  ")
    folder = workspace.build_folder(ledger.get_current_build().id)
    names = ["source", *(each.name for each in get_table("account").attributes[:-2])]
    for file in (folder / "account").glob("*.parquet"):
        table = pq.read_table(file, columns=names)
        file.unlink()  # the file of the build is not the one that was read
        pq.write_table(table, file)
    assert rows("account", "source_id, deleted_at") == [("A1", None), ("A2", None)]
    with open_guarded(folder) as connection:
        assert connection.execute("SELECT count(merged_into) FROM account").fetchone() == (0,)
    load("account", GONE, "A1  A2")
    assert rows("account", "source_id, merged_into") == [("A1", "A2"), ("A2", None)]
    with duckdb.connect() as connection:
        new = workspace.build_folder(ledger.get_current_build().id) / "account"
        query = f"SELECT name FROM '{new}/*.parquet' ORDER BY 1"
        assert connection.execute(query).fetchall() == [("Souq",), ("Zahra",)]
