"""What holds for every variance: nothing unexplained, nothing explained twice."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.measure.variance import PeriodFigures, compare
from planning import AS_OF, PERIOD

CENT = Decimal("0.01")


@st.composite
def figures(draw):
    worked = draw(st.integers(0, 100_000))
    decided = draw(st.integers(0, worked))
    won = draw(st.integers(0, decided))
    revenue = draw(st.decimals(0, 10**12, places=2)) if won else Decimal(0)
    return PeriodFigures(Decimal(worked), Decimal(decided), Decimal(won), revenue)


@given(figures(), figures())
def test_lines_add_up_to_the_cent(expected, actual):
    variance = compare(PERIOD, AS_OF, expected, actual)
    assert variance.forecast + sum(line.money for line in variance.lines) == variance.actual
    assert all(line.money == line.money.quantize(CENT) for line in variance.lines)


@given(figures(), figures())
def test_seen_from_the_other_side_each_cause_has_the_other_sign(expected, actual):
    there = compare(PERIOD, AS_OF, expected, actual).lines
    back = compare(PERIOD, AS_OF, actual, expected).lines
    for one, other in zip(there, back, strict=True):
        assert abs(one.money + other.money) <= CENT
