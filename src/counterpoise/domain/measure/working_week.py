"""When a person works, by the rulebook: days and hours of the week on their own clock, days off.

The rulebook's subject narrows a rule to a rep, a team, a region or a time zone, the first of these
that has one; without any the company's holds. A rule holds from its day on, so a week that was
changed (the Emirates moved theirs in 2022) is right on both sides of the change. Besides the days
off that the rulebook lists, those of the table calendar are off, in the person's country.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.values.text import text
from counterpoise.domain.values.zone import UnknownZone, get_zone

HOURS_KEY = "working_time.hours"
OFF_KEY = "working_time.days_off"
COUNTRY_KEY = "working_time.country"
KINDS_KEY = "working_time.off_kinds"
ZONE_KEY = "company.time_zone"
KEYS = frozenset({HOURS_KEY, OFF_KEY, COUNTRY_KEY, ZONE_KEY})
"""What may have a person, a team, a region or a time zone as its subject."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUP = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?((?:\s+\d{1,2}:\d{2}-\d{1,2}:\d{2})+)")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """weekday: 0 is Monday. begin, end: minutes on the clock since midnight, 1440 at most."""

    weekday: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Dated:
    """What holds from a day on."""

    since: date
    shifts: tuple[Shift, ...]
    days_off: frozenset[date]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The working time of a person, on the clock of `zone`. weeks: the earliest first. holidays:
    of the person's country."""

    zone: str
    weeks: tuple[Dated, ...]
    holidays: frozenset[date] = frozenset()

    def list_shifts(self, day: date) -> tuple[Shift, ...]:
        """Of a day; none on a day off, nor before the first rule."""
        held = [each for each in self.weeks if each.since <= day]
        if not held or day in held[-1].days_off or day in self.holidays:
            return ()
        return tuple(each for each in held[-1].shifts if each.weekday == day.weekday())


@dataclass(frozen=True, slots=True)
class Worker:
    """What the rulebook may speak of: names, and the time zone that the person's record says."""

    rep: str = ""
    team: str = ""
    region: str = ""
    zone: str = ""


def find_holidays(
    rows: Iterable[Mapping[str, Any]], rulebook: Rulebook, as_of: date
) -> dict[str, frozenset[date]]:
    """Days off of the table calendar by country in lower case, '' where they hold everywhere."""
    rule = rulebook.find(KINDS_KEY, as_of)
    kinds = {each.strip().lower() for each in (rule.value if rule else "").split(";")}
    found: dict[str, set[date]] = {}
    for row in rows:
        if (row.get("kind") or "").strip().lower() in kinds:
            found.setdefault((row.get("country") or "").strip().lower(), set()).add(row["date"])
    return {country: frozenset(days) for country, days in found.items()}


def find_schedule(
    rulebook: Rulebook, worker: Worker, as_of: date, holidays: Mapping[str, frozenset[date]]
) -> Schedule:
    """By the rules that the day knows. holidays: see find_holidays. Raises InvalidRule."""
    zone = _find_zone(rulebook, worker, as_of)
    subjects = [each for each in (worker.rep, worker.team, worker.region, zone) if each]
    days = {
        rule.effective_from
        for rule in rulebook.rules
        if rule.key in (HOURS_KEY, OFF_KEY)
        and rule.effective_from <= as_of
        and rule.subject in ("", *subjects)
    }
    return Schedule(
        zone,
        tuple(
            Dated(
                day,
                read_hours(_find_own(rulebook, HOURS_KEY, subjects, day)),
                _read_days(_find_own(rulebook, OFF_KEY, subjects, day)),
            )
            for day in sorted(days)
        ),
        _find_country_holidays(_find_own(rulebook, COUNTRY_KEY, subjects, as_of), holidays),
    )


def find_country(rulebook: Rulebook, worker: Worker, as_of: date) -> str:
    """Whose days of the table calendar are off, as the rulebook writes it; '' for nobody's."""
    zone = _find_zone(rulebook, worker, as_of)
    subjects = [each for each in (worker.rep, worker.team, worker.region, zone) if each]
    rule = _find_own(rulebook, COUNTRY_KEY, subjects, as_of)
    return rule.value.strip() if rule else ""


def read_hours(rule: Rule | None) -> tuple[Shift, ...]:
    """`Sun-Thu 09:00-13:00 14:00-18:00; Sat 10:00-14:00`. Raises InvalidRule."""
    if rule is None:
        return ()
    shifts: list[Shift] = []
    for group in rule.value.lower().split(";"):
        if group.strip():
            shifts += _read_group(group.strip(), rule)
    ordered = sorted(shifts)
    for one, other in pairwise(ordered):
        if one.weekday == other.weekday and other.begin < one.end:
            raise _refuse(rule)
    return tuple(ordered)


def _find_country_holidays(
    rule: Rule | None, holidays: Mapping[str, frozenset[date]]
) -> frozenset[date]:
    country = rule.value.strip().lower() if rule else ""
    nothing: frozenset[date] = frozenset()
    return holidays.get("", nothing) | holidays.get(country, nothing)


def _read_group(group: str, rule: Rule) -> list[Shift]:
    found = _GROUP.fullmatch(group)
    if found is None or not {found[1], found[2] or found[1]} <= set(_DAYS):
        raise _refuse(rule)
    first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
    days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    shifts = []
    for begin_hour, begin_minute, end_hour, end_minute in _HOURS.findall(found[3]):
        begin = 60 * int(begin_hour) + int(begin_minute)
        end = 60 * int(end_hour) + int(end_minute)
        is_clock = int(begin_minute) < 60 and int(end_minute) < 60 and end <= _DAY_MINUTES
        if not is_clock or begin >= end:
            raise _refuse(rule)
        shifts += [Shift(day, begin, end) for day in days]
    return shifts


def _read_days(rule: Rule | None) -> frozenset[date]:
    try:
        return frozenset(map(date.fromisoformat, rule.value.split() if rule else ()))
    except ValueError:
        assert rule is not None
        raise InvalidRule(
            text(
                "{key} is '{value}' (source: {source}). Write days such as 2026-09-23 with spaces"
                " between.",
                key=rule.key,
                value=rule.value,
                source=rule.source,
            )
        ) from None


def _find_zone(rulebook: Rulebook, worker: Worker, as_of: date) -> str:
    """The one of the person's record, if it is one; else by the rulebook."""
    try:
        return get_zone(worker.zone).key if worker.zone else _get_zone(rulebook, worker, as_of)
    except UnknownZone:
        return _get_zone(rulebook, worker, as_of)


def _get_zone(rulebook: Rulebook, worker: Worker, as_of: date) -> str:
    subjects = [each for each in (worker.rep, worker.team, worker.region) if each]
    rule = _find_own(rulebook, ZONE_KEY, subjects, as_of)
    return get_zone(rule.value if rule else "UTC").key


def _find_own(rulebook: Rulebook, key: str, subjects: list[str], on: date) -> Rule | None:
    """The rule of the first subject that has one of its own, else the one of all others."""
    for subject in subjects:
        rule = rulebook.find(key, on, subject)
        if rule is not None and rule.subject == subject:
            return rule
    return rulebook.find(key, on)


def _refuse(rule: Rule) -> InvalidRule:
    return InvalidRule(
        text(
            "{key} is '{value}' (source: {source}). Write days and hours that do not overlap, such"
            " as Sun-Thu 09:00-13:00 14:00-18:00; Sat 10:00-14:00.",
            key=rule.key,
            value=rule.value,
            source=rule.source,
        )
    )
