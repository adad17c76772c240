"""How the pack names roles, states and instants, and puts values into its sentences."""

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial

from django.utils.translation import gettext

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.marks import mark
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.pack import Words

ROLES = {
    "administrator": mark("Administrator"),
    "operations": mark("Sales operations"),
    "leader": mark("Sales leader"),
    "rep": mark("Seller"),
    "finance": mark("Finance"),
    "marketing": mark("Marketing"),
    "executive": mark("Executive"),
    "viewer": mark("Viewer"),
}
_CLOSE = "\N{POP DIRECTIONAL ISOLATE}"
_OPENERS = (
    "\N{LEFT-TO-RIGHT ISOLATE}",
    "\N{RIGHT-TO-LEFT ISOLATE}",
    "\N{FIRST STRONG ISOLATE}",
)
_NO_ISOLATES = {ord(each): None for each in (*_OPENERS, _CLOSE)}
_REORDERING = {chr(code) for code in range(0x202A, 0x202F)}


def name_role(code: str) -> str:
    return gettext(ROLES[code]) if code in ROLES else names.name_code("role", code)


def enclose(reader: Reader, written: str) -> str:
    """Keeps its own direction whatever stands around it, by marks that no one sees.

    Words go the way of their first letter; figures of the reader's digits go the reader's way.
    """
    if not (written := _tame(written)):
        return ""
    if any(each.isalpha() for each in written):
        return f"\N{FIRST STRONG ISOLATE}{written}{_CLOSE}"
    if reader.is_rtl and not written.isascii():
        return f"\N{RIGHT-TO-LEFT ISOLATE}{written}{_CLOSE}"
    return f"\N{LEFT-TO-RIGHT ISOLATE}{written}{_CLOSE}"


def fill(reader: Reader, sentence: str, **values: str) -> str:
    """The sentence with its places filled; each value keeps its own direction."""
    return sentence.format(**{place: enclose(reader, each) for place, each in values.items()})


def say(reader: Reader, words: Words) -> str:
    """What a person wrote stays as it is; what the product says is translated."""
    return (
        enclose(reader, words)
        if isinstance(words, str)
        else reader.say_with(words, partial(enclose, reader))
    )


def write_instant(reader: Reader, at: datetime) -> str:
    """The day and the minute, with the zone the instant carries: `3 Oct 2026, 14:05 (UTC+3)`."""
    offset = at.utcoffset()
    assert offset is not None
    return fill(
        reader,
        gettext("{day}, {time} ({zone})"),
        day=reader.day(at.date()),
        time=reader.digits(f"{at:%H:%M}"),
        zone=_write_zone(offset),
    )


def write_members(reader: Reader, by: tuple[tuple[str, str], ...]) -> str:
    """Which part of the company a cell is: `Gulf · Atlas CRM`."""
    if not by:
        return gettext("whole company")
    return " · ".join(enclose(reader, names.name_part(member)) for _, member in by)


def write_units(reader: Reader, value: Decimal) -> str:
    """Deals, with a decimal below a thousand, so that what is printed adds up to the eye."""
    return reader.number(value, 1 if -1000 < value < 1000 else 0)


def write_rule(reader: Reader, value: str) -> str:
    """The value of a rule: a number in the reader's digits, anything else as it stands."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return reader.number(number, 4) if number.is_finite() else value


def _tame(written: str) -> str:
    """Without what could turn the text around it: marks that reorder, isolates left open, and
    characters that only steer a terminal."""
    kept = "".join(
        each
        for each in written
        if each not in _REORDERING and (each in "\t\n" or unicodedata.category(each) != "Cc")
    )
    depth = 0
    for each in kept:
        depth += (each in _OPENERS) - (each == _CLOSE)
        if depth < 0:
            break
    return kept if depth == 0 else kept.translate(_NO_ISOLATES)


def _write_zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "\N{HYPHEN-MINUS}"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
