"""Outbox: what goes to other systems, proposed, released, delivered; and what needs a person."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import outbox, pushes, writers
from counterpoise.actions.pushes import Proposal
from counterpoise.domain.execute.push_table import COLUMNS, read_push_table
from counterpoise.domain.execute.pushes import STATES, Line, Push, State, Verb
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import outbox as stored
from counterpoise.store import outbox_lines
from counterpoise.store.outbox import Step, Wanted
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Name, Sent, Words
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["outbox"])
Fields = dict[str, str | None]
ConnectionName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$")]


class PushAnswer(Schema):
    """A record of another system as it is to be.

    fields: what we want there; expected: what we know to stand there; found: what stands there
    instead, in a conflict. key: by which the system knows the push again. is_twice_possible: it was
    written again although an earlier attempt may have arrived.
    """

    id: int
    connection: str
    object: str
    record: str
    source_id: str
    fields: Fields
    expected: Fields
    found: Fields | None
    key: str
    cause: str
    asked_at: datetime
    state: Literal[STATES]  # type: ignore[valid-type]  # the literal's own words
    tries: int
    not_before: datetime
    is_twice_possible: bool
    why: str


class Pushes(Schema):
    items: list[PushAnswer]
    next: str | None


class PushStep(Schema):
    """claim: the number of the claim that it belongs to."""

    at: datetime
    actor: str
    verb: str
    claim: int
    why: str


class PushWithLog(PushAnswer):
    log: list[PushStep]


class LineAnswer(Schema):
    """How a system stands. rests_until: it failed too often and is left alone till then."""

    connection: str
    is_paused: bool
    rests_until: datetime | None
    not_before: datetime | None
    why: str


class Lines(Schema):
    lines: list[LineAnswer]


class PushCell(Sent):
    """A field of a record. value: empty empties it."""

    object: Name
    source_id: Name
    field: Name
    value: Words


class PushTable(Sent):
    """rows: what should stand there; or source: one of ours, such as actions. is_dry: only look."""

    connection: ConnectionName
    rows: list[PushCell] = Field(default_factory=list, max_length=10_000)
    source: str = Field("", max_length=64)
    is_dry: bool = False


class ProposedAnswer(Schema):
    """fields: what would change, empty for nothing. standing: what stands there as far as we know.

    is_read: whether each field was ever read. push: its number; null where nothing was written.
    """

    record: str
    fields: Fields
    standing: Fields
    is_read: bool
    push: int | None


class ProposedAnswers(Schema):
    proposed: list[ProposedAnswer]


class Release(Sent):
    """up_to: the last push that was looked at; what was proposed later stays."""

    up_to: int = Field(ge=1, lt=2**63)


class ReleasedAnswer(Schema):
    released: int


class PushDecision(Sent):
    """ours, theirs: of a conflict. retry: of what was refused or given up. drop: of any of them.

    state: in which the push was seen; where it is another now, nothing is done.
    """

    verb: Literal["ours", "theirs", "retry", "drop"]
    state: Literal[STATES]  # type: ignore[valid-type]  # the literal's own words


class PushFilter(paging.Page):
    connection: str = Field("", max_length=64)
    state: str = Field("", max_length=16, description="One of the states; empty: any.")
    record: str = Field("", max_length=300, description="The other system's id, or our name of it.")


@router.get("/outbox/pushes", response=Pushes, summary="List what goes to other systems")
def list_pushes(request: HttpRequest, page: Query[PushFilter]) -> dict[str, Any]:
    """In the order they were asked for."""
    scope = f"pushes:{page.connection}:{page.state}:{page.record}"
    states = cast("tuple[State, ...]", (page.state,) if page.state else ())
    after = paging.read_cursor(page, scope)
    found = stored.list_pushes(
        Wanted(page.connection, states, page.record),
        after=0 if after is None else int(after[0]),
        limit=page.limit + 1,
    )
    shown = found[: page.limit]
    following = paging.write_cursor((shown[-1].id,), scope) if len(found) > len(shown) else None
    return paging.answer_page([_answer_push(each) for each in shown], following)


@router.get("/outbox/pushes/{push}", response=PushWithLog, summary="Get a push with its log")
def show_push(request: HttpRequest, push: int) -> dict[str, Any]:
    return _answer_with_log(_get_push(push))


@router.post(
    "/outbox/pushes", response={201: ProposedAnswers}, summary="Propose what should stand there"
)
def propose_pushes(request: HttpRequest, sent: PushTable) -> Status[Any]:
    """What differs waits in the outbox until it is released."""
    visitor = access.get_visitor(request)
    if sent.connection not in writers.list_connections():
        raise Problem(422, f"No system {sent.connection!r} is connected that can be written to.")
    if sent.source:
        wishes = pushes.list_wishes(sent.source, sent.connection, today=now().date())
    else:
        rows = [(each.object, each.source_id, each.field, each.value) for each in sent.rows]
        wishes = read_push_table([COLUMNS, *rows], "api")
    proposal = Proposal(sent.connection, wishes, visitor.id)
    if sent.is_dry:
        found = pushes.preview(get_workspace(), proposal)
    else:
        found = pushes.propose(get_workspace(), proposal, at=now())
    answers = [
        {
            "record": each.wish.name,
            "fields": dict(each.fields),
            "standing": dict(each.standing),
            "is_read": each.is_read,
            "push": None if each.push is None else each.push.id,
        }
        for each in found
    ]
    return Status(201, {"proposed": answers})


@router.post(
    "/outbox/pushes/{push}/decide", response=PushWithLog, summary="Decide what needs a person"
)
def decide_push(request: HttpRequest, push: int, sent: PushDecision) -> dict[str, Any]:
    seen = replace(_get_push(push), state=cast("State", sent.state))
    return _answer_with_log(outbox.decide(seen, cast("Verb", sent.verb), at=now()))


@router.get("/outbox/lines", response=Lines, summary="List how the other systems stand")
def list_lines(request: HttpRequest) -> dict[str, Any]:
    return {"lines": [_answer_line(each) for each in outbox_lines.list_lines()]}


@router.post(
    "/outbox/lines/{connection}/release", response=ReleasedAnswer, summary="Release what waits"
)
def release_pushes(request: HttpRequest, connection: str, sent: Release) -> dict[str, Any]:
    return {"released": outbox.release(connection, up_to=sent.up_to, at=now())}


@router.post("/outbox/lines/{connection}/pause", response=LineAnswer, summary="Send nothing more")
def pause_line(request: HttpRequest, connection: str) -> dict[str, Any]:
    outbox.pause(_check(connection), at=now())
    return _answer_line(outbox_lines.find_line(connection))


@router.post("/outbox/lines/{connection}/resume", response=LineAnswer, summary="Go on sending")
def resume_line(request: HttpRequest, connection: str) -> dict[str, Any]:
    outbox.resume(_check(connection), at=now())
    return _answer_line(outbox_lines.find_line(connection))


def _check(connection: str) -> str:
    """A system that is connected, or that something was once to go to."""
    known = {name for name, _ in stored.count_states()} | set(writers.list_connections())
    if connection not in known:
        raise Problem(404, NOT_FOUND)
    return connection


def _get_push(number: int) -> Push:
    if (found := stored.find_push(number)) is None:
        raise Problem(404, NOT_FOUND)
    return found


def _answer_push(push: Push) -> dict[str, Any]:
    names = set(PushAnswer.model_fields) - {"why", "is_twice_possible"}
    return {
        **{name: to_plain(getattr(push, name)) for name in names},
        "is_twice_possible": push.is_twice_possible,
        "why": str(push.why or ""),
    }


def _answer_with_log(push: Push) -> dict[str, Any]:
    return {
        **_answer_push(push),
        "log": [_answer_step(each) for each in stored.list_steps(push.id)],
    }


def _answer_step(step: Step) -> dict[str, Any]:
    return {
        "at": to_plain(step.at),
        "actor": step.actor,
        "verb": step.verb,
        "claim": step.fence,
        "why": str(step.why or ""),
    }


def _answer_line(line: Line) -> dict[str, Any]:
    return {
        "connection": line.connection,
        "is_paused": line.is_paused,
        "rests_until": to_plain(line.rests_until),
        "not_before": to_plain(line.not_before),
        "why": str(line.why or ""),
    }
