"""A person's own measure from the tables of the engine; the rules are those of plain_own.

The engine chooses rows, groups and adds up; what it is divided by and how it is rounded is said in
domain/measure. Of a median it finds the middle rows, and their values are read as they are.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql import SQLBackend

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.own import COUNTS, Filter, OwnMeasure, Part, read_value
from counterpoise.domain.measure.plain_own import Asked, Sums, conclude, measure_own
from counterpoise.domain.measure.plain_places import Directory, Row
from counterpoise.domain.measure.question import Answers, Labels, Question
from counterpoise.domain.measure.settings import Settings, build_settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.dictionary import Attribute, get_table
from counterpoise.domain.values.zone import list_offsets
from counterpoise.warehouse.engine import open_build, quote
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import (
    Days,
    first_of_months,
    from_date,
    month_number,
    number_of,
)
from counterpoise.warehouse.measures.facts import Facts, find_facts, list_currencies
from counterpoise.warehouse.measures.places import first, look_up, name_places, place_reps, refer
from counterpoise.warehouse.measures.rates import check_rates, get_rate_of, number_rates

Same = tuple[tuple[str, str], ...]
_NUMBER = "decimal(24, 6)"
_PLACING = ("owner_id", "team_id", "account_id", "product_id", "region", "segment", "lead_source")
_BATCH = 50_000


def compute_own(
    folder: Path,
    measure: OwnMeasure,
    by: tuple[str, ...],
    as_of: date,
    *,
    rulebook: Rulebook,
    customers: Same = (),
) -> Answers:
    """Of the build in `folder`, from its engine. customers: accounts' records that are not alone,
    each with its customer. Raises MissingRate."""
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        return own_on(build, measure, by, as_of, rulebook=rulebook, customers=customers)


def own_on(
    backend: SQLBackend,
    measure: OwnMeasure,
    by: tuple[str, ...],
    as_of: date,
    *,
    rulebook: Rulebook,
    customers: Same = (),
) -> Answers:
    """The same over any engine that holds the canonical tables."""
    adding = _Adding(backend, by, _set(backend, measure, as_of, rulebook), customers)
    above = adding.add_up(measure.above)
    below = adding.add_up(measure.below) if measure.below else None
    return conclude(measure, above, below)


def compute_plainly(
    folder: Path,
    measure: OwnMeasure,
    by: tuple[str, ...],
    as_of: date,
    *,
    rulebook: Rulebook,
    customers: Same = (),
) -> Answers:
    """The same, row by row in plain Python: what the engine is held against."""
    with open_build(folder) as build:
        settings = _set(build, measure, as_of, rulebook)
        tables = {name: list(_read(build, name)) for name in ("rep", "team", "account", "product")}
        asked = Asked(by, as_of, settings.zone, settings.rates, dict(customers))
        return measure_own(measure, lambda name: _read(build, name), Directory(tables), asked)


def _set(backend: SQLBackend, measure: OwnMeasure, as_of: date, rulebook: Rulebook) -> Settings:
    is_money = any(each and each.unit == "money" for each in (measure.above, measure.below))
    currencies = list_currencies(backend) if is_money else None
    return build_settings(rulebook, as_of, currencies=currencies, fold=fold)


def _read(backend: SQLBackend, name: str) -> Iterator[Row]:
    columns = ", ".join(quote(each.name) for each in get_table(name).attributes)
    rows = backend.con.cursor().execute(f"SELECT source, {columns} FROM {quote(name)}")
    reader = rows.to_arrow_reader(_BATCH)
    for batch in reader:
        yield from batch.to_pylist()


class _Adding:
    def __init__(
        self, backend: SQLBackend, by: tuple[str, ...], settings: Settings, customers: Same
    ) -> None:
        self.backend, self.customers = backend, customers
        self.question = Question(by=by)
        self.settings = settings
        self.as_of = number_of(settings.as_of)
        facts: Facts = find_facts(backend, settings.zone)
        last = settings.as_of.year + 1
        first_year = min(facts.first_year or last, last)
        self.days = Days(backend, list_offsets(settings.zone, first_year - 1, last))

    def add_up(self, part: Part) -> dict[Labels, Sums]:
        rows = self._choose(part)
        if part.how == "median":
            return self._find_middles(rows)
        keys = [*self.question.places, *(["month"] if self.question.time else []), "rate"]
        total = rows.customer.nunique() if part.how == "customers" else rows.value.sum()
        sums = rows.group_by(keys).agg(n=rows.count(), total=total)
        groups: dict[Labels, Sums] = {} if self.question.by else {(): Sums()}
        for row in running.fetch(self.backend, sums):
            held = groups.setdefault(self._name(row), Sums())
            held.n += row["n"]
            held.total += (row["total"] or 0) * get_rate_of(row["rate"], self.settings.rates)
        return groups

    def _find_middles(self, rows: ir.Table) -> dict[Labels, Sums]:
        """The middle one or two of each group, and how many there are."""
        keys = [*self.question.places, *(["month"] if self.question.time else [])]
        rates = [Decimal(1), *(each.rate for each in self.settings.rates.dated)]
        worth = ibis.cases(
            *((rows.rate == n, rows.value * ibis.literal(rate)) for n, rate in enumerate(rates)),
            else_=rows.value,
        )
        rows = rows.mutate(worth=worth.cast("decimal(38, 10)"))
        ranked = rows.mutate(
            rank=ibis.row_number().over(ibis.window(group_by=keys, order_by="worth")),
            n=rows.count().over(ibis.window(group_by=keys)),
        )
        twice = 2 * ranked["rank"] + 2
        middle = ranked.filter((twice >= ranked.n) & (twice <= ranked.n + 2))
        groups: dict[Labels, Sums] = {} if self.question.by else {(): Sums()}
        for row in running.fetch(self.backend, middle.select(*keys, "rate", "value", "n")):
            held = groups.setdefault(self._name(row), Sums())
            held.n = row["n"]
            held.values.append(row["value"] * get_rate_of(row["rate"], self.settings.rates))
        return groups

    def _name(self, row: dict[str, Any]) -> Labels:
        month = first_of_months(row["month"]) if self.question.time else None
        return self.question.name_group(row, month)

    def _choose(self, part: Part) -> ir.Table:
        """place columns, month (a number), rate (a number), value."""
        table = get_table(part.table)
        rows = running.read(self.backend, part.table)
        gone = self.days.day(self.days.micros(rows.deleted_at))
        rows = rows.filter(gone.isnull() | (gone > self.as_of))
        for each in part.filters:
            rows = rows.filter(self._hold(rows, each, table.get_attribute(each.attribute)))
        day = self._day(rows, table.get_attribute(part.day))
        rows = rows.filter(day <= self.as_of)
        value = self._value(rows, part)
        kept = [each for each in _PLACING if each in rows.columns]
        is_money = part.unit == "money"
        rows = rows.select(
            *kept,
            deal_source=rows.source,
            currency=rows.currency if is_money else ibis.literal(""),
            created=day,
            closed=ibis.null("int64"),
            value=value,
        )
        rows = rows.filter(rows.value.notnull())
        rate = number_rates(rows, self.settings) if is_money else ibis.literal(0, "int64")
        rows = rows.mutate(rate=rate)
        if is_money:
            check_rates(self.backend, rows, self.settings.rates)
        if part.how == "customers":
            rows = self._name_customers(rows)
        rows = self._place(rows, part.table)
        if self.question.time:
            rows = rows.mutate(month=month_number(self.backend, rows.created))
        return rows

    def _name_customers(self, rows: ir.Table) -> ir.Table:
        """Rows that have an account, with the column `customer`."""
        columns = {"account_source": "source"}
        rows = refer(rows, look_up(self.backend, "account", columns, rows), "account_id")
        rows = rows.filter(rows.account_source.notnull())
        rows = rows.mutate(customer=rows.account_source + "|" + rows.account_id)
        if not self.customers:
            return rows
        records, named = zip(*self.customers, strict=True)
        given = pa.table({"record": pa.array(records), "same": pa.array(named)})
        same = running.hold(self.backend, "same_customers", given)
        joined = rows.left_join(same, rows.customer == same.record)
        return joined.mutate(customer=ibis.coalesce(joined.same, joined.customer)).drop(
            "record", "same", "account_source"
        )

    def _place(self, rows: ir.Table, table: str) -> ir.Table:
        places = self.question.places
        if table == "opportunity":
            return name_places(self.backend, rows, places)
        if not places:
            return rows
        own = {"own_region": "region"} if table == "lead" else {}
        rows = place_reps(self.backend, rows.rename(own), "owner_id")
        if table == "lead":
            rows = rows.mutate(
                region=first(rows.own_region, rows.region), source=first(rows.lead_source)
            )
        return rows

    def _day(self, rows: ir.Table, attribute: Attribute) -> ir.IntegerValue:
        column = rows[attribute.name]
        if attribute.type == "date":
            return from_date(column)
        return self.days.day(self.days.micros(column))

    def _value(self, rows: ir.Table, part: Part) -> ir.DecimalValue:
        if part.how in COUNTS:
            return ibis.literal(Decimal(0), "decimal(24, 4)")
        value = rows[part.attribute]
        return value if part.unit == "money" else value.cast(_NUMBER)

    def _hold(self, rows: ir.Table, condition: Filter, attribute: Attribute) -> ir.BooleanValue:
        value = rows[attribute.name]
        is_filled = value.notnull()
        if attribute.type in ("text", "code"):
            is_filled = is_filled & (value != "")
        if condition.operator in ("filled", "empty"):
            return is_filled if condition.operator == "filled" else ~is_filled
        wanted: Any = read_value(attribute, condition.value)
        if attribute.type in ("date", "timestamp"):
            value, wanted = self._day(rows, attribute), number_of(wanted)
        elif attribute.type in ("number", "share"):
            value = value.cast(_NUMBER)
        if condition.operator == "is_not":
            return ~is_filled | (value != wanted)
        return (is_filled & _compare(value, condition.operator, wanted)).fill_null(False)  # noqa: FBT003


def _compare(value: Any, operator: str, wanted: Any) -> ir.BooleanValue:
    match operator:
        case "is":
            return value == wanted
        case "contains":
            return value.contains(wanted)
        case "at_least" | "on_or_after":
            return value >= wanted
        case _:
            return value < wanted
