"""Decisions, assumptions and minutes that people keep with a period's plan."""

from datetime import datetime

from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.store import notes
from counterpoise.store.notes import KINDS, NewNote, Note

LONGEST_TEXT = 5000
LONGEST_OWNER = 150


class InvalidNote(ValueError):
    """A note without words, or one that says when a decision expires."""


def add_note(period: str, new: NewNote, visitor: Visitor, *, now: datetime) -> Note:
    """Raises InvalidNote, with nothing kept."""
    words, owner = new.text.strip(), new.owner.strip()
    if new.kind not in KINDS:
        raise InvalidNote(
            text(
                "A note is a '{kind}'. Choose one of: {listed}.",
                kind=new.kind,
                listed=", ".join(KINDS),
            )
        )
    if not 0 < len(words) <= LONGEST_TEXT:
        raise InvalidNote(
            text(
                "The note has {count} letters. Write 1 to {longest_text}.",
                count=len(words),
                longest_text=LONGEST_TEXT,
            )
        )
    if len(owner) > LONGEST_OWNER:
        raise InvalidNote(
            text(
                "The owner's name has {count} letters. Write {longest_owner} at most.",
                count=len(owner),
                longest_owner=LONGEST_OWNER,
            )
        )
    if new.expires_on is not None and new.kind != "assumption":
        raise InvalidNote(
            text(
                "Only an assumption expires, and this is a {kind}. Leave the day empty.",
                kind=new.kind,
            )
        )
    kept = NewNote(new.kind, words, owner, new.expires_on)
    return notes.add(period, kept, author_id=visitor.id, at=now)


def withdraw_note(period: str, note_id: int, *, now: datetime) -> None:
    """It stays in the record, marked. Raises UnknownNote and WithdrawnAlready."""
    notes.withdraw(period, note_id, at=now)
