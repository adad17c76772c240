"""Ranges where few long series lend each other their errors."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.time_series import few_series, methods, ranges
from counterpoise.domain.time_series.forecast import forecast_all
from counterpoise.domain.time_series.series import Series

LEVELS = (0.1, 0.9)


def make(values, number=0):
    return Series(f"S{number}", "year", date(1900, 1, 1), np.asarray(values, dtype=float))


class TestWhen:
    @pytest.mark.parametrize(
        ("lengths", "is_done"),
        [
            pytest.param([], False, id="none"),
            pytest.param([48] * 3, True, id="a few long ones"),
            pytest.param([47] * 3, False, id="a few that are too short"),
            pytest.param([48, 48, 5], True, id="half of them are long"),
            pytest.param([48] * few_series.MANY, False, id="many"),
        ],
    )
    def test_of_few_and_long_series_alone(self, lengths, is_done):
        assert few_series.are_few_and_long(lengths, 8) == is_done

    def test_short_ones_are_looked_back_on_once_as_ever(self):
        dice = np.random.default_rng(1)
        told = list(forecast_all([make(dice.gamma(9, 9, 20), n) for n in range(5)], 8))
        assert told[0].reach.series == 5


class TestUnit:
    def test_it_lies_between_what_moved_and_what_was_missed(self):
        values = 100 + 5 * np.arange(40) + np.random.default_rng(2).normal(0, 1, 40)
        moved, missed = ranges.measure_scale(values, 1), methods.miss_next(values, 1)
        assert missed < moved / 2, "a trend moves and is foreseen"
        assert few_series.measure_unit(values, 1) == pytest.approx(np.sqrt(moved * missed))

    def test_what_never_moved_has_none(self):
        assert few_series.measure_unit(np.full(20, 3.0), 1) == 0
        assert methods.miss_next(np.full(20, 3.0), 1) == 0

    def test_one_that_was_never_missed_may_be(self):
        season = np.tile([1.0, 2.0, 3.0, 4.0], 8) + np.repeat(np.arange(8.0), 4)
        missed = methods.miss_next(np.tile([1.0, 2.0, 3.0, 4.0], 8), 4)
        assert missed == pytest.approx(0, abs=1e-9)
        assert few_series.measure_unit(season, 4) > 0

    @pytest.mark.parametrize(
        "model",
        [
            pytest.param(lambda **_: 1 / 0, id="the library fails"),
            pytest.param(lambda **_: {"fitted": np.full(6, np.nan)}, id="it says nothing"),
        ],
    )
    def test_where_smoothing_fails_the_mean_change_counts(self, monkeypatch, model):
        class Broken:
            def __init__(self, **_):
                self.forecast = model

        monkeypatch.setattr("statsforecast.models.AutoETS", Broken)
        assert methods.miss_next(np.array([1.0, 2, 4, 3, 5, 9]), 1) == pytest.approx(2)


class TestReach:
    def test_a_series_that_was_further_off_gets_a_wider_range(self):
        calm, wild = np.full((4, 3), 0.5), np.full((4, 3), 2.0)
        _, own = few_series.learn_reach([calm, wild, calm], LEVELS, 3)
        assert own[0] == own[2] < 1 < own[1]
        assert own[1] / own[0] == pytest.approx(4**few_series.OWN_SHARE)

    def test_one_look_says_nothing_of_a_series_own(self):
        _, own = few_series.learn_reach([np.full((1, 3), 9.0), np.ones((4, 3))], LEVELS, 3)
        assert own[0] == 1

    def test_a_look_back_is_measured_by_the_others(self):
        once = np.array([[9.0], [1.0], [1.0], [1.0]])
        reach, _ = few_series.learn_reach([once] * 50, (0.999,), 1)
        assert reach.away[0, 0] > 9, "what the other three say does not make it smaller"

    def test_it_counts_series_and_not_looks(self):
        reach, own = few_series.learn_reach([np.ones((4, 3))] * 5 + [np.zeros((0, 3))], LEVELS, 3)
        assert (reach.series, own[-1]) == (5, 1)

    @pytest.mark.parametrize("errors", [[], [np.zeros((0, 3))], [np.zeros((4, 3))]])
    def test_where_nothing_was_off_the_prior_is_the_range(self, errors):
        reach, own = few_series.learn_reach(errors, LEVELS, 3)
        assert reach.away[0, 0] < 0 < reach.away[1, 0]
        assert all(each <= 1 for each in own)

    def test_they_cover_what_they_say(self):
        dice = np.random.default_rng(11)
        size = dice.uniform(2, 30, (120, 1))
        walks = 1000 + np.cumsum(dice.normal(0, 1, (120, 66)) * size, axis=1)
        told = forecast_all([make(walk[:-6], n) for n, walk in enumerate(walks)], 6, levels=LEVELS)
        inside = [
            (each.quantiles[0] <= walk[-6:]) & (walk[-6:] <= each.quantiles[1])
            for each, walk in zip(told, walks, strict=True)
        ]
        assert 0.72 < np.mean(inside) < 0.88
