"""A record of Pipedrive as a row: nested parts flat, custom fields under the names people know.

A custom field is a key of 40 characters; people know its name, which the company may change or
give twice. An option is a number; people know its label.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterpoise.connectors.pipedrive.objects import Kind
from counterpoise.connectors.sources.columns import flatten

Row = dict[str, Any]
_OPTIONS = frozenset({"enum", "set"})
_SHOWN_OF_KEY = 8


@dataclass(frozen=True, slots=True)
class Custom:
    """column: its name, with the beginning of its key where two are called alike."""

    key: str
    column: str
    type: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a record only has the number of. stages: name and pipeline by id; labels: of records
    of this kind."""

    customs: tuple[Custom, ...] = ()
    labels: Mapping[str, str] | None = None
    stages: Mapping[str, str] | None = None
    pipelines: Mapping[str, str] | None = None


def read_customs(kind: Kind, fields: Sequence[Mapping[str, Any]]) -> tuple[Custom, ...]:
    own = [each for each in fields if each.get("is_custom_field")]
    names = Counter(str(each["field_name"]) for each in own)
    found = []
    for each in own:
        name, key = str(each["field_name"]), str(each["field_code"])
        is_taken = names[name] > 1 or name in kind.columns
        column = f"{name} ({key[:_SHOWN_OF_KEY]})" if is_taken else name
        found.append(Custom(key, column, str(each["field_type"]), read_options(each)))
    return tuple(found)


def read_options(field: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(each["id"]): str(each["label"]) for each in field.get("options") or []}


def list_columns(customs: Sequence[Custom]) -> tuple[str, ...]:
    listed: list[str] = []
    for each in customs:
        listed += [each.column, *([_currency_of(each)] if each.type == "monetary" else [])]
    return tuple(listed)


def build_row(kind: Kind, record: Mapping[str, Any], known: Known) -> Row:
    held = {name: value for name, value in record.items() if name != "custom_fields"}
    customs = record.get("custom_fields") or {}
    row: Row = {name: value for name, value in flatten(held).items() if name in kind.columns}
    if known.labels is not None:
        labels = [known.labels.get(str(each), str(each)) for each in record.get("label_ids") or []]
        row["label_names"] = ", ".join(labels) or None
    for custom in known.customs:
        row |= _read_custom(custom, customs.get(custom.key))
    return {**row, **_make(kind.name, record, known)}


def write_percent(value: Any) -> str | None:
    """With its sign, so that a reading of one deal at 1 % cannot be taken for 100 %."""
    return None if value is None else f"{value}%"


def _make(kind: str, record: Mapping[str, Any], known: Known) -> Row:
    if kind == "deals":
        stage, pipeline = str(record.get("stage_id")), str(record.get("pipeline_id"))
        return {
            "stage.name": (known.stages or {}).get(stage, stage),
            "pipeline.name": (known.pipelines or {}).get(pipeline, pipeline),
            "probability": write_percent(record.get("probability")),
        }
    if kind == "persons":
        return {name: _find_primary(record.get(name)) for name in ("emails", "phones")}
    if kind == "activities":
        return {"activity.at": _find_time(record), "activity.minutes": _count_minutes(record)}
    if kind == "products":
        prices = record.get("prices") or [{}]
        return {"price": prices[0].get("price"), "price.currency": prices[0].get("currency")}
    return {}


def _read_custom(custom: Custom, value: Any) -> Row:
    if custom.type == "monetary":
        held = value or {}
        return {custom.column: held.get("value"), _currency_of(custom): held.get("currency")}
    if isinstance(value, Mapping):
        value = value.get("value") or value.get("formatted_address") or value.get("id")
    if custom.type in _OPTIONS and value is not None:
        chosen = value if isinstance(value, list) else [value]
        return {custom.column: ", ".join(custom.options.get(str(e), str(e)) for e in chosen)}
    return {custom.column: value}


def _currency_of(custom: Custom) -> str:
    return f"{custom.column} currency"


def _find_primary(values: Sequence[Mapping[str, Any]] | None) -> str | None:
    listed = [each for each in values or [] if each.get("value")]
    primary = [each for each in listed if each.get("primary")] or listed
    return str(primary[0]["value"]) if primary else None


def _find_time(record: Mapping[str, Any]) -> str | None:
    """When it was done; else when it is due, kept in UTC; else when it was made."""
    if record.get("done") and record.get("marked_as_done_time"):
        return str(record["marked_as_done_time"])
    if not (day := record.get("due_date")):
        return record.get("add_time")
    at = str(record.get("due_time") or "")
    return f"{day}T{at[:5]}:00Z" if at else str(day)


def _count_minutes(record: Mapping[str, Any]) -> str | None:
    hours, _, minutes = str(record.get("duration") or "").partition(":")
    if not hours.isdigit() or not minutes[:2].isdigit():
        return None
    return str(Decimal(hours) * 60 + Decimal(minutes[:2]))
