"""Reads days and moments as people and systems write them, in a stated order of day and month."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.collect.shapes import SERIAL
from counterpoise.domain.tables.mapping import DateOrder
from counterpoise.domain.values.text import Text, text

_NUMERIC = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<mark>[-/.])(?P<b>[0-9]{1,2})(?P=mark)(?P<c>[0-9]{1,4})(?P<rest>.*)",
    re.DOTALL,
)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(|[Tt ].*)", re.DOTALL)
_DAY_FIRST = re.compile(
    r"(?:[^0-9 ,./:_-]+, ?)?(?P<day>[0-9]{1,2})[ -]?(?P<month>[^0-9,./:_-]+?)\.?[ -]?,? ?"
    r"(?P<year>[12][0-9]{3}|[0-9]{2})(?P<rest>(?:[Tt, ].*)?)",
    re.DOTALL,
)
_MONTH_FIRST = re.compile(
    r"(?P<month>[^0-9 ,./:_-]+)\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? "
    r"(?P<year>[12][0-9]{3}|[0-9]{2})(?P<rest>(?:[Tt, ].*)?)",
    re.DOTALL,
)
_TIME = re.compile(
    r"(?:[Tt]|,? ) ?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp]\.?[Mm]\.?|ص|م))?"
    r"(?: ?(?P<zone>[Zz]|UTC|GMT|(?P<sign>[-+])(?P<zh>[0-9]{2})(?::?(?P<zm>[0-9]{2}))?))?"
)
_SERIAL = re.compile(SERIAL)
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- day 0 of spreadsheets, in no zone
_NAMES = (
    "jan january يناير كانونالثاني",
    "feb february فبراير شباط",
    "mar march مارس اذار",
    "apr april ابريل نيسان",
    "may مايو ايار",
    "jun june يونيو حزيران",
    "jul july يوليو تموز",
    "aug august اغسطس اب",
    "sep sept september سبتمبر ايلول",
    "oct october اكتوبر تشرينالاول",
    "nov november نوفمبر تشرينالثاني",
    "dec december ديسمبر كانونالاول",
)
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
"""The months' names in English and Arabic, folded."""

_Moment = tuple[date, str]


def read_day(tidied: str, order: DateOrder | None) -> date | Text:
    """The day as written; a time beside it is checked and left out. A reason where it cannot be."""
    if _SERIAL.fullmatch(tidied):
        return _from_serial(tidied).date()
    found = _find_day(tidied, order)
    if isinstance(found, Text):
        return found
    clock = _read_clock(found[1], tidied)
    return clock if isinstance(clock, Text) else found[0]


def read_moment(tidied: str, order: DateOrder | None, zone: tzinfo) -> datetime | Text:
    """The moment in UTC. Without a zone of its own it is in `zone`; without a time, at midnight."""
    if _SERIAL.fullmatch(tidied):
        return _in_utc(_from_serial(tidied), zone, tidied)
    found = _find_day(tidied, order)
    if isinstance(found, Text):
        return found
    clock = _read_clock(found[1], tidied)
    if isinstance(clock, Text):
        return clock
    moment, own = clock
    return _in_utc(datetime.combine(found[0], moment), own or zone, tidied)


def _in_utc(naive: datetime, zone: tzinfo, tidied: str) -> datetime | Text:
    try:
        return naive.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return text("{value} lies outside the calendar", value=tidied)


def _find_day(tidied: str, order: DateOrder | None) -> _Moment | Text:
    if found := _NUMERIC.fullmatch(tidied):
        return _order_parts(tidied, found, order)
    if found := _COMPACT.fullmatch(tidied):
        return _build_day(tidied, (int(found[1]), int(found[2]), int(found[3])), found[4])
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        found = pattern.fullmatch(tidied)
        if found and (month := MONTHS.get(fold(found["month"]))):
            year = int(found["year"])
            full = year if year > 99 else year + (2000 if year < 69 else 1900)
            return _build_day(tidied, (full, month, int(found["day"])), found["rest"])
    return text("{value} is no date", value=tidied)


def _order_parts(tidied: str, found: re.Match[str], order: DateOrder | None) -> _Moment | Text:
    first, second, third = int(found["a"]), int(found["b"]), int(found["c"])
    if len(found["a"]) == 4 and len(found["c"]) <= 2:
        return _build_day(tidied, (first, second, third), found["rest"])
    if len(found["c"]) == 2:
        return text("{value} has a year of two digits, which fits several days", value=tidied)
    if len(found["c"]) != 4 or len(found["a"]) > 2:
        return text("{value} is no date", value=tidied)
    if order is None:
        if first <= 12 and second <= 12 and first != second:
            return text("{value} fits both day/month and month/day", value=tidied)
        order = "dmy" if second <= 12 else "mdy"
    if order == "mdy":
        first, second = second, first
    return _build_day(tidied, (third, second, first), found["rest"])


def _build_day(tidied: str, parts: tuple[int, int, int], rest: str) -> _Moment | Text:
    if parts[0] < 1000:
        return text("{value} is no day of the calendar", value=tidied)
    try:
        return date(*parts), rest
    except ValueError:
        return text("{value} is no day of the calendar", value=tidied)


def _read_clock(rest: str, tidied: str) -> tuple[time, tzinfo | None] | Text:
    """The time of day, to the microsecond below, and its own zone, if it has one."""
    if not rest:
        return time(), None
    found = _TIME.fullmatch(rest)
    hour = _read_hour(found) if found else None
    if found is None or hour is None:
        return text("{value} has no readable time", value=tidied)
    fraction = (found["fraction"] or "").ljust(6, "0")[:6]
    try:
        moment = time(hour, int(found["minute"]), int(found["second"] or 0), int(fraction))
        return moment, _read_zone(found)
    except ValueError:
        return text("{value} has no readable time", value=tidied)


def _read_hour(found: re.Match[str]) -> int | None:
    hour = int(found["hour"])
    if not found["half"]:
        return hour
    if not 1 <= hour <= 12:
        return None
    is_afternoon = found["half"][0] in "Ppم"
    return hour % 12 + (12 if is_afternoon else 0)


def _read_zone(found: re.Match[str]) -> tzinfo | None:
    if not found["zone"]:
        return None
    if not found["sign"]:
        return UTC
    ahead = timedelta(hours=int(found["zh"]), minutes=int(found["zm"] or 0))
    return timezone(-ahead if found["sign"] == "-" else ahead)


def _from_serial(tidied: str) -> datetime:
    """Days since 1899-12-30, to the nearest millisecond, as spreadsheets count them."""
    milliseconds = (Decimal(tidied) * 86_400_000).to_integral_value()
    return _SERIAL_EPOCH + timedelta(milliseconds=int(milliseconds))
