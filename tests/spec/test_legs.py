"""What a forecast is made of: leg by leg, as someone would add it up on paper."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.demand import cells
from counterpoise.domain.demand.legs import stack_legs
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.tables.forecast import Legs
from counterpoise.domain.values.document import from_document, to_document
from overriding import FORECAST, GULF, LEVANT, NOVEMBER, OCTOBER, make_override

D = Decimal
CENTS = st.decimals(-(10**7), 10**7, places=2)
WHOLE = ("won_revenue", OCTOBER, ())


def keep(*legs, won=0, forecast=FORECAST):
    """The forecast with these legs, and so much won of October already."""
    told = tuple(
        replace(cell, won=D(won)) if cell.key == WHOLE else cell for cell in forecast.cells
    )
    return replace(forecast, cells=told, legs=legs)


def legs(from_open=6500, new=2500, combined=10_000, by=(), month=OCTOBER, series=11_000):
    told = None if series is None else D(series)
    return Legs("won_revenue", month, by, D(from_open), D(new), told, D(combined))


def parts(stack):
    return {each.kind: each.amount for each in stack.parts}


def test_the_parts_are_the_legs_and_what_moved_them():
    said = keep(legs(combined=9800), won=500)
    published = apply_overrides(said, [make_override(10_700)])
    october, *_ = stack_legs(said, published, "won_revenue")
    assert parts(october) == {
        "won": 500,
        "open": 6500,
        "new": 2500,
        "combination": 300,  # 9,800 where the pipeline alone says 9,500
        "launches": 200,  # 10,000 in the statistics
        "overrides": 700,
    }
    assert (october.mean, october.series) == (10_700, 11_000)
    assert (october.low, october.high) == (D("7490"), D("14980"))


def test_history_that_says_less_takes_away():
    said = keep(legs(from_open=9000, new=3000))
    october, *_ = stack_legs(said, said, "won_revenue")
    assert parts(october)["combination"] == -2000


def test_a_part_of_the_company_has_legs_of_its_own():
    """History alone says nothing of a part. A lock of another region is none of its business."""
    said = keep(legs(), legs(4000, 1000, 6000, by=GULF, series=None))
    published = apply_overrides(said, [make_override(5000, LEVANT)])
    october, november, _december = stack_legs(said, published, "won_revenue", GULF)
    assert parts(october) == {
        "won": 0,
        "open": 4000,
        "new": 1000,
        "combination": 1000,
        "launches": 0,
        "overrides": 0,
    }
    assert october.series is None
    assert (november.month, parts(november)["launches"]) == (NOVEMBER, 12_000), "a launch's cell"


def test_other_measures_and_parts_are_left_out():
    stacks = stack_legs(keep(legs()), FORECAST, "won_deals")
    assert {(each.measure, each.by) for each in stacks} == {("won_deals", ())}
    assert stack_legs(keep(legs()), FORECAST, "won_deals", (("region", "Mars"),)) == ()


def test_a_run_from_before_legs_were_kept_has_none():
    assert stack_legs(FORECAST, FORECAST, "won_revenue") == ()


def test_a_run_that_was_kept_without_legs_is_read_as_one_without():
    document = to_document(FORECAST)
    del document["legs"]
    assert from_document(type(FORECAST), document).legs == ()
    kept = from_document(type(FORECAST), to_document(keep(legs())))
    assert kept.legs == (legs(),)


@given(CENTS, CENTS, CENTS, CENTS, st.decimals(0, 10**7, places=2))
def test_the_parts_add_up_to_the_figure_whatever_they_are(won, from_open, new, combined, amount):
    said = keep(legs(from_open, new, combined), won=won)
    told = tuple(
        replace(each, mean=amount) if each.key == WHOLE else each for each in FORECAST.cells
    )
    october, *_ = stack_legs(said, replace(said, cells=told), "won_revenue")
    assert sum(parts(october).values()) == october.mean == amount


class TestKept:
    """Legs of the cells that the statistics build: two regions, one product, one month."""

    SEGMENTS = Segments(
        (("Gulf", "Atlas"), ("Levant", "Atlas")),
        np.array([0, 1]),
        np.array([0, 0]),
        np.zeros(0, dtype=np.int64),
    )

    def build(self, grains=("region",)):
        outcome = cells.Outcome(
            "won_revenue",
            known=np.array([[10.0], [0.0]]),
            from_open=np.array([[50.005], [20.0]]),
            from_new=np.array([[5.0], [2.0]]),
            paths=np.ones((4, 2, 1)),
            open_leg=np.array([[100.01], [40.0]]),
            new_leg=np.array([[10.0], [4.0]]),
            series_leg=np.array([1.0]),
        )
        made = tuple(cells.build_cells(outcome, self.SEGMENTS, grains, (OCTOBER,)))
        return made, tuple(cells.build_legs(outcome, self.SEGMENTS, grains, made))

    def test_every_cell_has_its_legs_and_wider_ones_are_sums(self):
        made, kept = self.build()
        assert [each.key for each in kept] == [each.key for each in made]
        whole, gulf, levant = kept
        assert (whole.open, whole.new) == (gulf.open + levant.open, gulf.new + levant.new)
        assert (gulf.open, levant.open, whole.new) == (D("100.01"), 40, 14)
        assert [each.combined for each in kept] == [each.mean for each in made]

    def test_history_alone_is_told_of_the_whole_with_what_is_won(self):
        _, (whole, *regions) = self.build()
        assert whole.series == 11
        assert {each.series for each in regions} == {None}
