"""Values as documents that can be read back: what was kept years ago is the same value again.

Amounts are decimal text, dates ISO 8601, floats what Python prints for them, sentences their
template and values, so that they can still be translated. What a field holds is known from its
type, so reading checks every place and names the one that does not fit. Arrays of numbers are
working material and are not kept: they come back empty.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.domain.values.text import Text

Kind = TypeVar("Kind")
_TEXT_KINDS: dict[str, Any] = {
    "str": str,
    "int": int,
    "Decimal": Decimal,
    "date": date,
    "Text": Text,
}


class UnreadableDocument(ValueError):
    """A document that does not hold the value it should, or that was changed into nonsense."""


def to_document(value: Any) -> Any:
    """The value as JSON has it: objects, lists, text, numbers, true, false and null."""
    if value is None or isinstance(value, np.ndarray):
        return None
    if isinstance(value, tuple | list):
        return [to_document(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): to_document(each) for key, each in value.items()}
    if isinstance(value, Text):
        return {"template": value.template, "values": [_tag(*each) for each in value.values]}
    if is_dataclass(value) and not isinstance(value, Period):
        return {each.name: to_document(getattr(value, each.name)) for each in fields(value)}
    return _write_scalar(value)


def from_document(kind: type[Kind], document: Any) -> Kind:
    """The value of this kind that was kept. Raises UnreadableDocument, naming the place."""
    read: Kind = _read(kind, document, kind.__name__.lower())
    return read


def _write_scalar(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Period):
        return str(value)
    assert isinstance(value, bool | str | int | float), f"no form for {type(value)}"
    return value


def read_sentence(document: Mapping[str, Any] | None) -> Text | None:
    """A sentence kept for a reader; None for none, and for one that cannot be read any more."""
    try:
        return _read_text(document, "sentence") if document else None
    except UnreadableDocument:
        return None


def _tag(name: str, value: Any) -> list[Any]:
    """Values of a sentence keep their type, which the reader's language needs."""
    return [name, type(value).__name__, to_document(value)]


def _read(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return None if value is None else _read(get_args(kind)[0], value, where)
    if origin is np.ndarray:
        return np.empty((0, 0))
    if origin in _COMPOUND:
        return _COMPOUND[origin](get_args(kind), value, where)
    if is_dataclass(kind) and kind not in {Period, Text}:
        return _read_dataclass(kind, value, where)
    return _read_text(value, where) if kind is Text else _read_scalar(kind, value, where)


def _read_tuple(items: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    found = _expect(list, value, where)
    if items[-1] is Ellipsis:
        return tuple(_read(items[0], each, f"{where}[{n}]") for n, each in enumerate(found))
    if len(found) != len(items):
        raise UnreadableDocument(f"{where} holds {len(found)} values, where {len(items)} belong.")
    pairs = enumerate(zip(items, found, strict=True))
    return tuple(_read(item, each, f"{where}[{n}]") for n, (item, each) in pairs)


def _read_mapping(items: tuple[Any, ...], value: Any, where: str) -> dict[Any, Any]:
    key_kind, item_kind = items
    found = _expect(dict, value, where)
    return {
        (int(key) if key_kind is int else key): _read(item_kind, each, f"{where}.{key}")
        for key, each in found.items()
    }


@cache
def _describe(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The fields of a dataclass with their types, and those that must be there."""
    hints = get_type_hints(kind)
    known = {each.name: hints[each.name] for each in fields(kind) if each.init}
    needed = frozenset(
        each.name
        for each in fields(kind)
        if each.init and each.default is MISSING and each.default_factory is MISSING
    )
    return known, needed


def _read_dataclass(kind: Any, value: Any, where: str) -> Any:
    found = _expect(dict, value, where)
    known, needed = _describe(kind)
    if wrong := (needed - set(found)) | (set(found) - set(known)):
        raise UnreadableDocument(f"{where} lacks or does not know {', '.join(sorted(wrong))}.")
    return kind(
        **{name: _read(known[name], each, f"{where}.{name}") for name, each in found.items()}
    )


def _read_choice(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    if value not in choices:
        listed = ", ".join(map(str, choices))
        raise UnreadableDocument(f"{where} is {value!r}. It must be one of: {listed}.")
    return value


def _read_text(value: Any, where: str) -> Text:
    found = _expect(dict, value, where)
    values = []
    for entry in _expect(list, found.get("values"), f"{where}.values"):
        name, kind, written = (*_expect(list, entry, where), None, None, None)[:3]
        if kind not in _TEXT_KINDS:
            raise UnreadableDocument(f"{where} holds {entry!r}, which is no value of a sentence.")
        values.append((_expect(str, name, where), _read(_TEXT_KINDS[kind], written, where)))
    return Text(_expect(str, found.get("template"), where), tuple(values))


def _read_scalar(kind: Any, value: Any, where: str) -> Any:
    readers: dict[Any, Callable[[str], Any]] = {
        Decimal: Decimal,
        date: date.fromisoformat,
        datetime: datetime.fromisoformat,
        Period: Period.parse,
    }
    if kind in readers:
        written = _expect(str, value, where)
        try:
            return readers[kind](written)
        except (InvalidOperation, ValueError, UnknownPeriod):
            raise UnreadableDocument(
                f"{where} is {value!r}, which is no {kind.__name__}."
            ) from None
    return value if kind in {Any, object} else _expect(kind, value, where)


def _expect(kind: Any, value: Any, where: str) -> Any:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise UnreadableDocument(f"{where} is {value!r}, where a {kind.__name__} should be.")
    return value


_COMPOUND: dict[Any, Callable[[tuple[Any, ...], Any, str], Any]] = {
    tuple: _read_tuple,
    Literal: _read_choice,
    Mapping: _read_mapping,
}
