"""A plan as a document, so that it can be checked, hashed and shown again years later.

Amounts are decimal text, dates ISO 8601, floats what Python prints for them, texts their template
and values. Reading what was written gives an equal plan, and its canonical bytes are the same.
"""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from counterpoise.domain.tables.capacity import InvalidPool
from counterpoise.domain.tables.plan import InvalidProblem, Plan
from counterpoise.domain.values.text import Text

FORMAT = "counterpoise-plan/1"
Document = dict[str, Any]


class UnreadablePlan(ValueError):
    """A document that holds no plan, or one that was changed into nonsense."""


def to_document(plan: Plan) -> Document:
    return {"format": FORMAT, **_write(plan)}


def from_document(document: Mapping[str, Any]) -> Plan:
    """Raises UnreadablePlan, naming the place that cannot be read."""
    if document.get("format") != FORMAT:
        raise UnreadablePlan(
            f"The document's format is {document.get('format')!r}, not {FORMAT!r}. Give a file that"
            " `counterpoise reconcile` saved."
        )
    content = {name: value for name, value in document.items() if name != "format"}
    try:
        plan: Plan = _read_dataclass(Plan, content, "plan")
    except (InvalidPool, InvalidProblem) as error:
        raise UnreadablePlan(f"The saved plan has no meaning: {error}") from None
    return plan


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document: keys sorted, no spaces, UTF-8."""
    written = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return written.encode()


def _write(value: Any) -> Any:
    match value:
        case Text():
            return {"template": value.template, "values": [_tag(*each) for each in value.values]}
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_write(each) for each in value]
        case None | str() | int() | float():
            return value
    assert is_dataclass(value), f"no form for {type(value)}"
    return {each.name: _write(getattr(value, each.name)) for each in fields(value)}


def _tag(name: str, value: Any) -> list[Any]:
    """Values of a text keep their type, which the reader's language needs."""
    return [name, type(value).__name__, _write(value)]


def _read(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        item = get_args(kind)[0]
        return tuple(
            _read(item, each, f"{where}[{place}]")
            for place, each in enumerate(_expect(list, value, where))
        )
    if origin is Literal:
        return _read_choice(get_args(kind), value, where)
    if origin in {Union, types.UnionType}:
        return None if value is None else _read(get_args(kind)[0], value, where)
    if kind is Text:
        return _read_text(value, where)
    if is_dataclass(kind):
        return _read_dataclass(kind, value, where)
    return _read_scalar(kind, value, where)


def _read_dataclass(kind: Any, value: Any, where: str) -> Any:
    found = _expect(dict, value, where)
    known = {each.name: each for each in fields(kind)}
    needed = {name for name, each in known.items() if each.default is MISSING}
    if wrong := (needed - set(found)) | (set(found) - set(known)):
        raise UnreadablePlan(f"{where} lacks or does not know {', '.join(sorted(wrong))}.")
    hints = get_type_hints(kind)
    return kind(
        **{name: _read(hints[name], each, f"{where}.{name}") for name, each in found.items()}
    )


def _read_choice(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    if value not in choices:
        listed = ", ".join(map(str, choices))
        raise UnreadablePlan(f"{where} is {value!r}. It must be one of: {listed}.")
    return value


def _read_text(value: Any, where: str) -> Text:
    found = _expect(dict, value, where)
    kinds = {"str": str, "int": int, "Decimal": Decimal, "date": date}
    values = []
    for entry in _expect(list, found.get("values"), f"{where}.values"):
        name, kind, written = (*_expect(list, entry, where), None, None, None)[:3]
        if kind not in kinds:
            raise UnreadablePlan(f"{where} holds {entry!r}, which is no value of a sentence.")
        values.append((_expect(str, name, where), _read_scalar(kinds[kind], written, where)))
    return Text(_expect(str, found.get("template"), where), tuple(values))


def _read_scalar(kind: Any, value: Any, where: str) -> Any:
    readers: dict[Any, Callable[[str], Any]] = {Decimal: Decimal, date: date.fromisoformat}
    if kind in readers:
        try:
            return readers[kind](_expect(str, value, where))
        except (InvalidOperation, ValueError):
            raise UnreadablePlan(f"{where} is {value!r}, which is no {kind.__name__}.") from None
    return _expect(kind, value, where)


def _expect(kind: Any, value: Any, where: str) -> Any:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise UnreadablePlan(f"{where} is {value!r}, where a {kind.__name__} should be.")
    return value
