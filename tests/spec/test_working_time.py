"""Working weeks as a company writes them, and the working time between two moments."""

from datetime import UTC, date, datetime

import pytest

from counterpoise.domain.measure.working_time import MINUTE, count_working, to_micros
from counterpoise.domain.measure.working_week import (
    Shift,
    Worker,
    find_holidays,
    find_schedule,
    read_hours,
)
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults

TODAY = date(2026, 12, 31)
CALENDAR = (
    {"date": date(2026, 9, 22), "country": "SA", "kind": "Holiday"},
    {"date": date(2026, 9, 21), "country": None, "kind": "eid"},
    {"date": date(2026, 9, 20), "country": "AE", "kind": "holiday"},
    {"date": date(2026, 9, 17), "country": "SA", "kind": "promotion"},
    {"date": date(2026, 9, 16), "country": "SA", "kind": None},
)


def rule(key, value, subject="", since=date(1970, 1, 2)):
    return Rule(key, subject, value, "", since, "test")


def hours(value, subject="", since=date(1970, 1, 2)):
    return rule("working_time.hours", value, subject, since)


def schedule(*rules, as_of=TODAY, **worker):
    rulebook = Rulebook((*load_defaults().rules, *rules))
    return find_schedule(
        rulebook, Worker(**worker), as_of, find_holidays(CALENDAR, rulebook, as_of)
    )


def minutes(found, begin, end):
    moments = (to_micros(datetime.fromisoformat(each).replace(tzinfo=UTC)) for each in (begin, end))
    return count_working(found, *moments) / MINUTE


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        pytest.param("2026-03-03 07:00", "2026-03-03 07:45", 45, id="within a day's hours"),
        pytest.param("2026-03-02 22:00", "2026-03-03 06:30", 30, id="arrived at night"),
        pytest.param("2026-03-03 12:00", "2026-03-03 20:00", 120, id="tried after hours"),
        pytest.param("2026-03-03 20:00", "2026-03-03 21:00", 0, id="all of it after hours"),
        pytest.param("2026-03-05 13:00", "2026-03-08 07:00", 120,
                     id="over the days off of a Saudi week: an hour on Thursday and on Sunday"),
        pytest.param("2026-03-06 08:00", "2026-03-07 10:00", 0, id="on Friday and Saturday"),
        pytest.param("2026-03-03 07:45", "2026-03-03 07:00", 0, id="tried before it came in"),
        pytest.param("2026-03-01 00:00", "2026-03-15 00:00", 10 * 480, id="two weeks"),
    ],
)  # fmt: skip
def test_working_minutes_of_a_saudi_rep(begin, end, expected):
    riyadh = schedule(zone="Asia/Riyadh")  # 9 to 17 there is 6 to 14 in UTC
    assert minutes(riyadh, begin, end) == expected


@pytest.mark.parametrize(
    ("written", "begin", "end", "expected"),
    [
        pytest.param("Mon-Fri 09:00-17:00", "2026-03-27 15:00", "2026-03-30 08:00", 120,
                     id="clocks put forward at the weekend: an hour on Friday and on Monday"),
        pytest.param("Mon-Sun 00:00-24:00", "2026-03-28 23:00", "2026-03-29 22:00", 23 * 60,
                     id="a day of 23 hours"),
        pytest.param("Mon-Sun 00:00-24:00", "2026-10-24 22:00", "2026-10-25 23:00", 25 * 60,
                     id="a day of 25 hours"),
        pytest.param("Sun 01:00-05:00", "2026-03-28 00:00", "2026-03-30 00:00", 3 * 60,
                     id="a shift over the hour that is left out"),
        pytest.param("Sun 01:00-02:30 03:00-04:00", "2026-03-28 00:00", "2026-03-30 00:00", 120,
                     id="a shift that ends within the hour that is left out"),
        pytest.param("Sun 02:30-05:00", "2026-03-28 00:00", "2026-03-30 00:00", 120,
                     id="a shift that begins within the hour that is left out"),
        pytest.param("Sun 02:10-02:50", "2026-03-28 00:00", "2026-03-30 00:00", 0,
                     id="a shift that is left out whole"),
        pytest.param("Sun 01:00-05:00", "2026-10-24 00:00", "2026-10-26 00:00", 5 * 60,
                     id="a shift over the hour that comes twice"),
    ],
)  # fmt: skip
def test_a_change_of_the_clock(written, begin, end, expected):
    berlin = schedule(hours(written), zone="Europe/Berlin")
    assert minutes(berlin, begin, end) == expected


def test_a_day_off_is_not_worked():
    found = schedule(rule("working_time.days_off", "2026-09-23 2026-09-24"), zone="Asia/Riyadh")
    assert minutes(found, "2026-09-23 00:00", "2026-09-28 00:00") == 480


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 9, 22), False, id="a holiday of the country"),
        pytest.param(date(2026, 9, 21), False, id="a feast that holds everywhere"),
        pytest.param(date(2026, 9, 20), True, id="a holiday of another country"),
        pytest.param(date(2026, 9, 17), True, id="a promotion is worked"),
        pytest.param(date(2026, 9, 16), True, id="a day of no kind is worked"),
    ],
)
def test_the_calendar_says_which_days_are_off(day, works):
    assert bool(schedule(zone="Asia/Riyadh").list_shifts(day)) is works


