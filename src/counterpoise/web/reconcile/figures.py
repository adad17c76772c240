"""The tables of a plan: months, products, people, what limits it and what a unit more is worth."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.figures import PlanMonth, rank_constraints
from counterpoise.domain.tables.plan import Plan, Served, Verdict
from counterpoise.web.supply.pools import LEAST_PRICE
from counterpoise.web.tables import Column, Row, Table


def build_all(plan: Plan, months: Iterable[PlanMonth]) -> tuple[Table, ...]:
    return (
        _build_months(months),
        _build_products(plan),
        _build_staffing(plan),
        _build_limits(plan),
        _build_prices(plan),
    )


def build_violations(verdict: Verdict) -> Table:
    return Table(
        name="violations",
        caption=_("What the plan breaks"),
        columns=(
            Column("rule", _("Rule")),
            Column("where", _("Where")),
            Column("amount", _("By how much"), "number", places=6),
        ),
        rows=tuple(
            Row({"rule": each.rule, "where": each.where, "amount": each.amount})
            for each in verdict.violations
        ),
        empty=_("The plan keeps every rule."),
    )


def _build_months(months: Iterable[PlanMonth]) -> Table:
    return Table(
        name="months",
        caption=_("Deals of each month, and what serves them"),
        columns=(
            Column("month", _("Month"), "month"),
            Column("demand", _("Demand"), "quantity"),
            Column("served", _("Served"), "quantity"),
            Column("waiting", _("Waiting at its end"), "quantity"),
            Column("lost", _("Lost"), "quantity"),
            Column("hires", _("People who start"), "number"),
            Column("overtime", _("Overtime"), "quantity"),
            Column("contractor", _("Contractors"), "quantity"),
        ),
        rows=tuple(
            Row({name: getattr(each, name) for name in PlanMonth.__slots__}) for each in months
        ),
        empty=_("The plan has no month."),
    )


def _build_products(plan: Plan) -> Table:
    """waiting: after the last month; with what is lost it is the gap, in deals and in revenue."""
    prices = {line.product: line.price for line in plan.problem.demand}
    rows = []
    for product, price in prices.items():
        found = [row for row in plan.solution.served if row.product == product]
        demand = sum(row.demand for row in found)
        waiting = sum(_count_waiting(row, plan) for row in found)
        lost = sum(row.lost for row in found)
        rows.append(
            Row(
                {
                    "product": names.name_part(product),
                    "demand": demand,
                    "served": sum(row.served for row in found),
                    "waiting": waiting,
                    "lost": lost,
                    "unserved": (waiting + lost) / demand if demand else None,
                    "price": price,
                    "money": (Decimal(repr(waiting + lost)) * price).quantize(Decimal("0.01")),
                }
            )
        )
    return Table(
        name="products",
        caption=_("Deals of each product over the period"),
        columns=(
            Column("product", _("Product")),
            Column("demand", _("Demand"), "quantity"),
            Column("served", _("Served"), "quantity"),
            Column("waiting", _("Waiting after the period"), "quantity"),
            Column("lost", _("Lost"), "quantity"),
            Column("unserved", _("Not served"), "share"),
            Column("price", _("Revenue of a deal"), "money"),
            Column("money", _("Revenue not served"), "money"),
        ),
        rows=tuple(rows),
        empty=_("The plan has no product."),
        currency=plan.problem.currency,
        sort="-money",
    )


def _count_waiting(row: Served, plan: Plan) -> float:
    return row.backlog if row.month == plan.problem.months[-1] else 0.0


def _build_staffing(plan: Plan) -> Table:
    units = {pool.name: pool.unit for pool in plan.problem.pools}
    return Table(
        name="staffing",
        caption=_("People and their work, pool by pool and month by month"),
        columns=(
            Column("pool", _("Pool"), has_choices=True),
            Column("month", _("Month"), "month", has_choices=True),
            Column("people", _("People"), "quantity"),
            Column("hires", _("Start then"), "number"),
            Column("own", _("They can give"), "quantity"),
            Column("overtime", _("Overtime"), "quantity"),
            Column("contractor", _("Contractors"), "quantity"),
            Column("used", _("Used"), "quantity"),
            Column("unit", _("Unit"), has_choices=True),
        ),
        rows=tuple(
            Row(
                {
                    "pool": row.pool,
                    "month": row.month,
                    "people": row.headcount,
                    "hires": row.hires,
                    "own": row.own_capacity,
                    "overtime": row.overtime,
                    "contractor": row.contractor,
                    "used": row.used,
                    "unit": names.name_code("unit", units[row.pool]),
                }
            )
            for row in plan.solution.staffing
        ),
        empty=_("The plan has no pool of people."),
    )


def _build_limits(plan: Plan) -> Table:
    total = sum((each.money for each in plan.constraints), Decimal(0))
    return Table(
        name="limits",
        caption=_("What limits the plan, and what each kind of limit costs"),
        columns=(
            Column("limit", _("Limit")),
            Column("money", _("Relaxing it is worth"), "money"),
            Column("share", _("Of all limits"), "share"),
            Column("why", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "limit": names.name_code("constraint", each.constraint),
                    "money": each.money,
                    "share": each.money / total if total else None,
                    "why": each.why,
                }
            )
            for each in rank_constraints(plan)
        ),
        empty=_("Nothing limits the plan: it serves all demand as freely as one could."),
        currency=plan.problem.currency,
    )


def _build_prices(plan: Plan) -> Table:
    units = {pool.name: pool.unit for pool in plan.problem.pools}
    return Table(
        name="prices",
        caption=_("What one more unit of a pool's work is worth, hires as they are"),
        columns=(
            Column("pool", _("Pool"), has_choices=True),
            Column("month", _("Month"), "month", has_choices=True),
            Column("price", _("One more unit is worth"), "money"),
            Column("unit", _("Unit")),
        ),
        rows=tuple(
            Row(
                {
                    "pool": each.pool,
                    "month": each.month,
                    "price": each.price,
                    "unit": names.name_code("unit", units[each.pool]),
                }
            )
            for each in plan.solution.prices
            if each.price >= LEAST_PRICE
        ),
        empty=_("No pool holds the plan back in any month."),
        currency=plan.problem.currency,
        sort="-price",
    )
