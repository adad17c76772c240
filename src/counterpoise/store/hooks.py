"""Hooks: who may send events here, how they sign, and what the values of their records mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from counterpoise.domain.collect.deliveries import Places
from counterpoise.domain.collect.signatures import Agreement
from counterpoise.domain.tables.mapping import Mapping as FilesMapping
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import Text, text
from counterpoise.store import audit, vault
from counterpoise.store.models import Hook as HookRow
from counterpoise.store.models import HookRecord, HookRefusal


class UnknownHook(LookupError):
    """No hook in use has the name."""


class HookNameTaken(ValueError):
    """Another hook has, or had, the name."""


class HookChanged(RuntimeError):
    """Someone else changed the hook meanwhile."""


@dataclass(frozen=True, slots=True)
class NewHook:
    name: str
    source: str
    agreement: Agreement
    places: Places
    requests_a_minute: int


@dataclass(frozen=True, slots=True)
class Hook:
    """mapping: None until somebody has said what the values mean. stuck: why what waits cannot be
    landed. previous_until: how long the secret before this one is still taken."""

    id: int
    name: str
    source: str
    agreement: Agreement
    places: Places
    requests_a_minute: int
    mapping: FilesMapping | None
    stuck: Text | None
    previous_until: datetime | None
    edition: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """What the address of a hook needs to know to take a delivery. secrets: all that hold now."""

    hook: int
    agreement: Agreement
    secrets: tuple[str, ...]
    requests_a_minute: int


@dataclass(frozen=True, slots=True)
class Refused:
    """How often a day deliveries were refused, for one reason."""

    day: date
    reason: str
    count: int


def make(new: NewHook, secret: str, *, by: int | None, at: datetime) -> Hook:
    """Raises HookNameTaken."""
    try:
        with transaction.atomic():
            row = HookRow.objects.create(
                name=new.name,
                source=new.source,
                agreement=to_document(new.agreement),
                places=to_document(new.places),
                secret=vault.lock(secret),
                requests_a_minute=new.requests_a_minute,
                made_by_id=by,
                made_at=at,
            )
            _record("hook.made", new.name, at, after=to_document(new))
    except IntegrityError:
        raise HookNameTaken(
            text(
                "A hook called '{name}' is there, or was: its deliveries are kept. Take another"
                " name.",
                name=new.name,
            )
        ) from None
    return get_hook(row.name)


def list_hooks() -> tuple[Hook, ...]:
    """Those in use, by name."""
    return tuple(_read(row) for row in _rows())


def find_hook(name: str) -> Hook | None:
    row = _rows().filter(name=name).first()
    return None if row is None else _read(row)


def get_hook(name: str) -> Hook:
    if (found := find_hook(name)) is None:
        raise UnknownHook(
            text("No hook is called '{name}'. Choose one of the list of hooks.", name=name)
        )
    return found


def get_by_id(hook_id: int) -> Hook:
    """Also one that was removed: what it has accepted is still to be landed."""
    return _read(HookRow.objects.select_related("made_by").get(pk=hook_id))


def find_door(name: str, at: datetime) -> Door | None:
    row = HookRow.objects.filter(name=name, removed_at=None).first()
    if row is None:
        return None
    locked = [row.secret]
    if row.previous_until is not None and at < row.previous_until:
        locked.append(row.previous_secret)
    return Door(
        row.pk,
        from_document(Agreement, row.agreement),
        tuple(vault.unlock(each) for each in locked),
        row.requests_a_minute,
    )


def rotate(name: str, secret: str, *, until: datetime, at: datetime) -> None:
    """From now on `secret` holds, and the one before it until then. Raises UnknownHook."""
    with transaction.atomic():
        row = _hold(name)
        row.previous_secret, row.previous_until = row.secret, until
        row.secret = vault.lock(secret)
        row.save()
        _record("hook.rotated", name, at, after={"previous_until": until.isoformat()})


def remove(name: str, at: datetime) -> None:
    """Its address is closed; what was delivered stays. Raises UnknownHook."""
    with transaction.atomic():
        row = _hold(name)
        row.removed_at = at
        row.save()
        _record("hook.removed", name, at)


def confirm(name: str, mapping: FilesMapping, *, edition: int, at: datetime) -> None:
    """What was known of its records is forgotten, to be told anew from its deliveries.

    Raises UnknownHook, and HookChanged where the edition is no longer the current one.
    """
    with transaction.atomic():
        row = _hold(name)
        refuse_changed(row.edition, edition)
        before, row.mapping = row.mapping, to_document(mapping)
        row.edition, row.stuck = row.edition + 1, None
        row.save()
        HookRecord.objects.filter(hook=row).delete()
        _record("hook.mapped", name, at, before={"mapping": before}, after={"mapping": row.mapping})


def refuse_changed(current: int, edition: int) -> None:
    """Raises HookChanged."""
    if current != edition:
        raise HookChanged(
            text(
                "The hook was changed meanwhile: it is in edition {current} now. Nothing was"
                " saved. Look at it, then save again.",
                current=current,
            )
        )


def say_stuck(hook_id: int, why: Text | None) -> None:
    HookRow.objects.filter(pk=hook_id).update(stuck=None if why is None else to_document(why))


def count_refusal(hook_id: int, reason: str, on: date) -> None:
    with transaction.atomic():
        rows = HookRefusal.objects.filter(hook_id=hook_id, day=on, reason=reason)
        if not rows.update(count=F("count") + 1):
            HookRefusal.objects.get_or_create(
                hook_id=hook_id, day=on, reason=reason, defaults={"count": 0}
            )
            rows.update(count=F("count") + 1)


def list_refusals(hook_id: int, limit: int = 100) -> tuple[Refused, ...]:
    """Newest day first."""
    rows = HookRefusal.objects.filter(hook_id=hook_id)[:limit]
    return tuple(Refused(row.day, row.reason, row.count) for row in rows)


def _rows() -> Any:
    return HookRow.objects.filter(removed_at=None).select_related("made_by")


def _hold(name: str) -> HookRow:
    row = HookRow.objects.select_for_update().filter(name=name, removed_at=None).first()
    if row is None:
        raise UnknownHook(
            text("No hook is called '{name}'. Choose one of the list of hooks.", name=name)
        )
    return row


def _record(
    verb: str,
    name: str,
    at: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.record(verb, f"hook:{name}", before=before, after=after, at=at)


def _read(row: HookRow) -> Hook:
    return Hook(
        id=row.pk,
        name=row.name,
        source=row.source,
        agreement=from_document(Agreement, row.agreement),
        places=from_document(Places, row.places),
        requests_a_minute=row.requests_a_minute,
        mapping=None if row.mapping is None else from_document(FilesMapping, row.mapping),
        stuck=None if row.stuck is None else from_document(Text, row.stuck),
        previous_until=row.previous_until,
        edition=row.edition,
        made_by=row.made_by.shown_name if row.made_by else "",
        made_at=row.made_at,
    )
