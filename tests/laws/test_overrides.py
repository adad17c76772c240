"""What holds for any overrides of any forecast."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.demand.rounding import round_table
from overriding import DECEMBER, NOON, NOVEMBER, OCTOBER, build_forecast, make_override

MONTHS = (OCTOBER, NOVEMBER, DECEMBER)
REGIONS, PRODUCTS = ("Gulf", "Levant", "أوروبا"), ("Atlas", "Beacon", "Cedar")
cents = st.decimals(0, 10**6, places=2)


@st.composite
def forecasts(draw):
    """With both grains, products alone, or the whole alone; some segments do not occur."""
    regions = draw(st.sampled_from((REGIONS, ("",))))
    products = PRODUCTS if regions == REGIONS else draw(st.sampled_from((PRODUCTS, ("",))))
    every = [(region, product) for region in regions for product in products]
    places = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    return build_forecast(
        {(*place, month): (draw(cents), draw(cents)) for place in places for month in MONTHS}
    )


@st.composite
def overridden(draw, least=1):
    """A forecast and overrides of cells that it has."""
    forecast = draw(forecasts())
    chosen = draw(st.lists(st.sampled_from(forecast.cells), min_size=least, max_size=6))
    return forecast, [
        make_override(draw(cents), cell.by, cell.month, cell.measure, id=number)
        for number, cell in enumerate(chosen)
    ]


def mean_of(forecast, override):
    return next(
        cell.mean
        for cell in forecast.cells
        if (cell.measure, cell.month, tuple(sorted(cell.by))) == override.cell
    )


@given(overridden())
def test_cells_of_a_month_add_up_exactly(pair):
    found = apply_overrides(*pair)
    for measure in ("won_revenue", "won_deals"):
        for month in MONTHS:
            means, open_parts = {}, {}
            for cell in found.cells:
                if (cell.measure, cell.month) == (measure, month):
                    grain = tuple(name for name, _ in cell.by)
                    means[grain] = means.get(grain, Decimal(0)) + cell.mean
                    if month in {each.month for each in pair[1]}:
                        open_parts[grain] = open_parts.get(grain, Decimal(0)) + cell.from_open
            assert len(set(means.values())) == 1
            assert len(set(open_parts.values())) <= 1


@given(overridden())
def test_the_last_override_of_a_month_is_met_to_the_cent(pair):
    found = apply_overrides(*pair)
    last = {override.month: override for override in pair[1]}
    for override in last.values():
        assert mean_of(found, override) == override.amount


@given(overridden(), cents)
def test_a_later_one_of_the_same_cell_counts_as_if_alone(pair, amount):
    forecast, overrides = pair
    *before, last = overrides
    again = replace(last, id=99, amount=amount, made_at=NOON + timedelta(hours=2))
    both, alone = (
        apply_overrides(forecast, (*before, *each)) for each in ((last, again), (again,))
    )
    assert both.cells == alone.cells
    assert both.paths.tolist() == alone.paths.tolist()
    assert mean_of(both, again) == amount


@given(forecasts(), st.data())
def test_an_override_equal_to_the_mean_changes_nothing(forecast, data):
    cell = data.draw(st.sampled_from(forecast.cells))
    same = make_override(cell.mean, cell.by, cell.month, cell.measure)
    found = apply_overrides(forecast, [same])
    assert [each.mean for each in found.cells] == [each.mean for each in forecast.cells]
    assert [each.quantiles for each in found.cells] == [each.quantiles for each in forecast.cells]
    assert (found.paths.tolist(), found.notes) == (forecast.paths.tolist(), ())


@given(forecasts(), st.data())
def test_overrides_of_disjoint_cells_may_be_made_in_any_order(forecast, data):
    grain = max(len(cell.by) for cell in forecast.cells)
    finest = [cell for cell in forecast.cells if len(cell.by) == grain]
    chosen = data.draw(
        st.lists(st.sampled_from(finest), unique_by=lambda cell: (cell.month, cell.by))
    )
    order = data.draw(st.permutations(range(len(chosen))))
    amounts = [data.draw(cents) for _ in chosen]

    def make(minutes):
        return [
            make_override(amount, cell.by, cell.month, cell.measure, id=minute)
            for cell, amount, minute in zip(chosen, amounts, minutes, strict=True)
        ]

    one, other = (
        apply_overrides(forecast, make(range(len(chosen)))),
        apply_overrides(forecast, make(order)),
    )
    assert one.cells == other.cells
    assert one.paths.tolist() == other.paths.tolist()
    for override in make(order):
        assert mean_of(other, override) == override.amount
    assert one.notes == other.notes == ()


@given(overridden())
def test_ranges_rise_and_the_open_part_is_a_part(pair):
    for cell in apply_overrides(*pair).cells:
        assert list(cell.quantiles) == sorted(cell.quantiles)
        assert 0 <= cell.from_open <= cell.mean


@given(overridden())
def test_the_same_twice_is_the_same_and_the_forecast_is_left_alone(pair):
    forecast, overrides = pair
    before = (forecast.cells, forecast.paths.tolist(), forecast.notes)
    one, two = apply_overrides(forecast, overrides), apply_overrides(forecast, overrides[::-1])
    assert (one.cells, one.notes) == (two.cells, two.notes)
    assert (forecast.cells, forecast.paths.tolist(), forecast.notes) == before


tables = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")),
    st.fractions(0, 100, max_denominator=12),
)


@given(tables)
def test_rounding_moves_no_part_and_no_sum_by_one_or_more(exact):
    found = round_table(exact)
    groups = [[place] for place in exact] + [list(exact)]
    for side in (0, 1):
        groups += [[each for each in exact if each[side] == name] for name in "abcdwxyz"]
    for group in groups:
        amount = sum((exact[place] for place in group), Fraction(0))
        assert sum(found[place] for place in group) in {floor(amount), ceil(amount)}


@given(tables, st.randoms())
def test_rounding_does_not_depend_on_order(exact, rng):
    shuffled = list(exact.items())
    rng.shuffle(shuffled)
    assert round_table(dict(shuffled)) == round_table(exact)
