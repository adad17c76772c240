"""Counts the records of a text file without parsing it: what the reading is held against.

One pass over the bytes with the counting done by NumPy. A record ends at a newline that stands
after an even number of quotes; a line without anything in it is no record.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.received import Dialect
from counterpoise.warehouse.landing.tidiness import Tidiness

# Small enough to stay in the processor's cache while it is looked at several times.
_CHUNK = 256 << 10
_NEWLINE, _RETURN, _TAB, _SPACE, _DELETE = 10, 13, 9, 32, 127

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scan:
    """records: after the header, blank lines left out. rows: the same with blank lines.

    blanks: which of the rows are blank, 0 being the first after the header. is_plain: no control
    characters are in it. is_tidy: moreover, no text needs cleaning. is_unusual: carriage returns
    stand where no newline follows, or quotes where no field begins or ends; readers differ on what
    those mean. mixes_ends: some lines end with a carriage return before the newline, some do not.
    header_lines: lines that the header takes, title lines above it included.
    """

    records: int
    rows: int
    blanks: tuple[int, ...]
    is_plain: bool
    is_tidy: bool
    is_unusual: bool
    mixes_ends: bool
    header_lines: int
    longest_line: int
    """In bytes; of lines below 256 KiB it is only said that they are shorter."""
    lines_in_record: int
    """The most lines that one record takes, by its quotes."""


@dataclass(slots=True)
class _Tally:
    """Where the pass stands: ends are positions in the file just behind a record's newline.

    returns: those that no newline follows; returned: newlines that follow one.
    """

    position: int = 0
    quotes: int = 0
    controls: int = 0
    returns: int = 0
    returned: int = 0
    stray: int = 0
    lines: int = 0
    records: int = 0
    last_end: int = 0
    last_line_start: int = 0
    longest_line: int = 0
    header_lines: int = 0
    lines_in_record: int = 0
    last_end_line: int = 0
    before: int = _NEWLINE
    is_quote_open_ended: bool = False
    blanks: list[int] = field(default_factory=list)


def scan_text(path: Path, dialect: Dialect, columns: int) -> Scan:
    tally = _Tally()
    with path.open("rb") as file:
        start = 3 if file.read(3) == b"\xef\xbb\xbf" else 0
        file.seek(start)
        for _ in range(dialect.header_line - 1):
            tally.lines += 1
            start += len(file.readline())
        file.seek(start)
        tally.position = tally.last_end = tally.last_line_start = start
        tally.last_end_line = tally.lines
        last, tidiness = b"", Tidiness(dialect)
        while chunk := file.read(_CHUNK):
            _count(tally, chunk, dialect)
            tidiness.look_at(chunk)
            last = chunk
    if tally.last_end < tally.position:
        tally.records += 1
        tally.header_lines = tally.header_lines or tally.lines + (not last.endswith(b"\n"))
    return _summarise(tally, columns, is_tidy=tidiness.close())


def _summarise(tally: _Tally, columns: int, *, is_tidy: bool) -> Scan:
    """The header is the first record. A value alone on its line may be empty: it is no blank."""
    rows = max(tally.records - 1, 0)
    blanks = tuple(each - 1 for each in tally.blanks if each) if columns > 1 else ()
    lines = max(tally.lines_in_record, tally.lines - tally.last_end_line)
    is_plain, is_unusual = tally.controls == 0, tally.returns > 0 or tally.stray > 0
    return Scan(
        records=rows - len(blanks),
        rows=rows,
        blanks=blanks,
        is_plain=is_plain,
        is_tidy=is_tidy and is_plain and not is_unusual and lines <= 1,
        is_unusual=is_unusual,
        mixes_ends=0 < tally.returned < tally.lines,
        header_lines=tally.header_lines,
        longest_line=max(tally.longest_line, tally.position - tally.last_line_start),
        lines_in_record=lines,
    )


def _count(tally: _Tally, chunk: bytes, dialect: Dialect) -> None:
    values = np.frombuffer(chunk, np.uint8)
    newlines = values == _NEWLINE
    found = int(np.count_nonzero(newlines))
    _count_controls(tally, values, found)
    if found:
        first = tally.position + chunk.index(b"\n")
        tally.longest_line = max(tally.longest_line, first - tally.last_line_start)
        tally.last_line_start = tally.position + chunk.rindex(b"\n") + 1
    if _is_simple(tally, chunk, newlines, dialect):
        _count_simple(tally, found)
    else:
        _count_quoted(tally, values, np.flatnonzero(newlines), dialect)
    tally.lines += found
    tally.position += len(chunk)
    tally.before = chunk[-1]


def _is_simple(tally: _Tally, chunk: bytes, newlines: NDArray[np.bool_], dialect: Dialect) -> bool:
    """Every line in it is a record: the header is behind us, and there are no quotes or blanks."""
    return bool(
        tally.header_lines
        and tally.quotes % 2 == 0
        and not tally.is_quote_open_ended
        and (not dialect.quote or dialect.quote.encode() not in chunk)
        and chunk[0] not in (_NEWLINE, _RETURN)
        and not (newlines[1:] & newlines[:-1]).any()
        and (b"\r" not in chunk or b"\n\r" not in chunk)
    )


def _count_simple(tally: _Tally, found: int) -> None:
    if found:
        taken = tally.lines + 1 - tally.last_end_line
        tally.lines_in_record = max(tally.lines_in_record, taken)
        tally.records += found
        tally.last_end = tally.last_line_start
        tally.last_end_line = tally.lines + found


def _count_quoted(
    tally: _Tally, chunk: Bytes, newlines: NDArray[np.intp], dialect: Dialect
) -> None:
    ends = newlines
    if dialect.quote:
        quotes = np.flatnonzero(chunk == ord(dialect.quote))
        _count_stray(tally, chunk, quotes, dialect)
        so_far = np.searchsorted(quotes, newlines) + tally.quotes
        ends = newlines[so_far % 2 == 0]
        tally.quotes += len(quotes)
    if len(ends):
        _close_records(tally, chunk, ends)
        lines = np.searchsorted(newlines, ends) + tally.lines + 1
        tally.header_lines = tally.header_lines or int(lines[0])
        taken = np.diff(lines, prepend=tally.last_end_line)
        tally.lines_in_record = max(tally.lines_in_record, int(taken.max()))
        tally.last_end_line = int(lines[-1])


def _count_stray(tally: _Tally, chunk: Bytes, quotes: NDArray[np.intp], dialect: Dialect) -> None:
    """Opening quotes that no field begins with, and closing ones that no field ends with."""
    borders = np.zeros(256, np.bool_)
    borders[[ord(dialect.delimiter), ord(dialect.quote), _NEWLINE, _RETURN]] = True
    if tally.is_quote_open_ended:
        tally.stray += int(not borders[chunk[0]])
    first = tally.quotes % 2
    opening, closing = quotes[first::2], quotes[1 - first :: 2]
    if len(opening) and opening[0] == 0:
        tally.stray += int(not borders[tally.before])
        opening = opening[1:]
    last = len(chunk) - 1
    tally.is_quote_open_ended = bool(len(closing) and closing[-1] == last)
    if tally.is_quote_open_ended:
        closing = closing[:-1]
    tally.stray += int(np.count_nonzero(~borders[chunk[opening - 1]]))
    tally.stray += int(np.count_nonzero(~borders[chunk[closing + 1]]))


def _close_records(tally: _Tally, chunk: Bytes, ends: NDArray[np.intp]) -> None:
    starts = np.concatenate(([tally.last_end - tally.position], ends[:-1] + 1))
    lengths = ends - starts
    for each in np.flatnonzero(lengths <= 1):
        before = chunk[ends[each] - 1] if ends[each] else tally.before
        if lengths[each] == 0 or before == _RETURN:
            tally.blanks.append(tally.records + int(each))
    tally.records += len(ends)
    tally.last_end = tally.position + int(ends[-1]) + 1


def _count_controls(tally: _Tally, chunk: Bytes, newlines: int) -> None:
    """Tabs are values' own; returns are counted where no newline follows, in the next chunk too."""
    low = int(np.count_nonzero(chunk < _SPACE)) - newlines
    deleted = int(np.count_nonzero(chunk == _DELETE))
    ended = int(tally.before == _RETURN and chunk[0] == _NEWLINE)
    tally.returns -= ended
    tally.returned += ended
    if not low + deleted:
        return
    returns = np.flatnonzero(chunk == _RETURN)
    tabs = int(np.count_nonzero(chunk == _TAB))
    behind = returns[returns + 1 < len(chunk)] + 1
    followed = int(np.count_nonzero(chunk[behind] == _NEWLINE))
    tally.returns += len(returns) - followed
    tally.returned += followed
    tally.controls += low + deleted - tabs - len(returns)
