"""Turns wall-clock times without a zone into moments, as the casting rules of the domain do.

The engine's own conversion picks another reading of the hours that a clock passes twice or never;
so each zone's offsets are written into the query as a tree of comparisons.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIRST, _LAST = datetime(1900, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 -- wall clock


def to_moment(naive: str, zone: str) -> str:
    """SQL for the TIMESTAMPTZ of the TIMESTAMP expression `naive`, NULL where that is NULL."""
    offsets = list_offsets(zone)
    shift = _choose(naive, offsets)
    micros = f"epoch_us({naive})" if shift == "0" else f"(epoch_us({naive}) - {shift})"
    return f"make_timestamptz({micros})"


@lru_cache(maxsize=8)
def list_offsets(zone: str) -> tuple[tuple[datetime | None, int], ...]:
    """From which wall-clock time on which offset (microseconds) holds; None: from the beginning."""
    info = ZoneInfo(zone)
    if zone == "UTC":
        return ((None, 0),)
    found: list[tuple[datetime | None, int]] = [(None, _offset(_FIRST, info))]
    day = _FIRST
    while day < _LAST:
        following = day + timedelta(days=1)
        while _offset(following, info) != found[-1][1]:
            change = _find_change(day, following, info, found[-1][1])
            found.append((change, _offset(change, info)))
            day = change
        day = following
    return tuple(found)


def _find_change(before: datetime, after: datetime, zone: ZoneInfo, held: int) -> datetime:
    """The first second at which another offset holds."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(before + timedelta(seconds=middle), zone) == held:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(naive: datetime, zone: ZoneInfo) -> int:
    offset = naive.replace(tzinfo=zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def _choose(naive: str, offsets: tuple[tuple[datetime | None, int], ...]) -> str:
    if len(offsets) == 1:
        return str(offsets[0][1])
    middle = len(offsets) // 2
    start = offsets[middle][0]
    low, high = _choose(naive, offsets[:middle]), _choose(naive, offsets[middle:])
    return f"CASE WHEN {naive} < TIMESTAMP '{start}' THEN {low} ELSE {high} END"
