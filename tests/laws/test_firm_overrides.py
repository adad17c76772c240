"""What holds for any firm overrides, of any kind, level and length, with any locks."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.demand.together import find_opponents
from overriding import DECEMBER, FORECAST, NOON, NOVEMBER, OCTOBER, build_forecast, make_override

MONTHS = (OCTOBER, NOVEMBER, DECEMBER)
REGIONS, PRODUCTS = ("Gulf", "Levant", "Maghreb"), ("Atlas", "Beacon", "Cedar")
cents = st.decimals(0, 10**5, places=2)
measures = st.sampled_from(("won_revenue", "won_deals"))


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


def mean_of(forecast, override):
    found = [cell.mean for cell in forecast.cells if override.is_of(cell.key)]
    return sum(found, Decimal(0))


@st.composite
def firm_overrides(draw, forecast, most=6):
    """One of a figure at most; locks keep what the statistics say."""
    figures = st.builds(
        lambda cell, whole: (cell.measure, None if whole else cell.month, cell.by),
        st.sampled_from(forecast.cells),
        st.booleans(),
    )
    made = []
    for number, figure in enumerate(
        draw(st.lists(figures, min_size=1, max_size=most, unique=True))
    ):
        made.append(draw(one_override(forecast, figure, number)))
    return made


@st.composite
def one_override(draw, forecast, figure, number):
    measure, month, by = figure
    kind = draw(st.sampled_from(("absolute", "difference", "factor", "lock")))
    said = {"id": number, "kind": kind, "is_firm": True}
    plain = make_override(0, by, month, measure, is_firm=True)
    statistical = mean_of(forecast, plain)
    if kind == "absolute":
        return make_override(draw(cents), by, month, measure, **said)
    if kind == "lock":
        return make_override(statistical, by, month, measure, **said)
    least = max(-statistical, Decimal(-100)) if kind == "difference" else -100
    change = draw(st.decimals(least, 100, places=2).filter(bool))
    return make_override(0, by, month, measure, change=change, **said)


@st.composite
def overridden(draw, most=6):
    forecast = draw(forecasts())
    return forecast, draw(firm_overrides(forecast, most))


def wants(forecast, override):
    return override.resolve(mean_of(forecast, override))


@settings(deadline=None, max_examples=50)
@given(overridden())
def test_parts_add_up_to_wholes_to_the_cent(pair):
    found = apply_overrides(*pair)
    for measure in ("won_revenue", "won_deals"):
        for month in MONTHS:
            means = {}
            for cell in found.cells:
                if (cell.measure, cell.month) == (measure, month):
                    grain = tuple(name for name, _ in cell.by)
                    means[grain] = means.get(grain, Decimal(0)) + cell.mean
                    assert cell.mean >= 0
                    assert cell.mean == round(cell.mean, 2)
            assert len(set(means.values())) == 1


@settings(deadline=None, max_examples=50)
@given(overridden())
def test_every_override_that_holds_is_met_exactly_and_every_other_is_said(pair):
    forecast, overrides = pair
    found = apply_overrides(forecast, overrides)
    asked = {each.id: each.resolve(mean_of(forecast, each)) for each in overrides}
    unmet = [each for each in overrides if mean_of(found, each) != asked[each.id]]
    assert len(found.notes) == len(unmet)


@settings(deadline=None, max_examples=50)
@given(overridden())
def test_a_locked_figure_is_unchanged_whatever_is_said_around_it(pair):
    forecast, overrides = pair
    found = apply_overrides(forecast, overrides)
    for each in overrides:
        if each.kind == "lock":
            assert mean_of(found, each) == mean_of(forecast, each)


@settings(deadline=None, max_examples=50)
@given(overridden(), st.randoms())
def test_those_that_do_not_contradict_may_be_made_in_any_order(pair, rng):
    """Made one after another, each that could not hold beside the earlier ones refused."""
    forecast, wanted = pair
    made = []
    for each in wanted:
        if not find_opponents(forecast, made, each):
            made.append(each)
    found = apply_overrides(forecast, made)
    for each in made:
        assert mean_of(found, each) == wants(forecast, each)
    numbers = list(range(len(made)))
    rng.shuffle(numbers)
    again = [
        replace(each, id=number, made_at=NOON + timedelta(minutes=number))
        for each, number in zip(made, numbers, strict=True)
    ]
    rng.shuffle(again)
    other = apply_overrides(forecast, again)
    assert other.cells == found.cells
    assert other.paths.tolist() == found.paths.tolist()


@settings(deadline=None, max_examples=50)
@given(overridden())
def test_whoever_is_named_as_contradicting_does(pair):
    forecast, (*earlier, new) = pair
    made = []
    for each in earlier:
        if not find_opponents(forecast, made, each):
            made.append(each)
    opponents = find_opponents(forecast, made, new)
    assert set(opponents) <= set(made)
    left = [each for each in made if each not in opponents]
    assert find_opponents(forecast, left, new) == ()
    if opponents:
        found = apply_overrides(forecast, [*left, new])
        assert mean_of(found, new) == wants(forecast, new)
        assert found.notes == ()


@settings(deadline=None, max_examples=50)
@given(forecasts(), st.data())
def test_one_alone_scales_what_lies_beneath_it(forecast, data):
    (one,) = data.draw(firm_overrides(forecast, most=1))
    loose = [
        make_override(
            wants(forecast, one) if one.month else 0, one.by, one.month or OCTOBER, one.measure
        )
    ]
    if one.month:
        assert apply_overrides(forecast, [one]).cells == apply_overrides(forecast, loose).cells


def test_without_overrides_it_is_the_same_object():
    assert apply_overrides(FORECAST, ()) is FORECAST
