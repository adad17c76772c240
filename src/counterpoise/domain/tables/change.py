"""How a forecast changed from one run to the next."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ChangeCause = Literal["won", "open", "new", "overrides"]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """cause: what was won since; what open deals are expected to bring beyond it; deals yet to
    enter the pipeline; overrides. money above 0: more is expected because of it."""

    cause: ChangeCause
    money: Decimal


@dataclass(frozen=True, slots=True)
class ForecastChange:
    """Of won revenue of the whole period: before + the sum of lines = now, to the cent."""

    before_as_of: date
    now_as_of: date
    before: Decimal
    now: Decimal
    lines: tuple[ChangeLine, ...]
