"""Tables of figures: every one sorts, filters, pages and exports the same way, without a script.

A view describes a Table; `arrange` cuts what the address asks for; the template tag `show_table`
writes it. The parameters carry the table's name (`findings.sort=-rows`), so tables of one page do
not disturb each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise

from counterpoise.domain.values.text import Text
from counterpoise.web.reading import Eyes

Kind = Literal["text", "sentence", "number", "quantity", "money", "share", "day", "month", "moment"]
Value = str | int | float | Decimal | date | datetime | Text | None
Words = str | Promise
PAGE_ROWS = 25
FEW_ROWS = 8
FIGURES = frozenset({"number", "quantity", "money", "share"})


@dataclass(frozen=True, slots=True)
class Column:
    """has_choices: the page offers the column's few values to filter by. is_for_files: too much for
    a page; the downloads have it, and the search finds it."""

    key: str
    title: Words
    kind: Kind = "text"
    has_choices: bool = False
    places: int = 0
    is_for_files: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """links: by column, where the value's evidence or record is. name: the row's own anchor."""

    cells: Mapping[str, Value]
    links: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """name: letters and hyphens. currency: of its money columns. empty: said when it has no row.

    total: of all rows, where the rows are only the first of many that the engine holds.
    """

    name: str
    caption: Words
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: Words
    currency: str = ""
    sort: str = ""
    page_rows: int = PAGE_ROWS

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        return tuple(each for each in self.columns if not each.is_for_files)

    @property
    def more_in_files(self) -> tuple[Column, ...]:
        return tuple(each for each in self.columns if each.is_for_files)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head. link: sorts by it, the other way round when it is sorted so already."""

    column: Column
    link: str
    direction: Literal["", "ascending", "descending"]


