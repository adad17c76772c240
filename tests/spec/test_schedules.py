"""When a cron expression asks next, by the clock on the company's wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from counterpoise.domain.collect.schedules import InvalidSchedule, check_schedule, find_next

BERLIN, RIYADH = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Riyadh")


def at(written):
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def list_between(written, start, end, zone):
    found = []
    moment = start
    while (moment := find_next(written, moment, zone)) < end:
        found.append(moment)
    return found


@pytest.mark.parametrize(
    ("written", "after", "zone", "following"),
    [
        pytest.param(
            "0 6 * * *", "2026-05-01 00:00", RIYADH, "2026-05-01 03:00", id="six on the wall"
        ),
        pytest.param(
            "0 6 * * *", "2026-05-01 03:00", RIYADH, "2026-05-02 03:00", id="never the same again"
        ),
        pytest.param(
            "0 6 * * 1-5", "2026-05-01 12:00", BERLIN, "2026-05-04 04:00", id="not on a Saturday"
        ),
        pytest.param(
            "30 2 * * *",
            "2026-03-28 12:00",
            BERLIN,
            "2026-03-29 01:00",
            id="a time that the clock skips comes right after",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-10-25 00:31",
            BERLIN,
            "2026-10-26 01:30",
            id="a time that the clock passes twice comes once",
        ),
        pytest.param("0 0 29 2 *", "2026-05-01 00:00", BERLIN, "2028-02-28 23:00", id="a leap day"),
    ],
)
@pytest.mark.case("TIM-02")
def test_next_moment(written, after, zone, following):
    assert find_next(written, at(after), zone) == at(following)


@pytest.mark.case("TIM-02")
@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_a_change_of_the_clock_neither_skips_nor_doubles_a_day(day):
    start = at(f"{day} 12:00")
    found = list_between("30 2 * * *", start, start + timedelta(days=3), BERLIN)
    assert len({each.astimezone(BERLIN).date() for each in found}) == len(found) == 3


@pytest.mark.case("TIM-02")
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_every_quarter_of_an_hour_goes_on_through_a_change_of_the_clock(day):
    start = at(f"{day} 00:00") - timedelta(seconds=1)
    found = list_between("*/15 * * * *", start, start + timedelta(hours=4), BERLIN)
    assert len(found) == 16


@pytest.mark.parametrize("written", ["every day", "99 * * * *", "* * *", "0 0 31 2 *"])
def test_what_is_no_schedule(written):
    with pytest.raises(InvalidSchedule, match="is no cron expression"):
        check_schedule(written)


def test_nothing_is_no_schedule_and_allowed():
    check_schedule("")
