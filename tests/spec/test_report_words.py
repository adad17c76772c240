"""How the report writes numbers, dates and sentences for readers of English and of Arabic."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text

EN = Reader("en", "USD")
AR = Reader("ar", "AED")


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        pytest.param("0", "$0", id="nothing"),
        pytest.param("9999.4", "$9,999", id="small amounts stand in full"),
        pytest.param("45649", "$45.6K", id="thousands have three figures"),
        pytest.param("1234567.89", "$1.23M", id="millions have three figures"),
        pytest.param("999999", "$1M", id="just under a million is a million"),
        pytest.param("-45649", "−$45.6K", id="below nothing the sign comes first"),
        pytest.param("5000000000", "$5B", id="billions"),
    ],
)
def test_money_is_rounded_for_people(amount, written):
    assert EN.money(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        pytest.param("1234567.5", "$1,234,567.50", id="cents have two digits"),
        pytest.param("1234567", "$1,234,567", id="whole amounts have none"),
        pytest.param("-0.01", "−$0.01", id="a cent owed"),
    ],
)
def test_exact_money_loses_nothing(amount, written):
    assert EN.exact_money(Decimal(amount)) == written


def test_a_currency_without_a_sign_is_written_by_its_code():
    assert Reader("en", "AED").money(1_250_000) == "AED\xa01.25M"


def test_amounts_of_an_unnamed_currency_stand_alone():
    assert (Reader("en", "").money(45_649), Reader("en", "").currency_name()) == ("45.6K", "")


@pytest.mark.parametrize(
    ("fraction", "written"),
    [
        pytest.param(0.0284, "2.8%", id="small shares have a decimal"),
        pytest.param(0.4121, "41%", id="large ones do not"),
        pytest.param(-0.021, "−2.1%", id="below nothing"),
        pytest.param(0, "0%", id="nothing"),
    ],
)
def test_share(fraction, written):
    assert EN.share(fraction) == written


def test_arabic_is_written_in_arabic_digits_words_and_currency():
    written = (
        AR.money(1_234_567),
        AR.share(0.284),
        AR.day(date(2026, 10, 3)),
        AR.period(Period.parse("2026-Q4")),
        AR.period(Period.parse("2026-11")),
        AR.period(Period.parse("2026")),
        AR.number(Decimal("-1234.5"), 1),
    )
    assert written == (
        "١٫٢٣\xa0مليون\xa0درهم إماراتي",
        "٢٨٪",
        "٣ أكتوبر ٢٠٢٦",
        "الربع الرابع ٢٠٢٦",
        "نوفمبر ٢٠٢٦",
        "٢٠٢٦",
        "\u061c-١٬٢٣٤٫٥",
    )


def test_a_run_of_months_names_its_first_and_last():
    period = Period(date(2026, 11, 1), date(2027, 3, 1))
    assert EN.period(period) == "November 2026 – February 2027"


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        pytest.param("share", "1,250%", id="a share"),
        pytest.param("money", "$12", id="money"),
        pytest.param("money a day", "$12 a day", id="money a day"),
        pytest.param("days", "12.5 days", id="days"),
        pytest.param("parsecs", "12.5 parsecs", id="a unit that nobody listed"),
    ],
)
def test_measures_carry_their_unit(unit, written):
    with translation.override("en"):
        assert EN.measured(Decimal("12.5"), unit) == written


def test_what_stands_in_a_sentence_is_written_for_the_reader():
    sentence = text(
        "{pool} needs {required} {unit} in {month} and can give {available}.",
        pool="Gulf <sellers>",
        required=Decimal("26.90"),
        unit="deals",
        month="2026-12",
        available=Decimal("21"),
    )
    with translation.override("en"):
        assert (
            EN.say(sentence) == "Gulf <sellers> needs 26.9 deals in December 2026 and can give 21."
        )
        assert EN.say_html(sentence) == (
            '<bdi>Gulf &lt;sellers&gt;</bdi> needs <bdi dir="ltr">26.9</bdi> <bdi>deals</bdi> in'
            ' <bdi>December 2026</bdi> and can give <bdi dir="ltr">21</bdi>.'
        )
    with translation.override("ar"):
        assert "<bdi>ديسمبر ٢٠٢٦</bdi>" in AR.say_html(sentence)


def test_dates_and_codes_in_a_sentence_are_read():
    sentence = text(
        "{day} {iso} {table} {month} {currency} {gone}",
        day=date(2026, 1, 2),
        iso="2026-01-03",
        table="opportunity",
        month="soon",
        currency="AED",
    )
    assert EN.say(sentence) == "2 Jan 2026 3 Jan 2026 deals soon AED {gone}"
    with translation.override("ar"):
        assert "درهم إماراتي" in AR.say(sentence)


def test_an_empty_value_leaves_no_gap():
    sentence = text("worth {money} {currency}, in {period}.", money=9, currency="", period="2026")
    assert EN.say(sentence) == "worth 9, in 2026."
    assert "<bdi></bdi>" not in EN.say_html(sentence)


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        pytest.param("currency", "دولار أمريكي", id="the data's currency"),
        pytest.param("USD a day", "دولار أمريكي يوميًا", id="money a day"),
        pytest.param("share", "نسبة", id="a share"),
    ],
)
def test_units_stand_alone_in_the_workbook(unit, written):
    with translation.override("ar"):
        assert Reader("ar", "USD").unit(unit) == written


def test_deals_without_a_region_are_a_part_of_their_own():
    with translation.override("ar"):
        assert (names.name_part("(none)"), names.name_part("Gulf")) == ("غير محدد", "Gulf")
