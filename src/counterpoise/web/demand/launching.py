"""Products that come: what was decided, past launches to pick from, and a new launch."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import launches
from counterpoise.actions.launches import Lessons
from counterpoise.connectors.documents import names
from counterpoise.domain.tables.launch import InvalidLaunch, NoAnalogue, Proposal
from counterpoise.store import launches as stored
from counterpoise.store.launches import DecidedAlready, Kind
from counterpoise.store.ledger import find_current_build
from counterpoise.web import access
from counterpoise.web.demand import launch_tables
from counterpoise.web.demand.launch_forms import LaunchForm, WishForm
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import get_workspace, now

REFUSALS = (InvalidLaunch, NoAnalogue, DecidedAlready)


@require_safe
def list_launches(request: HttpRequest) -> HttpResponse:
    if find_current_build() is None:
        return render_page(request, "demand/launches.html", {"is_empty": True})
    lessons = launches.learn(get_workspace(), today=now().date())
    eyes = get_eyes(request).in_currency(lessons.currency)
    made = stored.list_history()
    table = launch_tables.build_decisions(made, eyes.reader, lessons.currency)
    context = {
        "lessons": lessons,
        "currency": lessons.currency,
        "current": [
            {
                "id": each.decided.id,
                "kind": each.kind,
                "product": each.decided.product,
                "month": each.decided.begins,
                "how": launch_tables.describe(each.decided, eyes.reader),
            }
            for each in made
            if each.is_current
        ],
    }
    return render_page(request, "demand/launches.html", context, [table])


@require_http_methods(["GET", "HEAD", "POST"])
def launch(request: HttpRequest) -> HttpResponse:
    """The address says what the product is. A POST shows what the launch brings, or decides it."""
    if find_current_build() is None:
        raise Http404
    lessons = launches.learn(get_workspace(), today=now().date())
    wish = WishForm(request.GET or None, regions=lessons.regions, currency=lessons.currency)
    context: dict[str, Any] = {"wish": wish, "lessons": lessons, "currency": lessons.currency}
    if not wish.is_valid():
        if request.method == "POST":
            raise Http404  # the page never sends what it did not take itself
        return render_page(request, "demand/launch.html", context, form=wish)
    found = launches.propose(
        get_workspace(),
        wish.product_wanted,
        tuple(wish.cleaned_data["regions"]),
        today=now().date(),
    )
    return _decide(request, context, wish, found)


@require_POST
def withdraw(request: HttpRequest, launch_id: int) -> HttpResponse:
    return withdraw_decision(request, "launch", launch_id)


def withdraw_decision(request: HttpRequest, kind: Kind, decision_id: int) -> HttpResponse:
    visitor = access.get_visitor(request)
    try:
        launches.withdraw(kind, decision_id, visitor.name, now=now())
    except stored.UnknownDecision:
        raise Http404 from None
    except stored.DecisionWithdrawn as error:
        messages.error(request, get_eyes(request).explain(error))
    else:
        messages.success(request, _("It is withdrawn. Run the cycle again, so that plans follow."))
    return redirect("demand:launches")


def _decide(
    request: HttpRequest, context: dict[str, Any], wish: WishForm, found: Sequence[Proposal]
) -> HttpResponse:
    lessons: Lessons = context["lessons"]
    eyes = get_eyes(request).in_currency(lessons.currency)
    form = LaunchForm(
        request.POST if request.method == "POST" else None,
        analogues=[(each.past.product, _name(each, request)) for each in found],
        currency=lessons.currency,
    )
    tables = [
        launch_tables.build_proposals(found, lessons.currency),
        launch_tables.build_curves(found, eyes.reader),
    ]
    if request.method == "POST" and form.is_valid():
        try:
            made = form.build(wish, access.get_visitor(request), now())
            if "decide" in request.POST:
                launches.make_launch(get_workspace(), made, today=now().date())
                messages.success(
                    request,
                    _("The launch is decided. Run the cycle again, so that plans follow it."),
                )
                return redirect("demand:launches")
            outline = launches.outline(get_workspace(), made, today=now().date())
            context["judged"] = outline.judged
            tables.append(launch_tables.build_outline(outline, lessons.currency))
        except REFUSALS as error:
            form.add_error(None, eyes.explain(error))
    context |= {"found": found, "query": request.GET.urlencode()}
    return render_page(request, "demand/launch.html", context, tables, form=form)


def _name(proposal: Proposal, request: HttpRequest) -> str:
    name = names.name_part(proposal.past.product)
    return f"{name} ({get_eyes(request).reader.share(proposal.score)})"