@dataclass(frozen=True, slots=True)
class Choice:
    column: Column
    parameter: str
    chosen: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    written: str
    link: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    cells: tuple[Cell, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Arranged:
    """A page of a table as the address asks for it; kept are the parameters of everything else."""

    table: Table
    headings: tuple[Heading, ...]
    rows: tuple[ShownRow, ...]
    matching: int
    total: int
    page: int
    pages: int
    words: str
    choices: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
    previous: str
    next: str
    csv: str
    xlsx: str

    @property
    def has_filter(self) -> bool:
        """A few rows are read at a glance; only what was filtered keeps its filter in sight."""
        return self.total > FEW_ROWS or self.is_filtered

    @property
    def is_filtered(self) -> bool:
        return bool(self.words) or any(choice.chosen for choice in self.choices)


def arrange(table: Table, asked: QueryDict, eyes: Eyes) -> Arranged:
    """Nonsense in the address (an unknown column, page 10⁹) shows the nearest thing that exists."""
    reading = eyes.in_currency(table.currency)
    matching = select_rows(table, asked, reading)
    pages = max(1, -(-len(matching) // table.page_rows))
    page = min(max(1, _read_number(asked.get(f"{table.name}.page"))), pages)
    start = (page - 1) * table.page_rows
    sort = _get_sort(table, asked)
    link = _Links(table.name, asked)
    return Arranged(
        table=table,
        headings=tuple(_head(column, sort, link) for column in table.shown_columns),
        rows=tuple(_show(table, row, reading) for row in matching[start : start + table.page_rows]),
        matching=len(matching),
        total=len(table.rows),
        page=page,
        pages=pages,
        words=asked.get(f"{table.name}.q", ""),
        choices=tuple(_list_choices(table, asked, reading)),
        kept=link.list_others(),
        previous=link.to(page=str(page - 1)) if page > 1 else "",
        next=link.to(page=str(page + 1)) if page < pages else "",
        csv=link.to(export="csv"),
        xlsx=link.to(export="xlsx"),
    )


def select_rows(table: Table, asked: QueryDict, eyes: Eyes) -> tuple[Row, ...]:
    """All rows that match the filters, in the order asked for."""
    rows: Iterable[Row] = table.rows
    for column in table.columns:
        wanted = asked.get(f"{table.name}.{column.key}", "") if column.has_choices else ""
        if wanted:
            rows = [row for row in rows if write(column, row.cells.get(column.key), eyes) == wanted]
    if words := asked.get(f"{table.name}.q", "").casefold().strip():
        rows = [row for row in rows if words in _write_all(table, row, eyes).casefold()]
    key = _get_sort(table, asked)
    found = list(rows)
    if key:
        name, is_down = key.lstrip("-"), key.startswith("-")
        known = [row for row in found if row.cells.get(name) is not None]
        known.sort(key=lambda row: _rank(row.cells[name], eyes), reverse=is_down)
        found = known + [row for row in found if row.cells.get(name) is None]
    return tuple(found)


def write(column: Column, value: Value, eyes: Eyes) -> str:
    """The value as the visitor reads it; nothing known is a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Text):
        return eyes.reader.say(value)
    if isinstance(value, datetime):
        return eyes.moment(value)
    if isinstance(value, date):
        return eyes.reader.month(value) if column.kind == "month" else eyes.day(value)
    if isinstance(value, int | float | Decimal):
        return _write_figure(column, value, eyes)
    return str(value)


def _write_figure(column: Column, value: int | float | Decimal, eyes: Eyes) -> str:
    if column.kind == "money":
        return eyes.reader.exact_money(value)
    if column.kind == "share":
        return eyes.reader.share(value, column.places)
    if column.kind == "quantity":
        return eyes.reader.quantity(value)
    return eyes.reader.number(value, column.places)


def _write_all(table: Table, row: Row, eyes: Eyes) -> str:
    return " ".join(write(each, row.cells.get(each.key), eyes) for each in table.columns)


def _rank(value: Value, eyes: Eyes) -> tuple[int, float | str]:
    """Figures before dates before words, so that a column of mixed values still sorts."""
    if isinstance(value, int | float | Decimal):
        return 0, float(value)
    if isinstance(value, datetime):
        return 1, value.isoformat()
    if isinstance(value, date):
        return 1, value.isoformat()
    return 2, (eyes.reader.say(value) if isinstance(value, Text) else str(value)).casefold()


def _show(table: Table, row: Row, eyes: Eyes) -> ShownRow:
    return ShownRow(
        tuple(
            Cell(each, _mark_up(each, row.cells.get(each.key), eyes), row.links.get(each.key, ""))
            for each in table.shown_columns
        ),
        row.name,
    )


def _mark_up(column: Column, value: Value, eyes: Eyes) -> str:
    """As `write`; a sentence keeps the names in it apart, which stand in another direction."""
    return eyes.reader.say_html(value) if isinstance(value, Text) else write(column, value, eyes)


def _head(column: Column, sort: str, link: "_Links") -> Heading:
    if sort == column.key:
        return Heading(column, link.to(sort=f"-{column.key}"), "ascending")
    direction: Literal["", "descending"] = "descending" if sort == f"-{column.key}" else ""
    return Heading(column, link.to(sort=column.key), direction)


def _list_choices(table: Table, asked: QueryDict, eyes: Eyes) -> Iterable[Choice]:
    for column in table.columns:
        if column.has_choices:
            parameter = f"{table.name}.{column.key}"
            values = sorted({write(column, row.cells.get(column.key), eyes) for row in table.rows})
            chosen = asked.get(parameter, "")
            yield Choice(column, parameter, chosen, tuple((each, each) for each in values))


def _get_sort(table: Table, asked: QueryDict) -> str:
    wanted = asked.get(f"{table.name}.sort", table.sort)
    return wanted if wanted.lstrip("-") in {each.key for each in table.columns} else table.sort


def _read_number(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() else 1


class _Links:
    """Addresses that change one parameter of a table and keep all others."""

    def __init__(self, name: str, asked: QueryDict) -> None:
        self._name = name
        self._asked = [
            (key, value)
            for key, values in asked.lists()
            for value in values
            if not key.endswith(".export")
        ]

    def to(self, **changed: str) -> str:
        new = {f"{self._name}.{key}": value for key, value in changed.items()}
        gone = set(new) if "export" in changed or "page" in changed else {
            *new, f"{self._name}.page"
        }  # fmt: skip
        kept = [(key, value) for key, value in self._asked if key not in gone]
        return "?" + urlencode([*kept, *new.items()])

    def list_others(self) -> tuple[tuple[str, str], ...]:
        """What the filter's form must carry along: parameters of other tables, and the sorting."""
        own = f"{self._name}."
        sort = f"{own}sort"
        return tuple(
            (key, value) for key, value in self._asked if not key.startswith(own) or key == sort
        )


def list_asked(asked: QueryDict) -> frozenset[str]:
    """The tables that the address asks something of, which a page must not fold away."""
    return frozenset(key.partition(".")[0] for key in asked if "." in key)


def find_table(tables: Sequence[Table], asked: QueryDict) -> tuple[Table, str] | None:
    """The table that the address wants to have as a file, and the kind of file."""
    for table in tables:
        kind = asked.get(f"{table.name}.export", "")
        if kind in {"csv", "xlsx"}:
            return table, kind
    return None
