"""Recurring revenue: what was sold by term, the contracts it makes, and how they roll forward.

Amounts are Decimals in the company's currency. An annual value is what twelve months of a contract
bring; it is rounded to the cent where it is first told, so whatever is summed of it adds up.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from counterpoise.domain.values.text import Text

MovementKind = Literal["new", "expansion", "contraction", "churn"]
Fate = Literal["running", "waiting", "churned"]
DIMENSIONS = ("segment", "product", "region")


@dataclass(frozen=True, slots=True)
class Sale:
    """A won deal as known on a day. kind: its type, as the source writes it. amount: None where
    none was known. rep and team: who looks after the account; where nobody does, who sold."""

    id: str
    account: str
    account_name: str
    product: str
    segment: str
    region: str
    rep: str
    team: str
    kind: str
    closed_on: date
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Addition:
    """What an expansion inside a term adds to its annual value from a day on."""

    on: date
    annual: Decimal
    sales: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContractTerm:
    """From `begins_on` up to but without `ends_on`. annual: its value on its first day. signed_on:
    the day its deal was won, before or after it begins where it renews another.

    opens_on, shuts_on: the first and the last day on which a deal renews it.
    """

    begins_on: date
    ends_on: date
    opens_on: date
    shuts_on: date
    signed_on: date
    annual: Decimal
    sales: tuple[str, ...]
    additions: tuple[Addition, ...] = ()

    @property
    def last_annual(self) -> Decimal:
        """The annual value on its last day."""
        return sum((each.annual for each in self.additions), self.annual)


@dataclass(frozen=True, slots=True)
class Contract:
    """An account's contract for a product: its terms, one renewing the other without a gap.

    waiting: the last term is over, and the days on which a deal still renews it are not. Everything
    but account, product and terms is said by the newest deal in it.
    """

    account: str
    account_name: str
    product: str
    segment: str
    region: str
    rep: str
    team: str
    term_months: int
    terms: tuple[ContractTerm, ...]
    fate: Fate

    @property
    def begins_on(self) -> date:
        return self.terms[0].begins_on

    @property
    def last(self) -> ContractTerm:
        return self.terms[-1]

    def annual_on(self, evening: date) -> Decimal:
        """The annual value on the evening of a day; what waits to be renewed still counts."""
        if evening < self.begins_on or (self.fate == "churned" and evening >= self.last.ends_on):
            return Decimal(0)
        term = [each for each in self.terms if each.begins_on <= evening][-1]
        added = (each.annual for each in term.additions if each.on <= evening)
        return sum(added, term.annual)

    def label(self, dimension: str) -> str:
        return str(getattr(self, dimension))


@dataclass(frozen=True, slots=True)
class Contracts:
    """Every contract known by the evening of `as_of`.

    without_account, without_amount: won deals of recurring products that were left out. unmatched:
    contracts that begin with a deal of the renewal kind, since what it renews began before the
    data. months_by_product: the terms of the recurring products that were sold.
    """

    as_of: date
    currency: str
    contracts: tuple[Contract, ...]
    months_by_product: tuple[tuple[str, int], ...]
    without_account: int
    without_amount: int
    unmatched: int


@dataclass(frozen=True, slots=True)
class Movement:
    """money is above 0 for every kind; contract is a place in the list of contracts."""

    kind: MovementKind
    on: date
    money: Decimal
    contract: int


@dataclass(frozen=True, slots=True)
class RollForward:
    """opening + new + expansion - contraction - churn = closing, to the cent; and in customers,
    opening_customers + won_customers - lost_customers = closing_customers.

    From `start` up to but without `end`. waiting: what of the closing is over and may still be
    renewed. gross and net retention: of the twelve months that end with it, None without a year.
    """

    start: date
    end: date
    opening: Decimal
    new: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    waiting: Decimal
    opening_customers: int
    won_customers: int
    lost_customers: int
    closing_customers: int
    gross_retention: Decimal | None
    net_retention: Decimal | None


@dataclass(frozen=True, slots=True)
class RolledPart:
    """by: the dimension; label: its member, both empty for the whole."""

    by: str
    label: str
    periods: tuple[RollForward, ...]


@dataclass(frozen=True, slots=True)
class RenewalDue:
    """A contract whose term ends within the horizon. chance: None where nothing can be learned.

    at_stake: annual x (1 - chance), or all of it where no chance is known. signed: what it goes on
    at, where it is renewed already.
    """

    account: str
    account_name: str
    product: str
    segment: str
    region: str
    rep: str
    team: str
    ends_on: date
    shuts_on: date
    annual: Decimal
    earlier_renewals: int
    chance: Decimal | None
    expected: Decimal | None
    at_stake: Decimal
    signed: Decimal | None
    why: Text


@dataclass(frozen=True, slots=True)
class AheadMonth:
    """What is expected of a month: means that add up to the cent, and the closing's quantiles at
    the levels of tables/carried."""

    start: date
    opening: Decimal
    new: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    quantiles: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class RenewalRate:
    """Terms whose window is over, and the chance learned of them. segment: None for any; earlier:
    0, 1 or 2 for two and more earlier renewals, None for any. ratio, spread: of renewed to old
    value, the mean and the standard deviation."""

    segment: str | None
    earlier: int | None
    terms: int
    renewed: int
    chance: Decimal
    ratio: Decimal
    spread: Decimal


@dataclass(frozen=True, slots=True)
class RecurringTest:
    """What was forecast on past days, n of them, of a closing so many months ahead, beside the
    closing of that day staying as it was. Shares: bias above 0 is too high."""

    months_ahead: int
    n: int
    wmape: Decimal
    bias: Decimal
    coverage_80: Decimal
    unchanged_wmape: Decimal


@dataclass(frozen=True, slots=True)
class RecurringAhead:
    """new_from: by month ahead, the day as of which a run of the cycle forecast it, or None where
    the recent pace goes on."""

    months: tuple[AheadMonth, ...]
    rates: tuple[RenewalRate, ...]
    expansions_per_year: Decimal
    expansion_share: Decimal
    new_from: tuple[date | None, ...]
    tests: tuple[RecurringTest, ...]
