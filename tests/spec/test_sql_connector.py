"""What a connection to a database reads, page by page, and which database it may open."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import OutOfReach, Reach, read_reach
from counterpoise.connectors.sources.settings import InvalidSetting, Opening
from counterpoise.connectors.sql import source as sql
from counterpoise.connectors.sql.settings import Wanted, open_engine, read_wanted
from counterpoise.connectors.sql.source import open_sql

NOW = datetime(2026, 5, 10, 9, tzinfo=UTC)
ROWS = [
    ("D-1", "Alpha", 1000.5, None, "2026-05-01 10:00:00"),
    ("D-2", "بيتا", 1e20, b"\x00\xff", "2026-05-09T10:00:00Z"),
    ("D-3", "Gamma", 7, None, "2026-05-09 10:00:00"),
    (None, "No key", 1, None, "2026-05-09 11:00:00"),
    ("D-5", "No time", 1, None, None),
]


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as held:
        held.execute("create table deals (id text, name text, amount real, raw blob, changed text)")
        held.executemany("insert into deals values (?, ?, ?, ?, ?)", ROWS)
    held.close()
    return path


def open_at(database, objects="deals time=changed key=id", **settings):
    values = {"url": f"sqlite:///{database}", "objects": objects, **settings}
    return open_sql(Opening("crm", values, {}, folders=(Path(database).parent,)))


def read(source, since=None):
    (described,) = source.describe()
    return [row for batch in source.read(described, since, NOW) for row in batch.to_pylist()]


def list_keys(source, since=None):
    return sorted(str(row["id"]) for row in read(source, since))


@pytest.mark.parametrize("page", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("objects", "since", "keys"),
    [
        pytest.param(
            "deals time=changed key=id",
            None,
            ["D-1", "D-2", "D-3", "D-5", "None"],
            id="the first time every record comes, also without time or key",
        ),
        pytest.param(
            "deals time=changed key=id",
            datetime(2026, 5, 9, 10, 30, tzinfo=UTC),
            ["D-2", "D-3", "None"],
            id="of times kept as text the whole day comes, however it is written",
        ),
        pytest.param(
            "deals",
            datetime(2026, 5, 9, tzinfo=UTC),
            ["D-1", "D-2", "D-3", "D-5", "None"],
            id="a table without a time is read whole",
        ),
        pytest.param(
            "won key=id query=SELECT id, changed FROM deals WHERE amount > 100;",
            None,
            ["D-1", "D-2"],
            id="a query is read like a table",
        ),
    ],
)
def test_read_records(database, monkeypatch, page, objects, since, keys):
    monkeypatch.setattr(sql, "PAGE", page)
    assert list_keys(open_at(database, objects), since) == keys


def test_values_arrive_as_text_that_is_exact(database):
    assert read(open_at(database))[0] == {
        "id": "D-1",
        "name": "Alpha",
        "amount": "1000.5",
        "raw": None,
        "changed": "2026-05-01 10:00:00",
    }
    assert read(open_at(database))[1]["amount"] == "100000000000000000000"
    assert read(open_at(database))[1]["raw"] == "00ff"


def test_the_database_says_how_many_there_are_and_nothing_of_what_is_gone(database):
    source = open_at(database)
    (described,) = source.describe()
    assert source.count(described) == 5
    assert list(source.read_removed(described, None, NOW)) == []


def test_what_a_person_said_of_the_columns_holds(database):
    mapping = """
