"""Reads every sheet of a workbook into text: dates as ISO, numbers exact, nothing as 1E+05."""

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePosixPath

from defusedxml import ElementTree  # type: ignore[import-untyped]

from counterpoise.connectors.files import archives
from counterpoise.connectors.files.dialects import find_header
from counterpoise.connectors.files.refusals import (
    DangerousFile,
    EmptyFile,
    UnreadableFile,
    UnreadableSheet,
)
from counterpoise.domain.values.text import Text, text

Cell = str | int | float | bool | date | time | timedelta | None

_EXACT_DIGITS = 10**15
_PIECE = 1 << 20
_LONGEST_MARK = 64
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UNSAVED = re.compile(rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>|</(?:\w+:)?c>)")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as rows of text, the header first; `title_rows` stood above it and are left out."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a sheet's XML shows that its values do not."""

    formulas: int = 0
    unsaved: int = 0
    errors: int = 0


def read_sheets(path: Path, name: str) -> Iterator[Sheet]:
    """Every sheet that holds anything, hidden ones included; a note says so.

    Raises UnreadableFile and its kinds for what is encrypted, damaged, dangerous or merged.
    """
    from python_calamine import (  # noqa: PLC0415 -- slow import
        CalamineError,
        CalamineWorkbook,
        SheetVisibleEnum,
    )

    marks = _inspect(path, name)
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(_explain_damage(path, name, error)) from None
    is_found = False
    for place, meta in enumerate(book.sheets_metadata):
        try:
            sheet = book.get_sheet_by_index(place)
            rows: Sequence[Sequence[Cell]] = sheet.to_python(skip_empty_area=True)
        except (CalamineError, ValueError) as error:
            raise UnreadableFile(
                text(
                    "{name}, sheet {sheet}: {error}. Save it again.",
                    name=name,
                    sheet=meta.name,
                    error=str(error),
                )
            ) from None
        if not any(cell not in ("", None) for row in rows for cell in row):
            continue
        is_found = True
        mark = marks.get(meta.name, _Marks())
        if mark.errors:
            rows = _read_slowly(path, meta.name)
        start = sheet.start[0] if sheet.start else 0
        merged = sheet.merged_cell_ranges or []
        notes = _note(mark, is_hidden=meta.visible != SheetVisibleEnum.Visible)
        yield _lay_out(f"{name}#{meta.name}", rows, [_shift(each, start) for each in merged], notes)
    if not is_found:
        raise EmptyFile(
            text(
                "{name} has no filled cell in any sheet. Export it again.",
                name=name,
            )
        )


