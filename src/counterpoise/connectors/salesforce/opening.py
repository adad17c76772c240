"""What a connection to Salesforce asks a person for, and how it is opened."""

from collections.abc import Mapping

from counterpoise.connectors.salesforce.client import VERSION, Login
from counterpoise.connectors.salesforce.source import Salesforce
from counterpoise.connectors.salesforce.writer import SalesforceWriter
from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.settings import Opening, Setting
from counterpoise.domain.values.text import text

SETTINGS = (
    Setting(
        "url",
        text("Address"),
        text("The company's own sign-in address (My Domain)"),
        example="https://acme.my.salesforce.com",
    ),
    Setting(
        "client_id",
        text("Consumer key"),
        text("Of the connected app that was set up for Counterpoise"),
    ),
    Setting(
        "external_id",
        text("Field for our key"),
        text("An external-id field on objects that are to be made anew; empty: none are"),
        is_required=False,
        example="Counterpoise_Key__c",
    ),
    Setting(
        "client_secret",
        text("Consumer secret"),
        text("Kept locked and never shown again"),
        is_secret=True,
    ),
    Setting(
        "refresh_token",
        text("Refresh token"),
        text("Of the user who reads; empty: the app's own user (client credentials)"),
        is_secret=True,
        is_required=False,
    ),
)


def open_salesforce(opening: Opening) -> Salesforce:
    session = open_session(opening.reach, retry_writes=True)
    return Salesforce(session, _read_login(opening), opening.name)


def open_salesforce_writer(opening: Opening) -> SalesforceWriter:
    session = open_session(opening.reach, retry_writes=True)
    field = opening.settings.get("external_id", "")
    return SalesforceWriter(session, _read_login(opening), field)


def _read_login(opening: Opening) -> Login:
    secret: Mapping[str, str] = opening.secret

    def keep(token: str) -> None:
        opening.keep_secret({**secret, "refresh_token": token})

    return Login(
        url=opening.settings["url"],
        client_id=opening.settings["client_id"],
        client_secret=secret["client_secret"],
        refresh_token=secret.get("refresh_token", ""),
        version=VERSION,
        keep=keep,
    )
