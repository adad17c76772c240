"""What holds for any value and column: exact or rejected, and no day is swapped for a month."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.casting import NULLS, STRIPPED, cast, tidy
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.collect.forms import FORMS_BY_TYPE, Form, Undecided, decide_form

money = st.decimals(-(10**15), 10**15, places=2)
days = st.dates(date(1950, 1, 1), date(2099, 12, 31))
WRITERS = {
    "dmy": lambda day: f"{day.day:02}/{day.month:02}/{day.year}",
    "mdy": lambda day: f"{day.month:02}/{day.day:02}/{day.year}",
    "ymd": lambda day: day.isoformat(),
}
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def count(type_, values):
    return {
        shape: sum(bool(re.fullmatch(pattern, tidy(each))) for each in values)
        for shape, pattern in FORMS_BY_TYPE[type_].items()
    }


@pytest.mark.case("IMP-07")
@given(st.lists(days, min_size=1, max_size=20), st.sampled_from(sorted(WRITERS)))
@settings(max_examples=300)
def test_no_day_is_ever_swapped_for_a_month(column, order):
    written = [WRITERS[order](day) for day in column]
    form = decide_form("date", count("date", written))
    if isinstance(form, Undecided):
        assert all(day.day <= 12 for day in column)
    else:
        assert [cast(each, "date", form).value for each in written] == column


@pytest.mark.case("IMP-08")
@given(money, st.sampled_from([".", ","]), st.sampled_from(["", " ", "'", "group"]), st.booleans())
@settings(max_examples=500)
def test_an_amount_is_read_as_it_was_written(amount, mark, group, is_eastern):
    other = "," if mark == "." else "."
    written = f"{amount:,.2f}".replace(",", "G").replace(".", mark)
    written = written.replace("G", other if group == "group" else group)
    if is_eastern:
        written = written.translate(EASTERN)
    assert cast(written, "money", Form("money", decimal_mark=mark)).value == amount


@given(st.text(alphabet="0123456789.,-+() '%eE$€NaInf_٣٫٬", max_size=14))
@settings(max_examples=500)
def test_whatever_is_read_as_an_amount_could_only_mean_that(written):
    tidied = tidy(written)
    for mark in (".", ",", None):
        value = cast(written, "money", Form("money", decimal_mark=mark)).value
        if value is None:
            continue
        assert tidied.lower() not in NULLS
        digits = re.sub(r"[^0-9]", "", tidied)
        assert isinstance(value, Decimal)
        assert int(digits) == abs(int(value.scaleb(-value.as_tuple().exponent)))


@pytest.mark.case("IMP-08")
@given(st.lists(money, min_size=1, max_size=30), st.sampled_from([".", ","]))
def test_a_column_of_amounts_is_read_right_or_refused(column, mark):
    other = "," if mark == "." else "."
    written = [f"{each:,.2f}".translate({44: other, 46: mark}) for each in column]
    form = decide_form("money", count("money", written))
    assert isinstance(form, Form)
    assert [cast(each, "money", form).value for each in written] == column


@given(st.text(max_size=40))
def test_any_text_can_be_cast_to_any_type(written):
    for type_ in ("text", "integer", "number", "money", "share", "date", "timestamp", "boolean"):
        read = cast(written, type_, Form(type_))
        assert read.reason is None or read.value is None


@pytest.mark.case("IMP-13")
@given(st.text(max_size=40))
def test_a_kept_text_has_no_unseen_characters_and_loses_no_letter(written):
    value = cast(written, "text", Form("text")).value or ""
    assert not re.search(STRIPPED, value)
    letters = [each for each in written if each.isalnum()]
    if value:
        assert [each for each in value if each.isalnum()] == letters


@given(st.text(min_size=1, max_size=30))
def test_folding_twice_is_folding_once(name):
    assert fold(fold(name)) == fold(name) or not fold(name).isalnum()


@pytest.mark.case("IMP-06")
@given(st.text(alphabet="ابتجحدذرزسشصضطظعغفقكلمنهويىةأإآ", min_size=1, max_size=12))
def test_arabic_names_fold_to_one_spelling(name):
    loud = "".join(f"{letter}ـ\u064e" for letter in name)
    assert fold(loud) == fold(name)
    assert fold(name.replace("ي", "ی").replace("ك", "ک")) == fold(name)
