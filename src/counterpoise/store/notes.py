"""Decisions, assumptions and minutes of a period. A note is withdrawn, never taken away."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast, get_args

from django.db import transaction

from counterpoise.store import audit
from counterpoise.store.models import Note as NoteRow

Kind = Literal["decision", "assumption", "minute"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class UnknownNote(LookupError):
    """A period has no such note."""


class WithdrawnAlready(ValueError):
    """A note that no longer holds."""


@dataclass(frozen=True, slots=True)
class Note:
    """owner: who answers for it; "" for nobody. expires_on: the last day an assumption holds."""

    id: int
    period: str
    kind: Kind
    text: str
    owner: str
    expires_on: date | None
    author: str
    made_at: datetime
    withdrawn_at: datetime | None

    def is_expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on


@dataclass(frozen=True, slots=True)
class NewNote:
    kind: Kind
    text: str
    owner: str = ""
    expires_on: date | None = None


def list_notes(period: str) -> tuple[Note, ...]:
    """All that were ever made, in that order."""
    rows = NoteRow.objects.select_related("author").filter(period=period)
    return tuple(_read(row) for row in rows)


def add(period: str, new: NewNote, *, author_id: int, at: datetime) -> Note:
    with transaction.atomic():
        row = NoteRow.objects.create(
            period=period,
            kind=new.kind,
            text=new.text,
            owner=new.owner,
            expires_on=new.expires_on,
            author_id=author_id,
            made_at=at,
        )
        audit.record("note.added", f"period:{period}", after=_describe(row), at=at)
        return _read(row)  # within: who reads nothing back is told that nothing was kept


def withdraw(period: str, note_id: int, *, at: datetime) -> None:
    """Raises UnknownNote or WithdrawnAlready, with nothing written."""
    with transaction.atomic():
        rows = NoteRow.objects.filter(period=period, pk=note_id)
        row = rows.select_for_update().first()
        if row is None:
            raise UnknownNote(f"{period} has no note {note_id}. Look at its list of notes.")
        if row.withdrawn_at is not None:
            raise WithdrawnAlready(f"Note {note_id} was withdrawn already. It stays in the record.")
        row.withdrawn_at = at
        row.save()
        audit.record("note.withdrawn", f"period:{period}", before=_describe(row), at=at)


def _describe(row: NoteRow) -> dict[str, str | int | None]:
    return {
        "note": row.pk,
        "kind": row.kind,
        "text": row.text,
        "owner": row.owner,
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
    }


def _read(row: NoteRow) -> Note:
    return Note(
        id=row.pk,
        period=row.period,
        kind=cast("Kind", row.kind),
        text=row.text,
        owner=row.owner,
        expires_on=row.expires_on,
        author=row.author.shown_name,
        made_at=row.made_at,
        withdrawn_at=row.withdrawn_at,
    )
