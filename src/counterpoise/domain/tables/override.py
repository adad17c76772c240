"""What people put in place of the statistical forecast, and whether it came nearer to what came."""

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal, get_args

from counterpoise.domain.tables.forecast import Measure
from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.text import Text, text

DIMENSIONS = ("region", "product")
CENT = Decimal("0.01")
LIMIT = 10**15

OverrideKind = Literal["absolute", "difference", "factor", "lock"]
KINDS: tuple[OverrideKind, ...] = get_args(OverrideKind)
ValueKind = Literal["author", "role", "reason", "managers", "manager"]
"""What is judged together; the last two are calls: of all managers, and of one."""
Verdict = Literal["helped", "harmed", "not told apart"]
CellKey = tuple[str, date, tuple[tuple[str, str], ...]]
"""Measure, month and members in order of their dimensions' names: one figure of a forecast."""
FigureKey = tuple[str, date | None, tuple[tuple[str, str], ...]]
"""The same; without a month it is the sum over the forecast's period."""


class InvalidOverride(ValueError):
    """A replacement that no forecast could have in the place of a figure."""


@dataclass(frozen=True, slots=True)
class Override:
    """What a person puts in the place of one forecast figure, of a month or of the whole period.

    by: as in a cell, in any order; empty for the whole company. month: None for the whole period.
    statistical: the mean that it replaced when it was made, and amount what it meant then, both in
    the forecast's currency, or in deals, to two places.

    kind: absolute stands for itself. A difference adds `change` to the statistical mean of the day,
    a factor adds so many percent of it. A lock keeps the figure at the amount that stood when it
    was locked, whatever is overridden around it. expires_on: the last as-of day that it holds.

    is_firm: it holds beside the others, which take the difference; two that cannot are refused
    when the second is made. Those that are not are from before that was so: they count in the order
    in which they were made. currency: of the forecast that it was made of; "" where nobody kept it.
    """

    id: int
    period: str
    measure: Measure
    month: date | None
    by: tuple[tuple[str, str], ...]
    amount: Decimal
    statistical: Decimal
    reason: str
    comment: str
    author: str
    role: str
    made_at: datetime
    kind: OverrideKind = "absolute"
    change: Decimal = Decimal(0)
    expires_on: date | None = None
    is_firm: bool = False
    currency: str = ""

    def __post_init__(self) -> None:
        _check_figure(self)
        _check_amount(text("amount"), self.amount)
        _check_amount(text("replaced amount"), self.statistical)
        check_change(self.kind, self.change)
        if not self.is_firm and (self.month is None or self.kind != "absolute"):
            raise InvalidOverride(
                text("An override that counts in order is absolute and of a month. Make it anew.")
            )

    @property
    def cell(self) -> FigureKey:
        return self.measure, self.month, tuple(sorted(self.by))

    @property
    def cells(self) -> tuple[CellKey, ...]:
        """Of every month that it is of."""
        measure, month, by = self.cell
        if month is not None:
            return ((measure, month, by),)
        return tuple((measure, each.start, by) for each in Period.parse(self.period).months)

    @property
    def ends_before(self) -> date:
        """The first day on which what came of its figure is known."""
        return Period.parse(self.period).end if self.month is None else add_months(self.month, 1)

    def is_of(self, cell: CellKey) -> bool:
        """Whether it is of this figure, or of the whole period that the figure is a month of."""
        measure, month, by = self.cell
        return (measure, by) == (cell[0], cell[2]) and month in (None, cell[1])

    def is_expired(self, as_of: date) -> bool:
        return self.expires_on is not None and self.expires_on < as_of

    def speaks(self, currency: str) -> bool:
        """Whether it says anything of a forecast in this currency: deals and percent always do."""
        is_money = self.measure == "won_revenue" and self.kind != "factor"
        return not is_money or self.currency in ("", currency)

    def resolve(self, statistical: Decimal) -> Decimal:
        """What it asks for where the statistics expect this; below 0 where less than nothing."""
        if self.kind in ("difference", "factor"):
            return resolve_change(self.kind, self.change, statistical)
        return self.amount


def resolve_change(kind: OverrideKind, change: Decimal, statistical: Decimal) -> Decimal:
    """To the cent, half to even."""
    if kind == "factor":
        change = statistical * change / 100
    return (statistical + change).quantize(CENT, ROUND_HALF_EVEN)


def check_change(kind: OverrideKind, change: Decimal) -> None:
    """Raises InvalidOverride."""
    if kind not in KINDS:
        raise InvalidOverride(
            text(
                "An override's kind is '{kind}'. It must be one of: {listed}.",
                kind=kind,
                listed=", ".join(KINDS),
            )
        )
    is_relative = kind in ("difference", "factor")
    if not change.is_finite() or abs(change) >= LIMIT or change != change.quantize(CENT):
        raise InvalidOverride(
            text(
                "An override changes a figure by {change}. Give a number with two places at most,"
                " below {limit}.",
                change=change,
                limit=LIMIT,
            )
        )
    if is_relative != bool(change):
        raise InvalidOverride(
            text(
                "A difference or a factor of 0 changes nothing. To keep a figure as it is, lock it."
            )
            if is_relative
            else text("Only a difference or a factor changes a figure by {change}.", change=change)
        )


def list_in_force(
    overrides: Iterable[Override], as_of: date, currency: str
) -> tuple[Override, ...]:
    """Those that change a forecast of the day in a currency: not expired, nor of money in another,
    nor of a figure that is locked."""
    alive = [each for each in overrides if not each.is_expired(as_of) and each.speaks(currency)]
    locked = {each.cell for each in alive if each.kind == "lock"}
    return tuple(each for each in alive if each.kind == "lock" or each.cell not in locked)


def write_override(override: Override) -> dict[str, Any]:
    """As a document for what was signed: what an older override did not know is left out, so that
    it is the same document, with the same hash, for good."""
    written: dict[str, Any] = to_document(override)
    later = {each.name: each.default for each in fields(Override) if each.default is not MISSING}
    return {
        name: value
        for name, value in written.items()
        if name not in later or getattr(override, name) != later[name]
    }


@dataclass(frozen=True, slots=True)
class ValueAdded:
    """How far the overrides of one author, role or reason were off, beside what they replaced; or
    the calls of a manager, beside what was called beneath them.

    Errors are Σ|actual − said| / Σ actual over the n finished cells that were overridden. added is
    the statistical error less the overrides' error: above 0, the overrides helped. low to high:
    where it may lie by chance, at 95 %. All five are None where the refusal says why.
    """

    kind: ValueKind
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


def _check_figure(override: Override) -> None:
    if override.measure not in get_args(Measure):
        raise InvalidOverride(
            text(
                "An override is of '{measure}'. Only {listed} are forecast; choose one of them.",
                measure=override.measure,
                listed=" and ".join(get_args(Measure)),
            )
        )
    if override.month is not None and override.month.day != 1:
        raise InvalidOverride(
            text(
                "An override is for {month}. Forecasts are by month: give the month's first day.",
                month=override.month,
            )
        )
    names = [name for name, _ in override.by]
    if set(names) - set(DIMENSIONS) or len(names) > len(set(names)):
        raise InvalidOverride(
            text(
                "An override is by {listed}. Give a region, a product, both or neither.",
                listed=", ".join(names),
            )
        )


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
