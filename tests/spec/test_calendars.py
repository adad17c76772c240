"""A calendar is read as the meetings that were held: each time once, on the right clock."""

import tracemalloc
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from counterpoise.connectors.calendar import components
from counterpoise.connectors.calendar.calendars import read_calendar
from counterpoise.connectors.calendar.components import LargeCalendar
from counterpoise.domain.collect.correspondence import Ours, find_ours

NOOR = find_ours(["huda@noor.example"])
DUBAI = ZoneInfo("Asia/Dubai")
NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
PEOPLE = (
    "ORGANIZER;CN=Huda:mailto:Huda@noor.example",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:legal@client.example",
    'ATTENDEE;CN="=1+1":MAILTO:buyer@client.example',
)


def event(*lines, uid="m1", start="DTSTART:20260901T060000Z", end="DTEND:20260901T063000Z"):
    held = [f"UID:{uid}", "DTSTAMP:20260801T000000Z", start, end, *PEOPLE, *lines]
    return "\r\n".join(["BEGIN:VEVENT", *filter(None, held), "END:VEVENT", ""])


def write(*events):
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


@pytest.fixture
def read(tmp_path):
    def read(content, ours=NOOR):
        path = tmp_path / "team.ics"
        path.write_bytes(content)
        received = read_calendar(path, path.name, tmp_path / "out.parquet", ours, DUBAI, NOW)
        return received, pq.read_table(received.path).to_pylist()

    return read


def test_a_meeting(read):
    _, (row,) = read(write(event("SUMMARY:عرض <b>النظام</b>")))
    assert row == {
        "source_id": "m1",
        "type": "meeting",
        "direction": "out",
        "subject": "عرض <b>النظام</b>",
        "occurred_at": "2026-09-01T06:00:00Z",
        "duration_minutes": "30",
        "outcome": None,
        "owner_id": "huda@noor.example",
        "contact_id": "buyer@client.example",
        "lead_id": "buyer@client.example",
        "organiser": "huda@noor.example",
        "attendees": "buyer@client.example",
    }


@pytest.mark.parametrize(
    ("start", "end", "occurred_at", "minutes"),
    [
        pytest.param(
            "DTSTART;TZID=Europe/Berlin:20260701T100000",
            "DTEND;TZID=Europe/Berlin:20260701T113000",
            "2026-07-01T08:00:00Z",
            "90",
            id="in a zone of its own",
        ),
        pytest.param(
            "DTSTART:20260701T100000",
            "DURATION:PT45M",
            "2026-07-01T06:00:00Z",
            "45",
            id="without a zone it is the company's",
        ),
        pytest.param(
            "DTSTART;VALUE=DATE:20260701",
            "DTEND;VALUE=DATE:20260702",
            "2026-06-30T20:00:00Z",
            None,
            id="a whole day takes no minutes",
        ),
        pytest.param("DTSTART:20260701T100000Z", "", "2026-07-01T10:00:00Z", "0", id="a moment"),
        pytest.param(
            "DTSTART:20260701T100000Z",
            "DTEND:20260701T090000Z",
            "2026-07-01T10:00:00Z",
            None,
            id="ends before it begins",
        ),
    ],
)
def test_when(read, start, end, occurred_at, minutes):
    _, (row,) = read(write(event(start=start, end=end)))
    assert (row["occurred_at"], row["duration_minutes"]) == (occurred_at, minutes)


def test_what_is_called_off_is_no_meeting(read):
    _, (row,) = read(write(event("STATUS:CANCELLED")))
    assert (row["type"], row["outcome"]) == ("cancelled meeting", "cancelled")


def test_what_is_still_to_come_is_left_out(read):
    assert read(write(event(start="DTSTART:20261001T090001Z", end="")))[1] == []


WEEKLY = event(
    "RRULE:FREQ=WEEKLY",
    "EXDATE;TZID=Europe/Berlin:20261005T100000,20260914T100000",
    start="DTSTART;TZID=Europe/Berlin:20260907T100000",
    end="DTEND;TZID=Europe/Berlin:20260907T110000",
)
MOVED = event(
    "RECURRENCE-ID;TZID=Europe/Berlin:20260921T100000",
    start="DTSTART;TZID=Europe/Berlin:20260922T150000",
    end="DTEND;TZID=Europe/Berlin:20260922T160000",
)
CALLED_OFF = event(
    "RECURRENCE-ID;TZID=Europe/Berlin:20260928T100000",
    "STATUS:CANCELLED",
    start="DTSTART;TZID=Europe/Berlin:20260928T100000",
    end="",
)


