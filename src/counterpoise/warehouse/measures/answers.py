"""The published measures from the tables of the engine: it counts and adds up, exactly; divisions
and roundings are those of domain/measure/formulas.

Each group of a question is one row of an aggregate. Money comes as one sum a rate, so that amounts
are multiplied by their rate as decimals, outside the engine.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
from ibis import _
from ibis.backends.sql import SQLBackend
from ibis.common.deferred import Deferred

from counterpoise.domain.measure import accuracy, formulas
from counterpoise.domain.measure import targets as target_rules
from counterpoise.domain.measure.question import Answers, Labels, Question
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.measures import flow, people, running
from counterpoise.warehouse.measures.days import first_of_months, month_number, number_of
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

    def answer(self, name: str) -> Answers:
        return _ANSWERS[name](self)

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

    def _group(self, rows: ir.Table) -> tuple[list[str], ir.Table]:
        keys = [*self.question.places]
        if self.question.time:
            months = _name_months(self.known.backend, rows.day, self.question.time)
            rows = rows.mutate(month_key=months)
            keys.append("month_key")
        return keys, rows

    def _name(self, row: Row) -> Labels:
        months = row.get("month_key")
        month = None if months is None else first_of_months(months)
        return self.question.name_group(row, month)

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


def _name_months(backend: SQLBackend, day: ir.IntegerValue, time: str) -> ir.IntegerValue:
    months = month_number(backend, day)
    return months if time == "month" else months - months % 3


def _nothing(sums: Iterable[str]) -> Row:
    return {each: Decimal(0) if each in ("worth", "minutes") else 0 for each in sums}


def _sum_money(sums: Sums, count: str = "n") -> Answers:
    return {
        key: (formulas.round_money(row["worth"]), row[count])
        for key, row in sums.items()
        if row[count] or not key
    }


def _count(sums: Sums, count: str) -> Answers:
    return {
        key: (Decimal(row[count]), row[count]) for key, row in sums.items() if row[count] or not key
    }


def _share(sums: Sums, part: str, whole: str) -> Answers:
    return {
        key: (formulas.round_share(row[part], row[whole]), row[whole]) for key, row in sums.items()
    }


def _answer_win_rate(asked: Answering) -> Answers:
    return {
        key: (formulas.round_share(row["won"], row["won"] + row["lost"]), row["won"] + row["lost"])
        for key, row in asked.closed.items()
    }


def _answer_average(asked: Answering) -> Answers:
    return {
        key: (formulas.average_money(row["worth"], row["priced"]), row["priced"])
        for key, row in asked.closed.items()
        if row["priced"] or not key
    }


def _answer_cycle(asked: Answering) -> Answers:
    return {
        key: (formulas.round_median(doubled), n)
        for key, (doubled, n) in asked.cycles.items()
        if n or not key
    }


def _answer_created(asked: Answering) -> Answers:
    rows = asked.deals.mutate(day=asked.deals.created)
    sums = asked.add_up(rows, asked.question.period, worth=_.amount.sum(), n=_.count())
    return _sum_money(sums)


def _answer_velocity(asked: Answering) -> Answers:
    answers = {}
    for key, row in asked.add_up_open(None).items():
        closed = asked.closed.get(key, {"won": 0, "priced": 0})
        days = asked.cycles.get(key, (None, 0))[0]
        value = None
        if closed["priced"] and days:
            value = formulas.velocity(
                row["n"],
                (closed["won"], closed["won"] + closed["lost"]),
                Fraction(closed["worth"]) / closed["priced"],
                days,
            )
        answers[key] = (value, row["n"])
    return answers


def _answer_coverage(asked: Answering) -> Answers:
    targets, due = asked.target_sums, asked.add_up_open(asked.span)
    answers = {}
    for key in {*targets, *due}:
        won = asked.closed_in_span.get(key, {"worth": 0})["worth"]
        missing = max(targets.get(key, Fraction(0)) - Fraction(won), Fraction(0))
        row = due.get(key, {"worth": 0, "n": 0})
        answers[key] = (formulas.round_share(row["worth"], missing), row["n"])
    return answers


def _answer_attainment(asked: Answering) -> Answers:
    won = {key: row for key, row in asked.closed_in_span.items() if row["won"] or not key}
    nothing = {"worth": 0, "won": 0}
    return {
        key: (
            formulas.round_share(
                won.get(key, nothing)["worth"], asked.target_sums.get(key, Fraction(0))
            ),
            won.get(key, nothing)["won"],
        )
        for key in {*asked.target_sums, *won}
    }


def _answer_conversion(asked: Answering) -> Answers:
    rows = flow.list_entries(asked.known)
    sums = asked.add_up(rows, asked.question.period, got_on=_.got_on.sum(), n=_.count())
    return _share(sums, "got_on", "n")


def _answer_slips(asked: Answering) -> Answers:
    due_rows = flow.list_due(asked.known, asked.deals, asked.question)
    rows = running.keep(asked.known.backend, due_rows)
    due = asked.add_up(rows, None, worth=_.amount.sum(), n=_.count())
    slipped = rows.filter(rows.slipped == 1)
    lost = asked.add_up(slipped, None, worth=_.amount.sum(), n=_.count())
    nothing = {"worth": Decimal(0)}
    return {
        key: (formulas.round_share(lost.get(key, nothing)["worth"], row["worth"]), row["n"])
        for key, row in due.items()
    }


def _answer_response(asked: Answering) -> Answers:
    medians = asked.find_medians(asked.leads, "waited")
    return {
        key: (formulas.round_median(doubled, 60_000_000), n)
        for key, (doubled, n) in medians.items()
        if n or not key
    }


def _answer_lead_conversion(asked: Answering) -> Answers:
    rows = asked.leads
    sums = asked.add_up(rows, asked.question.period, converted=_.converted.sum(), n=_.count())
    return _share(sums, "converted", "n")


def _answer_hours(asked: Answering) -> Answers:
    return {
        key: (formulas.round_hours(row["minutes"]), row["selling"])
        for key, row in asked.activities.items()
        if row["selling"] or not key
    }


_ANSWERS: dict[str, Callable[[Answering], Answers]] = {
    "won_revenue": lambda asked: _sum_money(asked.closed, "won"),
    "won_deals": lambda asked: _count(asked.closed, "won"),
    "lost_deals": lambda asked: _count(asked.closed, "lost"),
    "win_rate": _answer_win_rate,
    "average_deal": _answer_average,
    "sales_cycle_days": _answer_cycle,
    "pipeline_open": lambda asked: _sum_money(asked.add_up_open(asked.question.period)),
    "pipeline_created": _answer_created,
    "pipeline_velocity": _answer_velocity,
    "coverage": _answer_coverage,
    "stage_conversion": _answer_conversion,
    "slip_rate": _answer_slips,
    "quota_attainment": _answer_attainment,
    "lead_response_minutes": _answer_response,
    "lead_conversion": _answer_lead_conversion,
    "activities": lambda asked: _count(asked.activities, "n"),
    "selling_hours": _answer_hours,
    "forecast_error": lambda asked: asked.accuracy[0],
    "forecast_bias": lambda asked: asked.accuracy[1],
}
