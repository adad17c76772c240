"""The address and the name of a figure of a forecast."""

from datetime import date
from typing import get_args
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.tables.override import DIMENSIONS, FigureKey

Members = tuple[tuple[str, str], ...]


def read_address(asked: QueryDict) -> FigureKey:
    """Without a month it is of the whole period. Raises Http404 for what is no figure's address."""
    measure, written = asked.get("measure", ""), asked.get("month", "")
    try:
        month = date.fromisoformat(written + "-01") if written else None
    except ValueError:
        raise Http404 from None
    if measure not in get_args(Measure):
        raise Http404
    members = ((name, asked.get(name, "")) for name in DIMENSIONS)
    return measure, month, tuple(sorted((name, member) for name, member in members if member))


def write_query(cell: FigureKey) -> str:
    measure, month, by = cell
    of_month = [("month", f"{month:%Y-%m}")] if month else []
    return urlencode([("measure", measure), *of_month, *sorted(by)])


def link(name: str, period: str, cell: FigureKey) -> str:
    """The address of a figure's own page, or of what can be done there."""
    return f"{reverse(f'demand:{name}', args=[period])}?{write_query(cell)}"


def name_members(by: Members) -> str:
    """Region before product; the whole company where there is neither."""
    members = dict(by)
    found = [names.name_part(members[name]) for name in DIMENSIONS if name in members]
    return " × ".join(found) or _("Whole company")


def name_cell(cell: FigureKey, reader: Reader) -> str:
    measure, month, by = cell
    return _("{measure}, {month}: {members}").format(
        measure=names.name_code("measure", measure),
        month=reader.month(month) if month else _("whole period"),
        members=name_members(by),
    )
