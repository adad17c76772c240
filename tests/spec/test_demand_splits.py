"""The whole by team, by segment or by lead source: shared out to the cent, and following it."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand import segments, splits
from counterpoise.domain.demand.cells import Outcome
from counterpoise.domain.demand.overrides import apply_overrides
from overriding import FORECAST, GULF, NOVEMBER, OCTOBER, cell, make_override
from spec.test_demand_legs import deals_of

D = Decimal
WHOLE = cell("won_revenue", OCTOBER, (), 10_000)


@pytest.mark.parametrize(
    ("total", "shares", "found"),
    [
        pytest.param("10", [1, 1], ["5", "5"], id="evenly"),
        pytest.param("0.10", [1, 1, 1], ["0.03", "0.03", "0.04"], id="a cent that is left over"),
        pytest.param("9", [0, 0, 0], ["3", "3", "3"], id="nothing says how"),
        pytest.param("0", [3, 1], ["0", "0"], id="nothing to share"),
        pytest.param("7.77", [0, 2], ["0", "7.77"], id="all to one"),
    ],
)
def test_a_total_is_shared_out_in_whole_cents(total, shares, found):
    given = splits.share_out(D(total), np.array(shares, dtype=float))
    assert sum(given) == D(total)
    assert sorted(given) == sorted(map(D, found))


def split_of(known=(0.0, 0.0), paths=((1.0, 2.0), (3.0, 4.0))):
    outcome = Outcome(
        measure="won_revenue",
        known=np.array(known).reshape(2, 1),
        from_open=np.array([[1.0], [3.0]]),
        from_new=np.array([[1.0], [1.0]]),
        paths=np.array(paths).reshape(2, 2, 1),
        open_leg=np.array([[1.0], [3.0]]),
        new_leg=np.array([[1.0], [1.0]]),
        series_leg=np.array([6.0]),
    )
    deals = deals_of([(9, None, False)] * 2, dimensions={"team": ["Cedar", "Nile"]})
    return outcome, segments.split_by(deals, "team")


def test_open_deals_and_new_ones_are_shared_each_by_itself():
    cedar, nile = splits.split_whole(*split_of(), "team", [WHOLE])
    assert (cedar.by, nile.by) == ((("team", "Cedar"),), (("team", "Nile"),))
    assert (cedar.from_open, nile.from_open) == (1250, 3750)
    assert (cedar.mean, nile.mean) == (1250 + 2500, 3750 + 2500)
    assert cedar.quantiles[0] < cedar.mean < cedar.quantiles[-1]


def test_what_is_won_already_is_sure():
    whole = replace(WHOLE, won=D(1000))
    cedar, nile = splits.split_whole(*split_of(known=(1000.0, 0.0)), "team", [whole])
    assert (cedar.won, nile.won) == (1000, 0)
    assert cedar.quantiles[0] >= 1000


def test_a_member_that_no_path_brings_anything_has_no_range():
    cedar, _ = splits.split_whole(*split_of(paths=((0.0, 1.0), (0.0, 2.0))), "team", [WHOLE])
    assert set(cedar.quantiles) == {cedar.mean}


def test_a_deal_without_a_segment_is_in_none():
    deals = deals_of([(9, None, False)] * 3, dimensions={"segment": ["Small", "", "Small"]})
    found = segments.split_by(deals, "segment")
    assert found.names == (("Small", segments.NONE), (segments.NONE, segments.NONE))
    assert found.of_deal.tolist() == [0, 1, 0]


class TestFollowing:
    SPLITS = (
        cell("won_revenue", OCTOBER, (("team", "Cedar"),), 4000),
        cell("won_revenue", OCTOBER, (("team", "Nile"),), 6000),
        cell("won_revenue", NOVEMBER, (("team", "Cedar"),), 0),
        cell("won_revenue", NOVEMBER, (("team", "Nile"),), 20_000),
    )
    FORECAST = replace(FORECAST, splits=SPLITS)

    def follow(self, *overrides):
        found = apply_overrides(self.FORECAST, overrides).splits
        return {(each.month, each.by[0][1]): each for each in found}

    def test_an_override_moves_every_team_in_proportion(self):
        found = self.follow(make_override("9000", by=GULF))
        whole = D(9000 + 4000)
        assert found[OCTOBER, "Cedar"].mean == whole * 4 / 10
        assert found[OCTOBER, "Nile"].mean == whole * 6 / 10
        assert found[OCTOBER, "Cedar"].quantiles[0] == D("2000") * whole / 10_000
        assert found[NOVEMBER, "Nile"] == self.SPLITS[3]

    def test_the_teams_add_up_to_what_an_odd_override_leaves(self):
        found = self.follow(make_override("10000.01"))
        assert found[OCTOBER, "Cedar"].mean + found[OCTOBER, "Nile"].mean == D("10000.01")

    def test_no_team_falls_below_what_it_has_won(self):
        cedar, nile = self.SPLITS[:2]
        levels = tuple(map(D, (3600, 3700, 4000, 4300, 4400)))
        members = (replace(cedar, won=D(3500), from_open=D(3800), quantiles=levels), nile)
        found = splits.follow(members, [replace(WHOLE, mean=D(6000), won=D(3500))])
        assert [each.mean for each in found] == [D("3692.31"), D("2307.69")]
        assert [each.won for each in found] == [3500, 0]
        assert found[0].quantiles[0] == D("3538.46")

    def test_a_team_of_nothing_stays_there(self):
        found = self.follow(make_override("30000", month=NOVEMBER))
        assert found[NOVEMBER, "Cedar"].mean == 0
        assert set(found[NOVEMBER, "Cedar"].quantiles) == {D(0)}
        assert found[NOVEMBER, "Nile"].mean == 30_000

    def test_without_splits_there_are_none_after(self):
        assert apply_overrides(FORECAST, [make_override("9000", by=GULF)]).splits == ()
