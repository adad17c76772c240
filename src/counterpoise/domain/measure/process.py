"""The sales process: how far what was created came, how long it stands in each stage, why it is
lost.

Both engines count the same three things (Counts); what is made of them here is made once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from counterpoise.domain.measure.waterfall import SPLITS, UnknownSplit, Window
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

Size = Literal["month", "quarter"]
Of = Literal["deal", "lead"]
At = Literal["created", "stage", "touched", "converted", "won", "lost"]
Maturity = Literal["mature", "young", "unknown"]
SIZES: tuple[Size, ...] = ("month", "quarter")
LEAD_SPLITS = ("", "rep", "team", "region", "source")
"""A lead has no segment and no product."""
MEDIAN, UPPER = Decimal("0.5"), Decimal("0.75")


class UnknownSize(ValueError):
    """A word that names no length of cohorts."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What was created, entered or lost from `start` up to but without `end`, as known on the
    evening of `as_of`; cohorts are of a size, and all is split by a place, '' for not at all."""

    start: date
    end: date
    as_of: date
    size: Size = "month"
    by: str = ""

    def __post_init__(self) -> None:
        Window(self.start, self.end)
        if self.size not in SIZES:
            raise UnknownSize(
                text(
                    "Cohorts cannot be a '{name}' long. They can be: {listed}.",
                    name=self.size,
                    listed=", ".join(SIZES),
                )
            )
        if self.by and self.by not in SPLITS:
            raise UnknownSplit(
                text(
                    "The sales process cannot be split by '{name}'. It can be by: {listed}.",
                    name=self.by,
                    listed=", ".join(SPLITS),
                )
            )

    @property
    def months(self) -> int:
        return 1 if self.size == "month" else 3


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of what was created in a cohort ever came to a step by the day.

    cohort: its first day. timed: for how many it is known when; doubled: twice their median days.
    """

    of: Of
    cohort: date
    label: str
    at: At
    stage: str
    n: int
    timed: int
    doubled: int | None


@dataclass(frozen=True, slots=True)
class Spell:
    """Stays of one length that are over, or that go on. of: in a stage; or the whole life of a
    deal until it is closed, or of a lead until it is converted."""

    of: Literal["stage", "deal", "lead"]
    label: str
    stage: str
    days: int
    is_over: bool
    n: int


@dataclass(frozen=True, slots=True)
class Loss:
    """Deals lost alike. reason: as written. stage: the last open one that the log tells of, '' for
    none; stood: the one of the record. money: in a currency of one rate.
    """

    label: str
    rep: str
    team: str
    reason: str
    stage: str
    stood: str
    rate: Decimal
    money: Decimal
    n: int


@dataclass(frozen=True, slots=True)
class Counts:
    reached: tuple[Reached, ...]
    spells: tuple[Spell, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class ProcessRules:
    """least: of fewer nothing is said. mature_share: of all that ever end, how many must have had
    the time to. is_silent: whether what stands as a reason says none."""

    least: int
    mature_share: Decimal
    is_silent: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """share, days: None where the cohort is too small; days also where nobody recorded when.
    timed: of how many the median is."""

    at: At
    stage: str
    n: int
    share: Decimal | None
    days: Decimal | None
    timed: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """open: neither won nor lost yet (deals), or not converted yet (leads)."""

    of: Of
    period: Period
    label: str
    created: int
    open: int
    maturity: Maturity
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ripeness:
    """After how many days a cohort counts as mature; None where too few ended. n: of how many."""

    of: Of
    days: int | None
    n: int
    ended: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Days in a stage. median, upper: None where too few, or where the curve does not fall so low.
    censored: how many of the n are still there."""

    label: str
    stage: str
    n: int
    censored: int
    is_told: bool
    median: int | None
    upper: int | None


@dataclass(frozen=True, slots=True)
class LostFor:
    """reason: '' for none given. stage: '' for one that nobody knows, None for all together. Shares
    are of all that the label lost; None where that is too little."""

    label: str
    reason: str
    stage: str | None
    n: int
    money: Decimal
    share: Decimal | None
    share_of_money: Decimal | None


@dataclass(frozen=True, slots=True)
class Silence:
    """How often whose losses have no reason."""

    who: Literal["rep", "team"]
    label: str
    lost: int
    silent: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Process:
    """ripeness: of deals and of leads. least: of fewer than so many nothing is said. reasons: of
    all stages together; losses: by reason and stage."""

    scope: Scope
    currency: str
    least: int
    mature_share: Decimal
    ripeness: tuple[Ripeness, ...]
    cohorts: tuple[Cohort, ...]
    stays: tuple[Stay, ...]
    reasons: tuple[LostFor, ...]
    losses: tuple[LostFor, ...]
    silences: tuple[Silence, ...]

    def get_ripeness(self, of: Of) -> Ripeness:
        return next(each for each in self.ripeness if each.of == of)


def read_process_rules(rulebook: Rulebook, on: date, fold: Callable[[str], str]) -> ProcessRules:
    written = rulebook.get_text("process.no_reason", on).split(";")
    silent = {fold(each) for each in written} | {""}
    return ProcessRules(
        least=int(rulebook.get_number("process.min_sample", on)),
        mature_share=rulebook.get_number("process.mature_share", on),
        is_silent=lambda reason: fold(reason) in silent,
    )


def judge_age(scope: Scope, period: Period, ripeness: Ripeness) -> Maturity:
    """By the youngest that the cohort can hold."""
    if ripeness.days is None:
        return "unknown"
    youngest = min(period.end, scope.end) - timedelta(days=1)
    return "mature" if (scope.as_of - youngest).days >= ripeness.days else "young"


def describe(found: Process) -> dict[str, Text]:
    """How each of the figures is counted, by its name."""
    least, share = found.least, f"{100 * found.mature_share:f}".rstrip("0").rstrip(".")
    return {
        "funnel": text(
            "Of the deals or leads created in a period, how many ever came to each stage by the"
            " as-of day, whatever happened later; a stage that was skipped was not reached. The"
            " median of days runs from creation to the first time there, over those of which it is"
            " recorded when that was. A share or a median of fewer than {least} is not told.",
            least=least,
        ),
        "maturity": text(
            "A cohort is mature when its youngest had as many days as {share} % of all that ever"
            " end needed to (deals: won or lost; leads: converted), by the Kaplan–Meier curve of"
            " the whole company, in which what is still open counts as open. The shares of one"
            " that is not yet mature can still rise.",
            share=share,
        ),
        "stages": text(
            "Days that a deal stays in an open stage when it first comes there, until it moves on"
            " or is closed, of all that entered in the window: the Kaplan–Meier estimate. Deals"
            " still there are counted as such (censored), never left out. Entries of which nobody"
            " recorded when they were do not count. Not reached: more are still there than the"
            " figure needs. Of fewer than {least} entries nothing is told.",
            least=least,
        ),
        "losses": text(
            "Deals lost, by the day they were closed: how many, their amounts, and their share of"
            " all that the part lost, by the reason recorded and the last open stage they were in."
            " Words that say nothing count as no reason (process.no_reason). Of fewer than {least}"
            " losses no share is told.",
            least=least,
        ),
        "silences": text(
            "Losses without a reason, of all losses of a rep or a team in the window. Of fewer than"
            " {least} losses no share is told.",
            least=least,
        ),
    }
