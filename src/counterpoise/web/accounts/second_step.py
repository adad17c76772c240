"""Setting up the authenticator app and the recovery codes, each with a recent sign-in."""

from typing import Any

from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from counterpoise.store import audit
from counterpoise.web import access
from counterpoise.web.accounts import forms
from counterpoise.web.accounts.recent import needs_recent_sign_in
from counterpoise.web.accounts.signing import refuse
from counterpoise.web.workplace import now


class Activate(totp.ActivateTOTPView):
    form_class = forms.FirstCode
    template_name = "accounts/second_step_on.html"

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "second-step.set-up")
        messages.success(
            self.request, _("From now on, signing in asks for a code. Keep the recovery codes.")
        )
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        return refuse(super().form_invalid(form), form)

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes")


class Deactivate(totp.DeactivateTOTPView):
    template_name = "accounts/second_step_off.html"
    success_url = reverse_lazy("account:overview")

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "second-step.removed")
        messages.success(self.request, _("Signing in asks for the password alone again."))
        return response


class RecoveryCodes(recovery.ViewRecoveryCodesView):
    template_name = "accounts/recovery_codes.html"


class NewRecoveryCodes(recovery.GenerateRecoveryCodesView):
    template_name = "accounts/new_recovery_codes.html"

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "recovery-codes.made")
        messages.success(self.request, _("The codes of before work no longer."))
        return response


def _record(request: Any, verb: str) -> None:
    visitor = access.get_visitor(request)
    audit.record(verb, f"person:{visitor.name}", at=now())


activate = needs_recent_sign_in(Activate.as_view())
deactivate = needs_recent_sign_in(Deactivate.as_view())
show_codes = needs_recent_sign_in(RecoveryCodes.as_view())
make_codes = needs_recent_sign_in(NewRecoveryCodes.as_view())
