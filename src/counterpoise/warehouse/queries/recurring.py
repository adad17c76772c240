"""Won deals with whose they are and what they were sold for, as known on the evening of a day.

Which deals were won by then, for how much and of which product is told as the measure of won
revenue tells it (measures/known): by the history of changes, in business days, at the rate of the
closing day. Who looks after an account is told as of now, for it says who may see it.

Accounts that are one customer (same: each account's record with its customer) are one account here,
called by the first of its records: who buys under one record renews under another.

For days that are only looked back from, the deals are those that forecasts learn from
(queries/deals), whose amounts are floats: they are held against what came, and nobody is paid by
them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.question import Question
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.rulebook.rates import Rates
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number, day_of
from counterpoise.domain.tables.recurring import Sale
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.facts import find_facts, list_currencies
from counterpoise.warehouse.measures.known import KnownDeals
from counterpoise.warehouse.measures.places import first, look_up, place_reps, refer
from counterpoise.warehouse.measures.rates import check_rates, get_rate_of
from counterpoise.warehouse.queries.deals import load_deals

PLACES = ("product", "segment", "region")
Same = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sales:
    """Won deals in order of their source and id, and the currency of their amounts."""

    sales: tuple[Sale, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class _Accounts:
    """first: of each record of a customer with several, the first of them, as `source|id`."""

    first: Mapping[str, str]
    has_several: bool

    def name(self, source: str, account: str | None) -> str:
        """With its source where deals have several, as in queries/deals; '' for none."""
        if not account:
            return ""
        record = f"{source}|{account}"
        found_in, _, found = self.first.get(record, record).partition("|")
        return f"{found_in}:{found}" if self.has_several else found


def load_sales(folder: Path, as_of: date, *, rulebook: Rulebook, same: Same = ()) -> Sales:
    """Of the build in `folder`. Raises MissingRate."""
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        facts = find_facts(build, rulebook.get_text("company.time_zone", as_of))
        settings = build_settings(rulebook, as_of, currencies=list_currencies(build), fold=fold)
        known = KnownDeals(build, settings, facts, Question(("won_revenue",), PLACES, None, as_of))
        won = known.table.filter(known.table.status == "won")
        check_rates(build, won, settings.rates)
        ids = known.records.select("deal", "deal_source", "deal_id")
        named = _name(build, won.join(ids, "deal"))
        rows = running.fetch(build, named.order_by("deal_source", "deal_id"))
        accounts = _name_accounts(_list_sources(build), same)
    sales = tuple(_read(row, settings.rates, accounts) for row in rows)
    return Sales(sales, settings.rates.reporting)


def load_past_sales(
    folder: Path, days: Sequence[date], *, rulebook: Rulebook, same: Same = ()
) -> tuple[tuple[Sale, ...], ...]:
    """What was known on the evening of each of these days, without names of people."""
    if not days:
        return ()
    deals = load_deals(folder, max(days), rulebook=rulebook).deals
    with open_build(folder) as build:
        accounts = _name_accounts(_list_sources(build), same)
        rows = build.con.execute(
            "SELECT source, source_id, account_id, coalesce(type, '') FROM opportunity"
        ).fetchall()
    records = {
        f"{source}:{deal}" if accounts.has_several else deal: (accounts.name(source, account), kind)
        for source, deal, account, kind in rows
    }
    return tuple(_list_won(deals.known_on(day), day, records) for day in days)


def _list_won(deals: Deals, day: date, records: dict[str, tuple[str, str]]) -> tuple[Sale, ...]:
    amounts = deals.amounts.last_values(len(deals), day_number(day))
    return tuple(
        Sale(
            id=str(deals.ids[place]),
            account=records[str(deals.ids[place])][0],
            account_name="",
            **{name: _label(deals, name, int(place)) for name in PLACES},
            rep="",
            team="",
            kind=records[str(deals.ids[place])][1],
            closed_on=day_of(deals.closed[place]),
            amount=None if np.isnan(amounts[place]) else Decimal(f"{amounts[place]:.4f}"),
        )
        for place in np.flatnonzero(deals.won)
    )


def _label(deals: Deals, name: str, place: int) -> str:
    dimension = deals.dimensions[name]
    code = dimension.codes[place]
    return dimension.labels[code] if code >= 0 else ""


def _list_sources(backend: Backend) -> frozenset[str]:
    rows = backend.con.execute("SELECT DISTINCT source FROM opportunity").fetchall()
    return frozenset(source for (source,) in rows)


def _name_accounts(sources: Collection[str], same: Same) -> _Accounts:
    """Records of sources that have no deals lend a customer no name."""
    known = [(record, customer) for record, customer in same if record.split("|")[0] in sources]
    named: dict[str, str] = {}
    for record, customer in sorted(known):
        named.setdefault(customer, record)
    return _Accounts({record: named[customer] for record, customer in known}, len(sources) > 1)


def _name(backend: SQLBackend, won: ir.Table) -> ir.Table:
    """With the record's account and type, and who looks after the account, else the seller."""
    records = running.read(backend, "opportunity")
    records = records.select(
        "account_id", "owner_id", kind="type", deal_source=records.source, deal_id=records.source_id
    )
    won = won.select("deal_source", "deal_id", "closed", "amount", "rate", *PLACES)
    rows = won.join(records, ["deal_source", "deal_id"])
    columns = {"account_name": "name", "account_owner": "owner_id"}
    rows = refer(rows, look_up(backend, "account", columns, rows), "account_id")
    rows = rows.mutate(keeper=first(rows.account_owner, rows.owner_id)).rename(sold_in="region")
    placed = place_reps(backend, rows, "keeper")
    return placed.select(
        "deal_source", "deal_id", "closed", "amount", "rate", "product", "segment", "sold_in",
        "account_id", "account_name", "kind", "rep", "team",
    )  # fmt: skip


def _read(row: dict[str, Any], rates: Rates, accounts: _Accounts) -> Sale:
    """Ids carry their source where there are several, as in queries/deals."""
    source, amount = row["deal_source"], row["amount"]
    return Sale(
        id=f"{source}:{row['deal_id']}" if accounts.has_several else row["deal_id"],
        account=accounts.name(source, row["account_id"]),
        account_name=row["account_name"] or row["account_id"] or "",
        product=row["product"],
        segment=row["segment"],
        region=row["sold_in"],
        rep=row["rep"],
        team=row["team"],
        kind=row["kind"] or "",
        closed_on=day_of(row["closed"]),
        amount=None if amount is None else amount * get_rate_of(row["rate"], rates),
    )
