"""The published measures in plain Python: over rows of the canonical tables, exact, one by one.

It is slow and easy to check by hand. The warehouse computes the same and must give the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from counterpoise.domain.measure import accuracy, formulas, plain_flow, targets
from counterpoise.domain.measure.plain_counted import (
    Counted,
    count,
    double_median,
    find_medians,
    find_tails,
    share_hits,
    sum_money,
    total,
)
from counterpoise.domain.measure.plain_known import Knowledge, KnownDeal, find_last_change
from counterpoise.domain.measure.plain_people import is_known, list_activities, read_lead
from counterpoise.domain.measure.plain_places import Row, Tables
from counterpoise.domain.measure.plain_response import Timed, time_lead
from counterpoise.domain.measure.plain_selling import (
    Meeting,
    find_firsts,
    list_added,
    list_meetings,
)
from counterpoise.domain.measure.plain_targets import read_targets
from counterpoise.domain.measure.question import Answers, Labels, Question, publish
from counterpoise.domain.measure.schedules import Schedules
from counterpoise.domain.measure.selling import Presence, add_up_presence
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.working_time import MINUTE
from counterpoise.domain.tables.measured import Measured, PastForecast
from counterpoise.domain.values.period import Period, first_of_month
from counterpoise.domain.values.zone import business_day


def measure(
    tables: Tables, question: Question, settings: Settings, past: Iterable[PastForecast] = ()
) -> tuple[Measured, ...]:
    """The measures asked for, of rows as dicts from attribute to value, by table."""
    answered = _Answering(tables, question, settings, tuple(past))
    return tuple(
        measured
        for definition in question.definitions
        for measured in publish(
            definition,
            _ANSWERS[definition.name](answered),
            question.by,
            settings.rates.reporting,
        )
    )


def find_last_day(tables: Tables, zone: str) -> date | None:
    """The business day of the last thing that the tables tell of."""
    moments = [find_last_change(tables)]
    for table, names in (
        ("lead", ("created_at", "first_touch_at", "converted_at", "deleted_at")),
        ("activity", ("occurred_at", "deleted_at")),
        ("opportunity", ("deleted_at",)),
    ):
        moments += [row.get(name) for row in tables.get(table, ()) for name in names]
    last = max((each for each in moments if each is not None), default=None)
    return None if last is None else business_day(last, zone)


class _Answering:
    """One question over one set of tables."""

    def __init__(
        self,
        tables: Tables,
        question: Question,
        settings: Settings,
        past: tuple[PastForecast, ...],
    ) -> None:
        self.question = question
        self.settings = settings
        self.past = past
        self.as_of = settings.as_of
        self.knowledge = Knowledge(tables, settings.as_of, settings.zone, settings.rates)

    @cached_property
    def deals(self) -> list[KnownDeal]:
        return self.knowledge.list_deals()

    def rows(self, table: str) -> Sequence[Row]:
        return self.knowledge.tables.get(table, ())

    def group(self, rows: Iterable[Counted], period: Period | None) -> dict[Labels, list[Counted]]:
        groups: dict[Labels, list[Counted]] = {} if self.question.by else {(): []}
        for row in rows:
            if period is None or (row.day is not None and period.contains(row.day)):
                groups.setdefault(self.question.name_group(row.labels, row.day), []).append(row)
        return groups

    def asked(self, rows: Iterable[Counted]) -> dict[Labels, list[Counted]]:
        return self.group(rows, self.question.period)

    @property
    def closed(self) -> list[Counted]:
        return [
            Counted(
                deal.labels, deal.closed_on, deal.worth, deal.cycle_days or 0, deal.status == "won"
            )
            for deal in self.deals
            if deal.closed_on
        ]

    @property
    def won(self) -> list[Counted]:
        return [each for each in self.closed if each.is_hit]

    @property
    def open(self) -> list[Counted]:
        return [
            Counted(deal.labels, deal.expected_close_on, deal.worth)
            for deal in self.deals
            if deal.status == "open"
        ]

    @property
    def cycles(self) -> list[Counted]:
        return [
            Counted(deal.labels, deal.closed_on, number=deal.cycle_days)
            for deal in self.deals
            if deal.status == "won" and deal.cycle_days is not None
        ]

    @property
    def leads(self) -> list[Counted]:
        return [
            read_lead(row, self.knowledge)
            for row in self.rows("lead")
            if is_known(row, self.knowledge)
        ]

    @cached_property
    def timed(self) -> list[tuple[Counted, Timed]]:
        """Leads with their working time."""
        schedules = Schedules(self.knowledge.directory, self.settings)
        return [
            (read_lead(row, self.knowledge), timed)
            for row in self.rows("lead")
            if is_known(row, self.knowledge)
            and (timed := time_lead(row, self.knowledge, self.settings, schedules)) is not None
        ]

    @cached_property
    def meetings(self) -> list[Meeting]:
        return list_meetings(self.knowledge, self.settings)

    @cached_property
    def targets(self) -> tuple[targets.Target, ...]:
        rates, directory = self.settings.rates, self.knowledge.directory
        return read_targets(self.rows("target"), directory, rates, self.as_of)

    @property
    def span(self) -> Period | None:
        return targets.find_span(self.targets, self.question, self.as_of)

    @property
    def target_sums(self) -> dict[Labels, Fraction]:
        span = self.span
        return targets.add_up_targets(self.targets, self.question, span) if span else {}


def _answer_average(asked: _Answering) -> Answers:
    groups = asked.asked(row for row in asked.won if row.worth is not None)
    return {
        key: (formulas.average_money(total(rows), len(rows)), len(rows))
        for key, rows in groups.items()
    }


def _answer_velocity(asked: _Answering) -> Answers:
    closed, cycles = asked.asked(asked.closed), asked.asked(asked.cycles)
    answers = {}
    for key, rows in asked.group(asked.open, None).items():
        priced = [row for row in closed.get(key, ()) if row.is_hit and row.worth is not None]
        days = double_median([row.number for row in cycles.get(key, ())])
        value = None
        if priced and days:
            decided = closed[key]
            value = formulas.velocity(
                len(rows),
                (sum(row.is_hit for row in decided), len(decided)),
                Fraction(total(priced)) / len(priced),
                days,
            )
        answers[key] = (value, len(rows))
    return answers


def _answer_coverage(asked: _Answering) -> Answers:
    span, sums = asked.span, asked.target_sums
    won, due = asked.group(asked.won, span), asked.group(asked.open, span)
    answers = {}
    for key in {*sums, *due}:
        missing = sums.get(key, Fraction(0)) - Fraction(total(won.get(key, ())))
        covered = formulas.round_share(total(due.get(key, ())), max(missing, Fraction(0)))
        answers[key] = (covered, len(due.get(key, ())))
    return answers


def _answer_attainment(asked: _Answering) -> Answers:
    if not targets.has_targets(asked.targets, asked.question, asked.span):
        return {}
    sums, won = asked.target_sums, asked.group(asked.won, asked.span)
    return {
        key: (
            formulas.round_share(total(won.get(key, ())), sums.get(key, Fraction(0))),
            len(won.get(key, ())),
        )
        for key in {*sums, *won}
    }


def _answer_contribution(asked: _Answering) -> Answers:
    whole = targets.ask_whole(asked.question)
    span = targets.find_span(asked.targets, whole, asked.as_of)
    target = targets.add_up_targets(asked.targets, whole, span).get((), 0) if span else 0
    return {
        key: (formulas.round_share(total(rows), target), len(rows))
        for key, rows in asked.group(asked.won, span).items()
    }


def _answer_conversion(asked: _Answering) -> Answers:
    entries = plain_flow.list_entries(asked.knowledge, asked.deals, asked.settings)
    return share_hits(
        asked.asked(
            Counted(entry.labels, entry.entered_on, is_hit=entry.got_on) for entry in entries
        )
    )


def _answer_slips(asked: _Answering) -> Answers:
    period, size = asked.question.period, asked.question.time
    due = plain_flow.list_due(asked.knowledge, asked.deals, period, size)
    groups = asked.asked(
        Counted(each.labels, each.bucket.start, each.worth, is_hit=each.has_slipped) for each in due
    )
    return {
        key: (
            formulas.round_share(total(row for row in rows if row.is_hit), total(rows)),
            len(rows),
        )
        for key, rows in groups.items()
    }


def _answer_response(asked: _Answering) -> Answers:
    tried = [row for row in asked.leads if row.number >= 0]
    return find_medians(asked.asked(tried), unit=60_000_000)


def _answer_worked(asked: _Answering) -> Answers:
    return find_medians(asked.asked(_list_worked(asked)), unit=MINUTE)


def _list_worked(asked: _Answering) -> list[Counted]:
    """number: the working time until the first attempt."""
    return [
        replace(row, number=timed.waited) for row, timed in asked.timed if timed.waited is not None
    ]


def _list_due(asked: _Answering, is_hit: Callable[[Timed], bool]) -> list[Counted]:
    return [replace(row, is_hit=is_hit(timed)) for row, timed in asked.timed if timed.is_due]


def _answer_activities(asked: _Answering) -> Answers:
    return count(asked.asked(list_activities(asked.knowledge, asked.settings)))


def _answer_hours(asked: _Answering) -> Answers:
    groups = asked.asked(
        row for row in list_activities(asked.knowledge, asked.settings) if row.is_hit
    )
    return {key: (formulas.round_hours(total(rows)), len(rows)) for key, rows in groups.items()}


def _answer_time(asked: _Answering, *, has_customer: bool) -> Answers:
    rows = list_added(each for each in asked.meetings if each.has_customer is has_customer)
    return {
        key: (formulas.round_time(sum(row.number for row in rows)), len(rows))
        for key, rows in asked.asked(rows).items()
    }


def _answer_presence(
    asked: _Answering, divide: Callable[[int, Presence], Decimal | None]
) -> Answers:
    """Time with customers against the time that people were there."""
    rows = asked.asked(list_added(each for each in asked.meetings if each.has_customer))
    there = add_up_presence(
        find_firsts(asked.meetings), asked.knowledge.directory, asked.settings, asked.question
    )
    return {
        key: (
            divide(sum(row.number for row in rows.get(key, ())), present),
            len(rows.get(key, ())),
        )
        for key, present in there.items()
    }


def _answer_error(asked: _Answering) -> Answers:
    return _compare_forecasts(asked)[0]


def _answer_bias(asked: _Answering) -> Answers:
    return _compare_forecasts(asked)[1]


def _compare_forecasts(asked: _Answering) -> tuple[Answers, Answers]:
    actuals: dict[tuple[Labels, date], Decimal] = {}
    for row in asked.won:
        assert row.day is not None
        places = tuple(row.labels[name] for name in asked.question.places)
        key = (places, first_of_month(row.day))
        actuals[key] = actuals.get(key, Decimal(0)) + (row.worth or 0)
    return accuracy.compare(asked.past, actuals, asked.question, asked.as_of)


_ANSWERS: dict[str, Callable[[_Answering], Answers]] = {
    "won_revenue": lambda asked: sum_money(asked.asked(asked.won)),
    "won_deals": lambda asked: count(asked.asked(asked.won)),
    "lost_deals": lambda asked: count(asked.asked(row for row in asked.closed if not row.is_hit)),
    "win_rate": lambda asked: share_hits(asked.asked(asked.closed)),
    "average_deal": _answer_average,
    "sales_cycle_days": lambda asked: find_medians(asked.asked(asked.cycles)),
    "pipeline_open": lambda asked: sum_money(asked.asked(asked.open)),
    "pipeline_created": lambda asked: sum_money(
        asked.asked(Counted(deal.labels, deal.created_on, deal.worth) for deal in asked.deals)
    ),
    "deals_created": lambda asked: count(
        asked.asked(Counted(deal.labels, deal.created_on) for deal in asked.deals)
    ),
    "pipeline_velocity": _answer_velocity,
    "coverage": _answer_coverage,
    "stage_conversion": _answer_conversion,
    "slip_rate": _answer_slips,
    "quota_attainment": _answer_attainment,
    "attainment_contribution": _answer_contribution,
    "leads": lambda asked: count(asked.asked(asked.leads)),
    "lead_response_minutes": _answer_response,
    "lead_response_working_minutes": _answer_worked,
    "lead_response_working_tail": lambda asked: find_tails(
        asked.asked(_list_worked(asked)), MINUTE, asked.settings.fewest_rows
    ),
    "lead_response_in_time": lambda asked: share_hits(
        asked.asked(_list_due(asked, lambda timed: timed.is_in_time))
    ),
    "leads_never_contacted": lambda asked: share_hits(
        asked.asked(_list_due(asked, lambda timed: timed.waited is None))
    ),
    "lead_conversion": lambda asked: share_hits(asked.asked(asked.leads)),
    "activities": _answer_activities,
    "selling_hours": _answer_hours,
    "customer_hours": lambda asked: _answer_time(asked, has_customer=True),
    "internal_hours": lambda asked: _answer_time(asked, has_customer=False),
    "customer_hours_a_week": lambda asked: _answer_presence(
        asked, lambda time, there: formulas.round_weekly(time, there.days)
    ),
    "selling_time_share": lambda asked: _answer_presence(
        asked, lambda time, there: formulas.round_share(time, there.worked)
    ),
    "forecast_error": _answer_error,
    "forecast_bias": _answer_bias,
}
