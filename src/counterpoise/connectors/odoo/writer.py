"""Writes to Odoo what a record is to be, unless somebody changed it since we read it.

Odoo takes no condition with a write, so the comparison is made right before it, in one record's
time: what somebody does between the two, within the same second, is written over.
"""

from collections.abc import Mapping, Sequence

from counterpoise.connectors.odoo.client import Client
from counterpoise.connectors.odoo.values import Unwritable, read_value, write_value
from counterpoise.connectors.sources.columns import write_text
from counterpoise.connectors.sources.comparing import judge
from counterpoise.connectors.sources.port import (
    SourceRefused,
    SourceUnreachable,
    Write,
    Written,
)
from counterpoise.domain.values.text import text


class OdooWriter:
    """The object of a write is as it is read, such as crm.lead/opportunity, or a model."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._types: dict[str, Mapping[str, str]] = {}

    def write(self, writes: Sequence[Write]) -> tuple[Written, ...]:
        return tuple(self._write_one(each) for each in writes)

    def _write_one(self, write: Write) -> Written:
        try:
            return self._compare_and_write(write)
        except (SourceRefused, Unwritable) as error:
            return Written(write.key, "refused", str(error))
        except SourceUnreachable as error:
            return Written(write.key, "again", str(error))

    def _compare_and_write(self, write: Write) -> Written:
        model = write.object.partition("/")[0]
        types = self._read_types(model)
        names = sorted({*write.fields, *write.expected})
        if strange := sorted(set(names) - set(types)):
            said = text("{object} has no field {name} in Odoo", object=model, name=strange[0])
            return Written(write.key, "refused", str(said))
        values = {name: write_value(types[name], value) for name, value in write.fields.items()}
        judged = judge(write, self._find(model, write.source_id, names, types))
        if judged is not None:
            return judged
        self._client.call(model, "write", [int(write.source_id)], vals=values)
        return Written(write.key, "done")

    def _find(
        self, model: str, source_id: str, names: Sequence[str], types: Mapping[str, str]
    ) -> dict[str, str | None] | None:
        if not source_id.isdecimal():
            return None
        found = self._client.call(
            model, "search_read", domain=[["id", "=", int(source_id)]], fields=list(names), limit=1
        )
        if not found:
            return None
        return {name: write_text(read_value(types[name], found[0].get(name))) for name in names}

    def _read_types(self, model: str) -> Mapping[str, str]:
        if model not in self._types:
            described = self._client.call(model, "fields_get", attributes=["type"])
            self._types[model] = {name: str(each["type"]) for name, each in described.items()}
        return self._types[model]
