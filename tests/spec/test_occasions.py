"""What Ramadan, promotions and the like do to a series: estimated, shrunk, or refused."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.time_series import occasions
from counterpoise.domain.time_series.occasions import Exposure, estimate, lift
from counterpoise.domain.values.hijri import FIRST_DAY, LAST_DAY, list_feasts

MONTHS = 60
MOVING = np.zeros(MONTHS + 12)
for _year in range(6):  # a month earlier every year, as Ramadan is over three
    MOVING[12 * _year + 8 - _year] = 1.0
STARTS = tuple(int(each) for each in np.flatnonzero(MOVING))
RAMADAN = Exposure("ramadan", MOVING, STARTS)


def make_series(effect, seed=1, noise=0.03, count=MONTHS):
    """A season, growth, and an occasion that multiplies its months by `effect`."""
    dice = np.random.default_rng(seed)
    place = np.arange(count)
    season = 1 + 0.2 * np.sin(place * 2 * np.pi / 12)
    felt = np.where(MOVING[:count] > 0, effect, 1.0)
    return 1_000 * 1.005**place * season * felt * dice.lognormal(0, noise, count)


class TestEstimates:
    @pytest.mark.parametrize(
        ("effect", "low", "high"),
        [
            pytest.param(0.6, -0.45, -0.3, id="a slow Ramadan"),
            pytest.param(1.5, 0.35, 0.6, id="a busy one"),
            pytest.param(0.9, -0.16, -0.04, id="a mild one"),
        ],
    )
    def test_the_effect_is_found_beside_season_and_growth(self, effect, low, high):
        (found,) = estimate(make_series(effect), [RAMADAN], 12)
        assert found.verdict == "estimated"
        assert low < np.expm1(found.size) < high
        assert found.n == 5

    def test_noise_is_mostly_called_chance(self):
        verdicts = [
            estimate(make_series(1.0, seed, noise=0.15), [RAMADAN], 12)[0].verdict
            for seed in range(40)
        ]
        assert verdicts.count("chance") >= 30

    def test_an_uncertain_effect_is_shrunk(self):
        for seed in range(5):
            (loud,) = estimate(make_series(0.4, seed, noise=0.25), [RAMADAN], 12)
            assert np.log(0.4) < loud.size <= 0

    def test_amounts_where_there_were_empty_periods(self):
        values = make_series(0.6)
        values[3] = 0.0
        (found,) = estimate(values, [RAMADAN], 12)
        assert not found.is_factor
        assert -600 < found.size < -200

    def test_a_wild_period_does_not_move_it(self):
        values = make_series(0.6)
        values[40] *= 30
        (found,) = estimate(values, [RAMADAN], 12)
        assert -0.45 < np.expm1(found.size) < -0.3

    def test_what_came_later_changes_nothing(self):
        values = make_series(0.6)
        other = np.concatenate([values[:48], values[48:] * 9])
        assert estimate(values[:48], [RAMADAN], 12) == estimate(other[:48], [RAMADAN], 12)


class TestRefusals:
    def test_one_occurrence_is_too_few(self):
        (found,) = estimate(make_series(0.6)[:15], [RAMADAN], 12)
        assert (found.verdict, found.size, found.n) == ("too few", 0.0, 1)

    def test_what_always_falls_in_the_same_month_is_left_to_the_season(self):
        fixed = np.zeros(MONTHS)
        fixed[6::12] = 1.0
        exposure = Exposure("promotion", fixed, tuple(range(6, MONTHS, 12)))
        (found,) = estimate(make_series(1.0), [exposure], 12)
        assert (found.verdict, found.size) == ("in the season", 0.0)

    def test_two_that_always_come_together_are_told_once(self):
        twin = Exposure("promotion", MOVING, STARTS)
        first, second = estimate(make_series(0.6), [RAMADAN, twin], 12)
        assert (first.verdict, second.verdict) == ("estimated", "in the season")

    def test_a_history_of_few_periods_says_nothing(self):
        short = Exposure("launch", np.array([1.0, 0, 1, 0, 0, 0]), (0, 2))
        (found,) = estimate(np.array([5.0, 4, 6, 4]), [short], 12)
        assert found.size == 0.0

    def test_two_occurrences_that_contradict_one_another_say_nothing(self):
        shares = np.zeros(40)
        shares[[20, 30]] = 1.0
        values = 100 * np.random.default_rng(1).lognormal(0, 0.01, 40)
        values[20], values[30] = 900, 11
        exposure = Exposure("promotion", shares, (20, 30))
        (found,) = estimate(values, [exposure], 1)
        assert (found.verdict, found.size) == ("chance", 0.0)

    def test_a_series_that_moves_evenly_has_no_error_to_measure_and_no_effect(self):
        (found,) = estimate(np.full(MONTHS, 7.0), [RAMADAN], 12)
        assert (found.verdict, found.size) == ("chance", 0.0)


class TestLifts:
    def test_taken_out_and_put_in_is_what_it_was(self):
        values = make_series(0.6)
        found = lift(estimate(values, [RAMADAN], 12), [RAMADAN], size=MONTHS)
        np.testing.assert_allclose(found.put_in(found.take_out(values), 0), values)

    def test_amounts_are_added(self):
        effect = occasions.Effect("launch", 10.0, is_factor=False, n=2, verdict="estimated")
        exposure = Exposure("launch", np.array([0.0, 0.5, 1.0]), (1, 2))
        found = lift([effect], [exposure], size=3)
        assert found.put_in(np.array([1.0, 1.0]), 1).tolist() == [6.0, 11.0]
        assert found.take_out(np.array([1.0, 6.0])).tolist() == [1.0, 1.0]


class TestHijri:
    def test_ramadan_and_the_eids_of_a_year(self):
        found = [(each.name, each.first, each.last) for each in list_feasts(
            date(2025, 1, 1), date(2025, 12, 31)
        )]  # fmt: skip
        assert found == [
            ("Ramadan", date(2025, 3, 1), date(2025, 3, 29)),
            ("Eid al-Fitr", date(2025, 3, 30), date(2025, 4, 1)),
            ("Eid al-Adha", date(2025, 6, 5), date(2025, 6, 9)),
        ]

    def test_one_that_began_before_the_days_is_in_them(self):
        assert [each.name for each in list_feasts(date(2025, 3, 20), date(2025, 3, 25))] == [
            "Ramadan"
        ]

    def test_nothing_is_said_outside_the_published_calendar(self):
        assert list_feasts(date(2090, 1, 1), date(2091, 1, 1)) == ()
        assert list_feasts(date(1800, 1, 1), date(1801, 1, 1)) == ()
        assert list_feasts(date(1900, 1, 1), date(2100, 1, 1))[0].first >= date(1924, 1, 1)
        assert list_feasts(LAST_DAY, LAST_DAY) == ()
        assert list_feasts(FIRST_DAY, FIRST_DAY) == ()
