"""The audit trail: one entry for every change, chained by hashes, in the change's own transaction.

Who is acting is said once, where a request, a command or a piece of long work begins (`acting`);
every change below it is recorded under that name. The chain is checked by `check_chain`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from counterpoise.store.models import AuditEntry, AuditHead

Document = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Actor:
    """name: of the account, or "system". origin: an address, "command line" or "worker".

    request: an id that the log of the same request carries.
    """

    name: str
    origin: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """before and after: what the change was made of; None where there was, or is, nothing."""

    number: int
    at: datetime
    actor: str
    origin: str
    request: str
    verb: str
    subject: str
    before: Document
    after: Document
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """entries: how many there are. broken_at: the first that is not what was written, if any."""

    entries: int
    broken_at: int | None
    why: str


SYSTEM = Actor("system", "command line")
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Record every change within under this name."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def get_actor() -> Actor:
    return _actor.get()


def record(
    verb: str, subject: str, *, before: Document = None, after: Document = None, at: datetime
) -> None:
    """Append an entry. Call it inside the transaction of the change: both are kept, or neither.

    verb is what was done ("override.made"), subject to what ("period:2026-Q4"). Never put a secret
    or a password into before or after.
    """
    actor = get_actor()
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(pk=1)
        entry = Entry(
            number=head.number + 1,
            at=at.astimezone(UTC),
            actor=actor.name,
            origin=actor.origin,
            request=actor.request,
            verb=verb,
            subject=subject[:200],
            before=before,
            after=after,
            previous_hash=head.hash,
            hash="",
        )
        digest = _hash_entry(entry)
        AuditEntry.objects.create(
            **{name: getattr(entry, name) for name in Entry.__slots__ if name != "hash"},
            hash=digest,
        )
        head.number, head.hash = entry.number, digest
        head.save()


def list_entries(*, before: int | None = None, limit: int = 100) -> tuple[Entry, ...]:
    """Newest first; `before` is the number to go on from."""
    rows = AuditEntry.objects.all()
    if before is not None:
        rows = rows.filter(number__lt=before)
    return tuple(_read(row) for row in rows[:limit])


@dataclass(frozen=True, slots=True)
class Wanted:
    """words: in who, what or of what. sort: a field, with - before it from the greatest down."""

    words: str = ""
    actor: str = ""
    verb: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """entries: of the page. actors and verbs: all there are, to choose from."""

    entries: tuple[Entry, ...]
    matching: int
    total: int
    actors: tuple[str, ...]
    verbs: tuple[str, ...]


def find_entries(wanted: Wanted, *, start: int, limit: int) -> Found:
    """A page of the entries that match; the newest first where no order is asked for."""
    rows = AuditEntry.objects.all()
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.verb:
        rows = rows.filter(verb=wanted.verb)
    if words := wanted.words.strip():
        rows = rows.filter(
            Q(actor__icontains=words) | Q(verb__icontains=words) | Q(subject__icontains=words)
        )
    ordered = rows.order_by(*([wanted.sort] if wanted.sort else []), "-number")
    return Found(
        tuple(_read(row) for row in ordered[start : start + limit]),
        rows.count(),
        AuditHead.objects.values_list("number", flat=True).get(pk=1),
        _list_values("actor"),
        _list_values("verb"),
    )


def find_entry(number: int) -> Entry | None:
    row = AuditEntry.objects.filter(number=number).first() if number < 2**63 else None
    return None if row is None else _read(row)


def check_chain() -> ChainCheck:
    """Read the whole trail and recompute every hash, and the head that names the last one.

    Others may append meanwhile: what the head names at first is checked, and that no entry is there
    that the head, asked later, does not know.
    """
    head = AuditHead.objects.get(pk=1)
    previous, count = "", 0
    for row in AuditEntry.objects.filter(number__lte=head.number).order_by("number").iterator():
        count += 1
        entry = _read(row)
        if entry.number != count or entry.previous_hash != previous:
            return ChainCheck(count, count, "an entry before it is missing or was put in")
        if _hash_entry(entry) != entry.hash:
            return ChainCheck(count, entry.number, "its content is not what was written")
        previous = entry.hash
    if (head.number, head.hash) != (count, previous):
        return ChainCheck(count, count + 1, "the last entries were taken away")
    last = AuditEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if last > AuditHead.objects.get(pk=1).number:
        return ChainCheck(count, last, "an entry was put in after the last one")
    return ChainCheck(count, None, "")


def _list_values(field: str) -> tuple[str, ...]:
    """An index over the field alone answers it."""
    values = AuditEntry.objects.order_by(field).values_list(field, flat=True).distinct()
    return tuple(values)


def _hash_entry(entry: Entry) -> str:
    content = {name: getattr(entry, name) for name in Entry.__slots__ if name != "hash"}
    content["at"] = entry.at.astimezone(UTC).isoformat()
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _read(row: AuditEntry) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__slots__})
