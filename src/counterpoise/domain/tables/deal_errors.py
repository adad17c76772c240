"""What a forecast had said of single deals on earlier days, and what came of each."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.values.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class DealErrors:
    """A row for each deal and day on which it was open: what it was worth if won, what was expected
    of it within `days`, and what it brought in them. open_ids and open_values: the deals open now.
    """

    days: int
    ids: NDArray[np.object_]
    value: NDArray[np.float64]
    expected: NDArray[np.float64]
    actual: NDArray[np.float64]
    open_ids: NDArray[np.object_]
    open_values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FaultCost:
    """What a fault in the data costs the forecast, in the reporting currency.

    deals and others: with the fault and without, of those that were forecast. error and error_else:
    what was off, by the worth of those deals, with the fault and without. money: how much more is
    off in the open pipeline for it, with its 80 % range; None where too few deals show it.
    """

    table: str
    attribute: str
    rule: str
    deals: int
    others: int
    error: float | None = None
    error_else: float | None = None
    money: Decimal | None = None
    low_80: Decimal | None = None
    high_80: Decimal | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the range says that the fault costs anything at all."""
        return self.low_80 is not None and self.low_80 > 0


@dataclass(frozen=True, slots=True)
class DataCost:
    """Of every fault that deals have. days: how far the forecast looked. refusal: why nothing can
    be said."""

    currency: str
    days: int
    costs: tuple[FaultCost, ...]
    refusal: Text | None = None
