"""Reading one value: exactly, or rejected with the reason, and never guessed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from counterpoise.domain.collect.casting import Cast, cast, cast_code, find_currency, tidy
from counterpoise.domain.collect.dating import read_moment
from counterpoise.domain.collect.forms import Form
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.values.text import Text

POINT = Form("money", decimal_mark=".")
COMMA = Form("money", decimal_mark=",")
OPEN = Form("money")


@pytest.mark.case("IMP-08")
@pytest.mark.parametrize(
    ("written", "form", "amount"),
    [
        pytest.param("1234.56", POINT, "1234.56", id="plain"),
        pytest.param("1,234.56", POINT, "1234.56", id="thousands by comma"),
        pytest.param("12,34,567.50", POINT, "1234567.50", id="lakhs and crores"),
        pytest.param("1.234,56", COMMA, "1234.56", id="decimal comma"),
        pytest.param("1.234,56 €", COMMA, "1234.56", id="decimal comma with euro sign"),
        pytest.param("1 234,56", COMMA, "1234.56", id="thousands by space"),
        pytest.param("1\u00a0234,56", COMMA, "1234.56", id="thousands by fixed space"),
        pytest.param("1\u202f234.56", POINT, "1234.56", id="thousands by narrow space"),
        pytest.param("1'234.50", POINT, "1234.50", id="thousands by apostrophe"),
        pytest.param("1’234.50", POINT, "1234.50", id="thousands by curly apostrophe"),
        pytest.param("(1,234.56)", POINT, "-1234.56", id="accountant's negative"),
        pytest.param("($1,234.56)", POINT, "-1234.56", id="accountant's negative with sign"),
        pytest.param("-1,000", POINT, "-1000", id="minus"),
        pytest.param("\u22121,000", POINT, "-1000", id="typographic minus"),
        pytest.param("1,000-", POINT, "-1000", id="minus behind"),
        pytest.param("$1,000", POINT, "1000", id="dollar sign"),
        pytest.param("$-5", POINT, "-5", id="minus behind the sign"),
        pytest.param("USD 1,000.10", POINT, "1000.10", id="currency code before"),
        pytest.param("1,000.10 SAR", POINT, "1000.10", id="currency code behind"),
        pytest.param("1,000.10 ر.س", POINT, "1000.10", id="riyal in Arabic"),
        pytest.param("١٢٣٫٤", POINT, "123.4", id="Arabic digits"),
        pytest.param("١٢٣٫٤", COMMA, "123.4", id="Arabic digits in a comma column"),
        pytest.param("١٬٢٣٤٫٥٠", OPEN, "1234.50", id="Arabic thousands"),
        pytest.param("۱۲۳۴", OPEN, "1234", id="Persian digits"),
        pytest.param("1234567890123456.78", POINT, "1234567890123456.78", id="no float on the way"),
        pytest.param("1.50000", POINT, "1.50000", id="zeros behind are no decimals"),
        pytest.param(".5", POINT, ".5", id="no zero before the point"),
        pytest.param("1,234,567", OPEN, "1234567", id="two groups decide themselves"),
        pytest.param("1234,5", OPEN, "1234.5", id="one decimal decides itself"),
    ],
)
def test_amounts_are_read_exactly(written, form, amount):
    assert cast(written, "money", form) == Cast(Decimal(amount))


@pytest.mark.parametrize(
    ("written", "type_", "form", "reason"),
    [
        pytest.param("1e5", "money", POINT, "1e5 is no number", id="exponent"),
        pytest.param("NaN", "number", POINT, "NaN is no number", id="not a number"),
        pytest.param("Infinity", "number", POINT, "Infinity is no number", id="infinity"),
        pytest.param("--", "money", POINT, "-- is no number", id="dashes"),
        pytest.param("1_000", "money", POINT, "1_000 is no number", id="underscore"),
        pytest.param("-$-5", "money", POINT, "-$-5 is no number", id="two signs"),
        pytest.param("1,23,45", "money", POINT, "1,23,45 is no number", id="broken groups"),
        pytest.param("12 apples", "money", POINT, "12 apples is no number", id="words"),
        pytest.param("5 %", "money", POINT, "5 % is a share, not a number", id="percent"),
        pytest.param("1.23456", "money", POINT, "1.23456 has more than 4 decimals", id="too fine"),
        pytest.param(
            "9" * 21,
            "money",
            POINT,
            f"{'9' * 21} is larger than any number that is kept",
            id="huge",
        ),
        pytest.param(
            str(2**63), "integer", POINT, f"{2**63} is larger than any number that is kept", id="id"
        ),
        pytest.param("1.5", "integer", POINT, "1.5 is no whole number", id="half a person"),
        pytest.param(
            "1.234,56",
            "money",
            POINT,
            "1.234,56 is not written with the decimal mark of its column, .",
            id="another decimal mark",
        ),
        pytest.param(
            "1,234",
            "money",
            OPEN,
            "1,234 fits both a decimal comma and a decimal point, and the column is written in both"
            " ways",
            id="a thousand or a bit over one",
        ),
        pytest.param("maybe", "boolean", Form("boolean"), "maybe is neither yes nor no", id="bool"),
        pytest.param(
            "#REF!", "text", Form("text"), "#REF! is a spreadsheet's error, not a value", id="error"
        ),
    ],
)
def test_what_cannot_be_read_says_why(written, type_, form, reason):
    read = cast(written, type_, form)
    assert (read.value, str(read.reason)) == (None, reason)


@pytest.mark.parametrize(
    ("written", "form", "share"),
    [
        pytest.param("25 %", Form("share"), "0.25", id="percent sign with space"),
        pytest.param("25%", Form("share"), "0.25", id="percent sign"),
        pytest.param("٢٥٪", Form("share"), "0.25", id="Arabic percent"),
        pytest.param("0.25", Form("share"), "0.25", id="fraction"),
        pytest.param("25", Form("share", scale="hundred"), "0.25", id="of a hundred"),
        pytest.param("25%", Form("share", scale="hundred"), "0.25", id="sign in a hundred column"),
        pytest.param("1", Form("share", scale="hundred"), "0.01", id="one of a hundred"),
        pytest.param("1.5", Form("share"), "1.5", id="out of range is for health to judge"),
    ],
)
def test_shares_are_fractions(written, form, share):
    assert cast(written, "share", form) == Cast(Decimal(share))


@pytest.mark.case("TIM-06")
@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        pytest.param("2026-04-03", None, date(2026, 4, 3), id="ISO"),
        pytest.param("2026/4/3", None, date(2026, 4, 3), id="ISO with strokes"),
        pytest.param("20260403", None, date(2026, 4, 3), id="compact"),
        pytest.param("03/04/2026", "dmy", date(2026, 4, 3), id="day first"),
        pytest.param("03/04/2026", "mdy", date(2026, 3, 4), id="month first"),
        pytest.param("3.4.2026", "dmy", date(2026, 4, 3), id="dots"),
        pytest.param("٠٣/٠٤/٢٠٢٦", "dmy", date(2026, 4, 3), id="Arabic digits"),
        pytest.param("31/12/2026", None, date(2026, 12, 31), id="only a day can be 31"),
        pytest.param("12/31/2026", None, date(2026, 12, 31), id="only a day can be 31, American"),
        pytest.param("05/05/2026", None, date(2026, 5, 5), id="the same both ways"),
        pytest.param("Mar 4, 2026", None, date(2026, 3, 4), id="month by name"),
        pytest.param("March 4th, 2026", None, date(2026, 3, 4), id="ordinal"),
        pytest.param("4 March 2026", None, date(2026, 3, 4), id="day before the name"),
        pytest.param("Wednesday, 4 March 2026", None, date(2026, 3, 4), id="weekday before"),
        pytest.param("04-Mar-26", None, date(2026, 3, 4), id="month by name, short year"),
        pytest.param("04-Mar-98", None, date(1998, 3, 4), id="short year of the last century"),
        pytest.param("٤ مارس ٢٠٢٦", None, date(2026, 3, 4), id="Arabic month"),
        pytest.param("4 كانون الثاني 2026", None, date(2026, 1, 4), id="Levantine month"),
        pytest.param("45000", None, date(2023, 3, 15), id="a spreadsheet's day number"),
        pytest.param("2018-12-19 00:00:00", None, date(2018, 12, 19), id="midnight beside it"),
        pytest.param("29/02/2024", "dmy", date(2024, 2, 29), id="leap day"),
    ],
)
def test_days(written, order, day):
    assert cast(written, "date", Form("date", date_order=order)) == Cast(day)


@pytest.mark.parametrize(
    ("written", "order", "reason"),
    [
        pytest.param("31/02/2026", "dmy", "31/02/2026 is no day of the calendar", id="31 February"),
        pytest.param(
            "29/02/2023", "dmy", "29/02/2023 is no day of the calendar", id="no leap year"
        ),
        pytest.param("20260231", None, "20260231 is no day of the calendar", id="compact"),
        pytest.param("2026-13-01", None, "2026-13-01 is no day of the calendar", id="13 months"),
        pytest.param("0026-01-01", None, "0026-01-01 is no day of the calendar", id="year 26"),
        pytest.param("03/04/2026", None, "03/04/2026 fits both day/month and month/day", id="both"),
        pytest.param(
            "03/04/26", "dmy", "03/04/26 has a year of two digits, which fits several days", id="26"
        ),
        pytest.param("1/2/345", "dmy", "1/2/345 is no date", id="year of three digits"),
        pytest.param("123/2/2026", "dmy", "123/2/2026 is no date", id="day of three digits"),
        pytest.param("6:49:18", None, "6:49:18 is no date", id="a time alone"),
        pytest.param("soon", None, "soon is no date", id="a word"),
        pytest.param("4 Foo 2026", None, "4 Foo 2026 is no date", id="no month"),
        pytest.param("2026-01-01 25:00", None, "2026-01-01 25:00 has no readable time", id="25 h"),
        pytest.param(
            "2026-01-01x", None, "2026-01-01x has no readable time", id="something behind"
        ),
    ],
)
def test_days_that_are_none(written, order, reason):
    read = cast(written, "date", Form("date", date_order=order))
    assert (read.value, str(read.reason)) == (None, reason)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        pytest.param("2019-09-10 22:01:17.446", (2019, 9, 10, 22, 1, 17, 446000), id="millis"),
        pytest.param("2019-09-10T22:01:17Z", (2019, 9, 10, 22, 1, 17), id="ISO in UTC"),
        pytest.param("2019-09-10T22:01:17+03:00", (2019, 9, 10, 19, 1, 17), id="ISO with zone"),
        pytest.param("2019-09-10 22:01:17-0330", (2019, 9, 11, 1, 31, 17), id="zone to the west"),
        pytest.param("2019-09-10 22:01:17+03", (2019, 9, 10, 19, 1, 17), id="zone in hours"),
        pytest.param("2019-09-10 6:49:18", (2019, 9, 10, 6, 49, 18), id="hour of one digit"),
        pytest.param("2019-09-10 06:49", (2019, 9, 10, 6, 49), id="no seconds"),
        pytest.param("2019-09-10 6:49 PM", (2019, 9, 10, 18, 49), id="afternoon"),
        pytest.param("2019-09-10 12:05 AM", (2019, 9, 10, 0, 5), id="after midnight"),
        pytest.param("2019-09-10 06:49 م", (2019, 9, 10, 18, 49), id="afternoon in Arabic"),
        pytest.param("Sep 10, 2019, 6:49 AM", (2019, 9, 10, 6, 49), id="month by name"),
        pytest.param("2019-09-10", (2019, 9, 10), id="a day is its midnight"),
        pytest.param("45000.5", (2023, 3, 15, 12), id="a spreadsheet's day number"),
        pytest.param("20190910T220117", None, id="compact time is not read"),
        pytest.param("2019-09-10 13:00 PM", None, id="13 in the afternoon"),
        pytest.param("2019-09-10 10:00+99", None, id="no such zone"),
        pytest.param("soon", None, id="a word"),
    ],
)
def test_moments_are_in_utc(written, moment):
    read = cast(written, "timestamp", Form("timestamp"))
    assert read.value == (datetime(*moment, tzinfo=UTC) if moment else None)
    assert (read.reason is None) == (moment is not None)


@pytest.mark.case("TIM-02")
def test_a_moment_without_a_zone_is_in_the_company_s():
    riyadh = ZoneInfo("Asia/Riyadh")
    read = cast("2026-01-01 02:00", "timestamp", Form("timestamp"), riyadh)
    assert read == Cast(datetime(2025, 12, 31, 23, tzinfo=UTC))


def test_a_moment_outside_the_calendar_is_rejected():
    read = read_moment("9999-12-31 23:00-03", None, UTC)
    assert isinstance(read, Text)
    assert str(read) == "9999-12-31 23:00-03 lies outside the calendar"


@pytest.mark.parametrize(
    "written", ["", " ", "\u00a0", "null", "NULL", "None", "n/a", "#N/A", "\\N"]
)
@pytest.mark.parametrize("type_", ["integer", "money", "share", "date", "timestamp", "boolean"])
def test_spellings_of_nothing(written, type_):
    assert cast(written, type_, Form(type_)) == Cast(None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("0012345678901234567890", "0012345678901234567890", id="id with zeros"),
        pytest.param("+966 50 123 4567", "+966 50 123 4567", id="phone"),
        pytest.param("  Acme  ", "Acme", id="spaces around"),
        pytest.param("None", "None", id="a word that may be meant"),
        pytest.param("NULL", None, id="what databases write"),
        pytest.param("مؤسسة النور", "مؤسسة النور", id="Arabic"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="Persian non-joiner stays"),
        pytest.param("\u202eevil", "evil", id="reversing mark goes"),
        pytest.param("a\u200bb\x07c", "abc", id="unseen characters go"),
        pytest.param("{{7*7}}'; DROP--", "{{7*7}}'; DROP--", id="code stays as written"),
        pytest.param("two\nlines", "two\nlines", id="line break stays"),
        pytest.param(None, None, id="no cell"),
    ],
)
def test_texts(written, value):
    assert cast(written, "text", Form("text")) == Cast(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [("yes", True), ("TRUE", True), ("1", True), ("نعم", True), ("no", False), ("لا", False)],
)
def test_booleans(written, value):
    assert cast(written, "boolean", Form("boolean")) == Cast(value)


def test_whole_numbers_may_carry_a_zero_behind_the_point():
    assert cast("2.0", "integer", Form("integer", decimal_mark=".")) == Cast(2)
    assert cast("1,234", "integer", Form("integer")) == Cast(1234)


@pytest.mark.parametrize(
    ("table", "attribute", "written", "code"),
    [
        ("opportunity", "status", "Won", "won"),
        ("opportunity", "status", "Closed Won", "won"),
        ("opportunity", "status", "", None),
        ("opportunity", "status", "n/a", None),
        ("activity", "direction", "INBOUND", "in"),
    ],
)
def test_codes(table, attribute, written, code):
    assert cast_code(written, get_table(table).get_attribute(attribute)) == Cast(code)


def test_a_code_that_is_none_names_those_there_are():
    status = get_table("opportunity").get_attribute("status")
    assert str(cast_code("paused", status).reason) == "paused is none of open, won, lost"
    assert cast_code("#REF!", status).reason is not None


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("€ 5", "EUR"),
        ("5 SAR", "SAR"),
        ("5 ر.س.", "SAR"),
        ("US$ 5", "USD"),
        ("$5", None),
        ("5", None),
    ],
)
def test_currency_beside_an_amount(written, currency):
    assert find_currency(written) == currency


def test_tidy_makes_western_digits_and_plain_spaces():
    assert tidy("\u200f١٢\u00a0٣\u202c ") == "12 3"
