"""Finds how a text file separates its fields, and on which line its header stands."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from counterpoise.domain.tables.received import Dialect

# Looked for in this order: of two that divide equally well, the earlier is taken.
DELIMITERS = (",", ";", "\t", "|", "\x1f", "~", "^", " ")
_HEAD_BYTES = 1 << 18
_HEAD_LINES = 400
_FIELD_LIMIT = 64 << 20
_NUMBER = re.compile(r"[-+]?[0-9.,]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """header: the header's cells as received. has_rows: whether anything stands below it."""

    dialect: Dialect
    header: tuple[str, ...]
    has_rows: bool


def find_layout(path: Path) -> Layout:
    """The layout of a UTF-8 text, judged from its first lines.

    The delimiter is the one that divides the most lines into the same number of fields. The header
    is the first line that fills at least half of them: what stands above it is a title.
    """
    text = _read_head(path)
    quote = _find_quote(text)
    best, best_rows, best_score = ",", _split(text, ",", quote), 0.0
    for delimiter in DELIMITERS:
        rows = _split(text, delimiter, quote)
        score = _score(rows, delimiter)
        if score > best_score + 1e-9:
            best, best_rows, best_score = delimiter, rows, score
    at = find_header([cells for _, cells in best_rows])
    line, header = best_rows[at]
    return Layout(
        Dialect(best, quote, line), tuple(each.strip() for each in header), len(best_rows) > at + 1
    )


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Place of the first row that fills at least half of the usual width.

    A narrower row is still a title when the row below it has the usual width and holds names only.
    """
    usual = _usual_width([len(row) for row in rows])
    needed = max(1, min(2, usual), usual / 2)
    place = next((n for n, row in enumerate(rows) if _count_filled(row) >= needed), 0)
    while (
        len(rows) > place + 1
        and _count_filled(rows[place]) < usual
        and _count_filled(rows[place + 1]) == usual
        and _holds_names(rows[place + 1])
    ):
        place += 1
    return place


def name_columns(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that differ, whatever their case, and those that had to be made.

    The second `Name` is `Name (2)`; a column without a name is `column 4`, by its place.
    """
    taken: set[str] = set()
    named, made = [], []
    for place, cell in enumerate(header, 1):
        name = cell or f"column {place}"
        count = 2
        while name.lower() in taken:
            name = f"{cell or f'column {place}'} ({count})"
            count += 1
        taken.add(name.lower())
        named.append(name)
        if name != cell:
            made.append(name)
    return tuple(named), tuple(made)


def _read_head(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        is_whole = not file.read(1)
    if not is_whole:
        head = head[: head.rfind(b"\n") + 1] or head
    return head.decode("utf-8-sig", errors="ignore")


def _find_quote(text: str) -> str:
    """The double quote, unless none is there and single quotes open and close most fields."""
    if '"' in text:
        return '"'
    lines = [line for line in text.splitlines()[:_HEAD_LINES] if line]
    enclosed = sum(line[0] == "'" and line.rstrip()[-1:] == "'" for line in lines)
    return "'" if lines and enclosed > len(lines) / 2 else '"'


def _split(text: str, delimiter: str, quote: str) -> list[tuple[int, list[str]]]:
    """The first records with the line each begins on; blank lines are no records."""
    previous = csv.field_size_limit(_FIELD_LIMIT)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
        rows, line = [], 1
        for cells in reader:
            if any(cells):
                rows.append((line, cells))
            line = reader.line_num + 1
            if len(rows) >= _HEAD_LINES:
                break
    finally:
        csv.field_size_limit(previous)
    return rows or [(1, [text.strip()])]


def _score(rows: list[tuple[int, list[str]]], delimiter: str) -> float:
    """Share of records with the usual number of fields, and a little for more fields."""
    widths = [len(cells) for _, cells in rows]
    usual = _usual_width(widths)
    alike = widths.count(usual) / len(rows)
    if usual == 1 or (delimiter == " " and not _is_columns_of_numbers(rows, usual)):
        return 0.0
    return alike + 0.01 * min(usual, 20)


def _is_columns_of_numbers(rows: list[tuple[int, list[str]]], usual: int) -> bool:
    """Spaces divide words too: they are delimiters only of three or more columns of numbers."""
    cells = [cell for _, row in rows[1:] for cell in row]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in cells)
    is_even = all(len(row) == usual for _, row in rows)
    return usual > 2 and is_even and 2 * numbers > len(cells)


def _usual_width(widths: list[int]) -> int:
    counted = Counter(widths)
    return max(counted, key=lambda width: (counted[width], width))


def _count_filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _holds_names(row: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(set(filled)) == len(filled) and not any(each[0] in "0123456789-+" for each in filled)
