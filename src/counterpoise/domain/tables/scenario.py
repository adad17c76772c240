"""Named scenarios: a demand case, and values laid over the rulebook while it is planned."""

from dataclasses import dataclass
from typing import Literal, get_args

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
                f"The demand of scenario {self.name!r} is {self.demand!r}. Choose one of:"
                f" {', '.join(cases)}."
            )
        if self.name in cases and (self.name != self.demand or self.changes):
            raise InvalidScenario(
                f"{self.name!r} is a scenario that every plan has, without changes. Give yours"
                " another name."
            )
        if not _can_be_named(self.name):
            raise InvalidScenario(
                f"A scenario is named {self.name!r}. Use up to {LONGEST_NAME} letters, digits,"
                " spaces, - and _, and begin with a letter or digit."
            )
        changed = [(each.key, each.subject) for each in self.changes]
        if twice := sorted({each for each in changed if changed.count(each) > 1}):
            key, subject = twice[0]
            raise InvalidScenario(
                f"Scenario {self.name!r} changes {key} {subject or '(for all)'} twice. Keep one."
            )


BUILT_IN = (
    NamedScenario("base", "base"),
    NamedScenario("high", "high"),
    NamedScenario("low", "low"),
)
