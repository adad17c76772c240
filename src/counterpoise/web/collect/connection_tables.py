"""The tables of connected systems: all of them, the objects of one, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterpoise.actions import scheduling
from counterpoise.actions.connections import get_connector
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.values.text import Text
from counterpoise.store import refreshes
from counterpoise.store.connections import Connection
from counterpoise.store.refreshes import Refresh
from counterpoise.web.tables import Column, Row, Table

STATES: dict[str, str | Promise] = {
    "paused": _("paused"),
    "new": _("never refreshed"),
    "stale": _("fell behind"),
    "going": _("going on"),
    "done": _("done"),
    "failed": _("failed"),
    "lost": _("broken off"),
}
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """state: a key of STATES. there: None where no object of it can be counted."""

    state: str
    words: str | Promise
    last_done: Refresh | None
    there: int | None
    here: int

    @property
    def is_bad(self) -> bool:
        return self.state in {"failed", "lost", "stale"}


def find_standings(listed: Sequence[Connection], at: datetime) -> dict[int, Standing]:
    """By connection; as many questions to the store for many as for one."""
    ids = [each.id for each in listed]
    newest = refreshes.list_newest(ids)
    done = refreshes.list_newest(ids, "done")
    stale = scheduling.find_stale(listed, done, now=at)
    counted = refreshes.count_rows(ids)
    found = {}
    for each in listed:
        last = newest.get(each.id)
        state: str = last.outcome if last else "new"
        if each.is_paused:
            state = "paused"
        elif state in {"done", "new"} and each.id in stale:
            state = "stale"
        there, here = counted.get(each.id, (None, 0))
        found[each.id] = Standing(state, STATES[state], done.get(each.id), there, here)
    return found


def find_standing(held: Connection, at: datetime) -> Standing:
    return find_standings([held], at)[held.id]


def list_notes(held: Connection) -> tuple[Text, ...]:
    return tuple(note for each in refreshes.list_objects(held.id) for note in each.notes)


def as_of_edition(held: Connection, edition: int) -> Connection:
    return replace(held, edition=edition)


def describe_connections(listed: Sequence[Connection], at: datetime) -> Table:
    rows = []
    standings = find_standings(listed, at)
    for each in listed:
        standing = standings[each.id]
        rows.append(
            Row(
                {
                    "name": each.name,
                    "kind": get_connector(each.kind).title,
                    "state": str(standing.words),
                    "last": standing.last_done.started_at if standing.last_done else None,
                    "there": standing.there,
                    "here": standing.here,
                    "schedule": each.schedule or None,
                },
                {"name": reverse("collect:connection", args=[each.name])},
            )
        )
    return Table(
        name="connections",
        caption=_("Connected systems"),
        columns=(
            Column("name", _("Name")),
            Column("kind", _("Kind"), has_choices=True),
            Column("state", _("State"), has_choices=True),
            Column("last", _("Last refreshed on"), "moment"),
            Column("there", _("Rows there"), "number"),
            Column("here", _("Rows here"), "number"),
            Column("schedule", _("Schedule")),
        ),
        rows=tuple(rows),
        empty=_("Nothing is connected yet."),
    )


def describe_objects(held: Connection) -> Table:
    return Table(
        name="objects",
        caption=_("What is read, and whether it is all here"),
        columns=(
            Column("name", _("Object")),
            Column("table", _("Table")),
            Column("there", _("Rows there"), "number"),
            Column("here", _("Rows here"), "number"),
            Column("difference", _("Difference"), "number"),
            Column("until", _("Read up to"), "moment"),
            Column("whole", _("Read whole on"), "moment"),
        ),
        rows=tuple(
            Row(
                {
                    "name": each.name,
                    "table": name_code("table", each.table) if each.table else None,
                    "there": each.rows_there,
                    "here": each.rows_here,
                    "difference": None
                    if each.rows_there is None
                    else each.rows_here - each.rows_there,
                    "until": each.read_until,
                    "whole": each.read_whole_at,
                }
            )
            for each in refreshes.list_objects(held.id)
        ),
        empty=_("Nothing was read yet."),
    )


def describe_history(held: Connection) -> Table:
    return Table(
        name="history",
        caption=_("Refreshes, the newest first"),
        columns=(
            Column("started", _("Started"), "moment"),
            Column("ended", _("Ended"), "moment"),
            Column("outcome", _("Outcome"), has_choices=True),
            Column("read", _("Records read"), "number"),
            Column("fresh", _("New or changed"), "number"),
            Column("gone", _("Gone"), "number"),
            Column("load", _("Load")),
            Column("why", _("Why")),
        ),
        rows=tuple(_describe_refresh(each) for each in refreshes.list_refreshes(held.id, SHOWN)),
        empty=_("It was never refreshed."),
    )


def _describe_refresh(each: Refresh) -> Row:
    def count(what: str) -> int | None:
        found = [one[what] for one in each.counts.values() if one.get(what) is not None]
        return sum(found) if found else None

    return Row(
        {
            "started": each.started_at,
            "ended": each.ended_at,
            "outcome": str(STATES[each.outcome]),
            "read": count("read"),
            "fresh": count("fresh"),
            "gone": count("gone"),
            "load": each.batch or None,
            "why": each.why,
        },
        {"load": reverse("collect:load", args=[each.batch])} if each.batch else {},
    )
