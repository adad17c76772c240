"""Whether published ranges held: counted by hand, and drift told from chance."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterpoise.domain.measure.coverage import measure_coverage
from counterpoise.domain.tables.published import PublishedRange
from counterpoise.domain.values.period import add_months

D = Decimal
JANUARY = date(2025, 1, 1)


def publish(actual, *, month=JANUARY, made_on=date(2024, 12, 31), by=(), **other):
    said = {"measure": "won_revenue", "share": D("0.8"), "low": D(90), "high": D(110), **other}
    return PublishedRange(made_on=made_on, start=month, by=by, actual=D(actual), **said)


def publish_months(*actuals, **other):
    """A range for each month in turn, made on the day before it began."""
    months = [add_months(JANUARY, number) for number in range(len(actuals))]
    return [
        publish(actual, month=month, made_on=add_months(month, -1).replace(day=28), **other)
        for actual, month in zip(actuals, months, strict=True)
    ]


def test_what_came_at_an_end_of_a_range_lies_inside_it():
    (found,) = measure_coverage(publish_months(90, 110, 89, 111, 112, 100))
    assert (found.inside, found.below, found.above, found.n) == (3, 1, 2, 6)
    assert found.found == D("0.5")


@pytest.mark.parametrize(
    ("held", "missed", "verdict"),
    [
        pytest.param(7, 0, "too few", id="seven months, all held"),
        pytest.param(0, 7, "too few", id="seven months, none held"),
        pytest.param(8, 2, "as promised", id="eight of ten"),
        pytest.param(5, 5, "as promised", id="five of ten may be chance"),
        pytest.param(4, 6, "too narrow", id="four of ten are not"),
        pytest.param(12, 0, "as promised", id="all of twelve may be chance"),
        pytest.param(20, 0, "too wide", id="all of twenty are not"),
    ],
)
def test_drift_is_told_from_chance(held, missed, verdict):
    (found,) = measure_coverage(publish_months(*[100] * held, *[200] * missed))
    assert found.verdict == verdict


def test_the_interval_is_that_of_clopper_and_pearson():
    """8 of 10: .4439 to .9748 in their table."""
    (found,) = measure_coverage(publish_months(*[100] * 8, *[200] * 2))
    assert (round(found.low, 4), round(found.high, 4)) == (D("0.4439"), D("0.9748"))


def test_all_and_none_have_an_open_end():
    (every,) = measure_coverage(publish_months(*[100] * 9))
    (none,) = measure_coverage(publish_months(*[200] * 9))
    assert (every.high, none.low) == (1, 0)
    assert every.low == D("0.663733")
    assert none.high == 1 - every.low


def test_parts_of_a_month_count_as_one_month():
    """A hundred products in three months are three months, not three hundred ranges."""
    ranges = [
        each
        for number in range(100)
        for each in publish_months(100, 100, 100, by=(("product", f"P{number}"),))
    ]
    (found,) = measure_coverage(ranges)
    assert (found.n, found.months, found.verdict) == (300, 3, "too few")


def test_of_runs_that_look_equally_far_ahead_the_newest_counts():
    ranges = [publish(100, made_on=date(2024, 12, day), low=D(90 + day)) for day in (20, 5, 2)]
    (found,) = measure_coverage(ranges)
    assert (found.n, found.below) == (1, 1)


def test_how_far_ahead_what_and_how_sure_are_kept_apart():
    ranges = [
        publish(100),
        publish(100, share=D("0.9")),
        publish(100, made_on=date(2024, 11, 30)),
        publish(100, made_on=date(2025, 1, 10)),
        publish(100, measure="won_deals"),
        publish(100, by=(("region", "Gulf"), ("product", "Atlas"))),
    ]
    found = [
        (each.level, each.measure, each.months_ahead, str(each.share))
        for each in measure_coverage(ranges)
    ]
    assert found == [
        ((), "won_deals", 1, "0.8"),
        ((), "won_revenue", 0, "0.8"),
        ((), "won_revenue", 1, "0.8"),
        ((), "won_revenue", 1, "0.9"),
        ((), "won_revenue", 2, "0.8"),
        (("product", "region"), "won_revenue", 1, "0.8"),
    ]


def test_forecasts_series_and_volumes_of_one_name_are_kept_apart():
    ranges = [publish(100, kind=kind) for kind in ("volume", "forecast", "series")]
    ranges += [publish(100, kind="series", every="quarter")]
    found = [(each.kind, each.every, each.n) for each in measure_coverage(ranges)]
    assert found == [
        ("forecast", "month", 1),
        ("series", "month", 1),
        ("series", "quarter", 1),
        ("volume", "month", 1),
    ]


def test_the_days_of_a_month_count_as_one_month():
    """Sixty days in two months are two months, not sixty chances."""
    days = [JANUARY + timedelta(days=number) for number in range(59)]
    ranges = [publish(100, month=day, every="day", kind="series") for day in days]
    found = measure_coverage(ranges)
    assert [(each.months_ahead, each.n, each.months) for each in found] == [(1, 31, 1), (2, 28, 1)]
    assert {each.verdict for each in found} == {"too few"}


def test_of_days_that_were_published_daily_each_counts_once_for_each_day_ahead():
    """The day before says it twice, the day before that once."""
    made = (date(2025, 1, 8), date(2025, 1, 9), date(2025, 1, 9))
    tenth = date(2025, 1, 10)
    ranges = [
        publish(100, month=tenth, made_on=day, every="day", low=D(90 + number))
        for number, day in enumerate(made)
    ]
    (found,) = measure_coverage(ranges)
    assert found.n == 2


@pytest.mark.parametrize(
    ("every", "made_on", "start", "periods", "months"),
    [
        pytest.param("day", (2026, 9, 30), (2026, 10, 3), 3, 1, id="three days"),
        pytest.param("week", (2026, 9, 30), (2026, 9, 28), 0, 0, id="the week of the day"),
        pytest.param("week", (2026, 9, 30), (2026, 10, 5), 1, 1, id="the next Monday"),
        pytest.param("month", (2026, 9, 30), (2026, 9, 1), 0, 0, id="the month of the day"),
        pytest.param("month", (2026, 9, 30), (2027, 1, 1), 4, 4, id="beyond the year"),
        pytest.param("quarter", (2026, 8, 15), (2026, 7, 1), 0, 0, id="the quarter of the day"),
        pytest.param("quarter", (2026, 8, 15), (2027, 1, 1), 2, 5, id="two quarters"),
        pytest.param("year", (2026, 8, 15), (2026, 1, 1), 0, 0, id="the year of the day"),
        pytest.param("year", (2026, 8, 15), (2027, 1, 1), 1, 5, id="the next year"),
        pytest.param("day", (2026, 9, 30), (2026, 9, 1), 0, 0, id="never below nothing"),
    ],
)
def test_how_far_ahead_a_range_looked(every, made_on, start, periods, months):
    said = publish(100, month=date(*start), made_on=date(*made_on), every=every)
    assert (said.periods_ahead, said.months_ahead) == (periods, months)


def test_nothing_published_has_nothing_to_say():
    assert measure_coverage([]) == ()
