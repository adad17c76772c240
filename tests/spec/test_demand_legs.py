"""The two legs of the forecast and what they are made of, in numbers a reader can check by hand."""

from datetime import date

import numpy as np
import pytest

from counterpoise.domain.demand import (
    calendar,
    creation,
    exposure,
    hazards,
    pipeline,
    segments,
    series,
    stages,
    values,
)
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, ChangeLog, Deals, Dimension, day_number

AS_OF = date(2026, 6, 30)
TODAY = day_number(AS_OF)
LATER = date(1970, 1, 2)
DEFAULTS = load_defaults()
SETTINGS = read_settings(DEFAULTS, AS_OF)


def deals_of(
    rows, *, dimensions=None, stages_of=(), stage_labels=("Open", "Offer"), amounts=(), **logs
):
    """rows: (created, closed or None, won), in days before AS_OF; 0 is AS_OF itself. logs: dues and
    touches."""
    created = np.array([TODAY - row[0] for row in rows], dtype=np.int32)
    closed = [STILL_OPEN if row[1] is None else TODAY - row[1] for row in rows]
    return Deals(
        as_of=AS_OF,
        currency="EUR",
        ids=np.array([f"D{number}" for number in range(len(rows))], dtype=object),
        created=created,
        closed=np.array(closed, dtype=np.int32),
        won=np.array([row[2] for row in rows], dtype=np.bool_),
        amounts=log_of(amounts),
        stages=log_of(stages_of),
        stage_labels=stage_labels,
        dimensions={name: dimension_of(labels) for name, labels in (dimensions or {}).items()},
        **{name: log_of(changes) for name, changes in logs.items()},
    )


def log_of(changes):
    """changes: (deal, days before AS_OF, value)."""
    ordered = sorted(changes, key=lambda change: -change[1])
    deal, ago, value = zip(*ordered, strict=True) if ordered else ((), (), ())
    return ChangeLog(
        np.array(deal, dtype=np.int32),
        np.array([TODAY - days for days in ago], dtype=np.int32),
        np.array(value, dtype=np.float64),
    )


def dimension_of(labels):
    names = tuple(dict.fromkeys(label for label in labels if label))
    codes = [names.index(label) if label else -1 for label in labels]
    return Dimension(names, np.array(codes, dtype=np.int32))


def calendar_of(days_before, days_after=0):
    return calendar.build_calendar(TODAY - days_before, TODAY + days_after)


def weigh(deals, value, stage, rulebook):
    return stages.weigh_pipeline(deals, np.array(value), np.array(stage), rulebook)


def with_rule(key, value, subject=""):
    return Rulebook((*DEFAULTS.rules, Rule(key, subject, value, "", LATER, "test")))


class TestExposure:
    def test_a_deal_is_at_risk_every_day_it_is_open_its_closing_day_included(self):
        seen = exposure.observe(deals_of([(3, 1, True), (2, None, False)]), 730)
        assert seen.first_day == TODAY - 3
        assert seen.at_risk[:, :4].tolist() == [
            [1, 0, 0, 0],
            [1, 1, 0, 0],
            [0, 1, 1, 0],
            [0, 0, 1, 0],
        ]
        assert np.argwhere(seen.won).tolist() == [[2, 2]]
        assert seen.lost.sum() == 0

    def test_ages_above_the_limit_are_counted_in_the_last_bin(self):
        seen = exposure.observe(deals_of([(50, None, False)]), 10)
        assert seen.at_risk[-1].tolist() == [0] * 10 + [1]

    def test_a_deal_closed_before_it_was_created_is_never_at_risk(self):
        seen = exposure.observe(deals_of([(2, 9, True), (5, None, False)]), 730)
        assert seen.won.sum() == 0
        assert seen.at_risk.sum() == 6

    def test_what_is_older_than_three_years_is_forgotten(self):
        seen = exposure.observe(deals_of([(2_000, 1_990, True), (2_000, None, False)]), 730)
        assert len(seen.at_risk) == exposure.HISTORY_DAYS
        assert seen.won.sum() == 0


