"""What the demand step hands over: a forecast in cells and paths, with its evidence beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deal_contest import DealContest
from counterpoise.domain.tables.launch import ProductLine
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text

Measure = Literal["won_revenue", "won_deals"]
Place = Literal["below", "within", "above", "unknown"]
"""Of an amount to a range; unknown where there is no range."""
SPLITS = ("team", "segment", "source")
"""The dimensions by which the whole is split besides region and product."""
QUANTILE_LEVELS = (Decimal("0.05"), Decimal("0.1"), Decimal("0.5"), Decimal("0.9"), Decimal("0.95"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure in one month for one member of a grain; `by` is empty for the whole company.

    mean and quantiles are in the forecast's currency for won_revenue, in deals for won_deals.
    `quantiles` follows QUANTILE_LEVELS.
    """

    measure: Measure
    month: date
    by: tuple[tuple[str, str], ...]
    mean: Decimal
    quantiles: tuple[Decimal, ...]
    from_open: Decimal
    """The part of the mean that open deals bring; the rest is yet to enter the pipeline."""
    won: Decimal = Decimal(0)
    """What was won in the month already, by the as-of day; a part of the one above."""

    def __post_init__(self) -> None:
        assert len(self.quantiles) == len(QUANTILE_LEVELS)
        assert self.month.day == 1

    @property
    def key(self) -> tuple[str, date, tuple[tuple[str, str], ...]]:
        """Which figure it is, whatever the order of `by`: a CellKey of tables/override."""
        return self.measure, self.month, tuple(sorted(self.by))

    def quantile(self, level: str) -> Decimal:
        return self.quantiles[QUANTILE_LEVELS.index(Decimal(level))]


@dataclass(frozen=True, slots=True)
class Staff:
    """teams: of each rep the team that they count in, then those above it. gone: who has left."""

    teams: Mapping[str, tuple[str, ...]]
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expectation:
    """Won revenue that is expected of a rep, of a team or, without a scope, of everybody, over the
    whole period and what is won included; a rep without a name stands for deals of nobody.

    low and high: the 80 % range; None where fewer deals are `closed` than tell anything of their
    own. teams: those that a rep counts in, as in Staff.
    """

    scope: str
    name: str
    won: Decimal
    mean: Decimal
    low: Decimal | None
    high: Decimal | None
    closed: int
    teams: tuple[str, ...] = ()

    def place(self, amount: Decimal) -> Place:
        """Where an amount stands to the range."""
        if self.low is None or self.high is None:
            return "unknown"
        if amount < self.low:
            return "below"
        return "above" if amount > self.high else "within"


@dataclass(frozen=True, slots=True)
class Legs:
    """What the statistics put a cell's mean together from, beside what was won in the month.

    open, new: what open deals bring beyond it and what deals yet to be created bring, as the
    pipeline leg alone says. series: what history alone says of the whole month, what was won in it
    included; None for a part, which it does not tell. combined: the mean that the combination made
    of them, before launches, phase-outs and overrides.
    """

    measure: Measure
    month: date
    by: tuple[tuple[str, str], ...]
    open: Decimal
    new: Decimal
    series: Decimal | None
    combined: Decimal

    @property
    def key(self) -> tuple[str, date, tuple[tuple[str, str], ...]]:
        """That of its cell."""
        return self.measure, self.month, tuple(sorted(self.by))


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """How a method did on finished origins. Shares: wmape .15 is 15 %; bias above 0 is too high.

    coverage_80 is None for a method without ranges, or with too few finished origins.
    """

    method: str
    horizon_days: int
    origins: int
    wmape: float
    bias: float
    coverage_80: float | None


@dataclass(frozen=True, slots=True)
class BacktestPoint:
    """One origin of the rolling back-test: what was forecast then, and what came."""

    origin: date
    horizon_days: int
    forecast: float
    low_80: float | None
    high_80: float | None
    actual: float

    @property
    def held(self) -> bool:
        """Whether what came lay in the 80 % range; nothing does where there is none."""
        low, high = self.low_80, self.high_80
        return low is not None and high is not None and low <= self.actual <= high


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Cells for every month of the period: the whole, by region, by product, by both.

    The cells of a month add up exactly: region × product to region, to product and to the whole.
    paths: sample paths of won revenue, shape (paths, months); their quantiles are the ranges.
    weights: what each leg counted, by horizon in days.
    """

    period: Period
    as_of: date
    currency: str
    cells: tuple[Cell, ...]
    backtest: tuple[BacktestRow, ...]
    points: tuple[BacktestPoint, ...]
    weights: Mapping[int, Mapping[str, float]]
    paths: NDArray[np.float64]
    stage_weighted: Decimal
    """What stage-weighted pipeline (value × stage probability) would have said for the period."""
    notes: tuple[Text, ...]
    """What a reader must know: refusals, thin segments, widened ranges."""
    splits: tuple[Cell, ...] = ()
    """The whole by each of SPLITS alone: the cells of a month and dimension add up to it."""
    products: tuple[ProductLine, ...] = ()
    """What launches and phase-outs moved; it is in the cells."""
    expected: tuple[Expectation, ...] = ()
    """What the statistics expect of each rep's deals, of each team and of all, where staff were
    asked for; reps add up to the whole. Overrides do not move it."""
    legs: tuple[Legs, ...] = ()
    """Of every cell that the statistics made; none in a run from before they were kept."""
    contest: DealContest | None = None
    """How a challenger of single deals did; None where the rulebook lets none compete."""

    def cells_by(self, measure: Measure, dimension: str) -> dict[tuple[str, date], Cell]:
        """The cells of one dimension alone, by member and month; "" gives the whole as ""."""
        names = (dimension,) if dimension else ()
        return {
            (cell.by[0][1] if cell.by else "", cell.month): cell
            for cell in self.cells
            if cell.measure == measure and tuple(name for name, _ in cell.by) == names
        }

    def product_cells(self, measure: Measure) -> dict[tuple[str, date], Cell]:
        """By product and month; where nothing is known by product, the whole as product ""."""
        return self.cells_by(measure, "product") or self.cells_by(measure, "")


class TooLittleHistory(ValueError):
    """Not enough finished history to forecast from; the message says how much is needed."""
