"""Products that go: a new phase-out, and withdrawing one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counterpoise.actions import launches
from counterpoise.domain.tables.launch import InvalidLaunch, InvalidPhaseOut
from counterpoise.store import launches as stored
from counterpoise.store.launches import DecidedAlready
from counterpoise.store.ledger import find_current_build
from counterpoise.web import access
from counterpoise.web.demand.launch_forms import PhaseOutForm
from counterpoise.web.demand.launching import withdraw_decision
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import get_workspace, now


@require_http_methods(["GET", "HEAD", "POST"])
def phase_out(request: HttpRequest) -> HttpResponse:
    if find_current_build() is None:
        raise Http404
    lessons = launches.learn(get_workspace(), today=now().date())
    launched = {each.product for each in stored.list_current().launches}
    form = PhaseOutForm(
        request.POST if request.method == "POST" else None,
        products=sorted({*lessons.sold, *launched}),
    )
    if request.method == "POST" and form.is_valid():
        try:
            decided = form.build(access.get_visitor(request), now())
            launches.make_phase_out(get_workspace(), decided, today=now().date())
        except (InvalidPhaseOut, InvalidLaunch, DecidedAlready) as error:
            form.add_error(None, get_eyes(request).explain(error))
        else:
            messages.success(
                request,
                _("The phase-out is decided. Run the cycle again, so that plans follow it."),
            )
            return redirect("demand:launches")
    return render_page(request, "demand/phase_out.html", {}, form=form)


@require_POST
def withdraw(request: HttpRequest, phase_out_id: int) -> HttpResponse:
    return withdraw_decision(request, "phase_out", phase_out_id)
