"""A person's own measure is the same in plain Python and in the warehouse, whatever it says."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure import own
from counterpoise.domain.measure.own import Filter, OwnMeasure, Part
from counterpoise.domain.measure.plain_own import Asked, measure_own
from counterpoise.domain.measure.plain_places import Directory
from counterpoise.domain.measure.settings import build_settings
from counterpoise.warehouse.measures.own import compute_own, compute_plainly, own_on
from engines.companies import companies
from engines.sample_facts import make_company
from engines.test_measures import AS_THEY_COME, Engine, plain_rows, rulebook, zones
from written_builds import write_build

VALUES = {
    "text": ["Proposal", "web", "Call", "o"],
    "code": ["won", "open"],
    "integer": ["2"],
    "number": ["7.5", "30"],
    "share": ["0.5"],
    "money": ["1000", "25000.5"],
    "date": ["2026-01-15", "2026-03-01"],
    "timestamp": ["2026-01-15", "2025-12-31"],
    "boolean": ["yes", "no"],
}


@st.composite
def filters(draw, table):
    attribute = draw(st.sampled_from(own.list_filterable(table)))
    operator = draw(st.sampled_from(own.list_operators(attribute)))
    value = draw(st.sampled_from(VALUES[attribute.type]))
    return Filter(attribute.name, operator, "" if operator in ("filled", "empty") else value)


@st.composite
def parts(draw, hows=own.HOWS):
    table = draw(st.sampled_from(["opportunity", "opportunity", "lead", "activity"]))
    numbers = own.list_numbers(table)
    how = draw(st.sampled_from(hows)) if numbers else "count"
    if how == "customers" and table not in own.OF_CUSTOMERS:
        how = "count"
    attribute = "" if how in own.COUNTS else draw(st.sampled_from(numbers)).name
    conditions = draw(st.lists(filters(table), max_size=2))
    day = draw(st.sampled_from(own.list_days(table))).name
    return Part(table, how, attribute, day, tuple(conditions))


counted = parts(("count", "sum"))
measures = st.one_of(
    st.builds(OwnMeasure, st.just("mine"), parts()),
    st.builds(OwnMeasure, st.just("mine"), counted, counted),
)


def check(engine, tables, measure, by, as_of, zone):
    tables, rules = plain_rows(tables), rulebook(zone)
    assert own.check_measure(measure) == measure
    currencies = {
        row.get("currency") for name in ("opportunity", "target") for row in tables.get(name, ())
    }
    is_money = any(each and each.unit == "money" for each in (measure.above, measure.below))
    found = build_settings(
        rules, as_of, currencies=currencies - {None} if is_money else None, fold=fold
    )
    accounts = sorted(f"{each['source']}|{each['source_id']}" for each in tables.get("account", ()))
    same = tuple((record, f"A-{place // 2}") for place, record in enumerate(accounts[1:]))
    asked = Asked(by, as_of, found.zone, found.rates, dict(same))
    plainly = measure_own(measure, lambda name: tables.get(name, ()), Directory(tables), asked)
    with engine.holding(tables) as backend:
        assert own_on(backend, measure, by, as_of, rulebook=rules, customers=same) == plainly


@pytest.fixture(scope="module")
def engine():
    return Engine()


@settings(AS_THEY_COME, max_examples=30)
@given(companies, measures, st.data(), zones)
def test_engines_agree_on_whatever_a_person_may_define(engine, tables, measure, data, zone):
    by = data.draw(st.sampled_from([(), ("month",), *((each,) for each in measure.splits)]))
    as_of = data.draw(st.dates(date(2025, 12, 1), date(2026, 4, 30)))
    check(engine, tables, measure, by, as_of, zone)


@pytest.mark.soak
@settings(AS_THEY_COME, max_examples=1000)
@given(companies, measures, st.data(), zones)
def test_engines_agree_on_a_thousand_definitions(engine, tables, measure, data, zone):
    by = data.draw(st.sampled_from([(), ("month",), *((each,) for each in measure.splits)]))
    check(engine, tables, measure, by, date(2026, 3, 31), zone)


MEDIAN = OwnMeasure("m", Part("opportunity", "median", "amount", "created_at"))
CUSTOMERS = OwnMeasure("c", Part("opportunity", "customers", "", "created_at"))
SHARE = OwnMeasure(
    "s",
    Part("opportunity", "sum", "amount", "closed_at", (Filter("status", "is", "won"),)),
    Part("opportunity", "sum", "amount", "closed_at"),
)


@pytest.mark.parametrize("by", [(), ("region",), ("month",)])
@pytest.mark.parametrize("measure", [MEDIAN, SHARE, CUSTOMERS])
def test_engines_agree_on_a_company_with_every_trouble(engine, measure, by):
    tables = make_company(deals=300, seed=7)
    check(engine, tables, measure, by, date(2026, 3, 31), "Europe/Berlin")


def test_both_read_the_same_build(tmp_path):
    deals = [
        {"source_id": f"D{n}", "stage": "Won", "status": "won", "amount": Decimal(n),
         "currency": "AED", "created_at": None, "expected_close_on": date(2026, 1, n)}
        for n in range(1, 5)
    ]  # fmt: skip
    folder = write_build(tmp_path / "build", opportunity=deals)
    mine = OwnMeasure("m", Part("opportunity", "median", "amount", "expected_close_on"))
    asked = (folder, mine, (), date(2026, 1, 3))
    engines = compute_own(*asked, rulebook=rulebook()), compute_plainly(*asked, rulebook=rulebook())
    assert engines == ({(): (Decimal("2.00"), 3)},) * 2
