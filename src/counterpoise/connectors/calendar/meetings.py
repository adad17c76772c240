"""Reads what a calendar's event says: who met whom, when and for how long, once for each time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeAlias

from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar

from counterpoise.connectors.calendar.components import Components, wrap

MOST_TIMES = 1_000
"""Of one series, the newest."""
LONGEST_SUBJECT = 1_000
Event: TypeAlias = Any
"""The library's own type is a union of all that could stand at any name."""
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")


@dataclass(frozen=True, slots=True)
class Meeting:
    """key: of the event; of one time of a series with the time that was planned. organiser and
    attendees: addresses, those who declined left out. ends_at: None for whole days."""

    key: str
    subject: str
    starts_at: datetime
    ends_at: datetime | None
    organiser: str
    attendees: tuple[str, ...]
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Read:
    """unread: events that cannot be read. left: times of series beyond the most that are taken."""

    meetings: tuple[Meeting, ...]
    unread: int
    left: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An event as it is written; original: which time of its series it stands for."""

    uid: str
    event: Event
    meeting: Meeting
    start: date | datetime
    original: str


def read_meetings(components: Components, zone: tzinfo, until: datetime) -> Read:
    """Meetings that have begun by then: what is planned was not held yet. zone: of what says none.

    A time of a series that was moved or cancelled stands in the place of the planned one.
    """
    entries, unread = _read_all(components, zone)
    replaced = {(each.uid, each.original) for each in entries if each.original}
    meetings: list[Meeting] = []
    left = 0
    for entry in entries:
        try:
            times = [entry.meeting]
            if not entry.original and ("RRULE" in entry.event or "RDATE" in entry.event):
                found, more = _repeat(entry, zone, until)
                times, left = found, left + more
        except (ValueError, TypeError, OverflowError):
            unread += 1
            continue
        meetings += [
            each
            for each in times
            if each.starts_at <= until
            and (entry.original or (entry.uid, each.key.rpartition("/")[2]) not in replaced)
        ]
    return Read(tuple(meetings), unread, left)


def _read_all(components: Components, zone: tzinfo) -> tuple[list[_Entry], int]:
    entries: list[_Entry] = []
    unread = 0
    for written in components.events:
        try:
            calendar = Calendar.from_ical(wrap(components, written))
            entries.append(_read_entry(calendar.walk("VEVENT")[0], zone))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
            unread += 1
    return entries, unread


def _read_entry(event: Event, zone: tzinfo) -> _Entry:
    start = event["DTSTART"].dt
    uid = str(event.get("UID", "")).strip()[:400] or f"without an id {event['DTSTART'].to_ical()!r}"
    original = ""
    if "RECURRENCE-ID" in event:
        original = _stamp(_place(event["RECURRENCE-ID"].dt, zone))
    starts_at = _place(start, zone)
    meeting = Meeting(
        key=f"{uid}/{original}" if original else uid,
        subject=" ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_SUBJECT].replace("\0", ""),
        starts_at=starts_at,
        ends_at=_find_end(event, start, starts_at, zone),
        organiser=_read_address(event.get("ORGANIZER", "")),
        attendees=_list_attendees(event),
        is_cancelled=str(event.get("STATUS", "")).strip().upper() == "CANCELLED",
    )
    return _Entry(uid, event, meeting, start, original)


def _find_end(
    event: Event, start: date | datetime, starts_at: datetime, zone: tzinfo
) -> datetime | None:
    if not isinstance(start, datetime):
        return None
    if "DTEND" in event:
        return _place(event["DTEND"].dt, zone)
    if "DURATION" in event:
        duration: timedelta = event["DURATION"].dt
        return starts_at + duration
    return starts_at


def _list_attendees(event: Event) -> tuple[str, ...]:
    listed = event.get("ATTENDEE", [])
    found = [
        _read_address(each)
        for each in (listed if isinstance(listed, list) else [listed])
        if str(each.params.get("PARTSTAT", "")).upper() != "DECLINED"
    ]
    return tuple(dict.fromkeys(each for each in found if each))


def _read_address(written: object) -> str:
    address = str(written).strip()
    address = address[7:] if address[:7].lower() == "mailto:" else address
    return address.strip().casefold() if "@" in address and len(address) <= 320 else ""


def _repeat(entry: _Entry, zone: tzinfo, until: datetime) -> tuple[list[Meeting], int]:
    """Counted on the clock of the series, so that ten o'clock stays ten when clocks are changed."""
    local = entry.start.tzinfo if isinstance(entry.start, datetime) else None
    local = local or zone
    first = _strip(entry.start, local)
    held: list[datetime] = []
    left = 0
    for each in _plan(entry, first, local, zone):
        starts_at = each.replace(tzinfo=local).astimezone(UTC)
        if starts_at > until:
            break
        held.append(each)
        if len(held) > MOST_TIMES:
            held.pop(0)
            left += 1
    ends_at = entry.meeting.ends_at
    length = None if ends_at is None else ends_at - entry.meeting.starts_at
    return [_repeat_at(entry, each.replace(tzinfo=local), length) for each in held], left


def _repeat_at(entry: _Entry, at: datetime, length: timedelta | None) -> Meeting:
    starts_at = at.astimezone(UTC)
    return replace(
        entry.meeting,
        key=f"{entry.uid}/{_stamp(starts_at)}",
        starts_at=starts_at,
        ends_at=None if length is None else starts_at + length,
    )


def _plan(entry: _Entry, first: datetime, local: tzinfo, zone: tzinfo) -> Iterator[datetime]:
    plan = rruleset()
    rules = entry.event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if str(rule.get("FREQ", [""])[0]).upper() in _TOO_OFTEN:
            raise ValueError("a meeting every hour or minute is no meeting")
        plan.rrule(rrulestr(_write_rule(rule, local), dtstart=first))
    plan.rdate(first)
    for each in _list_days(entry.event, "RDATE"):
        plan.rdate(_strip_moment(each, local, zone))
    for each in _list_days(entry.event, "EXDATE"):
        plan.exdate(_strip_moment(each, local, zone))
    yield from plan


def _write_rule(rule: Any, local: tzinfo) -> str:
    """With its end on the clock of the series, as the times are that it is compared with."""
    ends = rule.get("UNTIL", [])
    written = rule.to_ical().decode()
    parts = [each for each in written.split(";") if not each.upper().startswith("UNTIL=")]
    if ends:
        last = ends[0]
        if not isinstance(last, datetime):
            last = datetime.combine(last, time.max)
        parts.append(f"UNTIL={_strip(last, local):%Y%m%dT%H%M%S}")
    return ";".join(parts)


def _list_days(event: Event, name: str) -> Sequence[date | datetime]:
    listed = event.get(name, [])
    return [
        each.dt[0] if isinstance(each.dt, tuple) else each.dt
        for one in (listed if isinstance(listed, list) else [listed])
        for each in one.dts
    ]


def _strip_moment(moment: date | datetime, local: tzinfo, zone: tzinfo) -> datetime:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(local).replace(tzinfo=None)
    return _strip(moment, local)


def _strip(moment: date | datetime, local: tzinfo) -> datetime:
    """On the clock of the series, without saying so: then a day is a day, whatever its length."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(local).replace(tzinfo=None)


def _place(moment: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone).astimezone(UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
