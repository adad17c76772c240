"""Which connections are to be refreshed now, and who fell behind.

A schedule that asked while nobody worked asks once when somebody does, not once for every time.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from counterpoise.actions.rules import load_rulebook
from counterpoise.domain.collect.schedules import check_schedule, find_next
from counterpoise.domain.values.zone import get_zone
from counterpoise.store import connections
from counterpoise.store.connections import Connection
from counterpoise.store.refreshes import Refresh

Ask = Callable[[Connection, datetime], None]
"""Queues the refresh that was due then."""


def schedule(connection: Connection, expression: str, *, now: datetime) -> Connection:
    """A cron expression, or nothing for none. Raises InvalidSchedule, UnknownZone and
    ConnectionChanged."""
    written = " ".join(expression.split())
    check_schedule(written)
    due_at = find_next(written, now, _read_zone(now.date())) if written else None
    with transaction.atomic():
        changed = connections.change(connection, schedule=written, at=now)
        connections.set_due(changed.id, due_at)
    return connections.get_connection(connection.name)


def ask_due(ask: Ask, *, now: datetime) -> tuple[str, ...]:
    """Ask for what is due, each once whoever looks at the same time. Returns their names.

    Raises UnknownZone where something is due and the company's zone is none.
    """
    due = connections.list_due(now)
    if not due:
        return ()
    asked = []
    zone = _read_zone(now.date())
    for each in due:
        assert each.due_at is not None
        with transaction.atomic():
            following = find_next(each.schedule, now, zone)
            if connections.move_due(each.id, each.due_at, following):
                ask(each, each.due_at)
                asked.append(each.name)
    return tuple(asked)


def find_stale(
    listed: Sequence[Connection], done: Mapping[int, Refresh], *, now: datetime
) -> frozenset[int]:
    """Those that are scheduled, not paused, and had no refresh that succeeded for longer than the
    rulebook allows. done: the newest such refresh, by connection."""
    hours = load_rulebook().get_number("refresh.stale_hours", now.date())
    limit = now - timedelta(hours=float(hours))
    return frozenset(
        each.id
        for each in listed
        if each.schedule
        and not each.is_paused
        and (done[each.id].started_at if each.id in done else each.made_at) < limit
    )


def _read_zone(on: date) -> ZoneInfo:
    return get_zone(load_rulebook().get_text("company.time_zone", on))
