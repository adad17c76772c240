"""What a delivery says: one JSON document, read strictly, as records of text by dotted names.

Numbers stay as they were written and `true` is the text true: what a value means is staging's
work, as with any file. A document that could be read in two ways is read in none.

Records of one key are brought together by the version that the source gives them, value by value:
so whatever order they come in, and however often, the same holds in the end.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from counterpoise.domain.values.text import Text, text

MOST_BYTES = 1_000_000
MOST_DEPTH = 32
MOST_PARTS = 60_000
"""Names, values and lists, counted by the signs between them."""
MOST_COLUMNS = 1_000
LONGEST_VERSION = 60
EVENT = "event"
"""The kind of a record whose hook tells none apart."""
MEMBERS = "*"
"""Where each member of the document is a kind, and holds a list of its records."""
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}:,]', re.DOTALL)
_QUOTE = ord('"')

Json: TypeAlias = "dict[str, Json] | list[Json] | str | bool | None"
Fields = Mapping[str, str | None]


class UnreadableBody(ValueError):
    """Bytes that are not one JSON document that can mean one thing."""


class UnfitDelivery(ValueError):
    """A document that holds no records where they should be, or records that cannot be told."""


@dataclass(frozen=True, slots=True)
class Places:
    """Dotted names within a document. records: where they are; empty for the document itself, `*`
    for each member of it. kind: in a record, what tells kinds apart; version: what rises with each
    change. Both may be empty."""

    records: str = ""
    kind: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """fields: by dotted name; None where the source says null."""

    kind: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Told:
    """The newest that is known of one value."""

    version: Decimal
    value: str | None


def read_body(body: bytes) -> Json:
    """Raises UnreadableBody, quickly: depth and names are counted before anything is built."""
    _refuse_costly(body)
    try:
        parsed: Json = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_read_object,
            parse_constant=_refuse_constant,
            parse_int=str,
            parse_float=str,
        )
    except UnicodeDecodeError:
        raise _refuse(text("it is not UTF-8")) from None
    except json.JSONDecodeError as error:
        where = text(
            "it breaks off or goes wrong at line {line}, column {column}",
            line=error.lineno,
            column=error.colno,
        )
        raise _refuse(where) from None
    _refuse_broken(parsed)
    return parsed


def list_records(document: Json, places: Places) -> tuple[Record, ...]:
    """Raises UnfitDelivery."""
    if places.records == MEMBERS:
        members = document.items() if isinstance(document, dict) else ()
        held = [(kind, each) for kind, inner in members for each in _as_list(inner)]
    else:
        held = [("", each) for each in _as_list(_dig(document, places.records))]
    if not held:
        raise UnfitDelivery(
            text(
                "No records are at '{place}'. Say in the hook where in the document they are.",
                place=places.records,
            )
        )
    return tuple(_read_record(kind, each, places) for kind, each in held)


def read_version(written: str) -> Decimal:
    """A number, or a moment in ISO 8601 as seconds since 1970. Raises UnfitDelivery."""
    if len(written) <= LONGEST_VERSION:
        try:
            number = Decimal(written)
        except InvalidOperation:
            number = _read_moment(written)
        if number.is_finite():
            return number
    raise UnfitDelivery(
        text(
            "'{version}' is no version: a number, or a date with its time and zone, such as"
            " 2026-09-30T12:00:00Z. Name another place for it in the hook.",
            version=written[:LONGEST_VERSION],
        )
    )


def fold(held: Mapping[str, Told], said: Fields, version: Decimal) -> dict[str, Told]:
    """What is known after a record said something at a version; what it is silent on stays.

    Of two values at one version the greater holds: some one must, whichever came first.
    """
    known = dict(held)
    for name, value in said.items():
        new = Told(version, value)
        if name not in known or _rank(new) > _rank(known[name]):
            known[name] = new
    return known


def _rank(told: Told) -> tuple[Decimal, bool, str]:
    return told.version, told.value is not None, told.value or ""


def _read_moment(written: str) -> Decimal:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return Decimal("NaN")
    if moment.tzinfo is None:
        return Decimal("NaN")
    return Decimal(int(moment.timestamp())) + Decimal(moment.microsecond) / 1_000_000


def _refuse_costly(body: bytes) -> None:
    depth = parts = 0
    for found in _TOKENS.finditer(body):
        sign = body[found.start()]
        if sign in b"]}":
            depth -= 1
        elif sign != _QUOTE:
            parts += 1
            depth += sign in b"[{"
        if depth > MOST_DEPTH:
            raise _refuse(text("it is nested more than {depth} deep", depth=MOST_DEPTH))
        if parts > MOST_PARTS:
            raise _refuse(text("it has more than {parts} parts", parts=MOST_PARTS))


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in pairs:
        if name in read:
            raise _refuse(text("'{name}' stands in an object twice", name=name[:60]))
        read[name] = value
    return read


def _refuse_constant(written: str) -> float:
    raise _refuse(text("{written} is no number of JSON", written=written))


def _refuse_broken(parsed: Json) -> None:
    """Texts that no database or file could hold: NUL, and halves of a character."""
    waiting: list[Json] = [parsed]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            _refuse_broken_text(value)


def _refuse_broken_text(value: str) -> None:
    if "\0" in value:
        raise _refuse(text("a text in it holds the character NUL"))
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _refuse(text("a text in it holds half of a character"))


def _refuse(why: Text) -> UnreadableBody:
    return UnreadableBody(
        text("The body cannot be taken as JSON: {why}. Send one document, in UTF-8.", why=why)
    )


def _dig(document: Json, place: str) -> Json:
    found = document
    for name in place.split(".") if place else ():
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _as_list(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _read_record(kind: str, value: Json, places: Places) -> Record:
    if not isinstance(value, dict):
        raise UnfitDelivery(
            text(
                "What is at '{place}' is no object, so it has no names. Say in the hook where in"
                " the document the records are.",
                place=places.records,
            )
        )
    fields: dict[str, str | None] = {}
    taken: set[str] = set()
    for name, leaf in _flatten(value):
        if name.casefold() in taken:
            raise UnfitDelivery(
                text("'{name}' is said twice, so nothing tells which holds.", name=name[:60])
            )
        taken.add(name.casefold())
        fields[name] = leaf
    if len(fields) > MOST_COLUMNS:
        raise UnfitDelivery(
            text("A record has more than {most} values, and no more are read.", most=MOST_COLUMNS)
        )
    return Record(kind or _name_kind(fields, places), fields)


def _name_kind(fields: Fields, places: Places) -> str:
    return (fields.get(places.kind) or EVENT) if places.kind else EVENT


def _flatten(value: Json, name: str = "") -> Iterator[tuple[str, str | None]]:
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for part, inner in pairs:
            yield from _flatten(inner, f"{name}.{part}" if name else str(part))
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, value if isinstance(value, str) else None
