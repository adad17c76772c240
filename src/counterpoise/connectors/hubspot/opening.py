"""What a connection to HubSpot asks a person for, and how it is opened."""

from collections.abc import Mapping

from counterpoise.connectors.hubspot.client import ADDRESS, Login
from counterpoise.connectors.hubspot.source import HubSpot
from counterpoise.connectors.hubspot.writer import HubSpotWriter
from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.settings import (
    OAUTH_SECRETS,
    InvalidSetting,
    Opening,
    Setting,
)
from counterpoise.domain.values.text import text

SETTINGS = (
    Setting(
        "token",
        text("Access token"),
        text("Of a private app; empty where an OAuth app signs in"),
        is_secret=True,
        is_required=False,
    ),
    Setting(
        "client_id",
        text("Client ID"),
        text("Of an OAuth app; empty with a private app"),
        is_required=False,
    ),
    *OAUTH_SECRETS,
    Setting(
        "id_property",
        text("Property for our key"),
        text("A property with unique values on objects that are to be made anew; empty: none are"),
        is_required=False,
        example="counterpoise_key",
    ),
    Setting(
        "address",
        text("Address"),
        text("Of the interface for programs; empty: the usual one"),
        is_required=False,
        example=ADDRESS,
    ),
)


def open_hubspot(opening: Opening) -> HubSpot:
    session = open_session(opening.reach, retry_writes=True)
    return HubSpot(session, _read_login(opening), opening.name)


def open_hubspot_writer(opening: Opening) -> HubSpotWriter:
    session = open_session(opening.reach, retry_writes=True)
    property_ = opening.settings.get("id_property", "")
    return HubSpotWriter(session, _read_login(opening), property_)


def _read_login(opening: Opening) -> Login:
    """Raises InvalidSetting where neither way in is given whole."""
    secret: Mapping[str, str] = opening.secret
    app = (opening.settings.get("client_id"), secret.get("client_secret"))
    refresh_token = secret.get("refresh_token", "")
    if not secret.get("token") and not (refresh_token and all(app)):
        raise InvalidSetting(
            text(
                "HubSpot needs an access token of a private app, or the client ID, the client"
                " secret and the refresh token of an OAuth app."
            )
        )

    def keep(token: str) -> None:
        opening.keep_secret({**secret, "refresh_token": token})

    return Login(
        token=secret.get("token", ""),
        client_id=app[0] or "",
        client_secret=app[1] or "",
        refresh_token="" if secret.get("token") else refresh_token,
        address=opening.settings.get("address") or ADDRESS,
        keep=keep,
    )
