"""Reads Tryton page by page, by id, so that what changes meanwhile moves no page.

A record has changed when it was written, or when one was that says something of it: a party's
address, a product's template.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from counterpoise.connectors.sources.columns import build_batches
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import (
    Removed,
    SourceField,
    SourceObject,
    SourceRefused,
)
from counterpoise.connectors.tryton import history, removed
from counterpoise.connectors.tryton.client import Client
from counterpoise.connectors.tryton.objects import (
    CHANGES,
    HISTORY,
    KINDS,
    KNOWN,
    STATUS,
    Known,
    map_object,
)
from counterpoise.connectors.tryton.values import read_record, write_moment
from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.domain.values.text import text

PAGE = 500
EVERYTHING = {"active_test": False}
"""Context: what was deactivated is there too."""
ADDRESS = {"addresses/city": "city", "addresses/country": "country.code"}


class TrytonSource:
    def __init__(self, name: str, client: Client, page: int = PAGE) -> None:
        self._name, self._client, self._page = name, client, page
        self._own: list[int] | None = None

    def describe(self) -> tuple[SourceObject, ...]:
        found = [self._describe(known) for known in KNOWN.values() if self._has(known.model)]
        described = [each for each in found if each is not None]
        if not described:
            raise SourceRefused(
                text(
                    "This user may see no party, employee, product or sale opportunity in Tryton."
                    " Give it the groups that may."
                )
            )
        if any(each.name == "sale.opportunity" for each in described):
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
            known = KNOWN["sale.opportunity"]
            pages = self._walk(known, ["id"], _window(known, since, until))
            changes = history.read_changes(self._client, pages, since, until)
            yield from build_batches(changes, names)
        else:
            yield from build_batches(self._read(described, since, until), names)

    def read_removed(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Removed]:
        """Where everything is read, what is missing shows by itself."""
        if since is None or described.name == CHANGES:
            return
        known = KNOWN[described.name]
        if known.keeps_history:
            yield from removed.compare_moments(self._client, known.model, since, until)
        elif self._client.knows("ir.model.log", "search_count"):
            yield from removed.read_log(self._client, known.model, since)
        if any(each.name == "replaced_by" for each in described.fields):
            yield from removed.read_replaced(self._client, known.model, since, until)

    def count(self, described: SourceObject) -> int | None:
        if described.name == CHANGES:
            return None
        domain = self._outside(KNOWN[described.name])
        counted = self._client.call(
            described.name, "search_count", domain, 0, None, context=EVERYTHING
        )
        return int(counted)

    def _has(self, model: str) -> bool:
        return self._client.knows(model)

    def _describe(self, known: Known) -> SourceObject | None:
        """The fields that this user may see: Tryton lists the others too, and refuses them.

        None where the model itself may not be read.
        """
        types = self._client.call(known.model, "fields_get", [], 0)
        names = [*known.attributes, *known.beside]
        asked = [each for each in names if _root(each) in types and "/" not in each]
        shown = self._list_shown(known.model, asked)
        if "id" not in shown:
            return None
        if "addresses" in types and self._list_shown("party.address", ["party", "city"]):
            shown |= set(ADDRESS)
        if "state" in shown:
            shown.add(STATUS)
        fields = [
            SourceField(each, types[each]["type"] if each in types else "char", "." in each)
            for each in names
            if each in shown
        ]
        return SourceObject(known.model, known.table, tuple(fields))

    def _list_shown(self, model: str, names: Sequence[str]) -> set[str]:
        if self._may_see(model, names):
            return set(names)
        return {each for each in names if self._may_see(model, [each])}

    def _may_see(self, model: str, names: Sequence[str]) -> bool:
        try:
            self._client.call(
                model, "search_read", [], 0, 1, [["id", "ASC"]], list(names), context=EVERYTHING
            )
        except SourceRefused:
            return False
        return True

    def _read(
        self, described: SourceObject, since: datetime | None, until: datetime
    ) -> Iterator[Mapping[str, Any]]:
        known = KNOWN[described.name]
        names = [each.name for each in described.fields]
        switches = [each.name for each in described.fields if each.type == "boolean"]
        asked = [each for each in names if "/" not in each]
        for page in self._walk(known, asked, _window(known, since, until)):
            if set(ADDRESS) & set(names):
                self._add_addresses(page)
            for record in page:
                record |= {each: bool(record.get(each)) for each in switches}
                if STATUS in names:
                    record[STATUS] = KINDS.get(record["state"])
                yield record

    def _walk(
        self, known: Known, names: Sequence[str], window: Sequence[Any]
    ) -> Iterator[list[dict[str, Any]]]:
        pages, last = Pages(known.model), 0
        while True:
            pages.go_to(last)
            domain = [["id", ">", last], *self._outside(known), *window]
            answered = self._client.call(
                known.model,
                "search_read",
                domain,
                0,
                self._page,
                [["id", "ASC"]],
                list(names),
                context=EVERYTHING,
            )
            records = [read_record(each) for each in answered]
            if records:
                yield records
            if len(records) < self._page:
                return
            last = records[-1]["id"]

    def _outside(self, known: Known) -> list[Any]:
        """Parties of the company itself and of its employees are no accounts."""
        if known.table != "account":
            return []
        if self._own is None:
            self._own = []
            for model in ("company.company", "company.employee"):
                if self._client.knows(model) and self._may_see(model, ["party"]):
                    held = self._client.call(
                        model, "search_read", [], 0, None, None, ["party"], context=EVERYTHING
                    )
                    self._own += [each["party"] for each in held]
        return [["id", "not in", self._own]] if self._own else []

    def _add_addresses(self, parties: Sequence[dict[str, Any]]) -> None:
        """A party's first address is its main one."""
        found: dict[int, dict[str, Any]] = {}
        answered = self._client.call(
            "party.address",
            "search_read",
            [["party", "in", [each["id"] for each in parties]]],
            0,
            None,
            [["party", "ASC"], ["sequence", "ASC NULLS FIRST"], ["id", "ASC"]],
            ["party", *ADDRESS.values()],
        )
        for address in answered:
            found.setdefault(address["party"], read_record(address))
        for party in parties:
            address = found.get(party["id"], {})
            party |= {name: address.get(held) for name, held in ADDRESS.items()}


def _root(name: str) -> str:
    return name.partition(".")[0]


def _window(known: Known, since: datetime | None, until: datetime) -> list[Any]:
    if since is None:
        return []
    first, last = write_moment(since), write_moment(until)
    touched = [["create_date", ">=", first], ["write_date", ">=", first]]
    for each in known.touched_by:
        touched += [[f"{each}.create_date", ">=", first], [f"{each}.write_date", ">=", first]]
    written = ["OR", ["write_date", "=", None], ["write_date", "<=", last]]
    return [["OR", *touched], ["create_date", "<=", last], written]
