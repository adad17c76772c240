"""A figure of a forecast that somebody should look at."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from counterpoise.domain.tables.override import CellKey
from counterpoise.domain.values.text import Text

ExceptionKind = Literal["moved", "missed", "overridden", "uncertain"]


@dataclass(frozen=True, slots=True)
class ForecastException:
    """who: the role that should look. at_stake: money, in the forecast's currency."""

    kind: ExceptionKind
    who: str
    cell: CellKey
    at_stake: Decimal
    why: Text
