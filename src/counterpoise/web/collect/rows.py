"""Rows of the warehouse as a table of a page: the engine sorts, searches and pages, not we."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.values.period import UnknownPeriod
from counterpoise.warehouse.queries import records
from counterpoise.warehouse.queries.guarded import SlowQuestion
from counterpoise.warehouse.queries.records import (
    LONGEST_SEARCH,
    MOST_ROWS,
    Known,
    Page,
    UnknownRows,
    Value,
    Wanted,
)
from counterpoise.web import access, exports, tables
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import PAGE_ROWS, Column, Kind, Row, Table
from counterpoise.web.tables import Value as CellValue

NAME = "records"
KINDS: Mapping[str, Kind] = {
    "money": "number",
    "number": "quantity",
    "integer": "number",
    "share": "share",
    "date": "day",
    "timestamp": "moment",
}
TITLES: Mapping[str, str | Promise] = {"source_id": _("Id"), "rep": _("Rep"), "team": _("Team")}


def render_rows(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    known: Known,
    wanted: Wanted,
    *,
    caption: str | Promise,
) -> HttpResponse:
    """A page with the table `records` of the rows wanted, or those rows as a file.

    The rows are in the visitor's reach. Raises Http404 for what there are no rows of.
    """
    asked = request.GET
    wanted = replace(
        wanted,
        words=asked.get(f"{NAME}.q", "")[:LONGEST_SEARCH].replace("\0", ""),
        sort=asked.get(f"{NAME}.sort", ""),
    )
    visitor = access.get_visitor(request)
    kind = asked.get(f"{NAME}.export", "")
    is_file = kind in {"csv", "xlsx"}
    number = _read_page(asked)
    limit, offset = (MOST_ROWS, 0) if is_file else (PAGE_ROWS, (number - 1) * PAGE_ROWS)
    try:
        page = records.list_records(known, wanted, visitor, limit=limit, offset=offset)
        if not page.rows and page.total and not is_file:  # an address beyond the end
            number = -(-page.total // PAGE_ROWS)
            offset = (number - 1) * PAGE_ROWS
            page = records.list_records(known, wanted, visitor, limit=limit, offset=offset)
        whole = page.total
        if wanted.words:
            everything = replace(wanted, words="")
            whole = records.list_records(known, everything, visitor, limit=0).total
    except (UnknownRows, UnknownPeriod):
        raise Http404 from None
    except SlowQuestion as error:
        return render_page(
            request, template, {**context, "slow": get_eyes(request).explain(error)}, status=503
        )
    table = _describe(wanted, page, caption)
    if is_file:
        return exports.send_table(table, table.rows, kind, get_eyes(request))
    shown = replace(_arrange(table, page, number, request), total=whole)
    return render(request, template, {**context, "tables": {NAME: shown}, "most": MOST_ROWS})


def _describe(wanted: Wanted, page: Page, caption: str | Promise) -> Table:
    known = {each.name: each for each in get_table(wanted.table).attributes}
    columns = tuple(
        Column(
            name,
            TITLES.get(name) or name_code("attribute", name).capitalize(),
            KINDS.get(known[name].type, "text") if name in known else "text",
            places=2 if name in known and known[name].type == "money" else 0,
        )
        for name in page.columns
    )
    rows = tuple(
        Row({name: _write(value) for name, value in zip(page.columns, row, strict=True)})
        for row in page.rows
    )
    empty = _("No row that you may see is behind this figure.")
    return Table(NAME, caption, columns, rows, empty)


def _write(value: Value) -> CellValue:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return value


def _arrange(table: Table, page: Page, number: int, request: HttpRequest) -> tables.Arranged:
    """What the engine has searched, sorted and cut is shown as it is."""
    asked = request.GET
    plain = asked.copy()
    for part in ("q", "page"):
        plain.pop(f"{NAME}.{part}", None)
    shown = tables.arrange(table, plain, get_eyes(request))
    words = asked.get(f"{NAME}.q", "")
    pages = max(1, -(-page.total // PAGE_ROWS))
    return replace(
        tables.arrange(replace(table, rows=()), asked, get_eyes(request)),
        rows=shown.rows,
        matching=page.total,
        page=number,
        pages=pages,
        words=words,
        previous=_link(asked, number - 1) if number > 1 else "",
        next=_link(asked, number + 1) if number < pages else "",
    )


def _link(asked: QueryDict, number: int) -> str:
    kept = [(key, value) for key, values in asked.lists() for value in values]
    kept = [each for each in kept if each[0] not in {f"{NAME}.page", f"{NAME}.export"}]
    return "?" + urlencode([*kept, (f"{NAME}.page", str(number))])


def _read_page(asked: QueryDict) -> int:
    written = asked.get(f"{NAME}.page", "1")
    is_number = written.isascii() and written.isdigit() and len(written) < 10
    return max(1, int(written)) if is_number else 1
