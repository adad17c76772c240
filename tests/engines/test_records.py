"""The rows behind a figure: as many as the measure says, of people in reach, and nothing else."""

import threading
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.selling import find_longest
from counterpoise.domain.measure.settings import SELLING_KEY, build_settings
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.rights import admit
from counterpoise.warehouse.measures.compute import compute_measures
from counterpoise.warehouse.queries import guarded, records
from counterpoise.warehouse.queries.guarded import SlowQuestion, open_guarded
from counterpoise.warehouse.queries.kinds import KIND_OF, KINDS
from counterpoise.warehouse.queries.records import (
    Known,
    UnknownRows,
    Wanted,
    list_records,
    list_teams,
)
from written_builds import at, write_build

AS_OF = date(2026, 6, 30)
EVERYONE = admit(1, "omar", "operations")
COUNTS_ROWS = (
    "won_revenue",
    "won_deals",
    "average_deal",
    "sales_cycle_days",
    "lost_deals",
    "win_rate",
    "pipeline_open",
    "pipeline_created",
    "deals_created",
    "leads",
    "lead_response_minutes",
    "lead_conversion",
    "activities",
    "selling_hours",
    "lead_response_working_minutes",
    "customer_hours",
    "internal_hours",
    "customer_hours_a_week",
    "selling_time_share",
)
PARTS = ("rep", "team", "region", "product", "segment", "source", "stage", "month")


def deal(key, owner, status, created, closed=None, amount=None, **other):
    return {
        "source_id": key,
        "owner_id": owner,
        "stage": status.title(),
        "status": status,
        "created_at": at(created),
        "closed_at": at(closed) if closed else None,
        "amount": amount and Decimal(amount),
        "currency": "AED",
        **other,
    }


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    folder = write_build(
        tmp_path_factory.mktemp("build") / "b1",
        team=[{"source_id": "T1", "name": "East"}, {"source_id": "T2", "name": "West"}],
        rep=[
            {"source_id": "R1", "name": "Huda", "team_id": "T1", "region": "Gulf"},
            {"source_id": "R2", "name": "Adam", "team_id": "T9", "region": "Levant"},
            {"source_id": "R3", "name": "Mona", "manager": "Layla"},
            {"source_id": "R4", "name": "Huda", "team_id": "T2"},
            {"source_id": "R1", "name": "Other", "source": "odoo"},
        ],
        account=[{"source_id": "A1", "name": "Souq", "region": "Europe", "segment": "Large"}],
        product=[{"source_id": "P1", "name": "Suite"}],
        opportunity=[
            deal("D1", "R1", "won", "2026-01-02", "2026-02-03", "1000", product_id="P1"),
            deal("D2", "R2", "won", "2026-02-02", "2026-03-31 23:30", lead_source="web"),
            deal("D3", "R3", "lost", "2026-02-02", "2026-04-03", "7", account_id="A1"),
            deal("D4", "R1", "open", "2026-05-02", amount="5", team_id="T2", region="Nile"),
            deal("D5", "gone", "won", "2026-03-02", "2026-02-01", "9", product_id="P9"),
            deal("D6", "R2", "won", "2026-06-02", "2026-06-15", "11", segment="Small"),
            deal("D7", "R2", "open", "2026-06-22", amount="13"),
            deal("D8", None, "open", "2026-06-01", expected_close_on=date(2026, 9, 1)),
            {**deal("D1", "R1", "lost", "2026-01-05", "2026-01-09"), "source": "odoo"},
            deal("D9", "R1", "won", "2026-01-05", "2026-02-09", "3", deleted_at=at("2026-03-15")),
        ],
        lead=[
            {"source_id": "L1", "owner_id": "R1", "created_at": at("2026-03-01"),
             "first_touch_at": at("2026-03-02")},
            {"source_id": "L2", "owner_id": "R2", "created_at": at("2026-03-01"),
             "first_touch_at": at("2026-02-02"), "region": "Gulf", "lead_source": "fair"},
            {"source_id": "L3", "created_at": at("2026-06-01")},
            {"source_id": "L4", "owner_id": "R1", "created_at": at("2026-03-01"),
             "deleted_at": at("2026-03-05")},
        ],
        activity=[
            {"source_id": "C1", "owner_id": "R1", "type": " Call ", "occurred_at": at("2026-03-01"),
             "duration_minutes": 30.0},
            {"source_id": "C2", "owner_id": "R2", "type": "email", "occurred_at": at("2026-03-01")},
            {"source_id": "C3", "owner_id": "R2", "type": "call", "occurred_at": at("2026-06-29")},
            {"source_id": "C4", "owner_id": "R2", "type": "call", "occurred_at": at("2026-06-01"),
             "deleted_at": at("2026-06-30")},
        ],
    )  # fmt: skip
    selling = load_defaults().get_text(SELLING_KEY, AS_OF).split(";")
    return Known(folder, AS_OF, "UTC", frozenset(each.strip().lower() for each in selling))