def test_the_country_is_for_the_company_to_say():
    emirates = rule("working_time.country", "ae", "Gulf")
    found = schedule(emirates, region="Gulf", zone="Asia/Riyadh")
    assert found.holidays == {date(2026, 9, 20), date(2026, 9, 21)}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2021, 12, 31), False, id="Fridays were off until 2021"),
        pytest.param(date(2022, 1, 7), True, id="and are worked since 2022"),
        pytest.param(date(2021, 12, 26), True, id="Sundays were worked until 2021"),
        pytest.param(date(2022, 1, 2), False, id="and are off since 2022"),
        pytest.param(date(1969, 7, 20), False, id="before any rule nobody works"),
    ],
)
def test_the_emirates_moved_their_week(day, works):
    assert bool(schedule(zone="Asia/Dubai").list_shifts(day)) is works


OWN = hours("Mon 08:00-09:00", "Amal")
TEAM = hours("Tue 08:00-09:00", "North")
REGION = hours("Wed 08:00-09:00", "Gulf")


@pytest.mark.parametrize(
    ("rules", "weekday"),
    [
        pytest.param((OWN, TEAM, REGION), 0, id="the rep's own first"),
        pytest.param((TEAM, REGION), 1, id="then the team's"),
        pytest.param((REGION,), 2, id="then the region's"),
        pytest.param((hours("Thu 08:00-09:00", "Asia/Riyadh"),), 3, id="then the time zone's"),
        pytest.param((hours("Mon 08:00-09:00", "Amal", date(2027, 1, 1)), TEAM), 1,
                     id="what is not yet known is not used"),
    ],
)  # fmt: skip
def test_whose_week_holds(rules, weekday):
    found = schedule(*rules, rep="Amal", team="North", region="Gulf", zone="Asia/Riyadh")
    assert {shift.weekday for shift in found.weeks[-1].shifts} == {weekday}


@pytest.mark.parametrize(
    ("rules", "worker", "zone"),
    [
        pytest.param((), {"zone": "Asia/Riyadh"}, "Asia/Riyadh", id="as the record says"),
        pytest.param((), {}, "UTC", id="else the company's"),
        pytest.param((), {"zone": "Riyadh time"}, "UTC", id="what is no time zone is left aside"),
        pytest.param((rule("company.time_zone", "Africa/Cairo", "Gulf"),), {"region": "Gulf"},
                     "Africa/Cairo", id="else the region's"),
    ],
)  # fmt: skip
def test_whose_clock_counts(rules, worker, zone):
    assert schedule(*rules, **worker).zone == zone


def test_without_rules_nobody_works_and_the_clock_is_that_of_utc():
    found = find_schedule(
        Rulebook(()), Worker(), TODAY, find_holidays(CALENDAR, Rulebook(()), TODAY)
    )
    assert (found.zone, found.weeks, found.list_shifts(TODAY)) == ("UTC", (), ())


def test_days_off_alone_are_no_hours():
    off = rule("working_time.days_off", "2026-09-23")
    found = find_schedule(Rulebook((off,)), Worker(), TODAY, {})
    assert found.list_shifts(date(2026, 9, 22)) == ()


@pytest.mark.parametrize(
    ("written", "shifts"),
    [
        pytest.param("Fri-Sat 09:00-12:00", [(4, 540, 720), (5, 540, 720)], id="a run of days"),
        pytest.param("Sun-Mon 9:00-10:00", [(0, 540, 600), (6, 540, 600)], id="over the weekend"),
        pytest.param("Mon 13:00-24:00 08:00-12:00;", [(0, 480, 720), (0, 780, 1440)],
                     id="a break at noon, until midnight"),
        pytest.param("", [], id="no hours at all"),
    ],
)  # fmt: skip
def test_hours_as_written(written, shifts):
    assert read_hours(hours(written)) == tuple(Shift(*each) for each in shifts)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("weekdays 9-5", id="words"),
        pytest.param("Mon-Xyz 09:00-17:00", id="no such day"),
        pytest.param("Mon 17:00-09:00", id="ends before it begins"),
        pytest.param("Mon 09:00-24:30", id="after midnight"),
        pytest.param("Mon 09:75-10:00", id="75 minutes"),
        pytest.param("Mon 09:00-10:75", id="until 75 minutes"),
        pytest.param("Mon 09:00-12:00 11:00-13:00", id="hours that overlap"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_with_an_example(written):
    with pytest.raises(InvalidRule, match=r"Sun-Thu 09:00-13:00"):
        read_hours(hours(written))


def test_a_day_off_that_is_no_day_is_refused():
    with pytest.raises(InvalidRule, match=r"Write days such as 2026-09-23"):
        schedule(rule("working_time.days_off", "National Day"))
