"""Puts tables on a sheet of an Excel workbook: typed columns, live totals, nothing that can run.

Text is always written as text, so a name that begins with = + - @ or a tab stays a name. Amounts
are numbers; one that a spreadsheet cannot hold exactly (over 15 digits) is written as text, says so
in a comment, and its column's total is then text too. Formulas carry the value they give, for
viewers that do not calculate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext
from xlsxwriter.utility import xl_rowcol_to_cell

from counterpoise.connectors.documents.reader import Reader

Kind = Literal["text", "money", "number", "count", "share", "day", "month"]
Entry = str | int | float | Decimal | date | None
EXACT_DIGITS = 15
_WIDTHS: dict[Kind, int] = {
    "text": 30,
    "money": 17,
    "number": 13,
    "count": 12,
    "share": 12,
    "day": 16,
    "month": 16,
}
_PATTERNS: dict[Kind, str] = {
    "money": "#,##0.00",
    "number": "#,##0.0",
    "count": "#,##0",
    "share": "0.0%",
}
_DAYS: dict[Kind, str] = {"day": "d mmm yyyy", "month": "mmm yyyy"}
_ARABIC_DIGITS = "[$-2000000]"
_ARABIC_DATES = "[$-2010C01]"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `is_total` puts its sum under it."""

    title: str
    kind: Kind = "text"
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """Where a total stands, for formulas of other sheets, and what it comes to."""

    cell: str
    value: float | str


Totals = dict[str, Total]


class Sheet:
    """A worksheet that is filled from top to bottom."""

    def __init__(self, workbook: Any, reader: Reader, name: str, heading: str) -> None:
        self.name = name
        self._sheet = workbook.add_worksheet(name)
        self._reader = reader
        self._row = 0
        self._widths: dict[int, int] = {}
        self._formats = _add_formats(workbook, reader)
        if reader.is_rtl:
            self._sheet.right_to_left()
        self._sheet.hide_gridlines(2)
        self._sheet.set_paper(9)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.write_string(0, 0, heading, self._formats["heading"])
        self._sheet.freeze_panes(1, 1)
        self._row = 2

    def put_line(self, written: str) -> None:
        """A sentence across the sheet."""
        self._sheet.write_string(self._row, 0, written, self._formats["note"])
        self._row += 1

    def put_table(
        self, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Entry]]
    ) -> dict[str, Total]:
        """Gives the totals by their column's title."""
        self._sheet.write_string(self._row, 0, title, self._formats["title"])
        header = self._row + 1
        for place, column in enumerate(columns):
            self._sheet.write_string(header, place, column.title, self._formats["header"])
            self._widen(place, column)
        for number, row in enumerate(rows, header + 1):
            for place, (column, entry) in enumerate(zip(columns, row, strict=True)):
                self._put(number, place, column.kind, entry)
        self._row = header + 1 + len(rows)
        if not rows:
            self._sheet.write_string(
                self._row, 0, gettext("Nothing to show"), self._formats["note"]
            )
            self._row += 1
        totals = self._put_totals(header + 1, columns, rows)
        self._row += 2
        return totals

    def put_link(self, label: str, kind: Kind, total: Total | None, note: str) -> None:
        """A line of the summary: what, the total it repeats by formula, and what it means."""
        self._sheet.write_string(self._row, 0, label, self._formats["text"])
        self._widen(0, Column(label))
        if total is None:
            self._sheet.write_string(self._row, 1, "–", self._formats["text"])
        elif isinstance(total.value, str):
            self._sheet.write_string(self._row, 1, total.value, self._formats["text"])
        else:
            written = self._formats[kind]
            self._sheet.write_formula(self._row, 1, f"={total.cell}", written, total.value)
        self._sheet.write_string(self._row, 2, note, self._formats["text"])
        self._widths |= {1: 20, 2: 60}
        self._row += 1

    def close(self) -> None:
        for place, width in self._widths.items():
            self._sheet.set_column(place, place, width)

    def _put(self, row: int, place: int, kind: Kind, entry: Entry) -> None:
        written = self._formats[kind]
        if entry is None:
            self._sheet.write_string(row, place, "–", written)
        elif isinstance(entry, str):
            self._sheet.write_string(row, place, entry, self._formats["text"])
        elif isinstance(entry, date):
            self._sheet.write_datetime(row, place, entry, written)
        elif is_exact(entry):
            self._sheet.write_number(row, place, float(entry), written)
        else:
            self._sheet.write_string(row, place, f"{entry:f}", self._formats["text"])
            self._sheet.write_comment(row, place, _explain_text())

    def _put_totals(
        self, first: int, columns: Sequence[Column], rows: Sequence[Sequence[Entry]]
    ) -> dict[str, Total]:
        totals: dict[str, Total] = {}
        if not rows or not any(column.is_total for column in columns):
            return totals
        self._sheet.write_string(self._row, 0, gettext("Total"), self._formats["header"])
        for place, column in enumerate(columns):
            if column.is_total:
                entries = [
                    row[place] for row in rows if isinstance(row[place], int | float | Decimal)
                ]
                totals[column.title] = self._put_total(first, place, column.kind, entries)
        self._row += 1
        return totals

    def _put_total(self, first: int, place: int, kind: Kind, entries: Sequence[Any]) -> Total:
        exact = sum((Decimal(str(entry)) for entry in entries), Decimal())
        here = f"'{self.name}'!{xl_rowcol_to_cell(self._row, place, row_abs=True, col_abs=True)}"
        if not all(is_exact(entry) for entry in (*entries, exact)):
            self._sheet.write_string(self._row, place, f"{exact:f}", self._formats["text"])
            self._sheet.write_comment(self._row, place, _explain_text())
            return Total(here, f"{exact:f}")
        span = f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(self._row - 1, place)}"
        value = float(exact)
        written = self._formats[f"total {kind}"]
        self._sheet.write_formula(self._row, place, f"=SUM({span})", written, value)
        return Total(here, value)

    def _widen(self, place: int, column: Column) -> None:
        wanted = max(_WIDTHS[column.kind], min(len(column.title) + 2, 40))
        self._widths[place] = max(self._widths.get(place, 0), wanted)


def is_exact(entry: int | float | Decimal) -> bool:
    """Whether a spreadsheet's number holds it to the last digit that was given."""
    if isinstance(entry, float):
        return True
    digits = Decimal(entry).normalize().as_tuple().digits
    return len(digits) <= EXACT_DIGITS


def _explain_text() -> str:
    return gettext("Written as text: a spreadsheet keeps only 15 digits of a number.")


def _add_formats(workbook: Any, reader: Reader) -> dict[str, Any]:
    numbers = _ARABIC_DIGITS if reader.is_rtl else ""
    dates = _ARABIC_DATES if reader.is_rtl else ""
    patterns = {str(kind): numbers + pattern for kind, pattern in _PATTERNS.items()}
    patterns |= {str(kind): dates + pattern for kind, pattern in _DAYS.items()}
    formats: dict[str, dict[str, Any]] = {
        "text": {"valign": "top", "text_wrap": True},
        "note": {"font_color": "#505866"},
        "heading": {"bold": True, "font_size": 15, "font_color": "#0b5e6b"},
        "title": {"bold": True, "font_size": 12},
        "header": {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#e5f0f1"},
    }
    for kind, pattern in patterns.items():
        formats[kind] = {"valign": "top", "num_format": pattern}
        formats[f"total {kind}"] = formats[kind] | {"bold": True, "top": 1}
    return {name: workbook.add_format(each) for name, each in formats.items()}
