"""Leads in columns, to learn from how many get further and when.

Days are business days. A lead that is said to be converted and does not say when counts from its
last change on, as in the measure lead_conversion. One that stands at a status of a qualified lead
counts from its last change on, too: leads keep no history of their status.
"""

from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import STILL_OPEN, Dimension, day_number
from counterpoise.domain.tables.leads import Leads
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.columns import UNKNOWN, encode, to_days, to_integers
from counterpoise.warehouse.queries.lookups import lookup_sql


def load_leads(folder: Path, as_of: date, *, rulebook: Rulebook) -> Leads | None:
    """Those that came in by the evening of `as_of`; None where the build holds no lead at all."""
    zone = rulebook.get_text("company.time_zone", as_of)
    words = read_words("lead.qualified_words", rulebook, as_of)
    with open_build(folder) as build:
        rows = build.con.execute(_LEADS, [words]).to_arrow_table()
    if not len(rows):
        return None
    created = to_days(to_integers(rows["created_us"]), zone)
    kept = np.flatnonzero(created <= day_number(as_of))

    def read(name: str) -> NDArray[np.int32]:
        days = to_days(to_integers(rows[name]), zone)[kept]
        return np.where(days == UNKNOWN, STILL_OPEN, days).astype(np.int32)

    won = read("won_us")
    converted = np.minimum(read("converted_us"), won)
    qualified = np.minimum(read("qualified_us"), converted)
    undated = np.asarray(rows["is_undated"])[kept]
    labels, codes = encode(rows["lead_source"].take(kept))
    return Leads(
        as_of=as_of,
        created=created[kept].astype(np.int32),
        qualified=_forget(qualified, as_of),
        converted=_forget(converted, as_of),
        won=_forget(won, as_of),
        removed=read("removed_us"),
        source=Dimension(labels, codes),
        undated=int(undated.sum()),
    )


def read_words(key: str, rulebook: Rulebook, on: date) -> list[str]:
    """Words of a status as they are compared."""
    return [word.strip() for word in rulebook.get_text(key, on).lower().split(",")]


def _forget(days: NDArray[np.int32], as_of: date) -> NDArray[np.int32]:
    """What happened later had not happened."""
    return np.where(days > day_number(as_of), STILL_OPEN, days).astype(np.int32)


LEADS_TOLD = f"""
deal AS ({lookup_sql("opportunity", ("status", "closed_at", "deleted_at"), "lead")}),
told AS (
    SELECT
        l.*,
        coalesce(list_contains($1, lower(trim(l.status))), false) AS is_qualified,
        l.converted_at IS NOT NULL
            OR coalesce(l.is_converted, false)
            OR coalesce(l.opportunity_id, '') <> '' AS has_converted
    FROM lead AS l
)
"""
"""Each lead as l with the deal that it became; $1: the words of a qualified lead."""
CONVERTED_US = """CASE WHEN l.has_converted
        THEN epoch_us(coalesce(l.converted_at, l.updated_at, l.created_at)) END"""
WON_US = """CASE WHEN deal.status = 'won' AND deal.deleted_at IS NULL
        THEN epoch_us(deal.closed_at) END"""
_LEADS = f"""
WITH
{LEADS_TOLD}
SELECT
    epoch_us(l.created_at) AS created_us,
    CASE WHEN l.is_qualified THEN epoch_us(l.updated_at) END AS qualified_us,
    {CONVERTED_US} AS converted_us,
    {WON_US} AS won_us,
    epoch_us(l.deleted_at) AS removed_us,
    (l.is_qualified AND NOT l.has_converted AND l.updated_at IS NULL)
        OR coalesce(deal.status = 'won' AND deal.closed_at IS NULL, false) AS is_undated,
    nullif(l.lead_source, '') AS lead_source
FROM told AS l
LEFT JOIN deal ON deal.source = l.source AND deal.source_id = l.opportunity_id
WHERE l.created_at IS NOT NULL
ORDER BY l.created_at, l.source, l.source_id
"""
