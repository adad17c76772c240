"""Whether overriding helped, as finance would reckon it from two columns and what came."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.actions.value_added import sum_cells
from counterpoise.domain.demand.segments import NONE
from counterpoise.domain.measure.value_added import measure_managers, measure_value_added
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.override import ValueAdded
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import text
from overriding import (
    ATLAS,
    BEACON,
    DECEMBER,
    GULF,
    LEVANT,
    NOVEMBER,
    OCTOBER,
    make_deals,
    make_override,
)

D = Decimal
LATER = date(2027, 1, 31)
MADE_AT = datetime(2024, 12, 1, tzinfo=UTC)
TWO = Rulebook(
    (
        *load_defaults().rules,
        Rule("override.least_cells", "", "2", "", date(2026, 1, 1), "test"),
    )
)


def judge(overrides, actuals, rulebook=TWO):
    return measure_value_added(overrides, actuals, rulebook=rulebook, on=LATER)


def of(found, kind):
    return [each for each in found if each.kind == kind]


def said(amount, statistical, by=(), month=OCTOBER, **other):
    return make_override(amount, by, month, statistical=D(statistical), **other)


ACTUALS = {
    ("won_revenue", OCTOBER, GULF): D(100),
    ("won_revenue", OCTOBER, LEVANT): D(300),
    ("won_deals", OCTOBER, ()): D(8),
    ("won_deals", NOVEMBER, ()): D(12),
}


def test_errors_are_shares_of_what_came_and_their_difference_is_the_value_added():
    overrides = [
        said(90, 150, GULF, role="leader", reason="tender"),
        said(330, 280, LEVANT, role="leader", reason="price"),
        said(10, 9, measure="won_deals", role="finance", reason="price"),
        said(12, 14, month=NOVEMBER, measure="won_deals", role="finance", reason="price"),
    ]
    found = judge(overrides, ACTUALS)
    revenue, deals = of(found, "author")[1], of(found, "author")[0]
    assert replace(revenue, low=None, high=None) == ValueAdded(
        "author", "Salma", "won_revenue", 2, D("0.175"), D("0.1"), D("0.075"), None
    )
    assert replace(deals, low=None, high=None) == ValueAdded(
        "author", "Salma", "won_deals", 2, D("0.15"), D("0.1"), D("0.05"), None
    )
    assert [(each.name, each.measure, each.n) for each in of(found, "role")] == [
        ("finance", "won_deals", 2),
        ("leader", "won_revenue", 2),
    ]
    assert [(each.name, each.measure, each.n) for each in of(found, "reason")] == [
        ("price", "won_deals", 2),
        ("price", "won_revenue", 1),
        ("tender", "won_revenue", 1),
    ]


@pytest.mark.parametrize(
    ("overrides", "n", "added"),
    [
        pytest.param(
            [said(200, 100, GULF), said(300, 300, LEVANT)], 2, D("-0.25"), id="it made it worse"
        ),
        pytest.param(
            [said(0, 0, GULF, id=1), said(100, 150, GULF, id=2), said(300, 300, LEVANT, id=3)],
            2,
            D("0.125"),
            id="of an author and cell only the last counts",
        ),
        pytest.param(
            [said(100, 150, GULF, id=2), said(0, 0, GULF, id=1), said(300, 300, LEVANT, id=3)],
            2,
            D("0.125"),
            id="whichever is handed over first",
        ),
        pytest.param(
            [
                said(90, 150, GULF, id=1),
                said(100, 150, GULF, id=2, made_at=datetime(2026, 11, 1, tzinfo=UTC)),
                said(300, 300, LEVANT, id=3),
            ],
            2,
            D("0.1"),
            id="one made once the month was over proves nothing",
        ),
        pytest.param(
            [said(100, 150, GULF), said(300, 300, LEVANT), said(7, 9, month=DECEMBER)],
            2,
            D("0.125"),
            id="a month that is not over does not count yet",
        ),
    ],
)
def test_which_overrides_count(overrides, n, added):
    (mine,) = of(judge(overrides, ACTUALS), "author")
    assert (mine.n, mine.added) == (n, added)


@pytest.mark.parametrize(
    ("gains", "low", "high", "verdict"),
    [
        # mean 20, deviation 7.07, t(4) 2.776: 100 ± 43.9 of 1,000
        pytest.param((10, 20, 30, 20, 20), "0.056101", "0.143899", "helped", id="nearer each time"),
        pytest.param(
            (-10, -20, -30, -20, -20), "-0.143899", "-0.056101", "harmed", id="further each time"
        ),
        pytest.param(
            (90, -40, 50, -60, 60), "-0.309467", "0.509467", "not told apart", id="now and then"
        ),
        pytest.param((20, 20, 20, 20, 20), "0.1", "0.1", "helped", id="always as much nearer"),
    ],
)
def test_helping_is_told_from_chance_by_pairs(gains, low, high, verdict):
    months = [add_months(date(2025, 1, 1), number) for number in range(5)]
    overrides = [
        make_override(300 - gain, (), month, id=number, statistical=D(300), made_at=MADE_AT)
        for number, (gain, month) in enumerate(zip(gains, months, strict=True), 1)
    ]
    actuals = {("won_revenue", month, ()): D(200) for month in months}
    (mine,) = of(judge(overrides, actuals), "author")
    assert (mine.low, mine.high) == pytest.approx((D(low), D(high)), abs=D("0.000001"))
    assert mine.verdict == verdict


def test_each_author_of_a_cell_is_judged():
    overrides = [said(100, 150, GULF), said(50, 150, GULF, author="Omar", id=2)]
    assert [each.name for each in of(judge(overrides, ACTUALS), "author")] == ["Omar", "Salma"]
    assert of(judge(overrides, ACTUALS), "role")[0].n == 2


def test_few_figures_are_refused_with_how_many_are_needed():
    found = judge([said(90, 150, GULF)], ACTUALS, load_defaults())
    assert found[0] == ValueAdded(
        "author",
        "Salma",
        "won_revenue",
        1,
        None,
        None,
        None,
        text(
            "{n} finished figures were overridden; {least} are needed to say whether that helped.",
            n=1,
            least=D(5),
        ),
    )
    assert judge([], ACTUALS) == ()


def test_nothing_won_has_no_shares():
    actuals = dict.fromkeys(ACTUALS, D(0))
    (mine,) = of(judge([said(9, 1, GULF), said(9, 1, LEVANT)], actuals), "author")
    assert (mine.n, mine.added, mine.verdict) == (2, None, None)
    assert str(mine.refusal).startswith("Nothing was won where this was overridden")


DEALS = make_deals(
    [
        (date(2026, 10, 1), 100.1, "Gulf", "Atlas"),
        (date(2026, 10, 31), 200.2, "Gulf", None),
        (date(2026, 11, 1), 50.0, "Gulf", "Atlas"),
        (date(2026, 10, 9), None, "Levant", "Atlas"),
        (date(2026, 12, 2), 70.0, "Gulf", "Atlas"),
        (None, 999.0, "Gulf", "Atlas"),
    ]
)


@pytest.mark.parametrize(
    ("override", "came"),
    [
        pytest.param(make_override(1), D("300.30"), id="the company"),
        pytest.param(make_override(1, measure="won_deals"), D(3), id="its deals"),
        pytest.param(make_override(1, GULF), D("300.30"), id="a region"),
        pytest.param(make_override(1, ATLAS), D("100.10"), id="a product"),
        pytest.param(make_override(1, GULF + ATLAS), D("100.10"), id="both"),
        pytest.param(
            make_override(1, (("product", NONE),)), D("200.20"), id="deals without a product"
        ),
        pytest.param(make_override(1, LEVANT, NOVEMBER), D(0), id="nothing won"),
        pytest.param(make_override(1, month=DECEMBER), None, id="a month that is not over"),
        pytest.param(make_override(1, BEACON), None, id="a product that nobody knows"),
    ],
)
def test_what_came_of_an_overridden_cell(override, came):
    found = sum_cells(DEALS, override.cells, date(2026, 12, 31))
    key = (override.measure, override.month, tuple(sorted(override.by)))
    assert found == ({} if came is None else {key: came})


def test_what_came_later_is_not_known():
    november = make_override(1, month=NOVEMBER)
    assert sum_cells(DEALS, november.cells, date(2026, 11, 29)) == {}
    assert list(sum_cells(DEALS, november.cells, date(2026, 11, 30)).values()) == [D(50)]


class TestWholePeriod:
    """An override of the quarter is held against the quarter."""

    @pytest.fixture
    def quarter(self):
        return said(
            700, 900, month=None, is_firm=True, kind="difference", change=D(-200), made_at=MADE_AT
        )

    def test_what_came_of_it_is_the_sum_of_its_months(self, quarter):
        months = (OCTOBER, NOVEMBER, DECEMBER)
        actuals = {("won_revenue", month, ()): D(200) for month in months}
        other = replace(quarter, period="2026-10", id=2)
        (mine,) = of(judge([quarter, other], actuals), "author")
        assert mine.n == 2, "the whole of another period is another figure"
        (alone,) = of(judge([quarter, replace(quarter, id=2, month=OCTOBER)], actuals), "author")
        assert alone.statistical_error == (D(300) + D(700)) / D(800)
        assert alone.override_error == (D(100) + D(500)) / D(800), "by what it meant when made"

    def test_until_its_last_month_is_over_it_does_not_count(self, quarter):
        assert judge([quarter], {("won_revenue", OCTOBER, ()): D(200)}) == ()

    def test_made_once_the_period_was_over_it_proves_nothing(self, quarter):
        late = replace(quarter, made_at=datetime(2027, 1, 1, tzinfo=UTC))
        actuals = {cell: D(200) for cell in late.cells}
        assert judge([late], actuals) == ()

    def test_every_month_is_asked_for(self, quarter):
        found = sum_cells(DEALS, quarter.cells, date(2026, 12, 31))
        assert {month for _, month, _ in found} == {OCTOBER, NOVEMBER}


def pairs(*said):
    return [tuple(map(D, each)) for each in said]


def test_a_managers_call_is_held_against_what_is_called_beneath():
    near = pairs((80, 98, 100), (130, 102, 100), (75, 99, 100), (120, 99, 100))
    far = pairs((100, 60, 100), (101, 150, 100), (99, 55, 100), (100, 145, 100))
    found = measure_managers({"walid": far, "layla": near}, D(4))
    assert [(each.kind, each.name, each.n, each.verdict) for each in found] == [
        ("managers", "", 8, "not told apart"),
        ("manager", "layla", 4, "helped"),
        ("manager", "walid", 4, "harmed"),
    ]
    layla = found[1]
    assert (layla.statistical_error, layla.override_error) == (D("0.2375"), D("0.015"))
    assert layla.added == D("0.2225")


def test_of_too_few_calls_or_without_sales_a_manager_is_not_judged():
    (together, one) = measure_managers({"layla": pairs((80, 90, 100))}, D(4))
    assert "1 finished calls for teams whose people had all called" in str(one.refusal)
    assert (together.n, one.added, one.verdict) == (1, None, None)
    nothing = measure_managers({"layla": pairs((1, 2, 0), (1, 2, 0))}, D(1))
    assert all("Nothing was won" in str(each.refusal) for each in nothing)
    assert measure_managers({}, D(4)) == ()
