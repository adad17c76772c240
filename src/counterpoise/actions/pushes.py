"""What there is to push to another system, and what stands there as far as it was read.

Later sources of pushes are added to SOURCES: each lists what the records of a connection should
hold. What differs from what stands there is then proposed, whatever the source.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from counterpoise.actions import outbox, rules, tracking
from counterpoise.actions.action_pushes import wish_for
from counterpoise.actions.outbox import LastRead, Proposed
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.execute.action_push import read_shape
from counterpoise.domain.execute.push_table import UnreadableTable, read_push_table
from counterpoise.domain.execute.pushes import Known, Wish
from counterpoise.domain.values.text import text
from counterpoise.warehouse.queries.last_read import find_last_read

MOST_BYTES = 5 << 20


class UnknownSource(LookupError):
    """No source of pushes has the name."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a connection's records should hold. asked_by: whose inbox hears what comes of it."""

    connection: str
    wishes: tuple[Wish, ...]
    asked_by: int | None = None


def list_wishes(source: str, connection: str, *, today: date) -> tuple[Wish, ...]:
    """What a source has for a connection. Raises UnknownSource."""
    if source not in SOURCES:
        raise UnknownSource(
            text(
                "There is no source '{name}' of pushes. Choose one of: {listed}; or send a table.",
                name=source,
                listed=", ".join(SOURCES),
            )
        )
    return SOURCES[source](connection, today)


def list_actions(connection: str, today: date) -> tuple[Wish, ...]:
    """The actions of the newest run's period that somebody has taken up.

    Raises MissingRule where `push.action` does not say what they are there, and InvalidRule.
    """
    shape = read_shape(rules.load_rulebook(), connection, today)
    return tuple(
        wish_for(each.period, each.action, each.standing, shape)
        for each in tracking.list_taken_up()
    )


SOURCES: dict[str, Callable[[str, date], tuple[Wish, ...]]] = {"actions": list_actions}
"""Where pushes come from, besides tables that people send."""


def read_table(content: bytes, name: str) -> tuple[Wish, ...]:
    """A CSV file in UTF-8. Raises UnreadableTable."""
    if len(content) > MOST_BYTES:
        raise UnreadableTable(
            text("{name} is larger than 5 MB. Part the table and send it in parts.", name=name)
        )
    try:
        written = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableTable(
            text(
                "{name} is no CSV file in UTF-8. Save it as one, with commas, and send it again.",
                name=name,
            )
        ) from None
    return read_push_table(rows, f"file:{name}")


def preview(workspace: Workspace, proposal: Proposal) -> tuple[Proposed, ...]:
    """What would change, beside what stands there as last read; nothing is written."""
    read = read_last(workspace, proposal.connection, proposal.wishes)
    return outbox.preview(proposal.connection, proposal.wishes, read)


def propose(workspace: Workspace, proposal: Proposal, *, at: datetime) -> tuple[Proposed, ...]:
    """Put what would change into the outbox, where it waits to be released."""
    read = read_last(workspace, proposal.connection, proposal.wishes)
    return outbox.propose(
        proposal.connection, proposal.wishes, read, asked_by=proposal.asked_by, at=at
    )


def read_last(workspace: Workspace, connection: str, wishes: Sequence[Wish]) -> LastRead:
    """By record, its fields as the last refresh of the connection found them."""
    found: dict[str, dict[str, Known]] = {}
    for name in dict.fromkeys(each.object for each in wishes):
        wanted = {
            each.source_id: list(each.fields)
            for each in wishes
            if each.object == name and each.source_id
        }
        read = find_last_read(workspace.landing, connection, name, wanted) if wanted else {}
        for record, fields in read.items():
            known = {field: Known(value, at) for field, (value, at) in fields.items()}
            found[f"{name}:{record}"] = known
    return found
