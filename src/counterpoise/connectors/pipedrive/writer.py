"""Writes to Pipedrive, which takes one record in a call.

Every record is read first: what is there already is not written, and what somebody changed since
we read it is left alone. Pipedrive offers no condition on a call, so the moment between that look
and the writing stays open.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from counterpoise.connectors.pipedrive.client import Client, Login, NotSeen
from counterpoise.connectors.pipedrive.objects import get_kind
from counterpoise.connectors.pipedrive.records import Custom, Known, build_row, read_customs
from counterpoise.connectors.sources.columns import write_text
from counterpoise.connectors.sources.comparing import judge
from counterpoise.connectors.sources.port import SourceUnreachable, Write, Written
from counterpoise.connectors.sources.tokens import Session
from counterpoise.domain.values.text import text

WRITABLE = frozenset(
    {"title", "name", "value", "currency", "status", "stage_id", "pipeline_id", "owner_id"}
    | {"person_id", "org_id", "probability", "expected_close_date", "lost_reason", "label_ids"}
    | {"subject", "type", "due_date", "due_time", "duration", "done", "first_name", "last_name"}
)
NUMBERS = frozenset(
    {"value", "probability", "stage_id", "pipeline_id", "owner_id", "person_id", "org_id"}
)


class PipedriveWriter:
    """key_field: the custom field that knows a new record again; without it, none is made.

    Pipedrive's search knows a new record some moments late, so it is not sure to know a key again.
    """

    def __init__(self, session: Session, login: Login, key_field: str = "") -> None:
        self._client = Client(session, login)
        self._key_field = key_field
        self._customs: dict[str, Mapping[str, Custom]] = {}

    def write(self, writes: Sequence[Write]) -> tuple[Written, ...]:
        return tuple(self._write(each) for each in writes)

    def _write(self, write: Write) -> Written:
        try:
            return self._check(write) or self._send(write)
        except SourceUnreachable as error:
            return Written(write.key, "again", str(error))
        except NotSeen as error:
            return Written(write.key, "refused", str(error))

    def _check(self, write: Write) -> Written | None:
        customs = self._list_customs(write.object)
        wrong = sorted(each for each in write.fields if each not in {*WRITABLE, *customs})
        if wrong:
            said = text(
                "the connected user may not write {fields} of {object}",
                fields=", ".join(wrong),
                object=write.object,
            )
            return Written(write.key, "refused", str(said))
        if not write.source_id and self._key_field not in customs:
            said = text(
                "nothing new is made in Pipedrive until the connection names the custom field that"
                " holds our key"
            )
            return Written(write.key, "refused", str(said))
        return None

    def _send(self, write: Write) -> Written:
        path = f"/api/v2/{write.object}"
        if not write.source_id:
            return self._make(write, path)
        record = self._client.find(f"{path}/{write.source_id}")
        is_gone = record is None or record.get("is_deleted")
        found = None if is_gone or record is None else self._show(write.object, record)
        if judged := judge(write, found):
            return judged
        status, said = self._client.try_send(
            "PATCH", f"{path}/{write.source_id}", self._build(write, write.fields)
        )
        return _read_answer(write, status, said)

    def _make(self, write: Write, path: str) -> Written:
        """Looked for by its key first: a call that was answered by nobody may have arrived."""
        key = self._list_customs(write.object)[self._key_field].key
        found = self._client.get(
            f"{path}/search", term=write.key, fields="custom_fields", exact_match="true"
        )
        for each in found["data"]["items"]:
            if write.key in [str(value) for value in each["item"].get("custom_fields") or []]:
                return Written(write.key, "known", source_id=str(each["item"]["id"]))
        body = self._build(write, write.fields)
        body["custom_fields"] = {**body.get("custom_fields", {}), key: write.key}
        return _read_answer(write, *self._client.try_send("POST", path, body))

    def _show(self, object_: str, record: Mapping[str, Any]) -> Mapping[str, str | None]:
        customs = tuple(self._list_customs(object_).values())
        row = build_row(get_kind(object_), record, Known(customs=customs))
        return {name: write_text(value) for name, value in row.items()}

    def _list_customs(self, object_: str) -> Mapping[str, Custom]:
        """By column."""
        if object_ not in self._customs:
            kind = get_kind(object_)
            pages = self._client.list_all(kind.fields) if kind.fields else ()
            fields = [field for page in pages for field in page]
            self._customs[object_] = {each.column: each for each in read_customs(kind, fields)}
        return self._customs[object_]

    def _build(self, write: Write, values: Mapping[str, str | None]) -> dict[str, Any]:
        customs = self._list_customs(write.object)
        own = {
            customs[name].key: _read_custom(customs[name], value)
            for name, value in values.items()
            if name in customs
        }
        plain = {
            name: _read_number(value) if name in NUMBERS else value
            for name, value in values.items()
            if name not in customs
        }
        return {**plain, "custom_fields": own} if own else plain


def _read_answer(write: Write, status: int, said: Any) -> Written:
    if status >= 400:
        told = said if isinstance(said, Mapping) else {}
        return Written(write.key, "refused", str(told.get("error", status)))
    return Written(write.key, "done", source_id=str(said["data"]["id"]))


def _read_custom(custom: Custom, value: str | None) -> Any:
    """Options by their label, numbers as numbers: v2 takes no number that is written as a text."""
    if not value:
        return None
    labels = {label: int(id_) for id_, label in custom.options.items()}
    if custom.type == "enum":
        return labels.get(value, value)
    if custom.type == "set":
        return [labels.get(each.strip(), each.strip()) for each in value.split(",")]
    return _read_number(value) if custom.type in ("double", "monetary", "int") else value


def _read_number(value: str | None) -> Any:
    if not value:
        return None
    try:
        number = Decimal(value.removesuffix("%"))
    except InvalidOperation:
        return value
    return int(number) if number == number.to_integral_value() else float(number)
