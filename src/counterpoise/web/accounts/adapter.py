"""How django-allauth signs people in here: counted, locked after failures, and audited."""

from dataclasses import replace
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from counterpoise.store import audit, lockouts
from counterpoise.web.proxy import is_address
from counterpoise.web.workplace import now

NO_ADDRESS = "0.0.0.0"  # noqa: S104 -- stands for "unknown", nothing listens there
MISMATCH = _("Please enter a correct username and password. Upper and lower case count.")
LOCKED = _(
    "There were too many failed sign-ins. Wait 15 minutes, then try again, or ask an administrator"
    " for a link to a new password."
)


class Adapter(DefaultAccountAdapter):
    """allauth asks this class wherever it leaves a choice."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": MISMATCH,
        "email_password_mismatch": MISMATCH,
        "incorrect_password": _("That is not your password."),
        "too_many_login_attempts": LOCKED,
        "rate_limited": LOCKED,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **named: Any) -> bool:
        """Our pages ask by themselves (recent.py): allauth would keep what was sent and replay it
        past the middleware."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        address: str = request.META.get("REMOTE_ADDR", "")
        return address if is_address(address) else NO_ADDRESS

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        login = credentials.get("username") or credentials.get("email") or ""
        address, at = self.get_client_ip(request), now()
        attempt = lockouts.count_attempt(login, address, at)
        # What was typed is no evidence: people type passwords into the field of the name.
        subject = f"person:{attempt.login or 'unknown'}"
        if attempt.is_locked:
            if attempt.just_locked:
                audit.record("sign-in.locked", subject, at=at)
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        if user is None:
            audit.record("sign-in.failed", subject, at=at)
        else:
            lockouts.forgive(login, address, at)
        return user

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **named: Any
    ) -> HttpResponse:
        name = user.get_username()
        with audit.acting(replace(audit.get_actor(), name=name)):
            audit.record("sign-in.made", f"person:{name}", at=now())
        response: HttpResponse = super().post_login(request, user, **named)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return HttpResponseRedirect(reverse("sign-in"))

    def add_message(self, request: HttpRequest, *stated: Any, **named: Any) -> None:
        """Our views say what happened, in our own words."""

    def send_notification_mail(self, *stated: Any, **named: Any) -> None:
        """Nothing is mailed; the audit trail says what happened."""
