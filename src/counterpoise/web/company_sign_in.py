"""The company's own sign-in over OpenID Connect, as the environment describes it."""

from collections.abc import Mapping
from typing import Any

NAMES = ("COUNTERPOISE_OIDC_URL", "COUNTERPOISE_OIDC_CLIENT_ID", "COUNTERPOISE_OIDC_SECRET")
PROVIDER = "company"


class IncompleteSignIn(ValueError):
    """Some of what the company's sign-in needs is said, and some is not."""


def read_provider(environment: Mapping[str, str]) -> dict[str, Any]:
    """Django-allauth's description of it; empty where there is none. Raises IncompleteSignIn."""
    said = [environment.get(name, "") for name in NAMES]
    if not any(said):
        return {}
    if missing := [name for name, value in zip(NAMES, said, strict=True) if not value]:
        raise IncompleteSignIn(
            f"The company's sign-in lacks {', '.join(missing)}. Set all of {', '.join(NAMES)}, or"
            " none of them."
        )
    url, client_id, secret = said
    app = {
        "provider_id": PROVIDER,
        "name": environment.get("COUNTERPOISE_OIDC_NAME") or "OpenID Connect",
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": url},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
