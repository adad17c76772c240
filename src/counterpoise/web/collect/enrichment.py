"""Enrichment: what others say of companies, what a person is to decide, and what it has cost."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import enrichment as actions
from counterpoise.actions import rules
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.collect.enrichment import Authority
from counterpoise.store import enrichment, ledger
from counterpoise.store.enrichment import Conflict, SettledAlready, UnknownConflict
from counterpoise.web import access
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect.standing import get_all_seeing
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import now

LIMIT = 1_000
"""Companies that one click asks about."""
KINDS: Mapping[str, Promise] = {
    "file": _("a file"),
    "table": _("a table of a database"),
    "api": _("an HTTP API"),
    "page": _("the company's web page"),
}
AUTHORITY_WORDS: dict[Authority, Promise] = {
    "person": _("a person who verified it"),
    "billing": _("billing"),
    "customer": _("the customer"),
    "vendor": _("a vendor"),
    "crawl": _("the company's page"),
    "guess": _("a guess"),
}


@require_safe
def show_enrichment(request: HttpRequest) -> HttpResponse:
    get_all_seeing(request)
    providers = enrichment.list_providers()
    context = {
        "providers": [each for each in providers if not each.is_paused],
        "all_providers": providers,
        "kinds": list(KINDS.items()),
        "may_load": access.get_visitor(request).may("load_data"),
        "has_data": ledger.find_current_build() is not None,
        "key": make_key(),
    }
    shown = [_describe_conflicts(), _describe_held(), _describe_spend()]
    return render_page(request, "collect/enrichment.html", context, shown)


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """A worker asks; one click is one job."""
    visitor = get_all_seeing(request)
    name, key = request.POST.get("provider", ""), request.POST.get("key", "") or make_key()
    if name not in {each.name for each in enrichment.list_providers() if not each.is_paused}:
        raise Http404
    arguments = {"provider": name, "limit": LIMIT, "link": reverse("collect:enrichment")}
    job = ask_for("enrich", arguments, key=f"enrich-{key}", visitor=visitor)
    return redirect("work:job", job.id)


@require_safe
def show_conflict(request: HttpRequest, conflict_id: int) -> HttpResponse:
    get_all_seeing(request)
    return _render_conflict(request, _get_conflict(conflict_id))


@require_POST
def settle(request: HttpRequest, conflict_id: int) -> HttpResponse:
    """By one of the two values, or by a third that the person gives."""
    visitor = get_all_seeing(request)
    conflict, choice = _get_conflict(conflict_id), request.POST.get("choice", "")
    try:
        if choice in ("holds", "rival"):
            actions.settle(
                conflict_id, "holds" if choice == "holds" else "rival", visitor, now=now()
            )
        else:
            value = request.POST.get("value", "")
            actions.verify(conflict.entity, conflict.holds.field, value, visitor, now=now())
    except actions.InvalidValue as error:
        return _render_conflict(request, conflict, get_eyes(request).explain(error), 422)
    except (SettledAlready, UnknownConflict):
        messages.error(request, gettext("Somebody decided about it before. Nothing was changed."))
        return redirect("collect:enrichment")
    messages.success(request, gettext("Kept as verified. Nothing else overwrites it from now on."))
    return redirect("collect:enrichment")


def _get_conflict(conflict_id: int) -> Conflict:
    for each in enrichment.list_conflicts():
        if each.id == conflict_id:
            return each
    raise Http404


def _render_conflict(
    request: HttpRequest, conflict: Conflict, refusal: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "conflict": conflict,
        "field": name_code("attribute", conflict.holds.field),
        "holds_from": AUTHORITY_WORDS[conflict.holds.authority],
        "rival_from": AUTHORITY_WORDS[conflict.rival.authority],
        "may_load": access.get_visitor(request).may("load_data"),
        "refusal": refusal,
    }
    return render_page(request, "collect/conflict.html", context, status=status)


def _describe_conflicts() -> Table:
    return Table(
        name="conflicts",
        caption=_("Conflicts that wait for a person"),
        columns=(
            Column("company", _("Company")),
            Column("field", _("Field"), has_choices=True),
            Column("holds", _("Holds now")),
            Column("holds_from", _("Who says it"), has_choices=True),
            Column("holds_at", _("Known since"), "moment"),
            Column("rival", _("Said as well")),
            Column("rival_from", _("By"), has_choices=True),
            Column("why", _("Why a person decides")),
        ),
        rows=tuple(
            Row(
                {
                    "company": each.name,
                    "field": name_code("attribute", each.holds.field),
                    "holds": each.holds.value,
                    "holds_from": str(AUTHORITY_WORDS[each.holds.authority]),
                    "holds_at": each.holds.seen_at,
                    "rival": each.rival.value,
                    "rival_from": each.rival.provider,
                    "why": each.why,
                },
                {"company": reverse("collect:conflict", args=[each.id])},
            )
            for each in enrichment.list_conflicts()
        ),
        empty=_("Nothing waits for a decision."),
    )


def _describe_held() -> Table:
    return Table(
        name="held",
        caption=_("What was learned, the newest first"),
        columns=(
            Column("entity", _("Company")),
            Column("field", _("Field"), has_choices=True),
            Column("value", _("Value")),
            Column("authority", _("Who says it"), has_choices=True),
            Column("provider", _("Provider"), has_choices=True),
            Column("method", _("Found by")),
            Column("at", _("Known since"), "moment"),
        ),
        rows=tuple(
            Row(
                {
                    "entity": each.entity,
                    "field": name_code("attribute", each.claim.field),
                    "value": each.claim.value,
                    "authority": str(AUTHORITY_WORDS[each.claim.authority]),
                    "provider": each.claim.provider,
                    "method": each.claim.method,
                    "at": each.claim.seen_at,
                }
            )
            for each in enrichment.list_held()
        ),
        empty=_("Nobody was asked yet."),
    )


def _describe_spend() -> Table:
    rulebook, at = rules.load_rulebook(), now()
    return Table(
        name="spend",
        caption=_("What providers have cost"),
        columns=(
            Column("provider", _("Provider")),
            Column("month", _("Month")),
            Column("calls", _("Companies asked about"), "number"),
            Column("spent", _("Spent"), "quantity", places=2),
            Column("cap", _("Cap of a month now"), "quantity", places=2),
        ),
        rows=tuple(
            Row(
                {
                    "provider": each.provider,
                    "month": each.month,
                    "calls": each.calls,
                    "spent": each.spent,
                    "cap": actions.find_cap(rulebook, each.provider, at),
                }
            )
            for each in enrichment.list_spend()
        ),
        empty=_("Nothing was spent."),
    )
