"""What Salesforce keeps in several fields and one attribute needs: columns made beside its own.

Also writes numbers plainly (Salesforce writes 12,000,000 as 1.2E7) and percentages with their
sign, so that a reading of a single deal at 1 % cannot be taken for 100 %.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

NUMBERS = frozenset({"double", "currency", "percent", "int", "long"})
_DEAL, _PERSON, _PROSPECT = "006", "003", "00Q"

Columns = Mapping[str, pa.ChunkedArray]
Make = Callable[[Columns], pa.ChunkedArray]


def list_made(kind: str, visible: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns that can be made of what this account may see."""
    return tuple(name for name, (needed, _) in _MADE.get(kind, {}).items() if needed in visible)


def complete(kind: str, types: Mapping[str, str], page: pa.Table) -> pa.Table:
    """The page with plain numbers, and with the columns that are made."""
    for place, name in enumerate(page.column_names):
        if types.get(name) in NUMBERS:
            page = page.set_column(place, name, _write_plainly(page[name], types[name]))
    for name, (needed, make) in _MADE.get(kind, {}).items():
        if needed in page.column_names:
            held = _Held(page)
            page = page.append_column(name, make(held).cast(pa.string()))
    return page


class _Held(Mapping[str, pa.ChunkedArray]):
    """Columns of a page; one that this account may not see has no values."""

    def __init__(self, page: pa.Table) -> None:
        self._page = page

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        if name in self._page.column_names:
            return self._page[name]
        return pa.chunked_array([pa.nulls(self._page.num_rows, pa.string())])

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._page.column_names)

    def __len__(self) -> int:
        return int(self._page.num_columns)


def _write_plainly(column: pa.ChunkedArray, type_: str) -> pa.ChunkedArray:
    if pc.any(pc.match_substring_regex(column, "[eE]")).as_py():
        column = pa.chunked_array([[_expand(each) for each in column.to_pylist()]], pa.string())
    if type_ == "percent":
        column = pc.binary_join_element_wise(column, "%", "")
    return column


def _expand(number: str | None) -> str | None:
    if number is None or "e" not in number.lower():
        return number
    return f"{Decimal(number):f}"


def _status(held: Columns) -> pa.ChunkedArray:
    is_won = pc.equal(pc.fill_null(held["IsWon"], ""), "true")
    is_closed = pc.equal(pc.fill_null(held["IsClosed"], ""), "true")
    return pc.if_else(is_won, "won", pc.if_else(is_closed, "lost", "open"))


def _keep(field: str, prefix: str) -> Make:
    """Ids of one object only: what the id of a record begins with says which object it is of."""

    def make(held: Columns) -> pa.ChunkedArray:
        return pc.if_else(pc.starts_with(held[field], prefix), held[field], None)

    return make


def _first(*fields: str, otherwise: str | None = None) -> Make:
    def make(held: Columns) -> pa.ChunkedArray:
        found = pc.coalesce(*(held[each] for each in fields))
        return found if otherwise is None else pc.fill_null(found, otherwise)

    return make


def _direction(held: Columns) -> pa.ChunkedArray:
    """A call within the company goes neither in nor out."""
    return pc.if_else(pc.equal(held["CallType"], "Internal"), None, held["CallType"])


def _minutes(held: Columns) -> pa.ChunkedArray:
    seconds = held["CallDurationInSeconds"].to_pylist()
    return pa.chunked_array(
        [[None if each is None else f"{Decimal(each) / 60:.2f}" for each in seconds]], pa.string()
    )


def _ends_before(held: Columns) -> pa.ChunkedArray:
    """Salesforce names the last day of a period; a period here ends before a day."""
    days = held["Period.EndDate"].to_pylist()
    return pa.chunked_array(
        [[None if each is None else _next_day(each) for each in days]], pa.string()
    )


def _next_day(written: str) -> str:
    return (date.fromisoformat(written[:10]) + timedelta(days=1)).isoformat()


_LINKS: Mapping[str, tuple[str, Make]] = {
    "What.OpportunityId": ("WhatId", _keep("WhatId", _DEAL)),
    "Who.ContactId": ("WhoId", _keep("WhoId", _PERSON)),
    "Who.LeadId": ("WhoId", _keep("WhoId", _PROSPECT)),
}
_MADE: Mapping[str, Mapping[str, tuple[str, Make]]] = MappingProxyType(
    {
        "Opportunity": {"StageName.Status": ("IsClosed", _status)},
        "Task": {
            **_LINKS,
            "Activity.Type": ("Id", _first("Type", "TaskSubtype", otherwise="Task")),
            "Activity.At": ("Id", _first("CompletedDateTime", "ActivityDate", "CreatedDate")),
            "Activity.Minutes": ("CallDurationInSeconds", _minutes),
            "Activity.Direction": ("CallType", _direction),
        },
        "Event": {
            **_LINKS,
            "Activity.Type": ("Id", _first("Type", "EventSubtype", otherwise="Event")),
            "Activity.At": ("Id", _first("StartDateTime", "ActivityDateTime", "ActivityDate")),
            "Activity.Minutes": ("DurationInMinutes", _first("DurationInMinutes")),
        },
        "ForecastingQuota": {"Period.EndsBefore": ("Period.EndDate", _ends_before)},
    }
)
