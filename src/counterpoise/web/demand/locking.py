"""Locking a figure, so that what is overridden around it leaves it alone, and unlocking it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counterpoise.actions import locks
from counterpoise.actions.locks import LockWish
from counterpoise.actions.override_wishes import LockedFigure, UnexplainedOverride
from counterpoise.domain.tables.override import InvalidOverride
from counterpoise.store import overrides as stored
from counterpoise.web import access
from counterpoise.web.demand import cells, overriding
from counterpoise.web.demand.forms import LockForm
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest, period: str) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    outlook, key = overriding.find(request, period)
    if request.method != "POST":
        return redirect(overriding.stay_on(request, period))
    form = LockForm(request.POST)
    if not form.is_valid():
        return overriding.render_cell(request, outlook, key, form)
    wish = LockWish(period, key, form.cleaned_data["comment"], form.cleaned_data["expires_on"])
    try:
        locks.lock_figure(wish, access.get_visitor(request), now=now())
    except (InvalidOverride, UnexplainedOverride, LockedFigure) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return overriding.render_cell(request, outlook, key, form)
    messages.success(
        request,
        _(
            "The figure is locked. What is overridden around it leaves it as it is, until it is"
            " unlocked."
        ),
    )
    return redirect(cells.link("cell", period, key))


@require_POST
def unlock(request: HttpRequest, period: str, override_id: int) -> HttpResponse:
    try:
        gone = locks.unlock_figure(period, override_id, access.get_visitor(request), now=now())
    except stored.UnknownOverride:
        raise Http404 from None
    except stored.CellChanged:
        kept = stored.get_override(period, override_id).override
        messages.error(request, _("It was unlocked already. Nothing was changed: look again."))
        return redirect(cells.link("cell", period, kept.cell))
    messages.success(
        request,
        _("The figure is unlocked. Run the cycle again, so that the plan follows."),
    )
    return redirect(cells.link("cell", period, gone.cell))
