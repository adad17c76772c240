"""What holds for any launches and phase-outs in any forecast."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand.portfolio import apply_portfolio
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.values.period import add_months
from launching import (
    AS_OF,
    CEDAR,
    DUNE,
    OLD,
    PRODUCTS,
    build_deals,
    decide,
    make_launch,
    make_phase_out,
    sell,
)
from overriding import DECEMBER, NOVEMBER, OCTOBER, build_forecast

D = Decimal
some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RULES = load_defaults()
MONTHS = (OCTOBER, NOVEMBER, DECEMBER)
DEALS = build_deals(OLD + CEDAR + DUNE)
LATER = build_deals(
    OLD
    + CEDAR
    + DUNE
    + sell("Cedar", date(2026, 10, 1), (90, 90))
    + sell("Granite", date(2026, 10, 1), (40,)),
    as_of=date(2026, 12, 15),
)
NAMES = ("Atlas", "Beacon", "Fjord", "Granite", "حديد")
cents = st.decimals(0, 10**6, places=2)


@st.composite
def forecasts(draw):
    """Region × product, some of it won already; some combinations do not occur."""
    every = [(region, product) for region in ("Gulf", "Levant") for product in NAMES[:3]]
    places = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    made = build_forecast(
        {(*place, month): (draw(cents), draw(cents)) for place in places for month in MONTHS}
    )
    paths = np.random.default_rng(3).gamma(4.0, 1000.0, (300, 3))
    return replace(made, paths=paths)


@st.composite
def launches(draw, product):
    size = draw(st.sampled_from(("deals", "factor", "curve")))
    return make_launch(
        id=NAMES.index(product),
        product=product,
        month=add_months(OCTOBER, draw(st.integers(-13, 3))),
        regions=draw(st.sampled_from(((), ("Gulf",), ("Gulf", "Levant"), ("Oman",)))),
        analogues=() if size == "curve" else draw(st.sampled_from((("Cedar",), ("Cedar", "Dune")))),
        curve=tuple(map(D, range(12))) if size == "curve" else (),
        deals=None if size == "factor" else draw(st.decimals("0.01", 1000, places=2)),
        factor=draw(st.decimals("0.1", 3, places=1)) if size == "factor" else None,
    )


@st.composite
def phase_outs(draw, product):
    others = [each for each in ("", *NAMES) if each != product]
    successor = draw(st.sampled_from(others))
    return make_phase_out(
        id=10 + NAMES.index(product),
        product=product,
        last_month=add_months(OCTOBER, draw(st.integers(-1, 3))),
        successor=successor,
        share=draw(st.sampled_from((None, D("0.3"), D(1)))) if successor else None,
    )


@st.composite
def portfolios(draw):
    launched = draw(st.lists(st.sampled_from(NAMES[2:]), unique=True, max_size=3))
    ended = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    return [draw(launches(each)) for each in launched] + [draw(phase_outs(each)) for each in ended]


def apply(forecast, decided, deals=DEALS):
    rng = np.random.default_rng(7)
    return apply_portfolio(forecast, decide(*decided), deals, PRODUCTS, rulebook=RULES, rng=rng)


def look(forecast):
    return forecast.cells, forecast.paths.tobytes(), forecast.notes, forecast.products


def add_up(forecast, measure, month, value):
    sums = {}
    for each in forecast.cells:
        if (each.measure, each.month) == (measure, month):
            level = tuple(name for name, _ in each.by)
            sums[level] = sums.get(level, D(0)) + value(each)
    return set(sums.values())


@some
@given(forecasts(), portfolios())
def test_parts_add_up_to_wholes_to_the_cent(forecast, decided):
    found = apply(forecast, decided)
    for measure in ("won_revenue", "won_deals"):
        for month in MONTHS:
            assert len(add_up(found, measure, month, lambda each: each.mean)) == 1


@some
@given(forecasts(), portfolios())
def test_the_lines_tell_the_whole_difference(forecast, decided):
    found = apply(forecast, decided)
    for place, measure in enumerate(("won_deals", "won_revenue")):
        before, after = (
            sum(each.mean for each in one.cells if each.measure == measure and not each.by)
            for one in (forecast, found)
        )
        told = sum((each.revenue if place else each.deals for each in found.products), D(0))
        assert after - before == told


@some
@given(forecasts(), portfolios())
def test_every_figure_is_possible(forecast, decided):
    for each in apply(forecast, decided).cells:
        assert 0 <= each.won <= each.from_open <= each.mean
        assert list(each.quantiles) == sorted(each.quantiles)
        assert each.quantiles[0] >= 0


@some
@given(forecasts(), portfolios())
def test_whatever_is_not_decided_about_stays_the_same_object(forecast, decided):
    known = {id(each) for each in forecast.cells}
    named = {each.product for each in decided} | {
        each.successor for each in decided if hasattr(each, "successor")
    }
    for each in apply(forecast, decided).cells:
        product = dict(each.by).get("product")
        if product and product not in named:
            assert id(each) in known


@some
@given(forecasts(), portfolios(), st.randoms())
def test_the_order_of_decisions_does_not_matter(forecast, decided, chance):
    mixed = list(decided)
    chance.shuffle(mixed)
    assert look(apply(forecast, decided)) == look(apply(forecast, mixed))


@some
@given(forecasts(), launches("Fjord"), launches("Granite"))
def test_withdrawing_one_launch_leaves_the_other_as_it_was(forecast, one, other):
    """Each draws from a stream of its own, so their figures do not touch."""

    def of_fjord(found):
        return [each for each in found.cells if ("product", "Fjord") in each.by]

    assert of_fjord(apply(forecast, [one, other])) == of_fjord(apply(forecast, [one]))
    assert apply(forecast, []) is forecast


@some
@given(forecasts(), portfolios())
def test_nothing_that_happened_after_the_day_is_used(forecast, decided):
    assert look(apply(forecast, decided, LATER.known_on(AS_OF))) == look(apply(forecast, decided))
