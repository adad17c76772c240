"""How fast work passes on each day: weekends, Ramadan, Eid, the time of year, quarter ends.

Ramadan and the two Eids are those of the Umm al-Qura calendar. A day's pace is the share of an
ordinary working day that gets done on it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from hijridate import Gregorian, Hijri
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company, Region, Seasons
from counterpoise.domain.tables.deals import day_number

Floats = NDArray[np.float64]

WEEKEND_PACE = 0.12
PUSH_DAYS = 15
LULL_DAYS = 10
LULL = 0.8
OVERRUN_DAYS = 1_500
"""Deals run on so long after the last simulated day; what takes longer never ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Turns days of work into days of the calendar. `done`: work done before each day."""

    first_day: int
    done: Floats

    @classmethod
    def of(cls, first_day: int, pace: Floats) -> "Clock":
        return cls(first_day, np.concatenate(([0.0], np.cumsum(pace))))

    def after(self, start: Floats, work: Floats) -> Floats:
        """When `work` begun at `start` is done; infinity where it never is."""
        days = np.arange(len(self.done), dtype=np.float64)
        begun = np.interp(start - self.first_day, days, self.done)
        due = begun + work
        ended = np.interp(due, self.done, days) + self.first_day
        return np.where(due < self.done[-1], ended, np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """Arrivals by region and day up to the last simulated day, and each region's two clocks."""

    first_day: int
    arrivals: Floats
    working: tuple[Clock, ...]
    closing: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class Feast:
    """A run of days of the Hijri calendar, half-open."""

    kind: str
    name: str
    start: date
    end: date


def build_pace(company: Company) -> Pace:
    first = day_number(company.start)
    simulated = day_number(company.end) - first
    days = simulated + OVERRUN_DAYS
    paces = [_pace(region, company.seasons, company.start, days) for region in company.regions]
    push = _quarter_push(company.seasons, company.start, days)
    months = np.array(company.seasons.months)[_month_of_year(company.start, days)]
    growth = (1 + company.seasons.growth) ** (np.arange(days) / 365.25)
    arrivals = [
        region.weight * pace * months * growth
        for region, pace in zip(company.regions, paces, strict=True)
    ]
    slow = np.sqrt(months)
    return Pace(
        first_day=first,
        arrivals=np.array(arrivals)[:, :simulated],
        working=tuple(Clock.of(first, pace * slow) for pace in paces),
        closing=tuple(Clock.of(first, pace * slow * push) for pace in paces),
    )


@cache
def list_feasts(start: date, end: date) -> tuple[Feast, ...]:
    """Ramadan, Eid al-Fitr and Eid al-Adha that touch the time from `start` up to `end`."""
    years = range(Gregorian.fromdate(start).to_hijri().year, _hijri_year(end) + 1)
    feasts = []
    for year in years:
        ramadan, fitr, adha = (_day(year, 9, 1), _day(year, 10, 1), _day(year, 12, 9))
        feasts += [
            Feast("ramadan", "Ramadan", ramadan, fitr),
            Feast("eid", "Eid al-Fitr", fitr, fitr + timedelta(days=3)),
            Feast("eid", "Eid al-Adha", adha, adha + timedelta(days=4)),
        ]
    return tuple(each for each in feasts if each.end > start and each.start < end)


def _hijri_year(day: date) -> int:
    return int(Gregorian.fromdate(day).to_hijri().year)


def _day(year: int, month: int, day: int) -> date:
    found = Hijri(year, month, day).to_gregorian()
    return date(found.year, found.month, found.day)


def _pace(region: Region, seasons: Seasons, start: date, days: int) -> Floats:
    weekday = (np.arange(days) + start.weekday()) % 7
    pace = np.where(np.isin(weekday, region.weekend), WEEKEND_PACE, 1.0)
    for feast in list_feasts(start, start + timedelta(days=days)):
        felt = seasons.ramadan if feast.kind == "ramadan" else seasons.eid
        slowed = 1 - region.ramadan * (1 - felt)
        since, until = (feast.start - start).days, (feast.end - start).days
        pace[max(since, 0) : max(until, 0)] *= slowed
    return pace


def _month_of_year(start: date, days: int) -> NDArray[np.int64]:
    dates = np.datetime64(start) + np.arange(days)
    return dates.astype("datetime64[M]").astype(np.int64) % 12


def _quarter_push(seasons: Seasons, start: date, days: int) -> Floats:
    dates = np.datetime64(start) + np.arange(days)
    months = dates.astype("datetime64[M]").astype(np.int64)
    quarter = months - months % 3
    begun = quarter.astype("datetime64[M]").astype("datetime64[D]")
    ends = (quarter + 3).astype("datetime64[M]").astype("datetime64[D]")
    left = (ends - dates).astype(np.int64) - 1
    since = (dates - begun).astype(np.int64)
    rise = np.clip(1 - left / PUSH_DAYS, 0, 1)
    lull = np.where((since < LULL_DAYS) & (seasons.quarter_push > 1), LULL, 1.0)
    return np.asarray((1 + (seasons.quarter_push - 1) * rise) * lull)
