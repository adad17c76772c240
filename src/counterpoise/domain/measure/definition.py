"""What a published measure is: its words, its unit, and what it can be split by."""

from dataclasses import dataclass
from typing import Literal

from counterpoise.domain.values.text import Text

Unit = Literal[
    "money", "money a day", "deals", "leads", "share", "days", "minutes", "hours", "activities"
]

TIME = ("month", "quarter")
FINE = ("day", "week")
"""Parts of time for what is counted on days; a week begins on Monday (ISO 8601)."""
WHO = ("rep", "team", "region")
DEAL = (*WHO, "product", "segment", "source")
COHORTS = ("created_quarter", "hire_quarter")
"""The quarter that a deal was created in, and the one that its rep was hired in."""
TARGET = (*WHO, "product", *TIME)
LEAD = (*WHO, "source", *TIME)
TIMES = (*WHO, *TIME)
ACTIVITY = (*WHO, "type", *TIME, *FINE)
DIMENSIONS = (*DEAL, "stage", *TIME, "type", *COHORTS, *FINE)
_OF_MONEY = {
    *("coverage", "slip_rate", "quota_attainment", "attainment_contribution"),
    *("forecast_error", "forecast_bias"),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure is.

    numerator, denominator: what is added up, and what it is divided by (None where by nothing).
    grain: what one row is, and which of its days puts it in a period. dimensions: what the measure
    can be split by. Shares are rounded to six decimals, money and hours to two, half to even, once
    and at the end.
    """

    name: str
    unit: Unit
    meaning: Text
    numerator: Text
    denominator: Text | None
    grain: Text
    dimensions: tuple[str, ...]

    @property
    def adds_up_money(self) -> bool:
        return self.name in _OF_MONEY or self.unit.startswith("money")
