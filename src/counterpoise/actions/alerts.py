"""Tells people outside the product when a refresh fails or falls behind, and when it is well again.

One message when it begins and one when it ends, whatever happens in between; none quotes a row.
A message that could not be sent is sent at the next look.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from counterpoise.actions import scheduling
from counterpoise.connectors.alerts import sending
from counterpoise.connectors.alerts.sending import AlertNotSent, InvalidAlertAddress
from counterpoise.connectors.documents.reader import LOCALES, Language, Reader
from counterpoise.connectors.sources.reach import OutOfReach, Reach, read_reach
from counterpoise.domain.values.text import Text, text
from counterpoise.store import alerts, connections, refreshes
from counterpoise.store.alerts import Address
from counterpoise.store.connections import Connection
from counterpoise.store.vault import LockedSecret

LANGUAGES: tuple[Language, ...] = tuple(LOCALES)
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell. state: failed, stale, or "" for well again."""

    address: Address
    connection: Connection
    before: str
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """failed: names of the addresses that could not be told, which is tried again."""

    sent: int
    failed: tuple[str, ...]


def add_address(name: str, url: str, language: str, *, now: datetime) -> Address:
    """Raises InvalidAlertAddress, OutOfReach, AlertNotSent and AddressNameTaken."""
    if not name.strip() or len(name) > LONGEST_NAME or language not in LANGUAGES:
        raise InvalidAlertAddress(
            text(
                "An address has a name of up to {most} characters and one of the languages:"
                " {listed}.",
                most=LONGEST_NAME,
                listed=", ".join(LANGUAGES),
            )
        )
    sending.check_address(url.strip(), _find_reach())
    return alerts.make(name.strip(), url.strip(), language, at=now)


def try_address(address: Address) -> None:
    """Send a message that says it is a trial. Raises what sending raises."""
    _send(address, text("This is a trial. Messages about refreshes will come here."))


def find_due(*, now: datetime) -> tuple[Due, ...]:
    """Every address and connection whose state is another than was told; paused ones rest."""
    addresses = alerts.list_addresses()
    if not addresses:
        return ()
    states = {each.id: state for each, state in _list_states(now)}
    told = alerts.list_told()
    return tuple(
        Due(address, each, before, states[each.id])
        for each in connections.list_connections()
        if not each.is_paused
        for address in addresses
        if (before := told.get((address.id, each.id), "")) != states[each.id]
    )


def tell(*, now: datetime) -> Told:
    """Tell what is due; each is claimed first, so two that tell at once do not tell it twice."""
    sent, failed = 0, []
    for due in find_due(now=now):
        mark = due.address.id, due.connection.id
        if not alerts.claim(*mark, due.before, due.state):
            continue
        try:
            _send(due.address, _say(due))
        except (AlertNotSent, InvalidAlertAddress, OutOfReach, LockedSecret):
            alerts.claim(*mark, due.state, due.before)
            failed.append(due.address.name)
        else:
            sent += 1
    return Told(sent, tuple(dict.fromkeys(failed)))


def _list_states(now: datetime) -> Iterator[tuple[Connection, str]]:
    listed = connections.list_connections()
    ids = [each.id for each in listed]
    done = refreshes.list_newest(ids, "done")
    bad = [refreshes.list_newest(ids, "failed"), refreshes.list_newest(ids, "lost")]
    stale = scheduling.find_stale(listed, done, now=now)
    for each in listed:
        well = done[each.id].id if each.id in done else 0
        if any(each.id in one and one[each.id].id > well for one in bad):
            yield each, "failed"
        else:
            yield each, "stale" if each.id in stale else ""


def _say(due: Due) -> Text:
    name = due.connection.name
    if due.state == "failed":
        return text("The refresh of {name} failed. Its page says why.", name=name)
    if due.state == "stale":
        return text("{name} fell behind: it was not refreshed as scheduled.", name=name)
    return text("{name} is well again: it was refreshed.", name=name)


def _send(address: Address, sentence: Text) -> None:
    language: Language = "ar" if address.language == "ar" else "en"
    with translation.override(language):
        body = Reader(language, "").say(sentence)
    sending.send(alerts.unlock_url(address), "Counterpoise", body, _find_reach())


def _find_reach() -> Reach:
    return read_reach(os.environ.get("COUNTERPOISE_REACH", ""))
