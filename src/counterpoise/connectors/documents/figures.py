"""The figures of a cycle that the page and the workbook show beside one another.

Sums and ratios over what the cycle holds, nothing estimated anew: the range of a whole period comes
from the forecast's own sample paths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from counterpoise.domain.tables.capacity import Capacity, PoolMonth
from counterpoise.domain.tables.forecast import BacktestPoint, BacktestRow, Cell, Forecast
from counterpoise.domain.tables.plan import ConstraintValue, Plan
from counterpoise.domain.tables.report import Cycle

OWN_METHOD = "counterpoise"
STAGE_WEIGHTED = "stage-weighted pipeline"


@dataclass(frozen=True, slots=True)
class Part:
    """A region's or product's share of the period; low and high add up the months' 80 % ranges."""

    name: str
    deals: Decimal
    revenue: Decimal
    low: Decimal
    high: Decimal
    from_open: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """The whole company in a month, with its 80 % range."""

    month: date
    deals: Decimal
    revenue: Decimal
    low: Decimal
    high: Decimal
    open_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of the whole period. low and high are the 10th and 90th of 100 courses.

    target_chance: share of the courses that reach the target. Shares are fractions; None where
    there is nothing to divide by. own and stage_weighted_row: the back-test over the horizon
    nearest to the period's end.
    """

    revenue: Decimal
    low: Decimal | None
    high: Decimal | None
    deals: Decimal
    from_open: Decimal
    courses: int
    target: Decimal | None
    target_share: Decimal | None
    target_chance: float | None
    stage_weighted: Decimal
    excess: Decimal | None
    own: BacktestRow | None
    stage_weighted_row: BacktestRow | None

    @property
    def excess_size(self) -> Decimal | None:
        return None if self.excess is None else abs(self.excess)

    def is_narrower_than(self, months: Sequence[ForecastMonth]) -> bool:
        """Whether the range is narrower than the months' ranges added up."""
        if self.low is None or self.high is None:
            return False
        return self.high - self.low < sum(month.high - month.low for month in months)

    @property
    def open_share(self) -> Decimal | None:
        return self.from_open / self.revenue if self.revenue else None


@dataclass(frozen=True, slots=True)
class Load:
    """A pool over the period: share is required over available, None where nobody is there."""

    pool: str
    required: Decimal
    available: Decimal
    unit: str
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """Deals of a month under a plan; waiting is what stands over at its end."""

    month: date
    demand: float
    served: float
    waiting: float
    lost: float
    hires: int
    overtime: float
    contractor: float


def build_outlook(cycle: Cycle, forecast: Forecast) -> Outlook:
    revenue = sum_cells(forecast, "won_revenue", ())
    totals = forecast.paths.sum(axis=1) if forecast.paths.size else None
    low, high = np.quantile(totals, (0.1, 0.9)) if totals is not None else (None, None)
    target = cycle.target if cycle.target else None
    stage_weighted = forecast.stage_weighted
    horizon = (forecast.period.end - forecast.as_of).days
    return Outlook(
        revenue=revenue,
        low=None if low is None else Decimal(str(round(float(low), 2))),
        high=None if high is None else Decimal(str(round(float(high), 2))),
        deals=sum_cells(forecast, "won_deals", ()),
        from_open=sum(
            (cell.from_open for cell in find_cells(forecast, "won_revenue", ())), Decimal()
        ),
        courses=0 if totals is None else len(totals),
        target=target,
        target_share=revenue / target if target else None,
        target_chance=(
            float((totals >= float(target)).mean()) if target and totals is not None else None
        ),
        stage_weighted=stage_weighted,
        excess=stage_weighted / revenue - 1 if revenue else None,
        own=find_backtest(forecast, OWN_METHOD, horizon),
        stage_weighted_row=find_backtest(forecast, STAGE_WEIGHTED, horizon),
    )


def find_cells(forecast: Forecast, measure: str, by: tuple[tuple[str, str], ...]) -> list[Cell]:
    """A member's cells in the order of their months."""
    found = [cell for cell in forecast.cells if cell.measure == measure and cell.by == by]
    return sorted(found, key=lambda cell: cell.month)


def sum_cells(forecast: Forecast, measure: str, by: tuple[tuple[str, str], ...]) -> Decimal:
    return sum((cell.mean for cell in find_cells(forecast, measure, by)), Decimal())


