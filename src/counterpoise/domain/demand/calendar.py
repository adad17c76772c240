"""What the calendar does to a rate: month and week of the quarter, weekday, Ramadan, Eid, season.

Each effect puts every day in one class. A class's factor is what was counted on its days against
what was expected of them without the effect, shrunk to 1 where it was seen in few periods:

    factor = (counted / expected) ** (n / (n + prior))     n: how often the class was seen whole

(an observed/expected ratio with empirical-Bayes shrinkage, Clayton & Kaldor 1987). Effects are
fitted in order, each to what the ones before left over, and multiply.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import day_of
from counterpoise.domain.values.period import add_months

PRIOR_EVENTS = 5.0
"""Events at the expected rate added to both sides of a ratio, so that 0 of 1 is not 'never'."""

_EID = {(10, 1), (10, 2), (10, 3), (12, 10), (12, 11), (12, 12), (12, 13)}
_HIJRI_FROM, _HIJRI_UNTIL = date(1924, 8, 1), date(2077, 11, 16)


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    weeks_to_quarter_end: int
    month_of_quarter: int
    holy_season: int


@dataclass(frozen=True, slots=True)
class Effect:
    """classify: a day's class, below `classes`. length_days: how long one sighting of it lasts."""

    name: str
    classify: Callable[[_Day], int]
    classes: int
    length_days: int
    needs_years: int


EFFECTS = (
    Effect("month of quarter", lambda each: each.month_of_quarter, 3, 30, 0),
    Effect("weekday", lambda each: each.day.weekday(), 7, 1, 0),
    Effect("weeks to quarter end", lambda each: each.weeks_to_quarter_end, 13, 7, 1),
    Effect("Ramadan and Eid", lambda each: each.holy_season, 3, 7, 2),
    Effect("month of year", lambda each: each.day.month - 1, 12, 30, 2),
)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The class of each day for each effect that the history is long enough for."""

    first_day: int
    classes: NDArray[np.int64]
    """Shape (effects, days)."""

    def slice(self, first_day: int, days: int) -> "Calendar":
        start = first_day - self.first_day
        assert start >= 0, "the calendar begins later"
        assert start + days <= self.classes.shape[1], "the calendar ends earlier"
        part = slice(start, start + days)
        return Calendar(first_day, self.classes[:, part])


def build_calendar(first_day: int, last_day: int) -> Calendar:
    """Both days included."""
    days = [_describe(day_of(number)) for number in range(first_day, last_day + 1)]
    return Calendar(
        first_day,
        np.array([[effect.classify(each) for each in days] for effect in EFFECTS], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """By effect, one factor a class."""

    by_effect: tuple[NDArray[np.float64], ...]

    def of(self, calendar: Calendar) -> NDArray[np.float64]:
        """The product of all effects' factors for each day of `calendar`."""
        factor = np.ones(calendar.classes.shape[1])
        for factors, classes in zip(self.by_effect, calendar.classes, strict=True):
            factor *= factors[classes]
        return factor

    def forget(self) -> "Factors":
        return Factors(tuple(np.ones_like(each) for each in self.by_effect))


def fit_factors(
    counted: NDArray[np.float64],
    expected: NDArray[np.float64],
    calendar: Calendar,
    prior_periods: float,
) -> Factors:
    """counted, expected: a number for each day of `calendar`."""
    years = len(counted) / 365.25
    left = expected.copy()
    fitted: list[NDArray[np.float64]] = []
    for effect, classes in zip(EFFECTS, calendar.classes, strict=True):
        factors = np.ones(effect.classes)
        if years >= effect.needs_years:
            seen = np.bincount(classes, minlength=effect.classes) / effect.length_days
            came = np.bincount(classes, counted, effect.classes) + PRIOR_EVENTS
            awaited = np.bincount(classes, left, effect.classes) + PRIOR_EVENTS
            factors = (came / awaited) ** (seen / (seen + prior_periods))
            left *= factors[classes]
        fitted.append(factors)
    return Factors(tuple(fitted))


def _describe(day: date) -> _Day:
    quarter_end = add_months(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), 3)
    return _Day(
        day=day,
        weeks_to_quarter_end=min(((quarter_end - day).days - 1) // 7, 12),
        month_of_quarter=(day.month - 1) % 3,
        holy_season=_holy_season(day),
    )


def _holy_season(day: date) -> int:
    """1 in Ramadan, 2 on the days of an Eid (1–3 Shawwal, 10–13 Dhu al-Hijja), else 0."""
    from hijridate import Gregorian  # noqa: PLC0415 -- slow import

    if not _HIJRI_FROM <= day <= _HIJRI_UNTIL:
        return 0  # the published calendar of Umm al-Qura goes no further
    hijri = Gregorian(day.year, day.month, day.day).to_hijri()
    if hijri.month == 9:
        return 1
    return 2 if (hijri.month, hijri.day) in _EID else 0
