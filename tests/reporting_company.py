"""A made-up run of the cycle, whole and consistent, for tests of the report.

Zaytoun Systems sells three products in three regions; its forecast, plan and actions are small
enough to check by hand and rich enough to fill every part of the page.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from counterpoise.domain.tables.action import Action, Variance, VarianceLine
from counterpoise.domain.tables.capacity import Capacity, Need, Pool, PoolMonth, Work
from counterpoise.domain.tables.forecast import BacktestPoint, BacktestRow, Cell, Forecast
from counterpoise.domain.tables.health import Example, Finding, Health
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.plan import (
    ConstraintValue,
    DemandGap,
    DemandLine,
    Plan,
    Problem,
    Served,
    ShadowPrice,
    Solution,
    Staffing,
    Verdict,
)
from counterpoise.domain.tables.report import Assumption, Cycle, MonthActual, Refusal, TableCount
from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.text import text

D = Decimal
PERIOD = Period.parse("2026-Q4")
MONTHS = tuple(month.start for month in PERIOD.months)
REGIONS = {"Gulf": D("0.5"), "Levant & Egypt": D("0.3"), "أوروبا": D("0.2")}
PRODUCTS = {"Atlas CRM": D("0.6"), "Atlas Support <Plus>": D("0.3"), "خدمة التركيب": D("0.1")}
REVENUE = (D("1180000.00"), D("1420000.00"), D("1655000.50"))
DEALS = (D(31), D(37), D(44))
FAULT = "{rows} rows of {table} ({share} %) are at fault in {attribute}."
LOADS = {"Gulf sellers": D("1.28"), "فريق المشرق": D("0.93"), "Delivery": D("1.07")}


def build_cycle() -> Cycle:
    return Cycle(
        company="Zaytoun Systems",
        period=PERIOD,
        as_of=date(2026, 9, 30),
        build="2026-09-30-1f9c2ab4",
        currency="USD",
        tables=(
            TableCount("opportunity", 5012, 14),
            TableCount("account", 1480, 0),
            TableCount("activity", 50233, 3),
            TableCount("rep", 24, 0),
        ),
        health=_build_health(),
        measures=_build_measures(),
        history=_build_history(),
        forecast=_build_forecast(),
        capacity=_build_capacity(),
        plans=tuple(
            _build_plan(name, factor)
            for name, factor in (("base", D(1)), ("high", D("1.18")), ("low", D("0.84")))
        ),
        actions=_build_actions(),
        variance=_build_variance(),
        assumptions=(
            Assumption(
                "plan.contribution_rate",
                "",
                "0.5",
                "share of the price left before the cost of people",
                "default: half, until finance says what each product leaves",
            ),
            Assumption(
                "pool.hiring_lead_months",
                "sellers",
                "3",
                "months from the open requisition to the first day",
                "default: time to find, agree and serve notice",
            ),
        ),
        refusals=(),
        target=D(4_500_000),
    )


def build_refusing_cycle() -> Cycle:
    """What a company with three weeks of data gets: words in place of numbers."""
    return replace(
        build_cycle(),
        currency="",
        tables=(TableCount("opportunity", 12, 0),),
        health=Health(score=100, findings=(), rows=12),
        measures=(),
        history=(),
        forecast=None,
        capacity=None,
        plans=(),
        actions=(),
        variance=None,
        assumptions=(),
        refusals=(
            Refusal(
                "demand", text("12 closed deals over 21 days. Load at least 60 over 180 days.")
            ),
            Refusal("supply", text("There is no forecast to plan people for.")),
        ),
        target=None,
    )


def _build_health() -> Health:
    fix = text(FAULT, rows=142, table="opportunity", share=D("2.8"), attribute="account_id")
    kinds = (
        ("opportunity", "account_id", "completeness", 142, 0.028, "high"),
        ("opportunity", "product_id", "near_miss_key", 61, 0.012, "high"),
        ("opportunity", "closed_at", "date_order", 9, 0.002, "medium"),
        ("account", "name", "uniqueness", 22, 0.015, "medium"),
        ("opportunity", "amount", "range", 6, 0.001, "medium"),
        ("opportunity", "stage", "stale", 88, 0.11, "low"),
        ("contact", "email", "validity", 17, 0.004, "low"),
    )
    findings = tuple(
        Finding(
            table,
            attribute,
            rule,
            rows,
            share,
            severity,
            (Example("OPP-00171", "GTXPro"), Example('=HYPERLINK("x")', "<b>")),
            fix,
        )
        for table, attribute, rule, rows, share, severity in kinds
    )
    by_rep = replace(findings[0], rows=51, share=0.2, rep="Layla Haddad")
    return Health(score=86, findings=(*findings, by_rep), rows=56749)


def _build_measures() -> tuple[Measured, ...]:
    meaning = text("How many deals were won, by the day they closed.")
    values = (
        ("won_revenue", D("3710442.50"), "money", 101),
        ("won_deals", D(101), "deals", 101),
        ("win_rate", D("0.412"), "share", 245),
        ("sales_cycle_days", D("57.5"), "days", 101),
        ("coverage", None, "ratio", 0),
    )
    whole = tuple(Measured(name, value, unit, (), n, meaning) for name, value, unit, n in values)
    parts = tuple(
        Measured("win_rate", D(rate), "share", (("region", region),), n, meaning)
        for region, rate, n in (("Gulf", "0.45", 120), ("أوروبا", "0.31", 52))
    )
    return (*whole, *parts)


def _build_history() -> tuple[MonthActual, ...]:
    first = date(2023, 10, 1)
    return tuple(
        MonthActual(
            add_months(first, n),
            D(
                620_000
                + 17_500 * n
                + (160_000 if n % 3 == 2 else 0)
                - (90_000 if n % 12 == 5 else 0)
            ),
            18 + n // 2,
        )
        for n in range(36)
    )


def _build_cells(revenue: D, deals: D, month: date, by: tuple, share: D) -> tuple[Cell, ...]:
    spread = (D("0.8"), D("0.85"), D("0.99"), D("1.16"), D("1.24"))
    return tuple(
        Cell(
            measure,
            month,
            by,
            mean * share,
            tuple(mean * share * s for s in spread),
            mean * share * D("0.55"),
        )
        for measure, mean in (("won_revenue", revenue), ("won_deals", deals))
    )


def _build_forecast() -> Forecast:
    cells = []
    for month, revenue, deals in zip(MONTHS, REVENUE, DEALS, strict=True):
        cells += _build_cells(revenue, deals, month, (), D(1))
        for region, in_region in REGIONS.items():
            cells += _build_cells(revenue, deals, month, (("region", region),), in_region)
            for product, of_product in PRODUCTS.items():
                by = (("region", region), ("product", product))
                cells += _build_cells(revenue, deals, month, by, in_region * of_product)
        for product, of_product in PRODUCTS.items():
            cells += _build_cells(revenue, deals, month, (("product", product),), of_product)
    noise = np.random.default_rng(7).lognormal(-0.005, 0.1, (2000, 1))
    methods = (
        ("counterpoise", 0.148, -0.021, 0.81),
        ("stage-weighted pipeline", 0.64, 0.58, None),
        ("same as last period", 0.31, -0.12, None),
        ("time series alone", 0.22, -0.04, 0.74),
    )
    return Forecast(
        period=PERIOD,
        as_of=date(2026, 9, 30),
        currency="USD",
        cells=tuple(cells),
        backtest=tuple(
            BacktestRow(name, days, 24, wmape * (1.3 if days == 30 else 1), bias, coverage)
            for days in (30, 90)
            for name, wmape, bias, coverage in methods
        ),
        points=_build_points(),
        weights={
            30: {"pipeline survival": 0.7, "time series alone": 0.3},
            90: {"pipeline survival": 0.55, "time series alone": 0.45},
        },
        paths=noise * np.array([[float(amount) for amount in REVENUE]]),
        stage_weighted=D("6134000.00"),
        notes=(
            text(
                "{missing} won deals have no amount: they count as deals, not as revenue.",
                missing=3,
            ),
        ),
    )


def _build_points() -> tuple[BacktestPoint, ...]:
    points = []
    for n in range(20):
        actual = 900_000.0 + 40_000 * n + (130_000 if n % 4 == 3 else 0)
        expected = actual * (1.09 if n % 3 == 0 else 0.95)
        points.append(
            BacktestPoint(
                date(2026, 1, 4 + n), 90, expected, expected * 0.84, expected * 1.19, actual
            )
        )
    return tuple(points)


def _build_pools() -> tuple[Pool, ...]:
    basis = text(
        "{people} people as declared, each giving {per_person} {unit} a month.",
        people=D(6),
        per_person=D("3.5"),
        unit="deals",
    )
    units = {"Gulf sellers": "deals", "فريق المشرق": "deals", "Delivery": "hours"}
    return tuple(
        Pool(
            name=name,
            kind="delivery" if unit == "hours" else "sellers",
            team=name,
            unit=unit,
            headcount=D(6),
            per_person=D("3.5") if unit == "deals" else D(120),
            ramp=(D("0.2"), D("0.6"), D("0.9")),
            attrition_rate=D("0.012"),
            hiring_lead_months=3,
            wage=D(7200),
            hire_cost=D(9000),
            overtime_cost=D(90),
            overtime_limit=D("0.15"),
            contractor_cost=D(110),
            contractor_limit=D(60),
            basis=basis,
        )
        for name, unit in units.items()
    )


def _build_capacity() -> Capacity:
    months = tuple(
        PoolMonth(
            pool.name,
            month,
            available * LOADS[pool.name] * (D("0.9") + n * D("0.1")),
            available,
            D(6),
            pool.unit,
        )
        for pool in _build_pools()
        for n, month in enumerate(MONTHS)
        for available in (pool.headcount * pool.per_person,)
    )
    why = text(
        "{pool} needs {required} {unit} in {month} and can give {available}.",
        pool="Gulf sellers",
        required=D("26.9"),
        unit="deals",
        month="2026-12",
        available=D("21"),
    )
    return Capacity(
        pools=_build_pools(),
        work=(Work("Atlas CRM", "Delivery", D(14), 1),),
        months=months,
        needs=(Need("Gulf sellers", date(2026, 12, 1), D(2), date(2026, 7, 1), why),),
        notes=(
            text(
                "Won deals are shared among the teams of sellers by their part of the deals won"
                " so far, unless the rulebook says otherwise."
            ),
        ),
    )


def _build_plan(name: str, factor: D) -> Plan:
    demand = tuple(
        DemandLine(product, month, deals * factor * share, D(38_000), D("0.6"))
        for product, share in PRODUCTS.items()
        for month, deals in zip(MONTHS, DEALS, strict=True)
    )
    served = tuple(
        Served(
            line.product,
            line.month,
            float(line.deals),
            float(line.deals) * 0.92,
            float(line.deals) * 0.05,
            float(line.deals) * 0.03,
        )
        for line in demand
    )
    staffing = tuple(
        Staffing(pool.name, month, 6 + hires, hires, 21.0, 2.0, 0.5, 23.0)
        for pool in _build_pools()
        for month, hires in zip(MONTHS, (0, 1, 0), strict=True)
    )
    objective = float(2_411_000 * factor)
    return Plan(
        scenario=name,
        problem=Problem(MONTHS, "USD", demand, _build_pools(), (), D("0.02"), D("0.25")),
        solution=Solution(
            served,
            staffing,
            objective,
            objective * 1.0002,
            0.0002,
            (ShadowPrice("Gulf sellers", MONTHS[2], 8200.0),),
        ),
        verdict=Verdict(True, objective, objective * 1.0002, 0.0002, ()),
        demand_gap=DemandGap(units=D("8.4") * factor, money=D(319_200) * factor),
        constraints=(
            ConstraintValue(
                "hiring lead time",
                D("121300.00"),
                text(
                    "New people take months to find, can start only a few at a time, and learn"
                    " before they give full work."
                ),
            ),
            ConstraintValue(
                "people",
                D("54100.00"),
                text("There are fewer people than the work needs, whoever they are."),
            ),
        ),
        notes=(),
    )


def _build_actions() -> tuple[Action, ...]:
    return (
        Action(
            "A1",
            "people",
            text(
                "Decide on hiring for {pool}: {people} more, needed from {month} on.",
                people=2,
                pool="Gulf sellers",
                month="2026-12",
            ),
            text(
                "{pool} needs {required} {unit} in {month} and can give {available}.",
                pool="Gulf sellers",
                required=D("26.9"),
                unit="deals",
                month="2026-12",
                available=D(21),
            ),
            "head of sales",
            date(2026, 10, 5),
            D("121300.00"),
        ),
        Action(
            "A2",
            "process",
            text(FAULT, rows=142, table="opportunity", share=D("2.8"), attribute="account_id"),
            text(FAULT, rows=142, table="opportunity", share=D("2.8"), attribute="account_id"),
            "sales operations manager",
            date(2026, 10, 9),
            None,
        ),
        Action(
            "A3",
            "communication",
            text("Agree with sales and finance which deals come first, and tell the others when."),
            text("There are fewer people than the work needs, whoever they are."),
            "head of finance",
            date(2026, 10, 12),
            D("54100.00"),
        ),
        Action(
            "A4",
            "technology",
            text("Fill the pipeline early in {period}.", period="2026-Q4"),
            text(FAULT, rows=142, table="opportunity", share=D("2.8"), attribute="account_id"),
            "sales operations manager",
            date(2026, 10, 30),
            None,
        ),
    )


def _build_variance() -> Variance:
    why = text(
        "{actual} deals were worked; {expected} were expected.", actual=101, expected=D("94.5")
    )
    money = {
        "volume": "241000.10",
        "price": "-96000.35",
        "win_rate": "-41000.00",
        "timing": "-70557.25",
    }
    return Variance(
        period=Period.parse("2026-Q3"),
        forecast_as_of=date(2026, 6, 30),
        forecast=D("3677000.00"),
        actual=D("3710442.50"),
        lines=tuple(VarianceLine(cause, D(amount), why) for cause, amount in money.items()),
        n=101,
        notes=(),
    )
