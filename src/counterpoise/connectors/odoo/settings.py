"""What a connection to Odoo asks for."""

from counterpoise.connectors.odoo.client import Client, Json2, JsonRpc
from counterpoise.connectors.odoo.source import OdooSource
from counterpoise.connectors.odoo.writer import OdooWriter
from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.settings import InvalidSetting, Opening, Setting
from counterpoise.domain.values.text import text

SETTINGS = (
    Setting(
        "url",
        text("Address of the server"),
        text("As in the browser, up to the first single slash"),
        example="https://example.odoo.com",
    ),
    Setting("database", text("Database"), text("Its name on that server"), example="example"),
    Setting(
        "login",
        text("User name"),
        text("Only for Odoo 18 and older; newer ones know the user by the key"),
        is_required=False,
        example="counterpoise@example.com",
    ),
    Setting(
        "language",
        text("Language"),
        text("In which stages and reasons are named; the same for every reading"),
        is_required=False,
        example="ar_001",
    ),
    Setting(
        "key",
        text("API key"),
        text("Made in Odoo under the user's own preferences; kept locked and never shown again"),
        is_secret=True,
    ),
)


def open_odoo(opening: Opening) -> OdooSource:
    return OdooSource(opening.name, _open(opening, is_repeatable=True))


def open_odoo_writer(opening: Opening) -> OdooWriter:
    return OdooWriter(_open(opening, is_repeatable=False))


def _open(opening: Opening, *, is_repeatable: bool) -> Client:
    held = {name: value.strip() for name, value in opening.settings.items()}
    url, database = held["url"].rstrip("/"), held["database"]
    if not url.startswith(("http://", "https://")) or not database:
        raise InvalidSetting(
            text("Write the address of the server, which begins with https, and the database.")
        )
    session = open_session(opening.reach, retry_writes=is_repeatable)
    key, language = opening.secret["key"], held.get("language") or "en_US"
    if login := held.get("login"):
        return Client(JsonRpc(session, url, (database, login, key)), language)
    return Client(Json2(session, url, database, key), language)
