"""What the calendar says of days: which are worked, and what happens on them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

OccasionKind = Literal["ramadan", "eid", "promotion", "launch"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """A run of days, `first` and `last` in it."""

    kind: OccasionKind
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """The days of a country, as far as they are known.

    country: '' where nobody says which. worked: the days of work; ordinary: those that would be
    worked if no day were off. off_until: how far the days off are known, None where none are
    listed. occasions: in order, past ones and those to come.
    """

    country: str
    worked: frozenset[date]
    ordinary: frozenset[date]
    off_until: date | None
    occasions: tuple[Occasion, ...]
