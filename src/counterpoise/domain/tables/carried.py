"""A measure carried forward: of the whole and its parts, what came and what is expected."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.values.text import Text

LEVELS = (Decimal("0.1"), Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal("0.9"))


@dataclass(frozen=True, slots=True)
class Step:
    """A period ahead by its first day; quantiles follow LEVELS."""

    start: date
    expected: Decimal
    quantiles: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A period that is over, by its first day."""

    start: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class CarriedPart:
    """by: empty for the whole. missed: how far the same methods were off on the newest periods that
    they did not see, as a share of what came; usual: how far repeating the season before (the last
    period where there is none) was off on them. None where nothing came, or too little to look
    back on. looks: from how many earlier days.
    """

    by: tuple[tuple[str, str], ...]
    history: tuple[Point, ...]
    ahead: tuple[Step, ...]
    missed: Decimal | None
    usual: Decimal | None
    looks: int


@dataclass(frozen=True, slots=True)
class Carried:
    """parts: the whole first, then by each dimension, then by all. adds_up: parts add up to wholes,
    to the cent. left_out: parts of which nothing can be said, and why."""

    measure: str
    unit: str
    by: tuple[str, ...]
    every: str
    as_of: date
    adds_up: bool
    parts: tuple[CarriedPart, ...]
    left_out: tuple[Text, ...]
