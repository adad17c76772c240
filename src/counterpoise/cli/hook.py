"""Hooks on the command line: addresses that other systems send signed events to."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from cyclopts import Parameter

from counterpoise.actions import arrivals, hooks, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say
from counterpoise.domain.collect.deliveries import Places
from counterpoise.domain.collect.signatures import Agreement, Encoding, Scheme
from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.text import text
from counterpoise.store import deliveries as kept
from counterpoise.store import hooks as stored

What = Literal[
    "add", "list", "rotate", "remove", "propose", "confirm", "land", "deliveries", "replay"
]
SHOWN = 100
"""Deliveries, the newest first."""


class NoHookNamed(ValueError):
    """A hook command without the name of a hook."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Signing:
    """How a sender signs, and where in its documents things are."""

    signed: Scheme = "standard"
    """By Standard Webhooks, as HubSpot 3, as Mautic, or in a header of the sender's own."""

    header: str = ""
    """The header that carries the signature."""

    encoding: Encoding = "hex"
    """How the signature in that header is written."""

    prefix: str = ""
    """What stands before it, such as sha256=."""

    id_header: str = ""
    """The header that carries an id of the delivery, where one does."""

    records: str = ""
    """Where the records are, such as data.contacts; * where each name is a kind of record."""

    kind: str = ""
    """Where in a record its kind is, such as type."""

    version: str = ""
    """Where in a record stands what rises with every change, such as updated_at."""

    source: str = ""
    """Which system the records belong to; the hook's own name where it is not said."""


SIGNING = Signing()


def hook(
    what: What = "list",
    name: str = "",
    /,
    *,
    secret: str = "",
    keep_hours: int = 24,
    signing: Signing = SIGNING,
    common: Common = DEFAULTS,
) -> None:
    """Open an address to a sender, say what its events mean, and land them.

    Parameters
    ----------
    what
        add, list, rotate or remove a hook; propose or confirm what its values mean; land what
        waits; list its deliveries, or replay them all.
    name
        The hook, which is the last part of its address: /hooks/NAME.
    secret
        The sender's own secret; without it one is made.
    keep_hours
        How long the old secret is still taken after rotate.
    """
    workspace = workspaces.open_workspace(common.workspace)
    if what == "list":
        _list(common)
        return
    if what == "land":
        done = arrivals.land_all(workspace, now=now())
        _answer(common, {"landed": done}, f"{sum(e.deliveries for e in done)} deliveries landed.")
        return
    if not name:
        raise NoHookNamed(text("Which hook? Write: counterpoise hook {what} NAME.", what=what))
    match what:
        case "add":
            _, made = hooks.make(_read_wish(name, secret, signing), by=None, now=now())
            _tell_secret(common, name, made)
        case "rotate":
            kept_for = timedelta(hours=keep_hours)
            made = hooks.rotate(name, secret=secret, kept_for=kept_for, now=now())
            _tell_secret(common, name, made)
        case "remove":
            hooks.remove(name, now=now())
            _answer(common, {"removed": name}, f"{name} takes nothing more. Its deliveries stay.")
        case "deliveries":
            _list_deliveries(common, name)
        case "replay":
            count = hooks.replay(stored.get_hook(name), now=now())
            _answer(common, {"replayed": count}, f"{count} deliveries are landed once more.")
        case _:
            _say_meaning(common, name, is_confirmed=what == "confirm")


def _read_wish(name: str, secret: str, said: Signing) -> hooks.Wish:
    agreement = Agreement(said.signed, said.header, said.encoding, said.prefix, said.id_header)
    places = Places(said.records, said.kind, said.version)
    return hooks.Wish(name, agreement, places, said.source, secret)


def _list(common: Common) -> None:
    held = stored.list_hooks()
    if common.json:
        print_json({"hooks": [_describe(each) for each in held]})
        return
    rows = [(e.name, e.source, e.agreement.scheme, e.mapping is not None, *_count(e)) for e in held]
    columns = ("hook", "source", "signed", "has a meaning", *kept.STATES)
    print_table(f"Hooks: {len(held)}", columns, rows)


def _list_deliveries(common: Common, name: str) -> None:
    rows = kept.list_deliveries(stored.get_hook(name).id, SHOWN)
    if common.json:
        listed = [{**_plain(each), "why": each.why and str(each.why)} for each in rows]
        print_json({"deliveries": listed})
        return
    cells = [(e.id, e.known_as, e.received_at, e.state, e.batch or None, e.why) for e in rows]
    columns = ("number", "known as", "received", "state", "load", "why")
    print_table(f"Deliveries to {name}", columns, cells)


def _say_meaning(common: Common, name: str, *, is_confirmed: bool) -> None:
    """What was proposed, in full; with `confirm` it holds from now on."""
    held = stored.get_hook(name)
    proposed = hooks.propose(held)
    if is_confirmed:
        hooks.confirm(held, proposed.mapping, edition=held.edition, now=now())
    if common.json:
        print_json({"mapping": proposed.mapping, "is_confirmed": is_confirmed})
        return
    rows = [
        (c.file, c.column, f"{c.table}.{c.attribute}", c.confidence)
        for each in proposed.mapping.files
        for c in each.columns
    ]
    print_table("What the values mean", ("kind", "value", "becomes", "confidence"), rows)
    if is_confirmed:
        say("Confirmed. Next: counterpoise hook land")
    else:
        say(f"Confirm it with: counterpoise hook confirm {name}; change it on the hook's page.")


def _tell_secret(common: Common, name: str, secret: str) -> None:
    if common.json:
        print_json({"hook": name, "address": f"/hooks/{name}", "secret": secret})
        return
    say(f"Give the sender the address /hooks/{name} and this secret, which is shown this once:")
    print(secret)  # noqa: T201 -- alone on standard output, to be piped to where it is needed


def _answer(common: Common, document: dict[str, Any], sentence: str) -> None:
    if common.json:
        print_json(document)
        return
    say(sentence)


def _describe(hook: stored.Hook) -> dict[str, Any]:
    return {
        "name": hook.name,
        "source": hook.source,
        "agreement": to_document(hook.agreement),
        "places": to_document(hook.places),
        "requests_a_minute": hook.requests_a_minute,
        "has_mapping": hook.mapping is not None,
        "stuck": hook.stuck and str(hook.stuck),
        "deliveries": dict(zip(kept.STATES, _count(hook), strict=True)),
    }


def _count(hook: stored.Hook) -> tuple[int, ...]:
    counted = kept.count_states(hook.id)
    return tuple(counted.get(each, 0) for each in kept.STATES)


def _plain(delivery: kept.Delivery) -> dict[str, Any]:
    return {
        "number": delivery.id,
        "known_as": delivery.known_as,
        "received_at": delivery.received_at,
        "sent_at": delivery.sent_at,
        "state": delivery.state,
        "load": delivery.batch,
    }
