"""The shapes in which numbers and dates are written, as patterns that RE2 and Python both know.

They are matched against a tidied value: see TIDY_FROM, TIDY_TO and casting.tidy.
"""

# Characters that are read as others before a value is looked at; those without a partner in
# TIDY_TO are dropped (invisible marks). Same rule as SQL's translate(value, from, to).
TIDY_FROM = (
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
    "\u00a0\u202f\u2009\u2007\t\u2212\u2019\uff05\u066a"
    "\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
TIDY_TO = "01234567890123456789" + "     -'%%"

CURRENCY_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₺": "TRY",
    "₪": "ILS",
    "₩": "KRW",
    "₽": "RUB",
    "US$": "USD",
    "ر.س": "SAR",
    "د.إ": "AED",
    "ج.م": "EGP",
    "د.ك": "KWD",
    "ر.ق": "QAR",
    "د.ب": "BHD",
    "ر.ع": "OMR",
    "د.أ": "JOD",
}
"""What a sign stands for. `$`, `¥` and `﷼` name several currencies, so they are not here."""

_CODES = (
    "USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|ILS|IRR|SAR|AED|EGP|KWD|QAR|BHD"
    "|OMR|JOD|IQD|LBP|SYP|YER|MAD|TND|DZD|LYD|SDG|INR|PKR|BDT|LKR|CNY|JPY|KRW|HKD|TWD|SGD|MYR|IDR"
    "|THB|VND|PHP|AUD|NZD|CAD|MXN|BRL|ARS|CLP|COP|PEN|ZAR|NGN|KES|GHS"
)
_ARABIC_SIGNS = "|".join(
    rf"{first}\.{second}\.?" for first, second in ("رس", "دإ", "جم", "دك", "رق", "دب", "رع", "دأ")
)
CURRENCY = rf"(?:{_CODES}|(?:US)?\$|[€£¥₹₺₪₩₽﷼]|{_ARABIC_SIGNS})"

_LOCAL = r"(?:[0-9]+|[1-9][0-9]{0,2}(?:٬[0-9]{3})+)٫[0-9]+|[1-9][0-9]{0,2}(?:٬[0-9]{3})+"
_SPACED = r"[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]{0,2}(?:'[0-9]{3})+"
_PLAIN = rf"(?:[0-9]+|{_SPACED}|{_LOCAL})"
_POINT = (
    rf"(?:(?:[0-9]+|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|[1-9][0-9]?(?:,[0-9]{{2}})+,[0-9]{{3}}"
    rf"|{_SPACED})(?:\.[0-9]+)?|\.[0-9]+|{_LOCAL})"
)
_COMMA = (
    rf"(?:(?:[0-9]+|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+|{_SPACED})(?:,[0-9]+)?|,[0-9]+|{_LOCAL})"
)
_ZERO = r"0+(?:[.,٫]0*)?|[.,]0+"
_BETWEEN = r"(?:0*[.,٫][0-9]*[1-9][0-9]*)"
_OVER = r"(?:0*[1-9][0-9]{1,}(?:[.,٫][0-9]+)?|0*[2-9](?:[.,٫][0-9]+)?|0*1[.,٫][0-9]*[1-9][0-9]*)"


def _dressed(body: str) -> str:
    """A number with its sign, currency, percent sign or accountant's brackets around it."""
    money = rf"(?:{CURRENCY} ?)?"
    tail = rf"(?: ?{CURRENCY}| ?%)?"
    return rf"(?:[-+]? ?{money}{body}{tail}|{CURRENCY} ?[-+]{body}|\({money}{body}{tail}\)|{body}-)"


NUMBER_SHAPES: dict[str, str] = {
    "plain": _dressed(_PLAIN),
    "point": _dressed(_POINT),
    "comma": _dressed(_COMMA),
    "either_comma": _dressed(r"[1-9][0-9]{0,2},[0-9]{3}"),
    "either_dot": _dressed(r"[1-9][0-9]{0,2}\.[0-9]{3}"),
    "percent": r"[-+]?[0-9.,٫٬' ]+%",
    "between": rf"[-+]?{_BETWEEN}",
    "over": rf"[-+]?{_OVER}",
}
"""plain reads the same whatever the decimal mark; point and comma read with that decimal mark, and
include plain; the two `either` read differently with each. percent, between (0 and 1) and over (1)
are for shares."""

_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"[12][0-9]{3}"
_SHORT_YEAR = r"(?:[12][0-9]{3}|[0-9]{2})"
_TIME = (
    r"(?:(?:[Tt]|,? ) ?(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?:[AaPp]\.?[Mm]\.?|ص|م))?(?: ?(?:[Zz]|UTC|GMT|[-+][0-9]{2}(?::?[0-9]{2})?))?)?"
)
_WORD = r"[^0-9 ,./:_-]+"


def _divided(first: str, second: str, third: str) -> str:
    parts = (rf"{first}{mark}{second}{mark}{third}" for mark in ("/", "-", r"\."))
    return rf"(?:{'|'.join(parts)})"


def _same() -> str:
    pairs = "|".join(f"0?{n}{{0}}0?{n}" if n < 10 else f"{n}{{0}}{n}" for n in range(1, 13))
    return "|".join(f"(?:{pairs.format(mark)}){mark}{_YEAR}" for mark in ("/", "-", "[.]"))


YMD = _divided(r"[12][0-9]{3}", _MONTH, _DAY)
COMPACT = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
NAMED = (
    rf"(?:{_WORD}, ?)?(?:{_DAY}[ -]?(?:{_WORD}|{_WORD} {_WORD})\.?[ -]?,? ?{_SHORT_YEAR}"
    rf"|{_WORD}\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR})"
)
SERIAL = r"[1-9][0-9]{4}(?:\.[0-9]+)?"

DATE_SHAPES: dict[str, str] = {
    "ymd": rf"(?:{YMD}|{COMPACT}){_TIME}",
    "named": NAMED + _TIME,
    "serial": SERIAL,
    "dmy": _divided(_DAY, _MONTH, _YEAR) + _TIME,
    "mdy": _divided(_MONTH, _DAY, _YEAR) + _TIME,
    "either": _divided(_MONTH, _MONTH, _YEAR) + _TIME,
    "same": rf"(?:{_same()}){_TIME}",
}
"""dmy and mdy include `either`, which both can read; `same` (05/05/2026) is the same day in both.
ymd, named (Mar 4, 2026) and serial (a spreadsheet's day number) can be read in one way only."""
