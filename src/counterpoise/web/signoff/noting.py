"""Decisions, assumptions and minutes of a period: kept, and withdrawn where they no longer hold."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counterpoise.actions import notes
from counterpoise.store.notes import UnknownNote, WithdrawnAlready
from counterpoise.web import access
from counterpoise.web.signoff.finding import check_period
from counterpoise.web.signoff.forms import NoteForm
from counterpoise.web.signoff.views import render_overview
from counterpoise.web.workplace import now


@require_POST
def add(request: HttpRequest, period: str) -> HttpResponse:
    check_period(period)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render_overview(request, period, form)
    notes.add_note(period, form.read(), access.get_visitor(request), now=now())
    messages.success(request, _("It is kept with the plan of the period, and in its next pack."))
    return redirect("signoff:overview", period)


@require_POST
def withdraw(request: HttpRequest, period: str, note_id: int) -> HttpResponse:
    check_period(period)
    try:
        notes.withdraw_note(period, note_id, now=now())
    except UnknownNote:
        raise Http404 from None
    except WithdrawnAlready:
        messages.error(request, _("That note was withdrawn already. Nothing was changed."))
    else:
        messages.success(request, _("The note is withdrawn. It stays in the record, marked so."))
    return redirect("signoff:overview", period)
