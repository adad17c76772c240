"""Named scenarios: a demand case, and values laid over the rulebook while it is planned."""

from dataclasses import dataclass
from typing import Literal, get_args

from counterpoise.domain.values.text import text

DemandCase = Literal["base", "high", "low"]
LONGEST_NAME = 32


class InvalidScenario(ValueError):
    """A scenario that could not be told from another, or that has no demand to plan for."""


def _can_be_named(name: str) -> bool:
    written = name.replace(" ", "").replace("-", "").replace("_", "")
    return written.isalnum() and name[0].isalnum() and len(name) <= LONGEST_NAME


@dataclass(frozen=True, slots=True)
class Change:
    """The value that a rule's key has in a scenario; subject narrows it, as in the rulebook."""

    key: str
    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class NamedScenario:
    """demand: the expected demand, or the high or low end of its 80 % range."""

    name: str
    demand: DemandCase
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        cases = get_args(DemandCase)
        if self.demand not in cases:
            raise InvalidScenario(
                text(
                    "The demand of scenario '{name}' is '{demand}'. Choose one of: {listed}.",
                    name=self.name,
                    demand=self.demand,
                    listed=", ".join(cases),
                )
            )
        if self.name in cases and (self.name != self.demand or self.changes):
            raise InvalidScenario(
                text(
                    "'{name}' is a scenario that every plan has, without changes. Give yours"
                    " another name.",
                    name=self.name,
                )
            )
        if not _can_be_named(self.name):
            raise InvalidScenario(
                text(
                    "A scenario is named '{name}'. Use up to {longest_name} letters, digits,"
                    " spaces, - and _, and begin with a letter or digit.",
                    name=self.name,
                    longest_name=LONGEST_NAME,
                )
            )
        changed = [(each.key, each.subject) for each in self.changes]
        if twice := sorted({each for each in changed if changed.count(each) > 1}):
            key, subject = twice[0]
            raise InvalidScenario(
                text(
                    "Scenario '{name}' changes {key} {subject} twice. Keep one.",
                    name=self.name,
                    key=key,
                    subject=subject or "(for all)",
                )
            )


BUILT_IN = (
    NamedScenario("base", "base"),
    NamedScenario("high", "high"),
    NamedScenario("low", "low"),
)
