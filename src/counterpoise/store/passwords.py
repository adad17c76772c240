"""Changing a password, by whoever is signed in or by a link that works once and not for long.

The link's secret is Django's: signed, and made of the password's hash, so it is dead as soon as the
password has changed, or PASSWORD_RESET_TIMEOUT after it was made.
"""

from datetime import datetime

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from counterpoise.store import audit
from counterpoise.store.models import User
from counterpoise.store.people import Facts


def draft_account(facts: Facts) -> User:
    """An account that is not kept: a password is compared with its names."""
    return User(username=facts.username, name=facts.name, email=facts.email)


def make_link(person_id: int, at: datetime) -> str | None:
    """The secret of a link to a new password; None where there is no such account in use."""
    account = User.objects.filter(pk=person_id, is_active=True).first()
    if account is None:
        return None
    with transaction.atomic():
        audit.record("password.link-made", f"person:{account.username}", at=at)
    return default_token_generator.make_token(account)


def find_account(person_id: int, secret: str) -> User | None:
    account = User.objects.filter(pk=person_id, is_active=True).first()
    fits = account is not None and default_token_generator.check_token(account, secret)
    return account if fits else None


def use_link(person_id: int, secret: str, password: str, at: datetime) -> bool:
    """Inside a transaction. False where somebody was faster with the same link."""
    locked = User.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if locked is None or not default_token_generator.check_token(locked, secret):
        return False
    keep_password(locked, password, at)
    return True


def keep_password(account: User, password: str, at: datetime) -> None:
    """All sessions that began with the old password end with it."""
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        audit.record("password.changed", f"person:{account.username}", at=at)
