"""Signing in and out: django-allauth's views with our pages, our answers and our audit trail."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows import logout
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base import views as mfa
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from counterpoise.store import audit
from counterpoise.web import access
from counterpoise.web.accounts import forms
from counterpoise.web.accounts.offered import find_company_name
from counterpoise.web.company_sign_in import PROVIDER
from counterpoise.web.workplace import now

LOCKED = frozenset({"too_many_login_attempts", "rate_limited"})


class SignIn(LoginView):
    """User name or e-mail address, and password."""

    form_class = forms.SignIn
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**named)
        context["company"] = find_company_link(context.get("redirect_field_value") or "")
        return context

    def form_invalid(self, form: Form) -> HttpResponse:
        return refuse(super().form_invalid(form), form)


@method_decorator(never_cache, name="dispatch")
class SecondStep(mfa.AuthenticateView):
    """The code, for whoever has set up an authenticator app."""

    form_class = forms.Code
    template_name = "accounts/second_step.html"

    def post(self, request: HttpRequest, *stated: Any, **named: Any) -> HttpResponse:
        if "cancel" in request.POST:
            response: HttpResponse = self.stage.abort()
            return response
        if "code" not in request.POST:
            return redirect("mfa_authenticate")
        answer: HttpResponse = super().post(request, *stated, **named)
        return answer

    def form_invalid(self, form: Form) -> HttpResponse:
        name = self.stage.login.user.get_username()
        audit.record("second-step.failed", f"person:{name}", at=now())
        return refuse(super().form_invalid(form), form)


@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(never_cache, name="dispatch")
class PasswordAgain(ReauthenticateView):
    form_class = forms.Again
    template_name = "accounts/again.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        return refuse(super().form_invalid(form), form)


@method_decorator(never_cache, name="dispatch")
class CodeAgain(mfa.ReauthenticateView):
    form_class = forms.CodeAgain
    template_name = "accounts/again.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        name = self.request.user.get_username()
        audit.record("second-step.failed", f"person:{name}", at=now())
        return refuse(super().form_invalid(form), form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    audit.record("sign-out.made", f"person:{visitor.name}", at=now())
    logout.logout(request, show_message=False)
    messages.success(request, _("You are signed out."))
    return redirect("sign-in")


def refuse(response: HttpResponse, form: Form) -> HttpResponse:
    """422 for what was wrong, 429 for what came too often."""
    codes = {error.code for errors in form.errors.as_data().values() for error in errors}
    response.status_code = 429 if codes & LOCKED else 422
    return response


def find_company_link(way_on: str) -> tuple[str, str] | None:
    """The name of the company's own sign-in and the way there; None where there is none."""
    name = find_company_name()
    if name is None:
        return None
    link = reverse("openid_connect_login", args=[PROVIDER])
    return name, f"{link}?{urlencode({'next': way_on})}" if way_on else link
