"""A system on the other side of a network, as small as one can be: records that change, are stamped
by a clock that may be off, become visible late, are removed, and faults while it is read.

It answers the port of connectors, as a real system's connector does; nothing of ours is replaced.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from counterpoise.actions import connections
from counterpoise.actions.connections import Connector
from counterpoise.connectors.sources.port import (
    Removed,
    SourceField,
    SourceObject,
    SourceUnreachable,
)
from counterpoise.connectors.sources.settings import Setting
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.values.text import text

NAMES = {
    "id": "source_id",
    "name": "name",
    "stage": "stage",
    "amount": "amount",
    "currency": "currency",
    "created": "created_at",
    "changed": "updated_at",
}
SETTINGS = (
    Setting("place", text("Place"), text("Anything"), is_required=False),
    Setting("token", text("Token"), text("Kept locked"), is_secret=True, is_required=False),
)
START = datetime(2026, 5, 1, 9, tzinfo=UTC)


@dataclass
class Record:
    values: dict
    stamped_at: datetime
    visible_at: datetime


@dataclass
class RemoteSystem:
    """versions: of each record, oldest first. now: real time. skew: of its clock. page: records.

    faults: taken one at each page, an exception to raise or None. meanwhile: called between pages.
    """

    now: datetime = START
    skew: timedelta = timedelta()
    page: int = 2
    versions: dict = field(default_factory=dict)
    removed: list = field(default_factory=list)
    fields: list = field(default_factory=lambda: [SourceField(name, "text") for name in NAMES])
    faults: list = field(default_factory=list)
    meanwhile: object = None
    keeps_time: bool = True
    is_counted: bool = True

    def put(self, key, late=timedelta(), **values):
        """Keep a record: stamped now by its clock, visible after `late`."""
        stamped = self.now + self.skew
        before = self.versions.setdefault(key, [])
        held = before[-1].values if before else {"id": key, "created": START.isoformat()}
        new = {"currency": "USD", **held, **values, "changed": stamped.isoformat()}
        before.append(Record(new, stamped, self.now + late))

    def remove(self, key, into=""):
        del self.versions[key]
        self.removed.append(Removed(key, self.now + self.skew, into))

    def pass_time(self, **span):
        self.now += timedelta(**span)

    def list_visible(self):
        """The newest version of each record that shows by now, in order of time and key."""
        shown = {
            key: [each for each in versions if each.visible_at <= self.now]
            for key, versions in self.versions.items()
        }
        newest = [
            (each[-1].stamped_at, key, each[-1].values) for key, each in shown.items() if each
        ]
        return sorted(newest, key=lambda each: each[:2])

    def describe(self):
        self._fail()
        return (SourceObject("deal", "opportunity", tuple(self.fields), self.keeps_time),)

    def map(self, described):
        columns = tuple(
            ColumnMapping("deal", each.name, "opportunity", NAMES[each.name], 1, text("stated"))
            for each in described.fields
            if each.name in NAMES
        )
        return FileMapping("deal", "opportunity", "remote", columns, ())

    def read(self, described, since, until):
        """Pages by (time, key), each asked for when the one before was taken."""
        behind = None
        names = [each.name for each in described.fields]
        while True:
            self._fail()
            rows = [
                each
                for each in self.list_visible()
                if (since is None or each[0] >= since)
                and each[0] <= until
                and (behind is None or each[:2] > behind)
            ][: self.page]
            if not rows:
                return
            behind = rows[-1][:2]
            yield pa.RecordBatch.from_arrays(
                [pa.array([r[2].get(name) for r in rows], pa.string()) for name in names], names
            )
            if self.meanwhile:
                self.meanwhile()

    def read_removed(self, described, since, until):
        self._fail()
        yield from (each for each in self.removed if since is None or since <= each.at <= until)

    def count(self, described):
        return len(self.list_visible()) if self.is_counted else None

    def _fail(self):
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault


def unreachable():
    return SourceUnreachable(text("The system did not answer."))


@contextmanager
def connected(monkeypatch, remote, name="remote"):
    """A connection of the current workspace to the remote system."""
    kind = Connector(text("Remote system"), SETTINGS, lambda opening: remote)
    monkeypatch.setitem(connections.CONNECTORS, "remote", kind)
    yield connections.add_connection(name, "remote", {"token": "t0p-secret"}, now=remote.now)
