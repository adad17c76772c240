"""A measure that a person defines: what is added up, what it is divided by, which rows count.

It is a specification and never a text that is run: a table, a way to add up, an attribute, and
conditions, all from fixed lists and checked against the data dictionary. Rows count as they are
recorded now, on the day that the chosen attribute says, up to and with the as-of day; rows without
that day do not count, nor do those removed from their source.

Conditions are on what rows have in common. Names, addresses, ids and free text identify single
records, so no condition can be on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from counterpoise.domain.tables.dictionary import Attribute, Type, get_table
from counterpoise.domain.values.text import Text, text

How = Literal["count", "customers", "sum", "average", "median"]
Operator = Literal[
    "is", "is_not", "contains", "at_least", "below", "on_or_after", "before", "filled", "empty"
]
HOWS: tuple[How, ...] = get_args(How)
COUNTS: tuple[How, ...] = ("count", "customers")
"""What needs nothing to add up. Customers: how many different ones the accounts of the rows are;
records of one company in two systems are one, and rows without an account do not count."""
OPERATORS: tuple[Operator, ...] = get_args(Operator)
TABLES = ("opportunity", "lead", "activity", "ticket")
OF_CUSTOMERS = ("opportunity", "activity", "ticket")
SPLITS_OF: Mapping[str, tuple[str, ...]] = {
    "opportunity": ("rep", "team", "region", "segment", "product", "source"),
    "lead": ("rep", "team", "region", "source"),
    "activity": ("rep", "team", "region"),
    "ticket": ("rep", "team", "region"),
}
COMMON = frozenset(
    {
        "stage", "status", "type", "direction", "outcome", "lead_source", "region", "segment",
        "currency", "forecast_category", "lost_reason", "industry", "country", "category",
        "priority", "pipeline_id", "product_id",
    }
)  # fmt: skip
"""Texts that many rows share. Any code, number, day or yes-or-no can be in a condition too."""
_OF_TYPE: Mapping[Type, tuple[Operator, ...]] = {
    "text": ("is", "is_not", "contains", "filled", "empty"),
    "code": ("is", "is_not", "filled", "empty"),
    "integer": ("is", "at_least", "below", "filled", "empty"),
    "number": ("is", "at_least", "below", "filled", "empty"),
    "share": ("is", "at_least", "below", "filled", "empty"),
    "money": ("is", "at_least", "below", "filled", "empty"),
    "date": ("on_or_after", "before", "filled", "empty"),
    "timestamp": ("on_or_after", "before", "filled", "empty"),
    "boolean": ("is", "filled", "empty"),
}
NUMBERS: tuple[Type, ...] = ("integer", "number", "share", "money")
DAYS: tuple[Type, ...] = ("date", "timestamp")
MOST_FILTERS = 5
LONGEST_NAME = 80
LONGEST_VALUE = 200
FEWEST_ROWS = 5
"""A value that rests on fewer rows says too much of each of them."""


class InvalidMeasure(ValueError):
    """A definition that says nothing that could be computed, or too much."""


@dataclass(frozen=True, slots=True)
class Filter:
    """value is as written: a number 1200.50, a day 2026-03-31, yes or no, or the text itself."""

    attribute: str
    operator: Operator
    value: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """attribute: what is added up, '' for a count of rows or customers. day: what puts a row in a
    period."""

    table: str
    how: How
    attribute: str
    day: str
    filters: tuple[Filter, ...] = ()

    @property
    def unit(self) -> str:
        if self.how == "count":
            return "rows"
        if self.how == "customers":
            return "customers"
        found = get_table(self.table).get_attribute(self.attribute)
        return "money" if found.type == "money" else found.unit or "number"


@dataclass(frozen=True, slots=True)
class OwnMeasure:
    """name: what people call it. below: what the upper part is divided by, None for nothing."""

    name: str
    above: Part
    below: Part | None = None

    @property
    def unit(self) -> str:
        if self.below is None:
            return self.above.unit
        if self.above.unit == self.below.unit:
            return "share"
        return "money" if self.above.unit == "money" else "number"

    @property
    def splits(self) -> tuple[str, ...]:
        """What it can be split by: what rows of both parts can be told by."""
        first = SPLITS_OF[self.above.table]
        return tuple(
            each for each in first if self.below is None or each in SPLITS_OF[self.below.table]
        )


def check_measure(measure: OwnMeasure) -> OwnMeasure:
    """The same, tidied. Raises InvalidMeasure."""
    name = " ".join(measure.name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidMeasure(
            text(
                "The name has {count} letters. Write 1 to {most}.",
                count=len(name),
                most=LONGEST_NAME,
            )
        )
    for part in (measure.above, measure.below):
        if part is not None:
            _check_part(part)
    if measure.below is not None:
        for part in (measure.above, measure.below):
            if part.how not in ("count", "sum"):
                raise InvalidMeasure(
                    text(
                        "Only counts and sums can be divided by one another; {how} cannot. Leave"
                        " the lower part empty.",
                        how=part.how,
                    )
                )
    return OwnMeasure(name, measure.above, measure.below)


def list_filterable(table: str) -> tuple[Attribute, ...]:
    """Attributes that a condition can be on: what rows have in common, never whose or which."""
    return tuple(
        each
        for each in get_table(table).attributes
        if each.name in COMMON or (each.type != "text" and not each.references and not each.is_key)
    )


def list_numbers(table: str) -> tuple[Attribute, ...]:
    """Attributes that can be added up; money only where the row says its currency."""
    attributes = get_table(table).attributes
    has_currency = any(each.name == "currency" for each in attributes)
    return tuple(
        each
        for each in attributes
        if each.type in NUMBERS and (each.type != "money" or has_currency)
    )


def list_days(table: str) -> tuple[Attribute, ...]:
    return tuple(each for each in get_table(table).attributes if each.type in DAYS)


def list_operators(attribute: Attribute) -> tuple[Operator, ...]:
    return _OF_TYPE[attribute.type]


def read_value(attribute: Attribute, written: str) -> Decimal | date | bool | str:
    """What a condition compares with. Raises InvalidMeasure."""
    try:
        if attribute.type in NUMBERS:
            return _read_number(written)
        if attribute.type in DAYS:
            return date.fromisoformat(written)
        if attribute.type == "boolean":
            return {"yes": True, "no": False}[written]
    except (InvalidOperation, ValueError, KeyError):
        raise InvalidMeasure(
            text(
                "{attribute} cannot be compared with '{value}'. Write {wanted}.",
                attribute=attribute.name,
                value=written,
                wanted=_say_wanted(attribute),
            )
        ) from None
    return written


def _read_number(written: str) -> Decimal:
    number = Decimal(written)
    if not number.is_finite():
        raise InvalidOperation
    return number


def _say_wanted(attribute: Attribute) -> Text:
    if attribute.type in NUMBERS:
        return text("a number such as 1200.50")
    if attribute.type in DAYS:
        return text("a day such as 2026-03-31")
    return text("yes or no")


def _check_part(part: Part) -> None:
    if part.table not in TABLES:
        raise InvalidMeasure(
            text(
                "Nothing of '{table}' can be added up. Choose one of: {listed}.",
                table=part.table,
                listed=", ".join(TABLES),
            )
        )
    if part.how not in HOWS:
        raise InvalidMeasure(
            text("'{how}' is no way to add up. Choose one of: {listed}.", how=part.how,
                 listed=", ".join(HOWS))
        )  # fmt: skip
    _check_among(part.day, list_days(part.table), part.table)
    if part.how == "customers" and part.table not in OF_CUSTOMERS:
        raise InvalidMeasure(
            text(
                "Rows of {table} name no account, so their customers cannot be counted. Choose one"
                " of: {listed}.",
                table=part.table,
                listed=", ".join(OF_CUSTOMERS),
            )
        )
    if part.how not in COUNTS:
        _check_among(part.attribute, list_numbers(part.table), part.table)
    if len(part.filters) > MOST_FILTERS:
        raise InvalidMeasure(
            text(
                "There are {count} conditions. Write {most} at most.",
                count=len(part.filters),
                most=MOST_FILTERS,
            )
        )
    for each in part.filters:
        _check_filter(each, part.table)


def _check_among(name: str, offered: tuple[Attribute, ...], table: str) -> Attribute:
    found = next((each for each in offered if each.name == name), None)
    if found is None:
        raise InvalidMeasure(
            text(
                "'{name}' of {table} cannot be used here. Choose one of: {listed}.",
                name=name,
                table=table,
                listed=", ".join(each.name for each in offered),
            )
        )
    return found


def _check_filter(condition: Filter, table: str) -> None:
    attribute = _check_among(condition.attribute, list_filterable(table), table)
    allowed = list_operators(attribute)
    if condition.operator not in allowed:
        raise InvalidMeasure(
            text(
                "{attribute} cannot be asked '{operator}'. Choose one of: {listed}.",
                attribute=attribute.name,
                operator=condition.operator,
                listed=", ".join(allowed),
            )
        )
    if condition.operator in ("filled", "empty"):
        return
    if not 0 < len(condition.value) <= LONGEST_VALUE:
        raise InvalidMeasure(
            text(
                "The condition on {attribute} compares with {count} letters. Write 1 to {most}.",
                attribute=attribute.name,
                count=len(condition.value),
                most=LONGEST_VALUE,
            )
        )
    read_value(attribute, condition.value)
