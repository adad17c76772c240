"""Whatever came, and whenever it is asked: months, quarters, years, parts and wholes agree."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand.explore import Wish, carry
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.period import add_months, first_of_month
from counterpoise.domain.values.text import text

REGIONS = ("Gulf", "Levant")


@st.composite
def histories(draw):
    """Months of two regions from any month on, growing or shrinking, dense or rare."""
    count, seed = draw(st.integers(24, 60)), draw(st.integers(0, 10_000))
    dice, first = (
        np.random.default_rng(seed),
        add_months(date(2019, 1, 1), draw(st.integers(0, 11))),
    )
    size, share = draw(st.sampled_from([3.0, 1e3, 1e6])), draw(st.sampled_from([0.2, 1.0]))
    measured = [
        Measured(
            "leads",
            Decimal(str(round(float(value), 2))),
            "leads",
            (("month", f"{add_months(first, number):%Y-%m}"), ("region", region)),
            1,
            text("test"),
        )
        for region in REGIONS
        for number, value in enumerate(dice.gamma(4, size, count) * (dice.random(count) < share))
    ]
    after = add_months(first, count)
    return measured, after + timedelta(days=draw(st.integers(-1, 27)))


def ask(history, every, steps):
    measured, as_of = history
    found = carry(measured, Wish("leads", ("region",), every, steps, adds_up=True), as_of)
    return {each.by: each for each in found.parts}


@settings(max_examples=12, deadline=None)
@given(histories(), st.integers(1, 4))
def test_months_quarters_and_years_agree(history, quarters):
    by_quarter, by_year = ask(history, "quarter", quarters), ask(history, "year", 2)
    by_month = ask(history, "month", 24)
    for part, found in by_month.items():
        months = {each.start: each.value for each in found.history}
        months |= {each.start: each.expected for each in found.ahead}
        for size, told in ((3, by_quarter[part]), (12, by_year[part])):
            for period in told.ahead:
                inside = [add_months(period.start, number) for number in range(size)]
                if inside[-1] in months:
                    assert sum(months.get(each, Decimal(0)) for each in inside) == period.expected
                assert list(period.quantiles) == sorted(period.quantiles)
                assert 0 <= period.came <= period.expected


@settings(max_examples=12, deadline=None)
@given(histories(), st.sampled_from(["month", "quarter", "year"]))
def test_parts_add_up_in_every_period(history, every):
    found = ask(history, every, 3)
    whole, *parts = found.values()
    for number, period in enumerate(whole.ahead):
        assert sum(each.ahead[number].expected for each in parts) == period.expected
        assert sum(each.ahead[number].came for each in parts) == period.came


@settings(max_examples=8, deadline=None)
@given(histories())
def test_nothing_after_the_day_counts(history):
    measured, as_of = history
    begun = first_of_month(as_of + timedelta(days=1))
    later = [
        Measured("leads", Decimal(10**6), "leads",
                 (("month", f"{add_months(begun, number):%Y-%m}"), ("region", "Gulf")),
                 1, text("test"))
        for number in range(3)
    ]  # fmt: skip
    before = [each for each in measured if dict(each.by)["month"] < f"{begun:%Y-%m}"]
    assert ask((before, as_of), "quarter", 2) == ask(([*before, *later], as_of), "quarter", 2)
