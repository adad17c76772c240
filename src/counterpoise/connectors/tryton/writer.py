"""Writes to Tryton what a record is to be, unless somebody changed it since we read it.

The comparison and the write cannot be parted by somebody else's: Tryton is told which version of
the record was compared, and refuses to write over a newer one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from counterpoise.connectors.sources.columns import write_text
from counterpoise.connectors.sources.comparing import judge
from counterpoise.connectors.sources.port import (
    SourceRefused,
    SourceUnreachable,
    Write,
    Written,
)
from counterpoise.connectors.tryton.client import Changed, Client
from counterpoise.connectors.tryton.values import Unwritable, read_record, write_value
from counterpoise.domain.values.text import text

BUTTONS = {
    "lead": "lead",
    "opportunity": "opportunity",
    "converted": "convert",
    "lost": "lost",
    "cancelled": "cancel",
}
"""The state of an opportunity is nobody's to write; it follows from what is done with it."""
_EVERYTHING = {"active_test": False}
_TRIES = 3
"""Times that a record is compared anew because it was written meanwhile."""


class TrytonWriter:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._types: dict[str, Mapping[str, str]] = {}

    def write(self, writes: Sequence[Write]) -> tuple[Written, ...]:
        return tuple(self._write_one(each) for each in writes)

    def _write_one(self, write: Write) -> Written:
        try:
            for _ in range(_TRIES):
                try:
                    return self._compare_and_write(write)
                except Changed:
                    continue  # by whom and what: the next comparison says it
            return Written(write.key, "again")
        except (SourceRefused, Unwritable) as error:
            return Written(write.key, "refused", str(error))
        except SourceUnreachable as error:
            return Written(write.key, "again", str(error))

    def _compare_and_write(self, write: Write) -> Written:
        types = self._read_types(write.object)
        if strange := sorted({*write.fields, *write.expected} - set(types)):
            said = text(
                "{object} has no field {name} in Tryton", object=write.object, name=strange[0]
            )
            return Written(write.key, "refused", str(said))
        found, version = self._find(write)
        if (judged := judge(write, found)) is not None:
            return judged
        values = {
            name: write_value(types[name], value)
            for name, value in write.fields.items()
            if name != "state"
        }
        record = int(write.source_id)
        compared = {"_timestamp": {f"{write.object},{record}": version}}
        if values:
            self._client.call(write.object, "write", [record], values, context=compared)
        if state := write.fields.get("state"):
            self._move(write.object, record, state, {} if values else compared)
        return Written(write.key, "done")

    def _move(self, model: str, record: int, state: str, compared: Mapping[str, Any]) -> None:
        if state not in BUTTONS:
            raise SourceRefused(
                text(
                    "no button of Tryton brings an opportunity to {state}; it comes from the sale",
                    state=state,
                )
            )
        self._client.call(model, BUTTONS[state], [record], context=compared)

    def _find(self, write: Write) -> tuple[dict[str, str | None] | None, Any]:
        names = sorted({*write.fields, *write.expected})
        if not write.source_id.isdecimal():
            return None, None
        found = self._client.call(
            write.object,
            "search_read",
            [["id", "=", int(write.source_id)]],
            0,
            1,
            None,
            [*names, "_timestamp"],
            context=_EVERYTHING,
        )
        if not found:
            return None, None
        record = read_record(found[0])
        return {name: write_text(record.get(name)) for name in names}, record["_timestamp"]

    def _read_types(self, model: str) -> Mapping[str, str]:
        if model not in self._types:
            if not self._client.knows(model, "write"):
                raise SourceRefused(text("{object} cannot be written in Tryton", object=model))
            described = self._client.call(model, "fields_get", [], 0)
            self._types[model] = {name: str(each["type"]) for name, each in described.items()}
        return self._types[model]
