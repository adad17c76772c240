"""A figure of the forecast taken apart into what it is made of; the parts add up to the cent."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from counterpoise.domain.tables.forecast import Measure

LegKind = Literal["won", "open", "new", "combination", "launches", "overrides"]


@dataclass(frozen=True, slots=True)
class LegPart:
    """won: in the month already; open: what open deals bring beyond it; new: what deals that are
    not there yet bring. The others add to that, or take away below 0: what weighing the pipeline
    against history moves, launches and phase-outs, and overrides."""

    kind: LegKind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LegStack:
    """A cell's mean, the sum of its parts, with its 80 % range. series: what history alone says of
    the month; None for a part of the company, of which it tells nothing."""

    measure: Measure
    month: date
    by: tuple[tuple[str, str], ...]
    parts: tuple[LegPart, ...]
    mean: Decimal
    low: Decimal
    high: Decimal
    series: Decimal | None

    def __post_init__(self) -> None:
        assert sum(each.amount for each in self.parts) == self.mean
