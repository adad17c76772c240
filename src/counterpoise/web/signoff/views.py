"""The versions of a period's plan, and one of them: what it says, who signed, what changed."""

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from counterpoise.actions import packs, signing
from counterpoise.actions.signing import Seen
from counterpoise.connectors.documents.pack_words import name_role
from counterpoise.store import notes, scenarios
from counterpoise.web import access
from counterpoise.web.accounts.recent import is_recent
from counterpoise.web.links import get_page_language
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.signoff import figures
from counterpoise.web.signoff.finding import check_period, get_seen
from counterpoise.web.signoff.forms import AskForm, NoteForm, SignForm
from counterpoise.web.signoff.words import KINDS, STATES, TONES
from counterpoise.web.workplace import get_workspace, now


@require_safe
def show_overview(request: HttpRequest, period: str) -> HttpResponse:
    check_period(period)
    return render_overview(request, period, NoteForm())


@require_safe
def show_version(request: HttpRequest, period: str, number: int) -> HttpResponse:
    seen = get_seen(period, number)
    return render_version(request, seen, SignForm(initial={"shown": _get_hash(seen)}))


def render_overview(request: HttpRequest, period: str, form: NoteForm) -> HttpResponse:
    states = signing.name_states(get_workspace(), period)
    today = now().astimezone(get_eyes(request).zone).date()
    kept = [
        {"note": each, "kind": KINDS[each.kind], "is_expired": each.is_expired(today)}
        for each in notes.list_notes(period)
    ]
    newest = states[0] if states else None
    context = {
        "period": period,
        "newest": newest[0] if newest else None,
        "state": STATES[newest[1]] if newest else "",
        "tone": TONES[newest[1]] if newest else "",
        "promoted": scenarios.find_promoted(period),
        "notes": kept,
        "ask": AskForm(),
    }
    return render_page(
        request, "signoff/overview.html", context, [figures.build_versions(states)], form=form
    )


def render_version(
    request: HttpRequest, seen: Seen, form: Form, *, status: int = 200
) -> HttpResponse:
    """status: of a refusal that is no fault of the form's fields."""
    visitor = access.get_visitor(request)
    pack = packs.build_pack(seen, get_eyes(request).zone)
    tables = [figures.build_signatures(seen.frozen)]
    if pack is not None:
        tables += figures.build_content(pack, get_eyes(request))
    context: dict[str, Any] = {
        "seen": seen,
        "frozen": seen.frozen,
        "version": seen.frozen.version,
        "pack": pack,
        "currency": pack.currency if pack else "",
        "state": STATES[seen.state],
        "tone": TONES[seen.state],
        "is_replaced": seen.standing.newest > seen.frozen.version.number,
        "turns": [name_role(each) for each in seen.still_to_sign],
        "ask": AskForm(),
        "language": get_page_language(),
        "subject": f"version:{seen.frozen.id}",
    }
    if visitor.may("sign_plan"):
        context["refusal"] = signing.find_refusal(seen, visitor, now=now())
        context["is_recent"] = is_recent(request)
    answer = render_page(request, "signoff/version.html", context, tables, form=form)
    if status != 200:
        answer.status_code = status
    return answer


def _get_hash(seen: Seen) -> str:
    return seen.frozen.version.version_hash
