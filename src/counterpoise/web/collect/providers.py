"""Providers of enrichment: adding, changing, pausing and removing them."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counterpoise.actions import providers as actions
from counterpoise.actions.enrichment_providers import InvalidProvider
from counterpoise.store import enrichment
from counterpoise.store.enrichment import (
    ProviderChanged,
    ProviderFacts,
    ProviderTaken,
    UnknownProvider,
)
from counterpoise.web.collect.connection_forms import AskForm
from counterpoise.web.collect.enrichment import KINDS
from counterpoise.web.collect.provider_forms import ProviderForm
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    form = ProviderForm(kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = form.read_facts()
        try:
            actions.add_provider(facts, form.cleaned_data["secret"], now=now())
        except (InvalidProvider, ProviderTaken) as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("The provider is added. Next, ask it about companies."))
            return redirect("collect:provider", facts.name)
    context = {"kind": kind, "title": KINDS[kind]}
    return render_page(request, "collect/provider_new.html", context, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, name: str) -> HttpResponse:
    """A POST changes its settings."""
    held = _get(name)
    form = ProviderForm(held.kind, request.POST if request.method == "POST" else None, held)
    if request.method == "POST" and form.is_valid():
        seen = replace(held, edition=form.cleaned_data["edition"])
        try:
            actions.change_provider(seen, form.read_facts(), form.cleaned_data["secret"], now=now())
        except (InvalidProvider, ProviderChanged) as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("collect:provider", name)
    return _render(request, held, form)


@require_POST
def pause(request: HttpRequest, name: str) -> HttpResponse:
    def act(held: ProviderFacts) -> str:
        actions.pause_provider(held, is_paused=not held.is_paused, now=now())
        return _("It goes on.") if held.is_paused else _("It is paused.")

    return _act(request, name, act) or redirect("collect:provider", name)


@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    def act(held: ProviderFacts) -> str:
        actions.remove_provider(held, now=now())
        return _("The provider is removed. What it said stays.")

    return _act(request, name, act) or redirect("collect:enrichment")


def _act(
    request: HttpRequest, name: str, act: Callable[[ProviderFacts], str]
) -> HttpResponse | None:
    """None where it was done."""
    held, form = _get(name), AskForm(request.POST)
    edition = form.cleaned_data["edition"] if form.is_valid() else 0
    try:
        messages.success(request, act(replace(held, edition=edition)))
    except ProviderChanged as error:
        refusal = get_eyes(request).explain(error)
        return _render(request, held, ProviderForm(held.kind, held=held), refusal)
    return None


def _get(name: str) -> ProviderFacts:
    try:
        return enrichment.get_facts(name)
    except UnknownProvider:
        raise Http404 from None


def _render(
    request: HttpRequest, held: ProviderFacts, form: ProviderForm, refusal: str = ""
) -> HttpResponse:
    context = {
        "held": held,
        "title": KINDS[held.kind],
        "refusal": refusal,
        "ask": AskForm(initial={"edition": held.edition}, auto_id=False),
    }
    status = 422 if refusal else 200
    return render_page(request, "collect/provider.html", context, form=form, status=status)
