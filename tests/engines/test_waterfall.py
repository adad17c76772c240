"""Plain Python and the warehouse tell the same waterfall, and it adds up to the cent."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.plain_waterfall import measure_waterfall
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.waterfall import SPLITS, Window, add_up
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.measures.waterfall import count_steps, tell_events
from engines.companies import companies
from engines.histories import histories
from engines.sample_facts import make_company
from engines.test_measures import AS_THEY_COME, Engine, plain_rows, rulebook, zones

windows = st.builds(
    lambda start, days, by, due: Window(
        date(2025, 11, 1) + timedelta(days=start),
        date(2025, 11, 1) + timedelta(days=start + days),
        by,
        Period.parse(due) if due else None,
    ),
    st.integers(0, 180),
    st.sampled_from([1, 7, 31, 92, 400]),
    st.sampled_from(["", *SPLITS]),
    st.sampled_from(["", "2026-01", "2026-Q1", "2026"]),
)


@pytest.fixture(scope="module")
def engine():
    return Engine()


def tell_plainly(tables, window, rules):
    currencies = {
        row.get("currency") for name in ("opportunity", "target") for row in tables.get(name, ())
    }
    as_of = window.end - timedelta(days=1)
    found = build_settings(rules, as_of, currencies=currencies - {None}, fold=fold)
    return measure_waterfall(tables, window, found), found.rates.reporting


def check(engine, tables, window, zone):
    tables, rules = plain_rows(tables), rulebook(zone)
    steps, reporting = tell_plainly(tables, window, rules)
    with engine.holding(tables) as backend:
        told = count_steps(tell_events(backend, window, rules))
    assert sorted(told, key=str) == sorted(steps, key=str)
    found = add_up(window, steps, reporting)
    for each in (*found.parts, *found.currencies):
        assert each.start + sum(line.money for line in each.lines) == each.end


@pytest.mark.case("MON-01", "TIM-01")
@settings(AS_THEY_COME, max_examples=10)
@given(companies, windows, zones)
def test_engines_agree_on_whatever_can_be_landed(engine, tables, window, zone):
    check(engine, tables, window, zone)


@settings(AS_THEY_COME, max_examples=50)
@given(histories, windows, zones)
def test_every_history_adds_up_to_the_cent_in_both_engines(engine, tables, window, zone):
    check(engine, tables, window, zone)


@pytest.mark.soak
@settings(AS_THEY_COME, max_examples=1000)
@given(st.one_of(histories, companies), windows, zones)
def test_a_thousand_histories_add_up_to_the_cent(engine, tables, window, zone):
    check(engine, tables, window, zone)


@pytest.mark.parametrize("by", ["", "rep", "region", "product"])
def test_engines_agree_on_a_company_with_every_trouble(engine, by):
    tables = make_company(deals=300, seed=7)
    check(engine, tables, Window(date(2026, 1, 10), date(2026, 3, 1), by), "Europe/Berlin")
