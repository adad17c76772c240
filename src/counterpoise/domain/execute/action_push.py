"""An action as another system holds it: a task whose fields the rulebook names.

`push.action`, with a connection as its subject, says which object and which fields, such as
`Task what=Subject due_on=ActivityDate state=Status owner=OwnerId`. `push.word`, with
`connection/word`, says how that system writes a state or a person of ours.
"""

import re
from dataclasses import dataclass
from datetime import date

from counterpoise.domain.execute.pushes import Wish
from counterpoise.domain.execute.tracking import Standing
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.tables.action import Action
from counterpoise.domain.values.text import text

KEY, WORD, RELEASE = "push.action", "push.word", "push.release"
OURS = ("what", "why", "state", "owner", "due_on", "area", "period")
_SHAPE = re.compile(r"([A-Za-z][A-Za-z0-9_.]*)((?: [a-z_]+=[A-Za-z][A-Za-z0-9_.]*)+)")


@dataclass(frozen=True, slots=True)
class ActionShape:
    """fields: ours and theirs. at_once: what a decision causes goes out without a release."""

    connection: str
    object: str
    fields: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    at_once: bool


def list_connections(rulebook: Rulebook, on: date) -> tuple[str, ...]:
    """Where actions go to."""
    return rulebook.subjects(KEY, on)


def read_shape(rulebook: Rulebook, connection: str, on: date) -> ActionShape:
    """Raises MissingRule where actions do not go there, InvalidRule for what cannot be read."""
    written = " ".join(rulebook.get_text(KEY, on, connection).split())
    found = _SHAPE.fullmatch(written)
    pairs = [each.partition("=") for each in found[2].split()] if found else []
    if found is None or any(ours not in OURS for ours, _, _ in pairs):
        raise InvalidRule(
            text(
                "{key} is '{value}'. Write the object, then what goes where, such as {example};"
                " there are {ours}.",
                key=KEY,
                value=written,
                example="Task what=Subject due_on=ActivityDate",
                ours=", ".join(OURS),
            )
        )
    begins = f"{connection}/"
    words = (each for each in rulebook.subjects(WORD, on) if each.startswith(begins))
    return ActionShape(
        connection,
        found[1],
        tuple((ours, theirs) for ours, _, theirs in pairs),
        tuple((each.removeprefix(begins), rulebook.get_text(WORD, on, each)) for each in words),
        rulebook.get_text(RELEASE, on, connection) == "at once",
    )


def make_wish(
    subject: str, period: str, action: Action, standing: Standing, shape: ActionShape
) -> Wish:
    """subject: what the trail calls the action; the record is known by it before it has an id."""
    words = dict(shape.words)
    owner = standing.owner
    held = {
        "what": str(action.what),
        "why": str(action.why),
        "state": words.get(standing.state, standing.state),
        "owner": "" if owner is None else words.get(owner.login, owner.name),
        "due_on": (standing.due_on or action.due_on).isoformat(),
        "area": words.get(action.area, action.area),
        "period": period,
    }
    fields = {theirs: held[ours] or None for ours, theirs in shape.fields}
    return Wish(shape.object, "", fields, subject, subject)
