"""The published measures in plain Python: over rows of the canonical tables, exact, one by one.

It is slow and easy to check by hand. The warehouse computes the same and must give the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from counterpoise.domain.measure import accuracy, formulas, plain_flow, targets
from counterpoise.domain.measure.plain_known import Knowledge, KnownDeal, find_last_change
from counterpoise.domain.measure.plain_places import Row, Tables
from counterpoise.domain.measure.plain_targets import read_targets
from counterpoise.domain.measure.question import Answers, Labels, Question, publish
from counterpoise.domain.measure.settings import Settings
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
        ("lead", ("created_at", "first_touch_at", "converted_at")),
        ("activity", ("occurred_at",)),
    ):
        moments += [row.get(name) for row in tables.get(table, ()) for name in names]
    last = max((each for each in moments if each is not None), default=None)
    return None if last is None else business_day(last, zone)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A row of a measure: where it counts, and when (None: it has no day)."""

    labels: Mapping[str, str]
    day: date | None
    worth: Decimal | None = None
    number: int = 0
    is_hit: bool = False


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

    def group(
        self, rows: Iterable[_Counted], period: Period | None
    ) -> dict[Labels, list[_Counted]]:
        groups: dict[Labels, list[_Counted]] = {} if self.question.by else {(): []}
        for row in rows:
            if period is None or (row.day is not None and period.contains(row.day)):
                groups.setdefault(self.question.name_group(row.labels, row.day), []).append(row)
        return groups

    def asked(self, rows: Iterable[_Counted]) -> dict[Labels, list[_Counted]]:
        return self.group(rows, self.question.period)

    @property
    def closed(self) -> list[_Counted]:
        return [
            _Counted(
                deal.labels, deal.closed_on, deal.worth, deal.cycle_days or 0, deal.status == "won"
            )
            for deal in self.deals
            if deal.closed_on
        ]

    @property
    def won(self) -> list[_Counted]:
        return [each for each in self.closed if each.is_hit]

    @property
    def open(self) -> list[_Counted]:
        return [
            _Counted(deal.labels, deal.expected_close_on, deal.worth)
            for deal in self.deals
            if deal.status == "open"
        ]

    @property
    def cycles(self) -> list[_Counted]:
        return [
            _Counted(deal.labels, deal.closed_on, number=deal.cycle_days)
            for deal in self.deals
            if deal.status == "won" and deal.cycle_days is not None
        ]

    @property
    def leads(self) -> list[_Counted]:
        return [_read_lead(self, row) for row in self.rows("lead") if _is_known(self, row)]

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


def _total(rows: Iterable[_Counted]) -> Decimal:
    return sum((row.worth for row in rows if row.worth is not None), Decimal(0))


def _sum_money(groups: Mapping[Labels, Sequence[_Counted]]) -> Answers:
    return {key: (formulas.round_money(_total(rows)), len(rows)) for key, rows in groups.items()}


def _count(groups: Mapping[Labels, Sequence[_Counted]]) -> Answers:
    return {key: (Decimal(len(rows)), len(rows)) for key, rows in groups.items()}


def _share_hits(groups: Mapping[Labels, Sequence[_Counted]]) -> Answers:
    return {
        key: (formulas.round_share(sum(row.is_hit for row in rows), len(rows)), len(rows))
        for key, rows in groups.items()
    }


def _find_medians(groups: Mapping[Labels, Sequence[_Counted]], unit: int = 1) -> Answers:
    return {
        key: (formulas.round_median(_double_median([row.number for row in rows]), unit), len(rows))
        for key, rows in groups.items()
    }


