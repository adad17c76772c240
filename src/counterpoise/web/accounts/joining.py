"""The two links that work without an account: an invitation, and a new password."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from counterpoise.actions import people as actions
from counterpoise.actions.people import NoPerson, RefusedChange
from counterpoise.store import invitations, passwords
from counterpoise.web.accounts import forms
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """404 alike for a link that is wrong, used, withdrawn or too old."""
    invitation = invitations.find_by_secret(secret, now())
    if invitation is None:
        raise Http404
    facts = invitation.facts
    account = passwords.draft_account(facts)
    form = forms.Joining(account, request.POST or None, initial={"name": facts.name})
    if form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["new_password1"]
        try:
            actions.accept(invitation.id, name, password, now())
        except NoPerson:
            raise Http404 from None
        except RefusedChange as error:
            form.add_error(None, get_eyes(request).reader.say(error.why))
        else:
            messages.success(request, _("Your account is ready. Sign in with your new password."))
            return redirect("sign-in")
    return render_page(request, "accounts/join.html", {"invitation": invitation}, form=form)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, person_id: int, secret: str) -> HttpResponse:
    """A link that an administrator made: it works for 30 minutes, and once."""
    account = passwords.find_account(person_id, secret)
    if account is None:
        raise Http404
    form = forms.NewPassword(account, request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            if not passwords.use_link(person_id, secret, form.cleaned_data["new_password1"], now()):
                raise Http404
        messages.success(request, _("Your password is changed. Sign in with it."))
        return redirect("sign-in")
    return render_page(request, "accounts/new_password.html", {"is_link": True}, form=form)
