"""Decisions, assumptions and minutes that people keep with a period's plan."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import notes
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import notes as stored
from counterpoise.store.notes import NewNote, Note
from counterpoise.web import access
from counterpoise.web.api import paging, runs
from counterpoise.web.api.forms import Day, Sent
from counterpoise.web.workplace import now

router = Router(tags=["reconcile"])


class NoteAnswer(Schema):
    """owner: who answers for it, or empty. author: who wrote it, as pages name them.

    expires_on: the last day on which an assumption holds, null where it has no end.
    """

    id: int
    period: str
    kind: str
    text: str
    owner: str
    expires_on: date | None
    is_expired: bool
    author: str
    made_at: datetime
    withdrawn_at: datetime | None


class Notes(Schema):
    items: list[NoteAnswer]
    next: str | None


class NoteWish(Sent):
    """expires_on: of an assumption alone."""

    kind: Literal["decision", "assumption", "minute"]
    text: str = Field(min_length=1, max_length=notes.LONGEST_TEXT)
    owner: str = Field("", max_length=notes.LONGEST_OWNER)
    expires_on: Day | None = None


@router.get(
    "/reconcile/{period}/notes", response=Notes, summary="List decisions, assumptions and minutes"
)
def list_notes(request: HttpRequest, period: str, page: Query[paging.Page]) -> dict[str, Any]:
    """All that were ever kept for the period, in that order; a withdrawn one is marked."""
    wanted = runs.check_run(period)
    shown, following = paging.cut_page(stored.list_notes(wanted), _order, page, f"notes:{wanted}")
    return paging.answer_page([_answer_note(each) for each in shown], following)


@router.post(
    "/reconcile/{period}/notes",
    response={201: NoteAnswer},
    summary="Keep a decision, an assumption or a minute",
)
def keep_note(request: HttpRequest, period: str, wish: NoteWish) -> Status[Any]:
    """It is in the period's next meeting pack."""
    new = NewNote(wish.kind, wish.text, wish.owner, wish.expires_on)
    kept = notes.add_note(runs.check_run(period), new, access.get_visitor(request), now=now())
    return Status(201, _answer_note(kept))


@router.post(
    "/reconcile/{period}/notes/{int:note_id}/withdraw",
    response=NoteAnswer,
    summary="Withdraw a note",
)
def withdraw_note(request: HttpRequest, period: str, note_id: int) -> dict[str, Any]:
    """It stays in the record, marked, and is in no further meeting pack."""
    wanted = runs.check_run(period)
    notes.withdraw_note(wanted, note_id, now=now())
    return next(_answer_note(each) for each in stored.list_notes(wanted) if each.id == note_id)


def _answer_note(note: Note) -> dict[str, Any]:
    return {**to_plain(note), "is_expired": note.is_expired(now().date())}


def _order(note: Note) -> paging.Key:
    return (note.id,)
