"""Ranges that were published: what was said of a period, and what came of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from counterpoise.domain.tables.carried import LEVELS, Carried, Every
from counterpoise.domain.values.period import first_of_month, months_between

RangeKind = Literal["forecast", "series", "volume"]
"""The cycle's forecast, a measure of the explorer carried forward, or a volume."""
Members = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SaidRange:
    """Of a part and a period by its first day; quantiles follow LEVELS of tables/carried."""

    by: Members
    start: date
    quantiles: tuple[Decimal, ...]

    def quantile(self, level: str) -> Decimal:
        return self.quantiles[LEVELS.index(Decimal(level))]


@dataclass(frozen=True, slots=True)
class Publication:
    """A measure carried forward on a day, as it was published. by: what it was split by."""

    measure: str
    unit: str
    every: Every
    by: tuple[str, ...]
    as_of: date
    build: str
    ranges: tuple[SaidRange, ...]

    @classmethod
    def of(cls, found: Carried, build: str) -> "Publication":
        return cls(
            measure=found.measure,
            unit=found.unit,
            every=found.every,
            by=found.by,
            as_of=found.as_of,
            build=build,
            ranges=tuple(
                SaidRange(part.by, step.start, step.quantiles)
                for part in found.parts
                for step in part.ahead
            ),
        )


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """What was said on a day of a period: one of so many hundred shall lie inside.

    start: the first day of the period, which is as long as `every` says.
    measure: its name, or of a volume its kind. share: 0.8 for the range between the levels 0.1 and
    0.9. actual: once the period was over.
    """

    made_on: date
    measure: str
    start: date
    by: Members
    share: Decimal
    low: Decimal
    high: Decimal
    actual: Decimal
    kind: RangeKind = "forecast"
    every: Every = "month"

    @property
    def month(self) -> date:
        """The month that the period begins in."""
        return first_of_month(self.start)

    @property
    def months_ahead(self) -> int:
        """0 where the month that the period begins in had begun when the forecast was made."""
        return max(0, months_between(first_of_month(self.made_on), self.month))

    @property
    def periods_ahead(self) -> int:
        """How many periods later than the one that the forecast was made in; 0 for that one."""
        made_on = self.made_on
        match self.every:
            case "day":
                ahead = (self.start - made_on).days
            case "week":
                monday = made_on - timedelta(days=made_on.weekday())
                ahead = (self.start - monday).days // 7
            case "quarter":
                began = made_on.replace(month=made_on.month - (made_on.month - 1) % 3, day=1)
                ahead = months_between(began, self.start) // 3
            case "year":
                ahead = self.start.year - made_on.year
            case _:
                ahead = months_between(first_of_month(made_on), self.start)
        return max(0, ahead)

    @property
    def level(self) -> tuple[str, ...]:
        """The dimensions that it is a part by; none for the whole company."""
        return tuple(sorted(name for name, _ in self.by))
