"""A company's Salesforce, as the port asks for it.

What changed is found by SystemModstamp, which moves with every change, those by the system too;
histories have none and never change, so there it is when the row was made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pyarrow as pa

from counterpoise.connectors.salesforce.bulk import read_bulk
from counterpoise.connectors.salesforce.client import LONGEST_URL, Client, Login
from counterpoise.connectors.salesforce.columns import complete, list_made
from counterpoise.connectors.salesforce.history import (
    DEAL,
    MADE,
    SNAPSHOT_FIELDS,
    STATUS,
    keep_changes,
    list_changes,
)
from counterpoise.connectors.salesforce.objects import (
    CHANGES,
    KINDS,
    SNAPSHOTS,
    STAGES,
    UNREADABLE,
    Kind,
    get_kind,
)
from counterpoise.connectors.sources.columns import build_batches, flatten
from counterpoise.connectors.sources.meaning import Tongue, map_object
from counterpoise.connectors.sources.port import Removed, SourceField, SourceObject
from counterpoise.connectors.sources.tokens import Session
from counterpoise.domain.tables.mapping import FileMapping

SALESFORCE = Tongue("salesforce", "Salesforce")
BULK_FROM = 10_000
IDS_A_QUERY = 400
_TIMES = ("SystemModstamp", "LastModifiedDate", "CreatedDate")


class Salesforce:
    """name: the connection's, which its rows carry as their source. bulk_from: from so many
    records on a job reads them, as Salesforce advises."""

    def __init__(
        self, session: Session, login: Login, name: str, bulk_from: int = BULK_FROM
    ) -> None:
        self._client = Client(session, login)
        self._name, self._bulk_from = name, bulk_from

    def describe(self) -> tuple[SourceObject, ...]:
        return tuple(self._describe(each) for each in KINDS if each.name in self._names)

    def map(self, described: SourceObject) -> FileMapping:
        kind = get_kind(described.name)
        return map_object(described, self._name, SALESFORCE, kind.named)

    def read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.RecordBatch]:
        kind = get_kind(described.name)
        names = [each.name for each in described.fields]
        if kind.name in (SNAPSHOTS, CHANGES):
            for page in self._read_history(described, since, until):
                held = [each for each in names if each in page.column_names]
                yield from page.select(held).to_batches()
            return
        types = {each.name: each.type for each in described.fields}
        for page in self._read_pages(kind, described, _within(described, since, until)):
            yield from complete(kind.name, types, page).select(names).to_batches()

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        """What lies in the recycle bin, which Salesforce empties after 15 days, and what was
        merged into another record."""
        fields = {each.name for each in described.fields}
        if described.name in (SNAPSHOTS, CHANGES) or "IsDeleted" not in fields:
            return
        into = ["MasterRecordId"] if "MasterRecordId" in fields else []
        moved = _find_time(described)
        where = ["IsDeleted = true", *_within(described, since, until)]
        soql = _write_soql(described.name, ["Id", moved, *into], where)
        for page in self._client.query(soql, is_all=True):
            for row in page:
                at = datetime.fromisoformat(row[moved])
                yield Removed(row["Id"], at.astimezone(UTC), row.get("MasterRecordId") or "")

    def count(self, described: SourceObject) -> int | None:
        """None for histories: one row of Salesforce's may be several changes, or none."""
        kind = get_kind(described.name)
        if kind.name in (SNAPSHOTS, CHANGES):
            return None
        soql = _write_soql(kind.name, ["COUNT()"], _list_conditions(kind))
        return self._client.count(soql, is_all=kind.with_archived)

    @cached_property
    def _names(self) -> frozenset[str]:
        listed = self._client.get("sobjects")["sobjects"]
        return frozenset(each["name"] for each in listed if each.get("queryable", True))

    def _describe(self, kind: Kind) -> SourceObject:
        held = [
            each
            for each in self._client.get(f"sobjects/{kind.name}/describe")["fields"]
            if each["type"] not in UNREADABLE
        ]
        fields = [
            SourceField(each["name"], each["type"], bool(each.get("calculated"))) for each in held
        ]
        names = [each.name for each in fields]
        fields += [SourceField(each, "string") for by, each in kind.related.items() if by in names]
        made = _list_made(kind, [each.name for each in fields])
        fields += [SourceField(each, "string") for each in made]
        keeps_time = any(each in names for each in _TIMES)
        return SourceObject(kind.name, kind.table, tuple(fields), keeps_time)

    def _read_pages(
        self, kind: Kind, described: SourceObject, within: Sequence[str]
    ) -> Iterator[pa.Table]:
        where = [*_list_conditions(kind), *within]
        fields = _list_own(kind, described)
        soql = _write_soql(kind.name, fields, where)
        number = self._client.count(
            _write_soql(kind.name, ["COUNT()"], where), is_all=kind.with_archived
        )
        if number >= self._bulk_from or len(soql) > LONGEST_URL:
            yield from read_bulk(self._client, soql, is_all=kind.with_archived)
        elif number:
            yield from self._query(soql, fields, is_all=kind.with_archived)

    def _query(self, soql: str, fields: Sequence[str], *, is_all: bool) -> Iterator[pa.Table]:
        for page in self._client.query(soql, is_all=is_all):
            for batch in build_batches((flatten(each) for each in page), fields):
                yield pa.Table.from_batches([batch])

    def _read_history(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.Table]:
        kind = get_kind(described.name)
        within = _within(described, since, until)
        if kind.name == CHANGES:
            pages = self._read_in_order(kind, described, within, "")
            told = SNAPSHOT_FIELDS if SNAPSHOTS in self._names else ()
            yield from keep_changes(pages, told)
            return
        visible = [each for each in SNAPSHOT_FIELDS if each in _list_own(kind, described)]
        order = f" ORDER BY {DEAL}, CreatedDate, Id"
        pages = self._read_in_order(kind, described, within, order)
        yield from list_changes(
            pages, visible, self._statuses, lambda ids: self._find_before(visible, ids, since)
        )

    def _read_in_order(
        self, kind: Kind, described: SourceObject, within: Sequence[str], order: str
    ) -> Iterator[pa.Table]:
        fields = _list_own(kind, described)
        number = self._client.count(_write_soql(kind.name, ["COUNT()"], within))
        soql = _write_soql(kind.name, fields, within) + order
        if number >= self._bulk_from:
            yield from read_bulk(self._client, soql)
        elif number:
            yield from self._query(soql, fields, is_all=False)

    def _find_before(
        self, visible: Sequence[str], ids: Sequence[str], since: datetime | None
    ) -> pa.Table:
        """The last snapshot of each deal before the time that is read."""
        fields = [DEAL, *visible]
        if since is None:
            return _build_table((), fields)
        queries = []
        for start in range(0, len(ids), IDS_A_QUERY):
            listed = ", ".join(f"'{each}'" for each in ids[start : start + IDS_A_QUERY])
            where = [f"{DEAL} IN ({listed})", f"SystemModstamp < {_write_time(since)}"]
            soql = _write_soql(SNAPSHOTS, fields, where)
            queries.append(f"{soql} ORDER BY {DEAL}, CreatedDate, Id")
        found: dict[str, Mapping[str, Any]] = {}
        for page in self._client.query_many(queries):
            found |= {each[DEAL]: each for each in page}
        return _build_table(found.values(), fields)

    @cached_property
    def _statuses(self) -> Mapping[str, str]:
        """open, won or lost by the name of the stage; none where this account may not see them."""
        if STAGES not in self._names:
            return {}
        found: dict[str, str] = {}
        fields = ["ApiName", "MasterLabel", "IsClosed", "IsWon"]
        for page in self._client.query(_write_soql(STAGES, fields, [])):
            for row in page:
                status = "won" if row["IsWon"] else "lost" if row["IsClosed"] else "open"
                found |= {row["ApiName"]: status, row["MasterLabel"]: status}
        return found


