"""What people do with the outbox: propose, release, pause, resume and decide."""

from dataclasses import replace
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from counterpoise.actions import outbox, pushes, writers
from counterpoise.actions.outbox import TooMany
from counterpoise.actions.pushes import Proposal
from counterpoise.domain.execute.push_table import UnreadableTable
from counterpoise.domain.execute.pushes import NoSuchStep, Verb, Wish
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule
from counterpoise.store.outbox import PushChanged
from counterpoise.web import access
from counterpoise.web.collect.receiving import STATUS, find_refusal, list_received
from counterpoise.web.outbox import forms, views
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import get_workspace, now


@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Show what would change, or put it into the outbox, where it waits to be released."""
    eyes = get_eyes(request)
    if (refused := find_refusal(request)) is not None:
        status = STATUS[type(refused)]
        return views.render_outbox(request, refusal=eyes.explain(refused), status=status)
    form = forms.Propose(request.POST, names=writers.list_connections())
    if not form.is_valid():
        return views.render_outbox(request, form)
    try:
        wishes = _read_wishes(request, form.cleaned_data["source"], form.cleaned_data["connection"])
        visitor = access.get_visitor(request)
        proposal = Proposal(form.cleaned_data["connection"], wishes, visitor.id)
        if "dry" in request.POST:
            shown = pushes.preview(get_workspace(), proposal)
            return views.render_outbox(request, form, shown=shown)
        found = pushes.propose(get_workspace(), proposal, at=now())
    except (UnreadableTable, TooMany, MissingRule, InvalidRule) as error:
        form.add_error(None, eyes.explain(error))
        return views.render_outbox(request, form)
    count = sum(each.push is not None for each in found)
    said = ngettext(
        "{count} push waits to be released.", "{count} pushes wait to be released.", count
    )
    messages.success(request, said.format(count=count))
    return redirect("outbox:overview")


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    form = forms.Release(request.POST)
    if not form.is_valid():
        return views.render_outbox(request, form)
    sent = form.cleaned_data
    try:
        count = outbox.release(sent["connection"], up_to=sent["up_to"], at=now())
    except PushChanged as error:
        refusal = get_eyes(request).explain(error)
        return views.render_outbox(request, refusal=refusal, status=409)
    said = ngettext("{count} push goes out.", "{count} pushes go out.", count)
    messages.success(request, said.format(count=count))
    return redirect("outbox:overview")


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    form = forms.Connection(request.POST)
    if not form.is_valid():
        return views.render_outbox(request, form)
    outbox.pause(form.cleaned_data["connection"], at=now())
    messages.success(request, _("Nothing more is sent to it until somebody lets it go on."))
    return redirect("outbox:overview")


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    form = forms.Connection(request.POST)
    if not form.is_valid():
        return views.render_outbox(request, form)
    outbox.resume(form.cleaned_data["connection"], at=now())
    messages.success(request, _("What waits for it goes out again."))
    return redirect("outbox:overview")


@require_POST
def decide(request: HttpRequest, push: int) -> HttpResponse:
    """What was decided on a push as the page showed it; not on one that has changed since."""
    found = views.get_push(push)
    form = forms.Decide(request.POST)
    if not form.is_valid():
        refusal = _("Choose one of the decisions.")
        return views.render_push(request, found, refusal=refusal, status=422)
    sent = form.cleaned_data
    try:
        seen = replace(found, state=sent["state"], fence=sent["fence"])
        outbox.decide(seen, cast("Verb", sent["verb"]), at=now())
    except (PushChanged, NoSuchStep) as error:
        fresh = views.get_push(push)
        refusal = get_eyes(request).explain(error)
        return views.render_push(request, fresh, refusal=refusal, status=409)
    messages.success(request, _("Decided; the log says so."))
    return redirect("outbox:push", push)


def _read_wishes(request: HttpRequest, source: str, connection: str) -> tuple[Wish, ...]:
    if source != forms.TABLE:
        return pushes.list_wishes(source, connection, today=now().date())
    sent = list_received(request, "table")
    content, name = (sent[0].path.read_bytes(), sent[0].name) if sent else (b"", "–")
    return pushes.read_table(content, name)
