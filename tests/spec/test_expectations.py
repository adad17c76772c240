"""What the forecast expects of each rep's own deals, as a leader would check it by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand.cells import Outcome
from counterpoise.domain.demand.expectations import expect, follow
from counterpoise.domain.demand.segments import NONE, Segments
from counterpoise.domain.tables.forecast import Expectation, Staff
from overriding import NOVEMBER, OCTOBER, cell

D = Decimal
PAIRS = (("East", "Huda"), ("East", "Omar"), ("West", "Adam"), ("West", "Huda"), ("West", NONE))
STAFF = Staff(
    {"Huda": ("East", "Gulf"), "Omar": ("East", "Gulf"), "Adam": ("West", "Gulf")},
    gone=frozenset({"Omar"}),
)
CLOSED = {("East", "Huda"): 30, ("East", "Omar"): 25, ("West", "Adam"): 5, ("West", NONE): 1}


def outcome_of(known=0.0, from_open=10.0, from_new=5.0, paths=None):
    """Each pair alike, in two months, unless it is said otherwise."""
    shape = (len(PAIRS), 2)
    paths = np.ones((4, *shape)) if paths is None else np.asarray(paths, dtype=float)
    return Outcome(
        "won_revenue",
        np.full(shape, known),
        np.full(shape, from_open),
        np.full(shape, from_new),
        paths,
        open_leg=np.full(shape, from_open),
        new_leg=np.full(shape, from_new),
        series_leg=np.full(shape[1:], from_open + from_new),
    )


def pairs_of():
    """Deals so that each pair has closed what CLOSED says."""
    of_deal = [n for n, pair in enumerate(PAIRS) for _ in range(CLOSED.get(pair, 0))]
    return Segments(PAIRS, np.array([]), np.array([]), np.array(of_deal, dtype=np.int64))


def team_cells(team, mean, won=0, from_open=0):
    return [
        replace(cell("won_revenue", month, (("team", team),), mean), won=D(won),
                from_open=D(from_open))
        for month in (OCTOBER, NOVEMBER)
    ]  # fmt: skip


def look(outcome, whole, least=20, staff=STAFF):
    pairs = pairs_of()
    closed = np.ones(len(pairs.of_deal), dtype=np.bool_)
    return {
        (each.scope, each.name): each
        for each in expect(outcome, pairs, closed, whole, staff, least)
    }


WHOLE = {"East": team_cells("East", "100.01"), "West": team_cells("West", "90")}


def test_reps_add_up_to_their_teams_and_these_to_all_to_the_cent():
    found = look(outcome_of(), WHOLE)
    means = {name: each.mean for (scope, name), each in found.items() if scope == "rep"}
    assert sum(means.values()) == found["", ""].mean == D("380.02")
    assert found["team", "East"].mean == means["Huda"] + means["Omar"]
    assert found["team", "Gulf"].mean == sum(means.values()) - means[""]


def test_whoever_has_left_opens_no_new_deals():
    found = look(outcome_of(), {"East": team_cells("East", 100, from_open=40)})
    assert (found["rep", "Omar"].mean, found["rep", "Huda"].mean) == (D(40), D(160))


def test_what_is_won_is_shared_out_first_and_is_sure():
    outcome = outcome_of(paths=np.linspace(0, 2, 4)[:, None, None] * np.ones((4, 5, 2)))
    found = look(outcome, {"East": team_cells("East", 100, won=60, from_open=80)})
    huda = found["rep", "Huda"]
    assert (huda.won, huda.mean) == (D(60), D(120))
    assert huda.low >= huda.won


def test_one_who_sells_in_two_teams_is_the_sum_of_both():
    found = look(outcome_of(), WHOLE)
    assert found["rep", "Huda"].closed == 30
    assert found["rep", "Huda"].teams == ("East", "Gulf")
    assert found["rep", "Huda"].mean > D("160.02")


def test_the_range_is_that_of_the_paths_moved_to_the_mean():
    paths = np.zeros((101, 5, 2))
    paths[:, 0, 0] = np.arange(101)
    found = look(outcome_of(paths=paths), {"East": team_cells("East", 50, from_open=0)})
    huda = found["rep", "Huda"]
    assert (huda.mean, huda.low, huda.high) == (D(100), D(20), D(180))


def test_paths_that_bring_nothing_say_the_mean():
    huda = look(outcome_of(paths=np.zeros((4, 5, 2))), WHOLE)["rep", "Huda"]
    assert huda.low == huda.high == huda.mean


def test_with_too_few_closed_deals_there_is_no_range_but_what_is_expected_adds_up():
    found = look(outcome_of(), WHOLE)
    adam, west = found["rep", "Adam"], found["team", "West"]
    assert (adam.closed, adam.low, adam.high) == (5, None, None)
    assert (west.closed, west.low) == (5, None)
    assert found["team", "Gulf"].low is not None
    assert adam.place(D(1)) == "unknown"


@pytest.mark.parametrize(
    ("amount", "place"),
    [
        pytest.param(9, "below", id="less than is likely"),
        pytest.param(10, "within", id="at the lower end"),
        pytest.param(30, "within", id="at the upper end"),
        pytest.param(31, "above", id="more than is likely"),
    ],
)
def test_a_call_lies_in_the_range_or_outside(amount, place):
    expected = Expectation("rep", "Huda", D(0), D(20), D(10), D(30), 40)
    assert expected.place(D(amount)) == place


def test_without_teams_the_whole_is_shared_out_among_all():
    found = look(outcome_of(), {"": team_cells("", 100)}, staff=Staff({}))
    assert found["", ""].mean == D(200)
    assert not [scope for scope, _ in found if scope == "team"]
    assert found["rep", ""].mean == D(40)


def test_launches_move_what_is_ahead_of_everybody_in_proportion():
    before = tuple(look(outcome_of(), WHOLE).values())
    now = {(each.scope, each.name): each for each in follow(before, D("760.04"))}
    for each in before:
        moved = now[each.scope, each.name]
        assert abs(moved.mean - 2 * each.mean) < D("0.05")
        assert (moved.low is None) == (each.low is None)
    assert sum(each.mean for (scope, _), each in now.items() if scope == "rep") == D("760.04")
    assert now["team", "East"].mean == now["rep", "Huda"].mean + now["rep", "Omar"].mean
    assert now["", ""].mean == D("760.04")


def test_where_nothing_moved_nothing_is_another():
    before = tuple(look(outcome_of(), WHOLE).values())
    assert follow(before, D("380.02")) == before
    assert follow((), D(5)) == ()
