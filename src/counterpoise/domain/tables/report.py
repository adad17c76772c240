"""One run of the cycle, whole: what the report shows and the workbook holds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.tables.action import Action, Variance
from counterpoise.domain.tables.capacity import Capacity
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.launch import NO_DECISIONS, Portfolio
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.override import Override
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.volume import Volumes
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text


@dataclass(frozen=True, slots=True)
class Assumption:
    """A rulebook default that the run used and nobody has confirmed yet."""

    key: str
    subject: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class TableCount:
    """rows in the build, and rows of the same table that went to quarantine in any load."""

    table: str
    rows: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class MonthActual:
    month: date
    won_revenue: Decimal
    won_deals: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that gave no answer, and what it needs to give one."""

    step: str
    why: Text


@dataclass(frozen=True, slots=True)
class Cycle:
    """plans: base first, then high and low. A step that refused is None and stands in refusals.

    target: revenue that the target table sets the company for the period; None where it sets none.
    forecast has the overrides in it; statistical is the one without, None where nobody overrode.
    portfolio: launches and phase-outs that it was made with; both forecasts have them in.
    volumes: demand in units other than money; None in a run from before there were any.
    """

    company: str
    period: Period
    as_of: date
    build: str
    currency: str
    tables: tuple[TableCount, ...]
    health: Health
    measures: tuple[Measured, ...]
    history: tuple[MonthActual, ...]
    forecast: Forecast | None
    capacity: Capacity | None
    plans: tuple[Plan, ...]
    actions: tuple[Action, ...]
    variance: Variance | None
    assumptions: tuple[Assumption, ...]
    refusals: tuple[Refusal, ...]
    target: Decimal | None = None
    statistical: Forecast | None = None
    overrides: tuple[Override, ...] = ()
    portfolio: Portfolio = NO_DECISIONS
    volumes: Volumes | None = None
