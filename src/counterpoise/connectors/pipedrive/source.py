"""A company's Pipedrive, as the port asks for it.

Records say when they were last updated, and are listed by it. Deletions of deals are listed for 30
days; those of other records are known from what changed recently.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa

from counterpoise.connectors.pipedrive.client import Client, Login, NotSeen
from counterpoise.connectors.pipedrive.history import list_changes, read_moment
from counterpoise.connectors.pipedrive.objects import HISTORY, KINDS, Kind, get_kind
from counterpoise.connectors.pipedrive.records import (
    Known,
    Row,
    build_row,
    list_columns,
    read_customs,
    read_options,
)
from counterpoise.connectors.sources.columns import build_batches
from counterpoise.connectors.sources.meaning import Tongue, map_object
from counterpoise.connectors.sources.port import Removed, SourceField, SourceObject
from counterpoise.connectors.sources.tokens import Session
from counterpoise.domain.tables.mapping import FileMapping

PIPEDRIVE = Tongue("pipedrive", "Pipedrive")
HISTORY_DAYS = 365
KEPT_DAYS = 30
"""How long Pipedrive keeps what was deleted."""
_SECOND = timedelta(seconds=1)


class Pipedrive:
    """name: the connection's, which its rows carry as their source. history_days: how long ago a
    deal may have changed for its history to be read at first, for each deal costs a question."""

    def __init__(
        self, session: Session, login: Login, name: str, history_days: int = HISTORY_DAYS
    ) -> None:
        self._client = Client(session, login)
        self._name, self._history_days = name, history_days

    def describe(self) -> tuple[SourceObject, ...]:
        """What this access may not see is left out."""
        found = []
        for kind in KINDS:
            with suppress(NotSeen):
                found.append(self._describe(kind))
        return tuple(found)

    def map(self, described: SourceObject) -> FileMapping:
        kind = get_kind(described.name)
        known = {*kind.columns}
        own = frozenset(each.name for each in described.fields if each.name not in known)
        return map_object(described, self._name, PIPEDRIVE, kind.named, own)

    def read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.RecordBatch]:
        names = [each.name for each in described.fields]
        kind = get_kind(described.name)
        if kind.name == HISTORY:
            yield from build_batches(self._read_history(since, until), names)
            return
        known = self._learn(kind)
        rows = (build_row(kind, each, known) for each in self._read_records(kind, since, until))
        yield from build_batches(rows, names)

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        """Of two records that were merged, one is gone: Pipedrive does not say into which."""
        kind = get_kind(described.name)
        begin = max(since or until - timedelta(days=KEPT_DAYS), until - timedelta(days=KEPT_DAYS))
        if kind.name == "deals":
            parameters = {**_within(begin, until), "status": "deleted"}
            for page in self._client.list_all("/api/v2/deals", **parameters):
                for record in page:
                    yield Removed(str(record["id"]), read_moment(str(record["update_time"])))
        elif kind.recent:
            yield from self._read_recent(kind, begin, until)

    def count(self, described: SourceObject) -> int | None:
        """None for the history: how many changes there are, only reading them tells."""
        kind = get_kind(described.name)
        if kind.name == HISTORY:
            return None
        return sum(1 for _ in self._read_records(kind, None, datetime.max.replace(tzinfo=UTC)))

    def _describe(self, kind: Kind) -> SourceObject:
        customs = read_customs(kind, self._list_fields(kind))
        for path in kind.paths:
            self._client.get(path, limit="1")
        names = (*kind.columns, *list_columns(customs))
        fields = tuple(SourceField(each, "string") for each in names)
        return SourceObject(kind.name, kind.table, fields, kind.keeps_time)

    def _list_fields(self, kind: Kind) -> list[Mapping[str, Any]]:
        if not kind.fields:
            return []
        return [field for page in self._client.list_all(kind.fields) for field in page]

    def _learn(self, kind: Kind) -> Known:
        fields = self._list_fields(kind)
        labels = [read_options(each) for each in fields if each["field_code"] == "label_ids"]
        is_deal = kind.name == "deals"
        return Known(
            customs=read_customs(kind, fields),
            labels=labels[0] if labels else {} if "label_ids" in kind.columns else None,
            stages=self._stages if is_deal else None,
            pipelines=self._pipelines if is_deal else None,
        )

    def _read_records(
        self, kind: Kind, since: datetime | None, until: datetime
    ) -> Iterator[dict[str, Any]]:
        parameters = {} if since is None or not kind.keeps_time else _within(since, until)
        for path in kind.paths:
            list_pages = (
                self._client.list_all if path.startswith("/api/v2") else self._client.list_by_place
            )
            for page in list_pages(path, **parameters):
                held = (each for each in page if not each.get("is_deleted"))
                yield from (each for each in held if not parameters or _lies(each, since, until))

    def _read_history(self, since: datetime | None, until: datetime) -> Iterator[Row]:
        names = {"stage_id": self._stages, "pipeline_id": self._pipelines}
        begin = since or until - timedelta(days=self._history_days)
        for deal in self._read_records(get_kind("deals"), begin, until):
            path = f"/v1/deals/{deal['id']}/changelog"
            changes = [each for page in self._client.list_all(path) for each in page]
            yield from list_changes(deal, changes, names, since)

    def _read_recent(self, kind: Kind, since: datetime, until: datetime) -> Iterator[Removed]:
        """The newest word on a record holds: one that was deleted may have been brought back."""
        told: dict[str, Removed | None] = {}
        written = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        pages = self._client.list_by_place(
            "/v1/recents", since_timestamp=written, items=kind.recent
        )
        for page in pages:
            for each in page:
                data = each.get("data") or {}
                at = read_moment(str(data["update_time"]))
                is_gone = not data.get("active_flag", True) and at <= until
                id_ = str(each["id"])
                told[id_] = Removed(id_, at) if is_gone else None
        yield from (each for each in told.values() if each)

    @cached_property
    def _stages(self) -> Mapping[str, str]:
        return self._list_names("/api/v2/stages")

    @cached_property
    def _pipelines(self) -> Mapping[str, str]:
        return self._list_names("/api/v2/pipelines")

    def _list_names(self, path: str) -> Mapping[str, str]:
        pages = self._client.list_all(path)
        return {str(each["id"]): str(each["name"]) for page in pages for each in page}


def _lies(record: Mapping[str, Any], since: datetime | None, until: datetime) -> bool:
    moved = read_moment(str(record["update_time"]))
    return (since is None or since <= moved) and moved <= until


def _within(since: datetime, until: datetime) -> dict[str, str]:
    """Pipedrive lists what is later than a second, so the second before is named."""
    return {"updated_since": _write(since - _SECOND), "updated_until": _write(until + _SECOND)}


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
