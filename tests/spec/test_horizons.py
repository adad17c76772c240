"""How saved forecasts have done, with numbers that can be checked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.measure.horizons import HorizonError, Judged, judge, measure_horizons
from counterpoise.domain.tables.measured import PastForecast

D = Decimal
JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)
JUNE_30 = date(2026, 6, 30)
CAME = {JULY: D(100), AUGUST: D(200)}


def said(month, value, made_on=JUNE_30, by=()):
    return PastForecast(made_on, month, by, D(value))


def test_only_months_that_are_over_count():
    assert judge([said(JULY, 90), said(SEPTEMBER, 300)], CAME) == (
        Judged(JUNE_30, JULY, D(90), D(100)),
    )


def test_forecasts_of_a_part_are_not_of_the_whole():
    assert judge([said(JULY, 40, by=(("region", "Gulf"),))], CAME) == ()


def test_of_two_forecasts_of_one_day_the_later_counts():
    (only,) = judge([said(JULY, 90), said(JULY, 95)], CAME)
    assert only.forecast == D(95)


@pytest.mark.parametrize(
    ("made_on", "ahead"),
    [
        pytest.param(date(2026, 6, 30), 1, id="the day before: one month ahead"),
        pytest.param(date(2026, 6, 1), 1, id="any day of the month before"),
        pytest.param(date(2026, 4, 15), 3, id="a quarter ahead"),
        pytest.param(date(2026, 7, 10), 0, id="within the month"),
        pytest.param(date(2026, 8, 1), 0, id="after it"),
    ],
)
def test_months_ahead(made_on, ahead):
    assert Judged(made_on, JULY, D(1), D(1)).months_ahead == ahead


def test_error_and_bias_of_each_horizon():
    judged = judge(
        [said(JULY, 90), said(AUGUST, 220), said(AUGUST, 230, made_on=date(2026, 7, 31))], CAME
    )
    assert measure_horizons(judged) == (
        HorizonError(1, 2, D("0.133333"), D("0.066667")),  # 10 low and 30 high of 300
        HorizonError(2, 1, D("0.1"), D("0.1")),
    )


def test_where_nothing_was_won_there_is_no_share():
    judged = judge([said(JULY, 90)], {JULY: D(0)})
    assert measure_horizons(judged) == (HorizonError(1, 1, None, None),)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=12))
def test_the_error_is_never_smaller_than_the_bias(pairs):
    judged = [Judged(JUNE_30, JULY, D(forecast), D(actual)) for forecast, actual in pairs]
    (horizon,) = measure_horizons(judged)
    assert horizon.error >= abs(horizon.bias)
