"""Asks for the refreshes that a schedule wants now, and for messages about those that fail; every
worker looks, and one of them asks."""

import logging
from datetime import datetime

from counterpoise.actions import alerts, scheduling
from counterpoise.domain.values.zone import UnknownZone
from counterpoise.store.connections import Connection
from counterpoise.web.background.work import ask_for
from counterpoise.web.workplace import now

TRY_SECONDS = 300
logger = logging.getLogger("counterpoise.schedule")


def ask_due() -> tuple[str, ...]:
    """The names of the connections that are refreshed; none while nobody knows the company's hour:
    whoever looks has more to look after."""
    try:
        return scheduling.ask_due(_ask, now=now())
    except UnknownZone as error:
        logger.warning("no refresh is asked for: %s", error)
        return ()


def ask_to_tell() -> bool:
    """Whether there is something to tell; it is tried once in five minutes."""
    at = now()
    if not alerts.find_due(now=at):
        return False
    ask_for("alert", {}, key=f"alert-{int(at.timestamp() // TRY_SECONDS)}", visitor=None)
    return True


def _ask(connection: Connection, due_at: datetime) -> None:
    key = f"refresh-{connection.id}-{due_at.isoformat()}"
    ask_for("refresh", {"connection": connection.name}, key=key, visitor=None)
