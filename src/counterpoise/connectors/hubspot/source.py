"""A company's HubSpot, as the port asks for it.

The first reading goes through lists, which give every record; later ones search by the time of
change. HubSpot's search knows a change some moments late, which the overlap of readings makes up.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pyarrow as pa

from counterpoise.connectors.hubspot import history
from counterpoise.connectors.hubspot.client import BATCH, HISTORY_BATCH, Client, Login, NotSeen
from counterpoise.connectors.hubspot.objects import (
    HISTORY,
    KINDS,
    OWNERS,
    TEAMS,
    TRACKED,
    Kind,
    get_kind,
)
from counterpoise.connectors.hubspot.records import (
    Row,
    build_rows,
    list_made,
    read_moment,
    read_stages,
)
from counterpoise.connectors.sources.columns import build_batches
from counterpoise.connectors.sources.meaning import Tongue, map_object
from counterpoise.connectors.sources.port import Removed, SourceField, SourceObject
from counterpoise.connectors.sources.tokens import Session
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.tables.mapping import FileMapping

HUBSPOT = Tongue("hubspot", "HubSpot")
LONGEST_LIST = 6_000
"""Characters of property names in an address; more are asked for in a body."""
MERGED = "hs_merged_object_ids"
OWNER_FIELDS = (
    *("id", "name", "email", "firstName", "lastName", "userId", "team_id", "type"),
    *("is_active", "createdAt", "updatedAt"),
)
TEAM_FIELDS = ("id", "name", "userIds", "secondaryUserIds")


class HubSpot:
    """name: the connection's, which its rows carry as their source."""

    def __init__(self, session: Session, login: Login, name: str) -> None:
        self._client = Client(session, login)
        self._name = name

    def describe(self) -> tuple[SourceObject, ...]:
        """What this access has no scope for is left out."""
        found = []
        for kind in KINDS:
            with suppress(NotSeen):
                found.append(self._describe(kind))
        return tuple(found)

    def map(self, described: SourceObject) -> FileMapping:
        return map_object(described, self._name, HUBSPOT, get_kind(described.name).named)

    def read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.RecordBatch]:
        names = [each.name for each in described.fields]
        yield from build_batches(self._read_rows(described, since, until), names)

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        """What was archived, which HubSpot keeps for 90 days, and what was merged: out of two
        HubSpot makes a new record that names both."""
        if described.name in (OWNERS, TEAMS, HISTORY):
            return
        merged = {each.source_id: each for each in self._read_merged(described, since, until)}
        yield from merged.values()
        for page in self._client.list_all(_place(described.name), archived="true"):
            for record in page:
                at = read_moment(str(record.get("archivedAt") or record["updatedAt"]))
                id_ = str(record["id"])
                if id_ not in merged and (since is None or since <= at) and at <= until:
                    yield Removed(id_, at)

    def count(self, described: SourceObject) -> int | None:
        """None for the history: how many changes there are, only reading them tells."""
        if described.name == HISTORY:
            return None
        if described.name in (OWNERS, TEAMS):
            return sum(1 for _ in self._read_people(described.name))
        return self._client.count(described.name)

    def _describe(self, kind: Kind) -> SourceObject:
        if kind.name in (OWNERS, TEAMS):
            next(iter(self._read_people(kind.name)), None)
            names = OWNER_FIELDS if kind.name == OWNERS else TEAM_FIELDS
            return _describe_plainly(kind, names, keeps_time=False)
        if kind.name == HISTORY:
            self._client.get("/crm/v3/properties/deals")
            return _describe_plainly(kind, history.FIELDS, keeps_time=True)
        held = self._client.get(f"/crm/v3/properties/{kind.name}")["results"]
        fields = [
            SourceField(each["name"], each["type"], bool(each.get("calculated")))
            for each in held
            if _is_wanted(kind, each)
        ]
        seen = {each.name for each in fields}
        fields += [SourceField(each, "string") for each in list_made(kind) if each not in seen]
        return SourceObject(kind.name, kind.table, tuple(fields), kind.moved in seen)

    def _read_rows(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Row]:
        if described.name in (OWNERS, TEAMS):
            yield from self._read_people(described.name)
            return
        if described.name == HISTORY:
            yield from self._read_history(since, until)
            return
        kind = get_kind(described.name)
        stages = read_stages(self._client, kind.name) if kind.staged else {}
        properties = _list_properties(kind, described)
        for page in self._read_pages(kind, properties, since, until):
            for records in _part(page, BATCH):
                yield from build_rows(self._client, kind, records, stages)

    def _read_pages(
        self,
        kind: Kind,
        properties: Sequence[str],
        since: datetime | None,
        until: datetime,
    ) -> Iterator[list[dict[str, Any]]]:
        if since is not None:
            yield from self._client.search(kind.name, _within(kind, since, until), properties)
            return
        listed = ",".join(properties)
        if len(listed) <= LONGEST_LIST:
            yield from self._client.list_all(_place(kind.name), properties=listed)
            return
        for page in self._client.list_all(_place(kind.name), properties="hs_object_id"):
            yield self._read_batch(kind.name, [each["id"] for each in page], properties)

    def _read_batch(
        self, kind: str, ids: Sequence[str], properties: Sequence[str]
    ) -> list[dict[str, Any]]:
        asked = {"inputs": [{"id": str(each)} for each in ids], "properties": list(properties)}
        return list(self._client.post(f"{_place(kind)}/batch/read", asked)["results"])

    def _read_history(self, since: datetime | None, until: datetime) -> Iterator[Row]:
        held = self._client.get("/crm/v3/properties/deals")["results"]
        visible = [each for each in TRACKED if each in {it["name"] for it in held}]
        deals = get_kind("deals")
        stages = read_stages(self._client, deals.name)
        for page in self._read_pages(deals, ["hs_object_id"], since, until):
            for records in _part(page, HISTORY_BATCH):
                asked = {
                    "inputs": [{"id": str(each["id"])} for each in records],
                    "propertiesWithHistory": visible,
                    "properties": [],
                }
                for deal in self._client.post("/crm/v3/objects/deals/batch/read", asked)["results"]:
                    yield from history.list_changes(
                        deal, visible, stages, self._owners_of_users, since
                    )

    def _read_merged(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        """The time of a merge is when the record that is left was first known by its two ids."""
        kind = get_kind(described.name)
        if MERGED not in {each.name for each in described.fields}:
            return
        within = [] if since is None else _within(kind, since, until)
        filters = [{"propertyName": MERGED, "operator": "HAS_PROPERTY"}, *within]
        for page in self._client.search(kind.name, filters, [MERGED]):
            for records in _part(page, HISTORY_BATCH):
                asked = {
                    "inputs": [{"id": str(each["id"])} for each in records],
                    "propertiesWithHistory": [MERGED],
                    "properties": [],
                }
                found = self._client.post(f"{_place(kind.name)}/batch/read", asked)["results"]
                for record in found:
                    yield from _list_merged(record)

    def _read_people(self, name: str) -> Iterator[Row]:
        if name == TEAMS:
            for team in self._client.get("/settings/v3/users/teams")["results"]:
                yield {**team, "id": str(team["id"])}
            return
        for archived in ("false", "true"):
            for page in self._client.list_all("/crm/v3/owners", archived=archived):
                yield from (_read_owner(each) for each in page if each.get("type") != "QUEUE")

    @cached_property
    def _owners_of_users(self) -> Mapping[str, str]:
        with suppress(NotSeen):
            return {str(each["userId"]): each["id"] for each in self._read_people(OWNERS)}
        return {}


def _describe_plainly(kind: Kind, names: Sequence[str], *, keeps_time: bool) -> SourceObject:
    fields = tuple(SourceField(each, "string") for each in names)
    return SourceObject(kind.name, kind.table, fields, keeps_time)


def _is_wanted(kind: Kind, property_: Mapping[str, Any]) -> bool:
    """The company's own properties, and those of HubSpot's hundreds that mean something here."""
    name = property_["name"]
    if not property_.get("hubspotDefined", False):
        return True
    needed = {"hs_object_id", MERGED, kind.moved, kind.staged, "pipeline", *kind.wanted}
    return name in needed or name in kind.named.values() or name in _list_known(kind.table)


def _list_known(table: str) -> set[str]:
    attributes = get_table(table).attributes
    return {name for each in attributes for name in dict(each.names).get(HUBSPOT.crm, ())}


def _list_properties(kind: Kind, described: SourceObject) -> list[str]:
    made = set(list_made(kind))
    return [each.name for each in described.fields if each.name not in made]


def _place(kind: str) -> str:
    return f"/crm/v3/objects/{kind}"


def _within(kind: Kind, since: datetime, until: datetime) -> list[Mapping[str, str]]:
    return [
        {"propertyName": kind.moved, "operator": operator, "value": str(_count_ms(moment))}
        for operator, moment in (("GTE", since), ("LTE", until))
    ]


def _count_ms(moment: datetime) -> int:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return round((moment - epoch).total_seconds() * 1000)


def _list_merged(record: Mapping[str, Any]) -> Iterator[Removed]:
    told: set[str] = {str(record["id"])}
    entries = record.get("propertiesWithHistory", {}).get(MERGED) or []
    for entry in sorted(entries, key=lambda each: str(each["timestamp"])):
        for id_ in str(entry.get("value") or "").split(";"):
            if id_ and id_ not in told:
                told.add(id_)
                yield Removed(id_, read_moment(str(entry["timestamp"])), str(record["id"]))


def _read_owner(owner: Mapping[str, Any]) -> Row:
    teams = owner.get("teams") or []
    primary = [each for each in teams if each.get("primary")] or teams
    named = f"{owner.get('firstName') or ''} {owner.get('lastName') or ''}".strip()
    return {
        **owner,
        "id": str(owner["id"]),
        "name": named or owner.get("email"),
        "team_id": str(primary[0]["id"]) if primary else None,
        "is_active": not owner.get("archived", False),
    }


def _part(rows: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
