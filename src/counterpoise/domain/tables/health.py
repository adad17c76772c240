"""What the collect step says of the data: findings with examples and the fix, and one score."""

from dataclasses import dataclass
from typing import Literal

from counterpoise.domain.values.text import Text

Severity = Literal["high", "medium", "low"]
Rule = Literal[
    "completeness",
    "validity",
    "uniqueness",
    "reference",
    "near_miss_key",
    "range",
    "date_order",
    "stale",
    "drift",
    "habit",
]
PartKind = Literal["table", "source", "rep"]


@dataclass(frozen=True, slots=True)
class Example:
    """A row that shows the finding: its key in the source and the value met."""

    record: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """rows: how many rows it concerns; share: of the rows looked at. rep: whose, or ''."""

    table: str
    attribute: str
    rule: Rule
    rows: int
    share: float
    severity: Severity
    examples: tuple[Example, ...]
    fix: Text
    rep: str = ""

    @property
    def fix_for_everyone(self) -> Text:
        """Without the example, which is out of somebody's row."""
        shown = (
            ("example", "…") if name == "example" else (name, value)
            for name, value in self.fix.values
        )
        return Text(self.fix.template, tuple(shown))


@dataclass(frozen=True, slots=True)
class Health:
    """score: 100 is clean; see domain/collect/health for how findings weigh."""

    score: int
    findings: tuple[Finding, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class HealthPart:
    """A table, source or rep, scored as the whole is. findings: how many of the problems it has."""

    kind: PartKind
    name: str
    score: int
    rows: int
    findings: int