def write_sheet(sheet: Sheet, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(sheet.rows)


def write_cell(cell: Cell) -> str:
    """The value as text: 2 for 2.0, 12345678901234567890 for 1.2345678901234567E+19."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if cell is None else str(cell)


def _lay_out(
    name: str,
    rows: Sequence[Sequence[Cell]],
    merged: list[tuple[int, int, int, int]],
    notes: list[Text],
) -> Sheet:
    written = [tuple(write_cell(cell) for cell in row) for row in rows]
    at = find_header(written[:400])
    _refuse_merged_header(name, at, merged)
    if at:
        notes.append(text("{rows} rows above the header were taken for a title", rows=at))
    if any(first > at for first, *_ in merged):
        notes.append(
            text("cells are merged below the header; only the first of each holds the value")
        )
    if any(
        isinstance(cell, int | float) and abs(cell) >= _EXACT_DIGITS for row in rows for cell in row
    ):
        notes.append(
            text("numbers of more than 15 digits are stored inexactly by Excel; store ids as text")
        )
    width = max(len(row) for row in written)
    filled = tuple(row + ("",) * (width - len(row)) for row in written[at:])
    return Sheet(name, tuple(row for row in filled if any(row)), tuple(notes))


def _refuse_merged_header(name: str, at: int, merged: list[tuple[int, int, int, int]]) -> None:
    for top, left, bottom, right in merged:
        if top <= at <= bottom and right > left:
            raise UnreadableSheet(
                text(
                    "{name} has cells merged across columns {left} to {right} of its header, so"
                    " it is not clear what those columns hold. Unmerge them and name each"
                    " column.",
                    name=name,
                    left=left + 1,
                    right=right + 1,
                )
            )


def _shift(
    merged: tuple[tuple[int, int], tuple[int, int]], start: int
) -> tuple[int, int, int, int]:
    (top, left), (bottom, right) = merged
    return top - start, left, bottom - start, right


def _note(mark: _Marks, *, is_hidden: bool) -> list[Text]:
    notes = []
    if is_hidden:
        notes.append(text("the sheet is hidden in the workbook; it was read all the same"))
    if mark.formulas:
        notes.append(
            text(
                "{cells} cells hold formulas; the values saved with them were read",
                cells=mark.formulas,
            )
        )
    if mark.errors:
        notes.append(
            text(
                "{cells} cells hold errors such as #REF!; they are kept as text", cells=mark.errors
            )
        )
    return notes


def _inspect(path: Path, name: str) -> dict[str, _Marks]:
    """Look through the parts of an xlsx file; older workbooks show nothing here.

    Raises DangerousFile for document types and entities, and beyond the limits of an archive.
    """
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as parts:
            infos = [each for each in parts.infolist() if not each.is_dir()]
            archives.check_members(infos, path.stat().st_size, name, archives.Budget())
            found = {
                info.filename: _count_marks(parts, info, name)
                for info in infos
                if PurePosixPath(info.filename).suffix in (".xml", ".rels")
            }
            sheets = _list_sheets(parts)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ElementTree.ParseError) as error:
        raise UnreadableFile(
            text(
                "{name} is a damaged workbook ({error}). Save it again.",
                name=name,
                error=str(error),
            )
        ) from None
    marks = {sheet: found.get(part, _Marks()) for sheet, part in sheets.items()}
    for sheet, mark in marks.items():
        if mark.unsaved:
            raise UnreadableSheet(
                text(
                    "{name}, sheet {sheet}: {unsaved} formulas have no saved value, so there is"
                    " nothing to read. Open the workbook, let it calculate, and save it.",
                    name=name,
                    sheet=sheet,
                    unsaved=mark.unsaved,
                )
            )
    return marks


def _count_marks(parts: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> _Marks:
    is_sheet = "/worksheets/" in info.filename
    formulas = unsaved = errors = unpacked = 0
    kept = b""
    with parts.open(info) as part:
        while chunk := part.read(_PIECE):
            unpacked += len(chunk)
            piece = kept + chunk
            if _DECLARATION.search(piece.replace(b"\0", b"")) is not None:
                raise DangerousFile(
                    text(
                        "{name} declares XML entities in {filename}, as no workbook does and"
                        " attacks do. It is not read; save it anew from the program it came from.",
                        name=name,
                        filename=info.filename,
                    )
                )
            if is_sheet:
                cut = max(piece.rfind(b"<c "), len(piece) - 4 * _PIECE, 0)
                formulas += piece.count(b"<f>", 0, cut) + piece.count(b"<f ", 0, cut)
                unsaved += len(_UNSAVED.findall(piece[:cut])) if formulas else 0
                errors += piece.count(b' t="e"', 0, cut)
                kept = piece[cut:]
            else:
                kept = piece[-_LONGEST_MARK:]
    formulas += kept.count(b"<f>") + kept.count(b"<f ") if is_sheet else 0
    unsaved += len(_UNSAVED.findall(kept)) if is_sheet else 0
    errors += kept.count(b' t="e"') if is_sheet else 0
    return _Marks(formulas, unsaved, errors)


def _list_sheets(parts: zipfile.ZipFile) -> dict[str, str]:
    """The part that holds each sheet, by the sheet's name."""
    if "xl/workbook.xml" not in parts.namelist():
        return {}
    relations = {
        each.get("Id"): PurePosixPath("xl", each.get("Target", "").removeprefix("/xl/"))
        for each in ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    }
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
    return {
        each.get("name", ""): str(relations.get(each.get(_RELATION), ""))
        for each in book.iter()
        if each.tag.endswith("}sheet")
    }


def _read_slowly(path: Path, sheet: str) -> list[list[Cell]]:
    """The cells with their errors as written, which the quick reader leaves empty."""
    import openpyxl  # noqa: PLC0415 -- slow import

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows: list[list[Cell]] = [
        [cell if isinstance(cell, Cell) else str(cell) for cell in row]
        for row in book[sheet].iter_rows(values_only=True)
    ]
    book.close()
    while rows and not any(cell not in (None, "") for cell in rows[0]):
        rows.pop(0)
    return rows


def _explain_damage(path: Path, name: str, error: Exception) -> Text:
    if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in path.read_bytes():
        return text("{name} is protected with a password. Save it without one.", name=name)
    return text(
        "{name} is no readable workbook ({error}). Save it again as .xlsx or CSV.",
        name=name,
        error=str(error),
    )
