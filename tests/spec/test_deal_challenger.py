"""A challenger of single deals: learned from what was known, heard only where it proves better."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from counterpoise.domain.demand import (
    boosted_deals,
    challenging,
    chances,
    deal_contest,
    joined_chances,
    segments,
)
from counterpoise.domain.demand.challenging import DealTerms
from counterpoise.domain.demand.forecast import forecast
from counterpoise.domain.demand.hazards import Ahead
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.deal_contest import DealScore
from counterpoise.domain.tables.deals import Dimension, day_number
from paired_company import AS_OF, PERIOD, build_deals, write_rules
from spec.test_demand_legs import SETTINGS, TODAY, deals_of

RULES = write_rules()
TERMS = DealTerms()
HAZARDS, BOOSTED = deal_contest.HAZARDS, deal_contest.BOOSTED


def hold(deals, terms=TERMS):
    return deal_contest.hold(deals, RULES, SETTINGS, terms)


def run(deals, rules=RULES):
    return forecast(deals, PERIOD, rulebook=rules, rng=np.random.default_rng(1))


def as_bytes(found):
    parts = (found.cells, found.splits, found.backtest, found.points, found.weights)
    return (*map(repr, parts), found.notes, found.paths.tobytes())


def learn(deals):
    return boosted_deals.learn(deals, segments.split(deals))


@pytest.fixture(scope="module")
def paired():
    return build_deals()


@pytest.fixture(scope="module")
def contest(paired):
    return hold(paired)


class TestWhatTreesLearn:
    def test_it_tells_what_no_single_factor_tells(self, paired):
        said = learn(paired).say(paired)
        held = paired.is_open
        fits = paired.dimensions["region"].codes == paired.dimensions["source"].codes
        ever = said[:, 0].sum(axis=1)
        assert ever[fits[held]].mean() > 0.6
        assert ever[~fits[held]].mean() < 0.3

    def test_won_lost_and_open_are_one_whole(self, paired):
        said = learn(paired).say(paired)
        assert said.shape == (paired.is_open.sum(), 2, 3)
        assert (said >= 0).all()
        assert (said.sum(axis=(1, 2)) <= 1 + 1e-12).all()

    def test_the_same_deals_give_the_same_answer(self, paired):
        assert learn(paired).say(paired).tobytes() == learn(paired).say(paired).tobytes()

    def test_where_nothing_is_open_nothing_is_said(self, paired):
        done = replace(paired, closed=np.minimum(paired.closed, TODAY).astype(np.int32))
        assert learn(done).say(done).shape == (0, 2, 3)

    def test_where_deals_close_on_the_day_they_come_nothing_is_learned(self):
        deals = deals_of([(n, n, True) for n in range(1, 300)] + [(200, None, False)] * 20)
        assert learn(deals) is None

    def test_of_very_many_moments_some_are_drawn(self, paired, monkeypatch):
        monkeypatch.setattr(boosted_deals, "MOST_LESSONS", 500)
        said = learn(paired).say(paired)
        assert said.tobytes() == learn(paired).say(paired).tobytes()
        monkeypatch.undo()
        assert said.tobytes() != learn(paired).say(paired).tobytes()

    @pytest.mark.parametrize(
        "labels",
        [
            pytest.param((), id="a dimension without members"),
            pytest.param(tuple(f"rep {n}" for n in range(400)), id="more members than are told"),
        ],
    )
    def test_members_may_be_none_or_very_many(self, paired, labels):
        codes = np.arange(len(paired)) % len(labels) if labels else np.full(len(paired), -1)
        rep = Dimension(labels, codes.astype(np.int32))
        deals = replace(paired, dimensions={**paired.dimensions, "rep": rep})
        assert np.isfinite(learn(deals).say(deals)).all()

    @pytest.mark.parametrize(
        ("day", "left"),
        [
            pytest.param(date(2026, 1, 1), 90, id="the first day of a quarter"),
            pytest.param(date(2026, 6, 30), 1, id="the last"),
            pytest.param(date(2026, 12, 1), 31, id="the last month of a year"),
        ],
    )
    def test_the_place_in_the_quarter_is_told(self, day, left):
        assert boosted_deals.count_to_quarter_end(np.array([day_number(day)])).tolist() == [left]


class TestVerdict:
    def test_what_tells_won_deals_from_others_better_is_heard(self, contest):
        assert (contest.outcome, contest.is_heard) == ("heard", True)
        assert contest.gain > contest.gain_low > 0
        assert contest.days == 9
        assert str(contest.why).startswith("It told won deals from others better, by more than")

    def test_every_method_is_scored_at_every_horizon(self, contest):
        scored = [(each.method, each.horizon_days) for each in contest.scores]
        methods = (HAZARDS, "by age alone", "stage-weighted pipeline", BOOSTED)
        assert scored == [(method, days) for method in methods for days in (30, 60, 90)]
        brier = {each.method: each.brier for each in contest.scores if each.horizon_days == 90}
        assert brier[BOOSTED] < brier[HAZARDS] / 2
        assert brier["stage-weighted pipeline"] > brier[BOOSTED]

    def test_a_removed_deal_was_not_won(self, paired):
        """Those that the source no longer has are not among the deals of today."""
        day = np.where(paired.ids == "D0900", paired.created + 5, np.iinfo(np.int32).max)
        removed = replace(paired, removed=day.astype(np.int32)).known_on(AS_OF)
        assert len(removed) == len(paired) - 1
        assert hold(removed).days == 9

    @pytest.mark.parametrize(
        ("deals", "terms", "days"),
        [
            pytest.param(build_deals(count=20), TERMS, 0, id="no day with enough behind it"),
            pytest.param(build_deals(count=400), DealTerms(10), 9, id="too few days"),
            pytest.param(build_deals(count=400), DealTerms(3, 5_000), 9, id="too few deals"),
        ],
    )
    def test_too_little_to_tell_skill_from_luck_is_refused(self, deals, terms, days):
        found = hold(deals, terms)
        assert (found.outcome, found.days, found.scores) == ("refused", days, ())
        assert "to tell skill from luck. Load older deals, or wait." in str(found.why)

    def test_days_from_which_nothing_is_learned_are_left_out(self):
        rows = [(n, n, True) for n in range(1, 600)] + [(500, None, False)] * 20
        assert hold(deals_of(rows)).days == 0

    def test_where_nothing_was_ever_won_nothing_is_missed(self, paired):
        found = hold(replace(paired, won=np.zeros(len(paired), dtype=np.bool_)))
        assert (found.outcome, found.gain) == ("not heard", None)
        assert "missed nothing" in str(found.why)
        assert {(each.won_bias, each.wmape) for each in found.scores} == {(None, None)}

    def test_where_chance_decides_it_is_not_heard(self):
        found = hold(build_deals(fit=0.5))
        assert found.outcome == "not heard"
        assert found.gain_low < 0

    @pytest.mark.parametrize(
        ("gain", "low", "log_loss", "wmape", "why"),
        [
            pytest.param(-0.01, -0.1, 0.4, 0.2, "less well", id="worse"),
            pytest.param(0.01, 0.005, 0.4, 0.2, "not by the 2 %", id="hardly better"),
            pytest.param(0.05, -0.01, 0.4, 0.2, "chance may be why", id="better by luck"),
            pytest.param(0.05, 0.01, 0.6, 0.2, "too sure", id="sure where it is wrong"),
            pytest.param(0.05, 0.01, 0.4, 0.4, "brought by more", id="off on the whole's value"),
            pytest.param(0.05, 0.01, 0.5, 0.3, None, id="better, and no worse in anything"),
            pytest.param(0.05, 0.01, 0.5, None, None, id="better, of deals without amounts"),
        ],
    )
    def test_what_speaks_against_it_is_said(self, gain, low, log_loss, wmape, why):
        scores = [
            DealScore(HAZARDS, 30, 0.2, 0.5, 0.0, 0.3),
            DealScore(BOOSTED, 30, 0.1, log_loss, 0.0, wmape),
        ]
        found = deal_contest.find_objection(gain, low, scores, TERMS)
        assert (found is None) if why is None else (why in str(found))


class TestTogether:
    def test_who_agrees_changes_nothing(self):
        own = np.array([[[0.2, 0.1, 0.1], [0.1, 0.1, 0.0]]])
        assert joined_chances.weigh(own, own) == pytest.approx(np.ones((1, 4)))

    def test_the_mean_of_log_odds_is_taken(self):
        own = np.array([[[0.5, 0, 0], [0, 0, 0]]])
        said = np.array([[[0.8, 0, 0], [0, 0, 0]]])
        (factor,) = joined_chances.weigh(own, said)
        assert 0.5 * factor[0] == pytest.approx(2 / 3)  # odds of 1 and 4 meet at 2
        assert 0.5 * factor[-1] == pytest.approx(1 / 3)

    def test_where_each_holds_impossible_what_the_other_is_sure_of_the_hazards_stay(self):
        own = np.array([[[1.0, 0, 0], [0, 0, 0]]])
        said = np.array([[[0, 0, 0], [1.0, 0, 0]]])
        assert joined_chances.weigh(own, said).tolist() == [[1, 1, 1, 1]]

    def test_days_before_a_period_are_not_counted(self):
        ahead = joined_chances.part(Ahead(np.array([-1] * 40 + [0] * 60), 1))
        assert ahead.windows == 4
        assert set(ahead.window_of_day[:40].tolist()) == {-1}
        assert ahead.window_of_day[[40, 60, 90, 99]].tolist() == [1, 2, 3, 3]


@pytest.fixture(scope="module")
def heard(paired):
    return run(paired)


class TestForecast:
    def test_one_that_is_heard_changes_the_forecast_and_its_test(self, paired, heard):
        plain = run(paired, write_rules(challenger__deals="no"))
        assert (plain.contest, heard.contest.outcome) == (None, "heard")
        assert heard.cells != plain.cells
        assert heard.backtest != plain.backtest

    def test_parts_still_add_up_to_the_cent(self, heard):
        for month in PERIOD.months:
            mine = [each for each in heard.cells if each.month == month.start]
            revenue = [each for each in mine if each.measure == "won_revenue"]
            by_region = [each.mean for each in revenue if [n for n, _ in each.by] == ["region"]]
            (whole,) = [each.mean for each in revenue if not each.by]
            assert sum(by_region) == whole

    def test_one_that_is_not_heard_changes_not_one_figure(self):
        deals = build_deals(fit=0.5)
        plain = run(deals, write_rules(challenger__deals="no"))
        tried = run(deals)
        assert tried.contest.outcome == "not heard"
        assert as_bytes(tried) == as_bytes(plain)

    def test_the_chances_of_single_deals_follow(self, paired):
        plain = chances.find_chances(paired, PERIOD, write_rules(challenger__deals="no"))
        heard = chances.find_chances(paired, PERIOD, RULES)
        assert (plain.is_challenged, heard.is_challenged) == (False, True)
        assert heard.as_kept == pytest.approx(plain.as_kept)
        fits = paired.dimensions["region"].codes == paired.dimensions["source"].codes
        fits = fits[paired.is_open]
        assert heard.whole[fits].mean() > plain.whole[fits].mean() + 0.1
        assert heard.whole[~fits].mean() < plain.whole[~fits].mean() - 0.1

    @pytest.mark.parametrize(
        ("key", "value", "advice"),
        [
            pytest.param("challenger__deals", "perhaps", "Write yes or no", id="neither"),
            pytest.param("challenger__least_days", "1", "Write 2 or more", id="one day"),
            pytest.param("challenger__least_deals", "0", "Write 2 or more", id="no deals"),
        ],
    )
    def test_terms_that_nothing_can_be_tried_on_are_refused(self, key, value, advice):
        with pytest.raises(InvalidRule, match=advice):
            challenging.read_deal_terms(write_rules(**{key: value}), AS_OF)
