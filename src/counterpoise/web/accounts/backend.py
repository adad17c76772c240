"""Looks an account up and checks its password, in the same time whether there is one or not."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from counterpoise.store import people


class Backend(AuthenticationBackend):
    """One account and one look at one password, by user name or by e-mail address.

    allauth's own tries each kind of login in turn, so that an address which exists takes longer
    than one which does not. Where nothing is found the base class burns the time of one password.
    """

    def _authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        account = people.find_account(credentials.get("username") or credentials.get("email") or "")
        found: AbstractBaseUser | None = self._check_password(account, credentials["password"])
        return found
