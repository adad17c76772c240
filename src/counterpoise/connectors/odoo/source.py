"""Reads Odoo page by page, by id, so that what changes meanwhile moves no page.

What was archived is there too. What was deleted leaves no trace in Odoo, so it shows when
everything is read; so does a lead that went into another.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from counterpoise.connectors.odoo import history
from counterpoise.connectors.odoo.client import Client
from counterpoise.connectors.odoo.objects import (
    BECAME,
    CHANGES,
    CONVERTED,
    HISTORY,
    KNOWN,
    STATUS,
    Known,
    map_object,
)
from counterpoise.connectors.odoo.values import read_name, read_value, write_moment
from counterpoise.connectors.sources.columns import build_batches
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import (
    Removed,
    SourceField,
    SourceObject,
    SourceRefused,
)
from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.domain.values.text import text

PAGE = 1_000


class OdooSource:
    def __init__(self, name: str, client: Client, page: int = PAGE) -> None:
        self._name, self._client, self._page = name, client, page
        self._won: frozenset[int] | None = None

    def describe(self) -> tuple[SourceObject, ...]:
        self._client.enter()
        described = [found for each in KNOWN.values() if (found := self._describe(each))]
        if not described:
            raise SourceRefused(
                text(
                    "This user may see no lead, partner, user or team in Odoo. Give it the right"
                    " to see all documents of sales."
                )
            )
        if any(each.table == "opportunity" for each in described) and history.is_shown(
            self._client
        ):
            fields = tuple(SourceField(each, "char") for each in HISTORY.attributes)
            described.append(SourceObject(CHANGES, HISTORY.table, fields))
        return tuple(described)

    def map(self, described: SourceObject) -> FileMapping:
        return map_object(described, self._name)

    def read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[pa.RecordBatch]:
        names = [each.name for each in described.fields]
        if described.name == CHANGES:
            changes = history.read_changes(self._client, since, until, self._page)
            yield from build_batches(changes, names)
        else:
            yield from build_batches(self._read(described, since, until), names)

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        return iter(())

    def count(self, described: SourceObject) -> int | None:
        if described.name == CHANGES:
            return None
        known = KNOWN[described.name]
        return int(self._client.call(known.model, "search_count", domain=list(known.domain)))

    def _describe(self, known: Known) -> SourceObject | None:
        """The fields that this user may see; None where it may not read the model at all."""
        try:
            types = self._client.call(known.model, "fields_get", attributes=["type"])
            self._client.call(known.model, "search_read", domain=[], fields=["id"], limit=1)
        except SourceRefused:
            return None
        if "id" not in types:
            return None
        fields = []
        for name in (*known.attributes, *known.beside):
            root, _, part = name.partition("/")
            if name in known.made:
                fields.append(SourceField(name, "char", is_derived=True))
            elif root in types:
                kind = "char" if part else str(types[root]["type"])
                fields.append(SourceField(name, kind, is_derived=bool(part)))
        return SourceObject(known.name, known.table, tuple(fields))

    def _read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[dict[str, Any]]:
        known = KNOWN[described.name]
        roots = {each.name.partition("/")[0] for each in described.fields} - set(known.made)
        pages, last = Pages(described.name), 0
        while True:
            pages.go_to(last)
            records = self._client.call(
                known.model,
                "search_read",
                domain=[["id", ">", last], *known.domain, *_window(known, since, until)],
                fields=sorted(roots),
                limit=self._page,
                order="id asc",
            )
            for record in records:
                yield self._write(described, known, record)
            if len(records) < self._page:
                return
            last = records[-1]["id"]

    def _write(
        self, described: SourceObject, known: Known, record: Mapping[str, Any]
    ) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for field in described.fields:
            root, _, part = field.name.partition("/")
            if part:
                row[field.name] = read_name(record.get(root))
            elif field.name not in known.made:
                row[field.name] = read_value(field.type, record.get(root))
        if row.get("probability") is not None:
            row["probability"] = f"{row['probability']}%"
        if STATUS in known.made:
            row[STATUS] = self._judge(row)
        if CONVERTED in known.made:
            row[CONVERTED] = row.get("type") == "opportunity"
            row[BECAME] = row["id"] if row[CONVERTED] else None
        return row

    def _judge(self, row: Mapping[str, Any]) -> str:
        """Odoo archives what is lost; what is archived is in nobody's pipeline."""
        if row.get("stage_id") in self._list_won() or row.get("won_status") == "won":
            return "won"
        return "open" if row.get("active", True) else "lost"

    def _list_won(self) -> frozenset[int]:
        if self._won is None:
            won = self._client.call(
                "crm.stage", "search_read", domain=[["is_won", "=", True]], fields=["id"]
            )
            self._won = frozenset(each["id"] for each in won)
        return self._won


def _window(known: Known, since: datetime | None, until: datetime) -> list[Any]:
    """Odoo writes the moment of every change, a record's making included."""
    if since is None:
        return []
    first, last = write_moment(since), write_moment(until)
    changed: Sequence[Any] = [["write_date", ">=", first]]
    for each in known.touched_by:
        changed = ["|", *changed, [f"{each}.write_date", ">=", first]]
    return [*changed, ["write_date", "<=", last]]
