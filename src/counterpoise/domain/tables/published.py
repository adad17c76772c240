"""A range that was published, and what came of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.values.period import first_of_month, months_between


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """What a forecast made on a day said of a month: one of so many hundred shall lie inside.

    share: 0.8 for the range between the levels 0.1 and 0.9. actual: once the month was over.
    """

    made_on: date
    measure: Measure
    month: date
    by: tuple[tuple[str, str], ...]
    share: Decimal
    low: Decimal
    high: Decimal
    actual: Decimal

    @property
    def months_ahead(self) -> int:
        """0 where the month had begun when the forecast was made."""
        return max(0, months_between(first_of_month(self.made_on), self.month))

    @property
    def level(self) -> tuple[str, ...]:
        """The dimensions that it is a part by; none for the whole company."""
        return tuple(sorted(name for name, _ in self.by))
