"""A source that fails at random while we refresh, and a process that is killed at random: in the
end the warehouse is the one that a faultless run makes.
"""

import os
import random
import signal
import time
from datetime import timedelta

from django.db import connections as databases

from counterpoise.actions import connections as acting
from counterpoise.actions import refresh as refreshing
from counterpoise.actions.connections import Connector
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.domain.tables.dictionary import TABLES
from counterpoise.domain.values.text import text
from counterpoise.store import connections, ledger, refreshes
from counterpoise.warehouse.engine import open_build
from remote_system import SETTINGS, RemoteSystem, unreachable

STAGES = ("Proposal", "Negotiation", "Closed Won", "عرض سعر")
TRIES = 8


def live(remote, day, seed):
    """What happens in the system on a day, the same for the same seed."""
    chance = random.Random(f"{seed}-{day}")
    remote.pass_time(hours=3)
    for _ in range(6):
        key = f"D-{chance.randrange(8)}"
        late = timedelta(minutes=chance.randrange(15))
        remote.skew = timedelta(minutes=chance.choice([-60, 0, 5]))
        stage, amount = chance.choice(STAGES), str(chance.randrange(1, 9999))
        remote.put(key, late=late, name=f"Deal {key}", stage=stage, amount=amount)
        remote.pass_time(minutes=chance.randrange(20))
    remote.pass_time(hours=20)


def refresh_days(workspace, days, seed, faults=None):
    """Live and refresh, day by day; `faults` says what goes wrong at each attempt. Returns how
    many attempts failed, and how many were killed."""
    remote = RemoteSystem()
    acting.CONNECTORS["remote"] = Connector(text("Remote"), SETTINGS, lambda opening: remote)
    acting.add_connection("remote", "remote", {}, now=remote.now)
    failed = killed = 0
    for day in range(days):
        live(remote, day, seed)
        for attempt in range(TRIES):
            fault = faults(day, attempt) if faults and attempt < TRIES - 1 else None
            if isinstance(fault, float):
                killed += 1
                _kill_one(workspace, remote, fault)
                continue
            remote.faults = fault or []
            try:
                refreshing.refresh(workspace, _get(), now=remote.now)
            except (SourceUnreachable, SourceRefused, OSError):
                failed += 1
                continue
            finally:
                remote.faults = []
            break
    del acting.CONNECTORS["remote"]
    return failed, killed


def draw_faults(seed):
    """429 and 5xx after all tries, a token revoked, a time-out, a broken disk, a kill."""
    chance = random.Random(seed)

    def draw(day, attempt):
        if chance.random() < 0.4:
            return None
        if chance.random() < 0.25:
            return chance.random() * 0.6
        kind = chance.choice([unreachable(), SourceRefused(text("Revoked.")), TimeoutError("slow")])
        return [None] * chance.randrange(6) + [kind]

    return draw


def read_warehouse():
    """Every row of every table of the current build, and what the store says of the connection."""
    from counterpoise.web.workplace import get_workspace

    build = get_workspace().build_folder(ledger.get_current_build().id)
    with open_build(build) as backend:
        rows = {
            table: sorted(map(str, backend.raw_sql(f"SELECT * FROM {table}").fetchall()))
            for table in TABLES
        }
    (state,) = refreshes.list_objects(_get().id)
    return rows, state.read_until, state.rows_here, state.rows_there


def _get():
    return connections.get_connection("remote")


def _kill_one(workspace, remote, seconds):
    databases.close_all()
    child = os.fork()
    if child == 0:
        try:
            refreshing.refresh(workspace, _get(), now=remote.now)
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
