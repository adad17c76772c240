"""Why a period differed from its forecast, in four causes that add up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.measure.variance import (
    InvalidFigures,
    PeriodFigures,
    PeriodNotOver,
    compare,
    count_period,
    expect_period,
    explain_variance,
)
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, ChangeLog, Deals, day_number
from planning import AS_OF, PERIOD, make_forecast

D = Decimal
DEFAULTS = load_defaults()
EXPECTED = PeriodFigures(D(100), D(50), D(25), D(25_000))


def figures(worked, decided, won, revenue):
    return PeriodFigures(D(worked), D(decided), D(won), D(revenue))


def explain(actual, expected=EXPECTED):
    variance = compare(PERIOD, AS_OF, expected, actual)
    return {line.cause: line.money for line in variance.lines}


@pytest.mark.parametrize(
    ("actual", "causes"),
    [
        pytest.param(EXPECTED, (0, 0, 0, 0), id="all as expected"),
        pytest.param(figures(120, 60, 30, 30_000), (5000, 0, 0, 0), id="a fifth more deals"),
        pytest.param(figures(100, 60, 30, 30_000), (0, 5000, 0, 0), id="decided sooner"),
        pytest.param(figures(100, 50, 30, 30_000), (0, 0, 5000, 0), id="a better win rate"),
        pytest.param(figures(100, 50, 25, 30_000), (0, 0, 0, 5000), id="a better price"),
        pytest.param(
            figures(100, 60, 36, 36_000),
            (0, 5500, 5500, 0),
            id="sooner and better: the extra of both is shared",
        ),
        pytest.param(
            figures(100, 50, 0, 0), (0, 0, -25_000, 0), id="nothing won: no price to compare"
        ),
        pytest.param(figures(100, 0, 0, 0), (0, -25_000, 0, 0), id="nothing decided"),
        pytest.param(figures(0, 0, 0, 0), (-25_000, 0, 0, 0), id="nothing worked"),
    ],
)
def test_each_cause_gets_what_it_brought(actual, causes):
    assert tuple(explain(actual).values()) == causes


def test_nothing_expected_and_nothing_come_is_no_variance():
    assert set(explain(figures(0, 0, 0, 0), figures(0, 0, 0, 0)).values()) == {0}


def test_cents_add_up_and_whys_name_both_sides():
    actual = figures(91, 47, 19, "20001.01")
    variance = compare(PERIOD, AS_OF, EXPECTED, actual)
    assert sum(line.money for line in variance.lines) == D("20001.01") - D(25_000)
    assert [str(line.why) for line in variance.lines] == [
        "91 deals were worked; 100.0 were expected.",
        (
            "51.6 % of the deals worked came to a decision within the period; 50.0 % were"
            " expected. 44 were"
            " still open when it ended."
        ),
        "40.4 % of the decided deals were won; 50.0 % were expected.",
        "A won deal brought 1052.68 on average; 1000.00 was expected.",
    ]
    assert (variance.forecast, variance.actual, variance.n) == (D(25_000), D("20001.01"), 19)


def make_deals(rows, as_of=date(2026, 12, 31)):
    """rows: (created, closed or None, won, amount or None) as days from the period's start."""
    start = PERIOD.start
    amounts = [(n, row[3]) for n, row in enumerate(rows) if row[3] is not None]
    days = [row[1] if row[1] is not None else row[0] for row in rows]
    return Deals(
        as_of=as_of,
        currency="USD",
        ids=np.array([str(n) for n in range(len(rows))], dtype=object),
        created=np.array([day_number(start + timedelta(row[0])) for row in rows], dtype=np.int32),
        closed=np.array(
            [STILL_OPEN if r[1] is None else day_number(start + timedelta(r[1])) for r in rows],
            dtype=np.int32,
        ),
        won=np.array([row[2] for row in rows], dtype=bool),
        amounts=ChangeLog(
            np.array([n for n, _ in amounts], dtype=np.int32),
            np.array([day_number(start + timedelta(days[n])) for n, _ in amounts], dtype=np.int32),
            np.array([amount for _, amount in amounts], dtype=float),
        ),
        stages=ChangeLog(np.array([], np.int32), np.array([], np.int32), np.array([], float)),
        stage_labels=(),
        dimensions={},
    )


