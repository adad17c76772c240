"""Whether the company's own sign-in is offered."""

from typing import Any

from django.conf import settings


def find_company_name() -> str | None:
    """What people call it; None where the environment names none."""
    providers: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS  # type: ignore[misc]  # of the web
    if not providers:
        return None
    (app,) = providers["openid_connect"]["APPS"]
    return str(app["name"])
