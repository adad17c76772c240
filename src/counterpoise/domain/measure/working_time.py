"""Working time between two moments, by someone's schedule: exact, across changes of the clock.

Moments are microseconds since 1970 in UTC. A shift lasts as long as it does: one that a change of
the clock falls into is an hour longer or shorter than its hours say.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from counterpoise.domain.measure.working_week import Schedule
from counterpoise.domain.values.zone import find_change, get_zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
MINUTE = 60_000_000
Interval = tuple[int, int]
"""From the first up to but without the second."""


def to_micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def list_intervals(schedule: Schedule, first: date, last: date) -> list[Interval]:
    """The working time of the days from `first` to `last` on the schedule's own clock, in order;
    hours that a clock put forward leaves out are none, and no moment is in two."""
    zone = get_zone(schedule.zone)
    found: list[Interval] = []
    end_before = to_micros(datetime.min.replace(tzinfo=UTC))
    for day in _list_days(first, last):
        for shift in schedule.list_shifts(day):
            begin = max(_place(day, shift.begin, zone), end_before)
            end = _place(day, shift.end, zone)
            if begin < end:
                found.append((begin, end))
                end_before = end
    return found


def count_working(schedule: Schedule, begin: int, end: int) -> int:
    """The working time between two moments in microseconds; 0 where the end is not after."""
    if end <= begin:
        return 0
    first, last = (day_of(each) for each in (begin, end))
    around = timedelta(days=1)  # the day there may be another one than in UTC
    held = list_intervals(schedule, first - around, last + around)
    return sum(max(0, min(stop, end) - max(start, begin)) for start, stop in held)


class Worked:
    """The same for many pairs of moments of one schedule, between the two days."""

    def __init__(self, schedule: Schedule, first: date, last: date) -> None:
        self._intervals = list_intervals(schedule, first, last)
        self._begins = [begin for begin, _ in self._intervals]
        lengths = (end - begin for begin, end in self._intervals)
        self._before = list(accumulate(lengths, initial=0))

    def count(self, begin: int, end: int) -> int:
        return self._until(end) - self._until(begin)

    def _until(self, moment: int) -> int:
        place = bisect_right(self._begins, moment)
        if not place:
            return 0
        begin, end = self._intervals[place - 1]
        return self._before[place - 1] + min(end, moment) - begin


def day_of(micros: int) -> date:
    """The day in UTC."""
    return date(1970, 1, 1) + timedelta(days=micros // DAY)


def _list_days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))


def _place(day: date, minutes: int, zone: ZoneInfo) -> int:
    """A time that the clock leaves out is the moment at which it was put forward."""
    on = day + timedelta(days=minutes // 1440)
    local = datetime.combine(on, time(minutes // 60 % 24, minutes % 60), zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) != local.replace(tzinfo=None):
        moment = find_change(local.replace(fold=1).astimezone(UTC), moment, zone)
    return to_micros(moment)
