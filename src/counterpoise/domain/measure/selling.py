"""Time with customers: meetings and calls of a person, what overlaps counted once, and how long the
person was there to hold them.

Each meeting adds what no meeting of the same person that began before it covers; so what a person's
meetings add is the union of their times, to the microsecond, and each part of it has one day.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from counterpoise.domain.measure.plain_places import Directory
from counterpoise.domain.measure.question import Labels, Question, list_buckets
from counterpoise.domain.measure.schedules import Schedules
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.working_time import MINUTE, Interval, Worked, to_micros
from counterpoise.domain.measure.working_week import Schedule
from counterpoise.domain.values.zone import start_of_day

LONGEST_KEY = "activity.longest_hours"
CUSTOMER = ("opportunity_id", "lead_id", "contact_id", "account_id")
"""What of an activity names a customer."""
Owner = tuple[str, str]
"""A source and the id of a rep there."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Presence:
    """Of the people of a group together: days that they were there, and microseconds of their
    working time in them."""

    days: int
    worked: int


@dataclass(frozen=True, slots=True)
class _Present:
    """Someone from the day of their first meeting on, up to but without `end`."""

    places: Mapping[str, str]
    first: date
    end: date
    schedule: Schedule


def find_longest(settings: Settings) -> float:
    """Minutes from which on an event says no hours."""
    return float(settings.rulebook.get_number(LONGEST_KEY, settings.as_of) * 60)


def measure_length(minutes: float) -> int:
    """In whole microseconds, halves up, as any engine rounds it."""
    return math.floor(minutes * MINUTE + 0.5)


def add_to_union(intervals: Iterable[Interval]) -> Iterator[int]:
    """What each adds to those before it; they come in order of their beginning."""
    reached: int | None = None
    for begin, end in intervals:
        start = begin if reached is None else max(begin, reached)
        yield max(0, end - start)
        reached = end if reached is None else max(reached, end)


def add_up_presence(
    firsts: Mapping[Owner, date], directory: Directory, settings: Settings, question: Question
) -> dict[Labels, Presence]:
    """firsts: the day of everyone's first meeting. Someone with several ids, in one source or in
    several, is there once in each group."""
    people = list(_list_people(firsts, directory, settings, question))
    clocks = _list_clocks(people, settings)
    found: dict[Labels, Presence] = {} if question.by else {(): Presence(0, 0)}
    for each in people:
        for labels, start, end in _cut(each, question):
            begin, stop = (to_micros(start_of_day(day, settings.zone)) for day in (start, end))
            worked = clocks[each.schedule].count(begin, stop)
            held = found.get(labels, Presence(0, 0))
            days = held.days + (end - start).days
            found[labels] = Presence(days, held.worked + worked)
    return found


def _list_people(
    firsts: Mapping[Owner, date], directory: Directory, settings: Settings, question: Question
) -> Iterable[_Present]:
    schedules = Schedules(directory, settings)
    people: dict[Labels, _Present] = {}
    for source, rep_id in sorted(firsts):
        rep = directory.find_row("rep", source, rep_id)
        places = directory.place_rep(source, rep_id)
        last = min(settings.as_of, rep.get("left_on") or settings.as_of)
        schedule = schedules.get(source, rep_id)
        found = _Present(places, firsts[source, rep_id], last + _DAY, schedule)
        key = (places["rep"], *(places[each] for each in question.places))
        if (known := people.get(key)) is not None:
            first, end = min(known.first, found.first), max(known.end, found.end)
            found = replace(known, first=first, end=end)
        people[key] = found
    return people.values()


def _list_clocks(people: list[_Present], settings: Settings) -> dict[Schedule, Worked]:
    first = min((each.first for each in people), default=settings.as_of)
    return {
        each.schedule: Worked(each.schedule, first - _DAY, settings.as_of + 2 * _DAY)
        for each in {each.schedule: each for each in people}.values()
    }


def _cut(present: _Present, question: Question) -> Iterator[tuple[Labels, date, date]]:
    """The days that someone was there, in the period that is asked for, by its parts."""
    first, end = present.first, present.end
    if question.period is not None:
        first, end = max(first, question.period.start), min(end, question.period.end)
    if first >= end:
        return
    if not question.time:
        yield question.name_group(present.places, None), first, end
        return
    for bucket in list_buckets(first, end - _DAY, question.time):
        labels = question.name_group(present.places, bucket.start)
        yield labels, max(first, bucket.start), min(end, bucket.end)
