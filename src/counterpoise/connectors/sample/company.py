"""A simulated company: everything that decides what it sells, known because it was written down.

Paces, losses and shares are what a forecast would like to know and must guess. Days of work are
ordinary working days of the region: see pace.py for how fast they pass.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from counterpoise.domain.values.period import Period, add_months, first_of_month

FUTURE_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Stage:
    """An open stage. Time in it is Weibull with `shape` and a scale of `days` of work.

    loss: of the deals that leave the stage after exactly `days` of work, the share that is lost.
    Every doubling of the time spent multiplies the odds of loss by 2 ** Company.ageing.
    """

    name: str
    days: float
    shape: float
    loss: float


@dataclass(frozen=True, slots=True)
class Region:
    """weight: share of arrivals. ramadan: how much of the slow-down is felt there, 0 to 1.

    loss_odds and days multiply those of the stages. weekend: weekdays, Monday is 0.
    """

    name: str
    weight: float
    loss_odds: float
    days: float
    ramadan: float
    weekend: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PriceChange:
    on: date
    price: float


@dataclass(frozen=True, slots=True)
class Product:
    """prices: list price of a unit from each day on; the first holds from the beginning."""

    code: str
    name: str
    family: str
    weight: float
    loss_odds: float
    days: float
    prices: tuple[PriceChange, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """units: median number of units that a deal asks for."""

    name: str
    weight: float
    loss_odds: float
    days: float
    units: float


@dataclass(frozen=True, slots=True)
class Seller:
    """skill: 0 is average; divides the odds of loss by e ** skill.

    diligence: 1 records everything, 0.3 forgets much; of the careless come most planted faults.
    """

    id: str
    name: str
    region: int
    team: str
    skill: float
    diligence: float


@dataclass(frozen=True, slots=True)
class Seasons:
    """How much faster or slower than usual.

    months: arrivals and, by the square root, pace, January first. ramadan, eid: pace and arrivals
    then. quarter_push: pace of closing on a quarter's last day, rising over its last 15 days.
    growth: of arrivals in a year. shock: standard deviation of the logarithm of a month's common
    arrivals shock, which keeps `memory` of the month before.
    """

    months: tuple[float, ...]
    ramadan: float
    eid: float
    quarter_push: float
    growth: float
    shock: float
    memory: float


@dataclass(frozen=True, slots=True)
class Amounts:
    """spread: of the logarithm of units asked for. revision: of the logarithm of the change of
    amount on qualifying. discount: mean share given away by the time a deal is won.
    """

    spread: float
    revision: float
    discount: float
    known: Literal["from creation", "when won"]


@dataclass(frozen=True, slots=True)
class Company:
    """deals: expected number created from `start` up to and including `as_of`.

    abandoned: share of deals that nobody works any more and nobody closes.
    """

    name: str
    currency: str
    start: date
    as_of: date
    deals: int
    stages: tuple[Stage, ...]
    regions: tuple[Region, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    sellers: tuple[Seller, ...]
    seasons: Seasons
    amounts: Amounts
    ageing: float
    abandoned: float

    def __post_init__(self) -> None:
        assert self.start <= self.as_of
        assert len(self.seasons.months) == 12
        served = {seller.region for seller in self.sellers}
        assert served == set(range(len(self.regions))), "every region has a seller"

    @property
    def future(self) -> tuple[Period, ...]:
        """The months whose truth is known: the six after the month of `as_of`."""
        first = first_of_month(self.as_of + timedelta(days=1))
        return Period(first, add_months(first, FUTURE_MONTHS)).months

    @property
    def end(self) -> date:
        """The first day that is not simulated any more."""
        return self.future[-1].end

    @property
    def teams(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(seller.team for seller in self.sellers))
