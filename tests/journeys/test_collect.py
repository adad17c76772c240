"""A manager collects exports: once, twice, newer, and broken ones."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from counterpoise.actions import publishing
from counterpoise.actions.collect import NothingToCollect, collect, list_quarantine
from counterpoise.actions.publishing import Counts, ForeignWarehouse
from counterpoise.actions.writer import WriterBusy, hold_writer_lock
from counterpoise.domain.collect.mapping_toml import InvalidMapping
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text
from counterpoise.store import ledger
from counterpoise.store import rules as stored_rules
from counterpoise.warehouse.landing.batches import DamagedBatch, verify_batch
from counterpoise.warehouse.marts.publication import BrokenBuild, verify_build
from counterpoise.warehouse.staging.lookup import Ambiguous

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
DEALS = """id,Deal Name,Owner,Stage,Amount,Currency,Create Date,Close Date
D-1,Alpha,Layla,Proposal,1000.50,USD,2026-01-05,
D-2,Beta,Tom,Closed Won,2000,USD,2026-01-10,2026-03-01
D-3,Gamma,Tom,Closed Lost,300,EUR,2026-02-01,2026-03-15
"""
CALLS = "id,when,type,who\na1,2026-05-01 10:00:00,call,Layla\n"
COLUMNS = {
    "id": "source_id",
    "Deal Name": "name",
    "Owner": "owner_id",
    "Stage": "stage",
    "Amount": "amount",
    "Currency": "currency",
    "Create Date": "created_at",
    "Close Date": "closed_at",
}


def map_file(columns=None, file="deals.csv", table="opportunity"):
    mapped = tuple(
        ColumnMapping(file, column, table, attribute, 1.0, text("as written in the test"))
        for column, attribute in (columns or COLUMNS).items()
    )
    return FileMapping(file, table, "files", mapped, ())


DEAL_MAPPING = Mapping((map_file(),))


@pytest.fixture
def load(workspace, tmp_path):
    """Write a file and collect it, a month later each time."""
    times = iter(MAY + timedelta(days=30 * number) for number in range(100))

    def run(content, name="deals.csv", mapping=DEAL_MAPPING, **options):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return collect(workspace, [path], mapping=mapping, now=next(times), **options)

    return run


def query(workspace, sql, build=None):
    folder = workspace.build_folder(build or ledger.get_current_build().id)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in (*TABLES, "activity_by_day"):
            connection.execute(f"CREATE VIEW {table} AS FROM '{folder}/{table}/*.parquet'")
        return connection.execute(sql).fetchall()


def read_all(folder):
    rows = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in (*TABLES, "activity_by_day"):
            found = connection.execute(f"FROM '{folder}/{table}/*.parquet' ORDER BY ALL").fetchall()
            rows[table] = found
    return rows


def test_a_first_load_lands_builds_and_says_what_became_of_the_rows(workspace, load):
    done = load(DEALS)
    assert done.tables == {"opportunity": Counts(received=3, new=3)}
    assert query(workspace, "SELECT source_id, status, amount, currency FROM opportunity") == [
        ("D-1", "open", Decimal("1000.5000"), "USD"),
        ("D-2", "won", Decimal("2000.0000"), "USD"),
        ("D-3", "lost", Decimal("300.0000"), "EUR"),
    ]
    manifest = ledger.get_current_build().manifest
    assert manifest["sums"]["opportunity"]["amount"] == {"EUR": "300.0000", "USD": "3000.5000"}
    assert manifest["rows"]["opportunity"] == 3
    verify_build(workspace.build_folder(done.build))
    verify_batch(workspace.landing / done.batch)


def test_the_same_content_changes_nothing_whatever_it_is_called(workspace, load):
    first = load(DEALS)
    again = load(DEALS)
    renamed = load(DEALS, "export.csv", Mapping((map_file(file="export.csv"),)))
    for done in (again, renamed):
        assert (done.batch, done.build) == ("", first.build)
        assert done.tables == {"opportunity": Counts(received=3, unchanged=3)}
    assert ledger.list_batches() == (first.batch,)


@pytest.mark.case("IMP-03")
def test_the_same_rows_in_another_order_change_nothing(workspace, load):
    first = load(DEALS)
    header, *rows = DEALS.splitlines()
    done = load("\n".join([header, *reversed(rows)]))
    assert done.tables == {"opportunity": Counts(received=3, unchanged=3)}
    assert read_all(workspace.build_folder(done.build)) == read_all(
        workspace.build_folder(first.build)
    )


def test_a_newer_export_updates_by_id_and_records_what_changed_when(workspace, load):
    load(DEALS)
    newer = DEALS.replace("Proposal,1000.50", "Closed Won,1200").replace("05,\n", "05,2026-05-20\n")
    done = load(newer + "D-4,Delta,Layla,Qualified,50,USD,2026-05-25,\n")
    assert done.tables == {"opportunity": Counts(received=4, new=1, updated=1, unchanged=2)}
    changes = query(
        workspace,
        "SELECT attribute, value_before, value_after, changed_at, origin FROM opportunity_change"
        " WHERE opportunity_id = 'D-1' AND origin = 'difference' ORDER BY 1",
    )
    then = MAY + timedelta(days=30)
    assert changes == [
        ("amount", "1000.5000", "1200.0000", then, "difference"),
        ("stage", "Proposal", "Closed Won", then, "difference"),
        ("status", "open", "won", then, "difference"),
    ]


@pytest.mark.case("IMP-19")
def test_a_file_with_fewer_columns_keeps_what_an_earlier_one_brought(workspace, load):
    load(DEALS)
    columns = {"id": "source_id", "Next": "next_step", "Stage": "stage"}
    load(
        "id,Stage,Next\nD-1,Proposal,Call\n",
        "steps.csv",
        Mapping((map_file(columns, "steps.csv"),)),
    )
    assert query(workspace, "SELECT name, next_step FROM opportunity WHERE source_id = 'D-1'") == [
        ("Alpha", "Call")
    ]


@pytest.mark.case("IMP-20")
def test_building_again_from_the_landing_comes_to_the_same(workspace, load, tmp_path):
    load(DEALS)
    load("id,name\nr1,Layla\nr2,Tom\n", "reps.csv", Mapping((map_reps(),)))
    load(DEALS.replace("Proposal", "Closed Lost") + "D-4,Delta,Tom,Won,bad,USD,,\n")
    load(
        "id,when,type,who\na1,2026-05-01 10:00:00,call,Layla\n", "acts.csv", Mapping((map_acts(),))
    )
    again = publishing.rebuild(workspace, tmp_path / "again")
    assert read_all(again) == read_all(workspace.build_folder(ledger.get_current_build().id))


def map_reps():
    return map_file({"id": "source_id", "name": "name"}, "reps.csv", "rep")


def map_acts():
    columns = {"id": "source_id", "when": "occurred_at", "type": "type", "who": "owner_id"}
    return map_file(columns, "acts.csv", "activity")


def test_nothing_collected_yet_cannot_be_built_again(workspace, tmp_path):
    with pytest.raises(ledger.NoBuild, match="Nothing was collected yet"):
        publishing.rebuild(workspace, tmp_path / "again")


def test_names_become_ids_as_soon_as_they_can_be_told(workspace, load):
    load(DEALS)
    owners = "SELECT DISTINCT owner_id FROM opportunity ORDER BY 1"
    assert query(workspace, owners) == [("Layla",), ("Tom",)]
    reps = "id,name\nr1,Layla\nr2,Tom\nr3,Tom\n"
    load(reps, "reps.csv", Mapping((map_reps(),)))
    assert query(workspace, owners) == [("Tom",), ("r1",)]
    load(
        "id,when,type,who\na1,2026-05-01 10:00:00,call,Layla\n", "acts.csv", Mapping((map_acts(),))
    )
    assert query(workspace, "SELECT owner_id, activities FROM activity_by_day") == [("r1", 1)]


@pytest.mark.case("IMP-11")
@pytest.mark.parametrize(
    ("row", "column", "value", "why"),
    [
        pytest.param(",Nameless,Tom,Won,1,USD,,", "id", "", "every row needs it", id="no id"),
        pytest.param("D-9,X,Tom,,1,USD,,", "Stage", "", "every row needs it", id="no stage"),
        pytest.param("D-9,X,Tom,Won,12x,USD,,", "Amount", "12x", "no number", id="no amount"),
        pytest.param("D-9,X,Tom,Won,1e5,USD,,", "Amount", "1e5", "no number", id="an exponent"),
        pytest.param(
            "D-9,X,Tom,Won,1,USD,2026-02-31,", "Create Date", "2026-02-31", "no day", id="31/02"
        ),
        pytest.param("D-9,#REF!,Tom,Won,1,USD,,", "Deal Name", "#REF!", "error", id="sheet error"),
        pytest.param("D-9,X,Tom,Won", "", "D-9,X,Tom,Won", "8 fields", id="too few fields"),
    ],
)
def test_a_row_is_taken_whole_or_not_at_all(workspace, load, row, column, value, why):
    done = load(DEALS + row + "\n")
    assert done.tables == {"opportunity": Counts(received=4, new=3, quarantined=1)}
    (found,) = list_quarantine(workspace)
    assert (found.file, found.row, found.column, found.value) == ("deals.csv", 5, column, value)
    assert why in str(found.reason)


def test_rows_of_an_older_file_are_quarantined_until_a_newer_one_speaks(workspace, load):
    load(DEALS + "D-4,Delta,Tom,Won,oops,USD,,\n")
    assert len(list_quarantine(workspace)) == 1
    done = load(DEALS + "D-4,Delta,Tom,Won,400,USD,,\n")
    assert done.tables["opportunity"].new == 1
    assert list_quarantine(workspace) == ()


def test_word_for_word_repeats_are_landed_once(load):
    done = load(DEALS + DEALS.splitlines()[1] + "\n")
    assert done.tables == {"opportunity": Counts(received=4, new=3, unchanged=1)}


def test_an_id_that_says_two_things_is_not_taken_at_all(workspace, load):
    done = load(DEALS + "D-1,Other,Tom,Won,5,USD,,\n")
    assert done.tables == {"opportunity": Counts(received=4, new=2, quarantined=2)}
    assert [(each.row, each.value) for each in list_quarantine(workspace)] == [
        (2, "D-1"),
        (5, "D-1"),
    ]
    assert "row 5 has the same key and says something else" in str(
        list_quarantine(workspace)[0].reason
    )


def test_an_id_that_comes_twice_is_taken_where_an_update_tells_the_newer(workspace, load):
    columns = {"id": "source_id", "Stage": "stage", "Updated": "updated_at"}
    done = load(
        "id,Stage,Updated\nD-1,Won,2026-03-02\nD-1,New,2026-03-01\n",
        mapping=Mapping((map_file(columns),)),
    )
    assert done.tables == {"opportunity": Counts(received=2, new=1, quarantined=1)}
    assert query(workspace, "SELECT stage FROM opportunity") == [("Won",)]
    assert "row 2 has the same key and is newer" in str(list_quarantine(workspace)[0].reason)


@pytest.mark.case("IMP-08")
@pytest.mark.parametrize(
    ("amounts", "sums"),
    [
        pytest.param(["1.234,56 €", "1,5 €"], {"EUR": "1236.0600"}, id="decimal commas"),
        pytest.param(["١٢٣٫٤", "٥"], {"": "128.4000"}, id="Arabic digits"),
        pytest.param(["(1,234.56)", "$0.10"], {"": "-1234.4600"}, id="accountants' brackets"),
        pytest.param(["9" * 20, "-5"], {"": "9" * 19 + "4.0000"}, id="absurd"),
    ],
)
def test_amounts_are_read_exactly_however_they_are_written(load, amounts, sums):
    rows = "".join(f"D-{n};Won;{amount}\n" for n, amount in enumerate(amounts))
    columns = {"id": "source_id", "Stage": "stage", "Amount": "amount"}
    load("id;Stage;Amount\n" + rows, mapping=Mapping((map_file(columns),)))
    assert ledger.get_current_build().manifest["sums"]["opportunity"]["amount"] == sums


@pytest.mark.case("IMP-07")
def test_dates_that_fit_two_orders_are_refused_with_advice(workspace, load):
    columns = {"id": "source_id", "Stage": "stage", "Created": "created_at"}
    with pytest.raises(Ambiguous, match=r"column Created.*Write date_order"):
        load("id,Stage,Created\nD-1,New,03/04/2026\n", mapping=Mapping((map_file(columns),)))
    assert ledger.find_current_build() is None
    assert [each.name for each in workspace.landing.iterdir()] == []


def test_one_date_decides_the_order_of_the_column(workspace, load):
    columns = {"id": "source_id", "Stage": "stage", "Created": "created_at"}
    load(
        "id,Stage,Created\nD-1,New,03/04/2026\nD-2,New,25/04/2026\n",
        mapping=Mapping((map_file(columns),)),
    )
    days = query(workspace, "SELECT created_at::DATE::VARCHAR FROM opportunity ORDER BY source_id")
    assert days == [("2026-04-03",), ("2026-04-25",)]


@pytest.mark.case("TIM-02")
def test_times_without_a_zone_are_in_the_company_s(workspace, load, tmp_path):
    from counterpoise.actions.rules import import_rules

    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rule]]\nkey = "company.time_zone"\nvalue = "Asia/Dubai"\nunit = "IANA"\n'
        'effective_from = 2020-01-01\nsource = "test"\n',
        "utf-8",
    )
    import_rules(rules, at=MAY)
    load("id,when,type,who\na1,2026-05-01 02:00:00,call,Tom\n", "acts.csv", Mapping((map_acts(),)))
    assert query(workspace, "SELECT occurred_at FROM activity") == [
        (datetime(2026, 4, 30, 22, tzinfo=UTC),)
    ]
    assert query(workspace, "SELECT day::VARCHAR FROM activity_by_day") == [("2026-05-01",)]


@pytest.mark.parametrize(
    ("key", "subject", "value", "advice"),
    [
        pytest.param("company.time_zone", "", "Mars/Base", "such as Asia/Dubai", id="no zone"),
        pytest.param("stage.kind", "Won", "winning", "open, won, lost", id="no kind"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(load, key, subject, value, advice):
    from datetime import date

    from counterpoise.domain.rulebook.rulebook import Rule

    rule = Rule(key, subject, value, "", date(2020, 1, 1), "test")
    stored_rules.append_rules((rule,), at=MAY)
    with pytest.raises(InvalidRule, match=advice):
        load(DEALS)


def test_a_stage_that_nobody_knows_is_open_until_it_closes(workspace, load):
    done = load(DEALS.replace("Proposal", "Wonderland").replace("Closed Lost", "Nirvana"))
    found = query(workspace, "SELECT stage, status FROM opportunity ORDER BY source_id")
    assert found == [("Wonderland", "open"), ("Closed Won", "won"), ("Nirvana", None)]
    assert any("Nirvana, Wonderland" in str(note) for note in done.notes)


def test_the_source_s_own_history_takes_the_place_of_what_dates_tell(workspace, load):
    load(DEALS)
    columns = {
        "deal": "opportunity_id",
        "when": "changed_at",
        "field": "attribute",
        "to": "value_after",
    }
    history = "deal,when,field,to\nD-2,2026-01-10,StageName,New\nD-2,2026-03-01,stage,Closed Won\n"
    load(history, "log.csv", Mapping((map_file(columns, "log.csv", "opportunity_change"),)))
    found = query(
        workspace,
        "SELECT value_after, origin FROM opportunity_change"
        " WHERE opportunity_id = 'D-2' AND attribute = 'stage' ORDER BY changed_at",
    )
    assert found == [("New", "history"), ("Closed Won", "history")]


def test_a_dry_run_proposes_and_keeps_nothing(workspace, load):
    done = load(DEALS, mapping=None, dry_run=True)
    assert (done.batch, done.build) == ("", "")
    assert {each.attribute for each in done.mapping} >= {"source_id", "stage", "amount"}
    assert done.tables["opportunity"].received == 3
    assert done.mapping_file.is_file()
    assert ledger.find_current_build() is None
    assert list(workspace.landing.iterdir()) == []


def test_an_edited_mapping_is_passed_back(workspace, load):
    proposed = load(DEALS, mapping=None, dry_run=True).mapping_file
    done = load(DEALS, mapping=proposed)
    assert done.tables["opportunity"].new == 3


def test_files_that_a_mapping_does_not_name_are_proposed(workspace, load):
    done = load(DEALS, mapping=Mapping((map_reps(),)))
    assert done.tables["opportunity"].new == 3


def test_no_known_column_is_refused_with_the_columns_met(load):
    with pytest.raises(NothingToCollect, match="foo, bar"):
        load("foo,bar\n1,2\n", mapping=None)


def test_two_columns_for_one_attribute_are_refused(load):
    columns = {"id": "source_id", "Stage": "stage", "Amount": "stage"}
    with pytest.raises(InvalidMapping):
        load(DEALS, mapping=Mapping((map_file(columns),)))


def test_a_file_of_no_table_is_landed_beside_the_others(workspace, load):
    foreign = FileMapping("notes.csv", "", "files", (), ("foo", "bar"))
    path = workspace.root / "notes.csv"
    path.write_text("foo,bar\n1,2\n", "utf-8")
    deals = workspace.root / "deals.csv"
    deals.write_text(DEALS, "utf-8")
    done = collect(workspace, [path, deals], mapping=Mapping((foreign, map_file())), now=MAY)
    assert done.tables == {"opportunity": Counts(received=3, new=3)}
    assert done.unmapped == (("notes.csv", "foo"), ("notes.csv", "bar"))
    assert len(list((workspace.landing / done.batch).glob("[0-9]*.parquet"))) == 2


def test_a_header_alone_is_collected_as_nothing(workspace, load):
    done = load(DEALS.splitlines()[0] + "\n")
    assert done.tables == {"opportunity": Counts()}
    assert query(workspace, "SELECT count(*) FROM opportunity") == [(0,)]


@pytest.mark.case("IMP-04")
def test_a_second_load_waits_and_then_refuses(workspace, load):
    with hold_writer_lock(workspace, 0), pytest.raises(WriterBusy, match="Another load is running"):
        load(DEALS, wait_seconds=0.05)
    assert load(DEALS).tables["opportunity"].new == 3


def test_every_build_holds_every_table_in_the_dictionary_s_columns(workspace, load):
    done = load(DEALS)
    for name in TABLES:
        columns = [row[0] for row in query(workspace, f"DESCRIBE {name}")]
        assert columns == ["source", *(each.name for each in get_table(name).attributes)]
    manifest = json.loads((workspace.build_folder(done.build) / "manifest.json").read_text("utf-8"))
    assert manifest == ledger.get_current_build().manifest


@pytest.mark.case("FLT-07")
@pytest.mark.parametrize("kind", ["build", "batch"])
def test_a_flipped_bit_is_noticed(workspace, load, kind):
    done = load(DEALS)
    is_build = kind == "build"
    folder = workspace.build_folder(done.build) if is_build else workspace.landing / done.batch
    path = sorted(folder.rglob("*.parquet"))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(BrokenBuild if is_build else DamagedBatch, match="disk is"):
        (verify_build if is_build else verify_batch)(folder)


def test_a_store_that_does_not_know_the_warehouse_deletes_nothing(workspace, load):
    for number in range(2):
        folder = workspace.landing / f"2020010{number}T000000-0000"
        folder.mkdir()
    with pytest.raises(ForeignWarehouse, match="Nothing was changed"):
        load(DEALS)
    assert len(list(workspace.landing.iterdir())) == 2


def test_an_older_build_stays_readable_beside_the_newer(workspace, load):
    first = load(DEALS)
    load(DEALS.replace("Alpha", "Omega"))
    assert query(workspace, "SELECT name FROM opportunity ORDER BY 1 LIMIT 1", first.build) == [
        ("Alpha",)
    ]
    verify_build(workspace.build_folder(first.build))


def test_maven_comes_right_with_nothing_said(workspace, shared_data):
    files = sorted((shared_data / "crm_maven").glob("*.csv"))
    done = collect(workspace, files, now=MAY)
    assert {name: counts.new for name, counts in done.tables.items()} == {
        "account": 85,
        "product": 7,
        "rep": 35,
        "opportunity": 8800,
    }
    assert query(
        workspace, "SELECT count(*), sum(amount) FROM opportunity WHERE status = 'won'"
    ) == [(4238, Decimal("10005534.0000"))]
    assert list_quarantine(workspace) == ()
