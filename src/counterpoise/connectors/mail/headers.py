"""Reads what the headers of a message say: who wrote to whom, about what and when.

Names and subjects in any language are decoded as RFC 2047 says; what was sent in plain bytes is
UTF-8 or its letters are marked as lost. A date that cannot be read gives way to the one at which
the message was received.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

LONGEST_SUBJECT = 1_000
MOST_ADDRESSES = 500
_Parsed = Mapping[str, Sequence[str]]
_BULK = ("bulk", "list", "junk", "auto_reply")


@dataclass(frozen=True, slots=True)
class Headers:
    """key: by which the message is known again, wherever it lies. written_at: None where nothing
    in it is a date. is_automated: whether software says that it sent it."""

    key: str
    author: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    written_at: datetime | None
    is_automated: bool


def read_headers(header: bytes, envelope: bytes) -> Headers:
    parsed = _parse(header)
    written = _get(parsed, "message-id").strip(" <>\t\r\n")[:500]
    authors = _list_addresses(parsed, "from") or _list_addresses(parsed, "sender")
    return Headers(
        key=written or f"sha256:{hashlib.sha256(header).hexdigest()}",
        author=authors[0] if authors else "",
        to=_list_addresses(parsed, "to"),
        cc=_list_addresses(parsed, "cc"),
        subject=" ".join(_get(parsed, "subject").split())[:LONGEST_SUBJECT],
        written_at=_find_date(parsed, envelope),
        is_automated=_is_automated(parsed),
    )


def decode(value: str) -> str:
    """Never raises: a part that is not what it claims to be is shown with its lost letters."""
    raw = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        parts = decode_header(raw)
    except (HeaderParseError, ValueError):
        return raw
    return "".join(_decode_part(*each) for each in parts).replace("\0", "")


def _parse(header: bytes) -> _Parsed:
    """By name in small letters, as written: the library's own decoding loses plain bytes."""
    found: dict[str, list[str]] = {}
    for name, value in BytesHeaderParser(policy=compat32).parsebytes(header).raw_items():
        found.setdefault(name.lower(), []).append(str(value))
    return found


def _get(parsed: _Parsed, name: str) -> str:
    return decode(parsed[name][0]) if name in parsed else ""


def _decode_part(part: str | bytes, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "utf-8", "replace")
    except LookupError:
        return part.decode("utf-8", "replace")


def _list_addresses(parsed: _Parsed, name: str) -> tuple[str, ...]:
    """In small letters, each once: how an address is written tells nobody apart."""
    written = [decode(each) for each in parsed.get(name, [])]
    found = (each.strip().casefold() for _, each in getaddresses(written))
    held = dict.fromkeys(each for each in found if _is_address(each))
    return tuple(held)[:MOST_ADDRESSES]


def _is_address(written: str) -> bool:
    name, _, domain = written.rpartition("@")
    return bool(name) and "." in domain and len(written) <= 320 and not set(written) & set(" <>,;")


def _find_date(parsed: _Parsed, envelope: bytes) -> datetime | None:
    received = [decode(each).rpartition(";")[2] for each in parsed.get("received", [])]
    parted = envelope.decode("utf-8", "replace").split(maxsplit=2)
    for written in (_get(parsed, "date"), *received, *parted[2:]):
        if (moment := _read_date(written)) is not None:
            return moment
    return None


def _read_date(written: str) -> datetime | None:
    """A date that says no zone is taken for UTC, as its writer has no other."""
    try:
        moment = parsedate_to_datetime(written.strip())
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _is_automated(parsed: _Parsed) -> bool:
    submitted = _get(parsed, "auto-submitted").strip().casefold()
    precedence = _get(parsed, "precedence").strip().casefold()
    return submitted not in ("", "no") or precedence in _BULK or "list-unsubscribe" in parsed