def test_a_series_is_each_of_its_times(read):
    """Without the one that was taken out; one moved and one called off stand for themselves."""
    _, rows = read(write(WEEKLY, MOVED, CALLED_OFF))
    assert {(r["source_id"], r["occurred_at"], r["type"]) for r in rows} == {
        ("m1/20260907T080000Z", "2026-09-07T08:00:00Z", "meeting"),
        ("m1/20260921T080000Z", "2026-09-22T13:00:00Z", "meeting"),
        ("m1/20260928T080000Z", "2026-09-28T08:00:00Z", "cancelled meeting"),
    }


@pytest.mark.parametrize(
    ("rule", "start", "times"),
    [
        pytest.param(
            "RRULE:FREQ=MONTHLY;UNTIL=20260501T080000Z",
            "DTSTART;TZID=Europe/Berlin:20260201T100000",
            ["02-01T09", "03-01T09", "04-01T08", "05-01T08"],
            id="ten stays ten when clocks are changed, up to its end",
        ),
        pytest.param(
            "RRULE:FREQ=DAILY;UNTIL=20260202",
            "DTSTART;VALUE=DATE:20260201",
            ["01-31T20", "02-01T20"],
            id="whole days",
        ),
        pytest.param(
            "RRULE:FREQ=DAILY;COUNT=2",
            "DTSTART:20260201T100000Z",
            ["02-01T10", "02-02T10"],
            id="so many times",
        ),
        pytest.param(
            "RDATE:20260301T100000Z",
            "DTSTART:20260201T100000Z",
            ["02-01T10", "03-01T10"],
            id="on days that are named",
        ),
    ],
)
def test_repetition(read, rule, start, times):
    _, rows = read(write(event(rule, start=start, end="")))
    assert [row["occurred_at"][5:13] for row in rows] == times


def test_a_series_without_end_is_bounded(read):
    received, rows = read(
        write(event("RRULE:FREQ=DAILY", start="DTSTART:19900101T100000Z", end=""))
    )
    assert len(rows) == 1_000
    assert rows[-1]["occurred_at"] == "2026-09-30T10:00:00Z"
    assert "times of long series" in str(received.notes)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(event("RRULE:FREQ=SECONDLY"), id="every second"),
        pytest.param(event("RRULE:FREQ=NEVER"), id="never"),
        pytest.param(event(start="DTSTART:yesterday"), id="no date"),
        pytest.param(event(start=""), id="no start"),
        pytest.param("BEGIN:VEVENT\r\n\0\r\nEND:VEVENT\r\n", id="no event"),
    ],
)
def test_what_cannot_be_read_is_counted_and_the_others_are_taken(read, broken):
    received, rows = read(write(broken, event(uid="whole")))
    assert [each["source_id"] for each in rows] == ["whole"]
    assert "1 of its events cannot be read" in map(str, received.notes)


def test_nobody_known_to_be_ours_is_told_from_the_calendar(read):
    received, (row,) = read(write(event()), Ours())
    assert "was taken for the company's own" in str(received.notes)
    assert row["direction"] in ("in", "out")


def test_alone_is_nobody(read):
    lonely = write(event()).replace(b"mailto:", b"invalid:").replace(b"MAILTO:", b"invalid:")
    lonely = lonely.replace(b"@", b" at ")
    _, (row,) = read(lonely)
    assert (row["owner_id"], row["contact_id"], row["attendees"]) == (None, None, None)


def test_a_note_of_fifty_megabytes_takes_no_memory(tmp_path):
    path = tmp_path / "team.ics"
    with path.open("wb") as file:
        head, tail = write(event("BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM")).split(b"UID:m1")
        file.write(head + b"DESCRIPTION:")
        for _ in range(50):
            file.write(b"x" * (1 << 20))
        file.write(b"\r\n " + b"y" * 100_000 + b"\r\nUID:m1" + tail)
    tracemalloc.start()
    received = read_calendar(path, path.name, tmp_path / "out.parquet", NOOR, DUBAI, NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each["source_id"] for each in pq.read_table(received.path).to_pylist()] == ["m1"]
    assert peak < 8 << 20


def test_more_events_than_are_taken_is_said(read, monkeypatch):
    monkeypatch.setattr(components, "MOST_KEPT", 100)
    with pytest.raises(LargeCalendar, match="fewer years"):
        read(write(event()))
