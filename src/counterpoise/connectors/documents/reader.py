"""Writes numbers, dates and sentences as a reader of a language expects them.

Arabic uses Arabic-Indic digits (as in ar-SA), the Gregorian months and the currency's Arabic name.
`say` gives plain text for workbooks and charts; `say_html` isolates what stands in a sentence with
<bdi>, so a Latin name does not turn an Arabic sentence around.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from string import Formatter
from typing import Literal

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import (
    format_compact_decimal,
    format_decimal,
    get_currency_name,
    get_currency_symbol,
)
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from counterpoise.connectors.documents import names
from counterpoise.domain.values.period import Period, UnknownPeriod, add_months
from counterpoise.domain.values.text import Text, Value

Language = Literal["en", "ar"]
Number = int | float | Decimal
LOCALES: dict[Language, str] = {"en": "en_US", "ar": "ar_SA"}
COMPACT_FROM = 10_000
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERIOD_PLACES = {"month", "period", "quarter"}


@dataclass(frozen=True, slots=True)
class Reader:
    """currency is the code that amounts are in, or empty when the data names none.

    mirrors: whether charts of a right-to-left language run from right to left as well.
    """

    language: Language
    currency: str
    mirrors: bool = True

    @property
    def locale(self) -> Locale:
        return Locale.parse(LOCALES[self.language])

    @property
    def is_rtl(self) -> bool:
        return self.language == "ar"

    @property
    def is_mirrored(self) -> bool:
        return self.is_rtl and self.mirrors

    def digits(self, written: str) -> str:
        return written.translate(_ARABIC_DIGITS) if self.is_rtl else written

    def number(self, value: Number, places: int = 0) -> str:
        """In full, rounded half to even to `places` decimals; trailing zeros are left out."""
        return self._write(value, "#,##0." + "#" * places if places else "#,##0", places)

    def short(self, value: Number) -> str:
        """Rounded for people to three figures: 1.23M, 45.6K; below 10,000 in full."""
        amount = _exact(value)
        if abs(amount) < COMPACT_FROM:
            return self.number(amount)
        rounded = _round_to_figures(abs(amount), 3)
        written = format_compact_decimal(
            rounded, locale=self.locale, fraction_digits=2, numbering_system="default"
        )
        return self._sign(written, is_negative=amount < 0)

    def signed(self, value: Number) -> str:
        """As `short`, with a plus where it adds."""
        return f"+{self.short(value)}" if _exact(value) > 0 else self.short(value)

    def money(self, value: Number) -> str:
        """As `short`, with the currency."""
        amount = _exact(value)
        return self._sign(self._with_currency(self.short(abs(amount))), is_negative=amount < 0)

    def exact_money(self, value: Number) -> str:
        amount = _exact(value)
        whole = amount == amount.to_integral_value()
        written = self._write(abs(amount), "#,##0" if whole else "#,##0.00", 0 if whole else 2)
        written = self._with_currency(written)
        return self._sign(written, is_negative=amount < 0)

    def share(self, value: Number, places: int = 0) -> str:
        """A fraction as a percentage; below 10 % with one decimal where it has one."""
        percent = _exact(value) * 100
        shown = places or (1 if 0 < abs(percent) < 10 else 0)
        return self.number(percent, shown) + ("٪" if self.is_rtl else "%")

    def measured(self, value: Number, unit: str) -> str:
        """A published measure in its unit, which for amounts is their currency."""
        if unit == "share":
            return self.share(value)
        if unit.endswith(" a day"):
            return names.write_unit(self.money(value), "a day")
        if self.is_money(unit):
            return self.money(value)
        return names.write_unit(self.number(value, 1), unit)

    def unit(self, unit: str) -> str:
        """A measure's unit alone."""
        if unit.endswith(" a day"):
            return names.write_unit(self.unit(unit.removesuffix(" a day")), "a day")
        if self.is_money(unit):
            return self.currency_name() or names.name_code("unit", "money")
        return names.name_code("unit", unit)

    def is_money(self, unit: str) -> bool:
        return unit in {"money", "currency", self.currency}

    def quantity(self, value: Number) -> str:
        """Deals, people, hours: with a decimal below a hundred."""
        return self.number(value, 1 if -100 < value < 100 else 0)

    def day(self, day: date) -> str:
        pattern = "d MMMM y" if self.is_rtl else "d MMM y"
        return self.digits(format_date(day, pattern, self.locale))

    def month(self, first: date) -> str:
        return self.digits(format_date(first, "MMMM y", self.locale))

    def short_month(self, first: date) -> str:
        return self.digits(format_date(first, "MMM y", self.locale))

    def short_day(self, day: date) -> str:
        return self.digits(format_date(day, "d MMMM" if self.is_rtl else "d MMM", self.locale))

    def period(self, period: Period) -> str:
        written = str(period)
        if "Q" in written:
            return self.digits(format_date(period.start, "QQQQ y" if self.is_rtl else "QQQ y",
                                           self.locale))  # fmt: skip
        if ".." in written:
            last = add_months(period.end, -1)
            return f"{self.month(period.start)} – {self.month(last)}"
        return self.digits(written) if written.isdigit() else self.month(period.start)

    def currency_name(self) -> str:
        return str(get_currency_name(self.currency, locale=self.locale)) if self.currency else ""

    def say(self, sentence: Text) -> str:
        values = {place: self._word(place, value) for place, value in sentence.values}
        return _fill(gettext(sentence.template), values)

    def say_html(self, sentence: Text) -> SafeString:
        values = {place: isolate(self._word(place, value)) for place, value in sentence.values}
        return mark_safe(_fill(str(escape(gettext(sentence.template))), values))  # noqa: S308 -- escaped

    def say_with(self, sentence: Text, wrap: Callable[[str], str]) -> str:
        """As `say`, each value wrapped first: in marks of direction, where there is no markup."""
        values = {place: wrap(self._word(place, value)) for place, value in sentence.values}
        return _fill(gettext(sentence.template), values)

    def _write(self, value: Number, pattern: str, places: int) -> str:
        rounded = round(_exact(value), places)
        return self._sign(
            format_decimal(abs(rounded), pattern, self.locale, numbering_system="default"),
            is_negative=rounded < 0,
        )

    def _word(self, place: str, value: Value) -> str:
        if isinstance(value, Text | date):
            return self.say(value) if isinstance(value, Text) else self.day(value)
        if isinstance(value, Decimal | int):
            return self.number(value, 2 if -1000 < value < 1000 else 0)
        if place == "currency" and self.is_rtl and value == self.currency:
            return self.currency_name()
        if place in _PERIOD_PLACES:
            return self._read_period(value)
        if _ISO_DAY.fullmatch(value):
            return self.day(date.fromisoformat(value))
        return names.name_in_sentence(place, value)

    def _read_period(self, written: str) -> str:
        try:
            return self.period(Period.parse(written))
        except UnknownPeriod:
            return written

    def _with_currency(self, written: str) -> str:
        if not self.currency:
            return written
        if self.is_rtl:
            return f"{written}\N{NO-BREAK SPACE}{self.currency_name()}"
        symbol = get_currency_symbol(self.currency, locale=self.locale)
        return f"{symbol}\N{NO-BREAK SPACE}{written}" if symbol.isalpha() else symbol + written

    def _sign(self, written: str, *, is_negative: bool) -> str:
        written = self.digits(written)
        if not is_negative:
            return written
        return f"\N{ARABIC LETTER MARK}-{written}" if self.is_rtl else f"\N{MINUS SIGN}{written}"


def isolate(written: str) -> SafeString:
    """For a page: keeps its own direction whatever stands around it; figures run left to right."""
    if not written:
        return mark_safe("")
    is_plain = written.isascii() and not any(each.isalpha() for each in written)
    return format_html('<bdi dir="ltr">{}</bdi>' if is_plain else "<bdi>{}</bdi>", written)


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _round_to_figures(value: Decimal, figures: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - figures + 1), ROUND_HALF_EVEN)


def _fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled; a place with nothing in it takes its space with it."""
    parts = []
    for written, place, _, _ in Formatter().parse(template):
        parts.append(written)
        if place is None:
            continue
        value = values.get(place, "{" + place + "}")
        if not value and written.endswith(" "):
            parts[-1] = written[:-1]
        parts.append(value)
    return "".join(parts)
