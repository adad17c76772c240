"""The tables of pools: their load, month by month, and the people who are missing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.figures import Load
from counterpoise.domain.tables.capacity import Capacity
from counterpoise.domain.tables.plan import Plan
from counterpoise.web.tables import Column, Row, Table

LEAST_PRICE = 0.005
"""Of the currency: below half a cent a limit costs nothing that could be written."""


def find_prices(plan: Plan | None) -> dict[tuple[str, date], float]:
    """What one more unit of a pool's work is worth, where the pool holds the plan back."""
    if plan is None:
        return {}
    return {
        (each.pool, each.month): each.price
        for each in plan.solution.prices
        if each.price >= LEAST_PRICE
    }


def build_pools(capacity: Capacity, loads: Sequence[Load], plan: Plan | None) -> Table:
    kinds = {pool.name: pool.kind for pool in capacity.pools}
    binding: defaultdict[str, int] = defaultdict(int)
    for pool, _month in find_prices(plan):
        binding[pool] += 1
    return Table(
        name="pools",
        caption=_("Pools over the whole period, the most loaded first"),
        columns=(
            Column("pool", _("Pool")),
            Column("kind", _("Kind"), has_choices=True),
            Column("required", _("Asked"), "quantity"),
            Column("available", _("Can give"), "quantity"),
            Column("unit", _("Unit"), has_choices=True),
            Column("load", _("Load"), "share"),
            Column("state", _("State"), has_choices=True),
            Column("binding", _("Binding months"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    "pool": load.pool,
                    "kind": names.name_code("kind", kinds[load.pool]),
                    "required": load.required,
                    "available": load.available,
                    "unit": names.name_code("unit", load.unit),
                    "load": load.share,
                    "state": _name_state(load),
                    "binding": binding[load.pool],
                },
                {"pool": f"?{urlencode({'pool-rules.pool': load.pool})}#pool-rules"},
            )
            for load in loads
        ),
        empty=_("No pool of people is known. Load teams or a table resource_pool."),
    )


def build_months(capacity: Capacity, plan: Plan | None, currency: str) -> Table:
    prices = find_prices(plan)
    is_ranged = any(each.required_high is not None for each in capacity.months)
    return Table(
        name="months",
        caption=_("Required against available, pool by pool and month by month"),
        columns=(
            Column("pool", _("Pool"), has_choices=True),
            Column("month", _("Month"), "month", has_choices=True),
            Column("required", _("Asked"), "quantity"),
            *([Column("high", _("Asked at most, 90%"), "quantity")] if is_ranged else []),
            Column("available", _("Can give"), "quantity"),
            Column("unit", _("Unit"), has_choices=True),
            Column("load", _("Load"), "share"),
            Column("people", _("People"), "quantity"),
            Column("short", _("Short of"), "quantity"),
            Column("price", _("One more unit is worth"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "pool": each.pool,
                    "month": each.month,
                    "required": each.required,
                    **({"high": each.required_high} if is_ranged else {}),
                    "available": each.available,
                    "unit": names.name_code("unit", each.unit),
                    "load": each.required / each.available if each.available else None,
                    "people": each.headcount,
                    "short": max(each.required - each.available, Decimal(0)) or None,
                    "price": prices.get((each.pool, each.month)),
                }
            )
            for each in capacity.months
        ),
        empty=_("No pool of people is known. Load teams or a table resource_pool."),
        currency=currency,
    )


def build_needs(capacity: Capacity) -> Table:
    return Table(
        name="needs",
        caption=_("People short, and when the search must begin"),
        columns=(
            Column("pool", _("Pool")),
            Column("people", _("People"), "quantity"),
            Column("month", _("From"), "month"),
            Column("by", _("Begin the search by"), "day"),
            Column("why", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "pool": need.pool,
                    "people": need.people,
                    "month": need.month,
                    "by": need.open_requisition_by,
                    "why": need.why,
                }
            )
            for need in capacity.needs
        ),
        empty=_("Nobody is missing: each pool can give what is asked of it."),
    )


def _name_state(load: Load) -> str:
    if load.share is None:
        return _("nobody there")
    return _("too few") if load.share > 1 else _("enough")
