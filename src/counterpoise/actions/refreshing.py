"""A refresh as long work, for pages, API and schedule; and telling people of those that fail."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from counterpoise.actions import alerts, uploads
from counterpoise.actions.refresh import Wish, refresh
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.values.text import Text, text
from counterpoise.store import connections


def refresh_connection(
    workspace: Workspace,
    arguments: Mapping[str, Any],
    tell: Callable[[float, Text], None],
    now: datetime,
) -> dict[str, Any]:
    """arguments: connection, and anew or since (ISO 8601) where a person asked for more.

    What was brought is judged, so that the pages show it.
    """
    held = connections.get_connection(arguments["connection"])
    since = arguments.get("since")
    wish = Wish(bool(arguments.get("anew")), datetime.fromisoformat(str(since)) if since else None)
    done = refresh(workspace, held, wish, tell=tell, now=now)
    result = {
        "connection": held.name,
        "batch": done.batch,
        "link": f"/collect/connections/{held.name}/",
    }
    if not done.batch:
        return result
    tell(0.8, text("Judging the data"))
    return {**result, **uploads.judge(workspace, now)}


def tell_people(
    workspace: Workspace,
    arguments: Mapping[str, Any],
    tell: Callable[[float, Text], None],
    now: datetime,
) -> dict[str, Any]:
    """Send the messages that are due. No arguments."""
    tell(0.1, text("Sending messages"))
    told = alerts.tell(now=now)
    return {"sent": told.sent, "failed": list(told.failed)}
