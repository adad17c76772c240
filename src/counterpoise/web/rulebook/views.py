"""The rulebook: what holds on a day, what differs between two, one rule's history, a new entry."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import rules
from counterpoise.actions.rules import RuleHistory, UnknownRule
from counterpoise.connectors.documents import names
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule
from counterpoise.store.rules import RuleChanged
from counterpoise.web import access
from counterpoise.web.links import link_rule
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.rulebook import figures, forms
from counterpoise.web.workplace import now

QUARTER = timedelta(days=91)


@require_safe
def list_rules(request: HttpRequest) -> HttpResponse:
    """A day that cannot be read is refused, and today is shown."""
    today = localdate(now())
    form = forms.Day(request.GET) if "on" in request.GET else forms.Day(initial={"on": today})
    on: date = form.cleaned_data["on"] if form.is_bound and form.is_valid() else today
    context = {"on": on, "open_keys": rules.list_keys_without_value(on)}
    tables = [figures.build_rules(rules.list_held(on))]
    return render_page(request, "rulebook/list.html", context, tables, form=form)


@require_safe
def show_difference(request: HttpRequest) -> HttpResponse:
    today = localdate(now())
    asked = "start" in request.GET or "end" in request.GET
    days = {"start": today - QUARTER, "end": today}
    form = forms.Days(request.GET) if asked else forms.Days(initial=days)
    if asked and form.is_valid():
        days = form.cleaned_data
    differences = rules.compare_days(days["start"], days["end"])
    tables = [figures.build_differences(differences)]
    return render_page(request, "rulebook/difference.html", days, tables, form=form)


@require_safe
def show_rule(request: HttpRequest) -> HttpResponse:
    history = _get_history(request.GET.get("key", ""), request.GET.get("subject", ""))
    form = forms.Change(
        initial={
            "key": history.key,
            "subject": history.subject,
            "replaces": history.last,
            "value": history.held.value if history.held else "",
            "effective_from": localdate(now()),
        }
    )
    return _render_rule(request, history, form)


@require_POST
def change_rule(request: HttpRequest) -> HttpResponse:
    history = _get_history(request.POST.get("key", ""), request.POST.get("subject", ""))
    form = forms.Change(request.POST)
    if not form.is_valid():
        return _render_rule(request, history, form)
    sent = form.cleaned_data
    rule = Rule(
        sent["key"], sent["subject"], sent["value"], "", sent["effective_from"], sent["source"]
    )
    try:
        rules.change_rule(rule, replaces=sent["replaces"], at=now())
    except InvalidRule as error:
        form.add_error("value", get_eyes(request).explain(error))
        return _render_rule(request, history, form)
    except RuleChanged:
        return _show_conflict(request, history, form)
    messages.success(request, _("Recorded. The next run of the cycle uses it from its day on."))
    return redirect(link_rule(rule.key, rule.subject))


def _get_history(key: str, subject: str) -> RuleHistory:
    if len(subject) > 200 or "\0" in subject:
        raise Http404
    try:
        return rules.get_history(key, subject.strip(), localdate(now()))
    except UnknownRule:
        raise Http404 from None


def _render_rule(
    request: HttpRequest, history: RuleHistory, form: forms.Change, **more: Any
) -> HttpResponse:
    context = {
        "history": history,
        "unit": names.translate_rule(history.unit),
        "source": names.translate_rule(history.held.source) if history.held else "",
        "may_change": access.get_visitor(request).may("edit_rules"),
        "conflict": None,
        **more,
    }
    tables = [figures.build_history(history)]
    status = 409 if more else 200
    return render_page(request, "rulebook/rule.html", context, tables, form=form, status=status)


def _show_conflict(request: HttpRequest, history: RuleHistory, form: forms.Change) -> HttpResponse:
    """What was recorded meanwhile beside what was asked for; the form keeps what was written."""
    fresh = _get_history(history.key, history.subject)
    kept = request.POST.copy()
    kept["replaces"] = str(fresh.last)
    theirs = fresh.entries[0] if fresh.entries else None
    conflict = {"theirs": theirs, "mine": form.cleaned_data["value"]}
    return _render_rule(request, fresh, forms.Change(kept), conflict=conflict)
