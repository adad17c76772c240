"""Writes to Salesforce, up to 200 records in a call, each taken or refused by itself.

Every record is read first: what is there already is not written, and what somebody changed since
we read it is left alone. Salesforce offers no condition on a call for many records, so the moment
between that look and the writing, some tenths of a second, stays open.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from counterpoise.connectors.salesforce.client import Client, Login
from counterpoise.connectors.salesforce.columns import NUMBERS
from counterpoise.connectors.sources.columns import write_text
from counterpoise.connectors.sources.comparing import judge
from counterpoise.connectors.sources.port import SourceUnreachable, Write, Written
from counterpoise.connectors.sources.tokens import Session
from counterpoise.domain.values.text import text

MOST = 200
WAIT_SECONDS = 60.0
_PASSING = frozenset(
    {"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "TXN_SECURITY_METERING_ERROR"}
)


class SalesforceWriter:
    """external_id: the field that knows a new record again, such as Counterpoise_Key__c; without
    it, nothing new is made."""

    def __init__(self, session: Session, login: Login, external_id: str = "") -> None:
        self._client = Client(session, login)
        self._external_id = external_id
        self.knows_keys = bool(external_id)
        self._types: dict[str, Mapping[str, str]] = {}

    def write(self, writes: Sequence[Write]) -> tuple[Written, ...]:
        answers: dict[str, Written] = {}
        for object_ in dict.fromkeys(each.object for each in writes):
            mine = [each for each in writes if each.object == object_]
            for start in range(0, len(mine), MOST):
                chunk = mine[start : start + MOST]
                try:
                    answers |= {each.key: each for each in self._write(object_, chunk)}
                except SourceUnreachable as error:
                    said = str(error)
                    answers |= {each.key: Written(each.key, "again", said) for each in chunk}
        return tuple(answers[each.key] for each in writes)

    def _write(self, object_: str, writes: Sequence[Write]) -> list[Written]:
        types = self._list_writable(object_)
        done = [answer for each in writes if (answer := _check(each, types))]
        refused = {each.key for each in done}
        open_ = [each for each in writes if each.key not in refused]
        known = [each for each in open_ if each.source_id]
        found = self._find(object_, known)
        todo = []
        for each in known:
            judged = judge(each, found.get(each.source_id))
            todo += [] if judged else [each]
            done += [judged] if judged else []
        done += self._send(todo, "composite/sobjects", types)
        return done + self._make([each for each in open_ if not each.source_id], types)

    def _list_writable(self, object_: str) -> Mapping[str, str]:
        """The types of the fields that this account may write."""
        if object_ not in self._types:
            fields = self._client.get(f"sobjects/{object_}/describe")["fields"]
            self._types[object_] = {
                each["name"]: each["type"] for each in fields if each["updateable"]
            }
        return self._types[object_]

    def _find(
        self, object_: str, writes: Sequence[Write]
    ) -> Mapping[str, Mapping[str, str | None]]:
        if not writes:
            return {}
        names = sorted({name for each in writes for name in (*each.fields, *each.expected)})
        asked = {"ids": [each.source_id for each in writes], "fields": ["Id", *names]}
        rows = self._client.post(f"composite/sobjects/{object_}", asked)
        return {
            row["Id"]: {name: write_text(row.get(name)) for name in names} for row in rows if row
        }

    def _make(self, writes: Sequence[Write], types: Mapping[str, str]) -> list[Written]:
        """A new record is known again by its key: made twice, it is there once."""
        if not self._external_id:
            said = str(
                text(
                    "nothing new is made in Salesforce until the connection names the field that"
                    " holds our key"
                )
            )
            return [Written(each.key, "refused", said) for each in writes]
        if not writes:
            return []
        path = f"composite/sobjects/{writes[0].object}/{self._external_id}"
        return self._send(writes, path, types, key=self._external_id)

    def _send(
        self, writes: Sequence[Write], path: str, types: Mapping[str, str], *, key: str = ""
    ) -> list[Written]:
        if not writes:
            return []
        records = []
        for each in writes:
            known = {key: each.key} if key else {"Id": each.source_id}
            values = {name: _read(value, types[name]) for name, value in each.fields.items()}
            records.append({"attributes": {"type": each.object}, **known, **values})
        results = self._client.patch(path, {"allOrNone": False, "records": records})
        return [_read_result(each, result) for each, result in zip(writes, results, strict=True)]


def _check(write: Write, types: Mapping[str, str]) -> Written | None:
    closed = sorted(set(write.fields) - set(types))
    if not closed:
        return None
    said = text(
        "the connected user may not write {fields} of {object}",
        fields=", ".join(closed),
        object=write.object,
    )
    return Written(write.key, "refused", str(said))


def _read_result(write: Write, result: Mapping[str, Any]) -> Written:
    if result["success"]:
        outcome: Literal["known", "done"] = "known" if result.get("created") is False else "done"
        return Written(write.key, outcome, source_id=result.get("id") or write.source_id)
    said = "; ".join(f"{each['statusCode']}: {each['message']}" for each in result["errors"])
    if any(each["statusCode"] in _PASSING for each in result["errors"]):
        return Written(write.key, "again", said, wait_seconds=WAIT_SECONDS)
    return Written(write.key, "refused", said)


def _read(value: str | None, type_: str) -> Any:
    """A number or a flag as JSON has it, so that Salesforce need not guess."""
    if not value:
        return None
    if type_ == "boolean":
        return value.strip().lower() == "true"
    if type_ in NUMBERS:
        number = Decimal(value.removesuffix("%"))
        return int(number) if number == number.to_integral_value() else float(number)
    return value
