"""A published measure's value, with what it means and how many rows it rests on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.values.text import Text


@dataclass(frozen=True, slots=True)
class Measured:
    """value is None where nothing could be counted: no denominator is no answer, not zero."""

    name: str
    value: Decimal | None
    unit: str
    by: tuple[tuple[str, str], ...]
    n: int
    definition: Text


@dataclass(frozen=True, slots=True)
class PastForecast:
    """What a saved forecast said of a month's won revenue; `by` is empty for the whole company."""

    made_on: date
    month: date
    by: tuple[tuple[str, str], ...]
    value: Decimal
