"""Supply of a period: what work is asked of each pool, what it can give, who is needed and when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from counterpoise.actions import overrides, rules
from counterpoise.connectors.documents import charts
from counterpoise.connectors.documents.figures import build_loads
from counterpoise.web import access
from counterpoise.web.drawings import draw_once
from counterpoise.web.newest import find_newest_period, get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.supply import assumptions, pools
from counterpoise.web.tables import list_asked


@require_safe
def go_to_newest(request: HttpRequest) -> HttpResponse:
    if period := find_newest_period():
        return redirect("supply:period", period)
    return render_page(request, "supply/empty.html", {})


@require_safe
def show_period(request: HttpRequest, period: str) -> HttpResponse:
    newest = get_newest(period)
    cycle = newest.cycle
    if cycle is None or cycle.capacity is None:
        context = {"newest": newest, "refusals": newest.list_refusals("demand", "supply")}
        return render_page(request, "supply/refused.html", context)
    may_edit = access.get_visitor(request).may("edit_rules")
    loads = build_loads(cycle.capacity)
    plan = cycle.plans[0] if cycle.plans else None
    tables = (
        pools.build_pools(cycle.capacity, loads, plan),
        pools.build_months(cycle.capacity, plan, cycle.currency),
        pools.build_needs(cycle.capacity),
        assumptions.build_pool_rules(cycle, rules.load_rulebook(), may_edit=may_edit),
        assumptions.build_work(cycle.capacity, may_edit=may_edit),
        assumptions.build_unconfirmed(cycle, may_edit=may_edit),
    )
    reader = get_eyes(request).in_currency(cycle.currency).reader
    outlook = overrides.find_outlook(period)
    context = {
        "newest": newest,
        "outlook": outlook,
        "capacity": cycle.capacity,
        "may_edit": may_edit,
        "people_short": sum(need.people for need in cycle.capacity.needs),
        "short": sum(1 for load in loads if load.share is None or load.share > 1),
        "late": [need for need in cycle.capacity.needs if need.open_requisition_by < cycle.as_of],
        "opened": list_asked(request.GET),
        "chart": draw_once(charts.draw_loads, reader, loads) if loads else None,
    }
    return render_page(request, "supply/period.html", context, tables)
