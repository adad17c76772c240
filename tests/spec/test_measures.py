"""The published measures, on a company small enough to count on one's fingers."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.measure import plain, plain_known
from counterpoise.domain.measure.definition import DIMENSIONS
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.measure.question import Question, UnknownDimension, UnknownMeasure
from counterpoise.domain.measure.settings import Settings, build_settings
from counterpoise.domain.rulebook.rates import NO_RATES, MissingRate, build_rates
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.values.period import Period
from written_builds import at

Q1 = Period.parse("2026-Q1")
AS_OF = date(2026, 3, 31)


def rows(*rows):
    return [{"source": "crm", **row} for row in rows]


def change(deal, attribute, day, before, after, origin="history"):
    return {
        "source": "crm",
        "source_id": f"{deal}/{attribute}/{day}",
        "opportunity_id": deal,
        "attribute": attribute,
        "changed_at": at(day),
        "value_before": before,
        "value_after": after,
        "origin": origin,
    }


def deal(name, created, closed=None, status="open", **rest):
    return {
        "source_id": name,
        "stage": {"won": "Won", "lost": "Lost"}.get(status, "Proposal"),
        "status": status,
        "created_at": at(created) if created else None,
        "closed_at": at(closed) if closed else None,
        **rest,
    }


COMPANY = {
    "rep": rows(
        {"source_id": "R1", "name": "Amal", "team_id": "T1", "region": "Gulf"},
        {"source_id": "R2", "name": "Basil", "manager": "Mona", "region": "Levant"},
    ),
    "team": rows({"source_id": "T1", "name": "North"}),
    "opportunity": rows(
        deal("A", "2026-01-01", "2026-01-11", "won", amount=Decimal(1000), owner_id="R1"),
        deal("B", "2026-01-05", "2026-02-24", "won", amount=Decimal(500), owner_id="R2"),
        deal("C", "2026-01-10", "2026-02-09", "lost", amount=Decimal(700), owner_id="R2"),
        deal("D", "2026-02-01", amount=Decimal(900), owner_id="R1",
             expected_close_on=date(2026, 4, 20)),
        deal("E", "2026-02-01", amount=None, owner_id="R1", expected_close_on=date(2026, 5, 1)),
        deal("F", None, "2026-03-10", "won", amount=Decimal(300), owner_id="gone"),
        deal("G", "2026-03-09", "2026-03-05", "won", amount=None),
        deal("nobody dated it", None),
    ),
    "opportunity_change": [
        change("A", "stage", "2026-01-01", None, "Proposal"),
        change("A", "stage", "2026-01-11", "Proposal", "Won"),
        change("C", "stage", "2026-01-10", None, "Proposal"),
        change("C", "stage", "2026-01-20", "Proposal", "Quote"),
        change("C", "stage", "2026-02-09", "Quote", "Lost"),
        change("D", "stage", "2026-02-03", "Proposal", "Quote"),
        change("D", "expected_close_on", "2026-03-15", "2026-03-20", "2026-04-20"),
        change("D", "amount", "2026-02-20", "800.0000", "900.0000"),
    ],
    "lead": rows(
        {"source_id": "L1", "created_at": at("2026-01-03 08:00"), "owner_id": "R1",
         "first_touch_at": at("2026-01-03 08:10"), "converted_at": at("2026-01-04")},
        {"source_id": "L2", "created_at": at("2026-01-04 08:00"), "lead_source": "web",
         "first_touch_at": at("2026-01-04 09:00"), "is_converted": False},
        {"source_id": "L3", "created_at": at("2026-02-04 08:00"), "region": "Gulf",
         "first_touch_at": at("2026-02-04 07:00"), "opportunity_id": "A"},
        {"source_id": "L4", "created_at": at("2026-04-04")},
    ),
    "activity": rows(
        {"source_id": "E1", "type": "Call", "occurred_at": at("2026-01-05"), "owner_id": "R1",
         "duration_minutes": 45.0},
        {"source_id": "E2", "type": "meeting", "occurred_at": at("2026-02-05"), "owner_id": "R2"},
        {"source_id": "E3", "type": "e-mail", "occurred_at": at("2026-02-06"),
         "duration_minutes": 5.0},
        {"source_id": "E4", "type": "call", "occurred_at": at("2026-04-05")},
    ),
    "target": rows(
        {"source_id": "Q1", "rep_id": "R1", "period_start": date(2026, 1, 1),
         "amount": Decimal(3000)},
        {"source_id": "Q2", "rep_id": "R2", "period_start": date(2026, 1, 1),
         "amount": Decimal(1000), "period_end": date(2026, 4, 1)},
        {"source_id": "Q3", "measure": "won_deals", "period_start": date(2026, 1, 1),
         "amount": Decimal(12)},
    ),
}  # fmt: skip


def settings(as_of=AS_OF, **rates):
    return Settings(
        as_of=as_of,
        zone="UTC",
        rates=rates.get("rates", build_rates(load_defaults(), (), as_of)),
        fold=str.lower,
        stage_kinds={"won": "won", "lost": "lost"},
        selling_types=frozenset({"call", "meeting"}),
        not_held=frozenset({"cancelled"}),
        rulebook=load_defaults(),
    )


def answer(name, *by, period=Q1, as_of=AS_OF, past=()):
    question = Question((name,), by, period, as_of)
    found = plain.measure(COMPANY, question, settings(as_of), past)
    return [(*(label for _, label in each.by), each.value, each.n) for each in found]


def number(written):
    return None if written is None else Decimal(written)


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        pytest.param("won_revenue", "1800.00", 4, id="what was won, though one has no amount"),
        pytest.param("won_deals", "4", 4, id="won deals"),
        pytest.param("lost_deals", "1", 1, id="lost deals"),
        pytest.param("win_rate", "0.8", 5, id="four of five decided deals"),
        pytest.param("average_deal", "600.00", 3, id="a deal without amount is not averaged"),
        pytest.param("sales_cycle_days", "30.00", 2, id="closed before created does not count"),
        pytest.param("pipeline_open", "0.00", 0, id="D moved out of the quarter, E was never in"),
        pytest.param(
            "pipeline_created", "3400.00", 7, id="created in the quarter, or closed in it"
        ),
        pytest.param("deals_created", "7", 7, id="how many of them, priced or not"),
        pytest.param("pipeline_velocity", "32.00", 2, id="2 × 0.8 × 600 / 30 a day"),
        pytest.param("coverage", "0", 0, id="nothing open is due, 2,200 are missing"),
        pytest.param("stage_conversion", "0.6", 5, id="A won; C and D got to a quote"),
        pytest.param("slip_rate", None, 0, id="nothing was due before the quarter began"),
        pytest.param("quota_attainment", "0.45", 4, id="1,800 of 4,000"),
        pytest.param("lead_response_minutes", "35.00", 2, id="between 10 and 60 minutes"),
        pytest.param("leads", "3", 3, id="three came in"),
        pytest.param("lead_conversion", "0.666667", 3, id="two of three leads"),
        pytest.param("activities", "3", 3, id="activities until the day"),
        pytest.param("selling_hours", "0.75", 2, id="a call of 45 minutes and a meeting"),
        pytest.param("forecast_error", None, 0, id="no forecast was saved"),
    ],
)
def test_quarter(name, value, n):
    ((measured, counted),) = answer(name)
    assert (measured, counted) == (number(value), n)


@pytest.mark.parametrize(
    ("name", "by", "expected"),
    [
        pytest.param(
            "won_revenue", ("rep",),
            [("", "0.00", 1), ("Amal", "1000.00", 1), ("Basil", "500.00", 1),
             ("gone", "300.00", 1)],
            id="a rep that nobody lists keeps the id",
        ),
        pytest.param(
            "won_deals", ("team",), [("", "2", 2), ("Mona", "1", 1), ("North", "1", 1)],
            id="a manager stands for a team",
        ),
        pytest.param(
            "won_deals", ("month",),
            [("2026-01", "1", 1), ("2026-02", "1", 1), ("2026-03", "2", 2)],
            id="by month",
        ),
        pytest.param("won_deals", ("quarter",), [("2026-Q1", "4", 4)], id="by quarter"),
        pytest.param(
            "stage_conversion", ("stage",), [("Proposal", "1", 3), ("Quote", "0", 2)],
            id="all left the proposal, nobody got beyond the quote",
        ),
        pytest.param(
            "quota_attainment", ("region",), [("", None, 2), ("Gulf", "0.333333", 1),
                                              ("Levant", "0.5", 1)],
            id="targets of reps add up to their regions",
        ),
        pytest.param(
            "activities", ("type",), [("Call", "1", 1), ("e-mail", "1", 1), ("meeting", "1", 1)],
            id="activities by type",
        ),
        pytest.param(
            "slip_rate", ("month",), [("2026-03", "1", 1)],
            id="D was due in March on the evening before and was not closed",
        ),
    ],
)  # fmt: skip
def test_splits(name, by, expected):
    assert answer(name, *by) == [(*labels, number(value), n) for *labels, value, n in expected]


@pytest.mark.parametrize(
    ("name", "day", "value", "n"),
    [
        pytest.param("won_deals", "2026-02-01", "1", 1, id="wins of later are not known"),
        pytest.param("pipeline_open", "2026-02-10", "1300.00", 3, id="B's 500, D before its raise"),
        pytest.param("pipeline_open", "2026-02-20", "1400.00", 3, id="D after it"),
        pytest.param("pipeline_open", "2025-12-31", "0.00", 0, id="before there was a deal"),
        pytest.param("lead_conversion", "2026-01-03", "0", 1, id="converted a day later"),
        pytest.param("stage_conversion", "2026-01-15", "0.5", 2, id="C was still in its proposal"),
    ],
)
def test_what_was_known_on_a_day(name, day, value, n):
    assert answer(name, period=None, as_of=date.fromisoformat(day)) == [(number(value), n)]


def test_slipped_value_is_what_it_was_on_the_evening_before():
    march = Period.parse("2026-03")
    assert answer("slip_rate", period=march) == [(Decimal(1), 1)]
    assert answer("slip_rate", period=march, as_of=date(2026, 3, 30)) == [(None, 0)]
    assert answer("slip_rate", period=None) == [(Decimal(1), 1)]


def test_last_finished_forecast_before_a_month_is_judged():
    past = (
        PastForecast(date(2025, 12, 20), date(2026, 1, 1), (), Decimal(5000)),
        PastForecast(date(2025, 12, 30), date(2026, 1, 1), (), Decimal(1200)),
        PastForecast(date(2026, 1, 31), date(2026, 2, 1), (), Decimal(400)),
        PastForecast(date(2026, 2, 3), date(2026, 2, 1), (), Decimal(0)),
        PastForecast(date(2026, 3, 1), date(2026, 4, 1), (), Decimal(9)),
        PastForecast(date(2025, 12, 30), date(2026, 1, 1), (("region", "Gulf"),), Decimal(900)),
    )
    assert answer("forecast_error", past=past) == [(Decimal("0.2"), 2)]
    assert answer("forecast_bias", past=past) == [(Decimal("0.066667"), 2)]
    assert answer("forecast_bias", "region", past=past) == [("Gulf", Decimal("-0.1"), 1)]


def test_median_of_no_cycle_leaves_velocity_open():
    assert answer("pipeline_velocity", period=Period.parse("2026-03")) == [(None, 2)]


def test_targets_without_a_period_are_those_that_have_begun():
    assert answer("quota_attainment", period=None) == [(Decimal("0.45"), 4)]
    assert answer("quota_attainment", period=None, as_of=date(2025, 6, 1)) == [(None, 0)]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param("2026-03-31", date(2026, 3, 31), id="a day"),
        pytest.param("2026-02-31", None, id="a day that does not exist"),
        pytest.param("31/03/2026", None, id="another way of writing"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_days_of_the_change_log(written, day):
    assert plain_known.to_date(written) == day


def test_last_day_is_of_whatever_happened_last():
    assert plain.find_last_day(COMPANY, "UTC") == date(2026, 4, 5)
    assert plain.find_last_day({}, "UTC") is None


def test_every_measure_says_what_it_is_and_what_splits_it():
    for name, definition in DEFINITIONS.items():
        assert definition.name == name
        assert str(definition.meaning).endswith(".")
        assert set(definition.dimensions) <= set(DIMENSIONS)


@pytest.mark.parametrize(
    ("names", "by", "refusal", "advice"),
    [
        pytest.param(("profit",), (), UnknownMeasure, "There are: won_revenue", id="no measure"),
        pytest.param((), ("colour",), UnknownDimension, "There are: rep", id="no dimension"),
        pytest.param((), ("rep", "rep"), UnknownDimension, "Name it once", id="twice"),
        pytest.param((), ("week", "month"), UnknownDimension, "in two months", id="weeks by month"),
        pytest.param(
            ("win_rate",), ("stage",), UnknownDimension, "It can be by: rep", id="not of this one"
        ),
    ],
)
def test_questions_that_cannot_be_answered(names, by, refusal, advice):
    with pytest.raises(refusal, match=advice):
        Question(names, by)


def test_without_names_every_measure_that_the_split_allows_is_asked():
    asked = Question(by=("stage",)).names_asked
    assert asked == {
        "won_revenue", "won_deals", "lost_deals", "average_deal", "pipeline_open",
        "pipeline_created", "deals_created", "stage_conversion",
    }  # fmt: skip


IN_TWO = {
    "opportunity": rows(
        deal("A", "2026-01-01", "2026-01-11", "won", amount=Decimal(100), currency="EUR"),
        deal("B", "2026-01-01", "2026-02-11", "won", amount=Decimal(100), currency="EUR"),
        deal("C", "2026-01-01", "2026-02-11", "won", amount=Decimal(100)),
    )
}


def test_amounts_are_stated_at_the_rate_of_the_day_they_closed():
    long_ago = date(1970, 1, 2)
    rules = Rulebook(
        (
            *load_defaults().rules,
            Rule("company.currency", "", "SAR", "", long_ago, "finance"),
            Rule("exchange_rate", "EUR", "4", "", long_ago, "bank"),
            Rule("exchange_rate", "EUR", "4.1234", "", date(2026, 2, 1), "bank"),
        )
    )
    found = build_settings(rules, AS_OF, currencies={"EUR"}, fold=str.lower)
    (revenue,) = plain.measure(IN_TWO, Question(("won_revenue",), as_of=AS_OF), found)
    assert (revenue.value, revenue.unit) == (Decimal("912.34"), "SAR")


def test_counting_needs_no_rates():
    found = settings(rates=NO_RATES)
    (won,) = plain.measure(IN_TWO, Question(("won_deals",), as_of=AS_OF), found)
    assert won.value == Decimal(3)


def test_two_currencies_without_rates_are_refused():
    with pytest.raises(MissingRate, match="EUR and SAR"):
        build_settings(load_defaults(), AS_OF, currencies={"EUR", "SAR"}, fold=str.lower)
