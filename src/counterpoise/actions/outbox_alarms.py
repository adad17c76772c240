"""Tells people that the outbox needs them: a conflict, a push given up, a system that is down."""

from datetime import datetime

from counterpoise.domain.execute.pushes import NEED_A_PERSON, Push, State
from counterpoise.domain.values.rights import RIGHTS_OF
from counterpoise.domain.values.text import Text, text
from counterpoise.store import inbox, people
from counterpoise.store.outbox_lines import name_subject

LINK = "/execute/outbox/"
"""The path of the outbox's page."""


def tell_of_push(push: Push, state: State, *, at: datetime) -> None:
    """Whoever asked for it; those who look after the outbox where nobody did."""
    if state not in NEED_A_PERSON:
        return
    said = text(
        "Pushes to {connection} wait for your decision: a conflict, a refusal, or tries without"
        " success.",
        connection=push.connection,
    )
    asked = {push.asked_by} if push.asked_by is not None else _list_keepers()
    for person in sorted(asked):
        inbox.tell_once(person, "push", name_subject(push.connection), LINK, said, at)


def tell_of_line(connection: str, why: Text, *, at: datetime) -> None:
    said = text(
        "{connection} does not take what we send, and what waits for it rests. {why}",
        connection=connection,
        why=why,
    )
    for person in sorted(_list_keepers()):
        inbox.tell_once(person, "push", f"{name_subject(connection)}:rests", LINK, said, at)


def _list_keepers() -> set[int]:
    """Operations; administrators where there is nobody."""
    able = [
        each
        for each in people.list_people()
        if each.is_active and "push_changes" in RIGHTS_OF[each.role]
    ]
    operations = {each.id for each in able if each.role == "operations"}
    return operations or {each.id for each in able}
