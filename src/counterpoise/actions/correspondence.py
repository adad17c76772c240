"""How mailboxes and calendars are read here: who is ours, on whose clock, and up to when."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from counterpoise.actions.rules import load_rulebook
from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.calendar.calendars import read_calendar
from counterpoise.connectors.calendar.components import LargeCalendar
from counterpoise.connectors.files.content import Content
from counterpoise.connectors.files.reading import Reader
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.connectors.mail.mailboxes import read_mailbox
from counterpoise.domain.collect.correspondence import Ours, find_ours
from counterpoise.domain.tables.received import Received
from counterpoise.store import ledger
from counterpoise.warehouse.queries.tables import list_addresses


def list_readers(workspace: Workspace, now: datetime) -> Mapping[Content, Reader]:
    """What is asked of the data and the rulebook is asked once, when a file needs it."""
    ours = cache(partial(_find_ours, workspace))

    def read_mail(path: Path, name: str, target: Path) -> Received:
        return read_mailbox(path, name, target, ours())

    def read_meetings(path: Path, name: str, target: Path) -> Received:
        zone = ZoneInfo(load_rulebook().get_text("company.time_zone", now.date()))
        try:
            return read_calendar(path, name, target, ours(), zone, now)
        except LargeCalendar as error:
            raise UnreadableFile(*error.args) from None

    return {"mail": read_mail, "calendar": read_meetings}


def _find_ours(workspace: Workspace) -> Ours:
    current = ledger.find_current_build()
    if current is None:
        return Ours()
    return find_ours(list_addresses(workspace.build_folder(current.id)))
