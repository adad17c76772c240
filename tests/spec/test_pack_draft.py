"""A pack drafted from what was saved with a version: its run, its plan and the version itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from counterpoise.actions.packs import draft_pack
from counterpoise.domain.reconcile import plan_json
from counterpoise.domain.tables.override import Override
from counterpoise.domain.tables.pack import Backtested, ComparedScenario, ExpectedMonth, Limit, Pack
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.signoff import Version
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.period import Period
from overriding import FORECAST, GULF, LEVANT, OCTOBER, make_override
from reporting_company import build_cycle, build_refusing_cycle

D = Decimal
RIYADH = timezone(timedelta(hours=3))
VERSION = Version(3, "2026-Q4", "in", "out", "9f2c", "rana", datetime(2026, 10, 3, 11, tzinfo=UTC))
CYCLE = build_cycle()
BASE, HIGH, LOW = CYCLE.plans


def draft(plan=BASE, **given):
    return draft_pack(VERSION, plan, replace(CYCLE, **given), RIYADH)


def override(number, amount, at, **given):
    told = {
        "id": number, "period": "2026-Q4", "measure": "won_revenue", "month": date(2026, 11, 1),
        "by": (("region", "Gulf"), ("product", "Atlas CRM")), "amount": D(amount),
        "statistical": D(400_000), "reason": "known deal", "comment": "Tender", "author": "rana",
        "role": "leader", "made_at": datetime(2026, 10, 1, at, tzinfo=UTC),
    }  # fmt: skip
    return Override(**{**told, **given})


def test_the_title_is_of_the_version_in_the_company_s_zone():
    pack = draft()
    assert (pack.company, pack.period, pack.as_of) == (
        "Zaytoun Systems", Period.parse("2026-Q4"), date(2026, 9, 30),
    )  # fmt: skip
    assert (pack.version, pack.version_hash, pack.frozen_by) == (3, "9f2c", "rana")
    assert pack.frozen_at.isoformat() == "2026-10-03T14:00:00+03:00"


def test_demand_less_served_is_the_gap():
    figures = draft().figures
    assert (figures.demand_units, figures.demand_money) == (D(112), D("4256000.00"))
    assert (figures.gap_units, figures.gap_money) == (D("8.4"), D(319_200))
    assert (figures.served_units, figures.served_money) == (D("103.6"), D("3936800.00"))
    assert figures.contribution == D("2411000.00")
    assert (figures.optimality_gap, figures.is_verified) == (D("0.0002"), True)


def test_a_plan_that_failed_its_check_says_so():
    broken = replace(BASE, verdict=replace(BASE.verdict, feasible=False))
    assert draft(broken).figures.is_verified is False


def test_gaps_by_product_are_what_was_lost_or_waits_at_the_end():
    """Of 67.2 deals 3 % are lost in each month, and 5 % of the 26.4 of December still wait."""
    atlas = draft().products[0]
    assert (atlas.product, atlas.demand) == ("Atlas CRM", D("67.2"))
    assert atlas.gap_units == D("3.34")
    assert atlas.gap_money == D("126768.00")
    assert atlas.served == atlas.demand - atlas.gap_units
    assert len(draft().products) == 3


def test_months_are_those_of_the_whole_company():
    months = draft().months
    assert [(each.month, each.deals, each.revenue) for each in months] == [
        (date(2026, 10, 1), D(31), D("1180000.00")),
        (date(2026, 11, 1), D(37), D("1420000.00")),
        (date(2026, 12, 1), D(44), D("1655000.50")),
    ]
    assert {each.statistical for each in months} == {None}
    assert all(isinstance(each, ExpectedMonth) and each.low < each.high for each in months)


def test_only_months_that_somebody_changed_show_what_was_before():
    cells = tuple(
        replace(cell, mean=cell.mean - 1000) if cell.month == date(2026, 11, 1) else cell
        for cell in CYCLE.forecast.cells
    )
    months = draft(statistical=replace(CYCLE.forecast, cells=cells)).months
    assert [each.statistical for each in months] == [None, D("1419000.00"), None]


def test_the_back_test_is_over_the_nearest_horizon_with_our_method_first():
    rows = draft().backtest
    assert next(row.method for row in rows) == "counterpoise"
    assert len({row.horizon_days for row in rows}) == 1
    assert all(isinstance(row, Backtested) for row in rows)
    assert {row.method for row in rows if row.coverage_80 is None} == {
        "same as last period",
        "stage-weighted pipeline",
    }


@pytest.mark.parametrize("is_forecast", [True, False], ids=["untested", "no forecast"])
def test_without_evidence_there_is_none(is_forecast):
    forecast = replace(CYCLE.forecast, backtest=()) if is_forecast else None
    assert draft(forecast=forecast).backtest == ()


def test_limits_keep_their_reason():
    assert draft().limits == tuple(
        Limit(each.constraint, each.money, each.why) for each in BASE.constraints
    )


@pytest.mark.parametrize(
    ("chosen", "order"),
    [
        pytest.param("base", ["base", "high", "low"], id="the expected demand"),
        pytest.param("high", ["base", "high", "low"], id="a case that every run has"),
        pytest.param(
            "two more hires", ["two more hires", "base", "high", "low"], id="a scenario of its own"
        ),
    ],
)
def test_the_plan_to_sign_stands_among_the_scenarios(chosen, order):
    scenarios = draft(replace(BASE, scenario=chosen)).scenarios
    assert [each.name for each in scenarios] == order
    assert [each.name for each in scenarios if each.is_chosen] == [chosen]


def test_a_scenario_in_figures():
    assert draft().scenarios[0] == ComparedScenario(
        name="base",
        demand_units=D(112),
        served_units=D("103.6"),
        gap_money=D(319_200),
        contribution=D("2411000.00"),
        hires=3,
        is_chosen=True,
    )


def test_the_last_override_of_a_cell_is_in_force():
    members = (("product", "Atlas CRM"), ("region", "Gulf"))
    made = (
        override(2, 520_000, at=9, by=members),
        override(1, 500_000, at=8),
        override(3, 30, at=7, measure="won_deals", by=(), statistical=D(37)),
    )
    assert [
        (each.measure, each.from_amount, each.to_amount, each.made_at.hour)
        for each in draft(overrides=made).overrides
    ] == [("won_deals", D(37), D(30), 10), ("won_revenue", D(400_000), D(520_000), 12)]


class TestFirmOverrides:
    def test_a_difference_is_told_by_what_the_run_made_of_it(self):
        (gulf,) = [cell for cell in FORECAST.cells if cell.key == ("won_revenue", OCTOBER, GULF)]
        said = make_override(
            5_000, GULF, statistical=D(4_000), kind="difference", change=D(1_000), is_firm=True
        )
        (told,) = draft(statistical=FORECAST, overrides=(said,)).overrides
        assert (told.from_amount, told.to_amount) == (gulf.mean, gulf.mean + 1_000)
        assert (told.kind, told.change) == ("difference", D(1_000))
        (alone,) = draft(overrides=(said,)).overrides
        assert (alone.from_amount, alone.to_amount) == (D(4_000), D(5_000))

    def test_what_has_expired_or_waits_under_a_lock_is_not_in_force(self):
        gone = make_override(1, LEVANT, id=1, expires_on=CYCLE.as_of - timedelta(days=1))
        waits = make_override(2, GULF, id=2)
        lock = make_override(3, GULF, id=3, kind="lock", is_firm=True)
        told = draft(overrides=(gone, waits, lock)).overrides
        assert [(each.kind, each.to_amount) for each in told] == [("lock", D(3))]

    def test_the_whole_period_has_no_month(self):
        whole = make_override(3, month=None, is_firm=True, expires_on=CYCLE.as_of)
        (told,) = draft(overrides=(whole,)).overrides
        assert (told.month, told.expires_on) == (None, CYCLE.as_of)


def test_rules_nobody_confirmed_come_along():
    assert draft().unconfirmed == CYCLE.assumptions


def test_what_people_said_is_left_for_the_caller():
    pack = draft()
    assert (pack.decision, pack.decisions, pack.minutes, pack.signatures) == ("", (), (), ())
    assert replace(pack, decision="Sign it.").decision == "Sign it."


def test_a_run_that_refused_still_has_a_pack():
    pack = draft_pack(VERSION, BASE, build_refusing_cycle(), RIYADH)
    assert isinstance(pack, Pack)
    assert (pack.months, pack.backtest, pack.currency) == ((), (), "")
    assert [each.name for each in pack.scenarios] == ["base"]


def test_saved_documents_give_the_same_pack():
    plan = plan_json.from_document(plan_json.to_document(BASE))
    cycle = from_document(Cycle, to_document(CYCLE))
    assert draft_pack(VERSION, plan, cycle, RIYADH) == draft()
