"""What is known of a series' steps besides their values: from days of a calendar to each step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.mark import MarkKind, SeriesMark
from counterpoise.domain.tables.occasion import CalendarDays, Occasion, OccasionKind
from counterpoise.domain.time_series.learning import Surroundings
from counterpoise.domain.time_series.marking import replace_marked
from counterpoise.domain.time_series.occasions import Exposure
from counterpoise.domain.time_series.series import Series

Values = NDArray[np.float64]
Members = tuple[tuple[str, str], ...]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the values. calendars: by region, '' for the company; none where there
    is no calendar. marks: of the measure, the oldest first. spread and day_off: as the rulebook
    says in series.outlier_spread and series.day_off."""

    calendars: Mapping[str, CalendarDays] = field(default_factory=dict)
    marks: tuple[SeriesMark, ...] = ()
    spread: float = 0.0
    day_off: float = 0.1

    def list_marks(self, series: Series, by: Members) -> list[MarkKind | None]:
        """How each period of a part is marked: by the newest mark that touches it."""
        return _find_kinds([each for each in self.marks if each.holds_for(by)], series)

    def forget_marked(self, series: Series, by: Members) -> Series:
        """A part as it is learned from: marked periods replaced."""
        marked = self.list_marks(series, by)
        if not any(marked):
            return series
        return replace(series, values=replace_marked(series, marked))

    def list_moved(self, series: Series, by: Members, came: Values) -> list[MarkKind | None]:
        """As list_marks, and by marks of parts of it where they moved what is learned."""
        of_parts = _find_kinds([each for each in self.marks if each.overlaps(by)], series)
        moved = ~np.isclose(series.values, came, rtol=1e-12)
        own = self.list_marks(series, by)
        return [
            mine or (other if is_moved else None)
            for mine, other, is_moved in zip(own, of_parts, moved, strict=True)
        ]

    def find_calendar(self, by: Iterable[tuple[str, str]]) -> CalendarDays | None:
        """Of the part's region, else of the company."""
        region = dict(by).get("region", "")
        return self.calendars.get(region, self.calendars.get(""))


def _find_kinds(held: Sequence[SeriesMark], series: Series) -> list[MarkKind | None]:
    every = [series.start_of(number) for number in range(len(series.values) + 1)]
    return [
        next((each.kind for each in reversed(held) if each.touches(start, end)), None)
        for start, end in pairwise(every)
    ]


def surround(
    known: Known, calendar: CalendarDays | None, axis: Series, steps: int, *, adds_up: bool
) -> Surroundings:
    """A rate does not grow with the days that it is measured on, so they do not scale it."""
    if calendar is None:
        return Surroundings(spread=known.spread)
    starts = [axis.start_of(number) for number in range(len(axis.values) + steps + 1)]
    working = _find_working(calendar, starts, known.day_off, axis) if adds_up else None
    kinds = sorted({each.kind for each in calendar.occasions})
    exposures = tuple(_expose(kind, calendar.occasions, starts) for kind in kinds)
    return Surroundings(working, tuple(each for each in exposures if each.starts), known.spread)


def select_occasions(
    calendar: CalendarDays | None, axis: Series, steps: int
) -> tuple[Occasion, ...]:
    """Those that touch the history or the steps ahead."""
    first, end = axis.first, axis.start_of(len(axis.values) + steps)
    every = calendar.occasions if calendar else ()
    return tuple(each for each in every if each.last >= first and each.first < end)


def _find_working(
    calendar: CalendarDays, starts: list[date], day_off: float, axis: Series
) -> Values | None:
    """None where days off are not known to the end; of months, to the newest that is over.

    Of a month after the known days, the mean of the same month in other years: how many months are
    asked for must not change any of them.
    """
    until = calendar.off_until
    if until is None:
        return None
    ends = [each - _DAY <= until for each in starts[1:]]
    if all(ends):
        return _weigh(calendar, starts, day_off, axis)
    if axis.frequency != "month" or not ends[len(axis.values) - 1]:
        return None
    weight, known = _weigh(calendar, starts, day_off, axis), ends.index(False)
    for number in range(known, len(weight)):
        same = weight[number % axis.season : known : axis.season]
        weight[number] = same.mean() if len(same) else 1.0
    return weight


def _weigh(calendar: CalendarDays, starts: list[date], day_off: float, axis: Series) -> Values:
    """The days of work in each step, over those of a usual one: of a day, of the same weekday."""
    worked = _count(calendar.worked, starts)
    days = np.diff([each.toordinal() for each in starts])
    weight = worked + day_off * (days - worked)
    if axis.frequency != "day":
        return np.asarray(weight / weight[: len(axis.values)].mean(), dtype=np.float64)
    ordinary = _count(calendar.ordinary, starts)
    return np.asarray(weight / (ordinary + day_off * (1 - ordinary)), dtype=np.float64)


def _expose(kind: OccasionKind, occasions: Iterable[Occasion], starts: list[date]) -> Exposure:
    own = [each for each in occasions if each.kind == kind and each.last >= starts[0]]
    own = [each for each in own if each.first < starts[-1]]
    inside = {day for each in own for day in _list_days(each)}
    days = np.diff([each.toordinal() for each in starts])
    ordinals = [each.toordinal() for each in starts]
    begun = (int(np.searchsorted(ordinals, each.first.toordinal(), "right")) - 1 for each in own)
    return Exposure(
        kind,
        np.asarray(_count(inside, starts) / days, dtype=np.float64),
        tuple(sorted(max(0, number) for number in begun)),
    )


def _list_days(occasion: Occasion) -> Iterable[date]:
    length = (occasion.last - occasion.first).days + 1
    return (occasion.first + timedelta(days=number) for number in range(length))


def _count(days: Iterable[date], starts: list[date]) -> Values:
    """How many of the days are in each step."""
    ordinals = sorted(day.toordinal() for day in days)
    before = np.searchsorted(ordinals, [each.toordinal() for each in starts])
    return np.asarray(np.diff(before), dtype=np.float64)
