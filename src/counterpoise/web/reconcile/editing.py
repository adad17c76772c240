"""A scenario's own page, and the forms that make or change one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterpoise.actions import levers, rules, scenarios, standings
from counterpoise.actions.levers import Lever
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.tables.scenario import Change, InvalidScenario
from counterpoise.domain.values.period import Period
from counterpoise.store import scenarios as stored
from counterpoise.store.scenarios import KeptScenario, NameTaken, ScenarioChanged
from counterpoise.web import access
from counterpoise.web.newest import Newest, get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.reconcile import changes
from counterpoise.web.reconcile.forms import ScenarioForm, open_ask, write_place
from counterpoise.web.reconcile.views import describe_plan
from counterpoise.web.reconcile.words import name_case
from counterpoise.web.workplace import now

REFUSALS = (InvalidScenario, InvalidRule, NameTaken)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The period that a scenario is of: its newest run, and what can be changed of it."""

    newest: Newest
    levers: tuple[Lever, ...]

    @property
    def period(self) -> str:
        return self.newest.run.period


@require_safe
def open_new(request: HttpRequest, period: str) -> HttpResponse:
    """`?rule=` names a rule to begin with."""
    place = _find_place(period)
    wanted = request.GET.get("rule", "")
    begun = [
        Change(each.key, each.subject, each.value)
        for each in place.levers
        if write_place(each.key, each.subject) == wanted
    ]
    return _render_new(request, place, ScenarioForm(place.levers, begun))


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, period: str) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    if request.method != "POST":
        return redirect("reconcile:new", period)
    place = _find_place(period)
    form = ScenarioForm(place.levers, data=request.POST)
    if form.is_valid():
        try:
            made = scenarios.make_scenario(
                period, form.read_wish(), access.get_visitor(request), now=now()
            )
        except REFUSALS as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(request, _("The scenario is made. Solve it to see its plan."))
            return redirect("reconcile:scenario", period, made.id)
    return _render_new(request, place, form)


@require_safe
def show(request: HttpRequest, period: str, scenario_id: int) -> HttpResponse:
    place, kept = _find(period, scenario_id)
    return _render(request, place, kept, _open_form(place, kept))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, period: str, scenario_id: int) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    if request.method != "POST":
        return redirect("reconcile:scenario", period, scenario_id)
    place, kept = _find(period, scenario_id)
    form = ScenarioForm(place.levers, kept.scenario.changes, request.POST)
    if form.is_valid():
        try:
            scenarios.change_scenario(
                kept, form.read_wish(), edition=form.cleaned_data["edition"], now=now()
            )
        except REFUSALS as error:
            form.add_error(None, get_eyes(request).explain(error))
        except ScenarioChanged as error:
            return _show_conflict(request, place, form, error.current)
        else:
            messages.success(
                request, _("The scenario is changed. Its plan of before no longer holds: solve it.")
            )
            return redirect("reconcile:scenario", period, scenario_id)
    return _render(request, place, kept, form)


def find_scenario(period: str, scenario_id: int) -> KeptScenario:
    """Raises Http404."""
    try:
        return stored.get_scenario(period, scenario_id)
    except stored.UnknownScenario:
        raise Http404 from None


def _find_place(period: str) -> Place:
    """Raises Http404 for a period that was never run."""
    newest = get_newest(period)
    capacity = newest.cycle.capacity if newest.cycle else None
    rulebook = rules.load_rulebook()
    return Place(newest, levers.list_levers(capacity, rulebook, newest.run.as_of))


def _find(period: str, scenario_id: int) -> tuple[Place, KeptScenario]:
    kept = find_scenario(period, scenario_id)
    return _find_place(period), kept


def _open_form(place: Place, kept: KeptScenario) -> ScenarioForm:
    initial = {
        "name": kept.name, "demand": kept.scenario.demand, "note": kept.note,
        "edition": kept.edition,
    }  # fmt: skip
    return ScenarioForm(place.levers, kept.scenario.changes, initial=initial)


def _show_conflict(
    request: HttpRequest, place: Place, form: ScenarioForm, current: KeptScenario
) -> HttpResponse:
    """Theirs and, in the form, what was written; sent again it takes the place of theirs."""
    wish = form.read_wish()
    initial = {
        "name": wish.name, "demand": wish.demand, "note": wish.note, "edition": current.edition,
    }  # fmt: skip
    again = ScenarioForm(place.levers, wish.changes, initial=initial)
    return _render(request, place, current, again, is_conflict=True)


def _render_new(request: HttpRequest, place: Place, form: ScenarioForm) -> HttpResponse:
    table = changes.build_levers(place.levers, place.period, may_edit=True)
    context = {"newest": place.newest}
    return render_page(request, "reconcile/new.html", context, [table], form=form)


def _render(
    request: HttpRequest,
    place: Place,
    kept: KeptScenario,
    form: ScenarioForm,
    *,
    is_conflict: bool = False,
) -> HttpResponse:
    may_edit = access.get_visitor(request).may("edit_scenarios")
    run = place.newest.run
    outdated = standings.explain_outdated(Period.parse(place.period), [kept], run)
    tables = [
        changes.build_changes(kept.scenario.changes, place.levers),
        changes.build_levers(place.levers, place.period, may_edit=may_edit),
    ]
    context: dict[str, Any] = {
        "newest": place.newest,
        "kept": kept,
        "case": name_case(kept.scenario.demand),
        "outdated": outdated.get(kept.id, ()),
        "is_conflict": is_conflict,
        "ask": open_ask(kept),
    }
    plan = scenarios.find_plan(kept.plan) if kept.plan else None
    if plan is not None and kept.plan is not None:
        described, more = describe_plan(request, plan, kept.plan)
        context |= described
        tables += more
    status = 409 if is_conflict else 200
    return render_page(
        request, "reconcile/scenario.html", context, tables, form=form, status=status
    )
