"""What the execute and measure steps hand over: actions to take, and why actual differed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text

Area = Literal["technology", "process", "people", "communication"]


@dataclass(frozen=True, slots=True)
class Action:
    """effect: money the action is expected to be worth, or None where it cannot be said."""

    id: str
    area: Area
    what: Text
    why: Text
    owner_role: str
    due_on: date
    effect: Decimal | None


@dataclass(frozen=True, slots=True)
class VarianceLine:
    """cause: volume, price, win_rate or timing. money above 0: actual was higher because of it."""

    cause: Literal["volume", "price", "win_rate", "timing"]
    money: Decimal
    why: Text


@dataclass(frozen=True, slots=True)
class Variance:
    """forecast + the sum of lines = actual, to the cent. n: deals won in the period."""

    period: Period
    forecast_as_of: date
    forecast: Decimal
    actual: Decimal
    lines: tuple[VarianceLine, ...]
    n: int
    notes: tuple[Text, ...]