[[file]]
name = "deals"
table = "opportunity"
source = "files"
unmapped = ["raw"]
[file.columns]
id = "source_id"
name = "name"
amount = "amount"
changed = "updated_at"
"""
    source = open_at(database, mapping=mapping)
    (described,) = source.describe()
    assert described.table == "opportunity"
    assert (source.map(described).table, source.map(described).source) == ("opportunity", "crm")


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        pytest.param("deals time=gone", "deals has no column gone", id="a time that is not there"),
        pytest.param("deals key=gone", "deals has no column gone", id="a key that is not there"),
        pytest.param("deals time=amount", "amount is REAL", id="a time that is a number"),
        pytest.param("quotes", "The database refuses", id="a table that is not there"),
    ],
)
def test_what_cannot_be_read_is_refused(database, objects, said):
    with pytest.raises(SourceRefused, match=said):
        open_at(database, objects).describe()


def test_a_database_is_only_read(database):
    source = open_at(database, "x query=SELECT * FROM deals")
    with pytest.raises((SourceRefused, SourceUnreachable)), source._ask() as connection:
        connection.exec_driver_sql("DELETE FROM deals")
    assert len(read(source)) == 5


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("", "at least one", id="nothing to read"),
        pytest.param("deals time=a\ndeals", "there twice", id="a name twice"),
        pytest.param("deals when=changed", "when says nothing", id="an option that there is not"),
    ],
)
def test_objects_that_cannot_be_followed(written, said):
    with pytest.raises(InvalidSetting, match=said):
        read_wanted(written)


def test_objects_as_they_are_written():
    assert read_wanted("\ndeals time=t key=id\nwon key=k query=SELECT 1;\n") == (
        Wanted("deals", "t", "id"),
        Wanted("won", "", "k", "SELECT 1"),
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("nonsense", "cannot be read", id="no address"),
        pytest.param("postgresql+psycopg://me:pw@db/crm", "Take it out", id="a password in it"),
        pytest.param(
            "postgresql+psycopg://db/crm?host=/tmp", "may not say host", id="a host twice"
        ),
        pytest.param("postgresql+psycopg:///crm", "names no host", id="the machine's own socket"),
        pytest.param("sqlite:////etc/passwd", "COUNTERPOISE_FOLDERS", id="a file of the server"),
        pytest.param("sqlite://", "COUNTERPOISE_FOLDERS", id="no file"),
        pytest.param("firebird://8.8.8.8/x", "no driver here", id="a driver that is not there"),
    ],
)
def test_addresses_that_are_not_opened(tmp_path, url, said):
    opening = Opening("crm", {"url": url, "objects": "t"}, {}, folders=(tmp_path,))
    with pytest.raises(InvalidSetting, match=said):
        open_engine(opening)


def test_no_database_inside_the_network_is_asked():
    opening = Opening("crm", {"url": "postgresql+psycopg://127.0.0.1/crm"}, {}, Reach())
    with pytest.raises(OutOfReach, match="Nothing was sent"):
        open_engine(opening)


def test_a_host_that_nobody_knows_may_be_there_later():
    opening = Opening("crm", {"url": "postgresql+psycopg://nowhere.invalid/crm"}, {})
    with pytest.raises(SourceUnreachable, match="is not known"):
        open_engine(opening)


@pytest.fixture
def company_database(postgresql):
    """A PostgreSQL database reached over 127.0.0.1, as a company's own is."""
    postgresql.psql("create database crm")
    postgresql.psql(
        "\\c crm\n create table deals (id int primary key, amount numeric(12,2), won boolean,"
        " extra jsonb, changed timestamptz, day date, naive timestamp);"
        " insert into deals select n, n * 1.10, n % 2 = 0, '{\"a\": 1}', timestamptz"
        " '2026-05-01 00:00Z' + n * interval '1 hour', '2026-05-01'::date + n, timestamp"
        " '2026-05-01' + n * interval '1 hour' from generate_series(1, 20) n"
    )
    return postgresql.get_uri(database="crm")


@pytest.mark.parametrize(
    ("objects", "first"),
    [
        pytest.param("deals time=changed key=id", 12, id="a time with its zone"),
        pytest.param("deals time=naive key=id", 12, id="a time without a zone is UTC"),
        pytest.param("deals time=day key=id", 1, id="a day"),
        pytest.param("q time=changed key=id query=SELECT * FROM deals", 12, id="of a query"),
        pytest.param("public.deals time=changed", 12, id="a schema, and no key"),
    ],
)
def test_postgresql_is_asked_for_what_changed(company_database, monkeypatch, objects, first):
    monkeypatch.setattr(sql, "PAGE", 3)
    source = open_postgresql(company_database, objects)
    since = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert sorted(int(row["id"]) for row in read(source, since)) == list(range(first, 21))


def test_postgresql_values_are_text(company_database):
    row = read(open_postgresql(company_database, "deals time=changed key=id"))[1]
    assert row == {
        "id": "2",
        "amount": "2.20",
        "won": "true",
        "extra": '{"a": 1}',
        "changed": "2026-05-01T02:00:00+00:00",
        "day": "2026-05-03",
        "naive": "2026-05-01T02:00:00",
    }


def test_a_wrong_password_is_a_refusal_and_a_dead_server_is_not(company_database):
    source = open_postgresql("postgresql://postgres@127.0.0.1:1/crm", "deals")
    with pytest.raises(SourceUnreachable, match="did not answer"):
        source.describe()


def open_postgresql(uri, objects):
    """The server of the tests listens on a socket; the connector asks a host."""
    import sqlalchemy as sa

    if uri.startswith("postgresql://postgres@127"):
        url = uri.replace("postgresql://", "postgresql+psycopg://")
        opening = Opening("crm", {"url": url, "objects": objects}, {}, read_reach("127.0.0.0/8"))
        return open_sql(opening)
    from counterpoise.domain.tables.mapping import Mapping

    engine = sa.create_engine(uri.replace("postgresql://", "postgresql+psycopg://"))
    return sql.SqlSource("crm", engine, read_wanted(objects), Mapping(()))


def test_a_record_that_is_edited_while_we_page_comes_again_and_none_is_missed(
    database, monkeypatch
):
    monkeypatch.setattr(sql, "PAGE", 1)
    source = open_at(database)
    (described,) = source.describe()
    seen = []
    for place, batch in enumerate(source.read(described, NOW - timedelta(days=30), NOW)):
        seen += [row["id"] for row in batch.to_pylist()]
        if place == 0:
            with sqlite3.connect(database) as held:
                held.execute("update deals set changed = '2026-05-10 08:00:00' where id = 'D-1'")
            held.close()
    assert seen == ["D-1", "D-3", "D-2", "D-1", None]
