"""Labels of a deal, lead or activity: whose it is, and where, by name.

A reference means the row of its own source first, then of any: see queries/lookups.
"""

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import to_date

_REP = ("rep", "team", "region")
_COLUMNS = {
    "rep": ("owner_id",),
    "team": ("owner_id", "team_id"),
    "region": ("owner_id", "account_id", "region"),
    "segment": ("account_id", "segment"),
    "product": ("product_id",),
    "source": ("lead_source",),
    "stage": ("stage",),
    "hire_quarter": ("owner_id",),
    "forecast_category": ("forecast_category",),
}
_KEPT = (
    "deal",
    "status",
    "created",
    "closed",
    "expected",
    "cycle",
    "amount",
    "logged_amount",
    "currency",
    "rate",
)


def list_columns(places: tuple[str, ...]) -> list[str]:
    """The columns of a deal that its places are told from."""
    return sorted({column for place in places for column in _COLUMNS.get(place, ())})


def place_deals(backend: SQLBackend, deals: ir.Table, places: tuple[str, ...]) -> ir.Table:
    """Deals with a column for each place asked for; '' where a deal has none."""
    return name_places(backend, deals, places).select(*_KEPT, *places)


def name_places(backend: SQLBackend, deals: ir.Table, places: tuple[str, ...]) -> ir.Table:
    """The same with all that the deals had; they have `deal_source` and the columns listed."""
    asked = set(places)
    own = {"own_region": "region", "own_segment": "segment", "own_team": "team_id"}
    deals = deals.rename({new: old for new, old in own.items() if old in deals.columns})
    if asked & set(_REP):
        deals = place_reps(backend, deals, "owner_id")
    if "team" in asked:
        teams = look_up(backend, "team", {"team_name": "name"}, deals)
        deals = refer(deals, teams, "own_team")
        deals = deals.mutate(team=first(deals.team_name, deals.own_team, deals.team))
    if asked & {"region", "segment"}:
        columns = {"account_region": "region", "account_segment": "segment"}
        deals = refer(deals, look_up(backend, "account", columns, deals), "account_id")
    if "region" in asked:
        deals = deals.mutate(region=first(deals.own_region, deals.account_region, deals.region))
    if "segment" in asked:
        deals = deals.mutate(segment=first(deals.own_segment, deals.account_segment))
    if "product" in asked:
        products = look_up(backend, "product", {"product_name": "name"}, deals)
        deals = refer(deals, products, "product_id")
        deals = deals.mutate(product=first(deals.product_name, deals.product_id))
    if "source" in asked:
        deals = deals.mutate(source=first(deals.lead_source))
    if "hire_quarter" in asked:
        reps = look_up(backend, "rep", {"rep_hired": "hired_on"}, deals)
        deals = refer(deals, reps, "owner_id")
        deals = deals.mutate(hire_quarter=_name_quarter(deals.rep_hired))
    if "created_quarter" in asked:
        deals = deals.mutate(created_quarter=_name_quarter(to_date(backend, deals.created)))
    for label in sorted({"stage", "forecast_category"} & asked):
        deals = deals.mutate(first(deals[label]).name(label))
    return deals


def _name_quarter(day: ir.DateValue) -> ir.StringValue:
    quarter = (day.month().cast("int64") + 2 - (day.month().cast("int64") + 2) % 3) / 3
    named = day.year().cast("string") + "-Q" + quarter.cast("int64").cast("string")
    return named.fill_null("")


def place_reps(backend: SQLBackend, rows: ir.Table, reference: str) -> ir.Table:
    """Rows with the columns rep, team and region of the rep that `reference` names."""
    columns = {
        "rep_name": "name",
        "rep_team": "team_id",
        "rep_manager": "manager",
        "rep_region": "region",
    }
    rows = refer(rows, look_up(backend, "rep", columns, rows), reference)
    rows = refer(rows, look_up(backend, "team", {"reps_team": "name"}, rows), "rep_team")
    return rows.mutate(
        rep=first(rows.rep_name, rows[reference]),
        team=first(rows.reps_team, rows.rep_team, rows.rep_manager),
        region=first(rows.rep_region),
    )


def look_up(
    backend: SQLBackend, table: str, columns: dict[str, str], used_by: ir.Table
) -> ir.Table:
    """One row for each source of `used_by` and each id that it may mean."""
    rows = running.read(backend, table)
    rows = rows.select(own="source", meant_id="source_id", **columns)
    sources = used_by.select(meant_source="deal_source").distinct()
    crossed = sources.cross_join(rows)
    ranked = crossed.mutate(
        rank=ibis.row_number().over(
            ibis.window(
                group_by=[crossed.meant_source, crossed.meant_id],
                order_by=[(crossed.own != crossed.meant_source).ifelse(1, 0), crossed.own],
            )
        )
    )
    return ranked.filter(ranked["rank"] == 0).drop("rank", "own")


def refer(rows: ir.Table, meant: ir.Table, reference: str) -> ir.Table:
    joined = rows.left_join(
        meant, [rows.deal_source == meant.meant_source, rows[reference] == meant.meant_id]
    )
    return joined.drop("meant_source", "meant_id")


def first(*values: ir.StringValue) -> ir.StringValue:
    """The first value that is filled; '' for none."""
    return ibis.coalesce(*(each.nullif("") for each in values), "")
