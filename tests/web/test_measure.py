"""Looking back: past cycles side by side, one of them by cause, and how forecasts have done."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterpoise.actions import looking_back
from counterpoise.domain.tables.report import MonthActual
from counterpoise.domain.values.period import Period
from kept_forecast import keep_build, keep_run
from people import make_everyone, make_person, sign_in
from reporting_company import build_cycle, build_refusing_cycle
from shown_pages import rows_of, text_of

D = Decimal
SPRING = Period.parse("2026-Q2")
READERS = (
    "administrator", "operations", "leader", "finance", "marketing", "executive", "viewer",
)  # fmt: skip
Q4 = (date(2026, 10, 1), date(2026, 11, 1))


def build_later_cycle():
    """The next quarter's run, which knows what came in October and November, but of one win."""
    cycle = build_cycle()
    history = (*cycle.history, MonthActual(Q4[0], D(1_000_000), 20))
    variance = replace(cycle.variance, period=Period.parse("2026-Q4"))
    return replace(
        cycle,
        period=Period.parse("2027-Q1"),
        as_of=date(2026, 12, 1),
        history=history,
        variance=variance,
        forecast=None,
    )


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run(build_cycle(), run="2026-Q4-a")


@pytest.fixture
def browsers(ran):
    return {role: sign_in(person) for role, person in make_everyone().items()}


@pytest.mark.parametrize("role", READERS)
def test_whoever_reads_the_plan_looks_back(browsers, role):
    page = browsers[role].get("/measure/")
    assert (page.status_code, "Forecast error" in text_of(page)) == (200, False)
    assert browsers[role].get("/measure/2026-Q3/").status_code == 200


@pytest.mark.parametrize("path", ["/measure/", "/measure/2026-Q3/"])
def test_a_rep_finds_nothing_there(browsers, path):
    assert browsers["rep"].get(path).status_code == 404


@pytest.mark.parametrize("period", ["2026-Q1", "soon"])
def test_a_period_that_nobody_explained_is_not_there(browsers, period):
    assert browsers["viewer"].get(f"/measure/{period}/").status_code == 404


def test_before_the_first_run_the_page_says_what_to_do(workspace):
    page = sign_in(make_person("viewer")).get("/measure/")
    assert "No cycle was run yet" in text_of(page)


def test_the_bridge_adds_up_from_forecast_to_actual(browsers):
    page = browsers["viewer"].get("/measure/2026-Q3/")
    assert [row[:2] for row in rows_of(page, "causes")] == [
        ["Forecast", "$3,677,000"],
        ["Number of deals", "$241,000.10"],
        ["Value of a deal", "−$96,000.35"],
        ["Win rate", "−$41,000"],
        ["Timing", "−$70,557.25"],
        ["Actual", "$3,710,442.50"],
    ]
    assert page.content.decode().count("<svg") >= 1


def test_past_periods_stand_side_by_side_with_their_runs(browsers):
    cycle = build_cycle()
    older = replace(cycle.variance, period=SPRING, forecast=D(100), actual=D(90))
    keep_run(replace(cycle, variance=older, as_of=date(2026, 6, 30)), run="2026-Q3-a")
    page = browsers["viewer"].get("/measure/")
    rows = rows_of(page, "periods")
    assert [row[0] for row in rows] == ["Q3 2026", "Q2 2026"]
    assert [row[-1] for row in rows] == ["2026-Q4-a", "2026-Q3-a"]
    assert rows[1][2:6] == ["$100", "$90", "−$10", "−10%"]


def test_of_two_runs_that_explain_a_period_the_later_is_shown(browsers):
    keep_run(build_cycle(), run="2026-Q4-b")
    (row,) = rows_of(browsers["viewer"].get("/measure/"), "periods")
    assert row[-1] == "2026-Q4-b"


def test_saved_forecasts_are_held_against_what_came(browsers):
    assert "No month that a saved run forecast is over yet" in text_of(
        browsers["viewer"].get("/measure/")
    )
    keep_run(build_later_cycle(), run="2027-Q1-a")
    page = browsers["viewer"].get("/measure/")
    assert [row[2:] for row in rows_of(page, "judged")] == [
        ["2", "$1,420,000", "$0", "$1,420,000"],
        ["1", "$1,180,000", "$1,000,000", "$180,000"],
    ]
    assert rows_of(page, "horizons") == [["1", "1", "18%", "18%"], ["2", "1", "–", "–"]]
    assert "has no back-test" in text_of(page)


def test_a_run_that_could_not_explain_says_why(workspace):
    keep_build()
    keep_run(build_refusing_cycle(), run="2026-Q4-refused")
    reader = sign_in(make_person("viewer"))
    page = reader.get("/measure/")
    assert page.status_code == 200
    assert "No finished period has been explained yet" in text_of(page)


def test_a_run_that_was_not_kept_whole_is_left_out(browsers):
    keep_run(run="2026-Q4-old", is_whole=False)
    assert looking_back.look_back().newest.id == "2026-Q4-a"


def test_a_run_without_any_win_has_nothing_that_came(workspace):
    keep_build()
    keep_run(replace(build_cycle(), history=()), run="2026-Q4-none")
    assert looking_back.look_back().newest.actuals == ()


def test_a_page_of_many_runs_asks_the_store_as_often_as_a_page_of_one(browsers):
    browsers["viewer"].get("/measure/")
    with CaptureQueriesContext(connection) as few:
        browsers["viewer"].get("/measure/")
    for number in range(5):
        keep_run(build_cycle(), run=f"2026-Q4-{number}")
    browsers["viewer"].get("/measure/")
    with CaptureQueriesContext(connection) as many:
        browsers["viewer"].get("/measure/")
    assert len(many) == len(few) <= 30
