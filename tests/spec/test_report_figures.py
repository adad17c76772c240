"""The figures of the report, small enough to check by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.connectors.documents import axes, drawing, figures
from counterpoise.domain.tables.capacity import PoolMonth
from reporting_company import build_cycle


@pytest.fixture(scope="module")
def cycle():
    return build_cycle()


def build_outlook(cycle, **changes):
    return figures.build_outlook(cycle, replace(cycle.forecast, **changes))


def test_the_range_of_a_period_comes_from_its_courses(cycle):
    courses = np.array([[100.0 * n, 10.0 * n] for n in range(11)])
    outlook = build_outlook(replace(cycle, target=Decimal(880)), paths=courses)
    assert (outlook.low, outlook.high, outlook.courses) == (Decimal("110.0"), Decimal("990.0"), 11)
    assert outlook.target_chance == pytest.approx(3 / 11)


def test_without_courses_there_is_no_range_and_no_chance(cycle):
    outlook = build_outlook(cycle, paths=np.empty((0, 3)))
    assert (outlook.low, outlook.high, outlook.target_chance, outlook.courses) == (None,) * 3 + (0,)


def test_a_target_of_nothing_is_no_target(cycle):
    outlook = build_outlook(replace(cycle, target=Decimal(0)))
    assert (outlook.target, outlook.target_share) == (None, None)


def test_what_cannot_be_divided_has_no_share(cycle):
    outlook = build_outlook(cycle, cells=())
    assert (outlook.excess, outlook.excess_size, outlook.open_share) == (None, None, None)


def test_parts_add_up_to_the_whole(cycle):
    whole = figures.sum_cells(cycle.forecast, "won_revenue", ())
    for dimension in ("region", "product"):
        parts = figures.build_parts(cycle.forecast, dimension)
        assert sum(part.revenue for part in parts) == whole
        assert sum(part.share for part in parts) == 1
        assert [part.revenue for part in parts] == sorted(
            (part.revenue for part in parts), reverse=True
        )


def test_the_back_test_nearest_to_the_periods_end_is_quoted(cycle):
    found = [figures.find_backtest(cycle.forecast, "counterpoise", d) for d in (10, 60, 400)]
    assert [row.horizon_days for row in found] == [30, 30, 90]
    assert figures.find_backtest(cycle.forecast, "astrology", 90) is None


def test_a_pool_with_nobody_comes_first(cycle):
    empty = PoolMonth("Nobody", date(2026, 10, 1), Decimal(5), Decimal(0), Decimal(0), "hours")
    capacity = replace(cycle.capacity, months=(*cycle.capacity.months, empty))
    loads = figures.build_loads(capacity)
    assert [load.pool for load in loads] == ["Nobody", "Gulf sellers", "Delivery", "فريق المشرق"]
    assert loads[0].share is None


@pytest.mark.parametrize(
    ("high", "ticks"),
    [
        pytest.param(0.0, (0, 0.2, 0.4, 0.6, 0.8, 1), id="nothing"),
        pytest.param(9.0, (0, 2, 4, 6, 8, 10), id="a few deals"),
        pytest.param(1_655_000.0, (0, 500_000, 1_000_000, 1_500_000, 2_000_000), id="millions"),
    ],
)
def test_axes_have_round_numbers(high, ticks):
    assert drawing.choose_ticks(high) == pytest.approx(ticks)


def test_labels_are_thinned_from_the_last(cycle):
    assert axes.thin_out(list("abcdefg"), 3) == ["a", "", "", "d", "", "", "g"]
    assert axes.thin_out([], 3) == []


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        pytest.param("Oct 2026", "'Oct 2026'", id="plain words stay"),
        pytest.param("a'+alert()", "'a\\u0027\\u002balert\\u0028\\u0029'", id="code stays text"),
    ],
)
def test_labels_cannot_become_expressions(name, quoted):
    assert drawing.quote(name) == quoted