def keys(page):
    return [row[0] for row in page.rows]


@pytest.mark.parametrize("by", ["", *PARTS])
@pytest.mark.parametrize("name", COUNTS_ROWS)
def test_there_are_as_many_rows_as_the_measure_rests_on(known, name, by):
    from counterpoise.domain.measure.definitions import DEFINITIONS

    if by and by not in DEFINITIONS[name].dimensions:
        return
    kind = KIND_OF[name]
    for each in compute_measures(
        known.folder, (name,), by=(by,) if by else (), as_of=AS_OF, rulebook=load_defaults()
    ):
        wanted = Wanted(KINDS[kind][0], kind, each.by[0] if each.by else None)
        assert list_records(known, wanted, EVERYONE, limit=0).total == each.n, each.by


def test_behind_hours_with_customers_are_the_meetings_that_were_held_with_one(tmp_path):
    def met(key, **more):
        begin = at("2026-06-01 10:00")
        usual = {"owner_id": "R1", "type": "Meeting", "duration_minutes": 30.0, "account_id": "A1"}
        return {"source_id": key, "occurred_at": begin, **usual, **more}

    folder = write_build(
        tmp_path / "b1",
        activity=[
            met("with one"),
            met("with one too", type=" call ", outcome="held", account_id=None, lead_id="L1"),
            met("internal", account_id=None),
            met("called off", outcome=" Cancelled"),
            met("of a whole day", duration_minutes=1440.0),
            met("nobody's", owner_id=None),
            met("an e-mail", type="email"),
            met("without a length", duration_minutes=None),
        ],
    )
    settings = build_settings(load_defaults(), AS_OF, currencies=None, fold=fold)
    stood = Known(
        folder, AS_OF, "UTC", settings.selling_types, settings.not_held, find_longest(settings)
    )
    for name, expected in (
        ("customer_hours", ["with one", "with one too"]),
        ("internal_hours", ["internal"]),
    ):
        page = list_records(stood, Wanted("activity", KIND_OF[name]), EVERYONE, limit=9)
        (measured,) = compute_measures(folder, (name,), as_of=AS_OF, rulebook=load_defaults())
        assert (keys(page), measured.n) == (expected, len(expected))


