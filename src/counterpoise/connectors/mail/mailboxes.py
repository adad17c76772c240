"""Reads a mailbox (mbox) or a single message (eml) as a table of activities."""

import hashlib
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.connectors.mail.headers import Headers, read_headers
from counterpoise.connectors.mail.messages import Message, read_messages
from counterpoise.domain.collect.correspondence import Ours, guess_ours, note_ours, take_sides
from counterpoise.domain.tables.received import Received
from counterpoise.domain.values.text import text

COLUMNS = (
    *("source_id", "type", "direction", "subject", "occurred_at", "owner_id", "contact_id"),
    *("lead_id", "is_automated", "from", "to", "cc", "attachments", "bytes"),
)
"""The first are called as the attributes that they feed."""
_LOOKED_AT = 5_000
_AT_ONCE = 5_000


def read_mailbox(path: Path, name: str, target: Path, ours: Ours) -> Received:
    """Where nobody is known to be ours, the company is told from the mailbox itself."""
    notes = [text("of each message the headers were kept, and nothing of what was written")]
    if not ours.is_known:
        with path.open("rb") as file:
            looked = islice(read_messages(file), _LOOKED_AT)
            ours = guess_ours(map(_list_people, looked))
        notes.append(note_ours(ours))
    schema = pa.schema([(each, pa.string()) for each in COLUMNS])
    digest = hashlib.sha256()
    with path.open("rb") as file, pq.ParquetWriter(target, schema, compression="lz4") as writer:
        rows = (_write_row(each, ours) for each in read_messages(file))
        while some := list(islice(rows, _AT_ONCE)):
            digest.update(repr(some).encode())
            writer.write_table(pa.Table.from_pylist(some, schema))
    return Received(name, target, "parquet", None, COLUMNS, digest.hexdigest(), tuple(notes))


def _list_people(message: Message) -> tuple[str, ...]:
    headers = read_headers(message.header, message.envelope)
    return (*([headers.author] if headers.author else []), *headers.to, *headers.cc)


def _write_row(message: Message, ours: Ours) -> dict[str, str | None]:
    """A value that is not known is empty; what must be known then says so in quarantine."""
    headers: Headers = read_headers(message.header, message.envelope)
    sides = take_sides(ours, headers.author, (*headers.to, *headers.cc))
    at = headers.written_at
    return {
        "source_id": headers.key,
        "type": "email",
        "direction": sides.direction or None,
        "subject": headers.subject or None,
        "occurred_at": at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None,
        "owner_id": sides.owner or None,
        "contact_id": sides.customer or None,
        "lead_id": sides.customer or None,
        "is_automated": "true" if headers.is_automated else "false",
        "from": headers.author or None,
        "to": ", ".join(headers.to) or None,
        "cc": ", ".join(headers.cc) or None,
        "attachments": str(message.attachments),
        "bytes": str(message.size),
    }
