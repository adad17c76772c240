"""Reads one value as the type of its attribute, exactly: no float on the way, nothing guessed.

What cannot be read is rejected with a reason; an empty value is None. Shares are fractions
(25 % is 0.25), timestamps are in UTC, a timestamp without a zone is in the company's.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from counterpoise.domain.collect.dating import read_day, read_moment
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.collect.forms import Form
from counterpoise.domain.collect.shapes import (
    CURRENCY,
    CURRENCY_SIGNS,
    NUMBER_SHAPES,
    TIDY_FROM,
    TIDY_TO,
)
from counterpoise.domain.tables.dictionary import Attribute, Type
from counterpoise.domain.values.text import Text, text

NULLS = frozenset({"", "null", "none", "n/a", "#n/a", "nil", "\\n"})
"""Spellings of nothing, in lower case, for every type but text."""
NULL_TEXTS = frozenset({"", "\\N", "NULL", "#N/A"})
"""Spellings of nothing in a text, where `none` or `nil` may be meant as written."""
SHEET_ERRORS = frozenset(
    {"#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
TRUE = frozenset({"true", "yes", "1", "1.0", "t", "y", "on", "نعم", "صح"})
FALSE = frozenset({"false", "no", "0", "0.0", "f", "n", "off", "لا", "خطأ"})
CODE_WORDS = {
    "inbound": "in",
    "incoming": "in",
    "outbound": "out",
    "outgoing": "out",
    "closedwon": "won",
    "closedlost": "lost",
    "inprogress": "open",
    "مفتوحه": "open",
    "مكسوبه": "won",
    "خاسره": "lost",
    "hour": "hours",
    "deal": "deals",
    "sales": "sellers",
}
"""Words of CRMs for the codes of the data dictionary, folded."""
STRIPPED = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]"
"""A pattern for what a text is rid of: control characters and invisible marks of direction."""
LARGEST = Decimal(10) ** 20
MONEY_DECIMALS = 4
"""Money is kept with 20 digits before the point and 4 after; more is rejected."""

Value = str | int | Decimal | date | datetime | bool

_TRANSLATED = str.maketrans(
    {
        ord(each): TIDY_TO[place] if place < len(TIDY_TO) else None
        for place, each in enumerate(TIDY_FROM)
    }
)
_STRIPPED = re.compile(STRIPPED)
_CURRENCY = re.compile(CURRENCY)
_SHAPES = {name: re.compile(shape) for name, shape in NUMBER_SHAPES.items()}


@dataclass(frozen=True, slots=True)
class Cast:
    """value: None where nothing was written, and where `reason` says why it cannot be read."""

    value: Value | None
    reason: Text | None = None


def cast(written: str | None, type_: Type, form: Form, zone: tzinfo = UTC) -> Cast:
    """Codes are only folded here; `cast_code` holds them to an attribute's allowed values."""
    if written is None:
        return Cast(None)
    if type_ in ("text", "code"):
        return _cast_text(written)
    tidied = tidy(written)
    if tidied.lower() in NULLS:
        return Cast(None)
    if type_ == "boolean":
        return _cast_boolean(tidied)
    if type_ in ("date", "timestamp"):
        return _cast_moment(tidied, type_, form, zone)
    return _cast_number(tidied, type_, form)


def cast_code(written: str | None, attribute: Attribute) -> Cast:
    """One of the attribute's allowed values, whatever case or CRM word it was written in."""
    read = _cast_text(written or "")
    if not isinstance(read.value, str) or read.value.lower() in NULLS:
        return read if read.reason else Cast(None)
    folded = fold(read.value)
    code = CODE_WORDS.get(folded, folded)
    if code in attribute.codes:
        return Cast(code)
    return Cast(
        None,
        text(
            "{value} is none of {codes}",
            value=read.value,
            codes=", ".join(attribute.codes),
        ),
    )


def tidy(written: str) -> str:
    """Western digits, plain spaces, no invisible marks: what shapes are matched against."""
    return written.translate(_TRANSLATED).strip(" ")


