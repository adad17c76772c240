"""Products that come and go: what people decide of them, and what past launches teach."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.text import Text, text

CURVE_MONTHS = 12
"""A launch is told by its first twelve months; after them the product is one like any other."""
LIMIT = 10**15
MOST_DEALS = Decimal(10**9)
MOST_FACTOR = Decimal(1000)
YEARS = range(1970, 2200)
LONGEST_NAME = 200
LONGEST_COMMENT = 5000


class InvalidLaunch(ValueError):
    """A launch that no forecast could follow."""


class NoAnalogue(ValueError):
    """A launch with nothing to learn from: no past product, and no curve that a person gives."""


class InvalidPhaseOut(ValueError):
    """A phase-out that no forecast could follow."""


@dataclass(frozen=True, slots=True)
class Product:
    """price: the list price in the reporting currency; None where none is known."""

    name: str
    family: str
    price: Decimal | None

    def __post_init__(self) -> None:
        if self.price is not None:
            _check_above_zero(text("The list price"), self.price, Decimal(LIMIT))


@dataclass(frozen=True, slots=True)
class Launch:
    """A person's word that a product is sold from a month on, and what it is like.

    price: the list price, in the reporting currency. regions: where it is sold; none for all that
    sell. analogues: past products that it is like; or curve: won revenue of its first twelve
    months, a person's own assumption. The size is deals expected in these months, or a factor to
    the mean of the analogues. last_month: the last in which it is sold, if that is known already.
    """

    id: int
    product: str
    family: str
    price: Decimal | None
    regions: tuple[str, ...]
    month: date
    analogues: tuple[str, ...]
    curve: tuple[Decimal, ...]
    deals: Decimal | None
    factor: Decimal | None
    last_month: date | None
    comment: str
    author: str
    role: str
    made_at: datetime

    def __post_init__(self) -> None:
        _check_words(self.product, self.comment)
        _check_month(self.month)
        if self.last_month is not None:
            _check_month(self.last_month)
            if self.last_month < self.month:
                raise InvalidLaunch(
                    text(
                        "{product} is launched in {month} and last sold in {last}, which is"
                        " before. Put the months right.",
                        product=self.product,
                        month=f"{self.month:%Y-%m}",
                        last=f"{self.last_month:%Y-%m}",
                    )
                )
        if not self.analogues and not self.curve:
            raise NoAnalogue(say_no_analogue())
        self._check_size()
        if self.curve:
            self._check_curve()
        if self.price is not None:
            _check_above_zero(text("The list price"), self.price, Decimal(LIMIT))
        object.__setattr__(self, "regions", tuple(sorted(set(self.regions))))
        object.__setattr__(self, "analogues", tuple(sorted(set(self.analogues))))

    @property
    def begins(self) -> date:
        """The first month that it changes."""
        return self.month

    def _check_size(self) -> None:
        if (self.deals is None) == (self.factor is None):
            raise InvalidLaunch(
                text(
                    "The size of a launch is the deals expected in its first twelve months, or a"
                    " factor to the mean of the analogues. Give one of the two."
                )
            )
        if self.deals is not None:
            _check_above_zero(text("The number of deals"), self.deals, MOST_DEALS)
        if self.factor is not None:
            _check_above_zero(text("The factor"), self.factor, MOST_FACTOR)

    def _check_curve(self) -> None:
        if self.analogues or self.deals is None:
            raise InvalidLaunch(
                text(
                    "A curve of your own stands in the place of analogues. Give it without them,"
                    " with the number of deals that bring these amounts."
                )
            )
        if len(self.curve) != CURVE_MONTHS:
            raise InvalidLaunch(
                text(
                    "The curve has {met} amounts. Give {needed}, one for each of the first months.",
                    met=len(self.curve),
                    needed=CURVE_MONTHS,
                )
            )
        if not all(each.is_finite() and 0 <= each < LIMIT for each in self.curve) or not any(
            self.curve
        ):
            raise InvalidLaunch(
                text(
                    "The amounts of a curve are 0 or more, below {limit}, and one of them is above"
                    " 0. Put them right.",
                    limit=LIMIT,
                )
            )


@dataclass(frozen=True, slots=True)
class PhaseOut:
    """A person's word that a product is sold no more after a month.

    new_until: the last month in which deals count that are not open yet; the month before the last
    where none is given. share: of what the product no longer brings, what its successor takes; None
    where nobody says so, and then it takes nothing.
    """

    id: int
    product: str
    last_month: date
    new_until: date | None
    successor: str
    share: Decimal | None
    comment: str
    author: str
    role: str
    made_at: datetime

    def __post_init__(self) -> None:
        _check_words(self.product, self.comment)
        _check_month(self.last_month)
        if self.new_until is not None:
            _check_month(self.new_until)
            if self.new_until > self.last_month:
                raise InvalidPhaseOut(
                    text(
                        "New deals of {product} would count until {new}, but it is last sold in"
                        " {last}. Put the months right.",
                        product=self.product,
                        new=f"{self.new_until:%Y-%m}",
                        last=f"{self.last_month:%Y-%m}",
                    )
                )
        if self.successor == self.product:
            raise InvalidPhaseOut(
                text("{product} cannot follow itself. Name another.", product=self.product)
            )
        if self.share is not None and not self.successor:
            raise InvalidPhaseOut(
                text("A share was given and no product that takes it. Name the successor.")
            )
        if self.share is not None and not (self.share.is_finite() and 0 < self.share <= 1):
            raise InvalidPhaseOut(
                text(
                    "The successor takes a share of {share}. Give one above 0, at most 1.",
                    share=self.share,
                )
            )

    @property
    def last_new(self) -> date:
        return self.new_until or add_months(self.last_month, -1)

    @property
    def begins(self) -> date:
        """The first month that it changes."""
        return add_months(self.last_new, 1)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What holds of products that come and go: one launch and one phase-out a product at most."""

    launches: tuple[Launch, ...] = ()
    phase_outs: tuple[PhaseOut, ...] = ()

    def __post_init__(self) -> None:
        for name in ("launches", "phase_outs"):
            ordered = sorted(getattr(self, name), key=lambda each: (each.product, each.id))
            object.__setattr__(self, name, tuple(ordered))

    @property
    def is_empty(self) -> bool:
        return not self.launches and not self.phase_outs

    @property
    def ids(self) -> frozenset[int]:
        launched = frozenset(each.id for each in self.launches)
        return launched | {each.id for each in self.phase_outs}

    def within(self, period: Period) -> "Portfolio":
        """Those that can change a month of the period."""
        return Portfolio(
            tuple(each for each in self.launches if each.begins < period.end),
            tuple(each for each in self.phase_outs if each.begins < period.end),
        )


