"""How a column's values are written, decided once for the whole column and never guessed.

A warehouse counts how many tidied values match each pattern of FORMS_BY_TYPE (they are in RE2 and
Python syntax alike, and must match the whole value); `decide_form` judges from those counts alone.
Where every value fits two readings that differ, as 03/04/2026 does, the answer is Undecided.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from counterpoise.domain.collect.shapes import DATE_SHAPES, NUMBER_SHAPES
from counterpoise.domain.tables.dictionary import Type
from counterpoise.domain.tables.mapping import DateOrder, DecimalMark
from counterpoise.domain.values.text import Text, text

Scale = Literal["fraction", "hundred"]

# Evidence this one-sided decides a column; what is written the other way is then rejected.
_CLEAR = Decimal("0.99")

FORMS_BY_TYPE: dict[Type, dict[str, str]] = {
    "text": {},
    "code": {},
    "boolean": {},
    "integer": NUMBER_SHAPES,
    "number": NUMBER_SHAPES,
    "money": NUMBER_SHAPES,
    "share": NUMBER_SHAPES,
    "date": DATE_SHAPES,
    "timestamp": DATE_SHAPES,
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a column is to be read. None: only values that can be read in one way are taken.

    scale: of shares written without a percent sign: 0.25 (fraction) or 25 (hundred).
    """

    type: Type
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    scale: Scale = "fraction"


@dataclass(frozen=True, slots=True)
class Undecided:
    """The column fits two readings that differ. why: what was met and what to write."""

    type: Type
    why: Text


@dataclass(frozen=True, slots=True)
class ColumnCounts:
    """counts: values that match each shape of the type. The orders: as a mapping states them."""

    column: str
    type: Type
    counts: Mapping[str, int]
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None


def decide_form(type_: Type, counts: Mapping[str, int]) -> Form | Undecided:
    """The form of one column by itself; `counts` may lack shapes that no value matched."""
    if type_ in ("date", "timestamp"):
        return _decide_dates(type_, counts)
    if type_ in ("integer", "number", "money", "share"):
        return _decide_numbers(type_, counts)
    return Form(type_)


def decide_forms(
    columns: tuple[ColumnCounts, ...],
) -> tuple[dict[str, Form | Undecided], tuple[Text, ...]]:
    """The forms of one file's columns by name, and what was taken from elsewhere, as notes.

    What a mapping states goes first. A column that cannot decide takes the order that the decided
    columns of the same file agree on, and a note says so.
    """
    decided = {each.column: _decide_stated(each) for each in columns}
    forms = [form for form in decided.values() if isinstance(form, Form)]
    orders = {form.date_order for form in forms if form.date_order}
    marks = {form.decimal_mark for form in forms if form.decimal_mark}
    notes: list[Text] = []
    for column, form in decided.items():
        if isinstance(form, Form):
            continue
        if form.type in ("date", "timestamp"):
            if len(orders) == 1:
                (order,) = orders
                decided[column] = Form(form.type, date_order=order)
                notes.append(_borrowed(column, order))
        elif len(marks) == 1:
            (mark,) = marks
            decided[column] = Form(form.type, decimal_mark=mark)
            notes.append(_borrowed(column, mark))
    return decided, tuple(notes)


def _decide_stated(column: ColumnCounts) -> Form | Undecided:
    is_date = column.type in ("date", "timestamp")
    if is_date and column.date_order:
        return Form(column.type, date_order=column.date_order)
    form = decide_form(column.type, column.counts)
    if is_date or not column.decimal_mark:
        return form
    if isinstance(form, Undecided):
        return Form(column.type, decimal_mark=column.decimal_mark)
    return replace(form, decimal_mark=column.decimal_mark)


def _borrowed(column: str, written: str) -> Text:
    return text(
        "{column} fits two readings; it was read as the other columns of the file are, {written}",
        column=column,
        written=written,
    )


def _decide_dates(type_: Type, counts: Mapping[str, int]) -> Form | Undecided:
    either = counts.get("either", 0)
    dmy, mdy = counts.get("dmy", 0) - either, counts.get("mdy", 0) - either
    if dmy + mdy:
        if dmy >= _CLEAR * (dmy + mdy):
            return Form(type_, date_order="dmy")
        if mdy >= _CLEAR * (dmy + mdy):
            return Form(type_, date_order="mdy")
        return Form(type_)
    if either > counts.get("same", 0):
        return Undecided(
            type_,
            text(
                "{rows} dates such as 03/04/2026 fit both day/month and month/day, and none decides"
                ' it. Write date_order = "dmy" or "mdy" for the column into the mapping',
                rows=either,
            ),
        )
    return Form(type_)


def _decide_numbers(type_: Type, counts: Mapping[str, int]) -> Form | Undecided:
    scale = _decide_scale(counts) if type_ == "share" else "fraction"
    if scale is None:
        return _undecided_scale(type_)
    commas, dots = counts.get("either_comma", 0), counts.get("either_dot", 0)
    read_either_way = counts.get("plain", 0) + commas + dots
    point = counts.get("point", 0) - read_either_way
    comma = counts.get("comma", 0) - read_either_way
    if point + comma:
        return Form(type_, decimal_mark=_clear_mark(point, comma), scale=scale)
    if commas and not dots and type_ == "integer":
        return Form(type_, decimal_mark=".")
    if commas or dots:
        return _undecided_mark(type_, commas + dots)
    return Form(type_, scale=scale)


def _clear_mark(point: int, comma: int) -> DecimalMark | None:
    if point >= _CLEAR * (point + comma):
        return "."
    return "," if comma >= _CLEAR * (point + comma) else None


def _undecided_scale(type_: Type) -> Undecided:
    return Undecided(
        type_,
        text(
            "some shares are written as 0.25 and some as 25 in the same column. Write them all in"
            " one way, or with a percent sign",
        ),
    )


def _undecided_mark(type_: Type, rows: int) -> Undecided:
    return Undecided(
        type_,
        text(
            "{rows} numbers such as 1,234 or 1.234 fit both a decimal comma and a decimal point,"
            ' and none decides it. Write decimal_mark = "." or "," for the column into the mapping',
            rows=rows,
        ),
    )


def _decide_scale(counts: Mapping[str, int]) -> Scale | None:
    """Ten to one decides; fewer on the other side are outliers, which health reports."""
    between, over = counts.get("between", 0), counts.get("over", 0)
    if between and over:
        if between >= 10 * over:
            return "fraction"
        return "hundred" if over >= 10 * between else None
    if between and counts.get("percent", 0):
        return None
    return "hundred" if over or counts.get("percent", 0) else "fraction"
