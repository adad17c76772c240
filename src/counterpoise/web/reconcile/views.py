"""The plan of a period with its proof, the scenarios beside it, and any plan that was saved."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from counterpoise.actions import overrides, planning, scenarios, standings
from counterpoise.actions.planning import BrokenPlan
from counterpoise.connectors.documents import charts
from counterpoise.connectors.documents.figures import build_plan_months
from counterpoise.domain.reconcile.headline import sum_up
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.values.period import Period
from counterpoise.store import plans, runs
from counterpoise.store import scenarios as stored
from counterpoise.web import access
from counterpoise.web.drawings import draw_once
from counterpoise.web.newest import Newest, find_newest_period, get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.reconcile import beside, figures
from counterpoise.web.reconcile.words import name_scenario
from counterpoise.web.tables import Table


@require_safe
def go_to_newest(request: HttpRequest) -> HttpResponse:
    if period := find_newest_period():
        return redirect("reconcile:period", period)
    return render_page(request, "reconcile/empty.html", {})


@require_safe
def show_period(request: HttpRequest, period: str) -> HttpResponse:
    newest = get_newest(period)
    if newest.cycle is None or not newest.cycle.plans:
        return _refuse(request, newest)
    cycle, names = newest.cycle, plans.list_names(newest.run.id)
    kept = stored.list_scenarios(period, with_archived=True)
    outdated = standings.explain_outdated(Period.parse(period), kept, newest.run)
    used = [each for each in kept if not each.is_archived]
    promoted = next((each for each in used if each.is_promoted), None)
    context, tables = describe_plan(request, cycle.plans[0], names[0] if names else "")
    context |= {
        "newest": newest,
        "outlook": overrides.find_outlook(period),
        "promoted": promoted,
        "signoff": _find_signoff(request, period),
        "comparable": beside.list_comparable(cycle.plans, used),
        "archived": [each for each in kept if each.is_archived],
        "subject": f"plan:{period}",
    }
    tables = (*tables, beside.build_scenarios(newest, names, used, outdated))
    return render_page(request, "reconcile/period.html", context, tables)


@require_safe
def show_plan(request: HttpRequest, period: str, plan_id: str) -> HttpResponse:
    heading = plans.find_heading(plan_id)
    if heading is None or heading.period != period:
        raise Http404
    newest = next(iter(runs.list_headings(period)), None)
    plan = scenarios.find_plan(plan_id)
    if plan is None:
        return render_page(request, "reconcile/unreadable.html", {"heading": heading})
    context, tables = describe_plan(request, plan, plan_id)
    context |= {"heading": heading, "run": newest, "title": name_scenario(heading.scenario)}
    return render_page(request, "reconcile/plan.html", context, tables)


def describe_plan(
    request: HttpRequest, plan: Plan, name: str
) -> tuple[dict[str, Any], tuple[Table, ...]]:
    """What the part of a page that shows a plan needs. `?check=yes` checks what was saved again."""
    months = build_plan_months(plan)
    reader = get_eyes(request).in_currency(plan.problem.currency).reader
    headline = sum_up(plan)
    context: dict[str, Any] = {
        "plan": plan,
        "plan_name": name,
        "headline": headline,
        "free": headline.contribution + headline.limits,
        "served_share": headline.served / headline.demand if headline.demand else None,
        "currency": plan.problem.currency,
        "chart": draw_once(charts.draw_plan, reader, months),
    }
    tables = figures.build_all(plan, months)
    if name and request.GET.get("check"):
        try:
            context["checked"] = planning.verify_plan(name)
        except BrokenPlan as error:
            context["broken"] = get_eyes(request).explain(error)
        else:
            tables = (*tables, figures.build_violations(context["checked"]))
    return context, tables


def _refuse(request: HttpRequest, newest: Newest) -> HttpResponse:
    context = {
        "newest": newest,
        "refusals": newest.list_refusals("demand", "supply", "reconcile"),
        "is_unreadable": newest.cycle is None,
    }
    return render_page(request, "reconcile/refused.html", context)


def _find_signoff(request: HttpRequest, period: str) -> str:
    """Where the plan is frozen and signed, for who may see it."""
    if not access.may_open(access.get_visitor(request), "signoff:overview"):
        return ""
    try:
        return reverse("signoff:overview", args=[period])
    except NoReverseMatch:
        return ""