NO_DECISIONS = Portfolio()


@dataclass(frozen=True, slots=True)
class PastLaunch:
    """A product whose first twelve months lie in the history, month by month since its first sale.

    revenue: to the cent, in the reporting currency. by_region: its won deals in these months.
    """

    product: str
    family: str
    price: Decimal | None
    first_month: date
    deals: tuple[int, ...]
    revenue: tuple[Decimal, ...]
    by_region: tuple[tuple[str, int], ...]

    @property
    def total_deals(self) -> int:
        return sum(self.deals)

    @property
    def total_revenue(self) -> Decimal:
        return sum(self.revenue, Decimal(0))

    @property
    def deal_value(self) -> Decimal:
        return self.total_revenue / self.total_deals


@dataclass(frozen=True, slots=True)
class Proposal:
    """A past launch, and how like the new product it is: 0 to 1, the weighted mean of its parts.

    family: 1 for the same. price: the lower of the two by the higher; None where one is not known.
    regions: those that both are sold in by those that either is.
    """

    past: PastLaunch
    score: Decimal
    family: Decimal
    price: Decimal | None
    regions: Decimal


@dataclass(frozen=True, slots=True)
class Cannibalisation:
    """What past launches did to the sales of their sisters, products of the same family.

    change: of the sisters' deals against the rest's, -0.1 is a tenth less; low to high: where it
    may lie by chance, at 95 %. All None where too few launches tell. why: what is made of it.
    """

    launches: int
    change: Decimal | None
    low: Decimal | None
    high: Decimal | None
    why: Text

    @property
    def is_applied(self) -> bool:
        """Only a loss that can be told from nothing counts."""
        return self.high is not None and self.high < 0


@dataclass(frozen=True, slots=True)
class LaunchMonth:
    """What a launch is expected to bring in one month, with its 80 % range."""

    month: date
    deals: Decimal
    revenue: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class ProductLine:
    """What a decision changes of a product in the whole period, beside the statistics.

    cause: the product that is launched or phased out; sisters and successors change because of it.
    """

    kind: Literal["launch", "sisters", "phase_out", "successor"]
    product: str
    cause: str
    deals: Decimal
    revenue: Decimal


def say_no_analogue() -> Text:
    return text(
        "A launch has nothing to learn from without an analogue. Pick at least one past product"
        " whose first {months} months of sales are in the data, or give {months} monthly amounts of"
        " your own, which count as an assumption.",
        months=CURVE_MONTHS,
    )


def _check_words(product: str, comment: str) -> None:
    if not 0 < len(product.strip()) <= LONGEST_NAME:
        raise InvalidLaunch(
            text(
                "The product's name has {count} letters. Give it 1 to {longest}.",
                count=len(product.strip()),
                longest=LONGEST_NAME,
            )
        )
    if not 0 < len(comment.strip()) <= LONGEST_COMMENT:
        raise InvalidLaunch(
            text(
                "The comment has {count} letters. Write what you know that the data does"
                " not, in 1 to {longest_comment} letters.",
                count=len(comment.strip()),
                longest_comment=LONGEST_COMMENT,
            )
        )


def _check_month(month: date) -> None:
    if month.day != 1:
        raise InvalidLaunch(
            text("{day} is no first day of a month. Give the month's first day.", day=month)
        )
    if month.year not in YEARS:
        raise InvalidLaunch(
            text(
                "The year {year} is not planned in. Give one from {first} to {last}.",
                year=str(month.year),
                first=str(YEARS[0]),
                last=str(YEARS[-1]),
            )
        )


def _check_above_zero(what: Text, amount: Decimal, limit: Decimal) -> None:
    if not (amount.is_finite() and 0 < amount <= limit):
        raise InvalidLaunch(
            text(
                "{what} is {amount}. Give more than 0, at most {limit}.",
                what=what,
                amount=amount,
                limit=limit,
            )
        )