class TestHazards:
    def fit(self, deals):
        return hazards.fit_hazards(exposure.observe(deals, 730), calendar_of(800), SETTINGS)

    def test_half_won_on_their_second_day_gives_a_rate_of_half_at_that_age(self):
        rows = [(day, day - 1, True) for day in range(1, 301)]
        rows += [(day, None, False) for day in range(1, 301)]
        found = self.fit(deals_of(rows))
        assert found.won.by_age[1] == pytest.approx(0.5, abs=0.03)
        assert found.won.by_age[0] < 0.01
        assert found.lost.by_age.max() == 0

    def test_chances_of_the_days_ahead_add_up_as_competing_risks(self):
        flat = calendar.Factors(tuple(np.ones(each.classes) for each in calendar.EFFECTS))
        ages = np.zeros(31, dtype=np.int64)
        rate = np.full(31, 0.1)
        both = hazards.Hazards(
            hazards.Risk(rate, ages, (flat,)), hazards.Risk(rate / 2, ages, (flat,))
        )
        ahead = hazards.Ahead(np.array([-1, 0, 1]), 2)
        chance = hazards.look_ahead(
            both, calendar_of(-1, 3), ahead, np.array([5, -2, -9]), np.ones((3, 2, 1))
        )
        assert chance[0] == pytest.approx([0.85 * 0.1, 0.85**2 * 0.1])
        assert chance[1] == pytest.approx([0.1, 0.85 * 0.1])
        assert chance[2].tolist() == [0, 0]

    def test_no_days_chance_to_close_goes_beyond_certainty(self):
        flat = calendar.Factors(tuple(np.ones(each.classes) for each in calendar.EFFECTS))
        ages = np.zeros(2, dtype=np.int64)
        high = hazards.Risk(np.full(2, 0.9), ages, (flat,))
        chance = hazards.look_ahead(
            hazards.Hazards(high, high),
            calendar_of(-1, 1),
            hazards.Ahead(np.array([0]), 1),
            np.array([1]),
            np.ones((1, 2, 1)),
        )
        assert chance[0, 0] == pytest.approx(hazards.MOST_CERTAIN / 2)

    def test_a_small_segment_leans_on_the_whole(self):
        events = np.array([True, True, False, False])
        expected = np.array([0.5, 0.5, 0.5, 0.5])
        codes = np.array([0, 0, 1, 1])
        factor = hazards.fit_segments(events, expected, codes, 2.0, 3)
        assert factor == pytest.approx([4 / 3, 2 / 3, 1])
        assert hazards.fit_segments(events, expected * 0, codes, 2.0, 2) == pytest.approx([2, 1])


class TestCalendar:
    @pytest.mark.parametrize(
        ("day", "classes"),
        [
            pytest.param(date(2026, 1, 1), [0, 3, 12, 0, 0], id="a quarter's first day"),
            pytest.param(date(2026, 3, 31), [2, 1, 0, 2 * 0, 2], id="a quarter's last day"),
            pytest.param(date(2026, 3, 1), [2, 6, 4, 1, 2], id="in Ramadan 1447"),
            pytest.param(date(2026, 3, 20), [2, 4, 1, 2, 2], id="Eid al-Fitr"),
            pytest.param(date(2026, 5, 27), [1, 2, 4, 2, 4], id="Eid al-Adha"),
            pytest.param(date(2090, 1, 2), [0, 0, 12, 0, 0], id="beyond the published calendar"),
        ],
    )
    def test_every_day_has_a_class_of_each_effect(self, day, classes):
        number = day_number(day)
        assert calendar.build_calendar(number, number).classes[:, 0].tolist() == classes

    def test_an_effect_seen_once_is_believed_by_half(self):
        days = calendar.build_calendar(day_number(date(2026, 1, 1)), day_number(date(2026, 3, 31)))
        counted = np.where(days.classes[0] == 2, 4_000.0, 1_000.0)
        factors = calendar.fit_factors(counted, np.full(90, 1_000.0), days, 1.0).by_effect
        assert factors[0][2] == pytest.approx(4 ** (31 / 61), rel=0.001)
        assert factors[0][0] == pytest.approx(1.0, rel=0.001)
        assert factors[4].tolist() == [1] * 12, "a season needs two years"

    def test_a_season_is_learned_from_two_years(self):
        days = calendar.build_calendar(day_number(date(2024, 1, 1)), day_number(date(2026, 1, 1)))
        december = days.classes[4] == 11
        counted = np.where(december, 2_000.0, 1_000.0)
        factors = calendar.fit_factors(counted, np.full(len(counted), 1_000.0), days, 1.0)
        assert factors.of(days)[december].mean() > 1.4 * factors.of(days)[~december].mean()


