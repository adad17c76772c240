"""Series of observations, and how they are carried forward with ranges."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.time_series import methods, ranges
from counterpoise.domain.time_series.forecast import forecast_all
from counterpoise.domain.time_series.seasons import NO_SEASON, judge_season, shrink_season
from counterpoise.domain.time_series.series import (
    LARGEST,
    BrokenSeries,
    Series,
    build_series,
    step,
)

YEAR_END = date(2027, 1, 1)
MONTHS = [date(2026, month, 1) for month in range(1, 13)]
MONTHLY = [(day, 10.0 + number) for number, day in enumerate(MONTHS)]


def build(observed, frequency="month", as_of=YEAR_END, **other):
    return build_series("won in Gulf", observed, frequency, as_of=as_of, **other)


def make_series(values, frequency="month", key="won"):
    return Series(key, frequency, date(2020, 1, 1), np.asarray(values, dtype=float))


class TestBuilding:
    def test_the_order_of_observations_does_not_matter(self):
        assert (build(reversed(MONTHLY)).values == build(MONTHLY).values).all()
        assert build(MONTHLY).first == date(2026, 1, 1)

    def test_a_period_that_is_not_over_is_left_out(self):
        assert len(build(MONTHLY, as_of=date(2026, 12, 31)).values) == 11
        assert len(build(MONTHLY, as_of=YEAR_END).values) == 12

    def test_what_comes_after_the_day_changes_nothing(self):
        early = build(MONTHLY[:6], as_of=date(2026, 7, 1))
        later = [(day, 1e6) for day in MONTHS[6:]]
        assert (build(MONTHLY[:6] + later, as_of=date(2026, 7, 1)).values == early.values).all()

    def test_a_total_of_nothing_is_zero_inside_and_since(self):
        found = build([MONTHLY[0], MONTHLY[1], MONTHLY[3], MONTHLY[4]], as_of=date(2026, 8, 15))
        assert found.values.tolist() == [10.0, 11.0, 0.0, 13.0, 14.0, 0.0, 0.0]

    @pytest.mark.parametrize(
        ("frequency", "fourth"),
        [
            ("day", date(2026, 1, 4)),
            ("week", date(2026, 1, 22)),
            ("month", date(2026, 4, 1)),
            ("quarter", date(2026, 10, 1)),
            ("year", date(2029, 1, 1)),
        ],
    )
    def test_periods_of_each_frequency_follow_one_another(self, frequency, fourth):
        days = [step(date(2026, 1, 1), frequency, number) for number in range(4)]
        found = build([(day, 1.0) for day in days], frequency, as_of=date(2031, 1, 1))
        assert found.start_of(3) == fourth

    @pytest.mark.parametrize(
        ("observed", "other", "said"),
        [
            pytest.param([], {}, "of the 4 periods that a forecast needs 0 are over", id="empty"),
            pytest.param(
                MONTHLY[:3], {}, "of the 4 periods that a forecast needs 3 are over", id="too few"
            ),
            pytest.param([*MONTHLY, MONTHLY[2]], {}, "observed twice", id="a day twice"),
            pytest.param(
                [*MONTHLY, (date(2026, 3, 9), 1.0)], {}, "Is another frequency", id="mixed in"
            ),
            pytest.param(
                [*MONTHLY[:3], *MONTHLY[4:]], {"is_total": False}, "2026-04-01 on", id="a hole"
            ),
            pytest.param(
                [*MONTHLY[:3], (MONTHS[3], float("nan"))], {}, "the value nan", id="no number"
            ),
            pytest.param(
                [*MONTHLY[:3], (MONTHS[3], 2 * LARGEST)], {}, "carried forward", id="exploded"
            ),
        ],
    )
    def test_what_makes_no_series_is_refused(self, observed, other, said):
        with pytest.raises(BrokenSeries, match=said):
            build(observed, **other)


class TestSeasons:
    def test_a_season_of_factors_is_found_and_put_in_again(self):
        shape = np.array([0.6, 0.8, 1.0, 1.6])
        values = np.tile(shape, 6) * np.linspace(100, 160, 24)
        found = shrink_season(values, 4)
        assert found.is_factor
        assert found.effects == pytest.approx(shape, abs=0.03)
        ahead = found.put_in(np.full(4, 100.0), after=22)
        assert ahead.argmax() == 1  # the 24th is the fourth of its year

    @pytest.mark.parametrize(
        "values",
        [
            pytest.param(np.tile([0.0, 10.0, 20.0, 30.0], 5), id="zeros among them"),
            pytest.param(np.tile([0.01, 40.0, 20.0, 30.0], 5), id="next to nothing"),
        ],
    )
    def test_a_season_that_nothing_can_be_divided_by_is_one_of_amounts(self, values):
        found = shrink_season(values, 4)
        assert not found.is_factor
        assert np.ptp(found.take_out(values)) < np.ptp(values) / 10

    def test_noise_is_hardly_a_season(self):
        dice = np.random.default_rng(5)
        found = [shrink_season(100 + dice.normal(0, 10, 60), 12).effects - 1 for _ in range(60)]
        raw = 0.1 / np.sqrt(4)  # what the mean of four years' ratios strays by
        assert np.sqrt(np.mean(np.square(found))) < 0.7 * raw

    @pytest.mark.parametrize(
        ("values", "is_there"),
        [
            pytest.param(np.tile([5.0, 6.0, 7.0, 9.0], 8), True, id="a clear season"),
            pytest.param(np.random.default_rng(8).uniform(5, 9, 32), False, id="noise"),
            pytest.param(np.full(32, 5.0), False, id="nothing moves"),
        ],
    )
    def test_a_season_is_taken_whole_or_not_at_all(self, values, is_there):
        assert (judge_season(values, 4) is not NO_SEASON) == is_there

    def test_a_series_without_seasons_has_none(self):
        assert shrink_season(np.linspace(1, 2, 30), 5).effects - 1 == pytest.approx(0, abs=0.02)

    def test_less_than_two_seasons_are_none(self):
        assert shrink_season(np.arange(1.0, 9.0), 4) is NO_SEASON
        assert shrink_season(np.arange(1.0, 9.0), 1) is NO_SEASON

    @given(st.lists(st.floats(1, 1e6), min_size=9, max_size=40))
    def test_taken_out_and_put_in_is_as_it_was(self, values):
        series = np.array(values)
        found = shrink_season(series, 4)
        again = found.put_in(found.take_out(series), after=0)
        assert again == pytest.approx(series, rel=1e-9, abs=1e-9 * series.max())


class TestMethods:
    def test_what_never_varied_goes_on(self):
        found = methods.carry_forward(np.full(12, 7.0), 3, 12)
        assert methods.combine(found).tolist() == [7.0, 7.0, 7.0]

    def test_a_pure_season_goes_on(self):
        values = np.tile([1.0, 2.0, 3.0, 4.0], 6)
        assert methods.combine(methods.carry_forward(values, 4, 4)) == pytest.approx(
            [1, 2, 3, 4], abs=0.05
        )

    def test_a_season_around_nothing_goes_on(self):
        values = np.tile([-2.0, -1.0, 1.0, 2.0], 6)
        found = methods.combine(methods.carry_forward(values, 4, 4))
        assert found == pytest.approx([-2, -1, 1, 2], abs=0.05)

    def test_nothing_falls_below_zero_where_nothing_was(self):
        falling = np.linspace(30, 0, 20)
        assert min(each.min() for each in methods.carry_forward(falling, 12, 1).values()) == 0
        assert methods.combine(methods.carry_forward(falling - 20, 12, 1)).min() < -20

    @pytest.mark.parametrize(
        "method",
        [
            pytest.param(lambda values, steps: np.full(steps, 1e9), id="runs away"),
            pytest.param(lambda values, steps: np.full(steps, np.nan), id="says nothing"),
            pytest.param(lambda values, steps: 1 / 0, id="fails"),
        ],
    )
    def test_a_method_that_went_astray_is_not_heard(self, monkeypatch, method):
        monkeypatch.setattr(methods, "METHODS", {"astray": (judge_season, method)})
        found = methods.carry_forward(np.array([1.0, 3.0, 2.0, 5.0]), 2, 1)
        assert found["astray"].tolist() == [5.0, 5.0]


class TestRanges:
    def test_they_cover_what_they_say(self):
        dice = np.random.default_rng(11)
        walks = 1000 + np.cumsum(dice.normal(0, 10, (120, 40)), axis=1)
        series = [make_series(walk[:-6]) for walk in walks]
        told = forecast_all(series, 6, levels=(0.1, 0.9))
        inside = [
            (each.quantiles[0] <= walk[-6:]) & (walk[-6:] <= each.quantiles[1])
            for each, walk in zip(told, walks, strict=True)
        ]
        assert 0.72 < np.mean(inside) < 0.88

    def test_little_evidence_widens_them(self):
        few = ranges.learn_reach(np.zeros((1, 3)), (0.1, 0.9), steps=3)
        many = ranges.learn_reach(np.zeros((300, 3)), (0.1, 0.9), steps=3)
        assert (few.series, many.series) == (1, 300)
        assert (few.away[1] > many.away[1]).all()

    @pytest.mark.parametrize("steps", [1, 3, 5, 12])
    def test_a_higher_level_is_never_below_a_lower_one(self, steps):
        errors = np.random.default_rng(2).normal(0, 1, (40, steps))
        reach = ranges.learn_reach(errors, steps=steps)
        assert (np.diff(reach.away, axis=0) >= 0).all()

    def test_a_level_that_changes_sides_on_the_way_stays_as_found(self):
        errors = np.tile([5.0, -5.0, 5.0, -5.0, 5.0], (60, 1))
        away = ranges.learn_reach(errors, (0.5,), steps=5).away[0]
        assert np.sign(away).tolist() == [1, -1, 1, -1, 1]

    def test_a_longer_history_narrows_them(self):
        assert (ranges.grow_with_steps(4, 100) < ranges.grow_with_steps(4, 10)).all()

    def test_one_value_has_no_scale(self):
        assert ranges.measure_scale(np.array([3.0]), 12) == 0

    def test_below_zero_only_where_something_was(self):
        reach = ranges.learn_reach(np.full((50, 2), -9.0), steps=2)
        values = np.array([1.0, 2.0, 1.0, 2.0])
        assert ranges.spread_out(np.ones(2), values, 1, reach).min() == 0
        assert ranges.spread_out(np.ones(2), values - 1.5, 1, reach).min() < 0


class TestForecasts:
    def test_each_series_in_its_order_and_the_same_twice(self):
        series = [make_series(np.arange(1.0, 25.0) * n, key=str(n)) for n in (3, 1, 2)]
        first, again = (list(forecast_all(series, 4)) for _ in range(2))
        assert [each.series.key for each in first] == ["3", "1", "2"]
        assert all(
            (one.quantiles == other.quantiles).all()
            for one, other in zip(first, again, strict=True)
        )

    def test_a_series_too_short_to_look_back_on_gets_the_reach_of_the_others(self):
        short, still = make_series([1.0, 2.0, 3.0, 4.0]), make_series(np.full(20, 5.0))
        told = list(forecast_all([short, still, make_series(np.arange(1.0, 30.0))], 6))
        assert {each.reach.series for each in told} == {1}
        assert np.ptp(told[0].quantiles[:, 0]) > 0

    def test_frequencies_are_asked_for_one_by_one(self):
        mixed = [make_series(np.arange(9.0)), make_series(np.arange(9.0), "quarter")]
        with pytest.raises(BrokenSeries, match="month, quarter"):
            list(forecast_all(mixed, 2))

    def test_none_is_none(self):
        assert list(forecast_all([], 2)) == []

    def test_whoever_maps_decides_where(self):
        asked = []

        def run(told, series):
            asked.extend(each.key for each in series)
            return map(told, series)

        list(forecast_all([make_series(np.arange(9.0))], 2, run=run))
        assert asked == ["won"]
