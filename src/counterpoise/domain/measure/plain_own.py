"""A person's own measure in plain Python, row by row: the warehouse must give the same."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from counterpoise.domain.measure import formulas
from counterpoise.domain.measure.own import COUNTS, Filter, OwnMeasure, Part, read_value
from counterpoise.domain.measure.plain_places import Directory, Row
from counterpoise.domain.measure.question import Answers, Labels, Question
from counterpoise.domain.rulebook.rates import Rates
from counterpoise.domain.tables.dictionary import Attribute, get_table
from counterpoise.domain.values.zone import business_day

_STEP = Decimal("0.000001")
Reading = Callable[[str], Iterable[Row]]
"""The rows of a table, one after the other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """by: rep, team, region … or month. rates: none where no money is added up. customers: by an
    account's record the customer that it is, where it is not alone."""

    by: tuple[str, ...]
    as_of: date
    zone: str
    rates: Rates
    customers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sums:
    """Of one group: how many rows with a value, their sum, and where they are needed the values or
    the customers."""

    n: int = 0
    total: Decimal = Decimal(0)
    values: list[Decimal] = field(default_factory=list)
    customers: set[str] = field(default_factory=set)


def measure_own(measure: OwnMeasure, read: Reading, directory: Directory, asked: Asked) -> Answers:
    """n: rows of the upper part, or of the lower one where there is one."""
    above = _add_up(measure.above, read, directory, asked)
    below = _add_up(measure.below, read, directory, asked) if measure.below else None
    return conclude(measure, above, below)


def conclude(
    measure: OwnMeasure, above: dict[Labels, Sums], below: dict[Labels, Sums] | None
) -> Answers:
    """The same rounding and dividing for whoever has added up."""
    if below is None:
        return {key: (_value(measure.above, sums), sums.n) for key, sums in above.items()}
    assert measure.below is not None, "there are sums of it"
    nothing = Sums()
    return {
        key: (
            formulas.round_share(
                _part(measure.above, above.get(key, nothing)),
                _part(measure.below, below.get(key, nothing)),
            ),
            below.get(key, nothing).n,
        )
        for key in {*above, *below}
    }


def _part(part: Part, sums: Sums) -> Decimal:
    return Decimal(sums.n) if part.how == "count" else sums.total


def _value(part: Part, sums: Sums) -> Decimal | None:
    if part.how == "count":
        return Decimal(sums.n)
    if part.how == "customers":
        return sums.total
    if not sums.n:
        return None
    if part.how == "sum":
        return formulas.round_money(sums.total)
    if part.how == "average":
        return formulas.round_money(Fraction(sums.total) / sums.n)
    ordered = sorted(sums.values)
    middle = ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
    return formulas.round_money(Fraction(middle) / 2)


def _add_up(part: Part, read: Reading, directory: Directory, asked: Asked) -> dict[Labels, Sums]:
    table = get_table(part.table)
    conditions = [(each, table.get_attribute(each.attribute)) for each in part.filters]
    question = Question(by=asked.by)
    groups: dict[Labels, Sums] = {} if asked.by else {(): Sums()}
    for row in read(part.table):
        day = _find_day(row.get(part.day), asked.zone)
        if day is None or day > asked.as_of or _is_gone(row, asked):
            continue
        if not all(_holds(row, condition, of, asked.zone) for condition, of in conditions):
            continue
        customer = _find_customer(part, row, directory, asked)
        value = _read(part, row, day, asked.rates)
        if value is None or customer is None:
            continue
        key = question.name_group(place_row(part.table, row, directory), day)
        sums = groups.setdefault(key, Sums())
        sums.n += 1
        if part.how == "customers":
            sums.customers.add(customer)
            sums.total = Decimal(len(sums.customers))
        sums.total += value
        if part.how == "median":
            sums.values.append(value)
    return groups


def place_row(table: str, row: Row, directory: Directory) -> dict[str, str]:
    """Where a row belongs: by its own words, its account, or whoever has it."""
    if table == "opportunity":
        return directory.place_deal(row, row.get("owner_id"), row.get("product_id"))
    labels = directory.place_rep(row["source"], row.get("owner_id"))
    if table == "lead":
        source = row.get("lead_source") or ""
        return {**labels, "region": row.get("region") or labels["region"], "source": source}
    return labels


def _find_customer(part: Part, row: Row, directory: Directory, asked: Asked) -> str | None:
    """None where customers are counted and the row has none."""
    if part.how != "customers":
        return ""
    account = directory.find_row("account", row["source"], row.get("account_id"))
    if not account:
        return None
    record = f"{account['source']}|{account['source_id']}"
    return asked.customers.get(record, record)


def _read(part: Part, row: Row, day: date, rates: Rates) -> Decimal | None:
    if part.how in COUNTS:
        return Decimal(0)
    value = row.get(part.attribute)
    if value is None:
        return None
    if part.unit == "money":
        return Decimal(value) * rates.get_rate(row.get("currency") or "", day)
    return Decimal(value).quantize(_STEP, ROUND_HALF_UP)


def _find_day(value: Any, zone: str) -> date | None:
    return business_day(value, zone) if isinstance(value, datetime) else value


def _is_gone(row: Row, asked: Asked) -> bool:
    gone = row.get("deleted_at")
    return gone is not None and business_day(gone, asked.zone) <= asked.as_of


def _holds(row: Row, condition: Filter, attribute: Attribute, zone: str) -> bool:
    value: Any = row.get(attribute.name)
    is_filled = value is not None and value != ""
    if condition.operator in ("filled", "empty"):
        return is_filled == (condition.operator == "filled")
    wanted: Any = read_value(attribute, condition.value)
    if not is_filled:
        return condition.operator == "is_not"
    if isinstance(value, float):
        value = Decimal(value).quantize(_STEP, ROUND_HALF_UP)
    return bool(_COMPARE[condition.operator](_find_day(value, zone), wanted))


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "contains": operator.contains,
    "at_least": operator.ge,
    "below": operator.lt,
    "on_or_after": operator.ge,
    "before": operator.lt,
}
