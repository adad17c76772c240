"""An open deal as whoever reviews the pipeline looks at it, and what stands out about it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text

FlagKind = Literal["slipped", "stalled", "quiet", "hygiene", "amount"]
ReasonCode = Literal[
    "overdue",
    "pushed_often",
    "pushed_out",
    "long_in_stage",
    "long_open",
    "long_quiet",
    "quiet_by_rule",
    "no_amount",
    "no_close_date",
    "no_owner",
    "owner_left",
    "no_next_step",
    "soon_for_stage",
    "soon_for_age",
    "too_large",
    "too_small",
]
LimitKind = Literal["stay", "age", "silence", "soon", "soon_age", "amount_low", "amount_high"]
Who = Literal["whole", "team", "rep"]
FLAGS: tuple[FlagKind, ...] = get_args(FlagKind)
FLAG_OF: dict[ReasonCode, FlagKind] = {
    "overdue": "slipped",
    "pushed_often": "slipped",
    "pushed_out": "slipped",
    "long_in_stage": "stalled",
    "long_open": "stalled",
    "long_quiet": "quiet",
    "quiet_by_rule": "quiet",
    "no_amount": "hygiene",
    "no_close_date": "hygiene",
    "no_owner": "hygiene",
    "owner_left": "hygiene",
    "no_next_step": "hygiene",
    "soon_for_stage": "hygiene",
    "soon_for_age": "hygiene",
    "too_large": "amount",
    "too_small": "amount",
}
"""Which flag a reason raises; a deal has a flag once, whatever the number of its reasons."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a deal is flagged. met, limit: in days, pushes or money; None where nothing is measured.
    n: of how many won deals of the segment the limit is, whole_n: of how many of all."""

    code: ReasonCode
    why: Text
    advice: Text
    met: Decimal | None = None
    limit: Decimal | None = None
    n: int | None = None
    whole_n: int | None = None

    @property
    def flag(self) -> FlagKind:
        return FLAG_OF[self.code]


@dataclass(frozen=True, slots=True)
class Chance:
    """To be won in the period. by_age: of a deal of its age whatever else it is; in_stage: in its
    stage too; whole: with all that is known of it."""

    by_age: float
    in_stage: float
    whole: float


@dataclass(frozen=True, slots=True)
class InspectedDeal:
    """stage_days: None where nobody recorded when it came there. worth: what it brings if it is
    won. at_stake: worth × chance; None, as chance, where no chance can be said. probability: the
    CRM's own."""

    id: str
    name: str
    account: str
    rep: str
    team: str
    region: str
    segment: str
    product: str
    stage: str
    created_on: date
    age_days: int
    stage_days: int | None
    amount: Decimal | None
    amount_changes: int
    expected_close_on: date | None
    pushes: int
    pushed_days: int
    last_activity_on: date | None
    last_activity: str
    next_step: str
    probability: Decimal | None
    worth: Decimal
    chance: Chance | None
    at_stake: Decimal | None
    reasons: tuple[Reason, ...]

    @property
    def flags(self) -> tuple[FlagKind, ...]:
        raised = {reason.flag for reason in self.reasons}
        return tuple(each for each in FLAGS if each in raised)


@dataclass(frozen=True, slots=True)
class WonLimit:
    """What won deals took or had, and from where on an open one stands out.

    of: stay (in a stage), age (until they were won), silence, soon (from a stage until they were
    won), soon_age, or amount_low and amount_high. own: the segment's own quantile, None of none;
    whole: that of all. value: the two weighed. None where too few were won to say anything.
    """

    of: LimitKind
    stage: str
    segment: str
    n: int
    own: Decimal | None
    whole_n: int
    whole: Decimal | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """Every open deal, the most at stake first. segment_by: what limits are told apart by; '' for
    nothing. notes: what could not be judged, and why."""

    period: Period
    as_of: date
    currency: str
    segment_by: str
    deals: tuple[InspectedDeal, ...]
    limits: tuple[WonLimit, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FlagTotal:
    """open_value: amounts of the deals that have it. at_risk: their value × chance; None where no
    chance can be said. A deal with several flags counts in each."""

    flag: FlagKind
    n: int
    open_value: Decimal
    at_risk: Decimal | None


@dataclass(frozen=True, slots=True)
class PipelineTotals:
    """Of some deals. expected: value × chance of all; at_risk: of those with a flag."""

    n: int
    open_value: Decimal
    without_amount: int
    expected: Decimal | None
    flagged: int
    at_risk: Decimal | None
    flags: tuple[FlagTotal, ...]


@dataclass(frozen=True, slots=True)
class PipelineCoverage:
    """Open pipeline for each unit of money still missing to the target of the whole, a team or a
    rep. due: amounts of open deals expected to close in the period; weighted: value × chance of all
    open deals. left: target − won. A share is None where there is no target, where it is reached,
    or where no chance can be said; the refusal says which of the first two."""

    who: Who
    of: str
    target: Decimal | None
    won: Decimal
    left: Decimal | None
    due: Decimal
    weighted: Decimal | None
    coverage: Decimal | None
    weighted_coverage: Decimal | None
    refusal: Text | None


@dataclass(frozen=True, slots=True)
class Slip:
    """Of the value due in a quarter on the evening before it, the share closed neither as won nor
    as lost in it; n: of how many deals."""

    quarter: Period
    who: Who
    of: str
    share: Decimal | None
    n: int


@dataclass(frozen=True, slots=True)
class DealEvent:
    """Something that happened to a deal. kind: an attribute of the deal that changed, "created", or
    "activity", of which `after` is the type. By whom: '' where nobody says."""

    at: datetime
    kind: str
    before: str
    after: str
    by: str
