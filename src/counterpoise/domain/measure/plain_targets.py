"""Reads the rows of the table target."""

from collections.abc import Iterable
from datetime import date, timedelta

from counterpoise.domain.measure.plain_places import Directory, Row, first
from counterpoise.domain.measure.targets import Target
from counterpoise.domain.rulebook.rates import Rates
from counterpoise.domain.values.period import add_months, first_of_month

_NAMED = {
    "rep_id": "rep",
    "team_id": "team",
    "region": "region",
    "product_id": "product",
    "segment": "segment",
    "lead_source": "source",
}


def read_targets(
    rows: Iterable[Row], directory: Directory, rates: Rates, as_of: date
) -> tuple[Target, ...]:
    """Targets of won revenue, stated at the rate on their first day, or on `as_of` before it."""
    return tuple(
        _read(row, directory, rates, as_of)
        for row in rows
        if row.get("measure") in (None, "", "won_revenue")
    )


def _read(row: Row, directory: Directory, rates: Rates, as_of: date) -> Target:
    source = row["source"]
    rep = directory.place_rep(source, row.get("rep_id"))
    team = directory.find_row("team", source, row.get("team_id"))
    product = directory.find_row("product", source, row.get("product_id"))
    start: date = row["period_start"]
    end: date = row.get("period_end") or add_months(first_of_month(start), 3)
    rate = rates.get_rate(row.get("currency") or "", min(start, as_of))
    return Target(
        start=start,
        end=max(end, start + timedelta(days=1)),
        level=next((level for name, level in _NAMED.items() if row.get(name)), "company"),
        places={
            "rep": rep["rep"],
            "team": first(team.get("name"), row.get("team_id"), rep["team"]),
            "region": first(row.get("region"), rep["region"], team.get("region")),
            "product": first(product.get("name"), row.get("product_id")),
            "segment": first(row.get("segment")),
            "source": first(row.get("lead_source")),
            "hire_quarter": directory.place_hiring(source, row.get("rep_id")),
            "created_quarter": "",  # a target is for what is won, whenever it was created
        },
        amount=row["amount"] * rate,
    )
