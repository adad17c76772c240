"""Demand in units other than money: what the demand step hands over and the supply step reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from counterpoise.domain.tables.forecast import QUANTILE_LEVELS
from counterpoise.domain.values.text import Text

ToldKind = Literal[
    "leads",
    "qualified_leads",
    "opportunities",
    "customers",
    "units",
    "delivery_hours",
    "accounts",
    "tickets",
    "support_hours",
]
ScoredKind = Literal["scored_opportunities"]
"""Opportunities told by the scores of open leads: another way to tell them, nothing to add."""
VolumeKind = Literal[ToldKind, ScoredKind]
Members = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """Of a month and its members, none for the whole; quantiles follow QUANTILE_LEVELS.

    standing: the part of the mean that rests on what was there before: leads that had come in by
    the as-of day, deals won before the period, customers of the as-of day.
    """

    kind: VolumeKind
    month: date
    by: Members
    mean: Decimal
    quantiles: tuple[Decimal, ...]
    standing: Decimal

    def __post_init__(self) -> None:
        assert len(self.quantiles) == len(QUANTILE_LEVELS)
        assert self.month.day == 1

    def quantile(self, level: str) -> Decimal:
        return self.quantiles[QUANTILE_LEVELS.index(Decimal(level))]


@dataclass(frozen=True, slots=True)
class Learned:
    """Where the volumes of a kind and its members come from; n: rows that it rests on."""

    kind: VolumeKind
    by: Members
    unit: str
    n: int
    how: Text


@dataclass(frozen=True, slots=True)
class VolumeTest:
    """How the same rules did on earlier days, for so many months ahead together.

    Shares: wmape .15 is 15 %; bias above 0 is too high. repeat_wmape: of repeating as many months
    before. None where nothing came; coverage_80 is None of too few days.
    """

    kind: VolumeKind
    months: int
    origins: int
    wmape: float | None
    repeat_wmape: float | None
    bias: float | None
    coverage_80: float | None


@dataclass(frozen=True, slots=True)
class VolumeRefusal:
    """A kind of which nothing can be said, and what it needs."""

    kind: VolumeKind
    why: Text


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """Leads of a source that marketing plans for a month, in the place of what the series says of
    the whole month. decided_on: from when on the plan holds; said_by: where it comes from."""

    source: str
    month: date
    planned: Decimal
    series: float
    decided_on: date
    said_by: str


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A source's plans of months that are over: so many leads were planned, so many came; missed:
    months in which fewer came."""

    source: str
    months: int
    planned: float
    came: int
    missed: int


@dataclass(frozen=True, slots=True)
class Volumes:
    volumes: tuple[Volume, ...] = ()
    learned: tuple[Learned, ...] = ()
    tests: tuple[VolumeTest, ...] = ()
    refusals: tuple[VolumeRefusal, ...] = ()
    notes: tuple[Text, ...] = ()
    plan: tuple[LeadPlan, ...] = ()
    plan_record: tuple[PlanRecord, ...] = ()

    def of(self, *kinds: VolumeKind) -> tuple[Volume, ...]:
        return tuple(each for each in self.volumes if each.kind in kinds)


def join_volumes(parts: Iterable[Volumes]) -> Volumes:
    """All of them, in their order."""
    every = tuple(parts)
    return Volumes(
        tuple(each for part in every for each in part.volumes),
        tuple(each for part in every for each in part.learned),
        tuple(each for part in every for each in part.tests),
        tuple(each for part in every for each in part.refusals),
        tuple(each for part in every for each in part.notes),
        tuple(each for part in every for each in part.plan),
        tuple(each for part in every for each in part.plan_record),
    )
