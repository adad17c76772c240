"""The published measures from the tables of the engine: it counts and adds up, exactly; divisions
and roundings are those of domain/measure/formulas.

Each group of a question is one row of an aggregate. Money comes as one sum a rate, so that amounts
are multiplied by their rate as decimals, outside the engine.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.backends.sql import SQLBackend
from ibis.common.deferred import Deferred

from counterpoise.domain.measure import accuracy
from counterpoise.domain.measure import targets as target_rules
from counterpoise.domain.measure.definition import FINE
from counterpoise.domain.measure.question import Answers, Labels, Question
from counterpoise.domain.measure.selling import Presence, add_up_presence
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.tables.deals import day_of
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.measures import people, response, running, selling
from counterpoise.warehouse.measures.days import (
    first_of_months,
    first_of_week,
    month_number,
    number_of,
)
from counterpoise.warehouse.measures.directory import read_directory
from counterpoise.warehouse.measures.facts import Facts
from counterpoise.warehouse.measures.known import KnownDeals
from counterpoise.warehouse.measures.rates import check_rates, get_rate_of
from counterpoise.warehouse.measures.targets import list_targets

Row = dict[str, Any]
Sums = Mapping[Labels, Row]


class Answering:
    """One question over one build. Aggregates are computed once, on demand."""

    def __init__(
        self,
        backend: SQLBackend,
        question: Question,
        settings: Settings,
        facts: Facts,
        past: Iterable[PastForecast] = (),
    ) -> None:
        self.question = question
        self.settings = settings
        self.past = tuple(past)
        self.known = KnownDeals(backend, settings, facts, question)

    def add_up(self, rows: ir.Table, period: Period | None, **sums: Deferred) -> Sums:
        """The sums of each group; with a column `worth`, money in the reporting currency."""
        keys, rows = self._group(_only(rows, period))
        priced = {"rate": rows.rate} if "worth" in sums else {}
        found = rows.group_by([*keys, *priced]).agg(**sums) if keys or priced else rows.agg(**sums)
        groups: dict[Labels, Row] = {} if self.question.by else {(): _nothing(sums)}
        for row in running.fetch(self.known.backend, found):
            if "worth" in sums:
                worth = row["worth"] or Decimal(0)
                row["worth"] = worth * get_rate_of(row.pop("rate"), self.settings.rates)
            labels = self._name(row)
            held = groups.setdefault(labels, _nothing(sums))
            groups[labels] = {each: held[each] + (row[each] or 0) for each in sums}
        return groups

    def find_medians(self, rows: ir.Table, number: str) -> Mapping[Labels, tuple[int | None, int]]:
        """Twice the median of a whole number, and of how many."""
        keys, rows = self._group(_only(rows, self.question.period))
        rows = rows.filter(rows[number].notnull())
        found = {"median": rows[number].median(), "n": _.count()}
        table = rows.group_by(keys).agg(**found) if keys else rows.agg(**found)
        groups: dict[Labels, tuple[int | None, int]] = {} if self.question.by else {(): (None, 0)}
        for row in running.fetch(self.known.backend, table):
            median, n = row.pop("median"), row.pop("n")
            groups[self._name(row)] = (None if median is None else round(2 * median), n)
        return groups

    def find_tails(self, rows: ir.Table, number: str) -> Mapping[Labels, tuple[int | None, int]]:
        """The 90th percentile of a whole number, and of how many."""
        keys, rows = self._group(_only(rows, self.question.period))
        rows = rows.filter(rows[number].notnull())
        place = ibis.row_number().over(ibis.window(group_by=keys, order_by=rows[number])) + 1
        rows = rows.mutate(tail_place=place, tail_of=_.count().over(ibis.window(group_by=keys)))
        tenfold = 9 * rows.tail_of + 9
        rank = ((tenfold - tenfold % 10) / 10).cast("int64")
        rows = rows.filter(rows.tail_place == rank)
        groups: dict[Labels, tuple[int | None, int]] = {} if self.question.by else {(): (None, 0)}
        for row in running.fetch(self.known.backend, rows.select(*keys, number, "tail_of")):
            groups[self._name(row)] = (row[number], row["tail_of"])
        return groups

    def _group(self, rows: ir.Table) -> tuple[list[str], ir.Table]:
        keys = [*self.question.places]
        if self.question.time:
            time = _name_time(self.known.backend, rows.day, self.question.time)
            rows = rows.mutate(time_key=time)
            keys.append("time_key")
        return keys, rows

    def _name(self, row: Row) -> Labels:
        time = row.get("time_key")
        if time is None:
            return self.question.name_group(row, None)
        day = day_of(time) if self.question.time in FINE else first_of_months(time)
        return self.question.name_group(row, day)

    @cached_property
    def deals(self) -> ir.Table:
        deals = self.known.table
        check_rates(self.known.backend, deals, self.settings.rates)
        return deals

    @cached_property
    def closed(self) -> Sums:
        return self.add_up_closed(self.question.period)

    def add_up_closed(self, period: Period | None) -> Sums:
        deals = self.deals
        is_won = _.status == "won"
        return self.add_up(
            deals.filter(deals.closed.notnull()).mutate(day=deals.closed),
            period,
            worth=is_won.ifelse(_.amount, None).sum(),
            won=is_won.ifelse(1, 0).sum(),
            lost=is_won.ifelse(0, 1).sum(),
            priced=(is_won & _.amount.notnull()).ifelse(1, 0).sum(),
        )

    def add_up_open(self, period: Period | None) -> Sums:
        deals = self.deals
        rows = deals.filter(deals.status == "open").mutate(day=deals.expected)
        return self.add_up(rows, period, worth=_.amount.sum(), n=_.count())

    @cached_property
    def cycles(self) -> Mapping[Labels, tuple[int | None, int]]:
        deals = self.deals
        won = deals.filter(deals.status == "won")
        return self.find_medians(won.mutate(day=won.closed), "cycle")

    @cached_property
    def leads(self) -> ir.Table:
        return people.list_leads(self.known)

    @cached_property
    def timed_leads(self) -> ir.Table:
        return response.time_leads(self.known, self.leads)

    @cached_property
    def due_leads(self) -> Sums:
        rows = self.timed_leads
        return self.add_up(
            rows.filter(rows.is_due == 1),
            self.question.period,
            n=_.count(),
            in_time=_.in_time.sum(),
            untried=_.untried.sum(),
        )

    @cached_property
    def activities(self) -> Sums:
        rows = people.list_activities(self.known)
        is_selling = _.selling == 1
        return self.add_up(
            rows,
            self.question.period,
            n=_.activities.sum(),
            selling=is_selling.ifelse(_.activities, 0).sum(),
            minutes=is_selling.ifelse(_.minutes, None).sum(),
        )

    @cached_property
    def meetings(self) -> ir.Table:
        return selling.list_meetings(self.known)

    def add_up_meetings(self, has_customer: int) -> Sums:
        rows = self.meetings.filter(self.meetings.has_customer == has_customer)
        added = selling.list_added(rows)
        return self.add_up(added, self.question.period, n=_.count(), time=_.added.sum())

    @cached_property
    def with_customers(self) -> Sums:
        return self.add_up_meetings(1)

    @cached_property
    def presence(self) -> Mapping[Labels, Presence]:
        firsts = selling.find_firsts(self.known, self.meetings)
        directory = read_directory(self.known, ("rep", "team", "calendar"))
        return add_up_presence(firsts, directory, self.settings, self.question)

    @cached_property
    def targets(self) -> tuple[target_rules.Target, ...]:
        return list_targets(self.known)

    @cached_property
    def span(self) -> Period | None:
        return target_rules.find_span(self.targets, self.question, self.settings.as_of)

    @cached_property
    def target_sums(self) -> Mapping[Labels, Fraction]:
        span = self.span
        return target_rules.add_up_targets(self.targets, self.question, span) if span else {}

    @cached_property
    def closed_in_span(self) -> Sums:
        is_asked = self.span == self.question.period
        return self.closed if is_asked else self.add_up_closed(self.span)

    @cached_property
    def accuracy(self) -> tuple[Answers, Answers]:
        actuals: dict[tuple[Labels, date], Decimal] = {}
        if self.past:
            monthly = self._ask_by_month()
            for labels, row in monthly.add_up_closed(None).items():
                actuals[labels[:-1], Period.parse(labels[-1]).start] = row["worth"]
        return accuracy.compare(self.past, actuals, self.question, self.settings.as_of)

    def _ask_by_month(self) -> "Answering":
        question = Question(by=(*self.question.places, "month"))
        known = self.known
        monthly = Answering(known.backend, question, self.settings, known.facts)
        monthly.deals = self.deals
        return monthly


def _only(rows: ir.Table, period: Period | None) -> ir.Table:
    if period is None:
        return rows
    return rows.filter((rows.day >= number_of(period.start)) & (rows.day < number_of(period.end)))


def _name_time(backend: SQLBackend, day: ir.IntegerValue, time: str) -> ir.IntegerValue:
    """A number for each part of time: of days its first one, else of months."""
    if time == "day":
        return day
    if time == "week":
        return first_of_week(day)
    months = month_number(backend, day)
    return months if time == "month" else months - months % 3


def _nothing(sums: Iterable[str]) -> Row:
    return {each: Decimal(0) if each in ("worth", "minutes") else 0 for each in sums}
