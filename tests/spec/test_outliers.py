"""Values that do not belong: which are found, what is put for them, and what is left alone."""

import numpy as np
import pytest

from counterpoise.domain.time_series.outliers import find_outliers, replace

SEASON = 1 + 0.3 * np.sin(np.arange(48) * 2 * np.pi / 12)


def make_values(seed=1, count=48):
    dice = np.random.default_rng(seed)
    return (200 + 2 * np.arange(count)) * SEASON[:count] * dice.lognormal(0, 0.03, count)


@pytest.mark.parametrize("place", [0, 1, 20, 45, 46])
@pytest.mark.parametrize("factor", [3.0, 0.2])
def test_a_value_far_off_is_found_wherever_it_stands(place, factor):
    values = make_values()
    usual = values[place]
    values[place] *= factor
    (found,) = find_outliers(values, 12, 5.0)
    assert (found.number, found.was) == (place, values[place])
    assert found.put == pytest.approx(usual, rel=0.25), "what season and level let expect"


def test_all_others_stay_as_they_are():
    values = make_values()
    values[20] *= 4
    clean = replace(values, find_outliers(values, 12, 5.0))
    assert np.flatnonzero(clean != values).tolist() == [20]


@pytest.mark.parametrize(
    ("values", "spread"),
    [
        pytest.param(make_values(), 5.0, id="nothing is far off"),
        pytest.param(np.array([1.0, 1, 1, 99]), 5.0, id="too few to tell"),
        pytest.param(np.where(np.arange(48) == 9, 9e9, make_values()), 0.0, id="none is wanted"),
        pytest.param(np.where(np.arange(48) == 9, 50.0, 7.0), 5.0, id="most never moved"),
        pytest.param(np.where(np.arange(48) >= 24, 9, 1) * make_values(), 5.0, id="a new level"),
        pytest.param(np.arange(1.0, 49.0), 5.0, id="a straight line"),
    ],
)
def test_what_belongs_is_left_alone(values, spread):
    assert find_outliers(values, 12, spread) == ()


def test_of_the_newest_value_nobody_knows_yet_whether_it_goes_on():
    values = make_values()
    values[46:] *= 4
    assert find_outliers(values, 12, 5.0) == find_outliers(values[:-1], 12, 5.0) == ()


def test_three_in_a_row_are_no_outliers():
    values = make_values()
    values[20:23] *= 4
    assert find_outliers(values, 12, 5.0) == ()


def test_so_many_of_them_are_how_the_series_is():
    values = make_values()
    values[3::7] *= 6
    assert find_outliers(values, 12, 5.0) == ()


def test_nothing_below_zero_is_put_where_nothing_ever_was():
    dice = np.random.default_rng(3)
    values = np.maximum(np.linspace(50, 0, 40) + dice.normal(0, 0.5, 40), 0.0)
    values[38] = 60.0
    (found,) = [each for each in find_outliers(values, 1, 5.0) if each.number == 38]
    assert 0 <= found.put < 10