class TestCreation:
    def test_the_rate_is_that_of_the_recent_window_and_its_mix(self):
        rows = [(day, None, False) for day in range(364) for _ in range(2 if day < 91 else 1)]
        names = ["new" if row[0] < 91 else "old" for row in rows]
        deals = deals_of(rows, dimensions={"product": names})
        known = segments.split(deals)
        made = creation.fit_creation(deals, known, TODAY - 363, calendar_of(364, 91), SETTINGS)
        assert made.ahead(calendar_of(-1, 91)).mean() == pytest.approx(2.0, rel=0.15)
        assert made.share.sum() == pytest.approx(1.0)
        assert dict(zip([name for _, name in known.names], made.share, strict=True))["new"] > 0.9
        assert made.dispersion == pytest.approx(1.0)

    def test_deals_that_come_in_bunches_are_seen_to(self):
        rows = [(day, None, False) for day in range(0, 182, 14) for _ in range(20)]
        deals = deals_of(rows)
        made = creation.fit_creation(
            deals, segments.split(deals), TODAY - 181, calendar_of(182), SETTINGS
        )
        assert made.dispersion > 5

    def test_nothing_created_lately_means_nothing_to_come(self):
        deals = deals_of([(400, None, False)] * 5)
        made = creation.fit_creation(
            deals, segments.split(deals), TODAY - 400, calendar_of(400), SETTINGS
        )
        assert made.a_day == 0
        assert made.dispersion == 1


class TestValues:
    def test_a_segments_mean_leans_on_the_whole(self):
        rows = [(9, 0, True)] * 20
        deals = deals_of(
            rows,
            dimensions={"product": ["big"] * 10 + ["small"] * 10},
            amounts=[(n, 0, 1_000.0 if n < 10 else 100.0) for n in range(20)],
        )
        found = values.fit_values(deals, deals.amount, segments.split(deals), SETTINGS)
        by_product = (10 * 1_000 + 5 * 550) / 15
        assert found.mean[0] == pytest.approx((10 * 1_000 + 5 * by_product) / 15)
        assert found.kept.tolist() == [1.0, 1.0, 1.0], "nothing was asked before"

    @pytest.mark.parametrize(
        ("quick", "slow", "as_share"),
        [
            pytest.param(100.0, 300.0, (0.5, 1.5), id="large deals take longer"),
            pytest.param(200.0, 200.0, (1.0, 1.0), id="no difference"),
        ],
    )
    def test_a_deal_won_sooner_brings_what_such_deals_brought(self, quick, slow, as_share):
        rows = [(80, 70, True)] * 40 + [(80, 10, True)] * 40
        amounts = [(n, 80, quick if n < 40 else slow) for n in range(80)]
        deals = deals_of(rows, amounts=amounts)
        found = values.fit_values(deals, deals.amount, segments.split(deals), SETTINGS).by_age
        assert (found[5], found[70]) == pytest.approx(as_share, rel=0.15)
        assert found.min() == pytest.approx(as_share[0], rel=0.15)

    def test_what_chance_may_have_done_is_not_believed(self):
        """Amounts that vary as they like, whatever the age."""
        dice = np.random.default_rng(4)
        rows = [(80, int(day), True) for day in dice.integers(1, 79, 400)]
        amounts = [(n, 80, float(each)) for n, each in enumerate(dice.lognormal(5, 1, 400))]
        deals = deals_of(rows, amounts=amounts)
        found = values.fit_values(deals, deals.amount, segments.split(deals), SETTINGS).by_age
        assert found == pytest.approx(np.ones(len(found)), abs=0.1)

    def test_of_fewer_than_two_deals_for_each_band_age_tells_nothing(self):
        rows = [(80, 10 * each, True) for each in range(1, 8)] * 2
        deals = deals_of(rows, amounts=[(n, 80, 100.0 + n) for n in range(14)])
        found = values.fit_values(deals, deals.amount, segments.split(deals), SETTINGS)
        assert set(found.by_age.tolist()) == {1.0}

    @pytest.mark.parametrize(
        ("amount", "believed"),
        [
            pytest.param(2_999.0, 2_999.0, id="three times the largest ever won is believed"),
            pytest.param(3_001.0, np.nan, id="more is a slip"),
            pytest.param(-5.0, np.nan, id="nobody pays less than nothing"),
            pytest.param(0.0, 0.0, id="nothing is an amount"),
        ],
    )
    def test_an_open_deals_amount_is_believed_within_reason(self, amount, believed):
        deals = deals_of(
            [(9, 0, True)] * 2 + [(3, None, False)],
            amounts=[(0, 0, 1_000.0), (1, 0, 40.0), (2, 3, amount)],
        )
        found = values.believe_amounts(deals, segments.split(deals), SETTINGS)
        np.testing.assert_array_equal(found, [1_000.0, 40.0, believed])

    def test_a_product_that_won_enough_is_its_own_measure(self):
        deals = deals_of(
            [(9, 0, True)] * 21 + [(3, None, False)] * 2,
            dimensions={"product": ["small"] * 20 + ["big"] + ["small", "big"]},
            amounts=[*((n, 0, 100.0) for n in range(20)), (20, 0, 1_000.0), (21, 3, 400.0),
                     (22, 3, 400.0)],
        )  # fmt: skip
        found = values.believe_amounts(deals, segments.split(deals), SETTINGS)
        np.testing.assert_array_equal(found[21:], [np.nan, 400.0])

    def test_without_any_known_amount_a_deal_is_worth_nothing(self):
        deals = deals_of([(9, 0, True)])
        assert values.fit_values(
            deals, deals.amount, segments.split(deals), SETTINGS
        ).mean.tolist() == [0]


