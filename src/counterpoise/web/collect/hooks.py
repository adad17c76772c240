"""Hooks: who may send events here, what was delivered, and what became of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import hooks
from counterpoise.actions.hooks import InvalidHook
from counterpoise.domain.collect.signatures import InvalidAgreement
from counterpoise.store import deliveries
from counterpoise.store import hooks as stored
from counterpoise.store.hooks import Hook, HookNameTaken
from counterpoise.web import access
from counterpoise.web.collect.hook_forms import NewHook, NewSecret
from counterpoise.web.collect.hook_words import REASON_WORDS, SCHEME_WORDS, STATE_WORDS
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import now

SHOWN = 1_000
MOST_SHOWN = 100_000
"""Bytes of a body that a page shows."""


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def show_hooks(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more; its secret is on the answer of this request alone."""
    visitor = access.get_visitor(request)
    form = NewHook(request.POST) if request.method == "POST" else NewHook()
    if form.is_bound and form.is_valid():
        try:
            made, secret = hooks.make(form.read_wish(), by=visitor.id, now=now())
        except (InvalidHook, InvalidAgreement, HookNameTaken) as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            return _show_secret(request, made, secret)
    return render_page(request, "collect/hooks.html", {}, [_describe_hooks()], form=form)


@require_safe
def show_hook(request: HttpRequest, name: str) -> HttpResponse:
    return _render_hook(request, get_hook(name), NewSecret())


@never_cache
@sensitive_post_parameters("secret")
@require_POST
def rotate(request: HttpRequest, name: str) -> HttpResponse:
    hook, form = get_hook(name), NewSecret(request.POST)
    if form.is_valid():
        try:
            secret = hooks.rotate(
                name, secret=form.cleaned_data["secret"], kept_for=form.kept_for, now=now()
            )
        except InvalidAgreement as error:
            form.add_error("secret", get_eyes(request).explain(error))
        else:
            return _show_secret(request, get_hook(name), secret)
    return _render_hook(request, hook, form)


@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    hooks.remove(get_hook(name).name, now=now())
    messages.success(request, gettext("The address is closed. What was delivered stays."))
    return redirect("collect:hooks")


@require_POST
def replay(request: HttpRequest, name: str) -> HttpResponse:
    """One delivery where the form names it, else all."""
    hook = get_hook(name)
    chosen = _read_number(request.POST.get("delivery", ""))
    count = hooks.replay(hook, chosen, now=now())
    said = ngettext(
        "%(n)s delivery is landed once more, within minutes.",
        "%(n)s deliveries are landed once more, within minutes.",
        count,
    )
    messages.success(request, said % {"n": count})
    return redirect("collect:hook", hook.name)


@require_safe
def show_delivery(request: HttpRequest, name: str, delivery_id: int) -> HttpResponse:
    """Byte by byte as it came, as far as a page can show it."""
    hook = get_hook(name)
    found = deliveries.find_delivery(hook.id, delivery_id)
    if found is None:
        raise Http404
    context = {
        "hook": hook,
        "delivery": found,
        "state": STATE_WORDS[found.state],
        "body": found.body[:MOST_SHOWN].decode("utf-8", "replace"),
        "is_cut": len(found.body) > MOST_SHOWN,
    }
    return render_page(request, "collect/delivery.html", context)


def get_hook(name: str) -> Hook:
    """Raises Http404."""
    if (found := stored.find_hook(name)) is None:
        raise Http404
    return found


def _read_number(written: str) -> int | None:
    if not written:
        return None
    if not written.isascii() or not written.isdigit() or len(written) > 18:
        raise Http404
    return int(written)


def _show_secret(request: HttpRequest, hook: Hook, secret: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("hook", args=[hook.name]))
    context = {"hook": hook, "secret": secret, "address": address}
    return render_page(request, "collect/hook_secret.html", context)


def _render_hook(request: HttpRequest, hook: Hook, form: NewSecret) -> HttpResponse:
    counted = deliveries.count_states(hook.id)
    context: dict[str, Any] = {
        "hook": hook,
        "address": request.build_absolute_uri(reverse("hook", args=[hook.name])),
        "scheme": SCHEME_WORDS[hook.agreement.scheme],
        "counted": [(STATE_WORDS[each], counted.get(each, 0)) for each in deliveries.STATES],
        "is_kept": hook.previous_until is not None and hook.previous_until > now(),
        "total": sum(counted.values()),
        "shown": SHOWN,
    }
    tables = [_describe_deliveries(hook), _describe_refusals(hook)]
    return render_page(request, "collect/hook.html", context, tables, form=form)


def _describe_hooks() -> Table:
    return Table(
        name="hooks",
        caption=_("Addresses that take events"),
        columns=(
            Column("name", _("Hook")),
            Column("source", _("Source")),
            Column("signed", _("Signed"), has_choices=True),
            Column("kept", _("Waiting"), "number"),
            Column("landed", _("Landed"), "number"),
            Column("untaken", _("Untaken"), "number"),
            Column("unfit", _("Unfit"), "number"),
            Column("made", _("Opened on"), "moment"),
        ),
        rows=tuple(
            Row(
                {
                    "name": each.name,
                    "source": each.source,
                    "signed": str(SCHEME_WORDS[each.agreement.scheme]),
                    "made": each.made_at,
                    **{state: counted.get(state, 0) for state in deliveries.STATES},
                },
                {"name": reverse("collect:hook", args=[each.name])},
            )
            for each, counted in _count_all()
        ),
        empty=_("No address takes events yet. Open one below."),
    )


def _count_all() -> list[tuple[Hook, dict[str, int]]]:
    counted = deliveries.count_all_states()
    return [(each, counted.get(each.id, {})) for each in stored.list_hooks()]


def _describe_deliveries(hook: Hook) -> Table:
    return Table(
        name="deliveries",
        caption=_("Deliveries, the newest first"),
        columns=(
            Column("known_as", _("Known as")),
            Column("at", _("Received on"), "moment"),
            Column("state", _("State"), has_choices=True),
            Column("why", _("Why")),
            Column("load", _("Load")),
        ),
        rows=tuple(
            Row(
                {
                    "known_as": each.known_as,
                    "at": each.received_at,
                    "state": str(STATE_WORDS[each.state]),
                    "why": each.why,
                    "load": each.batch,
                },
                {
                    "known_as": reverse("collect:delivery", args=[hook.name, each.id]),
                    **({"load": reverse("collect:load", args=[each.batch])} if each.batch else {}),
                },
            )
            for each in deliveries.list_deliveries(hook.id, SHOWN)
        ),
        empty=_("Nothing was delivered yet."),
    )


def _describe_refusals(hook: Hook) -> Table:
    return Table(
        name="refusals",
        caption=_("Refused deliveries, by day and reason; nothing else of them is kept"),
        columns=(
            Column("day", _("Day"), "day"),
            Column("reason", _("Reason"), has_choices=True),
            Column("count", _("Deliveries"), "number"),
        ),
        rows=tuple(
            Row({"day": each.day, "reason": str(REASON_WORDS[each.reason]), "count": each.count})
            for each in stored.list_refusals(hook.id)
        ),
        empty=_("Nothing was refused."),
    )
