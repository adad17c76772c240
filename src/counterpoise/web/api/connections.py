"""Connected systems: how each stands, its refreshes, and adding, trying and changing them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from counterpoise.actions import connections, scheduling
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import connections as stored
from counterpoise.store import refreshes
from counterpoise.store.connections import Connection
from counterpoise.web import access
from counterpoise.web.api.editions import TAKES_EDITION, read_edition, tell_edition
from counterpoise.web.api.forms import JobAnswer, Name, Sent
from counterpoise.web.api.problems import Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect.connection_tables import (
    Standing,
    as_of_edition,
    find_standing,
    find_standings,
)
from counterpoise.web.workplace import now

router = Router(tags=["connections"])
ONE = "/connections/{name}"
SHOWN = 50
Values = dict[str, str]


class ConnectionAnswer(Schema):
    """state: paused, new, stale, going, done, failed or lost. A secret is never answered.

    rows_there: null where the system cannot count.
    """

    name: str
    kind: str
    settings: Values
    has_secret: bool
    schedule: str
    due_at: datetime | None
    is_paused: bool
    state: str
    rows_there: int | None
    rows_here: int
    edition: int


class Connections(Schema):
    connections: list[ConnectionAnswer]


class ObjectAnswer(Schema):
    """notes: what the last description changed. read_until: changes up to then are here."""

    name: str
    table: str
    rows_there: int | None
    rows_here: int
    read_until: datetime | None
    read_whole_at: datetime | None
    notes: list[str]


class RefreshAnswer(Schema):
    """counts: by object. why: of one that failed."""

    started_at: datetime
    ended_at: datetime | None
    outcome: str
    is_anew: bool
    counts: dict[str, dict[str, int | None]]
    why: str | None
    batch: str


class RefreshHistory(Schema):
    """read: the objects of the system, and how far each was read."""

    read: list[ObjectAnswer]
    refreshes: list[RefreshAnswer]


class NewConnection(Sent):
    """values: settings and secrets by name, as the kind asks for them."""

    name: Name
    kind: Name
    values: Values
    schedule: str = Field("", max_length=100)


class NewSettings(Sent):
    """values: all settings; a secret that is left out stays."""

    values: Values


class NewSchedule(Sent):
    """A cron expression in the company's time zone; empty for none."""

    schedule: str = Field(max_length=100)


class Refreshing(Sent):
    """anew: read everything again. since: or what changed from then on."""

    anew: bool = False
    since: str = Field("", max_length=40)


class ObjectsSeenAnswer(Schema):
    names: list[str]
    count: int


@router.get("/connections", response=Connections, summary="List connected systems")
def list_connections(request: HttpRequest) -> dict[str, Any]:
    listed = stored.list_connections()
    standings = find_standings(listed, now())
    return {"connections": [_answer(each, standings[each.id]) for each in listed]}


@router.post("/connections", response={201: ConnectionAnswer}, summary="Connect a system")
def add_connection(
    request: HttpRequest, response: HttpResponse, wish: NewConnection
) -> Status[Any]:
    made = connections.add_connection(wish.name, wish.kind, wish.values, now=now())
    if wish.schedule:
        made = scheduling.schedule(made, wish.schedule, now=now())
    tell_edition(response, made.edition)
    return Status(201, _answer(made))


@router.get(ONE, response=ConnectionAnswer, summary="Get a connected system")
def show_connection(request: HttpRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    held = stored.get_connection(name)
    tell_edition(response, held.edition)
    return _answer(held)


@router.get(
    ONE + "/history", response=RefreshHistory, summary="Get objects and refreshes of a system"
)
def show_history(request: HttpRequest, name: str) -> dict[str, Any]:
    held = stored.get_connection(name)
    return {
        "read": [
            {**to_plain(each), "notes": [str(note) for note in each.notes]}
            for each in refreshes.list_objects(held.id)
        ],
        "refreshes": [
            {**to_plain(each), "why": str(each.why) if each.why else None}
            for each in refreshes.list_refreshes(held.id, SHOWN)
        ],
    }


@router.put(
    ONE,
    response=ConnectionAnswer,
    summary="Change a system's settings",
    openapi_extra=TAKES_EDITION,
)
def change_connection(
    request: HttpRequest, response: HttpResponse, name: str, wish: NewSettings
) -> dict[str, Any]:
    connections.change_settings(_read_seen(request, name), wish.values, now=now())
    return show_connection(request, response, name)


@router.post(
    ONE + "/schedule",
    response=ConnectionAnswer,
    summary="Say when a system is refreshed",
    openapi_extra=TAKES_EDITION,
)
def schedule_connection(
    request: HttpRequest, response: HttpResponse, name: str, wish: NewSchedule
) -> dict[str, Any]:
    scheduling.schedule(_read_seen(request, name), wish.schedule, now=now())
    return show_connection(request, response, name)


@router.post(
    ONE + "/pause",
    response=ConnectionAnswer,
    summary="Pause a system",
    openapi_extra=TAKES_EDITION,
)
def pause_connection(request: HttpRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    connections.pause(_read_seen(request, name), is_paused=True, now=now())
    return show_connection(request, response, name)


@router.post(
    ONE + "/resume",
    response=ConnectionAnswer,
    summary="Let a paused system go on",
    openapi_extra=TAKES_EDITION,
)
def resume_connection(request: HttpRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    connections.pause(_read_seen(request, name), is_paused=False, now=now())
    return show_connection(request, response, name)


@router.post(
    ONE + "/remove",
    response=Connections,
    summary="Remove a connection; its rows stay",
    openapi_extra=TAKES_EDITION,
)
def remove_connection(request: HttpRequest, name: str) -> dict[str, Any]:
    held = stored.get_connection(name)
    if read_edition(request) != held.edition:
        raise Problem(412, f"{name} was changed meanwhile. Nothing was done: read it again.")
    connections.remove(held, now=now())
    return list_connections(request)


@router.post(ONE + "/test", response=ObjectsSeenAnswer, summary="Look at what a system shows")
def try_connection(request: HttpRequest, name: str) -> dict[str, Any]:
    seen = connections.try_connection(stored.get_connection(name))
    return {"names": list(seen.names), "count": seen.count}


@router.post(ONE + "/refresh", response={202: JobAnswer}, summary="Bring what changed in a system")
def refresh_connection(request: HttpRequest, name: str, wish: Refreshing) -> Status[Any]:
    """Answers with the job; its `result` names the load when it is done."""
    held = stored.get_connection(name)
    if held.is_paused:
        raise Problem(409, f"{name} is paused. Let it go on, then refresh it.")
    arguments = {"connection": name, "anew": wish.anew, "since": _read_moment(wish.since)}
    visitor = access.get_visitor(request)
    return Status(202, answer_job(ask_for("refresh", arguments, key=make_key(), visitor=visitor)))


def _read_moment(written: str) -> str:
    try:
        at = datetime.fromisoformat(written) if written else None
    except ValueError:
        at = None
    if written and (at is None or at.tzinfo is None):
        raise Problem(422, f"since is {written!r}. Write a moment such as 2026-05-01T00:00:00Z.")
    return at.isoformat() if at else ""


def _read_seen(request: HttpRequest, name: str) -> Connection:
    return as_of_edition(stored.get_connection(name), read_edition(request))


def _answer(held: Connection, known: Standing | None = None) -> dict[str, Any]:
    standing = known or find_standing(held, now())
    document: dict[str, Any] = to_plain(held)
    return {
        **document,
        "state": standing.state,
        "rows_there": standing.there,
        "rows_here": standing.here,
    }
