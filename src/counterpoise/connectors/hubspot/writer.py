"""Writes to HubSpot, up to 100 records in a call; those that fail are told one by one.

Every record is read first: what is there already is not written, and what somebody changed since
we read it is left alone. HubSpot offers no condition on a call, so the moment between that look
and the writing stays open.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from counterpoise.connectors.hubspot.client import BATCH, Client, Login
from counterpoise.connectors.sources.columns import write_text
from counterpoise.connectors.sources.comparing import judge
from counterpoise.connectors.sources.port import SourceUnreachable, Write, Written
from counterpoise.connectors.sources.tokens import Session
from counterpoise.domain.values.text import text


class HubSpotWriter:
    """id_property: the unique property that knows a new record again; without it, nothing new is
    made."""

    def __init__(self, session: Session, login: Login, id_property: str = "") -> None:
        self._client = Client(session, login)
        self._id_property = id_property
        self.knows_keys = bool(id_property)
        self._closed: dict[str, Mapping[str, bool]] = {}

    def write(self, writes: Sequence[Write]) -> tuple[Written, ...]:
        answers: dict[str, Written] = {}
        for kind in dict.fromkeys(each.object for each in writes):
            mine = [each for each in writes if each.object == kind]
            for start in range(0, len(mine), BATCH):
                chunk = mine[start : start + BATCH]
                try:
                    answers |= {each.key: each for each in self._write(kind, chunk)}
                except SourceUnreachable as error:
                    said = str(error)
                    answers |= {each.key: Written(each.key, "again", said) for each in chunk}
        return tuple(answers[each.key] for each in writes)

    def _write(self, kind: str, writes: Sequence[Write]) -> list[Written]:
        done = [answer for each in writes if (answer := self._check(each))]
        refused = {each.key for each in done}
        open_ = [each for each in writes if each.key not in refused]
        found = self._find(kind, [each for each in open_ if each.source_id])
        todo = []
        for each in open_:
            judged = judge(each, found.get(each.source_id)) if each.source_id else None
            done += [judged] if judged else []
            todo += [] if judged else [each]
        changed = [each for each in todo if each.source_id]
        made = [each for each in todo if not each.source_id]
        return done + self._send(kind, "update", changed) + self._send(kind, "upsert", made)

    def _check(self, write: Write) -> Written | None:
        closed = self._list_closed(write.object)
        wrong = sorted(each for each in write.fields if closed.get(each, True))
        if wrong:
            said = text(
                "the connected user may not write {fields} of {object}",
                fields=", ".join(wrong),
                object=write.object,
            )
            return Written(write.key, "refused", str(said))
        if not write.source_id and not self._id_property:
            said = text(
                "nothing new is made in HubSpot until the connection names the property that holds"
                " our key"
            )
            return Written(write.key, "refused", str(said))
        return None

    def _list_closed(self, kind: str) -> Mapping[str, bool]:
        """Whether each property is only to be read."""
        if kind not in self._closed:
            held = self._client.get(f"/crm/v3/properties/{kind}")["results"]
            self._closed[kind] = {
                each["name"]: bool(each.get("modificationMetadata", {}).get("readOnlyValue"))
                or bool(each.get("calculated"))
                for each in held
            }
        return self._closed[kind]

    def _find(self, kind: str, writes: Sequence[Write]) -> Mapping[str, Mapping[str, str | None]]:
        if not writes:
            return {}
        names = sorted({name for each in writes for name in (*each.fields, *each.expected)})
        asked = {"inputs": [{"id": each.source_id} for each in writes], "properties": names}
        records = self._client.post(f"/crm/v3/objects/{kind}/batch/read", asked)["results"]
        return {
            str(record["id"]): {name: write_text(record["properties"].get(name)) for name in names}
            for record in records
        }

    def _send(self, kind: str, call: str, writes: Sequence[Write]) -> list[Written]:
        """One that HubSpot cannot take may make it refuse them all; then each is sent alone."""
        if not writes:
            return []
        inputs = [self._build_input(each) for each in writes]
        path = f"/crm/v3/objects/{kind}/batch/{call}"
        status, said = self._client.try_post(path, {"inputs": inputs})
        if status >= 400:
            if len(writes) > 1:
                return [answer for each in writes for answer in self._send(kind, call, [each])]
            return [Written(writes[0].key, "refused", str(said.get("message", status)))]
        return [self._read_result(each, said) for each in writes]

    def _build_input(self, write: Write) -> dict[str, Any]:
        values = {name: value or "" for name, value in write.fields.items()}
        if write.source_id:
            return {"id": write.source_id, "properties": values}
        known = {"idProperty": self._id_property, "id": write.key}
        return {**known, "properties": {**values, self._id_property: write.key}}

    def _read_result(self, write: Write, said: Mapping[str, Any]) -> Written:
        id_ = write.source_id or write.key
        for error in said.get("errors") or []:
            if id_ in [str(each) for each in error.get("context", {}).get("ids", [])]:
                return Written(write.key, "refused", str(error.get("message", "")))
        for record in said["results"]:
            is_made = record["properties"].get(self._id_property) == write.key
            if not write.source_id and is_made:
                was_there = record.get("new") is False
                made = str(record["id"])
                return Written(write.key, "known" if was_there else "done", source_id=made)
        return Written(write.key, "done", source_id=write.source_id)
