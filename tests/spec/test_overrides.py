"""Overrides, as a sales leader would check them: the Gulf sells 60 % of a month, Atlas 70 %."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.demand.rounding import round_table
from counterpoise.domain.tables.override import InvalidOverride
from overriding import (
    ATLAS,
    BEACON,
    DECEMBER,
    FORECAST,
    GULF,
    LEVANT,
    NOVEMBER,
    OCTOBER,
    build_forecast,
    make_override,
    means,
)

D = Decimal
SEPTEMBER = date(2026, 9, 1)


def find(forecast, measure="won_revenue", month=OCTOBER, by=()):
    return next(
        each
        for each in forecast.cells
        if (each.measure, each.month, each.by) == (measure, month, by)
    )


def test_statistics_before_anybody_overrides():
    assert means(FORECAST) == {
        "": 10_000, "Gulf": 6_000, "Levant": 4_000, "Atlas": 7_000, "Beacon": 3_000,
        "Gulf Atlas": 4_000, "Gulf Beacon": 2_000, "Levant Atlas": 3_000, "Levant Beacon": 1_000,
    }  # fmt: skip
    assert apply_overrides(FORECAST, ()) is FORECAST


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        pytest.param(
            [make_override(5_000)],
            (2_000, 1_000, 1_500, 500),
            id="half as much for the company: half as much everywhere",
        ),
        pytest.param(
            [make_override(9_000, GULF)],
            (6_000, 3_000, 3_000, 1_000),
            id="half as much again in the Gulf: the Levant stays",
        ),
        pytest.param(
            [make_override(1_400, ATLAS)],
            (800, 2_000, 600, 1_000),
            id="a fifth of Atlas: Beacon stays",
        ),
        pytest.param(
            [make_override("100.01", ATLAS + GULF)],
            (D("100.01"), 2_000, 3_000, 1_000),
            id="one product in one region, whichever is named first",
        ),
        pytest.param(
            [make_override(12, GULF, measure="won_deals")],
            (8_000, 4_000, 3_000, 1_000),
            id="twice the deals in the Gulf: twice the revenue, a deal is worth the same",
        ),
        pytest.param(
            [make_override(0, LEVANT)], (4_000, 2_000, 0, 0), id="nothing from the Levant"
        ),
        pytest.param(
            [make_override("0.01", LEVANT, id=1), make_override(8_000, LEVANT, id=2)],
            (4_000, 2_000, 6_000, 2_000),
            id="a slip of the pen, put right: as if it had never been",
        ),
        pytest.param(
            [make_override(0, LEVANT, id=1), make_override(8_000, LEVANT, id=2)],
            (4_000, 2_000, 6_000, 2_000),
            id="nothing, then something: the shares of before come back",
        ),
        pytest.param(
            [
                make_override(500, LEVANT + BEACON, id=1),
                make_override(0, LEVANT, id=2),
                make_override(7_000, LEVANT, id=3),
            ],
            (4_000, 2_000, 6_000, 1_000),
            id="also those that somebody had overridden before",
        ),
        pytest.param(
            [make_override(8_000, LEVANT, id=2), make_override(400, LEVANT, id=1)],
            (4_000, 2_000, 6_000, 2_000),
            id="the later one counts, whichever is handed over first",
        ),
        pytest.param(
            [make_override(9_000, GULF, id=1), make_override(6_500, id=2)],
            (3_000, 1_500, 1_500, 500),
            id="a region, then the whole: the region keeps its new share",
        ),
        pytest.param(
            [make_override(6_500, id=1), make_override(9_000, GULF, id=2)],
            (6_000, 3_000, 1_950, 650),
            id="the whole, then a region: the whole moves on",
        ),
    ],
)
def test_cells_beneath_keep_their_shares(overrides, expected):
    found = means(apply_overrides(FORECAST, overrides))
    gulf_atlas, gulf_beacon, levant_atlas, levant_beacon = expected
    assert found == {
        "": sum(expected),
        "Gulf": gulf_atlas + gulf_beacon,
        "Levant": levant_atlas + levant_beacon,
        "Atlas": gulf_atlas + levant_atlas,
        "Beacon": gulf_beacon + levant_beacon,
        "Gulf Atlas": gulf_atlas,
        "Gulf Beacon": gulf_beacon,
        "Levant Atlas": levant_atlas,
        "Levant Beacon": levant_beacon,
    }


def test_a_deal_is_worth_what_it_was_in_every_cell():
    found = apply_overrides(FORECAST, [make_override(9_000, GULF)])
    revenue, deals = means(found), means(found, "won_deals")
    assert {name: revenue[name] / deals[name] for name in revenue} == dict.fromkeys(revenue, 1000)


def test_other_months_are_the_same_objects():
    found = apply_overrides(FORECAST, [make_override(9_000, GULF, NOVEMBER)])
    kept = [each for each in found.cells if each.month != NOVEMBER]
    before = [each for each in FORECAST.cells if each.month != NOVEMBER]
    assert all(now is then for now, then in zip(kept, before, strict=True))


def test_ranges_open_part_and_paths_follow_the_mean():
    found = apply_overrides(FORECAST, [make_override(9_000, GULF)])
    gulf, whole = find(found, by=GULF), find(found)
    assert gulf.quantiles == (D(4500), D(6300), D(8100), D(12600), D(14400))
    assert gulf.from_open == D(4500)
    assert whole.quantiles == (D(6500), D(9100), D(11700), D(18200), D(20800))
    assert find(found, by=LEVANT) == find(FORECAST, by=LEVANT)
    assert found.paths.tolist() == [[1170.0, 2000.0, 3000.0], [1430.0, 2000.0, 3300.0]]
    assert FORECAST.paths[0, 0] == 900.0, "the statistical forecast is left as it is"


def test_cents_that_do_not_divide_still_add_up():
    found = means(apply_overrides(FORECAST, [make_override("0.03")]))
    leaves = [found[f"{region} {product}"] for region in ("Gulf", "Levant")
              for product in ("Atlas", "Beacon")]  # fmt: skip
    assert sum(leaves) == found[""] == D("0.03")
    assert max(leaves) == D("0.02"), "each is the cent below or above its share"


NOTHING_YET = build_forecast(
    {
        ("", "Atlas", OCTOBER): (0, 0),
        ("", "Beacon", OCTOBER): (0, 3),
        ("", "Atlas", NOVEMBER): (100, 1),
        ("", "Atlas", DECEMBER): (0, 0),
    }
)


def test_what_the_statistics_expect_nothing_of_is_split_evenly():
    found = apply_overrides(NOTHING_YET, [make_override(500)])
    assert means(found) == {"": 500, "Atlas": 250, "Beacon": 250}
    assert means(found, "won_deals") == {"": 3, "Atlas": 0, "Beacon": 3}, "no price is known"
    beacon = find(found, by=(("product", "Beacon"),))
    assert (beacon.quantiles, beacon.from_open) == ((D(250),) * 5, D(0)), "and no range"
    assert found.paths[:, 0].tolist() == [500.0, 500.0]
    assert found.paths[:, 2].tolist() == [3000.0, 3300.0]


def test_a_forecast_of_the_whole_alone():
    whole = build_forecast({("", "", month): (1000, 1) for month in (OCTOBER, NOVEMBER, DECEMBER)})
    found = apply_overrides(whole, [make_override(1500)])
    assert (means(found), means(found, "won_deals")) == ({"": 1500}, {"": D("1.5")})


def test_revenue_without_a_forecast_of_its_deals():
    revenue = tuple(each for each in FORECAST.cells if each.measure == "won_revenue")
    alone = replace(FORECAST, cells=revenue)
    found = apply_overrides(alone, [make_override(0, GULF, id=1), make_override(600, GULF, id=2)])
    assert means(found)["Gulf Atlas"] == 400
    assert means(apply_overrides(alone, [make_override(900, GULF)]))["Gulf Atlas"] == 600


@pytest.mark.parametrize(
    ("overrides", "notes"),
    [
        pytest.param([make_override(9_000, GULF)], [], id="one that holds"),
        pytest.param(
            [make_override(5, (("region", "Mars"),))],
            [
                (
                    "The override of won_revenue of Mars in 2026-10 by Salma changes nothing: the"
                    " forecast has no such figure. Withdraw it, or override one that is there."
                )
            ],
            id="a region that is not there",
        ),
        pytest.param(
            [make_override(5, month=SEPTEMBER, measure="won_deals")],
            [
                (
                    "The override of won_deals in 2026-09 by Salma changes nothing: the forecast"
                    " has no such figure. Withdraw it."
                )
            ],
            id="a month that is not planned",
        ),
        pytest.param(
            [make_override(9_000, GULF, id=1), make_override(6_500, id=2, author="Omar")],
            [
                (
                    "Salma set won_revenue of Gulf in 2026-10 to 9000; a later override moved it"
                    " to 4500.00."
                )
            ],
            id="a region, moved by the whole",
        ),
        pytest.param(
            [make_override(6_500, id=1), make_override(9_000, GULF, id=2)],
            ["Salma set won_revenue in 2026-10 to 6500; a later override moved it to 11600.00."],
            id="the whole, moved by a region",
        ),
    ],
)
def test_what_became_of_an_override_is_said(overrides, notes):
    assert list(map(str, apply_overrides(FORECAST, overrides).notes)) == notes


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param({"amount": D(-1)}, "amount is -1. Give 0 or more", id="below nothing"),
        pytest.param({"amount": D(10) ** 15}, "below 1000000000000000", id="beyond all sense"),
        pytest.param({"amount": D("NaN")}, "amount is NaN", id="no number"),
        pytest.param({"amount": D("Infinity")}, "amount is Infinity", id="without end"),
        pytest.param({"amount": D("1.005")}, "two places; round it", id="parts of a cent"),
        pytest.param({"statistical": D(-1)}, "replaced amount is -1", id="it replaced a debt"),
        pytest.param({"month": date(2026, 10, 2)}, "the month's first day", id="a day"),
        pytest.param({"measure": "win_rate"}, "Only won_revenue and won_deals", id="a rate"),
        pytest.param({"by": (("team", "A"),)}, "Give a region, a product", id="a team"),
        pytest.param({"by": GULF + LEVANT}, "is by region, region", id="two regions"),
    ],
)
def test_override_that_no_forecast_could_have_is_refused_with_advice(change, advice):
    with pytest.raises(InvalidOverride, match=advice):
        make_override(**({"amount": 1} | change))


def test_an_override_to_a_very_large_amount_keeps_its_cents():
    found = apply_overrides(FORECAST, [make_override("123456789012345.67")])
    assert means(found)[""] == D("123456789012345.67")


def test_whole_parts_stay_and_every_sum_is_rounded_once():
    third = Fraction(1, 3)
    table = {("a", "x"): third, ("a", "y"): 2 * third, ("b", "x"): 2 * third, ("b", "z"): 5 + third}
    found = round_table(table | {("c", "x"): Fraction(4)})
    assert found["c", "x"] == 4
    assert found["a", "x"] + found["a", "y"] == 1
    assert found["b", "x"] + found["b", "z"] == 6
    assert found["a", "x"] + found["b", "x"] == 1
    assert round_table({}) == {}


def test_a_cell_that_is_not_moved_keeps_its_range():
    found = apply_overrides(NOTHING_YET, [make_override(0)])
    assert found.cells == NOTHING_YET.cells
    assert found.paths.tolist() == NOTHING_YET.paths.tolist()
