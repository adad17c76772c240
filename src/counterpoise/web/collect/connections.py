"""Connected systems: how each stands, one with its history; adding, trying and changing them."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import connections, scheduling
from counterpoise.actions.connections import CONNECTORS, UnknownKind
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import OutOfReach
from counterpoise.connectors.sources.settings import InvalidSetting
from counterpoise.domain.collect.mapping_toml import InvalidMapping
from counterpoise.domain.collect.schedules import InvalidSchedule
from counterpoise.store import connections as stored
from counterpoise.store.connections import (
    Connection,
    ConnectionChanged,
    NameTaken,
    UnknownConnection,
)
from counterpoise.store.vault import LockedSecret
from counterpoise.web import access
from counterpoise.web.background import work
from counterpoise.web.collect import connection_tables as tables
from counterpoise.web.collect.connection_forms import (
    AskForm,
    ConnectionForm,
    RefreshForm,
    ScheduleForm,
)
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now

REFUSED = (
    InvalidSetting,
    InvalidMapping,
    InvalidSchedule,
    NameTaken,
    ConnectionChanged,
    OutOfReach,
    SourceRefused,
    SourceUnreachable,
    LockedSecret,
)
"""What a person can mend, said in the form or above the page."""


@require_safe
def list_connections(request: HttpRequest) -> HttpResponse:
    shown = tables.describe_connections(stored.list_connections(), now())
    kinds = [(kind, each.title) for kind, each in CONNECTORS.items()]
    return render_page(request, "collect/connections.html", {"kinds": kinds}, [shown])


@require_safe
def show_connection(request: HttpRequest, name: str) -> HttpResponse:
    return _render(request, _get(name))


def add(request: HttpRequest, kind: str) -> HttpResponse:
    try:
        connector = connections.get_connector(kind)
    except UnknownKind:
        raise Http404 from None
    form = ConnectionForm(
        connector.settings, get_eyes(request).reader.say, request.POST or None, name=kind
    )
    if request.method == "POST" and form.is_valid():
        try:
            connections.add_connection(
                form.cleaned_data["connection"], kind, form.read_values(), now=now()
            )
        except REFUSED as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("It is connected. Next, test it, then refresh it."))
            return redirect("collect:connection", form.cleaned_data["connection"])
    context = {"kind": kind, "title": connector.title}
    return render_page(request, "collect/connection_new.html", context, form=form)


@require_POST
def change(request: HttpRequest, name: str) -> HttpResponse:
    held = _get(name)
    form = ConnectionForm(
        connections.get_connector(held.kind).settings,
        get_eyes(request).reader.say,
        request.POST,
        held=held,
    )
    if form.is_valid():
        try:
            seen = _seen(held, form.cleaned_data["edition"])
            connections.change_settings(seen, form.read_values(), now=now())
        except REFUSED as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("collect:connection", name)
    return _render(request, held, form=form)


@require_POST
def test(request: HttpRequest, name: str) -> HttpResponse:
    held = _get(name)
    try:
        seen = connections.try_connection(held)
    except REFUSED as error:
        return _render(request, held, refusal=get_eyes(request).explain(error), status=422)
    return _render(request, held, seen=seen)


@require_POST
def refresh(request: HttpRequest, name: str) -> HttpResponse:
    held, form = _get(name), RefreshForm(request.POST)
    if not form.is_valid() or held.is_paused:
        return _render(
            request, held, refusal=_("It is paused, or the request was incomplete."), status=422
        )
    since = form.cleaned_data["since"]
    arguments = {
        "connection": name,
        "anew": form.cleaned_data["anew"],
        "since": datetime.combine(since, time(), UTC).isoformat() if since else "",
    }
    visitor = access.get_visitor(request)
    job = work.ask_for("refresh", arguments, key=form.cleaned_data["key"], visitor=visitor)
    return redirect("work:job", job.id)


@require_POST
def schedule(request: HttpRequest, name: str) -> HttpResponse:
    form = ScheduleForm(request.POST)

    def act(held: Connection) -> str:
        scheduling.schedule(held, form.cleaned_data["schedule"], now=now())
        return _("The schedule is saved.")

    return _act(request, name, form, act)


@require_POST
def pause(request: HttpRequest, name: str) -> HttpResponse:
    def act(held: Connection) -> str:
        after = connections.pause(held, is_paused=not held.is_paused, now=now())
        return _("It is paused.") if after.is_paused else _("It goes on.")

    return _act(request, name, AskForm(request.POST), act)


@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    held, form = _get(name), AskForm(request.POST)
    if not form.is_valid() or form.cleaned_data["edition"] != held.edition:
        return _render(request, held, refusal=_say_changed(), status=422)
    connections.remove(held, now=now())
    messages.success(request, _("The connection is removed. The rows that it brought stay."))
    return redirect("collect:connections")


def _act(
    request: HttpRequest, name: str, form: Any, act: Callable[[Connection], str]
) -> HttpResponse:
    held = _get(name)
    if not form.is_valid():
        return _render(request, held, refusal=_say_changed(), status=422)
    try:
        said = act(_seen(held, form.cleaned_data["edition"]))
    except REFUSED as error:
        return _render(request, held, refusal=get_eyes(request).explain(error), status=422)
    messages.success(request, said)
    return redirect("collect:connection", name)


def _render(
    request: HttpRequest,
    held: Connection,
    *,
    form: ConnectionForm | None = None,
    seen: connections.Seen | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    connector = connections.get_connector(held.kind)
    say = get_eyes(request).reader.say
    context = {
        "held": held,
        "title": connector.title,
        "standing": tables.find_standing(held, now()),
        "notes": tables.list_notes(held),
        "seen": seen,
        "refusal": refusal,
        "ask": AskForm(initial={"edition": held.edition}, auto_id=False),
        "refresh_form": RefreshForm(initial={"key": work.make_key()}),
        "schedule_form": ScheduleForm(initial={"edition": held.edition, "schedule": held.schedule}),
    }
    form = form or ConnectionForm(connector.settings, say, held=held)
    shown = [tables.describe_objects(held), tables.describe_history(held)]
    return render_page(request, "collect/connection.html", context, shown, form=form, status=status)


def _seen(held: Connection, edition: int) -> Connection:
    """The connection as the page showed it; another edition is refused when it is written."""
    return held if edition == held.edition else tables.as_of_edition(held, edition)


def _say_changed() -> str:
    return _("The connection was changed in the meantime. Nothing was done: look at it again.")


def _get(name: str) -> Connection:
    try:
        return stored.get_connection(name)
    except UnknownConnection:
        raise Http404 from None


def link_to(name: str) -> str:
    return reverse("collect:connection", args=[name])
