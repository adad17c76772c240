"""The sheets of demand, supply and reconcile; each gives the totals that the summary shows."""

from django.utils.translation import gettext

from counterpoise.connectors.documents import figures, names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.connectors.documents.sheets import Column, Entry, Sheet, Totals
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.report import Cycle


def fill_demand(sheet: Sheet, reader: Reader, cycle: Cycle) -> Totals:
    if cycle.forecast is None:
        return {}
    forecast = cycle.forecast
    deals = {cell.month: cell.mean for cell in figures.find_cells(forecast, "won_deals", ())}
    month, count, money = gettext("Month"), gettext("Deals"), gettext("Revenue")
    totals = sheet.put_table(
        gettext("Forecast by month"),
        (
            Column(month, "month"),
            Column(count, "number", is_total=True),
            Column(money, "money", is_total=True),
            *(Column(each, "money") for each in _name_quantiles()),
            Column(gettext("From open deals"), "money", is_total=True),
        ),
        [
            (cell.month, deals.get(cell.month), cell.mean, *cell.quantiles, cell.from_open)
            for cell in figures.find_cells(forecast, "won_revenue", ())
        ],
    )
    for dimension, title in (("region", gettext("By region")), ("product", gettext("By product"))):
        sheet.put_table(title, _list_part_columns(), _list_parts(cycle, dimension))
    _put_evidence(sheet, cycle)
    outlook = figures.build_outlook(cycle, forecast)
    single = sheet.put_table(
        gettext("To compare"),
        (
            Column(gettext("Target"), "money", is_total=True),
            Column(gettext("Stage-weighted pipeline"), "money", is_total=True),
        ),
        [(outlook.target, outlook.stage_weighted)],
    )
    found = {"revenue": totals[money], "deals": totals[count]} if totals else {}
    if outlook.target is not None:
        found["target"] = single[gettext("Target")]
    return found | {"stage_weighted": single[gettext("Stage-weighted pipeline")]}


def fill_supply(sheet: Sheet, reader: Reader, cycle: Cycle) -> Totals:
    if cycle.capacity is None:
        return {}
    capacity = cycle.capacity
    sheet.put_table(
        gettext("Pools month by month"),
        (
            Column(gettext("Pool")),
            Column(gettext("Month"), "month"),
            Column(gettext("Asked"), "number"),
            Column(gettext("Can give"), "number"),
            Column(gettext("People"), "number"),
            Column(gettext("Unit")),
        ),
        [
            (each.pool, each.month, each.required, each.available, each.headcount,
             names.name_code("unit", each.unit))
            for each in capacity.months
        ],
    )  # fmt: skip
    sheet.put_table(
        gettext("Who is missing"),
        (
            Column(gettext("Pool")),
            Column(gettext("From"), "month"),
            Column(gettext("People"), "number", is_total=True),
            Column(gettext("Begin the search by"), "day"),
            Column(gettext("Why")),
        ),
        [
            (each.pool, each.month, each.people, each.open_requisition_by, reader.say(each.why))
            for each in capacity.needs
        ],
    )
    sheet.put_table(
        gettext("Where each pool's figures come from"),
        (Column(gettext("Pool")), Column(gettext("Kind")), Column(gettext("Why"))),
        [
            (pool.name, names.name_code("kind", pool.kind), reader.say(pool.basis))
            for pool in capacity.pools
        ],
    )
    return {}


def fill_reconcile(sheet: Sheet, reader: Reader, cycle: Cycle) -> Totals:
    plan = figures.find_base(cycle.plans)
    if plan is None:
        return {}
    sheet.put_table(
        gettext("The plan by month"),
        (
            Column(gettext("Month"), "month"),
            Column(gettext("Asked for"), "number", is_total=True),
            Column(gettext("Served"), "number", is_total=True),
            Column(gettext("Waiting"), "number"),
            Column(gettext("Given up"), "number", is_total=True),
            Column(gettext("People hired"), "count", is_total=True),
            Column(gettext("Overtime"), "number", is_total=True),
            Column(gettext("Contractors"), "number", is_total=True),
        ),
        [
            (row.month, row.demand, row.served, row.waiting, row.lost, row.hires, row.overtime,
             row.contractor)
            for row in figures.build_plan_months(plan)
        ],
    )  # fmt: skip
    sheet.put_table(
        gettext("Scenarios"),
        (
            Column(gettext("Scenario")),
            Column(gettext("Deals asked for"), "number"),
            Column(gettext("Deals that cannot be served"), "number"),
            Column(gettext("Revenue that cannot be served"), "money"),
            Column(gettext("Contribution"), "money"),
            Column(gettext("Bound"), "money"),
            Column(gettext("Gap to the bound"), "share"),
            Column(gettext("Check")),
        ),
        [_describe_plan(each) for each in cycle.plans],
    )
    sheet.put_table(
        gettext("What limits the plan, and what it is worth"),
        (
            Column(gettext("Limit")),
            Column(gettext("Contribution lost"), "money", is_total=True),
            Column(gettext("Why")),
        ),
        [
            (names.name_code("constraint", each.constraint), each.money, reader.say(each.why))
            for each in figures.rank_constraints(plan)
        ],
    )
    money = gettext("Revenue that cannot be served")
    gap = sheet.put_table(
        gettext("Demand that we cannot serve"),
        (
            Column(gettext("Deals that cannot be served"), "number", is_total=True),
            Column(money, "money", is_total=True),
        ),
        [(plan.demand_gap.units, plan.demand_gap.money)],
    )
    return {"gap": gap[money]}


def _name_quantiles() -> tuple[str, ...]:
    """In the order of QUANTILE_LEVELS."""
    return (
        gettext("Lowest of 20"),
        gettext("Low end of the 80% range"),
        gettext("Middle"),
        gettext("High end of the 80% range"),
        gettext("Highest of 20"),
    )


def _list_part_columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Part")),
        Column(gettext("Deals"), "number", is_total=True),
        Column(gettext("Revenue"), "money", is_total=True),
        Column(gettext("Low end of the 80% range"), "money"),
        Column(gettext("High end of the 80% range"), "money"),
        Column(gettext("Share"), "share"),
    )


def _list_parts(cycle: Cycle, dimension: str) -> list[tuple[Entry, ...]]:
    assert cycle.forecast is not None, "parts are of a forecast"
    return [
        (names.name_part(part.name), part.deals, part.revenue, part.low, part.high,
         None if part.share is None else float(part.share))
        for part in figures.build_parts(cycle.forecast, dimension)
    ]  # fmt: skip


def _put_evidence(sheet: Sheet, cycle: Cycle) -> None:
    assert cycle.forecast is not None, "evidence is of a forecast"
    sheet.put_table(
        gettext("Test on the past"),
        (
            Column(gettext("Method")),
            Column(gettext("Days ahead"), "count"),
            Column(gettext("Missed by"), "share"),
            Column(gettext("Too high or low"), "share"),
            Column(gettext("In the 80% range"), "share"),
            Column(gettext("Past days"), "count"),
        ),
        [
            (names.name_code("method", each.method), each.horizon_days, each.wmape, each.bias,
             each.coverage_80, each.origins)
            for each in cycle.forecast.backtest
        ],
    )  # fmt: skip


def _describe_plan(plan: Plan) -> tuple[Entry, ...]:
    return (
        names.name_code("scenario", plan.scenario),
        figures.sum_demand(plan),
        plan.demand_gap.units,
        plan.demand_gap.money,
        plan.solution.objective,
        plan.solution.bound,
        plan.solution.gap,
        gettext("kept every rule") if plan.verdict.feasible else gettext("broke a rule"),
    )