def _double_median(numbers: list[int]) -> int | None:
    ordered = sorted(numbers)
    count = len(ordered)
    return ordered[(count - 1) // 2] + ordered[count // 2] if ordered else None


def _answer_average(asked: _Answering) -> Answers:
    groups = asked.asked(row for row in asked.won if row.worth is not None)
    return {
        key: (formulas.average_money(_total(rows), len(rows)), len(rows))
        for key, rows in groups.items()
    }


def _answer_velocity(asked: _Answering) -> Answers:
    closed, cycles = asked.asked(asked.closed), asked.asked(asked.cycles)
    answers = {}
    for key, rows in asked.group(asked.open, None).items():
        priced = [row for row in closed.get(key, ()) if row.is_hit and row.worth is not None]
        days = _double_median([row.number for row in cycles.get(key, ())])
        value = None
        if priced and days:
            decided = closed[key]
            value = formulas.velocity(
                len(rows),
                (sum(row.is_hit for row in decided), len(decided)),
                Fraction(_total(priced)) / len(priced),
                days,
            )
        answers[key] = (value, len(rows))
    return answers


def _answer_coverage(asked: _Answering) -> Answers:
    span, sums = asked.span, asked.target_sums
    won, due = asked.group(asked.won, span), asked.group(asked.open, span)
    answers = {}
    for key in {*sums, *due}:
        missing = sums.get(key, Fraction(0)) - Fraction(_total(won.get(key, ())))
        covered = formulas.round_share(_total(due.get(key, ())), max(missing, Fraction(0)))
        answers[key] = (covered, len(due.get(key, ())))
    return answers


def _answer_attainment(asked: _Answering) -> Answers:
    sums, won = asked.target_sums, asked.group(asked.won, asked.span)
    return {
        key: (
            formulas.round_share(_total(won.get(key, ())), sums.get(key, Fraction(0))),
            len(won.get(key, ())),
        )
        for key in {*sums, *won}
    }


def _answer_conversion(asked: _Answering) -> Answers:
    entries = plain_flow.list_entries(asked.knowledge, asked.deals, asked.settings)
    return _share_hits(
        asked.asked(
            _Counted(entry.labels, entry.entered_on, is_hit=entry.got_on) for entry in entries
        )
    )


def _answer_slips(asked: _Answering) -> Answers:
    period, size = asked.question.period, asked.question.time
    due = plain_flow.list_due(asked.knowledge, asked.deals, period, size)
    groups = asked.asked(
        _Counted(each.labels, each.bucket.start, each.worth, is_hit=each.has_slipped)
        for each in due
    )
    return {
        key: (
            formulas.round_share(_total(row for row in rows if row.is_hit), _total(rows)),
            len(rows),
        )
        for key, rows in groups.items()
    }


def _answer_response(asked: _Answering) -> Answers:
    tried = [row for row in asked.leads if row.number >= 0]
    return _find_medians(asked.asked(tried), unit=60_000_000)


def _answer_activities(asked: _Answering) -> Answers:
    return _count(asked.asked(_list_activities(asked)))


def _answer_hours(asked: _Answering) -> Answers:
    groups = asked.asked(row for row in _list_activities(asked) if row.is_hit)
    return {key: (formulas.round_hours(_total(rows)), len(rows)) for key, rows in groups.items()}


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


def _is_known(asked: _Answering, lead: Row) -> bool:
    return asked.knowledge.day(lead["created_at"]) <= asked.as_of


def _read_lead(asked: _Answering, lead: Row) -> _Counted:
    """number: microseconds until the first touch, -1 where none is known or it came before."""
    day = asked.knowledge.day
    labels = asked.knowledge.directory.place_rep(lead["source"], lead.get("owner_id"))
    touched = lead.get("first_touch_at")
    waited = -1
    if touched is not None and day(touched) <= asked.as_of:
        waited = max((touched - lead["created_at"]) // timedelta(microseconds=1), -1)
    converted = lead.get("converted_at")
    is_converted = bool(converted or lead.get("is_converted") or lead.get("opportunity_id"))
    known_at = converted or lead.get("updated_at") or lead["created_at"]
    return _Counted(
        labels={
            **labels,
            "region": lead.get("region") or labels["region"],
            "source": lead.get("lead_source") or "",
        },
        day=day(lead["created_at"]),
        number=waited,
        is_hit=is_converted and day(known_at) <= asked.as_of,
    )


def _list_activities(asked: _Answering) -> list[_Counted]:
    """is_hit: it is selling. worth: its minutes, to six decimals."""
    rows = []
    for row in asked.rows("activity"):
        day = asked.knowledge.day(row["occurred_at"])
        if day > asked.as_of:
            continue
        labels = asked.knowledge.directory.place_rep(row["source"], row.get("owner_id"))
        kind = row["type"]
        minutes = row.get("duration_minutes")
        rows.append(
            _Counted(
                labels={**labels, "type": kind},
                day=day,
                worth=None if minutes is None else round(Decimal(minutes), 6),
                is_hit=kind.strip().lower() in asked.settings.selling_types,
            )
        )
    return rows


_ANSWERS: dict[str, Callable[[_Answering], Answers]] = {
    "won_revenue": lambda asked: _sum_money(asked.asked(asked.won)),
    "won_deals": lambda asked: _count(asked.asked(asked.won)),
    "lost_deals": lambda asked: _count(asked.asked(row for row in asked.closed if not row.is_hit)),
    "win_rate": lambda asked: _share_hits(asked.asked(asked.closed)),
    "average_deal": _answer_average,
    "sales_cycle_days": lambda asked: _find_medians(asked.asked(asked.cycles)),
    "pipeline_open": lambda asked: _sum_money(asked.asked(asked.open)),
    "pipeline_created": lambda asked: _sum_money(
        asked.asked(_Counted(deal.labels, deal.created_on, deal.worth) for deal in asked.deals)
    ),
    "pipeline_velocity": _answer_velocity,
    "coverage": _answer_coverage,
    "stage_conversion": _answer_conversion,
    "slip_rate": _answer_slips,
    "quota_attainment": _answer_attainment,
    "lead_response_minutes": _answer_response,
    "lead_conversion": lambda asked: _share_hits(asked.asked(asked.leads)),
    "activities": _answer_activities,
    "selling_hours": _answer_hours,
    "forecast_error": _answer_error,
    "forecast_bias": _answer_bias,
}