def build_forecast_months(forecast: Forecast) -> tuple[ForecastMonth, ...]:
    revenue = find_cells(forecast, "won_revenue", ())
    deals = {cell.month: cell.mean for cell in find_cells(forecast, "won_deals", ())}
    return tuple(
        ForecastMonth(
            month=cell.month,
            deals=deals.get(cell.month, Decimal()),
            revenue=cell.mean,
            low=cell.quantile("0.1"),
            high=cell.quantile("0.9"),
            open_share=cell.from_open / cell.mean if cell.mean else None,
        )
        for cell in revenue
    )


def build_parts(forecast: Forecast, dimension: str) -> tuple[Part, ...]:
    """Every region, or every product, the largest first."""
    members = dict.fromkeys(
        cell.by[0][1] for cell in forecast.cells if [each for each, _ in cell.by] == [dimension]
    )
    whole = sum_cells(forecast, "won_revenue", ())
    parts = [_build_part(forecast, dimension, member, whole) for member in members]
    return tuple(sorted(parts, key=lambda part: -part.revenue))


def find_backtest(forecast: Forecast, method: str, horizon_days: int) -> BacktestRow | None:
    """The method's row for the horizon nearest to the one asked for."""
    rows = [row for row in forecast.backtest if row.method == method]
    return min(rows, key=lambda row: abs(row.horizon_days - horizon_days), default=None)


def find_points(forecast: Forecast) -> tuple[BacktestPoint, ...]:
    """The back-test's origins over the horizon nearest to the period's end."""
    horizon = (forecast.period.end - forecast.as_of).days
    nearest = min(
        {point.horizon_days for point in forecast.points},
        key=lambda days: abs(days - horizon),
        default=0,
    )
    found = [point for point in forecast.points if point.horizon_days == nearest]
    return tuple(sorted(found, key=lambda point: point.origin))


def build_loads(capacity: Capacity) -> tuple[Load, ...]:
    """Every pool, the most loaded first; those with nobody come before all others."""
    loads = [
        _build_load([row for row in capacity.months if row.pool == pool])
        for pool in dict.fromkeys(row.pool for row in capacity.months)
    ]
    return tuple(sorted(loads, key=lambda load: (load.share is not None, -(load.share or 0))))


def build_plan_months(plan: Plan) -> tuple[PlanMonth, ...]:
    return tuple(_build_plan_month(plan, month) for month in plan.problem.months)


def sum_demand(plan: Plan) -> Decimal:
    return sum((line.deals for line in plan.problem.demand), Decimal())


def rank_constraints(plan: Plan) -> tuple[ConstraintValue, ...]:
    return tuple(sorted(plan.constraints, key=lambda each: -each.money))


def find_base(plans: Sequence[Plan]) -> Plan | None:
    return next((plan for plan in plans if plan.scenario == "base"), None)


def list_legs(forecast: Forecast) -> Iterator[tuple[int, str, float]]:
    """Horizon in days, leg and the weight it had."""
    for horizon, legs in sorted(forecast.weights.items()):
        for leg, weight in legs.items():
            yield horizon, leg, weight


def _build_part(forecast: Forecast, dimension: str, member: str, whole: Decimal) -> Part:
    cells = find_cells(forecast, "won_revenue", ((dimension, member),))
    revenue = sum((cell.mean for cell in cells), Decimal())
    return Part(
        name=member,
        deals=sum_cells(forecast, "won_deals", ((dimension, member),)),
        revenue=revenue,
        low=sum((cell.quantile("0.1") for cell in cells), Decimal()),
        high=sum((cell.quantile("0.9") for cell in cells), Decimal()),
        from_open=sum((cell.from_open for cell in cells), Decimal()),
        share=revenue / whole if whole else None,
    )


def _build_load(rows: Sequence[PoolMonth]) -> Load:
    required = sum((row.required for row in rows), Decimal())
    available = sum((row.available for row in rows), Decimal())
    share = required / available if available else None
    return Load(rows[0].pool, required, available, rows[0].unit, share)


def _build_plan_month(plan: Plan, month: date) -> PlanMonth:
    served = [row for row in plan.solution.served if row.month == month]
    staffing = [row for row in plan.solution.staffing if row.month == month]
    return PlanMonth(
        month=month,
        demand=sum(row.demand for row in served),
        served=sum(row.served for row in served),
        waiting=sum(row.backlog for row in served),
        lost=sum(row.lost for row in served),
        hires=sum(row.hires for row in staffing),
        overtime=sum(row.overtime for row in staffing),
        contractor=sum(row.contractor for row in staffing),
    )
