"""Which business day an instant falls on: a time zone as the list of its changes of offset.

An engine that adds the offset in force to UTC and takes the day gets the same day as Python does,
on both sides of every daylight-saving border, whatever time zones the engine itself knows.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterpoise.domain.values.text import text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnknownZone(ValueError):
    """A text that names no time zone."""


@dataclass(frozen=True, slots=True)
class OffsetChange:
    """From this instant on (seconds since 1970 in UTC) local time is UTC plus `offset` seconds."""

    instant: int
    offset: int


def get_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(
            text(
                "'{name}' names no time zone. Write company.time_zone in the rulebook as"
                " the IANA database does: Asia/Riyadh, Europe/Berlin, UTC.",
                name=name,
            )
        ) from None


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a business day, in UTC."""
    return datetime.combine(day, time(), get_zone(zone)).astimezone(UTC)


def business_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(get_zone(zone)).date()


@cache
def list_offsets(zone: str, first_year: int, last_year: int) -> tuple[OffsetChange, ...]:
    """Every offset in force from `first_year` to `last_year`; the first holds before it too."""
    place = get_zone(zone)
    instant = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 1, 1, 2, tzinfo=UTC)
    changes = [OffsetChange(_seconds(instant), _offset(instant, place))]
    while instant < end:
        following = instant + timedelta(days=1)
        if _offset(following, place) != changes[-1].offset:
            changed = find_change(instant, following, place)
            changes.append(OffsetChange(_seconds(changed), _offset(changed, place)))
        instant = following
    return tuple(changes)


def find_change(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The first second in (before, after] with another offset than `before` has."""
    low, high = _seconds(before), _seconds(after)
    old = _offset(before, place)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(_EPOCH + timedelta(seconds=middle), place) == old:
            low = middle
        else:
            high = middle
    return _EPOCH + timedelta(seconds=high)


def _seconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(seconds=1)


def _offset(instant: datetime, place: ZoneInfo) -> int:
    offset = instant.astimezone(place).utcoffset()
    assert offset is not None
    return offset // timedelta(seconds=1)