class TestSegments:
    def test_only_combinations_that_occur_and_a_name_for_none(self):
        deals = deals_of(
            [(9, None, False)] * 3,
            dimensions={"region": ["North", "", "North"], "product": ["A", "B", "A"]},
        )
        found = segments.split(deals)
        assert found.names == (("North", "A"), (segments.NONE, "B"))
        assert found.of_deal.tolist() == [0, 1, 0]


class TestStages:
    ROWS = [(90, 60, True)] * 30 + [(90, 60, False)] * 10 + [(30, None, False)] * 2
    CHANGES = (
        [(n, 90, 0.0) for n in range(40)] + [(n, 70, 1.0) for n in range(25)] + [(40, 30, 1.0)]
    )

    def test_stage_weighted_pipeline_is_value_times_the_share_won_of_the_stage(self):
        deals = deals_of(self.ROWS, stages_of=self.CHANGES)
        won_of_offer = (25 + 10 * 0.75) / 35
        expected = 1_000 * won_of_offer + 100 * 0.75
        found = weigh(deals, [1_000.0, 100.0], [1, 2], DEFAULTS)
        assert found == pytest.approx(expected)

    def test_the_rulebooks_stage_probability_comes_first(self):
        deals = deals_of(self.ROWS, stages_of=self.CHANGES)
        rulebook = with_rule("stage.probability", "0.9", "Offer")
        found = weigh(deals, [1_000.0, 0.0], [1, 2], rulebook)
        assert found == pytest.approx(900)

    def test_nothing_closed_yet_weighs_nothing(self):
        deals = deals_of([(9, None, False)])
        assert weigh(deals, [50.0], [2], DEFAULTS) == 0


class TestPipeline:
    def test_a_deal_without_known_value_has_the_widest_spread(self):
        one = pipeline.OpenDeals(
            np.array([0]), np.array([0]), np.array([0.0]), np.array([0.0]), np.array([[0.5]])
        )
        none = pipeline.Pipeline(one, np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), 1.0)
        assert none.log_spread(1, 0.0) == pytest.approx(np.sqrt(np.log(2)))

    def test_one_deal_of_even_chances_varies_by_as_much_as_it_is_expected_to_bring(self):
        one = pipeline.OpenDeals(
            np.array([0]), np.array([0]), np.array([80.0]), np.array([0.0]), np.array([[0.5]])
        )
        found = pipeline.Pipeline(one, np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), 1.0)
        assert found.revenue().tolist() == [40]
        assert found.count_only().revenue().tolist() == [0.5]
        assert found.log_spread(1, 0.0) == pytest.approx(np.sqrt(np.log(1 + 0.25 / 0.25)))


class TestSeries:
    def test_a_steady_seller_goes_on(self):
        assert series.carry_forward(np.full(200, 7.0), 60) == pytest.approx(
            np.full(60, 7.0), rel=0.02
        )

    def test_a_yearly_peak_is_expected_again(self):
        months = np.arange(1_461) // series.MONTH % 12
        daily = np.where(months == 11, 300.0, 100.0)
        theta = 2 * series.carry_forward(daily, 365) - np.resize(daily[-91:], 365)
        assert theta[-25:].mean() == pytest.approx(300, rel=0.1)
        assert theta[60:300].mean() == pytest.approx(100, rel=0.1)

    @pytest.mark.parametrize(
        ("daily", "expected"),
        [
            pytest.param(np.full(10, 3.0), 3.0, id="ten days: their mean"),
            pytest.param(np.zeros(300), 0.0, id="never sold: nothing"),
            pytest.param(np.zeros(0), 0.0, id="no history: nothing"),
            pytest.param(
                np.array([5.0] * 5 + [0.0] * 84), 0.14, id="sold in the dropped week only"
            ),
        ],
    )
    def test_too_little_to_learn_from(self, daily, expected):
        assert series.carry_forward(daily, 30).mean() == pytest.approx(expected, rel=0.01)


class TestSettings:
    def test_a_number_no_forecast_can_be_made_with_is_refused(self):
        with pytest.raises(InvalidRule, match=r"demand\.paths is 0 .*Write more"):
            read_settings(with_rule("demand.paths", "0"), AS_OF)

    def test_no_common_shock_is_a_fair_setting(self):
        assert read_settings(with_rule("demand.shock", "0"), AS_OF).shock == 0
