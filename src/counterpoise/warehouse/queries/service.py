"""Customers with their tickets, lines of deals, and where products lie: what volumes learn from."""

from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import STILL_OPEN, Dimension, day_number
from counterpoise.domain.tables.service import Service, SoldLines, StockedAt
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.columns import (
    UNKNOWN,
    encode,
    to_days,
    to_integers,
    to_numbers,
)
from counterpoise.warehouse.queries.lookups import lookup_sql


def load_service(folder: Path, as_of: date, *, rulebook: Rulebook) -> Service | None:
    """As known on the evening of `as_of`, in business days; None where no account has won deals."""
    zone = rulebook.get_text("company.time_zone", as_of)
    today = day_number(as_of)
    with open_build(folder) as build:
        wins = build.con.execute(_WINS).to_arrow_table()
        tickets = build.con.execute(_TICKETS).to_arrow_table()
    won = to_days(to_integers(wins["won_us"]), zone)
    gone = to_days(to_integers(wins["removed_us"]), zone)
    kept = np.flatnonzero((won <= today) & ((gone == UNKNOWN) | (gone > today)))
    if not len(kept):
        return None
    names, place = encode(wins["account"].take(kept))
    first = np.full(len(names), STILL_OPEN, dtype=np.int32)
    np.minimum.at(first, place, won[kept].astype(np.int32))
    labels, codes = encode(wins["segment"].take(kept))
    segment = np.full(len(names), -1, dtype=np.int32)
    segment[place] = codes
    asked = to_days(to_integers(tickets["created_us"]), zone)
    left = to_days(to_integers(tickets["removed_us"]), zone)
    there = np.flatnonzero((asked <= today) & ((left == UNKNOWN) | (left > today)))
    tickets_on: NDArray[np.int32] = asked[there].astype(np.int32)
    asker = _find(names, tickets["account"].take(there).to_pylist())
    is_customer = (asker >= 0) & (tickets_on >= first[asker])
    return Service(
        as_of=as_of,
        first_won=first,
        segment=Dimension(labels, segment),
        tickets=tickets_on,
        asker=np.where(is_customer, asker, -1).astype(np.int32),
    )


def load_lines(folder: Path) -> SoldLines | None:
    """Of deals that are won now; None where no deal has lines."""
    with open_build(folder) as build:
        rows = build.con.execute(_LINES).to_arrow_table()
    if not len(rows):
        return None
    return SoldLines(
        deal=rows["deal"].to_numpy(zero_copy_only=False),
        product=Dimension(*encode(rows["product"])),
        units=to_numbers(rows["quantity"]),
    )


def list_stock(folder: Path) -> tuple[StockedAt, ...]:
    """Products by the name that deals have them under, and the sites that they lie at."""
    with open_build(folder) as build:
        rows = build.con.execute(_STOCK).fetchall()
    return tuple(StockedAt(product, site) for product, site in rows)


def _find(names: tuple[str, ...], wanted: list[str | None]) -> NDArray[np.int32]:
    place = {name: number for number, name in enumerate(names)}
    found = [place.get(each, -1) if each is not None else -1 for each in wanted]
    return np.array(found, dtype=np.int32)


_ACCOUNT = "coalesce(a.source, r.source) || '|' || r.account_id AS account"
_WINS = f"""
WITH known AS (
    SELECT s.source AS asking, t.source, t.source_id, t.segment
    FROM (SELECT DISTINCT source FROM opportunity) AS s, account AS t
    QUALIFY row_number() OVER (
        PARTITION BY s.source, t.source_id ORDER BY t.source IS DISTINCT FROM s.source, t.source
    ) = 1
)
SELECT
    {_ACCOUNT},
    epoch_us(r.closed_at) AS won_us,
    epoch_us(r.deleted_at) AS removed_us,
    nullif(a.segment, '') AS segment
FROM opportunity AS r
LEFT JOIN known AS a ON a.asking = r.source AND a.source_id = r.account_id
WHERE r.status = 'won' AND r.closed_at IS NOT NULL AND coalesce(r.account_id, '') <> ''
ORDER BY r.closed_at, r.source, r.source_id
"""
_TICKETS = f"""
WITH known AS (
    SELECT s.source AS asking, t.source, t.source_id
    FROM (SELECT DISTINCT source FROM ticket) AS s, account AS t
    QUALIFY row_number() OVER (
        PARTITION BY s.source, t.source_id ORDER BY t.source IS DISTINCT FROM s.source, t.source
    ) = 1
)
SELECT
    {_ACCOUNT},
    epoch_us(r.created_at) AS created_us,
    epoch_us(r.deleted_at) AS removed_us
FROM ticket AS r
LEFT JOIN known AS a ON a.asking = r.source AND a.source_id = r.account_id
WHERE r.created_at IS NOT NULL
ORDER BY r.created_at, r.source, r.source_id
"""
_LINES = f"""
WITH product_of AS ({lookup_sql("product", ("name",), "opportunity_line")}),
sources AS (SELECT count(DISTINCT source) AS n FROM opportunity)
SELECT
    CASE WHEN sources.n > 1 THEN o.source || ':' || o.source_id ELSE o.source_id END AS deal,
    nullif(coalesce(product_of.name, l.product_id), '') AS product,
    l.quantity
FROM opportunity_line AS l
JOIN opportunity AS o ON o.source = l.source AND o.source_id = l.opportunity_id
LEFT JOIN product_of ON product_of.source = l.source AND product_of.source_id = l.product_id
CROSS JOIN sources
WHERE o.status = 'won'
ORDER BY deal, product, l.source_id
"""
_STOCK = f"""
WITH product_of AS ({lookup_sql("product", ("name",), "inventory_item")})
SELECT DISTINCT coalesce(product_of.name, i.product_id) AS product, i.site
FROM inventory_item AS i
LEFT JOIN product_of ON product_of.source = i.source AND product_of.source_id = i.product_id
WHERE coalesce(i.site, '') <> '' AND coalesce(i.product_id, '') <> ''
ORDER BY 1, 2
"""
