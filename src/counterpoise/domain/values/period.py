"""Periods of the calendar: a month `2017-11`, a quarter `2017-Q4`, a year `2017`; half-open."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from counterpoise.domain.values.text import text

_WRITTEN = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


class UnknownPeriod(ValueError):
    """A text that names no period."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start` up to but without `end`; both are firsts of a month."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start.day != 1 or self.end.day != 1 or self.start >= self.end:
            raise UnknownPeriod(
                text(
                    "{start} to {end} is no run of whole months.",
                    start=self.start,
                    end=self.end,
                )
            )

    @classmethod
    def parse(cls, written: str) -> Self:
        found = _WRITTEN.fullmatch(written.strip())
        if found is None or found["year"] == "0000":
            raise UnknownPeriod(
                text(
                    "'{written}' names no period. Write a month (2017-11), a quarter (2017-Q4)"
                    " or a year (2017).",
                    written=written,
                )
            )
        year = int(found["year"])
        if found["quarter"]:
            return cls.of_months(date(year, 3 * int(found["quarter"]) - 2, 1), 3)
        if found["month"]:
            return cls.of_months(date(year, int(found["month"]), 1), 1)
        return cls.of_months(date(year, 1, 1), 12)

    @classmethod
    def of_months(cls, start: date, months: int) -> Self:
        return cls(start, add_months(start, months))

    @property
    def months(self) -> tuple["Period", ...]:
        count = months_between(self.start, self.end)
        return tuple(Period.of_months(add_months(self.start, n), 1) for n in range(count))

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def before(self) -> "Period":
        """The period of the same length that ends where this one starts."""
        return Period.of_months(
            add_months(self.start, -months_between(self.start, self.end)),
            months_between(self.start, self.end),
        )

    def __str__(self) -> str:
        count = months_between(self.start, self.end)
        if count == 12 and self.start.month == 1:
            return f"{self.start.year}"
        if count == 3 and self.start.month % 3 == 1:
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        if count == 1:
            return f"{self.start:%Y-%m}"
        return f"{self.start:%Y-%m}..{add_months(self.end, -1):%Y-%m}"


def find_start(written: str) -> date:
    """The first day of a day (2017-11-30), a week (2017-W48) or a period. Raises ValueError."""
    return date.fromisoformat(written) if len(written) > 7 else Period.parse(written).start


def add_months(first: date, months: int) -> date:
    """The first of the month that many months after `first`, which is a first of a month itself."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def first_of_month(day: date) -> date:
    return day.replace(day=1)
