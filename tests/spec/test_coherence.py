"""Forecasts of parts and wholes that add up, whatever the parts are parts of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.time_series.coherence import (
    FEWEST_ORIGINS,
    reconcile,
    shrink_covariance,
)
from counterpoise.domain.time_series.hierarchy import (
    BrokenHierarchy,
    follow_parents,
    group_by_labels,
)

LABELS = [
    {"product": product, "region": region}
    for product in ("ERP", "CRM")
    for region in ("Gulf", "Levant", "Egypt")
]
LEVELS = ((), ("product",), ("region",))


@pytest.fixture(scope="module")
def hierarchy():
    return group_by_labels(LABELS, LEVELS)


def test_a_node_for_every_combination_of_labels(hierarchy):
    assert hierarchy.nodes[:3] == ((), (("product", "CRM"),), (("product", "ERP"),))
    assert len(hierarchy.nodes) == 1 + 2 + 3 + 6
    assert hierarchy.add_up(np.ones((6, 1)))[:6, 0].tolist() == [6, 3, 3, 2, 2, 2]


@given(st.integers(0, 10_000), st.integers(0, 20))
def test_whatever_was_forecast_adds_up(seed, origins):
    hierarchy, dice = group_by_labels(LABELS, LEVELS), np.random.default_rng(seed)
    forecast = dice.uniform(0, 1e6, (12, 3))
    agreed = reconcile(hierarchy, forecast, dice.normal(0, 100, (12, origins)))
    assert np.abs(hierarchy.add_up(agreed[-6:]) - agreed).max() < 1e-9 * 1e6
    assert agreed.min() >= 0


def test_what_adds_up_already_stays(hierarchy):
    forecast = hierarchy.add_up(np.arange(1.0, 7.0)[:, None] * [1.0, 2.0])
    errors = np.random.default_rng(1).normal(0, 1, (12, 8))
    assert reconcile(hierarchy, forecast, errors) == pytest.approx(forecast)


def test_who_was_seldom_off_is_believed(hierarchy):
    """The whole was foreseen well and the parts badly: the parts follow the whole."""
    forecast = hierarchy.add_up(np.full((6, 1), 10.0))
    forecast[0] = 90.0
    errors = np.random.default_rng(2).normal(0, 10, (12, 40))
    errors[0] *= 0.001
    assert reconcile(hierarchy, forecast, errors)[0, 0] == pytest.approx(90.0, abs=0.5)


def test_without_enough_origins_each_counts_as_its_parts(hierarchy):
    forecast = hierarchy.add_up(np.full((6, 1), 10.0))
    forecast[0] = 70.0
    agreed = reconcile(hierarchy, forecast, np.zeros((12, FEWEST_ORIGINS - 1)))
    assert 60 < agreed[0, 0] < 70
    assert np.ptp(agreed[-6:]) == pytest.approx(0)


def test_below_zero_stays_where_it_was_forecast(hierarchy):
    forecast = hierarchy.add_up(np.full((6, 1), -10.0))
    assert reconcile(hierarchy, forecast, np.zeros((12, 0)))[-1, 0] == pytest.approx(-10)


def test_series_that_were_never_off_are_no_obstacle():
    errors = np.zeros((3, 6))
    assert np.linalg.cond(shrink_covariance(errors)) == pytest.approx(1)
    errors[0] = [1, -1, 1, -1, 1, -1]
    assert np.isfinite(np.linalg.inv(shrink_covariance(errors))).all()


def test_a_tree_of_teams_adds_up():
    teams = follow_parents(
        [("Gulf", "East"), ("Levant", "East"), ("East", "Company"), ("West", "Company")]
    )
    assert [label for ((_, label),) in teams.nodes] == [
        *("Company", "East"),
        *("Gulf", "Levant", "West"),
    ]
    assert teams.add_up(np.array([[1.0], [2.0], [4.0]]))[:, 0].tolist() == [7, 3, 1, 2, 4]


@pytest.mark.parametrize(
    ("links", "said"),
    [
        pytest.param([("a", "b"), ("a", "c")], "a is under b and under c", id="two parents"),
        pytest.param(
            [("x", "a"), ("a", "b"), ("b", "a")], "in a circle", id="parents of each other"
        ),
    ],
)
def test_what_makes_no_tree_is_refused(links, said):
    with pytest.raises(BrokenHierarchy, match=said):
        follow_parents(links)
