"""What must be known of a build before its measures are asked: how far it reaches, what it logs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ibis.backends.sql import SQLBackend

from counterpoise.domain.values.zone import business_day
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import micros, number_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1841, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
_MONEY_TABLES = ("opportunity", "target")
_MOMENTS = {
    "opportunity": ("created_at", "closed_at", "updated_at"),
    "lead": ("created_at", "first_touch_at", "converted_at"),
    "activity": ("occurred_at",),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """last: business day of the last thing that the deals, their history and later loads tell of;
    present: that moment in microseconds. last_of_all: of everything that is measured. lacks_dates:
    whether some record does not say when it was created or, being closed, when that was. histories:
    sources whose own history is in the log, by attribute; logged: attributes that the log tells of
    at all. has_one_source: whether all deals and their log come from the same one, so that an id
    alone says which deal is meant. has_removed: whether any record was removed."""

    first_year: int | None
    last: int | None
    present: int | None
    last_of_all: date | None
    lacks_dates: bool
    histories: dict[str, frozenset[str]]
    logged: frozenset[str]
    has_one_source: bool
    has_removed: bool


def find_facts(backend: SQLBackend, zone: str) -> Facts:
    logged = _look_at_log(backend)
    looked_at = {table: _look_at(backend, table) for table in _MOMENTS}
    reach = {table: found[:-1] for table, found in looked_at.items()}
    deals = [*reach["opportunity"], *(each[name] for each in logged for name in ("first", "last"))]
    gone = [each[-1] for each in looked_at.values() if each[-1] is not None]
    moments = [each for found in (deals, reach["lead"], reach["activity"], gone) for each in found]
    days = sorted(business_day(_moment(each), zone) for each in moments if each is not None)
    told = [each["last"] for each in logged if each["origin"] != "dates"]
    known = [each for each in (*reach["opportunity"], *told) if each is not None]
    last = max(known, default=None)
    histories: dict[str, frozenset[str]] = {}
    for each in logged:
        if each["origin"] == "history":
            held = histories.get(each["attribute"], frozenset())
            histories[each["attribute"]] = held | {each["source"]}
    deals_say = _look_at_deals(backend)
    sources = {deals_say["first_source"], deals_say["last_source"]}
    sources |= {each["source"] for each in logged}
    return Facts(
        first_year=days[0].year if days else None,
        last=None if last is None else number_of(business_day(_moment(last), zone)),
        present=last,
        last_of_all=days[-1] if days else None,
        lacks_dates=bool(deals_say["undated"]),
        histories=histories,
        logged=frozenset(each["attribute"] for each in logged),
        has_one_source=len(sources - {None}) <= 1,
        has_removed=bool(gone),
    )


def list_currencies(backend: SQLBackend) -> tuple[str, ...]:
    """Currencies of the amounts of deals and targets."""
    tables = [running.read(backend, name) for name in _MONEY_TABLES]
    met = {
        row["currency"]
        for table in tables
        for row in running.fetch(backend, table.select("currency").distinct())
        if row["currency"]
    }
    return tuple(sorted(met))


def _look_at(backend: SQLBackend, name: str) -> list[int | None]:
    """The first and the last of a table's moments in microseconds; in the end its last removal."""
    table = running.read(backend, name)
    limits = {}
    for column in _MOMENTS[name]:
        limits[f"first_{column}"] = micros(backend, table[column].min())
        limits[f"last_{column}"] = micros(backend, table[column].max())
    limits["gone"] = micros(backend, table.deleted_at.max())
    return list(running.fetch(backend, table.agg(**limits))[0].values())


def _look_at_log(backend: SQLBackend) -> list[dict[str, Any]]:
    log = running.read(backend, "opportunity_change")
    return running.fetch(
        backend,
        log.group_by("source", "attribute", "origin").agg(
            first=micros(backend, log.changed_at.min()),
            last=micros(backend, log.changed_at.max()),
        ),
    )


def _look_at_deals(backend: SQLBackend) -> dict[str, Any]:
    deals = running.read(backend, "opportunity")
    is_closed = deals.status.isin(["won", "lost"])
    is_undated = deals.created_at.isnull() | (is_closed & deals.closed_at.isnull())
    return running.fetch(
        backend,
        deals.agg(
            undated=is_undated.ifelse(1, 0).sum(),
            first_source=deals.source.min(),
            last_source=deals.source.max(),
        ),
    )[0]


def _moment(micros: int) -> datetime:
    low, high = ((each - _EPOCH) // timedelta(microseconds=1) for each in (_EARLIEST, _LATEST))
    return _EPOCH + timedelta(microseconds=min(max(micros, low), high))