def find_currency(written: str) -> str | None:
    """The ISO code that stands with an amount, by code or by a sign that names one currency."""
    found = _CURRENCY.search(tidy(written))
    if found is None:
        return None
    sign = found[0]
    return sign if sign.isascii() and len(sign) == 3 and sign.isalpha() else _of_sign(sign)


def _of_sign(sign: str) -> str | None:
    return CURRENCY_SIGNS.get(sign) or CURRENCY_SIGNS.get(sign.rstrip("."))


def _cast_text(written: str) -> Cast:
    kept = _STRIPPED.sub("", written).strip(" \t\n\u00a0\u202f\u3000")
    if kept in NULL_TEXTS:
        return Cast(None)
    if kept in SHEET_ERRORS:
        return Cast(None, text("{value} is a spreadsheet's error, not a value", value=kept))
    return Cast(kept)


def _cast_boolean(tidied: str) -> Cast:
    folded = tidied.lower()
    if folded in TRUE or folded in FALSE:
        return Cast(folded in TRUE)
    return Cast(None, text("{value} is neither yes nor no", value=tidied))


def _cast_moment(tidied: str, type_: Type, form: Form, zone: tzinfo) -> Cast:
    read: Value | Text = (
        read_day(tidied, form.date_order)
        if type_ == "date"
        else read_moment(tidied, form.date_order, zone)
    )
    return Cast(None, read) if isinstance(read, Text) else Cast(read)


def _cast_number(tidied: str, type_: Type, form: Form) -> Cast:
    if (mark := _find_mark(tidied, form, is_whole=type_ == "integer")) is None:
        return Cast(None, _explain_number(tidied, form))
    number = _exact(tidied, mark)
    if type_ == "share":
        return Cast(number / 100 if "%" in tidied or form.scale == "hundred" else number)
    if problem := _find_problem(tidied, number, type_):
        return Cast(None, problem)
    return Cast(int(number) if type_ == "integer" else number)


def _find_problem(tidied: str, number: Decimal, type_: Type) -> Text | None:
    decimals = len(f"{number:f}".partition(".")[2].rstrip("0"))
    if "%" in tidied:
        return text("{value} is a share, not a number", value=tidied)
    if number.copy_abs() >= LARGEST or (type_ == "integer" and number.copy_abs() >= 2**63):
        return text("{value} is larger than any number that is kept", value=tidied)
    if type_ == "integer" and decimals:
        return text("{value} is no whole number", value=tidied)
    if type_ == "money" and decimals > MONEY_DECIMALS:
        return text("{value} has more than 4 decimals", value=tidied)
    return None


def _find_mark(tidied: str, form: Form, *, is_whole: bool) -> str | None:
    """The decimal mark to read a number with, or None where it is no number in this form."""
    if _SHAPES["plain"].fullmatch(tidied):
        return "."
    if form.decimal_mark:
        shape = "point" if form.decimal_mark == "." else "comma"
        return form.decimal_mark if _SHAPES[shape].fullmatch(tidied) else None
    if is_whole and _SHAPES["either_comma"].fullmatch(tidied):
        return "."
    if _SHAPES["either_comma"].fullmatch(tidied) or _SHAPES["either_dot"].fullmatch(tidied):
        return None
    if _SHAPES["point"].fullmatch(tidied):
        return "."
    return "," if _SHAPES["comma"].fullmatch(tidied) else None


def _exact(tidied: str, mark: str) -> Decimal:
    bare = _CURRENCY.sub("", tidied)
    is_negative = "-" in bare or bare.startswith("(")
    digits = re.sub(r"[^0-9.,٫]", "", bare)
    digits = digits.replace("." if mark == "," else ",", "").replace(mark, ".").replace("٫", ".")
    return Decimal(digits).copy_negate() if is_negative else Decimal(digits)


def _explain_number(tidied: str, form: Form) -> Text:
    if _SHAPES["point"].fullmatch(tidied) or _SHAPES["comma"].fullmatch(tidied):
        if form.decimal_mark:
            return text(
                "{value} is not written with the decimal mark of its column, {mark}",
                value=tidied,
                mark=form.decimal_mark,
            )
        return text(
            "{value} fits both a decimal comma and a decimal point, and the column is written in"
            " both ways",
            value=tidied,
        )
    return text("{value} is no number", value=tidied)
