"""Challengers: tried as the methods are, heard only where they prove better, refused in words."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand import explore
from counterpoise.domain.demand.challenging import read_patience
from counterpoise.domain.demand.explore import Wish
from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.time_series.boosted import MOST_ROWS, Boosted
from counterpoise.domain.time_series.challengers import (
    Competitors,
    Entry,
    FailedChallenger,
    Terms,
    hold,
)
from counterpoise.domain.time_series.complex_smoothing import ComplexSmoothing
from counterpoise.domain.time_series.forecast import forecast_all
from counterpoise.domain.time_series.hierarchy import group_by_labels
from counterpoise.domain.time_series.past import Past
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.time_series.together import forecast_together
from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.text import text

JANUARY = date(2020, 1, 1)
STEPS = 3
EASY = Terms(min_series=4, min_periods=12)


@dataclass
class Teller:
    """A challenger that answers what it is told to; it keeps what it was asked."""

    answer: object
    name: str = "teller"
    asked: list = field(default_factory=list)

    def carry(self, series, steps, season):
        self.asked.append([each.copy() for each in series])
        return self.answer(series, steps, season)


def jumping(number, length=40):
    """A rhythm of seven, which no method knows: each value again seven periods later."""
    return 100.0 + 50.0 * number + 40.0 * ((np.arange(length) * 3 + number) % 7)


def know(series, steps, _season):
    return [np.resize(each[-7:], steps) for each in series]


def miss(series, steps, _season):
    return [np.full(steps, each.max() * 3) for each in series]


def make(count=8, length=40):
    return [
        Series(f"S{number}", "month", JANUARY, jumping(number, length)) for number in range(count)
    ]


def run(challenger, series=None, terms=EASY, **other):
    return list(
        forecast_all(
            series or make(), STEPS, competitors=Competitors((challenger,), terms), **other
        )
    )


def same(first, second):
    return all(
        (one.middle == other.middle).all() and (one.quantiles == other.quantiles).all()
        for one, other in zip(first, second, strict=True)
    )


class TestVerdicts:
    def test_one_that_knows_better_is_averaged_with_the_methods(self):
        plain = list(forecast_all(make(), STEPS))
        told = run(Teller(know))
        verdict = told[0].verdicts[0]
        assert (verdict.name, verdict.outcome, verdict.series) == ("teller", "heard", 8)
        assert verdict.missed == 0
        assert verdict.gain == 1
        assert "averaged with them" in str(verdict.why)
        for before, now in zip(plain, told, strict=True):
            own = np.resize(before.series.values[-7:], STEPS)
            assert now.middle == pytest.approx((before.middle + own) / 2)
            assert np.ptp(now.quantiles[:, 0]) < np.ptp(before.quantiles[:, 0])

    def test_one_that_misses_more_changes_not_one_byte(self):
        told = run(Teller(miss))
        assert same(told, list(forecast_all(make(), STEPS)))
        verdict = told[0].verdicts[0]
        assert verdict.outcome == "not heard"
        assert verdict.gain < 0
        assert "missed by more" in str(verdict.why)

    def test_of_two_only_the_better_one_is_heard(self):
        found = list(
            forecast_all(make(), STEPS, competitors=Competitors((Teller(miss), Teller(know)), EASY))
        )
        assert [each.outcome for each in found[0].verdicts] == ["not heard", "heard"]
        assert same(found, run(Teller(know)))

    def test_it_is_shown_nothing_that_came_after_the_day(self):
        teller = Teller(know)
        run(teller)
        lengths = [{len(each) for each in asked} for asked in teller.asked]
        assert lengths == [{37}, {36}, {35}, {34}, {40}]

    def test_what_lies_ahead_is_not_asked_of_one_that_lost(self):
        teller = Teller(miss)
        run(teller)
        assert len(teller.asked) == 4

    def entry(self, errors):
        """Four steps missed by the methods by 10 on each series, and by the challenger by what is
        said here; each series moves by 1."""
        known = np.arange(30.0)
        past = [[Past(known, np.full(4, 10.0), np.zeros(4))] for _ in errors]
        teller = Teller(lambda series, *_: [np.full(4, float(each)) for each in errors])
        return Entry([known] * len(errors), past, 4, 1), teller

    @pytest.mark.parametrize(
        ("errors", "outcome", "said"),
        [
            pytest.param([9.0] * 6, "heard", "averaged", id="a tenth better everywhere"),
            pytest.param([9.9] * 6, "not heard", "not by the 2 %", id="better by a hair"),
            pytest.param([10.1] * 6, "not heard", "by more", id="worse by a hair"),
            pytest.param(
                [0, 0, 14, 12, 13, 14], "not heard", "chance", id="much better on two of six"
            ),
        ],
    )
    def test_better_is_by_a_margin_and_beyond_chance(self, errors, outcome, said):
        entry, teller = self.entry(errors)
        (verdict,) = hold(entry, Competitors((teller,), EASY)).verdicts
        assert (verdict.outcome, said in str(verdict.why)) == (outcome, True)
        assert verdict.methods_missed == 10
        assert verdict.missed == Decimal(str(np.mean(errors))).quantize(Decimal("0.0001"))

    def test_one_series_alone_proves_nothing(self):
        entry, teller = self.entry([1.0])
        (verdict,) = hold(entry, Competitors((teller,), Terms(1, 1))).verdicts
        assert (verdict.outcome, verdict.gain_low) == ("not heard", None)

    def test_where_the_methods_missed_nothing_nothing_is_better(self):
        still = [Series(f"S{n}", "month", JANUARY, np.full(40, 5.0)) for n in range(8)]
        told = run(Teller(know), still)
        assert told[0].verdicts[0].outcome == "not heard"
        assert "missed nothing" in str(told[0].verdicts[0].why)

    def test_no_series_at_all_are_none(self):
        assert list(forecast_all([], 2, competitors=Competitors((Teller(know),), EASY))) == []
        (verdict,) = hold(Entry([], [], 2, 12), Competitors((Teller(know),), Terms(0, 0))).verdicts
        assert verdict.outcome == "not heard"

    @pytest.mark.parametrize(
        ("series", "terms", "n"),
        [
            pytest.param(make(3), EASY, 3, id="too few series"),
            pytest.param(make(8, 14), EASY, 0, id="too short ones"),
            pytest.param(make(8, 5), EASY, 0, id="too short to look back on"),
            pytest.param(make(8), Terms(), 8, id="the usual terms"),
        ],
    )
    def test_too_little_to_try_it_on_is_refused_in_words(self, series, terms, n):
        teller = Teller(know)
        told = run(teller, series, terms)
        verdict = told[0].verdicts[0]
        assert verdict.outcome == "refused"
        assert f"{n} are there, and it takes {terms.min_series}" in str(verdict.why)
        assert teller.asked == []
        assert same(told, list(forecast_all(series, STEPS)))


def fail(*_):
    raise FailedChallenger(text("It is not there."))


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            pytest.param(lambda s, *_: know(s[1:], 3, 0), "8 series and answered for 7", id="few"),
            pytest.param(lambda s, *_: know(s, 2, 0), "3 steps .* the shape 2", id="too short"),
            pytest.param(lambda s, *_: [1.0] * len(s), "3 steps .* the shape 1", id="one number"),
            pytest.param(
                lambda s, *_: [np.zeros((3, 1))] * len(s), "the shape 3 × 1", id="a column"
            ),
            pytest.param(lambda s, *_: [np.full(3, np.nan)] * len(s), "no number", id="NaN"),
            pytest.param(lambda s, *_: [np.full(3, np.inf)] * len(s), "no number", id="infinity"),
            pytest.param(fail, "It is not there", id="cannot be asked"),
        ],
    )
    def test_what_is_no_answer_is_said_and_changes_nothing(self, answer, said):
        told = run(Teller(answer))
        verdict = told[0].verdicts[0]
        assert verdict.outcome == "failed"
        with pytest.raises(AssertionError, match=said):
            raise AssertionError(str(verdict.why))
        assert same(told, list(forecast_all(make(), STEPS)))

    def test_one_that_fails_only_for_what_lies_ahead_is_not_heard(self):
        def forget(series, steps, season):
            return fail() if len(series[0]) == 40 else know(series, steps, season)

        told = run(Teller(forget))
        assert told[0].verdicts[0].outcome == "failed"
        assert same(told, list(forecast_all(make(), STEPS)))

    def test_one_that_runs_away_is_cut_off_and_none_is_below_zero(self):
        def wild(series, steps, season):
            if len(series[0]) < 40:
                return know(series, steps, season)
            return [np.array([1e12, -1e12, 100.0]) for _ in series]

        for each in run(Teller(wild)):
            values = each.series.values
            assert each.middle.max() <= values[-1] + 20 * np.ptp(values)
            assert each.middle.min() >= 0

    def test_below_zero_is_said_where_something_was(self):
        around = [
            Series(f"S{n}", "month", JANUARY, jumping(n) - jumping(n).mean()) for n in range(8)
        ]
        told = run(Teller(know), around)
        assert told[0].verdicts[0].outcome == "heard"
        assert min(each.middle.min() for each in told) < 0


class TestHierarchies:
    def carry(self, challenger, values=None, terms=EASY):
        lowest = [Series(str(n), "month", JANUARY, jumping(n)) for n in range(6)]
        if values is not None:
            lowest.append(Series("slow", "month", JANUARY, values))
        hierarchy = group_by_labels([{"part": each.key} for each in lowest], [()])
        asked = Competitors((challenger,) if challenger else (), terms)
        return forecast_together(hierarchy, lowest, STEPS, competitors=asked)

    def test_parts_still_add_up_when_it_is_heard(self):
        whole, *parts = self.carry(Teller(know))
        assert whole.verdicts[0].outcome == "heard"
        assert whole.verdicts[0].looks == 6
        assert np.sum([each.middle for each in parts], axis=0) == pytest.approx(whole.middle)
        before = self.carry(None)
        off = [
            np.abs(each.middle - know([each.series.values], STEPS, 0)[0]).sum() for each in parts
        ]
        then = [
            np.abs(each.middle - know([each.series.values], STEPS, 0)[0]).sum()
            for each in before[1:]
        ]
        assert sum(off) < sum(then)

    def test_when_it_is_not_not_one_byte_changes(self):
        assert same(self.carry(Teller(miss)), self.carry(None))

    def test_what_sells_seldom_is_neither_tried_nor_touched(self):
        seldom = np.where(np.arange(40) % 5 == 0, 4.0, 0.0)
        teller = Teller(know)
        found = self.carry(teller, seldom)
        assert all(len(asked) == 7 for asked in teller.asked), "six parts and the whole"
        assert found[0].verdicts[0].series == 7
        assert [len(each.past) for each in found] == [6] * 8


class TestExplorer:
    """What a person asks for: with a challenger, its verdict stands beside the forecast."""

    def measure(self, adds_up=True):
        return [
            Measured(
                "won_revenue" if adds_up else "win_rate",
                Decimal(str(jumping(number)[month])),
                "AED",
                (("month", str(Period.of_months(add_months(JANUARY, month), 1))),
                 ("region", f"R{number}")),
                1,
                text("test"),
            )
            for number in range(5)
            for month in range(40)
        ]  # fmt: skip

    WISH = Wish("won_revenue", ("region",), "month", STEPS, adds_up=True, is_challenged=True)
    LAST = date(2023, 4, 30)

    def test_the_verdict_stands_beside_what_it_changed(self):
        asked = Competitors((Teller(know),), EASY)
        found = explore.carry(self.measure(), self.WISH, self.LAST, competitors=asked)
        assert [each.outcome for each in found.verdicts] == ["heard"]
        parts = [[step.expected for step in part.ahead] for part in found.parts]
        assert [sum(each) for each in zip(*parts[1:], strict=True)] == parts[0]

    def test_without_one_there_is_none(self):
        assert explore.carry(self.measure(), self.WISH, self.LAST).verdicts == ()

    def test_rates_are_carried_one_by_one_and_try_none(self):
        wish = Wish("win_rate", ("region",), "month", STEPS, adds_up=False, is_challenged=True)
        teller = Teller(know)
        asked = Competitors((teller,), EASY)
        found = explore.carry(self.measure(adds_up=False), wish, self.LAST, competitors=asked)
        assert [each.outcome for each in found.verdicts] == ["refused"]
        assert "Ask for what is counted or summed" in str(found.verdicts[0].why)
        assert teller.asked == []


class TestBoosted:
    def teach(self, count=30, length=48, seed=3):
        """Series that fall back half-way to their mean, which the last value alone does not say."""
        dice = np.random.default_rng(seed)
        values = np.zeros((count, length))
        for month in range(1, length):
            values[:, month] = -0.6 * values[:, month - 1] + dice.normal(0, 10, count)
        return [each + 500 for each in values]

    def test_it_learns_across_series_what_none_shows_alone(self):
        series = self.teach()
        known, came = [each[:-1] for each in series], np.array([each[-1] for each in series])
        said = np.array([each[0] for each in Boosted().carry(known, 1, 1)])
        last = np.array([each[-1] for each in known])
        assert np.abs(said - came).mean() < 0.75 * np.abs(last - came).mean()

    def test_the_same_twice_is_the_same_bytes(self):
        first, again = (Boosted(rounds=20).carry(self.teach(), 4, 12) for _ in range(2))
        assert all((a == b).all() for a, b in zip(first, again, strict=True))

    @pytest.mark.parametrize("factor", [1e-6, 1e6])
    def test_what_a_series_is_counted_in_does_not_matter(self, factor):
        series = self.teach()
        plain = Boosted(rounds=20).carry(series, 3, 12)
        scaled = Boosted(rounds=20).carry([each * factor for each in series], 3, 12)
        for one, other in zip(plain, scaled, strict=True):
            assert other / factor == pytest.approx(one, rel=1e-2)

    def test_a_season_goes_on(self):
        shape = np.array([5.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
        dice = np.random.default_rng(9)
        series = [np.tile(shape, 5) * 100 * n * dice.normal(1, 0.03, 60) for n in range(1, 13)]
        for each, said in zip(series, Boosted().carry(series, 12, 12), strict=True):
            assert said.argmax() == 0
            assert said[0] > 3 * np.median(each)

    def test_what_never_moved_goes_on_and_so_does_what_is_too_short_to_learn_from(self):
        still = Boosted(rounds=5).carry([np.full(20, 7.0), np.full(30, 2.0)], 2, 12)
        assert [each.tolist() for each in still] == [[7.0, 7.0], [2.0, 2.0]]
        short = Boosted(rounds=5).carry([np.array([1.0, 2.0, 3.0, 4.0])], 2, 12)
        assert short[0].tolist() == [4.0, 4.0]

    def test_one_that_never_moved_stays_among_others_that_do(self):
        said = Boosted(rounds=20).carry([*self.teach(), np.full(48, 7.0)], 3, 12)
        assert said[-1].tolist() == [7.0] * 3

    @pytest.mark.parametrize("length", [6, 9, 15, 25, 30])
    def test_a_history_that_is_shorter_than_two_seasons_is_enough(self, length):
        said = Boosted(rounds=5).carry(self.teach(length=length), 3, 12)
        assert {each.shape for each in said} == {(3,)}

    def test_lengths_may_differ(self):
        series = [each[n:] for n, each in enumerate(self.teach(length=60))]
        said = Boosted(rounds=20).carry([*series, np.array([1.0, 5.0])], 3, 12)
        assert {each.shape for each in said} == {(3,)}
        assert all(np.isfinite(each).all() for each in said)

    def test_of_very_many_it_learns_from_some(self):
        many = self.teach(count=400, length=60)
        assert MOST_ROWS < 400 * 30 * 24
        said = Boosted(rounds=2).carry(many, 24, 1)
        assert (len(said), said[0].shape) == (400, (24,))

    def test_it_is_tried_like_any_other(self):
        dice = np.random.default_rng(4)
        noise = [Series(f"S{n}", "month", JANUARY, dice.gamma(9, 100, 36)) for n in range(24)]
        told = list(forecast_all(noise, 2, competitors=Competitors((Boosted(),))))
        (verdict,) = told[0].verdicts
        assert (verdict.name, verdict.outcome, verdict.series) == ("boosted", "not heard", 24)
        assert same(told, list(forecast_all(noise, 2)))


class TestComplexSmoothing:
    def test_a_trend_and_a_season_go_on(self):
        shape = np.array([8.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
        series = np.tile(shape, 5) * np.linspace(100, 200, 60)
        (said,) = ComplexSmoothing().carry([series], 12, 12)
        assert said.argmax() == 0
        assert said == pytest.approx(shape * 205, rel=0.15)

    def test_what_never_moved_goes_on_and_what_it_cannot_fit_stays(self):
        known = [np.full(20, 7.0), np.array([1.0, 2.0, 3.0])]
        said = ComplexSmoothing().carry(known, 2, 12)
        assert said[0].tolist() == [7, 7]
        assert np.isfinite(said[1]).all()

    def test_nothing_falls_below_zero_where_nothing_ever_was(self):
        (said,) = ComplexSmoothing().carry([np.linspace(100, 0, 30)], 12, 1)
        assert said.min() >= 0


class TestTerms:
    def test_the_rulebook_says_them(self):
        patience = read_patience(toml.load_defaults(), JANUARY)
        assert (patience.terms, patience.seconds) == (Terms(20, 24, 0.02), 60)

    @pytest.mark.parametrize(
        ("key", "value"),
        [("least_series", "1"), ("least_periods", "0"), ("margin", "-0.1"), ("seconds", "0")],
    )
    def test_what_nothing_can_be_tried_by_is_refused(self, key, value):
        rule = Rule(f"challenger.{key}", "", value, "", JANUARY, "the board")
        book = Rulebook((*toml.load_defaults().rules, rule))
        with pytest.raises(InvalidRule, match=f"challenger.{key} is {value}"):
            read_patience(book, JANUARY)
