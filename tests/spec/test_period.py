"""Periods as people write them."""

from datetime import date

import pytest

from counterpoise.domain.values.period import Period, UnknownPeriod


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        pytest.param("2017-11", date(2017, 11, 1), date(2017, 12, 1), id="a month"),
        pytest.param("2017-12", date(2017, 12, 1), date(2018, 1, 1), id="the last month of a year"),
        pytest.param("2017-Q4", date(2017, 10, 1), date(2018, 1, 1), id="a quarter"),
        pytest.param("2017", date(2017, 1, 1), date(2018, 1, 1), id="a year"),
        pytest.param(" 2017-Q1 ", date(2017, 1, 1), date(2017, 4, 1), id="with spaces around"),
    ],
)
def test_a_written_period(written, start, end):
    period = Period.parse(written)
    assert (period.start, period.end) == (start, end)
    assert str(period) == written.strip()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("2017-Q5", id="a fifth quarter"),
        pytest.param("2017-13", id="a thirteenth month"),
        pytest.param("0000-01", id="the year nought"),
        pytest.param("Q4 2017", id="the other way round"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_period_that_does_not_exist_is_refused_with_how_to_write_one(written):
    with pytest.raises(UnknownPeriod, match=r"Write a month \(2017-11\), a quarter"):
        Period.parse(written)


def test_a_period_is_whole_months():
    with pytest.raises(UnknownPeriod, match="no run of whole months"):
        Period(date(2017, 1, 2), date(2017, 2, 1))


def test_months_of_a_quarter():
    assert [str(month) for month in Period.parse("2017-Q4").months] == [
        "2017-10",
        "2017-11",
        "2017-12",
    ]


def test_the_period_before_is_as_long_and_ends_where_this_one_starts():
    assert str(Period.parse("2017-Q1").before()) == "2016-Q4"
    assert str(Period.parse("2017-01").before()) == "2016-12"


def test_a_run_of_months_that_has_no_name_is_written_from_to():
    assert str(Period.of_months(date(2017, 11, 1), 5)) == "2017-11..2018-03"


def test_the_first_day_belongs_to_a_period_and_the_day_after_does_not():
    period = Period.parse("2016-02")
    assert period.contains(date(2016, 2, 1))
    assert period.contains(date(2016, 2, 29))
    assert not period.contains(date(2016, 3, 1))
    assert period.days == 29
