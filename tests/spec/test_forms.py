"""A column's form is decided once for the whole column, or not at all."""

import re

import pytest

from counterpoise.domain.collect.casting import tidy
from counterpoise.domain.collect.forms import (
    FORMS_BY_TYPE,
    ColumnCounts,
    Form,
    Undecided,
    decide_form,
    decide_forms,
)


def count(type_, values):
    tidied = [tidy(each) for each in values]
    return {
        shape: sum(bool(re.fullmatch(pattern, each)) for each in tidied)
        for shape, pattern in FORMS_BY_TYPE[type_].items()
    }


def decide(type_, *values):
    return decide_form(type_, count(type_, values))


@pytest.mark.parametrize(
    ("values", "order"),
    [
        pytest.param(("03/04/2026", "31/12/2026"), "dmy", id="one day over 12 decides"),
        pytest.param(("03/04/2026", "12/31/2026"), "mdy", id="one American day decides"),
        pytest.param(("2026-04-03", "Mar 4, 2026", "45000"), None, id="nothing to decide"),
        pytest.param(("05/05/2026", "01/01/2026"), None, id="the same both ways"),
        pytest.param(("31/12/2026", "12/31/2026", "03/04/2026"), None, id="both are written"),
        pytest.param(("31/12/2026",) * 200 + ("12/31/2026",), "dmy", id="one in 200 is a slip"),
        pytest.param((), None, id="an empty column"),
    ],
)
@pytest.mark.parametrize("type_", ["date", "timestamp"])
def test_order_of_day_and_month(type_, values, order):
    assert decide(type_, *values) == Form(type_, date_order=order)


@pytest.mark.case("IMP-07")
def test_dates_that_fit_both_orders_are_refused_with_advice():
    undecided = decide("date", "03/04/2026", "05/06/2026 10:00", "07/07/2026")
    assert isinstance(undecided, Undecided)
    assert str(undecided.why) == (
        "3 dates such as 03/04/2026 fit both day/month and month/day, and none decides it."
        ' Write date_order = "dmy" or "mdy" for the column into the mapping'
    )


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        pytest.param(("1.234,56", "1.234"), ",", id="one comma decides"),
        pytest.param(("1,234.56", "1,234"), ".", id="one point decides"),
        pytest.param(("1,234,567", "1,234"), ".", id="two groups decide"),
        pytest.param(("1234", "5"), None, id="nothing to decide"),
        pytest.param(("1.5", "1,5"), None, id="both are written"),
        pytest.param(("1.5",) * 200 + ("1,5",), ".", id="one in 200 is a slip"),
        pytest.param(("١٢٣٫٤", "5"), None, id="Arabic marks decide themselves"),
    ],
)
@pytest.mark.parametrize("type_", ["money", "number", "integer"])
def test_decimal_mark(type_, values, mark):
    assert decide(type_, *values) == Form(type_, decimal_mark=mark)


def test_amounts_that_fit_both_marks_are_refused_with_advice():
    undecided = decide("money", "1,234", "2,500", "7")
    assert isinstance(undecided, Undecided)
    assert "2 numbers such as 1,234 or 1.234" in str(undecided.why)
    assert 'Write decimal_mark = "." or ","' in str(undecided.why)


def test_whole_numbers_with_commas_have_thousands():
    assert decide("integer", "1,234", "7") == Form("integer", decimal_mark=".")
    assert isinstance(decide("integer", "1.234", "7"), Undecided)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        pytest.param(("0.2", "0.75", "1", "0"), "fraction", id="fractions"),
        pytest.param(("20", "75", "100", "0"), "hundred", id="of a hundred"),
        pytest.param(("20%", "75 %"), "hundred", id="percent signs"),
        pytest.param(("0", "1"), "fraction", id="none or all"),
        pytest.param(("0.2",) * 20 + ("1.5",), "fraction", id="an outlier over one"),
        pytest.param(("20",) * 20 + ("0.5",), "hundred", id="half a percent"),
    ],
)
def test_scale_of_shares(values, scale):
    decided = decide("share", *values)
    assert isinstance(decided, Form)
    assert decided.scale == scale


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(("0.2", "75"), id="fractions and hundreds"),
        pytest.param(("0.2", "75 %"), id="fractions and percent signs"),
    ],
)
def test_shares_in_two_scales_are_refused(values):
    undecided = decide("share", *values)
    assert isinstance(undecided, Undecided)
    assert "with a percent sign" in str(undecided.why)


@pytest.mark.parametrize("type_", ["text", "code", "boolean"])
def test_other_types_have_one_form(type_):
    assert decide_form(type_, {}) == Form(type_)


def columns(**values):
    return tuple(
        ColumnCounts(name, each[0], count(each[0], each[1:])) for name, each in values.items()
    )


def test_an_undecided_column_takes_the_order_of_its_file_and_says_so():
    forms, notes = decide_forms(
        columns(
            created=("date", "31/12/2026"),
            closed=("timestamp", "03/04/2026"),
            amount=("money", "1.234,50"),
            price=("money", "1.234"),
        )
    )
    assert forms["closed"] == Form("timestamp", date_order="dmy")
    assert forms["price"] == Form("money", decimal_mark=",")
    assert [str(note) for note in notes] == [
        "closed fits two readings; it was read as the other columns of the file are, dmy",
        "price fits two readings; it was read as the other columns of the file are, ,",
    ]


def test_an_undecided_column_stays_so_when_the_others_disagree():
    forms, notes = decide_forms(
        columns(
            created=("date", "31/12/2026"),
            signed=("date", "12/31/2026"),
            closed=("date", "03/04/2026"),
            amount=("money", "1,5"),
            cost=("money", "1.5"),
            price=("money", "1,234"),
        )
    )
    assert isinstance(forms["closed"], Undecided)
    assert isinstance(forms["price"], Undecided)
    assert notes == ()


def test_what_the_mapping_states_goes_first():
    forms, _ = decide_forms(
        (
            ColumnCounts("closed", "date", count("date", ["03/04/2026"]), date_order="mdy"),
            ColumnCounts("price", "money", count("money", ["1,234"]), decimal_mark=","),
            ColumnCounts("cost", "share", count("share", ["25"]), decimal_mark="."),
        )
    )
    assert forms == {
        "closed": Form("date", date_order="mdy"),
        "price": Form("money", decimal_mark=","),
        "cost": Form("share", decimal_mark=".", scale="hundred"),
    }
