"""What is done with a scenario: solve it, put it away, choose its plan to be frozen."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counterpoise.actions import scenarios
from counterpoise.actions.scenarios import UnsolvedScenario
from counterpoise.store import scenarios as stored
from counterpoise.store.scenarios import KeptScenario, ScenarioChanged
from counterpoise.web import access
from counterpoise.web.background import work
from counterpoise.web.newest import get_newest
from counterpoise.web.reconcile.editing import find_scenario
from counterpoise.web.reconcile.forms import AskForm
from counterpoise.web.workplace import now


@require_POST
def solve(request: HttpRequest, period: str, scenario_id: int) -> HttpResponse:
    kept = find_scenario(period, scenario_id)
    get_newest(period)  # a scenario is solved as of the day of the newest run
    form = AskForm(request.POST)
    if not form.is_valid() or kept.is_archived:
        return _say_changed(request, kept)
    link = reverse("reconcile:scenario", args=[period, scenario_id])
    arguments = {"period": period, "scenario": scenario_id, "link": link}
    visitor = access.get_visitor(request)
    job = work.ask_for("scenario", arguments, key=form.cleaned_data["key"], visitor=visitor)
    return redirect("work:job", job.id)


@require_POST
def archive(request: HttpRequest, period: str, scenario_id: int) -> HttpResponse:
    def act(kept: KeptScenario, edition: int) -> str:
        stored.archive(kept, edition=edition, at=now())
        return _("The scenario is archived. Its plans stay; it can be brought back.")

    return _act(request, period, scenario_id, act)


@require_POST
def bring_back(request: HttpRequest, period: str, scenario_id: int) -> HttpResponse:
    def act(kept: KeptScenario, edition: int) -> str:
        stored.bring_back(kept, edition=edition, at=now())
        return _("The scenario is back in the list.")

    return _act(request, period, scenario_id, act)


@require_POST
def promote(request: HttpRequest, period: str, scenario_id: int) -> HttpResponse:
    def act(kept: KeptScenario, edition: int) -> str:
        scenarios.promote(kept, edition=edition, now=now())
        return _("This plan is now the one to be frozen. Freeze it, then it can be signed.")

    return _act(request, period, scenario_id, act)


@require_POST
def step_back(request: HttpRequest, period: str) -> HttpResponse:
    if stored.step_back(period, at=now()) is None:
        raise Http404
    messages.success(request, _("The plan for the expected demand is the one to be frozen again."))
    return redirect("reconcile:period", period)


def _act(
    request: HttpRequest,
    period: str,
    scenario_id: int,
    act: Callable[[KeptScenario, int], str],
) -> HttpResponse:
    """One call that changes something; what was changed meanwhile is shown instead."""
    kept = find_scenario(period, scenario_id)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _say_changed(request, kept)
    try:
        said = act(kept, form.cleaned_data["edition"])
    except ScenarioChanged:
        return _say_changed(request, kept)
    except UnsolvedScenario:
        messages.error(request, _("The scenario has no plan. Solve it, then choose it."))
    else:
        messages.success(request, said)
    return redirect("reconcile:scenario", period, scenario_id)


def _say_changed(request: HttpRequest, kept: KeptScenario) -> HttpResponse:
    messages.error(
        request,
        _("The scenario was changed in the meantime. Nothing was done: look at it, then decide."),
    )
    return redirect("reconcile:scenario", kept.period, kept.id)
