"""What people put in place of the statistical forecast, and whether it came nearer to what came."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.values.text import Text, text

DIMENSIONS = ("region", "product")
CENT = Decimal("0.01")
LIMIT = 10**15

Verdict = Literal["helped", "harmed", "not told apart"]
CellKey = tuple[str, date, tuple[tuple[str, str], ...]]
"""Measure, month and members in order of their dimensions' names: one figure of a forecast."""


class InvalidOverride(ValueError):
    """A replacement that no forecast could have in the place of a figure."""


@dataclass(frozen=True, slots=True)
class Override:
    """A person's replacement for the mean of one forecast cell in one month.

    by: as in a cell, in any order; empty for the whole company. statistical: the mean that it
    replaced when it was made. Amounts are in the forecast's currency, or in deals, to two places.
    """

    id: int
    period: str
    measure: Measure
    month: date
    by: tuple[tuple[str, str], ...]
    amount: Decimal
    statistical: Decimal
    reason: str
    comment: str
    author: str
    role: str
    made_at: datetime

    def __post_init__(self) -> None:
        if self.measure not in get_args(Measure):
            raise InvalidOverride(
                text(
                    "An override is of '{measure}'. Only {listed} are forecast; choose one of"
                    " them.",
                    measure=self.measure,
                    listed=" and ".join(get_args(Measure)),
                )
            )
        if self.month.day != 1:
            raise InvalidOverride(
                text(
                    "An override is for {month}. Forecasts are by month: give the month's first"
                    " day.",
                    month=self.month,
                )
            )
        names = [name for name, _ in self.by]
        if set(names) - set(DIMENSIONS) or len(names) > len(set(names)):
            raise InvalidOverride(
                text(
                    "An override is by {listed}. Give a region, a product, both or neither.",
                    listed=", ".join(names),
                )
            )
        _check_amount(text("amount"), self.amount)
        _check_amount(text("replaced amount"), self.statistical)

    @property
    def cell(self) -> CellKey:
        return self.measure, self.month, tuple(sorted(self.by))


@dataclass(frozen=True, slots=True)
class ValueAdded:
    """How far the overrides of one author, role or reason were off, beside what they replaced.

    Errors are Σ|actual − said| / Σ actual over the n finished cells that were overridden. added is
    the statistical error less the overrides' error: above 0, the overrides helped. low to high:
    where it may lie by chance, at 95 %. All five are None where the refusal says why.
    """

    kind: Literal["author", "role", "reason"]
    name: str
    measure: Measure
    n: int
    statistical_error: Decimal | None
    override_error: Decimal | None
    added: Decimal | None
    refusal: Text | None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def verdict(self) -> Verdict | None:
        """Told from chance only where the whole interval is on one side of nothing."""
        if self.low is None or self.high is None:
            return None
        if self.low > 0:
            return "helped"
        return "harmed" if self.high < 0 else "not told apart"


def _check_amount(what: Text, amount: Decimal) -> None:
    if not (amount.is_finite() and 0 <= amount < LIMIT):
        raise InvalidOverride(
            text(
                "An override's {what} is {amount}. Give 0 or more, below {limit}.",
                what=what,
                amount=amount,
                limit=LIMIT,
            )
        )
    if amount != amount.quantize(CENT):
        raise InvalidOverride(
            text(
                "An override's {what} is {amount}. Forecasts have two places; round it to those.",
                what=what,
                amount=amount,
            )
        )
