"""What sellers and their managers say that a period will bring, and what is held beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from counterpoise.domain.tables.team_tree import TeamTree
from counterpoise.domain.values.period import Period, months_between
from counterpoise.domain.values.text import Text, text

CENT = Decimal("0.01")
LIMIT = 10**15

Scope = Literal["rep", "team"]
Voice = Literal["rep", "manager"]
Every = Literal["month", "quarter"]
Category = Literal["commit", "best_case", "pipeline", "omitted", "none"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""How a CRM marks an open deal; "none" is a deal that nobody marked, or with a word of no rule."""
EVERY: dict[int, Every] = {1: "month", 3: "quarter"}


class InvalidCall(ValueError):
    """A call that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Call:
    """Won revenue of a whole period, what is won already included, as somebody calls it.

    commit: what they stand for. best_case: what may come, commit included. pipeline: what all that
    is open could bring, best case included; None where they did not say. voice: a rep's word on
    their own sales, or a manager's on a rep's or a team's. won: what the data knew as won by as_of.
    Amounts are to two places, in `currency`: the company's when it was made; "" where nobody kept
    it.
    """

    id: int
    period: Period
    scope: Scope
    name: str
    voice: Voice
    commit: Decimal
    best_case: Decimal
    pipeline: Decimal | None
    won: Decimal
    as_of: date
    comment: str
    author: str
    role: str
    made_at: datetime
    currency: str = ""

    def __post_init__(self) -> None:
        name_length(self.period)
        for what, amount in (
            (text("commit"), self.commit),
            (text("best case"), self.best_case),
            (text("pipeline"), self.pipeline),
        ):
            if amount is not None:
                _check_amount(what, amount)
        _check_order(text("best case"), self.best_case, text("commit"), self.commit)
        if self.pipeline is not None:
            _check_order(text("pipeline"), self.pipeline, text("best case"), self.best_case)
        if self.commit < self.won:
            raise InvalidCall(
                text(
                    "{won} is won already, by {day}, so {name} cannot come to {amount}. Call at"
                    " least what is won; a call is of the whole period.",
                    won=self.won,
                    day=self.as_of,
                    name=self.name,
                    amount=self.commit,
                )
            )

    @property
    def key(self) -> tuple[Scope, str, Voice]:
        """Of the calls of a period with one key the last one stands."""
        return self.scope, self.name, self.voice

    def speaks(self, currency: str) -> bool:
        """Whether it says anything of figures in this currency."""
        return not self.currency or not currency or self.currency == currency


@dataclass(frozen=True, slots=True)
class DealSum:
    """Deals of a rep in a period: those won on a day of it, or those that are open and due in it,
    which have no won_on, with one word of the CRM on them. rep is empty for deals of nobody."""

    rep: str
    word: str
    won_on: date | None
    money: Decimal


@dataclass(frozen=True, slots=True)
class Seller:
    """Someone whom the staff list names. teams: all that any source puts them in."""

    name: str
    teams: tuple[str, ...]
    has_left: bool

    @property
    def team(self) -> str:
        """Where their figures are added up: a person counts once."""
        return min(self.teams, default="")


@dataclass(frozen=True, slots=True, eq=False)
class PeriodDeals:
    """What the data knew on the evening of `as_of` of a period's deals, sellers and targets."""

    period: Period
    as_of: date
    currency: str
    sums: tuple[DealSum, ...]
    sellers: tuple[Seller, ...]
    rep_targets: Mapping[str, Decimal]
    team_targets: Mapping[str, Decimal]
    target: Decimal | None
    tree: TeamTree = field(default_factory=TeamTree)

    def won_by(self, day: date) -> "PeriodDeals":
        """Only what was won by the evening of an earlier day."""
        won = tuple(each for each in self.sums if each.won_on and each.won_on <= day)
        return replace(self, as_of=min(day, self.as_of), sums=won)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What one person called for a finished period, a fixed time before its end, and what came."""

    submitter: str
    voice: Voice
    period: Period
    called: Decimal
    came: Decimal


@dataclass(frozen=True, slots=True)
class SubmitterBias:
    """By how much a person's calls are above what comes: 0.12 is 12 % high, below 0 is low.

    A shrunken estimate with its 80 % range, of n finished periods; None where the refusal says why.
    factor: what a call of theirs is worth, as a part of it; that of the mean of all where the
    person is refused, and 1 where nothing is known of anybody.
    """

    submitter: str
    voice: Voice
    every: Every
    n: int
    high: Decimal | None
    from_high: Decimal | None
    to_high: Decimal | None
    factor: Decimal
    refusal: Text | None = None


@dataclass(frozen=True, slots=True)
class SourceValue:
    """What one source says of a period: as it was said, and with its bias taken out."""

    source: str
    said: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class FinishedPeriod:
    """What each source said of a period that is over, a fixed time before its end; what came."""

    period: Period
    values: Mapping[str, Decimal]
    came: Decimal


def name_length(period: Period) -> Every:
    """Raises InvalidCall for what nobody calls."""
    found = EVERY.get(months_between(period.start, period.end))
    if found is None:
        raise InvalidCall(
            text(
                "{period} is neither a month nor a quarter. Call a month (2026-11) or a quarter"
                " (2026-Q4).",
                period=str(period),
            )
        )
    return found


def _check_amount(what: Text, amount: Decimal) -> None:
    if not (amount.is_finite() and 0 <= amount < LIMIT):
        raise InvalidCall(
            text(
                "The {what} is {amount}. Give 0 or more, below {limit}.",
                what=what,
                amount=amount,
                limit=LIMIT,
            )
        )
    if amount != amount.quantize(CENT):
        raise InvalidCall(
            text(
                "The {what} is {amount}. Calls have two places; round it to those.",
                what=what,
                amount=amount,
            )
        )


def _check_order(more: Text, larger: Decimal, less: Text, smaller: Decimal) -> None:
    if larger < smaller:
        raise InvalidCall(
            text(
                "The {more} is {larger}, below the {less} of {smaller}, which is a part of it. Give"
                " at least as much.",
                more=more,
                larger=larger,
                less=less,
                smaller=smaller,
            )
        )
