"""Temporal hierarchies: runs of months, what they are made to agree by, and their ranges."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.time_series import ranges
from counterpoise.domain.time_series.coherence import reconcile
from counterpoise.domain.time_series.hierarchy import group_by_labels
from counterpoise.domain.time_series.periods import (
    AGREED,
    ALONE,
    HORIZON,
    Ask,
    add_up_runs,
    count_needed,
    list_longer,
    measure_unit,
    say_both,
)
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.time_series.together import forecast_together, say


def make(count, seed=1):
    place = np.arange(count)
    season = 100 * np.sin(place * np.pi / 6)
    return 1000 + 3 * place + season + np.random.default_rng(seed).normal(0, 20, count)


def test_the_newest_months_fill_runs_and_the_oldest_are_left_out():
    assert add_up_runs(np.arange(8.0), 3).tolist() == [9, 18]
    assert add_up_runs(np.arange(2.0), 3).tolist() == []


def test_what_months_bring_to_each_period_ahead():
    ask = Ask(size=3, steps=3, begun=1)
    assert ask.months == 8
    assert ask.add_up(np.arange(72.0)).tolist() == [1, 2 + 3 + 4, 5 + 6 + 7]
    assert ask.add_up(np.ones((2, 72))).tolist() == [[2, 3, 3]] * 2
    assert ask.lengths.tolist() == [2, 3, 3]


@pytest.mark.parametrize(
    ("ask", "apart", "judged"),
    [
        pytest.param(Ask(1, 6), 1, 6, id="months are looked back on month by month"),
        pytest.param(Ask(3, 2), 1, 6, id="quarters too"),
        pytest.param(Ask(12, 1), 6, 37, id="years half a year apart: the oldest of 6 is 42 back"),
    ],
)
def test_how_far_apart_looks_back_are(ask, apart, judged):
    assert (ask.apart, ask.judged) == (apart, judged)


@pytest.mark.parametrize(
    ("months", "longer"),
    [
        pytest.param(26, (), id="eight quarters show no season"),
        pytest.param(27, ("quarter",), id="nine quarters do"),
        pytest.param(48, ("year", "quarter"), id="four years are a series"),
    ],
)
def test_runs_are_carried_once_they_show_what_months_show(months, longer):
    assert list_longer(months) == longer
    assert (count_needed("quarter"), count_needed("year")) == (9, 4)


class TestAgreed:
    def test_months_alone_are_what_the_methods_say_of_any_series(self):
        values = make(60)
        assert say_both(values, 6, 12)[ALONE].tolist() == say(values, HORIZON, 12)[:6].tolist()

    def test_each_run_lies_between_its_own_word_and_that_of_its_months(self):
        values = make(40)
        alone, agreed = say_both(values, 12, 12)
        runs = say(add_up_runs(values, 3), 4, 4)
        low, high = (
            np.minimum(runs, alone.reshape(4, 3).sum(1)),
            np.maximum(runs, alone.reshape(4, 3).sum(1)),
        )
        assert (
            (low - 1e-9 <= agreed.reshape(4, 3).sum(1))
            & (agreed.reshape(4, 3).sum(1) <= high + 1e-9)
        ).all()

    def test_structural_scaling_by_hand(self):
        """A quarter of one run and three months: half of what they differ by goes to the months."""
        values = make(40)
        alone, agreed = say_both(values, 3, 12)
        off = say(add_up_runs(values, 3), HORIZON // 3, 4)[0] - alone.sum()
        assert agreed == pytest.approx(alone + off / 6, rel=1e-9)

    def test_a_short_history_has_its_months_alone(self):
        alone, agreed = say_both(make(20), 6, 12)
        assert alone.tolist() == agreed.tolist()

    def test_what_sells_seldom_goes_on_at_its_own_pace(self):
        rare = np.zeros(60)
        rare[[3, 17, 29, 50]] = [2, 400, 3, 9]
        alone, agreed = say_both(rare, 6, 12)
        assert alone.tolist() == agreed.tolist() == say(rare, 6, 12).tolist()

    def test_nothing_falls_below_zero_where_nothing_ever_was(self):
        falling = np.maximum(1000 - 20.0 * np.arange(48), 5) + make(48) / 1000
        assert say_both(falling, HORIZON, 12)[AGREED].min() >= 0


def test_series_of_one_frequency_are_carried_as_ever():
    """By hand, as weeks, days and the tourism benchmark have it: no longer runs, no HORIZON."""
    hierarchy = group_by_labels([{"part": each} for each in "abc"], [()])
    lowest = [Series(f"{n}", "month", date(2020, 1, 1), make(60, seed=n)) for n in range(3)]
    every = [sum(each.values for each in lowest), *(each.values for each in lowest)]
    found = forecast_together(hierarchy, lowest, 6)
    base = np.array([say(each, 6, 12) for each in every])
    missed = np.array([
        [(each[60 - n : 66 - n or None] - say(each[: 60 - n], 6, 12)).mean() for n in range(6, 12)]
        for each in every
    ])  # fmt: skip
    by_hand = reconcile(hierarchy, base, missed)
    assert np.array([each.middle for each in found]).tolist() == by_hand.tolist()


class TestUnits:
    def test_of_months_it_is_that_of_every_series(self):
        for count in (5, 13, 14, 40):
            values = make(count)
            assert measure_unit(values, 1) == pytest.approx(ranges.measure_scale(values, 12))

    @pytest.mark.parametrize(
        ("count", "size", "unit"),
        [
            pytest.param(40, 3, 3 * 12.0, id="a quarter moves from year to year"),
            pytest.param(10, 3, 9.0, id="or from one to the next"),
            pytest.param(10, 12, 12.0, id="or as its months do"),
        ],
    )
    def test_of_what_grows_by_one_a_month(self, count, size, unit):
        assert measure_unit(np.arange(float(count)), size) == pytest.approx(unit)
