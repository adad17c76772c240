"""Targets in force in a period, for the whole company or split as a question asks.

A target row is set for a rep, a team, a region, a product, a segment, a source of leads or the
company: its level is the first of these that it names. Levels are never added to one another: a
rep's target is part of the team's. What is asked for is answered from its own level where there is
one, else from the rows below it that name every dimension asked for. Where there is none, nothing
is spread: attainment is refused. A row that reaches beyond the period counts by its days in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from counterpoise.domain.measure.question import Labels, Question, list_buckets
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text

LEVELS = ("company", "rep", "team", "region", "product", "segment", "source")


class NoTarget(ValueError):
    """A split by something that no target is set for."""


@dataclass(frozen=True, slots=True)
class Target:
    """Won revenue to reach from `start` up to but without `end`.

    level: one of LEVELS. places: rep, team, region, product … as far as the row or its rep says (''
    otherwise). amount: in the reporting currency.
    """

    start: date
    end: date
    level: str
    places: Mapping[str, str]
    amount: Decimal

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


def find_span(targets: Iterable[Target], question: Question, as_of: date) -> Period | None:
    """The time that targets are compared in: the period asked for, else all begun targets' months.

    None where neither is there.
    """
    if question.period:
        return question.period
    begun = [each for each in targets if each.start <= as_of]
    if not begun:
        return None
    months = list_buckets(
        min(each.start for each in begun), max(each.last_day for each in begun), "month"
    )
    return Period(months[0].start, months[-1].end)


def add_up_targets(
    targets: Iterable[Target], question: Question, span: Period
) -> dict[Labels, Fraction]:
    """The target of each group of the question, exact."""
    held = [each for each in targets if each.start < span.end and each.end > span.start]
    sums: dict[Labels, Fraction] = {}
    for target in _choose_level(held, question.places):
        for bucket in _split_time(target, question, span):
            labels = question.name_group(target.places, bucket.start)
            sums[labels] = sums.get(labels, Fraction(0)) + _share(target, bucket)
    return sums


def has_targets(targets: Iterable[Target], question: Question, span: Period | None) -> bool:
    """Whether attainment can be split as asked; without a split there is nothing to refuse. Raises
    NoTarget where it cannot and the question is about attainment itself."""
    if not question.places or (span and add_up_targets(targets, question, span)):
        return True
    if question.names:
        raise NoTarget(
            text(
                "No target is set by {listed} in that time, so attainment by it cannot be said; a"
                " target of something else is not spread over it. Load targets that name it, or ask"
                " for attainment_contribution: what each part adds to the company's attainment.",
                listed=", ".join(question.places),
            )
        )
    return False


def ask_whole(question: Question) -> Question:
    """The same period, undivided."""
    return Question(period=question.period, as_of=question.as_of)


def _choose_level(targets: list[Target], places: tuple[str, ...]) -> list[Target]:
    own = places[0] if len(places) == 1 else "company"
    for level in dict.fromkeys((own, *LEVELS)):
        rows = [
            each
            for each in targets
            if each.level == level and all(each.places[place] for place in places)
        ]
        if rows:
            return rows
    return []


def _split_time(target: Target, question: Question, span: Period) -> tuple[Period, ...]:
    if not question.time:
        return (span,)
    buckets = list_buckets(target.start, target.last_day, question.time)
    return tuple(
        Period(max(each.start, span.start), min(each.end, span.end))
        for each in buckets
        if each.start < span.end and each.end > span.start
    )


def _share(target: Target, period: Period) -> Fraction:
    days = (min(target.end, period.end) - max(target.start, period.start)).days
    return Fraction(target.amount) * days / (target.end - target.start).days
