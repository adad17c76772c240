"""The meeting pack: what executives read before they sign a version of the plan.

All of it is plain (texts, amounts, days, tuples), so it can be made again, years later, from what
was saved with the version. Units are won deals; money is in the pack's currency; shares are
fractions. A part that there is nothing to say about is empty or None: the pack then says so.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from counterpoise.domain.tables.override import OverrideKind
from counterpoise.domain.tables.report import Assumption
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text

Words = str | Text
"""What a person wrote, shown as it is, or a sentence of the product, shown in the reader's own
language."""


class InvalidPack(ValueError):
    """A pack that cannot be put before people who sign, such as one without a version."""


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """The plan in five figures. optimality_gap: bound / contribution - 1.

    is_verified: whether the check that does not use the optimiser found every rule kept.
    """

    demand_units: Decimal
    demand_money: Decimal
    served_units: Decimal
    served_money: Decimal
    gap_units: Decimal
    gap_money: Decimal
    contribution: Decimal
    bound: Decimal
    optimality_gap: Decimal
    is_verified: bool


@dataclass(frozen=True, slots=True)
class ExpectedMonth:
    """A month of the forecast with its 80 % range of revenue.

    statistical: revenue before any override; None where nobody changed the month.
    """

    month: date
    deals: Decimal
    revenue: Decimal
    low: Decimal
    high: Decimal
    statistical: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Backtested:
    """How a method did on past days: the mean miss, and the share of actuals within its range."""

    method: str
    horizon_days: int
    origins: int
    wmape: Decimal
    coverage_80: Decimal | None


@dataclass(frozen=True, slots=True)
class ProductGap:
    product: str
    demand: Decimal
    served: Decimal
    gap_units: Decimal
    gap_money: Decimal


@dataclass(frozen=True, slots=True)
class Limit:
    """A kind of constraint and the contribution it costs."""

    constraint: str
    cost: Decimal
    why: Words


@dataclass(frozen=True, slots=True)
class ComparedScenario:
    """is_chosen: it is the one that the version asks to sign."""

    name: str
    demand_units: Decimal
    served_units: Decimal
    gap_money: Decimal
    contribution: Decimal
    hires: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Assumed:
    """An assumption that somebody wrote down. owner "" and expires_on None: nobody named them."""

    words: str
    owner: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was written down, and who carries it out; owner "": nobody was named."""

    at: datetime
    author: str
    words: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Minuted:
    """A note of the minutes."""

    at: datetime
    author: str
    words: str


@dataclass(frozen=True, slots=True)
class InForce:
    """An override in force: a person's number in place of the forecast's, or a lock on it.

    month: None for the whole period. change: what a difference or a factor changes.
    """

    author: str
    role: str
    reason: str
    comment: str
    measure: str
    month: date | None
    by: tuple[tuple[str, str], ...]
    from_amount: Decimal
    to_amount: Decimal
    made_at: datetime
    kind: OverrideKind = "absolute"
    change: Decimal = Decimal(0)
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    signer: str
    role: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Pack:
    """Instants are shown in the zone they carry, so give them in the company's.

    decision: what is asked of the meeting. still_to_sign: roles, in the order of their turn.
    previous: number of the version that `changes` compares with; None for the first version.
    """

    company: str
    period: Period
    as_of: date
    currency: str
    version: int
    version_hash: str
    frozen_by: str
    frozen_at: datetime
    decision: Words = ""
    figures: PlanFigures | None = None
    months: tuple[ExpectedMonth, ...] = ()
    backtest: tuple[Backtested, ...] = ()
    products: tuple[ProductGap, ...] = ()
    limits: tuple[Limit, ...] = ()
    scenarios: tuple[ComparedScenario, ...] = ()
    assumptions: tuple[Assumed, ...] = ()
    unconfirmed: tuple[Assumption, ...] = ()
    decisions: tuple[Decided, ...] = ()
    minutes: tuple[Minuted, ...] = ()
    overrides: tuple[InForce, ...] = ()
    signatures: tuple[Signed, ...] = ()
    still_to_sign: tuple[str, ...] = ()
    previous: int | None = None
    changes: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        if self.version < 1 or not self.version_hash:
            raise InvalidPack(
                f"The pack of {self.company} is for version {self.version} with hash"
                f" {self.version_hash!r}. Freeze the plan first: a pack is of a frozen version."
            )
        instants = [self.frozen_at]
        instants += [each.at for each in self.decisions]
        instants += [each.at for each in self.minutes]
        instants += [each.made_at for each in self.overrides]
        instants += [each.signed_at for each in self.signatures]
        if naive := [each for each in instants if each.tzinfo is None]:
            raise InvalidPack(
                f"The pack of {self.company} holds {naive[0]} without a time zone. Give every"
                " instant in the company's zone."
            )
