"""Finds the stray quote that swallows rows: a field that opens and closes hundreds of lines on.

Only quotes are looked at, and lines only between two of them that are far apart.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.received import Dialect

MOST_LINES = 100
"""Lines that a quoted field may span before it is looked at."""

_CHUNK = 1 << 20
_LOOKED_AT = 200


def find_swallowing_quote(path: Path, dialect: Dialect) -> int | None:
    """Line on which a quote opens that swallows more than 100 rows, or None.

    A long field is a note when its lines are prose, and swallowed rows when most of them have as
    many delimiters as the header. A quote that is never closed swallows to the end of the file.
    """
    if not dialect.quote:
        return None
    delimiters = _count_header(path, dialect)
    for line, start, end in _list_long_fields(path, dialect):
        if _holds_rows(path, (start, end), dialect, delimiters):
            return line
    return None


def may_swallow(path: Path, quote: str) -> bool:
    """Whether, counting quotes alone, more than 100 lines in a row begin inside a field.

    Quick and on the safe side: a lone inch mark can make it say yes, a swallowed row never no.
    """
    carried, run = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            taken = np.frombuffer(chunk, dtype=np.uint8)
            quotes = np.flatnonzero(taken == ord(quote))
            if carried == 0 and _are_all_empty(quotes):
                run = 0 if b"\n" in chunk else run
                continue
            lines = np.flatnonzero(taken == 10)
            inside = (np.searchsorted(quotes, lines) + carried) % 2
            ends = np.flatnonzero(inside == 0)
            if len(ends) == 0:
                run += len(inside)
            else:
                gaps = np.diff(ends, prepend=-1) - 1
                longest = max(run + int(gaps[0]), int(gaps.max()))
                if longest > MOST_LINES:
                    return True
                run = len(inside) - 1 - int(ends[-1])
            if run > MOST_LINES:
                return True
            carried = (carried + len(quotes)) % 2
    return False


def _are_all_empty(quotes: NDArray[np.intp]) -> bool:
    """Whether each quote that opens is followed by the one that closes."""
    return len(quotes) % 2 == 0 and bool((quotes[1::2] - quotes[::2] == 1).all())


def _count_header(path: Path, dialect: Dialect) -> int:
    with path.open("rb") as file:
        for _ in range(dialect.header_line - 1):
            file.readline()
        return file.readline().count(dialect.delimiter.encode())


def _list_long_fields(path: Path, dialect: Dialect) -> Iterator[tuple[int, int, int]]:
    """Line, start and end of every quoted field that spans more than MOST_LINES lines."""
    quote, delimiter = re.escape(dialect.quote.encode()), re.escape(dialect.delimiter.encode())
    # A quote that begins a field and has no partner on its line.
    lone = quote + rb"(?![^" + quote + rb"\n]*(?:" + quote * 2 + rb"[^" + quote + rb"\n]*)*"
    lone += quote + rb"(?!" + quote + rb"))"
    opening = re.compile(rb"(?:(?<=[\r\n])|(?<=" + delimiter + rb"))" + lone)
    first = re.compile(lone)
    closing = re.compile(quote + rb"+")
    inside_at, inside_line = -1, 0
    for position, line, text, is_last in _read_pieces(path):
        place, counted, seen = 0, 0, line
        while True:
            if inside_at < 0:
                found = opening.search(text, place) or (
                    first.match(text) if position + place == 0 else None
                )
                if found is None:
                    break
                seen += text.count(b"\n", counted, found.start())
                counted, place = found.start(), found.end()
                inside_at, inside_line = position + found.end(), seen
            else:
                end = _find_closing(closing, text, place)
                if end < 0:
                    break
                seen += text.count(b"\n", counted, end)
                counted, place = end, end
                if seen - inside_line > MOST_LINES:
                    yield inside_line, inside_at, position + end
                inside_at = -1
        if is_last and inside_at >= 0 and line + text.count(b"\n") - inside_line > MOST_LINES:
            yield inside_line, inside_at, position + len(text)


def _find_closing(closing: re.Pattern[bytes], text: bytes, place: int) -> int:
    """End of the next odd run of quotes: an even run is quotes inside the field."""
    for run in closing.finditer(text, place):
        if len(run[0]) % 2:
            return run.end()
    return -1


def _read_pieces(path: Path) -> Iterator[tuple[int, int, bytes, bool]]:
    """Pieces that end with a line, with their position and the line they begin on.

    A piece begins with the line feed before it, so that a field's opening can be told.
    """
    position, line, kept = 0, 1, b""
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            text = kept + chunk
            cut = len(text) if not chunk else text.rfind(b"\n")
            if cut < 0:
                kept = text
                continue
            yield position, line, text[:cut], not chunk
            if not chunk:
                return
            line += text.count(b"\n", 0, cut)
            position, kept = position + cut, text[cut:]


def _holds_rows(path: Path, span: tuple[int, int], dialect: Dialect, delimiters: int) -> bool:
    with path.open("rb") as file:
        file.seek(span[0])
        file.readline()
        lines: list[bytes] = []
        while len(lines) < _LOOKED_AT and file.tell() < span[1] and (text := file.readline()):
            lines.append(text)
    inner = lines[:-1] if len(lines) < _LOOKED_AT else lines
    alike = sum(text.count(dialect.delimiter.encode()) == delimiters for text in inner)
    return delimiters > 0 and alike > len(inner) / 2
