"""Casts in the engine for the plain spellings; every other spelling goes through domain casting.

A spelling is plain when the domain's `cast` reads it alike in SQL whatever else the column holds:
ISO dates and times with a zone or without, plain numbers, text without control characters. What an
expression here leaves NULL is either nothing at all or is looked at by
`warehouse/staging/lookup.py`.
"""

from dataclasses import dataclass

from counterpoise.domain.collect.casting import NULL_TEXTS, SHEET_ERRORS, STRIPPED
from counterpoise.domain.collect.forms import Form
from counterpoise.domain.collect.shapes import TIDY_FROM, TIDY_TO
from counterpoise.domain.tables.dictionary import Attribute, Type
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.schema import engine_type
from counterpoise.warehouse.staging.clock import to_moment

NUMBERS: tuple[Type, ...] = ("integer", "number", "share", "money")
_DAY = "____-__-__"
_SECOND = "____-__-__ __:__:__"
_ZONED = "____-__-__T%"
"""How systems write moments: with a T, and with their zone behind the time."""
_ZONED_PATTERN = (
    "[12][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[-+](0[0-9]|1[0-4]):?[0-5][0-9])"
)
_SPACES = literal(" \t\n\u00a0\u202f\u3000")
# Fifteen digits keep a DOUBLE exact; longer numbers are cast one by one.
_WHOLE = "[0-9]{1,15}"


@dataclass(frozen=True, slots=True)
class FastCast:
    """looks_plain: a cheap condition on the spelling. value: what to read where it holds, of the
    attribute's type; NULL where it only looked plain."""

    looks_plain: str
    value: str

    @property
    def is_plain(self) -> str:
        return f"({self.looks_plain} AND {self.value} IS NOT NULL)"

    @property
    def sql(self) -> str:
        """The value, NULL for every spelling that is not plain."""
        return f"CASE WHEN {self.looks_plain} THEN {self.value} END"


def cast_fast(column: str, attribute: Attribute, form: Form | None, zone: str) -> FastCast | None:
    """None for a type that is always looked up: codes and booleans have few values.

    Without a form only those numbers are taken that read alike in every form.
    """
    if attribute.type == "date":
        return FastCast(_looks_iso(column, _DAY), f"TRY_CAST({column} AS DATE)")
    if attribute.type == "timestamp":
        return _cast_moment(column, zone)
    if attribute.type in NUMBERS and (pattern := _number_pattern(attribute.type, form)):
        type_ = engine_type(attribute)
        value = f"TRY_CAST({column} AS {type_})"
        return FastCast(f"regexp_full_match({column}, {literal(pattern)})", value)
    return None


def _cast_moment(column: str, zone: str) -> FastCast:
    is_zoned = f"{column} LIKE '{_ZONED}'"
    is_moment = f"regexp_full_match({column}, {literal(_ZONED_PATTERN)})"
    naive = to_moment(f"TRY_CAST({column} AS TIMESTAMP)", zone)
    return FastCast(
        f"CASE WHEN {is_zoned} THEN {is_moment} ELSE {_looks_iso(column, _SECOND)} END",
        f"CASE WHEN {is_zoned} THEN TRY_CAST({column} AS TIMESTAMPTZ) ELSE {naive} END",
    )


def cast_text(column: str, *, is_plain: bool) -> str:
    """NULL for what spells nothing and for a spreadsheet's error, see `find_sheet_error`.

    is_plain: control characters were ruled out for the whole file.
    """
    nothing = ", ".join(literal(each) for each in sorted(NULL_TEXTS | SHEET_ERRORS))
    kept = _strip(column)
    thorough = f"CASE WHEN {kept} IN ({nothing}) THEN NULL ELSE {kept} END"
    if not is_plain:
        return thorough
    untouched = (
        f"{column} >= '!' AND NOT suffix({column}, ' ') AND strlen({column}) = length({column})"
        f" AND NOT ({column} >= '#' AND {column} < '$') AND {column} <> 'NULL'"
        f" AND {column} <> '\\N' AND NOT suffix({column}, chr(10)) AND NOT suffix({column}, chr(9))"
        f" AND NOT contains({column}, chr(13))"
    )
    return f"CASE WHEN {untouched} THEN {column} ELSE {thorough} END"


def find_sheet_error(column: str) -> str:
    """A condition: the cell holds `#REF!` or another of a spreadsheet's errors."""
    errors = ", ".join(literal(each) for each in sorted(SHEET_ERRORS))
    return f"(contains({column}, '#') AND {_strip(column)} IN ({errors}))"


def tidy(column: str) -> str:
    """The SQL of casting.tidy."""
    return f"trim(translate({column}, {literal(TIDY_FROM)}, {literal(TIDY_TO)}), ' ')"


def _strip(column: str) -> str:
    return f"trim(regexp_replace({column}, {literal(_for_engine(STRIPPED))}, '', 'g'), {_SPACES})"


def _looks_iso(column: str, shape: str) -> str:
    return f"{column} LIKE '{shape}' AND {column} >= '1' AND {column} < ':'"


def _number_pattern(type_: Type, form: Form | None) -> str | None:
    if type_ == "share":
        is_fraction = form and form.scale == "fraction" and form.decimal_mark != ","
        return r"-?(0(\.[0-9]{1,12})?|1)" if is_fraction else None
    if type_ == "integer":
        return rf"-?{_WHOLE}"
    if form and form.decimal_mark == ".":
        return rf"-?{_WHOLE}(\.[0-9]{{1,4}})?"
    if form and form.decimal_mark == ",":
        return rf"-?{_WHOLE}"
    return rf"-?{_WHOLE}(\.([0-9]{{1,2}}|[0-9]{{4}}))?"


def _for_engine(pattern: str) -> str:
    """Characters beyond ASCII as RE2 writes them."""
    return "".join(
        f"\\x{{{ord(each):x}}}" if ord(each) < 32 or ord(each) > 126 else each for each in pattern
    )
