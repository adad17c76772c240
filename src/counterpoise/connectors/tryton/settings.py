"""What a connection to Tryton asks for."""

from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.settings import InvalidSetting, Opening, Setting
from counterpoise.connectors.tryton.client import Client
from counterpoise.connectors.tryton.source import TrytonSource
from counterpoise.connectors.tryton.writer import TrytonWriter
from counterpoise.domain.values.text import text

SETTINGS = (
    Setting(
        "url",
        text("Address of the server"),
        text("As in the browser, without the name of the database"),
        example="https://tryton.example.com",
    ),
    Setting("database", text("Database"), text("Its name on that server"), example="company"),
    Setting(
        "login",
        text("User name"),
        text("A user of its own with the right to read; to write back, with the right to write"),
        example="counterpoise",
    ),
    Setting(
        "password",
        text("Password"),
        text("Kept locked and never shown again"),
        is_secret=True,
    ),
)


def open_tryton(opening: Opening) -> TrytonSource:
    return TrytonSource(opening.name, _open(opening, is_repeatable=True))


def open_tryton_writer(opening: Opening) -> TrytonWriter:
    return TrytonWriter(_open(opening, is_repeatable=False))


def _open(opening: Opening, *, is_repeatable: bool) -> Client:
    url, database = (opening.settings[each].strip().strip("/") for each in ("url", "database"))
    if not url.startswith(("http://", "https://")) or not database or "/" in database:
        raise InvalidSetting(
            text("Write the address of the server, which begins with https, and the database.")
        )
    return Client(
        open_session(opening.reach, retry_writes=is_repeatable),
        f"{url}/{database}/rpc/",
        opening.settings["login"],
        opening.secret["password"],
    )
