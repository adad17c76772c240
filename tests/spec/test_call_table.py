"""A table of calls made elsewhere: taken whole or not at all."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.demand.call_table import (
    COLUMNS,
    UnreadableCalls,
    WrittenCall,
    read_call_table,
)
from counterpoise.domain.values.period import Period

ROW = ["2026-Q1", "2026-02-20", "huda", "rep", "Huda Salem", "500.50", "700", "", "a tender"]


def read(*rows):
    return read_call_table([COLUMNS, *rows])


def changed(column, value):
    row = list(ROW)
    row[COLUMNS.index(column)] = value
    return row


def test_a_row_is_a_call():
    (found,) = read(ROW, [""] * 9)
    assert found == WrittenCall(
        row=2,
        period=Period.parse("2026-Q1"),
        made_on=date(2026, 2, 20),
        person="huda",
        scope="rep",
        name="Huda Salem",
        commit=Decimal("500.50"),
        best_case=Decimal(700),
        pipeline=None,
        comment="a tender",
        currency="",
    )
    (team,) = read([*changed("scope", "team")[:7], "900", ""])
    assert (team.scope, team.pipeline) == ("team", Decimal(900))


def test_a_further_column_may_say_the_currency():
    rows = [*ROW, " sar "], [*ROW, ""]
    found = read_call_table([(*COLUMNS, "currency"), *rows])
    assert [each.currency for each in found] == ["SAR", ""]
    with pytest.raises(UnreadableCalls, match="it has 9 cells where 10 belong"):
        read_call_table([(*COLUMNS, "currency"), ROW])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param(ROW[:5], "it has 5 cells where 9 belong", id="cells are missing"),
        pytest.param(changed("scope", "desk"), "scope is 'desk'. Write rep or team", id="scope"),
        pytest.param(changed("period", "Q1"), "'Q1' names no period", id="period"),
        pytest.param(changed("commit", "much"), "an amount is no number", id="amount"),
        pytest.param(changed("made_on", "Monday"), "made_on is 'Monday'", id="day"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_number(row, why):
    with pytest.raises(UnreadableCalls, match=f"1 rows cannot be taken, so nothing was: 3.*{why}"):
        read(ROW, row)


@pytest.mark.parametrize("rows", [[], [["period"]]], ids=["empty", "other columns"])
def test_a_table_of_something_else_says_which_columns_it_takes(rows):
    with pytest.raises(UnreadableCalls, match="Its first row must be: period,made_on,person"):
        read_call_table(rows)
