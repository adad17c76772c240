"""People who come from the company's own sign-in: only those who have an account or an invitation.

They are known by the e-mail address that the company vouches for as verified; after the first time
by the identity behind it, so a later change of address takes nobody's account over.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterpoise.actions import people as actions
from counterpoise.actions.people import NoPerson, RefusedChange
from counterpoise.store import audit, invitations, people
from counterpoise.web.workplace import now


class Adapter(DefaultSocialAccountAdapter):
    """allauth asks this class when somebody comes back from the company's sign-in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            if sociallogin.user.is_active:
                return
            raise self._refuse(request)
        email = next((each.email for each in sociallogin.email_addresses if each.verified), "")
        with transaction.atomic():
            account = people.find_by_email(email)
            if account is None and self._accept_invitation(email):
                account = people.find_by_email(email)
            if account is not None:
                sociallogin.connect(request, account)
                at, name = now(), account.get_username()
                audit.record("company-sign-in.connected", f"person:{name}", at=at)
        if account is None:
            raise self._refuse(request)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *stated: Any, **named: Any
    ) -> None:
        messages.error(request, _("The company's sign-in gave no answer that can be used."))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("sign-in")))

    def send_notification_mail(self, *stated: Any, **named: Any) -> None:
        """Nothing is mailed; the audit trail says what happened."""

    def _accept_invitation(self, email: str) -> bool:
        invitation = invitations.find_by_email(email, now())
        if invitation is None:
            return False
        try:
            actions.accept(invitation.id, "", None, now())
        except (NoPerson, RefusedChange):
            return False
        return True

    def _refuse(self, request: HttpRequest) -> ImmediateHttpResponse:
        """The same for everyone whom we do not let in, whether we know them or not."""
        audit.record("sign-in.failed", "person:unknown", at=now())
        messages.error(
            request,
            _("You have no account here. Ask an administrator of Counterpoise for an invitation."),
        )
        return ImmediateHttpResponse(HttpResponseRedirect(reverse("sign-in")))
