"""Takes the events of a calendar out of its file, in little memory: long texts pass by.

A description may be fifty megabytes; it is not needed to know who met when.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from counterpoise.domain.values.text import Text, text

MOST_KEPT = 64 << 20
"""Bytes of what is kept of one calendar."""
_LINE = 64 << 10
_LEFT_OUT = (
    *(b"DESCRIPTION", b"ATTACH", b"X-ALT-DESC", b"COMMENT", b"X-MICROSOFT", b"CONFERENCE"),
    *(b"IMAGE", b"STYLED-DESCRIPTION"),
)
_PLACES = (b"BEGIN:VTIMEZONE", b"BEGIN:VEVENT")
_WRAP = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//counterpoise//\r\n"


class LargeCalendar(ValueError):
    """More events than are taken at once."""


@dataclass(slots=True)
class Components:
    """zones: the calendar's own time zones. events: each as it is written, long texts left out."""

    zones: list[bytes] = field(default_factory=list)
    events: list[bytes] = field(default_factory=list)


def read_components(file: BinaryIO, name: str) -> Components:
    """Raises LargeCalendar."""
    found = Components()
    size = 0
    for component in _list_components(file):
        size += len(component)
        if size > MOST_KEPT:
            raise LargeCalendar(_say_large(name))
        (found.zones if component.startswith(_PLACES[0]) else found.events).append(component)
    return found


def wrap(components: Components, event: bytes) -> bytes:
    """A calendar of one event, with the zones that it may name."""
    return _WRAP + b"".join(components.zones) + event + b"END:VCALENDAR\r\n"


def _list_components(file: BinaryIO) -> Iterator[bytes]:
    """A component ends where its own END stands; alarms within it pass by."""
    held: list[bytes] = []
    end, inner = b"", b""
    for line in _list_lines(file):
        bare = line.strip().upper()
        if not end:
            if bare in _PLACES:
                held, end = [line], bare.replace(b"BEGIN", b"END")
        elif bare == end:
            yield b"".join([*held, line])
            end = b""
        elif inner:
            inner = b"" if bare == inner else inner
        elif bare == b"BEGIN:VALARM":
            inner = b"END:VALARM"
        else:
            held.append(line)


def _list_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their continuations (which begin with a space), those of long texts left out."""
    is_left, is_start = False, True
    kept = 0
    while line := file.readline(_LINE):
        if is_start and line[:1] not in (b" ", b"\t"):
            is_left, kept = line.upper().startswith(_LEFT_OUT), 0
        kept += len(line)
        if not is_left and kept <= _LINE:
            yield line
        is_start = line.endswith(b"\n")


def _say_large(name: str) -> Text:
    return text(
        "{name} holds more than {most} MB of events, without their descriptions. Export fewer"
        " years at a time.",
        name=name,
        most=MOST_KEPT >> 20,
    )
