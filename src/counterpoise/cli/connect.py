"""Connected systems on the command line: add, try, list, schedule, remove, and refresh them."""

import getpass
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from counterpoise.actions import alerts, connections, scheduling, workspaces
from counterpoise.actions import refresh as refreshing
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.store import alerts as stored_alerts
from counterpoise.store import connections as stored
from counterpoise.store import refreshes
from counterpoise.store.connections import Connection

What = Literal["list", "add", "test", "pause", "resume", "schedule", "remove"]


class UnclearCommand(ValueError):
    """A command of `connect` that lacks a part."""


def connect(
    what: What = "list",
    name: str = "",
    kind: str = "",
    /,
    *,
    setting: Annotated[tuple[str, ...], Parameter(name="--set", negative=())] = (),
    secret: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    common: Common = DEFAULTS,
) -> None:
    """Connect an outside system, or look after those that are.

    Parameters
    ----------
    what
        list all, add one, test it, pause or resume it, set its schedule, or remove it.
    name
        The connection's name: small Latin letters, digits, - and _.
    kind
        To add: the kind of system, such as sql or folder. To schedule: the cron expression, or
        nothing for none.
    setting
        NAME=VALUE, or NAME=@FILE for what stands in a file. May be given several times.
    secret
        The name of a secret, whose value is asked for, or read from standard input, a line each.
    """
    workspaces.open_workspace(common.workspace)
    if what == "list":
        _list(common)
        return
    if not name:
        raise UnclearCommand(f"Which connection? Write: counterpoise connect {what} NAME.")
    if what == "add":
        values = {**_read_settings(setting), **_ask_secrets(secret)}
        made = connections.add_connection(name, kind, values, now=now())
        _answer(made, common, f"{name} is connected. Next: counterpoise connect test {name}")
        return
    _look_after(what, stored.get_connection(name), kind, common)


def refresh(
    *names: str, anew: bool = False, since: datetime | None = None, common: Common = DEFAULTS
) -> None:
    """Bring what changed in connected systems.

    Parameters
    ----------
    names
        Connections; all that are not paused where none is named.
    anew
        Read everything again.
    since
        Read again what changed from this moment on.
    """
    workspace = workspaces.open_workspace(common.workspace)
    asked = [stored.get_connection(each) for each in names]
    held = asked or [each for each in stored.list_connections() if not each.is_paused]
    wish = refreshing.Wish(anew, since.astimezone() if since else None)
    done = []
    for each in held:
        with working(f"Refreshing {each.name}"):
            done.append(refreshing.refresh(workspace, each, wish, now=now()))
    if common.json:
        print_json({"refreshed": done})
        return
    for one in done:
        _show(one)
    if not done:
        say("Nothing is connected. Next: counterpoise connect add NAME KIND")


def alert(
    what: Literal["list", "add", "test", "remove"] = "list",
    name: str = "",
    /,
    *,
    language: Literal["en", "ar"] = "en",
    common: Common = DEFAULTS,
) -> None:
    """Say who hears when a refresh fails or falls behind.

    Parameters
    ----------
    what
        list the addresses, add one, send it a trial, or remove it.
    name
        What the address is called. The address itself is asked for, or read from standard input.
    language
        In which messages are written.
    """
    workspaces.open_workspace(common.workspace)
    if what == "add" and name:
        alerts.add_address(name, _ask_secrets(["address"])["address"], language, now=now())
    elif what == "test" and name:
        alerts.try_address(stored_alerts.get_address(name))
    elif what == "remove" and name:
        stored_alerts.remove(stored_alerts.get_address(name), at=now())
    elif what != "list":
        raise UnclearCommand(f"Which address? Write: counterpoise alert {what} NAME.")
    held = [(each.name, each.language) for each in stored_alerts.list_addresses()]
    if common.json:
        print_json({"addresses": [dict(zip(("name", "language"), r, strict=True)) for r in held]})
        return
    print_table("Who hears when a refresh fails", ("name", "language"), held)


def _look_after(what: What, held: Connection, written: str, common: Common) -> None:
    if what == "test":
        with working(f"Asking {held.name}"):
            seen = connections.try_connection(held)
        if common.json:
            print_json({"connection": held.name, "names": seen.names, "count": seen.count})
            return
        say(f"{held.name} answers and shows {seen.count}: {', '.join(seen.names)}")
    elif what == "remove":
        connections.remove(held, now=now())
        _answer(held, common, f"{held.name} is removed. The rows that it brought stay.")
    elif what == "schedule":
        held = scheduling.schedule(held, written, now=now())
        said = held.schedule or "never by itself"
        _answer(held, common, f"{held.name} is refreshed: {said}")
    else:
        held = connections.pause(held, is_paused=what == "pause", now=now())
        said = "is paused" if held.is_paused else "goes on"
        _answer(held, common, f"{held.name} {said}.")


def _list(common: Common) -> None:
    held = stored.list_connections()
    ids = [each.id for each in held]
    newest, counted = refreshes.list_newest(ids), refreshes.count_rows(ids)
    rows = []
    for each in held:
        last = newest.get(each.id)
        there, here = counted.get(each.id, (None, 0))
        state = "paused" if each.is_paused else last.outcome if last else "never refreshed"
        at = last.started_at if last else None
        rows.append((each.name, each.kind, state, at, there, here, each.schedule))
    columns = ("name", "kind", "state", "last_refresh", "rows_there", "rows_here", "schedule")
    if common.json:
        print_json({"connections": [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    shown = [tuple(str(cell) if isinstance(cell, datetime) else cell for cell in r) for r in rows]
    print_table("Connections", [each.replace("_", " ") for each in columns], shown)


def _show(done: refreshing.Refreshed) -> None:
    rows = [
        (name, c.get("read"), c.get("fresh"), c.get("gone"), c.get("there"), c.get("here"))
        for name, c in done.counts.items()
    ]
    print_table(done.name, ("object", "read", "new here", "gone", "there", "here"), rows)
    for note in done.notes:
        say(f"- {note}")
    said = f"build {done.build} is published" if done.batch else "nothing new; nothing changes"
    say(f"{done.name}: {said}.")


def _answer(held: Connection, common: Common, sentence: str) -> None:
    if common.json:
        document: dict[str, Any] = {
            "name": held.name,
            "kind": held.kind,
            "settings": dict(held.settings),
            "has_secret": held.has_secret,
            "schedule": held.schedule,
            "is_paused": held.is_paused,
        }
        print_json({"connection": document})
        return
    say(sentence)


def _read_settings(written: Sequence[str]) -> dict[str, str]:
    values = {}
    for each in written:
        name, sign, value = each.partition("=")
        if not sign:
            raise UnclearCommand(f"{each} says no value. Write: --set {name}=VALUE.")
        values[name] = Path(value[1:]).read_text("utf-8") if value.startswith("@") else value
    return values


def _ask_secrets(names: Sequence[str]) -> dict[str, str]:
    if sys.stdin.isatty():
        return {name: getpass.getpass(f"{name}: ") for name in names}
    return {name: sys.stdin.readline().rstrip("\n") for name in names}
