"""The outbox on the command line: what goes to other systems, and what needs a person."""

import uuid
from pathlib import Path
from typing import Literal

from counterpoise.actions import outbox as desk
from counterpoise.actions import pushes, workspaces, writers
from counterpoise.actions.deliveries import Delivered
from counterpoise.actions.pushes import Proposal
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.execute.pushes import STATE_WORDS, STATES, Push, Verb, Wish
from counterpoise.store import outbox as stored
from counterpoise.store import outbox_lines
from counterpoise.store.outbox import Wanted
from counterpoise.store.outbox_claims import Taker

What = Literal[
    "list", "show", "propose", "release", "pause", "resume", "retry", "decide", "drop", "deliver"
]
COLUMNS = ("push", "connection", "record", "field", "there", "ours", "state")
MOST_LISTED = 10_000


class IncompleteCommand(ValueError):
    """`outbox` without what it needs to be told."""


def outbox(
    what: What = "list",
    thing: str = "",
    /,
    *,
    connection: str = "",
    take: Literal["ours", "theirs"] | None = None,
    dry_run: bool = False,
    common: Common = DEFAULTS,
) -> None:
    """Look after what goes to other systems.

    Parameters
    ----------
    what
        list the pushes, or show one with its log; propose a table or a source, and release what was
        proposed; pause or resume a connection; retry, decide or drop one; deliver what is due now.
    thing
        A push's number; for propose a CSV file (object, source_id, field, value) or a source
        (actions); for list a state, such as conflict.
    connection
        The system; of list and deliver all, where it is not said.
    take
        Of decide: ours is sent over what stands there, theirs stays.
    dry_run
        Of propose: show what would change and write nothing.
    """
    workspace = workspaces.open_workspace(common.workspace)
    match what:
        case "list":
            _list(connection, thing, common)
        case "propose":
            asked = _need(thing, "Which table or source? Write: counterpoise outbox propose FILE.")
            to = _need_connection(connection)
            _propose(workspace, Proposal(to, _read(asked, to)), dry_run=dry_run, common=common)
        case "release" | "pause" | "resume":
            _switch(what, _need_connection(connection), common)
        case "deliver":
            _deliver(connection, common)
        case "show":
            _show(_get_push(thing), common)
        case "decide":
            verb = _need(take or "", "Whose value holds? Add --take ours or --take theirs.")
            _decide(_get_push(thing), verb, common)  # type: ignore[arg-type]  # of two words
        case "retry" | "drop":
            _decide(_get_push(thing), what, common)


def _list(connection: str, state: str, common: Common) -> None:
    if state and state not in STATES:
        raise IncompleteCommand(f"No push is ever {state!r}. There are: {', '.join(STATES)}.")
    states = tuple(each for each in STATES if each == state)
    found = stored.list_pushes(Wanted(connection, states), limit=MOST_LISTED)
    lines = outbox_lines.list_lines()
    if common.json:
        print_json({"lines": lines, "pushes": found})
        return
    rows = [row for push in found for row in _list_rows(push)]
    print_table(f"Outbox: {len(found)} pushes", COLUMNS, rows)
    for line in lines:
        if line.is_paused or line.is_resting:
            stands = "paused" if line.is_paused else f"resting until {line.rests_until}"
            say(f"- {line.connection} is {stands}. {line.why or ''}".rstrip())


def _list_rows(push: Push) -> list[tuple[object, ...]]:
    held = push.expected if push.found is None else push.found
    state = str(STATE_WORDS[push.state])
    return [
        (push.id, push.connection, push.record, name, held.get(name), value, state)
        for name, value in push.fields.items()
    ]


def _read(asked: str, connection: str) -> tuple[Wish, ...]:
    if asked in pushes.SOURCES:
        return pushes.list_wishes(asked, connection, today=now().date())
    path = Path(asked)
    return pushes.read_table(path.read_bytes(), path.name)


def _propose(
    workspace: workspaces.Workspace, proposal: Proposal, *, dry_run: bool, common: Common
) -> None:
    with working("Comparing"):
        if dry_run:
            found = pushes.preview(workspace, proposal)
        else:
            found = pushes.propose(workspace, proposal, at=now())
    if common.json:
        print_json({"is_dry": dry_run, "proposed": found})
        return
    rows = [
        (each.wish.name, name, each.standing.get(name), value)
        for each in found
        for name, value in each.fields.items()
    ]
    title = "What would change" if dry_run else "What waits to be released"
    print_table(title, ("record", "field", "there, as last read", "ours"), rows)
    same = sum(not each.fields for each in found)
    say(f"{len(found)} records: {len(found) - same} differ, {same} are as wanted.")
    if unread := sum(bool(each.fields) and not each.is_read for each in found):
        say(f"{unread} were never read in full: where something stands there, it is a conflict.")
    if not dry_run and rows:
        say(f"Next: counterpoise outbox release --connection {proposal.connection}")


def _switch(what: Literal["release", "pause", "resume"], connection: str, common: Common) -> None:
    if what == "release":
        count = desk.release(connection, up_to=2**62, at=now())
        answer, said = {"released": count}, f"{count} pushes go to {connection} now."
    else:
        change = desk.pause if what == "pause" else desk.resume
        is_new = change(connection, at=now())
        answer = {"is_changed": is_new}
        said = f"{connection} is {'paused' if what == 'pause' else 'open'}."
    if common.json:
        print_json({"connection": connection, **answer})
        return
    say(said)


def _deliver(connection: str, common: Common) -> None:
    """One pass: what is due now, until nothing of it is left."""
    taker = Taker(f"command-{uuid.uuid4().hex}")
    done: list[Delivered] = []
    with working("Delivering"):
        while True:
            if connection:
                more = writers.deliver_one(connection, taker, now)
            else:
                more = writers.deliver_due(taker, now)
            if not more:
                break
            done += more
    if common.json:
        print_json({"delivered": [{"push": d.push, "answer": d.answer} for d in done]})
        return
    rows = [(d.push.id, d.push.record, d.answer.outcome, d.answer.why) for d in done]
    print_table(f"{len(done)} delivered", ("push", "record", "outcome", "why"), rows)
    for line in outbox_lines.list_lines():
        if line.is_paused:
            say(f"- {line.connection} is paused. {line.why or ''}".rstrip())


def _show(push: Push, common: Common) -> None:
    steps = stored.list_steps(push.id)
    if common.json:
        print_json({"push": push, "steps": steps})
        return
    print_table(f"Push {push.id}", COLUMNS, _list_rows(push))
    rows = [(each.at.isoformat(" ", "seconds"), each.actor, each.verb, each.why) for each in steps]
    print_table("Log", ("when", "who", "what", "why"), rows)


def _decide(push: Push, verb: Verb, common: Common) -> None:
    decided = desk.decide(push, verb, at=now())
    if common.json:
        print_json({"push": decided})
        return
    say(f"Push {decided.id} is {STATE_WORDS[decided.state]} now.")


def _get_push(thing: str) -> Push:
    if not thing.isdecimal():
        raise IncompleteCommand("Which push? Write its number, as `counterpoise outbox` lists it.")
    return stored.get_push(int(thing))


def _need_connection(connection: str) -> str:
    return _need(connection, "Which connection? Add --connection NAME.")


def _need(said: str, question: str) -> str:
    if not said:
        raise IncompleteCommand(question)
    return said
