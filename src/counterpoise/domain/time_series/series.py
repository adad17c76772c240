"""A series: what was observed in one period after another, without a hole, oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text, text

Frequency = Literal["day", "week", "month", "quarter", "year"]
SEASONS: dict[Frequency, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "year": 1}
"""How many periods make the season that a frequency is looked through for."""
_MONTHS: dict[Frequency, int] = {"month": 1, "quarter": 3, "year": 12}
_DAYS: dict[Frequency, int] = {"day": 1, "week": 7}
FEWEST = 4
LARGEST = 1e15
"""Beyond it a double no longer holds cents."""


class BrokenSeries(ValueError):
    """Observations that are no series, or too few to say anything of the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """first: the first day of the oldest period. values: one for each period."""

    key: str
    frequency: Frequency
    first: date
    values: NDArray[np.float64]

    @property
    def season(self) -> int:
        return SEASONS[self.frequency]

    def start_of(self, number: int) -> date:
        """The first day of the period of this number; periods ahead follow the last."""
        return step(self.first, self.frequency, number)


def step(first: date, frequency: Frequency, number: int) -> date:
    """The first day of the period that many periods after the one that begins on `first`."""
    if frequency in _DAYS:
        return first + timedelta(days=_DAYS[frequency] * number)
    return add_months(first, _MONTHS[frequency] * number)


def build_series(
    key: str,
    observed: Iterable[tuple[date, float]],
    frequency: Frequency,
    *,
    as_of: date,
    is_total: bool = True,
) -> Series:
    """The series of what was observed on first days of periods, in any order.

    The period that `as_of` is in is left out: it is not over. is_total: a period of which nothing
    was observed brought nothing, as in sums and counts; else it is a hole. Raises BrokenSeries.
    """
    found: dict[date, float] = {}
    for day, value in observed:
        _refuse_value(key, day, value)
        if day in found:
            raise BrokenSeries(_say_twice(key, day))
        found[day] = value
    over = {day: value for day, value in found.items() if step(day, frequency, 1) <= as_of}
    if len(over) < FEWEST:
        raise BrokenSeries(
            text(
                "{key}: of the {fewest} periods that a forecast needs {n} are over by {as_of}."
                " Wait, or choose a shorter period.",
                key=key,
                n=len(over),
                as_of=as_of,
                fewest=FEWEST,
            )
        )
    first, last = min(over), max(over)
    if is_total:  # nothing since is nothing, too
        while step(last, frequency, 2) <= as_of:
            last = step(last, frequency, 1)
    days = _list_days(first, last, frequency)
    _refuse_strangers(key, set(over) - set(days), frequency)
    holes = [day for day in days if day not in over]
    if holes and not is_total:
        raise BrokenSeries(
            text(
                "{key}: nothing was observed for the period from {day} on, and {n} periods in all."
                " A rate of nothing is not zero: state the values, or begin after them.",
                key=key,
                day=holes[0],
                n=len(holes),
            )
        )
    return Series(key, frequency, first, np.array([over.get(day, 0.0) for day in days]))


def _list_days(first: date, last: date, frequency: Frequency) -> list[date]:
    days = [first]
    while days[-1] < last:
        days.append(step(days[-1], frequency, 1))
    return days


def _refuse_value(key: str, day: date, value: float) -> None:
    if isfinite(value) and abs(value) <= LARGEST:
        return
    raise BrokenSeries(
        text(
            "{key}: {day} has the value {value}, which is no number that can be carried forward."
            " Mend it in the source.",
            key=key,
            day=day,
            value=str(value),
        )
    )


def _say_twice(key: str, day: date) -> Text:
    return text(
        "{key}: {day} was observed twice. Say which value holds, or add them up before.",
        key=key,
        day=day,
    )


def _refuse_strangers(key: str, strangers: set[date], frequency: Frequency) -> None:
    if not strangers:
        return
    raise BrokenSeries(
        text(
            "{key}: {day} begins no {frequency} of this series. Is another frequency mixed in?",
            key=key,
            day=min(strangers),
            frequency=frequency,
        )
    )
