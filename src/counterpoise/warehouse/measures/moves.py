"""The movements behind a line of a waterfall: which deal moved, when and by how much.

A visitor gets movements of deals whose people are in their reach and no others: whose a deal is now
decides, as it does wherever rows are shown.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir

from counterpoise.domain.measure.waterfall import Kind, Window
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.rights import Visitor
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.events import Events
from counterpoise.warehouse.measures.places import name_places
from counterpoise.warehouse.measures.rates import get_rate_of
from counterpoise.warehouse.measures.waterfall import list_movements, number_kind, tell_events

MOST_MOVES = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Move:
    """money: in the deal's own currency. worth: in the company's, not rounded."""

    source: str
    deal: str
    name: str
    rep: str
    team: str
    at: datetime
    money: Decimal
    currency: str
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Moves:
    """The largest first, MOST_MOVES at most; total: of all in the visitor's reach."""

    rows: tuple[Move, ...]
    total: int


def list_moves(
    folder: Path,
    window: Window,
    line: tuple[Kind, str],
    visitor: Visitor,
    *,
    rulebook: Rulebook,
) -> Moves:
    """line: the kind of movement and the label of the part."""
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        found = tell_events(build, window, rulebook)
        rows = running.keep(build, _reach(_name(found, *line), visitor))
        total = running.fetch(build, rows.agg(n=rows.count()))[0]["n"]
        largest = rows.order_by([ibis.desc(rows.money.abs()), "micros", "deal_source", "deal_id"])
        shown = running.fetch(build, largest.limit(MOST_MOVES))
    rates = found.settings.rates
    return Moves(
        tuple(
            Move(
                source=row["deal_source"],
                deal=row["deal_id"],
                name=row["name"] or "",
                rep=row["rep"],
                team=row["team"],
                at=_EPOCH + timedelta(microseconds=row["micros"]),
                money=row["money"],
                currency=row["currency"] or "",
                worth=row["money"] * get_rate_of(row["rate"], rates),
            )
            for row in shown
        ),
        total,
    )


def _name(found: Events, kind: Kind, label: str) -> ir.Table:
    moved = list_movements(found)
    moved = moved.filter(moved.kind == number_kind(kind))
    if found.window.by:
        labels = found.labels
        moved = moved.semi_join(labels.filter(labels.label == label), "number")
    deals = found.deals.select("deal", "deal_source", "deal_id", "currency", "rate")
    records = running.read(found.backend, "opportunity")
    records = records.select(
        "name", "owner_id", "team_id", deal_source=records.source, deal_id=records.source_id
    )
    named = moved.join(deals, "deal").join(records, ["deal_source", "deal_id"])
    placed = name_places(found.backend, named, ("rep", "team"))
    return placed.select(
        "deal_source", "deal_id", "name", "rep", "team", "micros", "money", "currency", "rate"
    )


def _reach(rows: ir.Table, visitor: Visitor) -> ir.Table:
    match visitor.reach:
        case "everyone":
            return rows
        case "teams":
            return rows.filter((rows.team != "") & rows.team.isin(sorted(visitor.teams)))
        case "own":
            return rows.filter((rows.rep != "") & (rows.rep == visitor.rep))
        case _:
            return rows.limit(0)
