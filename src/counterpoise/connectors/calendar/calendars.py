"""Reads a calendar (ics) as a table of meetings that were held, or called off."""

import hashlib
from datetime import datetime, tzinfo
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.connectors.calendar.components import read_components
from counterpoise.connectors.calendar.meetings import Meeting, Read, read_meetings
from counterpoise.domain.collect.correspondence import Ours, guess_ours, note_ours, take_sides
from counterpoise.domain.tables.received import Received
from counterpoise.domain.values.text import Text, text

COLUMNS = (
    *("source_id", "type", "direction", "subject", "occurred_at", "duration_minutes", "outcome"),
    *("owner_id", "contact_id", "lead_id", "organiser", "attendees"),
)
"""The first are called as the attributes that they feed."""
HELD, CALLED_OFF = "meeting", "cancelled meeting"


def read_calendar(
    path: Path, name: str, target: Path, ours: Ours, zone: tzinfo, until: datetime
) -> Received:
    """until: what begins later is planned, and no activity yet. zone: of times that say none.

    Raises LargeCalendar.
    """
    with path.open("rb") as file:
        read = read_meetings(read_components(file, name), zone, until)
    notes = _note(read)
    if not ours.is_known:
        ours = guess_ours(_list_people(each) for each in read.meetings)
        notes.append(note_ours(ours))
    rows = [_write_row(each, ours) for each in read.meetings]
    schema = pa.schema([(each, pa.string()) for each in COLUMNS])
    pq.write_table(pa.Table.from_pylist(rows, schema), target, compression="lz4")
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    return Received(name, target, "parquet", None, COLUMNS, digest, tuple(notes))


def _note(read: Read) -> list[Text]:
    notes = [text("of each meeting its description was left out; what is still to come, too")]
    if read.unread:
        notes.append(text("{events} of its events cannot be read", events=read.unread))
    if read.left:
        notes.append(
            text("{times} times of long series were left out, the oldest", times=read.left)
        )
    return notes


def _list_people(meeting: Meeting) -> tuple[str, ...]:
    return (*([meeting.organiser] if meeting.organiser else []), *meeting.attendees)


def _write_row(meeting: Meeting, ours: Ours) -> dict[str, str | None]:
    sides = take_sides(ours, meeting.organiser, meeting.attendees)
    minutes = None
    if meeting.ends_at is not None:
        minutes = (meeting.ends_at - meeting.starts_at).total_seconds() / 60
    return {
        "source_id": meeting.key,
        "type": CALLED_OFF if meeting.is_cancelled else HELD,
        "direction": sides.direction or None,
        "subject": meeting.subject or None,
        "occurred_at": f"{meeting.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "duration_minutes": f"{minutes:g}" if minutes is not None and minutes >= 0 else None,
        "outcome": "cancelled" if meeting.is_cancelled else None,
        "owner_id": sides.owner or None,
        "contact_id": sides.customer or None,
        "lead_id": sides.customer or None,
        "organiser": meeting.organiser or None,
        "attendees": ", ".join(meeting.attendees) or None,
    }