def _build_table(records: Iterable[Mapping[str, Any]], names: Sequence[str]) -> pa.Table:
    schema = pa.schema([(each, pa.string()) for each in names])
    return pa.Table.from_batches(list(build_batches(records, names)), schema)


def _list_made(kind: Kind, visible: Sequence[str]) -> tuple[str, ...]:
    if kind.name == SNAPSHOTS:
        return MADE
    return list_made(kind.name, visible)


def _list_own(kind: Kind, described: SourceObject) -> list[str]:
    """The fields that Salesforce itself has, to be asked for."""
    names = [each.name for each in described.fields]
    made = set(_list_made(kind, names)) | {STATUS}
    return [each for each in names if each not in made]


def _list_conditions(kind: Kind) -> list[str]:
    kept = ["IsDeleted = false"] if kind.with_archived else []
    return [*kept, *([kind.condition] if kind.condition else [])]


def _find_time(described: SourceObject) -> str:
    names = {each.name for each in described.fields}
    return next(each for each in _TIMES if each in names)


def _within(described: SourceObject, since: datetime | None, until: datetime) -> list[str]:
    if not described.keeps_time:
        return []
    moved = _find_time(described)
    begins = [] if since is None else [f"{moved} >= {_write_time(since)}"]
    return [*begins, f"{moved} <= {_write_time(until)}"]


def _write_soql(name: str, fields: Sequence[str], where: Sequence[str]) -> str:
    kept = f" WHERE {' AND '.join(where)}" if where else ""
    return f"SELECT {', '.join(fields)} FROM {name}{kept}"


def _write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