DEALS = make_deals(
    [
        (-50, -20, True, 100.0),  # won before
        (-40, -10, False, None),  # lost before
        (-30, 5, True, 1000.105),
        (-30, 95, True, 7.0),  # won after the period
        (-20, 10, False, None),
        (-10, None, False, None),
        (8, 20, True, None),  # won without an amount
        (9, None, False, None),
        (93, None, False, None),  # created after the period
    ]
)


def test_what_happened_is_counted_within_the_period():
    assert count_period(DEALS, PERIOD) == figures(6, 3, 2, "1000.11")


def test_what_was_expected_follows_from_the_forecast_and_the_pace_before_it():
    """2 wins were forecast and half of the decided deals won; 6 deals entered in 50 days."""
    expected = expect_period(DEALS.known_on(AS_OF), make_forecast({"Atlas": (2, 0, 0)}), DEFAULTS)
    assert expected == figures(4 + D(6) / 50 * 92, 4, 2, 2000)


def test_more_decisions_than_deals_are_never_expected():
    expected = expect_period(DEALS.known_on(AS_OF), make_forecast(), DEFAULTS)
    assert expected == figures(64, 64, 32, 32_000)


def test_where_nothing_was_won_before_every_decided_deal_is_expected_to_be():
    known = make_deals([(-5, None, False, None)]).known_on(AS_OF)
    expected = expect_period(known, make_forecast(), DEFAULTS)
    assert (expected.decided, expected.won) == (32, 32)


def test_no_deal_known_before_means_no_pace():
    known = make_deals([(5, None, False, None)]).known_on(AS_OF)
    expected = expect_period(known, make_forecast({"Atlas": (0, 0, 0)}), DEFAULTS)
    assert expected == figures(0, 0, 0, 0)


def test_forecast_and_what_came_are_joined_for_a_period_that_is_over():
    variance = explain_variance(DEALS, make_forecast(), DEFAULTS)
    assert (variance.forecast, variance.actual) == (D("32000.00"), D("1000.11"))
    assert variance.forecast + sum(line.money for line in variance.lines) == variance.actual
    assert variance.notes == ()


def test_nothing_known_after_the_forecast_changes_what_was_expected():
    after = DEALS.closed > day_number(AS_OF)
    later = replace(DEALS, won=np.where(after, ~DEALS.won, DEALS.won))
    before = expect_period(DEALS.known_on(AS_OF), make_forecast(), DEFAULTS)
    assert expect_period(later.known_on(AS_OF), make_forecast(), DEFAULTS) == before


def test_period_that_is_not_over_is_refused():
    with pytest.raises(PeriodNotOver, match="2026-Q4 ends after 2026-12-30"):
        explain_variance(make_deals([], date(2026, 12, 30)), make_forecast(), DEFAULTS)


@pytest.mark.parametrize(
    ("worked", "decided", "won", "revenue", "message"),
    [
        pytest.param("-1", 0, 0, 0, "Count 0 or more", id="fewer deals than none"),
        pytest.param(1, "NaN", 0, 0, "Count 0 or more", id="deals that are no number"),
        pytest.param(1, 1, 0, 5, "from 0 won deals", id="revenue from nothing"),
        pytest.param(1, 1, 1, "NaN", "Revenue is NaN", id="revenue that is no number"),
        pytest.param(1, 0, 1, 1, "Every won deal is decided", id="won but not decided"),
        pytest.param(0, 1, 0, 0, "was worked", id="decided but not worked"),
    ],
)
def test_figures_that_cannot_belong_together_are_refused(worked, decided, won, revenue, message):
    with pytest.raises(InvalidFigures, match=message):
        figures(worked, decided, won, revenue)


def test_rulebook_decides_how_far_back_the_pace_is_learned():
    short = replace(DEFAULTS.get("variance.creation_window_days", AS_OF), value="15")
    rulebook = Rulebook((short, *(r for r in DEFAULTS.rules if r.key != short.key)))
    known = DEALS.known_on(AS_OF)
    few = make_forecast({"Atlas": (1, 0, 0)})
    assert expect_period(known, few, rulebook).worked == 4 + D(1) / 15 * 92
