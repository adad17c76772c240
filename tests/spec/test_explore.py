"""Any measure carried forward: parts that add up, rates by themselves, and what is refused."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand.explore import MOST_PARTS, Wish, carry
from counterpoise.domain.tables.carried import LEVELS
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.text import text

JANUARY = date(2024, 1, 1)
LAST_DAY = date(2026, 12, 31)
REGIONS, PRODUCTS = ("Gulf", "Levant"), ("Atlas", "Beacon", "Compass")


def measure(value, month, name="won_revenue", unit="AED", **by):
    where = (("month", str(Period.of_months(month, 1))), *by.items())
    return Measured(name, None if value is None else Decimal(value), unit, where, 1, text("test"))


def make_months(seed=1, count=36, parts=(REGIONS, PRODUCTS), **other):
    dice = np.random.default_rng(seed)
    return [
        measure(
            str(round(float(dice.gamma(9, 1_000)), 2)),
            add_months(JANUARY, number),
            region=region,
            product=product,
            **other,
        )
        for number in range(count)
        for region in parts[0]
        for product in parts[1]
    ]


def want(*by, measure="won_revenue", every="month", steps=3, adds_up=True):
    return Wish(measure, by, every, steps, adds_up)


SPLIT = want("region", "product")
ONE = (("Gulf",), ("Atlas",))


class TestSums:
    def test_parts_add_up_to_wholes_to_the_cent(self):
        found = carry(make_months(), SPLIT, LAST_DAY)
        expected = {each.by: [step.expected for step in each.ahead] for each in found.parts}
        assert len(expected) == 1 + 2 + 3 + 6
        for step in range(3):
            lowest = {by: each[step] for by, each in expected.items() if len(by) == 2}
            assert sum(lowest.values()) == expected[()][step]
            for region in REGIONS:
                mine = sum(each for by, each in lowest.items() if ("region", region) in by)
                assert mine == expected[("region", region),][step]

    def test_what_came_adds_up_too(self):
        found = carry(make_months(), SPLIT, LAST_DAY)
        came = {each.by: [point.value for point in each.history] for each in found.parts}
        by_product = [came[("product", product),] for product in PRODUCTS]
        assert [sum(each) for each in zip(*by_product, strict=True)] == came[()]

    def test_ahead_follows_the_last_period_that_is_over(self):
        (whole,) = carry(make_months(parts=ONE), want(), LAST_DAY).parts
        assert whole.history[-1].start == date(2026, 12, 1)
        assert [step.start for step in whole.ahead] == [
            date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1),
        ]  # fmt: skip
        for step in whole.ahead:
            assert list(step.quantiles) == sorted(step.quantiles)
            assert len(step.quantiles) == len(LEVELS)

    def test_a_period_that_is_not_over_changes_nothing(self):
        before = carry(make_months(), SPLIT, LAST_DAY)
        begun = [measure("999999999", date(2027, 1, 1), region="Gulf", product="Atlas")]
        assert carry([*make_months(), *begun], SPLIT, date(2027, 1, 30)).parts == before.parts

    def test_a_month_without_a_sale_is_nothing_sold(self):
        known = [each for each in make_months() if dict(each.by)["product"] != "Atlas"]
        rare = measure("500", date(2025, 5, 1), region="Gulf", product="Atlas")
        found = carry([*known, rare], SPLIT, LAST_DAY)
        atlas = next(each for each in found.parts if each.by == (("product", "Atlas"),))
        assert sum(point.value for point in atlas.history) == 500
        assert len(atlas.history) == 36
        assert 0 < atlas.ahead[0].expected < 100, "it sells seldom, and so it is forecast"

    def test_its_past_is_told_beside_repeating_the_season(self):
        (whole,) = carry(make_months(parts=ONE), want(), LAST_DAY).parts
        assert whole.looks == 6
        assert 0 < whole.missed < whole.usual

    def test_a_short_history_has_no_past_to_tell_and_wide_ranges(self):
        (short,) = carry(make_months(count=5, parts=ONE), want(), date(2024, 5, 31)).parts
        assert (short.looks, short.missed, short.usual) == (0, None, None)
        assert short.ahead[-1].quantiles[0] < short.ahead[-1].expected


class TestRates:
    def rates(self, *by, count=30, **parts):
        return [
            measure(
                str(0.3 + 0.01 * (number % 3)),
                add_months(JANUARY, number),
                name="win_rate",
                unit="share",
                **parts,
            )
            for number in range(count)
        ]

    WISH = want("region", measure="win_rate", adds_up=False)

    def test_each_part_is_carried_by_itself(self):
        measured = [*self.rates(), *self.rates(region="Gulf")]
        found = carry(measured, self.WISH, date(2026, 6, 30))
        assert [each.by for each in found.parts] == [(), (("region", "Gulf"),)]
        assert all(0.29 < step.expected < 0.33 for each in found.parts for step in each.ahead)

    def test_a_part_of_which_nothing_can_be_said_is_named_with_the_reason(self):
        measured = [*self.rates(), *self.rates(count=3, region="Levant")]
        found = carry(measured, self.WISH, date(2026, 6, 30))
        assert [each.by for each in found.parts] == [()]
        assert [str(each).partition(":")[0] for each in found.left_out] == ["Levant"]

    def test_a_period_without_a_rate_is_a_hole(self):
        measured = [each for each in self.rates() if "2025-03" not in dict(each.by).values()]
        with pytest.raises(BrokenSeries, match="A rate of nothing is not zero"):
            carry(measured, want(measure="win_rate", adds_up=False), date(2026, 6, 30))

    def test_what_nobody_measured_is_refused(self):
        none = [measure(None, JANUARY, name="win_rate", unit="share")]
        with pytest.raises(BrokenSeries, match="no value in any period"):
            carry(none, want(measure="win_rate", adds_up=False), LAST_DAY)


class TestRefusals:
    @pytest.mark.parametrize(
        ("measured", "wish", "said"),
        [
            pytest.param([], want(), "0 are over", id="nothing at all"),
            pytest.param(
                make_months(count=3, parts=ONE), want(), "3 are over", id="too few periods"
            ),
            pytest.param(
                make_months(
                    parts=(REGIONS, [f"P{n}" for n in range(MOST_PARTS["month"])]), count=4
                ),
                SPLIT,
                "Split it by fewer dimensions",
                id="too many parts",
            ),
            pytest.param(
                [*make_months(), measure("1e30", date(2026, 5, 1), region="Gulf", product="X")],
                SPLIT,
                "no number that can be carried",
                id="a value that is no value",
            ),
        ],
    )
    def test_what_cannot_be_carried_says_what_is_needed(self, measured, wish, said):
        with pytest.raises(BrokenSeries, match=said):
            carry(measured, wish, LAST_DAY)

    @pytest.mark.parametrize("steps", [0, -1, 25])
    def test_one_to_twenty_four_periods_can_be_asked_for(self, steps):
        with pytest.raises(BrokenSeries, match="Ask for 1 to 24"):
            want(steps=steps)

    def test_what_always_was_goes_on(self):
        constant = [measure("250.00", add_months(JANUARY, number)) for number in range(30)]
        (whole,) = carry(constant, want(), date(2026, 6, 30)).parts
        assert {step.expected for step in whole.ahead} == {Decimal("250.00")}
