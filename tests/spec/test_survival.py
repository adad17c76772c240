"""How long stays last where some go on: checked against a published example and by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.measure.survival import Curve, estimate

HALF, UPPER, NINE_TENTHS = Decimal("0.5"), Decimal("0.75"), Decimal("0.9")

RELAPSED = [(6, 3), (7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1)]
WELL = [(day, 1) for day in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
"""Weeks in remission under 6-MP: Freireich et al. 1963, the example of the textbooks."""


def test_the_textbook_example_has_its_published_curve():
    curve = estimate(RELAPSED, WELL)
    assert curve.days == (6, 7, 10, 13, 16, 22, 23)
    published = (0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448)
    assert tuple(round(share, 3) for share in curve.share) == published
    assert (curve.find_day(HALF), curve.find_day(UPPER)) == (23, None)


@pytest.mark.parametrize(
    ("over", "going_on", "median", "upper"),
    [
        pytest.param([(3, 1), (9, 1)], [], 3, 9, id="all over: half of two is the first"),
        pytest.param([(5, 4)], [], 5, 5, id="all alike"),
        pytest.param([(2, 1)], [(30, 1)], 2, None, id="one long stay goes on"),
        pytest.param([(2, 1)], [(30, 2)], None, None, id="most go on: not reached"),
        pytest.param([(0, 3), (4, 1)], [], 0, 0, id="left on the day they came"),
        pytest.param([], [(7, 5)], None, None, id="none is over"),
        pytest.param([], [], None, None, id="there is none"),
    ],
)
def test_the_days_by_which_a_share_is_over(over, going_on, median, upper):
    curve = estimate(over, going_on)
    assert (curve.find_day(HALF), curve.find_day(UPPER)) == (median, upper)


def test_ones_that_go_on_make_the_median_longer_than_that_of_the_finished():
    finished = [(2, 3), (4, 3)]
    assert estimate(finished, []).find_day(HALF) == 2
    assert estimate(finished, [(3, 6)]).find_day(HALF) == 4


@pytest.mark.parametrize(
    ("over", "going_on", "day"),
    [
        pytest.param([(1, 8), (5, 1), (20, 1)], [(90, 90)], 5, id="of ten that ever end, nine"),
        pytest.param([(1, 10)], [], 1, id="all at once"),
        pytest.param([], [(90, 90)], None, id="none ever ends"),
    ],
)
def test_the_days_that_most_of_those_need_that_ever_end(over, going_on, day):
    assert estimate(over, going_on).find_day_among_ended(NINE_TENTHS) == day


pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=12)


@given(pairs, pairs)
def test_the_curve_is_the_product_of_what_was_left_each_day(over, going_on):
    left, expected = Fraction(1), []
    for day in sorted({day for day, _ in over}):
        ended = sum(n for each, n in over if each == day)
        at_risk = sum(n for each, n in (*over, *going_on) if each >= day)
        left *= 1 - Fraction(ended, at_risk)
        expected.append((day, pytest.approx(float(left))))
    curve = estimate(over, going_on)
    assert list(zip(curve.days, curve.share, strict=True)) == expected


def test_a_curve_of_nothing_has_no_day():
    assert Curve((), ()).find_day(HALF) is None
