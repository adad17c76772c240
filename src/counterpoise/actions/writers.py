"""Opens what writes to a connection: for the worker, and for whoever delivers by hand."""

from collections.abc import Callable
from datetime import datetime
from random import Random, SystemRandom

from counterpoise.actions import connections, deliveries, outbox_alarms, rules
from counterpoise.actions.connections import CannotWrite
from counterpoise.actions.deliveries import Delivered, Desk
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable, Writer
from counterpoise.connectors.sources.settings import InvalidSetting
from counterpoise.domain.execute.pushes import count_room, read_push_rules
from counterpoise.domain.values.text import explain
from counterpoise.store import connections as stored
from counterpoise.store import outbox_claims as claims
from counterpoise.store import outbox_lines as lines
from counterpoise.store.connections import UnknownConnection
from counterpoise.store.outbox_claims import Taker
from counterpoise.store.vault import LockedSecret

Opener = Callable[[str], Writer]
DICE = SystemRandom()


CANNOT_OPEN = (
    UnknownConnection,
    CannotWrite,
    InvalidSetting,
    LockedSecret,
    SourceRefused,
    SourceUnreachable,
)


def open_writer(name: str) -> Writer:
    """Raises one of CANNOT_OPEN."""
    return connections.open_writer(stored.get_connection(name))


def list_connections() -> tuple[str, ...]:
    """The systems that can be written to, by name."""
    return tuple(
        each.name
        for each in stored.list_connections()
        if connections.get_connector(each.kind).open_writer is not None
    )


def deliver_due(
    taker: Taker, clock: Callable[[], datetime], dice: Random = DICE, open_one: Opener = open_writer
) -> tuple[Delivered, ...]:
    """A batch of every connection that has something due. One that cannot be opened is paused."""
    done: list[Delivered] = []
    at = clock()
    for connection in claims.list_due(at):
        done += deliver_one(connection, taker, clock, dice, open_one)
    return tuple(done)


def deliver_one(
    connection: str,
    taker: Taker,
    clock: Callable[[], datetime],
    dice: Random = DICE,
    open_one: Opener = open_writer,
) -> tuple[Delivered, ...]:
    at = clock()
    if not count_room(lines.find_line(connection), at, 1):
        return ()
    try:
        writer = open_one(connection)
    except CANNOT_OPEN as error:
        why = explain(error)
        lines.set_paused(connection, is_paused=True, why=why, at=at)
        outbox_alarms.tell_of_line(connection, why, at=at)
        return ()
    push_rules = read_push_rules(rules.load_rulebook(), at.date())
    return deliveries.deliver(connection, writer, Desk(taker, push_rules, clock, dice))
