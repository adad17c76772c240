"""From the last forecast to this one, by cause: as finance would reckon it from two pages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.demand.bridge import explain_change
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.tables.change import ChangeLine
from overriding import FORECAST, GULF, OCTOBER, make_override

D = Decimal
CENTS = st.decimals(0, 10**7, places=2)


def build(won, from_open, mean, as_of=date(2026, 10, 15)):
    """A forecast whose October is made of these; the other months are as they were."""
    cells = tuple(
        replace(cell, won=D(won), from_open=D(from_open), mean=D(mean))
        if (cell.measure, cell.month, cell.by) == ("won_revenue", OCTOBER, ())
        else cell
        for cell in FORECAST.cells
    )
    return replace(FORECAST, cells=cells, as_of=as_of)


def test_each_cause_is_the_difference_of_its_part():
    before = build(0, 6000, 10000, date(2026, 9, 30))
    now = build(2500, 7000, 9500)
    override = make_override(11000, statistical=D(9500))
    change = explain_change((before, before), (now, apply_overrides(now, [override])))
    assert (change.before_as_of, change.now_as_of) == (date(2026, 9, 30), date(2026, 10, 15))
    assert change.lines == (
        ChangeLine("won", D(2500)),
        ChangeLine("open", D(-1500)),  # 4,500 beyond what is won, 6,000 before
        ChangeLine("new", D(-1500)),  # 2,500, 4,000 before
        ChangeLine("overrides", D(1500)),
    )
    assert change.now - change.before == 1000


def test_an_override_of_a_part_moves_the_whole_by_as_much():
    override = make_override(7000, GULF, statistical=D(6000))
    change = explain_change((FORECAST, FORECAST), (FORECAST, apply_overrides(FORECAST, [override])))
    assert {each.cause: each.money for each in change.lines if each.money} == {"overrides": 1000}


@given(st.lists(CENTS, min_size=6, max_size=6))
def test_causes_add_up_to_the_difference_to_the_cent(amounts):
    before, now = build(*amounts[:3]), build(*amounts[3:])
    change = explain_change((before, before), (now, now))
    assert change.before + sum(each.money for each in change.lines) == change.now
