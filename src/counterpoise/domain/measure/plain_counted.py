"""Rows of a measure in plain Python, and what groups of them come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.measure import formulas
from counterpoise.domain.measure.question import Answers, Labels


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of a measure: where it counts, and when (None: it has no day)."""

    labels: Mapping[str, str]
    day: date | None
    worth: Decimal | None = None
    number: int = 0
    is_hit: bool = False


Groups = Mapping[Labels, Sequence[Counted]]


def total(rows: Iterable[Counted]) -> Decimal:
    return sum((row.worth for row in rows if row.worth is not None), Decimal(0))


def sum_money(groups: Groups) -> Answers:
    return {key: (formulas.round_money(total(rows)), len(rows)) for key, rows in groups.items()}


def count(groups: Groups) -> Answers:
    return {key: (Decimal(len(rows)), len(rows)) for key, rows in groups.items()}


def share_hits(groups: Groups) -> Answers:
    return {
        key: (formulas.round_share(sum(row.is_hit for row in rows), len(rows)), len(rows))
        for key, rows in groups.items()
    }


def find_medians(groups: Groups, unit: int = 1) -> Answers:
    return {
        key: (formulas.round_median(double_median([row.number for row in rows]), unit), len(rows))
        for key, rows in groups.items()
    }


def double_median(numbers: list[int]) -> int | None:
    ordered = sorted(numbers)
    count = len(ordered)
    return ordered[(count - 1) // 2] + ordered[count // 2] if ordered else None


def find_tails(groups: Groups, unit: int, fewest: int) -> Answers:
    """The 90th percentile of each group, where there are enough rows to say one."""
    answers: dict[Labels, tuple[Decimal | None, int]] = {}
    for key, rows in groups.items():
        n, tail = len(rows), None
        if n and n >= fewest:
            tail = 2 * sorted(row.number for row in rows)[formulas.find_tail(n) - 1]
        answers[key] = (formulas.round_median(tail, unit), n)
    return answers
