"""Tables as files: CSV and XLSX that no spreadsheet takes for formulas.

Text that a spreadsheet would run (it begins with =, +, -, @ or a control character, in ASCII or
full width) gets a leading apostrophe in CSV, as OWASP advises, and is a plain string cell in XLSX.
Figures stay figures, a minus included.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from counterpoise.domain.values.text import Text
from counterpoise.web.reading import Eyes
from counterpoise.web.tables import Row, Table, Value

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_table(table: Table, rows: Sequence[Row], kind: str, eyes: Eyes) -> HttpResponse:
    """The rows as an attachment; every row that matches, not only the page's."""
    body = write_csv(table, rows, eyes) if kind == "csv" else write_xlsx(table, rows, eyes)
    response = HttpResponse(body, content_type=CSV if kind == "csv" else XLSX)
    name = quote(f"{table.name}.{kind}")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def write_csv(table: Table, rows: Sequence[Row], eyes: Eyes) -> bytes:
    """RFC 4180 with a byte order mark, which spreadsheets need to see Arabic."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutralise(str(column.title)) for column in table.columns])
    for row in rows:
        writer.writerow([_plain(row.cells.get(each.key), eyes) for each in table.columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(table: Table, rows: Sequence[Row], eyes: Eyes) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 -- XLSX has no zones
        sheet = book.add_worksheet(table.name[:31])
        if eyes.reader.is_rtl:
            sheet.right_to_left()
        bold = book.add_format({"bold": True})
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, str(column.title), bold)
            sheet.set_column(place, place, 18)
        for line, row in enumerate(rows, 1):
            for place, column in enumerate(table.columns):
                value = row.cells.get(column.key)
                if isinstance(value, int | float | Decimal):
                    sheet.write_number(line, place, float(value))
                elif isinstance(value, date) and not isinstance(value, datetime):
                    sheet.write_datetime(line, place, value, dated)
                elif value is not None:
                    sheet.write_string(line, place, _write(value, eyes))
    return out.getvalue()


def neutralise(written: str) -> str:
    return f"'{written}" if written.startswith(DANGEROUS) else written


def _plain(value: Value, eyes: Eyes) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | float):
        return repr(value)
    return neutralise(_write(value, eyes))


def _write(value: Value, eyes: Eyes) -> str:
    if isinstance(value, Text):
        return eyes.reader.say(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
