"""What a connection to Pipedrive asks a person for, and how it is opened."""

from collections.abc import Mapping

from counterpoise.connectors.pipedrive.client import OAUTH, Login
from counterpoise.connectors.pipedrive.source import HISTORY_DAYS, Pipedrive
from counterpoise.connectors.pipedrive.writer import PipedriveWriter
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
        "address",
        text("Address"),
        text("The company's own at Pipedrive"),
        example="https://acme.pipedrive.com",
    ),
    Setting(
        "history_days",
        text("Days of history"),
        text("How long ago a deal may have changed for its history to be read at first"),
        is_required=False,
        example=str(HISTORY_DAYS),
    ),
    Setting(
        "api_token",
        text("API token"),
        text("Of a person who sees all; empty where an OAuth app signs in"),
        is_secret=True,
        is_required=False,
    ),
    Setting(
        "client_id",
        text("Client ID"),
        text("Of an OAuth app; empty with an API token"),
        is_required=False,
    ),
    *OAUTH_SECRETS,
    Setting(
        "key_field",
        text("Field for our key"),
        text("The name of a custom field on objects that are to be made anew; empty: none are"),
        is_required=False,
        example="Counterpoise key",
    ),
)


def open_pipedrive(opening: Opening) -> Pipedrive:
    session = open_session(opening.reach, retry_writes=True)
    return Pipedrive(session, _read_login(opening), opening.name, _read_days(opening))


def open_pipedrive_writer(opening: Opening) -> PipedriveWriter:
    """Nothing new is sent twice: Pipedrive has no call that makes a record once for a key."""
    session = open_session(opening.reach)
    field = opening.settings.get("key_field", "")
    return PipedriveWriter(session, _read_login(opening), field)


def _read_days(opening: Opening) -> int:
    """Raises InvalidSetting for what is no number of days."""
    written = opening.settings.get("history_days") or str(HISTORY_DAYS)
    if not written.isascii() or not written.isdigit():
        raise InvalidSetting(
            text("{written} is no number of days. Write one such as 365.", written=written[:50])
        )
    return int(written)


def _read_login(opening: Opening) -> Login:
    """Raises InvalidSetting where neither way in is given whole."""
    secret: Mapping[str, str] = opening.secret
    app = (opening.settings.get("client_id"), secret.get("client_secret"))
    refresh_token = secret.get("refresh_token", "")
    if not secret.get("api_token") and not (refresh_token and all(app)):
        raise InvalidSetting(
            text(
                "Pipedrive needs an API token, or the client ID, the client secret and the refresh"
                " token of an OAuth app."
            )
        )

    def keep(token: str) -> None:
        opening.keep_secret({**secret, "refresh_token": token})

    return Login(
        address=opening.settings["address"],
        api_token=secret.get("api_token", ""),
        client_id=app[0] or "",
        client_secret=app[1] or "",
        refresh_token="" if secret.get("api_token") else refresh_token,
        oauth=OAUTH,
        keep=keep,
    )
