"""People who may sign in."""

import secrets

from counterpoise.store.models import User

FIRST_NAME = "admin"


def create_first_administrator() -> str | None:
    """Make the first account and return its password, once; None where someone has an account."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(FIRST_NAME, password=password)
    return password
