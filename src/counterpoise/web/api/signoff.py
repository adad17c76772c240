"""The versions of a period's plan: freeze, verify, the meeting pack, and the notes kept with it.

Signing needs the person, so it is not done by token.
"""

from datetime import UTC, date, datetime
from typing import Any, Literal

from django.http import FileResponse, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import notes, packs, signers, signing
from counterpoise.actions.signing import Seen
from counterpoise.domain.reconcile.signing import State
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import notes as stored
from counterpoise.store.notes import NewNote, Note
from counterpoise.store.versions import FrozenVersion
from counterpoise.web import access
from counterpoise.web.api import paging, runs
from counterpoise.web.api.forms import Day, JobAnswer, Sent, Words
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["sign-off"])
VERSIONS = "/reconcile/{period}/versions"
ONE = VERSIONS + "/{int:number}"
NOTES = "/reconcile/{period}/notes"
KINDS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


class SignatureAnswer(Schema):
    signer: str
    name: str
    role: str
    place: int
    comment: str
    signed_at: datetime


class VersionAnswer(Schema):
    """state: frozen, part signed, signed or void. version_hash: what people sign."""

    number: int
    period: str
    state: str
    plan: str
    run: str
    inputs_hash: str
    content_hash: str
    version_hash: str
    required_roles: list[str]
    frozen_by: str
    frozen_at: datetime
    signatures: list[SignatureAnswer]


class Versions(Schema):
    versions: list[VersionAnswer]


class NoteAnswer(Schema):
    """owner: who answers for it. expires_on: the last day that an assumption holds."""

    id: int
    period: str
    kind: str
    text: str
    owner: str
    expires_on: date | None
    author: str
    made_at: datetime
    withdrawn_at: datetime | None


class Notes(Schema):
    items: list[NoteAnswer]
    next: str | None


class NoteSent(Sent):
    """Only an assumption expires."""

    kind: Literal["decision", "assumption", "minute"]
    text: Words = Field(min_length=1)
    owner: Words = Field("", max_length=notes.LONGEST_OWNER)
    expires_on: Day | None = None


@router.get(VERSIONS, response=Versions, summary="List frozen versions, newest first")
def list_versions(request: HttpRequest, period: str) -> dict[str, Any]:
    """With their signatures."""
    listed = signing.name_states(get_workspace(), runs.read_period(period))
    return {"versions": [_answer_version(*each) for each in listed]}


@router.post(VERSIONS, response={202: JobAnswer}, summary="Freeze the plan that is to be frozen")
def freeze_plan(request: HttpRequest, period: str) -> Status[Any]:
    """Answers with the job; when it is done there is one version more, for people to sign."""
    visitor = access.get_visitor(request)
    arguments = {"period": runs.get_newest(period).period, "person": visitor.id}
    return Status(202, answer_job(ask_for("freeze", arguments, key=make_key(), visitor=visitor)))


@router.get(ONE, response=VersionAnswer, summary="Get a frozen version")
def show_version(request: HttpRequest, period: str, number: int) -> dict[str, Any]:
    seen = _look_at(period, number)
    return _answer_version(seen.frozen, seen.state)


@router.post(ONE + "/verify", response={202: JobAnswer}, summary="Make a version's plan again")
def verify_version(request: HttpRequest, period: str, number: int) -> Status[Any]:
    """Answers with the job; its `result` says whether it came to the same bytes."""
    seen, visitor = _look_at(period, number), access.get_visitor(request)
    frozen = seen.frozen
    arguments = {
        "period": frozen.version.period,
        "version": frozen.name,
        "link": signers.link_to(frozen),
    }
    return Status(202, answer_job(ask_for("verify", arguments, key=make_key(), visitor=visitor)))


@router.get(
    ONE + "/pack.{language}.{ending}",
    summary="Get the meeting pack of a version",
    openapi_extra={
        "responses": {
            200: {
                "description": "The document",
                "content": {each: {"schema": {"type": "string"}} for each in KINDS.values()},
            }
        }
    },
)
def get_pack(
    request: HttpRequest,
    period: str,
    number: int,
    language: Literal["en", "ar"],
    ending: Literal["html", "pdf"],
) -> FileResponse:
    """Moments in it are of UTC."""
    seen = _look_at(period, number)
    if (pack := packs.build_pack(seen, UTC)) is None:
        raise Problem(404, "The run or the plan of this version is not kept any more.")
    path = packs.find_document(get_workspace(), pack, language, ending)
    name = f"{seen.frozen.name}.{language}.{ending}"
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type=KINDS[ending]
    )


@router.get(NOTES, response=Notes, summary="List decisions, assumptions and minutes")
def list_notes(request: HttpRequest, period: str, page: Query[paging.Page]) -> dict[str, Any]:
    """All that were ever made, in that order; what was withdrawn says when."""
    kept = stored.list_notes(runs.get_newest(period).period)
    shown, following = paging.cut_page(kept, _order, page, f"notes:{period}")
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.post(NOTES, response={201: NoteAnswer}, summary="Keep a decision, assumption or minute")
def add_note(request: HttpRequest, period: str, sent: NoteSent) -> Status[Any]:
    new = NewNote(sent.kind, sent.text, sent.owner, sent.expires_on)
    visitor = access.get_visitor(request)
    return Status(
        201, to_plain(notes.add_note(runs.get_newest(period).period, new, visitor, now=now()))
    )


@router.post(NOTES + "/{int:note_id}/withdraw", response=NoteAnswer, summary="Withdraw a note")
def withdraw_note(request: HttpRequest, period: str, note_id: int) -> dict[str, Any]:
    """It stays in the record, marked as withdrawn."""
    wanted = runs.get_newest(period).period
    notes.withdraw_note(wanted, note_id, now=now())
    answer: dict[str, Any] = to_plain(
        next(each for each in stored.list_notes(wanted) if each.id == note_id)
    )
    return answer


def _look_at(period: str, number: int) -> Seen:
    try:
        return signing.look_at(get_workspace(), runs.read_period(period), number)
    except signing.UnknownVersion:
        raise Problem(404, NOT_FOUND) from None


def _order(note: Note) -> paging.Key:
    return (note.id,)


def _answer_version(frozen: FrozenVersion, state: State) -> dict[str, Any]:
    signatures = [
        {
            **to_plain(each.signature),
            "name": each.name,
            "place": each.place,
            "comment": each.comment,
        }
        for each in frozen.signed
    ]
    return {
        **to_plain(frozen.version),
        "state": state,
        "plan": frozen.plan,
        "run": frozen.run,
        "required_roles": list(frozen.required_roles),
        "signatures": signatures,
    }
