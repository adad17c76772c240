"""Which team stands above which, as the staff list has it, so that figures can be rolled up."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from counterpoise.domain.values.text import text


class TeamsInACircle(ValueError):
    """Teams that stand above one another, so that none of them can be rolled up."""


@dataclass(frozen=True, eq=False)
class TeamTree:
    """above: the team above each team that has one. Raises TeamsInACircle."""

    above: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for team in sorted(self.above):
            walked = [team]
            while (upper := self.above.get(walked[-1], "")) and upper not in walked:
                walked.append(upper)
            if upper == team:
                _refuse(walked)

    def list_above(self, team: str) -> tuple[str, ...]:
        """The nearest first."""
        return tuple(self._climb(team))

    def list_under(self, team: str) -> frozenset[str]:
        """All beneath a team at every level, and itself."""
        found = {team}
        for child in self._children.get(team, ()):
            found |= self.list_under(child)
        return frozenset(found)

    def widen(self, teams: Set[str]) -> frozenset[str]:
        """These teams and all beneath them."""
        return frozenset(each for team in teams for each in self.list_under(team))

    def add_up_targets(
        self, targets: Mapping[str, Decimal], explicit: Set[str]
    ) -> dict[str, Decimal]:
        """A team's target is the one set for itself (`explicit`), else those of its own people and
        of the teams beneath it; none is made up where a team beneath has none.
        """
        found = dict(targets)
        for team in sorted(self._children, key=self._depth, reverse=True):
            beneath = [found.get(child) for child in self._children[team]]
            if team in explicit:
                continue
            if None in beneath:
                found.pop(team, None)
            else:
                own = targets.get(team, Decimal(0))
                found[team] = sum((each for each in beneath if each is not None), own)
        return found

    @cached_property
    def _children(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for team, upper in sorted(self.above.items()):
            found.setdefault(upper, []).append(team)
        return {upper: tuple(teams) for upper, teams in found.items()}

    def _climb(self, team: str) -> Iterator[str]:
        while team := self.above.get(team, ""):
            yield team

    def _depth(self, team: str) -> int:
        return len(self.list_above(team))


def _refuse(walked: list[str]) -> None:
    raise TeamsInACircle(
        text(
            "Teams stand above one another in a circle: {listed}. So their calls cannot be added"
            " up. Correct the team above (parent_id) of one of them in the source, then load it"
            " again.",
            listed=" < ".join([*walked, walked[0]]),
        )
    )
