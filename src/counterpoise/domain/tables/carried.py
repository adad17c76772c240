"""A measure carried forward: of the whole and its parts, what came and what is expected."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from counterpoise.domain.tables.mark import MarkKind
from counterpoise.domain.tables.occasion import Occasion, OccasionKind
from counterpoise.domain.values.text import Text

Every = Literal["day", "week", "month", "quarter", "year"]
"""How long the periods are."""
LEVELS = (Decimal("0.1"), Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal("0.9"))


@dataclass(frozen=True, slots=True)
class Step:
    """A period ahead by its first day; quantiles follow LEVELS. came: what of both came already, in
    months of the period that are over."""

    start: date
    expected: Decimal
    quantiles: tuple[Decimal, ...]
    came: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Point:
    """A period that is over, by its first day."""

    start: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class OccasionEffect:
    """What Ramadan, an Eid, promotions or launches do to a period that lies wholly in one.

    size: a share of what would come without it (-0.2 is a fifth less), or an amount where not
    is_share; None where nothing can be said, and why. n: the past occurrences it rests on.
    """

    kind: OccasionKind
    size: Decimal | None
    is_share: bool
    n: int
    why: Text | None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A past period that is not learned from as it came: what it was, and what was put for it.

    kind: "outlier", or how people marked it.
    """

    start: date
    kind: Literal["outlier"] | MarkKind
    was: Decimal
    put: Decimal


@dataclass(frozen=True, slots=True)
class CarriedPart:
    """by: empty for the whole. missed: how far the same methods were off on the newest periods that
    they did not see, as a share of what came; usual: how far repeating the season before (the last
    period where there is none) was off on them. None where nothing came, or too little to look
    back on. looks: from how many earlier days. occasions: those of its history and ahead. notes:
    what of the calendar and of marks was taken account of, or not, and why. alone: how far months
    carried by themselves were off on the same periods, where quarters or years were beside them.
    """

    by: tuple[tuple[str, str], ...]
    history: tuple[Point, ...]
    ahead: tuple[Step, ...]
    missed: Decimal | None
    usual: Decimal | None
    looks: int
    occasions: tuple[Occasion, ...] = ()
    effects: tuple[OccasionEffect, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    notes: tuple[Text, ...] = ()
    alone: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a challenger is heard beside the methods. missed, methods_missed: the mean size of an
    error on earlier days, in units of how much each series moves. gain: by what share its errors
    were smaller; gain_low: at least that, with 95 % confidence. None where it was not tried, or
    where too little was there to tell. refused: too little is there to try it on; failed: it could
    not be asked, or its answer was none. series, looks: on how many, from how many earlier days.
    """

    name: str
    outcome: Literal["heard", "not heard", "refused", "failed"]
    missed: Decimal | None
    methods_missed: Decimal | None
    gain: Decimal | None
    gain_low: Decimal | None
    series: int
    looks: int
    why: Text


@dataclass(frozen=True, slots=True)
class Carried:
    """parts: the whole first, then by each dimension, then by all. adds_up: parts add up to wholes,
    to the cent. left_out: parts of which nothing can be said, and why. notes: what of marks was not
    taken account of. verdicts: of the challengers that were asked for."""

    measure: str
    unit: str
    by: tuple[str, ...]
    every: Every
    as_of: date
    adds_up: bool
    parts: tuple[CarriedPart, ...]
    left_out: tuple[Text, ...]
    notes: tuple[Text, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
