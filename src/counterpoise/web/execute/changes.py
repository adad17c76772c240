"""Changes of an action: its owner, its state, the day it is due."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counterpoise.actions import tracking
from counterpoise.actions.tracking import Tracked
from counterpoise.domain.execute import tracking as rules
from counterpoise.domain.execute.tracking import CannotTrack, Standing
from counterpoise.store.action_states import EditionChanged
from counterpoise.web import access
from counterpoise.web.execute import forms, pages
from counterpoise.web.execute.words import STATES, name_state
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_POST
def assign(request: HttpRequest, period: str, action: str) -> HttpResponse:
    visitor = access.get_visitor(request)
    tracked = pages.get_tracked(visitor, period, action)
    if not rules.may_assign(visitor, tracked.standing):
        raise Http404
    workers = tracking.list_workers(visitor)
    form = forms.Assign(request.POST, workers=workers)

    def change() -> Standing:
        return tracking.assign(
            visitor,
            tracked,
            form.cleaned_data["owner"],
            edition=form.cleaned_data["edition"],
            link=reverse("execute:action", args=(period, action)),
            at=now(),
        )

    def say(standing: Standing) -> str:
        name = standing.owner.name if standing.owner else ""
        return _("The action is {name}'s now, and their inbox says so.").format(name=name)

    chosen = {str(each.id): each.name for each in workers}
    wanted = chosen.get(request.POST.get("owner", ""), "")
    return _carry_out(request, tracked, {"assign": form}, change, say=say, wanted=wanted)


@require_POST
def move(request: HttpRequest, period: str, action: str) -> HttpResponse:
    visitor = access.get_visitor(request)
    tracked = pages.get_tracked(visitor, period, action)
    if not rules.may_work(visitor, tracked.standing):
        raise Http404
    form = forms.Move(request.POST, now=tracked.standing.state)
    is_current = request.POST.get("edition") == str(tracked.standing.edition)
    if not is_current:
        form.fields["state"].choices = list(STATES.items())  # type: ignore[attr-defined]

    def change() -> Standing:
        sent = form.cleaned_data
        return tracking.move(
            tracked, sent["state"], sent["reason"], edition=sent["edition"], at=now()
        )

    def say(standing: Standing) -> str:
        return _("The action is now: {state}.").format(state=name_state(standing.state))

    wanted = name_state(request.POST.get("state", ""))
    return _carry_out(request, tracked, {"state": form}, change, say=say, wanted=wanted)


@require_POST
def put_off(request: HttpRequest, period: str, action: str) -> HttpResponse:
    visitor = access.get_visitor(request)
    tracked = pages.get_tracked(visitor, period, action)
    if not rules.may_assign(visitor, tracked.standing):
        raise Http404
    form = forms.PutOff(request.POST)

    def change() -> Standing:
        sent = form.cleaned_data
        return tracking.put_off(tracked, sent["due_on"], edition=sent["edition"], at=now())

    def say(_standing: Standing) -> str:
        return _("The due day is changed.")

    wanted = request.POST.get("due_on", "")
    return _carry_out(request, tracked, {"due": form}, change, say=say, wanted=wanted)


def _carry_out(
    request: HttpRequest,
    tracked: Tracked,
    sent: dict[str, Form],
    change: Callable[[], Standing],
    *,
    say: Callable[[Standing], str],
    wanted: str,
) -> HttpResponse:
    """Change and go back; or show the page again with what was refused, or what was in the way."""
    visitor = access.get_visitor(request)
    (form,) = sent.values()
    if form.is_valid():
        try:
            standing = change()
        except EditionChanged:
            return _show_conflict(request, tracked, sent, wanted)
        except CannotTrack as error:
            form.add_error(None, get_eyes(request).reader.say(error.why))
        else:
            messages.success(request, say(standing))
            return redirect("execute:action", tracked.period, tracked.action.id)
    return pages.render_action(request, visitor, tracked, sent)


def _show_conflict(
    request: HttpRequest, tracked: Tracked, sent: dict[str, Form], wanted: str
) -> HttpResponse:
    """How it stands now beside what was asked for; the form keeps what was written in it."""
    visitor = access.get_visitor(request)
    fresh = pages.get_tracked(visitor, tracked.period, tracked.action.id)
    ((name, form),) = sent.items()
    kept = request.POST.copy()
    kept["edition"] = str(fresh.standing.edition)
    form.data = kept
    return pages.render_action(request, visitor, fresh, {name: form}, wanted=wanted)
