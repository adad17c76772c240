"""My account: how I read, my password, my second step, where I am signed in, my programs' keys."""

from typing import Any, cast

from allauth.account.signals import password_changed
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import access_tokens
from counterpoise.actions.access_tokens import NoToken, RefusedToken
from counterpoise.store import audit, passwords, people, sessions, tokens
from counterpoise.store.models import User
from counterpoise.store.people import Preferences
from counterpoise.web import access
from counterpoise.web.accounts import forms
from counterpoise.web.accounts.browsers import name_browser
from counterpoise.web.accounts.recent import needs_recent_sign_in
from counterpoise.web.pages import render_page
from counterpoise.web.people.words import RIGHT_WORDS, ROLE_WORDS
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_safe
def show_account(request: HttpRequest) -> HttpResponse:
    return _render_account(request, None)


@require_POST
def change_preferences(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    form = forms.Preferences(request.POST)
    if not form.is_valid():
        return _render_account(request, form)
    people.keep_preferences(visitor.id, Preferences(**form.cleaned_data), now())
    messages.success(request, _("Kept. Every page follows it from now on."))
    return redirect("account:overview")


@needs_recent_sign_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    account = cast("User", request.user)
    form = forms.NewPassword(account, request.POST or None)
    if form.is_valid():
        passwords.keep_password(account, form.cleaned_data["new_password1"], now())
        update_session_auth_hash(request, account)
        sessions.end_sessions(account.pk, but=request.session.session_key)
        password_changed.send(sender=User, request=request, user=account)  # allauth lists anew
        messages.success(
            request, _("Your password is changed, and you are signed out everywhere else.")
        )
        return redirect("account:overview")
    return render_page(request, "accounts/new_password.html", {"is_link": False}, form=form)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    visitor = access.get_visitor(request)
    if not sessions.end_session(visitor.id, session_id):
        raise Http404
    audit.record("session.ended", f"person:{visitor.name}", at=now())
    messages.success(request, _("That browser is signed out."))
    return redirect("account:overview")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    ended = sessions.end_sessions(visitor.id, but=request.session.session_key)
    audit.record(
        "sessions.ended", f"person:{visitor.name}", after={"sessions_ended": ended}, at=now()
    )
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("account:overview")


@require_safe
def list_tokens(request: HttpRequest) -> HttpResponse:
    visitor, at = access.get_visitor(request), now()
    listed = [
        {
            "token": each,
            "scopes": [RIGHT_WORDS[right] for right in each.scopes],
            "is_usable": each.is_usable(at),
        }
        for each in tokens.list_tokens(visitor.id)
    ]
    return render_page(request, "accounts/tokens.html", {"tokens": listed})


@needs_recent_sign_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_token(request: HttpRequest) -> HttpResponse:
    """The secret is on the answer of this request and nowhere else."""
    visitor = access.get_visitor(request)
    form = forms.NewToken(visitor, request.POST or None)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            secret = access_tokens.make_token(
                visitor, sent["name"], sent["scopes"], form.lasts, now()
            )
        except RefusedToken as error:
            form.add_error(None, get_eyes(request).reader.say(error.why))
        else:
            return render_page(
                request, "accounts/token_made.html", {"secret": secret, "name": sent["name"]}
            )
    return render_page(request, "accounts/new_token.html", {}, form=form)


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    try:
        access_tokens.revoke_token(access.get_visitor(request), token_id, now())
    except NoToken:
        raise Http404 from None
    messages.success(request, _("The token is dead. Programs that use it are refused from now on."))
    return redirect("account:tokens")


def _render_account(request: HttpRequest, form: forms.Preferences | None) -> HttpResponse:
    visitor = access.get_visitor(request)
    account = cast("User", request.user)
    kept = people.get_preferences(visitor.id)
    initial = {name: getattr(kept, name) for name in Preferences.__slots__}
    context: dict[str, Any] = {
        "username": visitor.name,
        "role": ROLE_WORDS[visitor.role],
        "teams": sorted(visitor.teams),
        "rep": visitor.rep,
        "has_password": account.has_usable_password(),
        "has_second_step": is_mfa_enabled(account),
        "sessions": [
            (each, name_browser(each.browser))
            for each in sessions.list_sessions(visitor.id, request.session.session_key)
        ],
    }
    form = form or forms.Preferences(initial=initial)
    return render_page(request, "accounts/overview.html", context, form=form)
