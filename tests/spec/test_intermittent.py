"""Demand that comes seldom: judged so that saying nothing does not win."""

import numpy as np
import pytest

from counterpoise.domain.time_series import intermittent
from counterpoise.domain.time_series.intermittent import (
    METHODS,
    carry_by,
    carry_items,
    judge,
)


@pytest.fixture(scope="module")
def parts():
    """200 parts that sell in one month of four, all of them less and less."""
    dice = np.random.default_rng(3)
    rate = np.linspace(0.5, 0.1, 42)
    return (dice.uniform(size=(200, 42)) < rate) * dice.integers(1, 4, (200, 42)).astype(float)


def test_the_items_are_scaled_to_their_total_which_shrinks(parts):
    known, came = parts[:, :-6], parts[:, -6:]
    ours = judge(carry_items(known, 6, 12), came)
    assert abs(ours.bias) < 0.3
    assert all(
        judge(carry_by(name, known, 6), came).bias > 1.2 * abs(ours.bias)
        for name in ("imapa", "adida", "smoothed", "tsb")
    )


def test_saying_nothing_is_cheap_in_absolute_error_and_dear_in_stock(parts):
    known, came = parts[:, :-6], parts[:, -6:]
    nothing, ours = carry_by("nothing", known, 6), carry_items(known, 6, 12)
    assert np.abs(came - nothing).mean() < np.abs(came - ours).mean()
    assert judge(nothing, came).bias == -1
    assert judge(nothing, came).stock_cost > judge(ours, came).stock_cost


@pytest.mark.parametrize("name", METHODS)
def test_what_never_sold_is_forecast_to_sell_nothing(name):
    assert (carry_by(name, np.zeros((2, 12)), 3) == 0).all()


def test_items_of_which_none_sold():
    assert (carry_items(np.zeros((2, 12)), 3, 12) == 0).all()


def test_where_nothing_came_there_is_no_share_of_it():
    found = judge(np.ones((2, 2)), np.zeros((2, 2)), critical=0.75)
    assert (found.bias, found.rmse, found.stock_cost) == (0.0, 1.0, 1.0)


def test_what_is_used_is_one_of_the_methods():
    assert set(intermittent.USED) <= set(METHODS)
