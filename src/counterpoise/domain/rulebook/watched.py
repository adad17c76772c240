"""A rulebook that remembers which rules were asked for, so a report can list what it assumed."""

from dataclasses import dataclass, field
from datetime import date

from counterpoise.domain.rulebook.rulebook import Rule, Rulebook

DEFAULT = "default"


@dataclass(frozen=True)
class WatchedRulebook(Rulebook):
    """Answers as the rulebook does. used: every rule that answered, in the order first asked."""

    used: dict[Rule, None] = field(default_factory=dict, compare=False)

    def find(self, key: str, on: date, subject: str = "") -> Rule | None:
        found = Rulebook.find(self, key, on, subject)
        if found is not None:
            self.used[found] = None
        return found

    def list_used_defaults(self) -> tuple[Rule, ...]:
        """Rules that came with the product and that no business has confirmed."""
        return tuple(rule for rule in self.used if rule.source.startswith(DEFAULT))