@pytest.mark.case("IMP-21")
@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        pytest.param(date(2026, 3, 14), True, id="the day before it was removed"),
        pytest.param(date(2026, 3, 15), False, id="the day it was removed"),
    ],
)
def test_a_removed_row_is_behind_a_figure_until_the_day_before(known, as_of, found):
    then = replace(known, as_of=as_of)
    rows = list_records(then, Wanted("opportunity", "won"), EVERYONE, limit=9)
    assert ("D9" in keys(rows)) is found
    everything = list_records(then, Wanted("opportunity"), EVERYONE, limit=99)
    assert ("D9" in keys(everything)) is found


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize(
    ("visitor", "found"),
    [
        pytest.param(EVERYONE, ["D1", "D1", "D2", "D3", "D5"], id="everyone's"),
        pytest.param(admit(2, "l", "leader", teams=["East"]), ["D1"], id="a team's"),
        pytest.param(admit(2, "l", "leader", teams=["Layla"]), ["D3"], id="of a manager's people"),
        pytest.param(admit(2, "l", "leader", teams=["T9"]), ["D2"], id="of a team without a name"),
        pytest.param(admit(2, "l", "leader"), [], id="a leader without a team sees none"),
        pytest.param(admit(2, "l", "leader", teams=[""]), [], id="nobody's rows are in no team"),
        pytest.param(admit(3, "h", "rep", rep="Adam"), ["D2"], id="one's own"),
        pytest.param(admit(3, "h", "rep"), [], id="a rep without a name sees none"),
        pytest.param(admit(4, "v", "viewer"), [], id="nobody's"),
        pytest.param(
            admit(1, "o", "operations", only=frozenset()), [], id="a token without rights"
        ),
    ],
)
def test_rows_are_of_people_in_reach(known, visitor, found):
    in_april = replace(known, as_of=date(2026, 4, 30))
    page = list_records(in_april, Wanted("opportunity", "closed"), visitor, limit=50)
    assert (keys(page), page.total) == (found, len(found))


def test_a_page_is_cut_from_rows_in_a_fixed_order(known):
    pages = [
        list_records(known, Wanted("opportunity"), EVERYONE, limit=4, offset=offset)
        for offset in (0, 4, 8, 12)
    ]
    assert [key for page in pages for key in keys(page)] == [
        "D1", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8"
    ]  # fmt: skip
    assert {page.total for page in pages} == {9}


def test_a_page_begins_after_the_row_that_is_named(known):
    whole = list_records(known, Wanted("opportunity"), EVERYONE, limit=9)
    first = list_records(known, Wanted("opportunity"), EVERYONE, limit=1)
    assert first.keys == (("D1", whole.keys[0][1]),)
    rest = list_records(known, Wanted("opportunity", after=first.keys[0]), EVERYONE, limit=9)
    assert (rest.rows, rest.keys, rest.total) == (whole.rows[1:], whole.keys[1:], 9)


def test_a_question_is_counted_once_for_each_reach(known):
    asked = Wanted("opportunity", "won", words="d")
    visitors = (EVERYONE, admit(3, "h", "rep", rep="Huda"), admit(4, "a", "rep", rep="Adam"))
    records._count_once.cache_clear()
    totals = [list_records(known, asked, each, limit=1).total for each in visitors * 2]
    kept = records._count_once.cache_info()
    assert totals == [4, 1, 2] * 2
    assert (kept.misses, kept.hits) == (3, 3)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("east", ["D1"], id="a name of another table"),
        pytest.param("WON", ["D1", "D2", "D5", "D6"], id="whatever the case"),
        pytest.param("2026-03-31", ["D2"], id="a day"),
        pytest.param("1000.0", ["D1"], id="an amount"),
        pytest.param("Huda East", [], id="words of two columns"),
    ],
)
def test_words_are_searched_in_each_shown_column(known, words, found):
    assert keys(list_records(known, Wanted("opportunity", words=words), EVERYONE, limit=9)) == found


def test_every_connection_to_a_kept_engine_counts_in_utc(known):
    for _time in range(2):
        with open_guarded(known.folder) as connection:
            shown = connection.execute("SELECT TIMESTAMPTZ '2026-01-01 04:00:00+04'::VARCHAR")
            assert shown.fetchone() == ("2026-01-01 00:00:00+00",)


def test_a_deal_stands_as_it_stood_on_the_day(known):
    wanted = Wanted("opportunity", "open", ids=("D6",))
    page = list_records(replace(known, as_of=date(2026, 6, 10)), wanted, EVERYONE, limit=1)
    row = dict(zip(page.columns, page.rows[0], strict=True))
    assert (row["status"], row["closed_at"]) == ("open", None)


