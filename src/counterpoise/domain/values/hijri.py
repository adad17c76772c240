"""Ramadan and the two Eids as days of the Gregorian year, by the calendar of Umm al-Qura."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FeastKind = Literal["ramadan", "eid"]
FIRST_DAY, LAST_DAY = date(1924, 8, 1), date(2077, 11, 16)
"""The published calendar goes no further."""
_EIDS = (("Eid al-Fitr", 10, 1, 3), ("Eid al-Adha", 12, 9, 5))
"""Hijri month and day that it begins on, and days: Arafah is of the second."""


@dataclass(frozen=True, slots=True)
class Feast:
    """first, last: both in it."""

    kind: FeastKind
    name: str
    first: date
    last: date


def list_feasts(first: date, last: date) -> tuple[Feast, ...]:
    """Those that touch the days, in order; none outside the published calendar."""
    from hijridate import Gregorian  # noqa: PLC0415 -- slow import

    first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
    if first > last:
        return ()
    years = (Gregorian.fromdate(day).to_hijri().year for day in (first, last))
    begin, end = years
    found = [feast for year in range(begin, end + 1) for feast in _list_year(year)]
    return tuple(each for each in found if each.last >= first and each.first <= last)


def _list_year(year: int) -> list[Feast]:
    ramadan, fitr = _find_day(year, 9, 1), _find_day(year, 10, 1)
    feasts = [Feast("ramadan", "Ramadan", ramadan, fitr - timedelta(days=1))]
    for name, month, day, days in _EIDS:
        first = _find_day(year, month, day)
        feasts.append(Feast("eid", name, first, first + timedelta(days=days - 1)))
    return feasts


def _find_day(year: int, month: int, day: int) -> date:
    from hijridate import Hijri  # noqa: PLC0415 -- slow import

    found = Hijri(year, month, day).to_gregorian()
    return date(found.year, found.month, found.day)
