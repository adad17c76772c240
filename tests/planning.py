"""A small company to plan for: two products, three months, one team and one delivery pool."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from counterpoise.domain.tables.capacity import Capacity, Pool, PoolMonth, Work
from counterpoise.domain.tables.forecast import QUANTILE_LEVELS, Cell, Forecast
from counterpoise.domain.tables.plan import DemandLine, Problem
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text

D = Decimal
PERIOD = Period.parse("2026-Q4")
MONTHS = tuple(month.start for month in PERIOD.months)
AS_OF = date(2026, 9, 30)

SELLERS = Pool(
    name="Gulf",
    kind="sellers",
    team="Gulf",
    unit="deals",
    headcount=D(4),
    per_person=D(2),
    ramp=(D("0.5"),),
    attrition_rate=D(0),
    hiring_lead_months=1,
    wage=D(100),
    hire_cost=D(50),
    overtime_cost=D(60),
    overtime_limit=D("0.25"),
    contractor_cost=D(90),
    contractor_limit=D(0),
    basis=text("as the test says"),
)
DELIVERY = replace(
    SELLERS,
    name="Delivery",
    kind="delivery",
    team="",
    unit="hours",
    headcount=D(2),
    per_person=D(100),
    wage=D(80),
    overtime_cost=D(2),
    contractor_cost=D(3),
    contractor_limit=D(40),
)


def make_problem(deals=(8, 12, 12), price=1000, pools=(SELLERS,), work=None, **other):
    """One product, Atlas, of which half the price is left; each deal asks one of each pool."""
    return Problem(
        months=MONTHS[: len(deals)],
        currency="USD",
        demand=tuple(
            DemandLine("Atlas", month, D(asked), D(price), D("0.5"))
            for month, asked in zip(MONTHS, deals, strict=False)
        ),
        pools=pools,
        work=tuple(Work("Atlas", pool.name, D(1), 0) for pool in pools) if work is None else work,
        late_cost=other.pop("late_cost", D("0.02")),
        backlog_limit=other.pop("backlog_limit", D("0.5")),
        **other,
    )


def make_cell(measure, month, product, mean):
    return Cell(
        measure=measure,
        month=month,
        by=(("product", product),) if product else (),
        mean=D(mean),
        quantiles=(D(mean),) * len(QUANTILE_LEVELS),
        from_open=D(mean) / 2,
    )


def make_forecast(deals=None, price=1000, as_of=AS_OF, paths=None):
    """deals: of each product in each month of 2026-Q4."""
    deals = {"Atlas": (8, 12, 12)} if deals is None else deals
    whole = tuple(map(sum, zip(*deals.values(), strict=True)))
    cells = [
        make_cell(measure, month, product, asked * (price if measure == "won_revenue" else 1))
        for measure in ("won_revenue", "won_deals")
        for product, months in {**deals, "": whole}.items()
        for month, asked in zip(MONTHS, months, strict=True)
    ]
    return Forecast(
        period=PERIOD,
        as_of=as_of,
        currency="USD",
        cells=tuple(cells),
        backtest=(),
        points=(),
        weights={},
        paths=np.array([[n * 1000.0] * 3 for n in range(5, 16)]) if paths is None else paths,
        stage_weighted=D(20_000),
        notes=(),
    )


def make_capacity(pools=(SELLERS,), work=None, committed=()):
    return Capacity(
        pools=pools,
        work=tuple(Work("Atlas", pool.name, D(1), 0) for pool in pools) if work is None else work,
        months=tuple(
            PoolMonth(pool.name, month, D(8), D(8), pool.headcount, pool.unit)
            for pool in pools
            for month in MONTHS
        ),
        needs=(),
        notes=(),
        committed=committed,
    )
