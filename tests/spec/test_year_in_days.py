"""A season of the year in days: found where it is, left alone where it is not."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.demand.carried_evidence import list_notes
from counterpoise.domain.time_series.learning import Learning, Surroundings, learn
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.time_series.together import say
from counterpoise.domain.time_series.trial import Trial
from counterpoise.domain.time_series.year_in_days import (
    NEWEST_DAYS,
    find_year,
    say_newest,
    try_year,
)

WEEK = np.array([1.0, 1.1, 1.0, 0.9, 0.8, 0.2, 0.1])
YEAR = 365.25


def make_days(count=1096, swing=0.4, size=50.0, seed=1):
    place = np.arange(count)
    usual = size * np.exp(swing * np.sin(2 * np.pi * place / YEAR)) * WEEK[place % 7]
    return np.random.default_rng(seed).poisson(usual).astype(float)


def make_series(values):
    return Series("leads", "day", date(2023, 10, 1), values)


class TestFinding:
    def test_a_wave_of_the_year_is_found_in_weeks(self):
        year = find_year(make_days(), 1096 + 92)
        true = 0.4 * np.sin(2 * np.pi * np.arange(1188) / YEAR)
        assert year.is_factor
        assert np.abs(year.amounts - true).max() < 0.06

    def test_where_a_week_brought_nothing_it_is_an_amount(self):
        values = make_days()
        values[700:714] = 0
        year = find_year(values, 1096)
        assert not year.is_factor
        assert np.ptp(year.amounts) > 10

    def test_what_noise_would_make_is_shrunk(self):
        assert np.abs(find_year(make_days(swing=0.0), 1188).amounts).max() < 0.03

    def test_what_always_was_the_same_has_none(self):
        assert not find_year(np.full(800, 5.0), 900).amounts.any()

    def test_what_is_taken_out_is_put_back(self):
        values = make_days()
        year = find_year(values, 1096)
        assert year.put_in(year.take_out(values), 0) == pytest.approx(values)


class TestTrial:
    def test_where_it_is_there_it_helps(self):
        trial = try_year(make_series(make_days()), 28)
        assert (trial.looks, trial.helps) == (11, True)
        assert trial.with_it < 0.9 * trial.without

    def test_where_it_is_not_it_does_not(self):
        assert not try_year(make_series(make_days(swing=0.0)), 28).helps

    def test_as_far_ahead_as_can_be_asked_it_is_tried_too(self):
        assert try_year(make_series(make_days()), 92).looks == 9

    def test_two_years_are_too_few_to_try_it(self):
        assert try_year(make_series(make_days(800)), 28) == Trial(0, 0.0, 0.0, helps=False)

    @pytest.mark.parametrize(
        "values",
        [
            pytest.param(np.full(1096, 3.0), id="never varied"),
            pytest.param((np.arange(1096) % 9 == 0) * 5.0, id="sells seldom"),
        ],
    )
    def test_what_has_no_season_to_look_for_is_not_tried(self, values):
        assert try_year(make_series(values), 28) is None

    def test_days_that_it_is_judged_by_have_no_say(self):
        values, later = make_days(), make_days()
        later[-33:] = 0
        assert try_year(make_series(values), 28) == try_year(make_series(later), 28)


class TestLearning:
    def test_it_is_carried_ahead_and_brings_days_nearer(self):
        values = make_days(1096 + 92)
        known, came = values[:1096], values[1096:]
        learned = learn(make_series(known), 92, Surroundings())
        off = np.abs(learned.say(known, 92, 7) - came).sum()
        assert off < 0.7 * np.abs(say_newest(known, 92, 7) - came).sum()

    def test_where_it_does_not_help_the_newest_two_years_are_carried_as_ever(self):
        known = make_days(swing=0.0)
        learned = learn(make_series(known), 28, Surroundings())
        assert learned.say(known, 28, 7).tolist() == say(known[-NEWEST_DAYS:], 28, 7).tolist()

    def test_of_a_past_day_that_knew_less_than_two_years_the_week_alone_is_learned(self):
        known = make_days(730)
        learned = learn(make_series(make_days()), 28, Surroundings())
        assert learned.year.helps
        assert learned.say(known, 28, 7).tolist() == say(known[-NEWEST_DAYS:], 28, 7).tolist()

    def test_weeks_and_months_are_not_tried(self):
        weeks = Series("leads", "week", date(2023, 10, 2), make_days(150))
        assert learn(weeks, 4, Surroundings()).year is None


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        pytest.param(Trial(0, 0, 0, helps=False), "too short to try out a season", id="short"),
        pytest.param(Trial(9, 0.8, 1.0, helps=True), "missed by 20.0 % less.", id="helps"),
        pytest.param(Trial(9, 0.9, 1.0, helps=False), "10.0 % less, which may", id="chance"),
        pytest.param(Trial(9, 1.1, 1.0, helps=False), "missed by 10.0 % more.", id="harms"),
        pytest.param(Trial(9, 0.0, 0.0, helps=False), "missed by 0.0 % more.", id="no miss"),
    ],
)
def test_what_was_found_is_said(trial, said):
    learning = Learning(Surroundings(), None, say, trial)
    (note,) = list_notes(learning, None, make_series(np.ones(9)), 28, adds_up=True)
    assert said in str(note)
