"""What is done with a plan and its versions: freeze, sign, verify."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counterpoise.actions import signing
from counterpoise.actions.freezing import ChangedVersion
from counterpoise.domain.reconcile.signing import CannotSign, NotYourTurn, OwnPlan
from counterpoise.store.versions import SignedMeanwhile
from counterpoise.web import access
from counterpoise.web.accounts.recent import needs_recent_sign_in
from counterpoise.web.background import work
from counterpoise.web.reading import get_eyes
from counterpoise.web.signoff.finding import check_period, get_seen
from counterpoise.web.signoff.forms import AskForm, SignForm
from counterpoise.web.signoff.views import render_version
from counterpoise.web.workplace import get_workspace, now

NOT_THEIRS = (NotYourTurn, OwnPlan)
"""Refusals that a look at the newest page does not mend."""


@require_POST
def freeze(request: HttpRequest, period: str) -> HttpResponse:
    check_period(period)
    visitor = access.get_visitor(request)
    return _ask(request, "freeze", period, {"period": period, "person": visitor.id})


@require_POST
def verify(request: HttpRequest, period: str, number: int) -> HttpResponse:
    seen = get_seen(period, number)
    link = reverse("signoff:version", args=[period, number])
    arguments = {"period": period, "version": seen.frozen.name, "link": link}
    return _ask(request, "verify", period, arguments)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_recent_sign_in
def sign(request: HttpRequest, period: str, number: int) -> HttpResponse:
    """By GET it only asks who it is, where that was long ago, and goes on to the version."""
    seen = get_seen(period, number)
    if request.method != "POST":
        return redirect(f"{reverse('signoff:version', args=[period, number])}#sign")
    form = SignForm(request.POST)
    if not form.is_valid():
        return render_version(request, seen, form)
    said = form.cleaned_data
    visitor = access.get_visitor(request)
    try:
        signed = signing.sign_plan(
            get_workspace(), seen, said["shown"], said["comment"], visitor, now=now()
        )
    except CannotSign as error:
        form.add_error(None, get_eyes(request).reader.say(error.why))
        status = 422 if isinstance(error, NOT_THEIRS) else 409
        return render_version(request, get_seen(period, number), form, status=status)
    except (SignedMeanwhile, ChangedVersion) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return render_version(request, get_seen(period, number), form, status=409)
    if signed.state == "signed":
        messages.success(request, _("You have signed, and so has everyone else who has to."))
    else:
        messages.success(request, _("You have signed. Whoever signs next was told."))
    return redirect("signoff:version", period, number)


def _ask(
    request: HttpRequest, kind: str, period: str, arguments: Mapping[str, object]
) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The page was too old. Nothing was done: try once more."))
        return redirect("signoff:overview", period)
    visitor = access.get_visitor(request)
    job = work.ask_for(kind, arguments, key=form.cleaned_data["key"], visitor=visitor)
    return redirect("work:job", job.id)