def test_a_column_of_the_finding_is_shown_too(known):
    assert records.list_columns(Wanted("lead", also="email"))[-1] == "email"
    assert "password" not in records.list_columns(Wanted("lead", also="password"))
    assert records.list_columns(Wanted("product"))[0] == "source_id"


@pytest.mark.case("WEB-22")
@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Wanted("sqlite_master"), id="no table of ours"),
        pytest.param(Wanted("opportunity; DROP VIEW rep"), id="SQL in the table's name"),
        pytest.param(Wanted("opportunity", "leads"), id="a kind of another table"),
        pytest.param(Wanted("opportunity", "won' OR true"), id="SQL in the kind"),
        pytest.param(Wanted("opportunity", "won", ("rep = '' OR true --", "")), id="SQL in a part"),
    ],
)
def test_names_are_known_or_refused(known, wanted):
    with pytest.raises(UnknownRows):
        list_records(known, wanted, EVERYONE, limit=1)


@pytest.mark.case("WEB-22")
@pytest.mark.parametrize(
    "written",
    [
        "' OR 1=1 --",
        "'; COPY rep TO '/tmp/stolen.csv'; --",
        "x') UNION SELECT password FROM store_user --",
        "\\' OR true",
    ],
)
def test_values_are_values(known, written):
    for wanted in (
        Wanted("opportunity", "won", ("rep", written)),
        Wanted("opportunity", words=written),
        Wanted("opportunity", ids=(written,)),
    ):
        assert list_records(known, wanted, EVERYONE, limit=9).total == 0
    sorted_by = Wanted("opportunity", sort=f"name {written}")
    assert list_records(known, sorted_by, EVERYONE, limit=1).total == 9


@pytest.mark.case("WEB-22")
@pytest.mark.parametrize(
    "attack",
    [
        pytest.param("SELECT * FROM read_text('/etc/passwd')", id="reads a file"),
        pytest.param("SELECT * FROM read_csv('/etc/passwd')", id="reads a table"),
        pytest.param("SELECT * FROM glob('/etc/*')", id="looks around"),
        pytest.param("ATTACH '/tmp/stolen.duckdb'", id="opens a database"),
        pytest.param("COPY rep TO '/tmp/stolen.csv'", id="writes a file"),
        pytest.param("EXPORT DATABASE '/tmp/stolen'", id="writes all"),
        pytest.param("INSTALL httpfs", id="installs"),
        pytest.param("LOAD httpfs", id="loads"),
        pytest.param("SET enable_external_access = true", id="opens the door"),
        pytest.param("SET allowed_directories = ['/']", id="widens the door"),
        pytest.param("RESET lock_configuration", id="unlocks"),
        pytest.param("SELECT * FROM 'https://localhost/x.parquet'", id="asks the network"),
    ],
)
def test_the_engine_cannot_be_turned_against_us(known, attack):
    with open_guarded(known.folder) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(attack).fetchall()
        assert connection.execute("SELECT count(*) FROM rep").fetchone() == (5,)


@pytest.mark.case("WEB-23")
def test_a_question_without_end_is_stopped(known, monkeypatch):
    monkeypatch.setattr(guarded, "LIMIT_SECONDS", 0.3)
    begun = time.monotonic()
    with (
        pytest.raises(SlowQuestion, match="Narrow it down"),
        open_guarded(known.folder) as connection,
    ):
        connection.execute(
            "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"
        ).fetchall()
    assert time.monotonic() - begun < 5
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer)]


def test_everyone_has_the_teams_that_the_measures_name(known):
    assert list_teams(known.folder) == {
        "Huda": {"East", "West"},
        "Adam": {"T9"},
        "Mona": {"Layla"},
        "Other": set(),
    }
