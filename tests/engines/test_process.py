"""Plain Python and the warehouse count the same sales process."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.plain_process import count_process
from counterpoise.domain.measure.process import Scope
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.waterfall import SPLITS
from counterpoise.warehouse.measures.process import Counting
from engines.companies import companies, maybe
from engines.histories import histories
from engines.sample_facts import make_company
from engines.test_measures import AS_THEY_COME, Engine, plain_rows, rulebook, zones

scopes = st.builds(
    lambda start, days, later, size, by: Scope(
        first := date(2025, 11, 1) + timedelta(days=start),
        first + timedelta(days=days),
        first + timedelta(days=days + later),
        size,
        by,
    ),
    st.integers(0, 150),
    st.sampled_from([1, 31, 92, 200]),
    st.sampled_from([-1, 0, 40, 400]),
    st.sampled_from(["month", "quarter"]),
    st.sampled_from(["", *SPLITS]),
)
reasons = st.lists(maybe(st.sampled_from(["Price", " price", "None", ""])), min_size=8, max_size=8)


@pytest.fixture(scope="module")
def engine():
    return Engine()


def give_reasons(tables, said):
    """The deals with reasons, and a log that tells of some."""
    deals = [
        {**row, "lost_reason": reason}
        for row, reason in zip(tables["opportunity"], said, strict=False)
    ]
    log = [
        {**row, "attribute": "lost_reason", "value_before": "Price", "value_after": "Timing"}
        if row["attribute"] == "product_id"
        else row
        for row in tables["opportunity_change"]
    ]
    return {**tables, "opportunity": deals, "opportunity_change": log}


def count_plainly(tables, scope, rules):
    used = {
        row.get("currency") for name in ("opportunity", "target") for row in tables.get(name, ())
    }
    found = build_settings(rules, scope.as_of, currencies=used - {None}, fold=fold)
    return count_process(tables, scope, found)


def check(engine, tables, scope, zone):
    tables, rules = plain_rows(tables), rulebook(zone)
    expected = count_plainly(tables, scope, rules)
    with engine.holding(tables) as backend:
        counted = Counting(backend, scope, rules).count()
    for of in ("reached", "spells", "losses"):
        found, meant = getattr(counted, of), getattr(expected, of)
        assert sorted(found, key=order) == sorted(meant, key=order)


def order(row):
    """Decimals that are equal may be written with more or fewer noughts."""
    values = [getattr(row, name) for name in row.__slots__]
    return str([each.normalize() if isinstance(each, Decimal) else each for each in values])


@pytest.mark.case("MON-01", "TIM-01")
@settings(AS_THEY_COME, max_examples=12)
@given(companies, reasons, scopes, zones)
def test_engines_agree_on_whatever_can_be_landed(engine, tables, said, scope, zone):
    check(engine, give_reasons(tables, said), scope, zone)


@settings(AS_THEY_COME, max_examples=8)
@given(histories, reasons, scopes, zones)
def test_engines_agree_on_every_history(engine, tables, said, scope, zone):
    check(engine, give_reasons(tables, said), scope, zone)


@pytest.mark.soak
@settings(AS_THEY_COME, max_examples=1000)
@given(st.one_of(histories, companies), reasons, scopes, zones)
def test_engines_agree_on_a_thousand_companies(engine, tables, said, scope, zone):
    check(engine, give_reasons(tables, said), scope, zone)


@pytest.mark.parametrize("by", ["", "rep", "segment"])
def test_engines_agree_on_a_company_with_every_trouble(engine, by):
    tables = give_reasons(make_company(deals=300, seed=7), ["Price", "None", None] * 100)
    scope = Scope(date(2025, 11, 1), date(2026, 3, 1), date(2026, 3, 20), "month", by)
    check(engine, tables, scope, "Europe/Berlin")
