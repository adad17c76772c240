"""The calendars that series are learned with: of the company, and of each region of their parts."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.demand.company_days import Work, build_days
from counterpoise.domain.measure.working_week import (
    Schedule,
    Worker,
    find_country,
    find_holidays,
    find_schedule,
)
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.occasion import CalendarDays
from counterpoise.warehouse.queries.tables import list_calendar


def find_calendars(
    build: CurrentBuild,
    rulebook: Rulebook,
    as_of: date,
    span: tuple[date, date],
    regions: Iterable[str],
) -> dict[str, CalendarDays]:
    """By region, '' for the company itself. span: the first and the last day."""
    rows = list_calendar(build.folder)
    holidays = find_holidays(rows, rulebook, as_of)
    found = {}
    for region in sorted({"", *regions}):
        schedule = find_schedule(rulebook, Worker(region=region), as_of, holidays)
        ordinary = replace(
            schedule,
            weeks=tuple(replace(each, days_off=frozenset()) for each in schedule.weeks),
            holidays=frozenset(),
        )
        work = Work(
            country=find_country(rulebook, Worker(region=region), as_of),
            is_worked=_works(schedule),
            is_ordinary=_works(ordinary),
            off=schedule.holidays.union(*(each.days_off for each in schedule.weeks)),
        )
        found[region] = build_days(rows, rulebook, as_of, work, span)
    return found


def _works(schedule: Schedule) -> Callable[[date], bool]:
    return lambda day: bool(schedule.list_shifts(day))
