"""Opportunities as they were known on the evening of a day, in columns, to learn from.

Strictly as of: deals that entered the pipeline later are left out, closings that came later are
open, amounts and stages are what the change log knew by then, and an owner or product that was
changed later is the one from before the change.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from counterpoise.domain.rulebook.rates import Rates, build_rates
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
    day_of,
)
from counterpoise.domain.values.zone import business_day
from counterpoise.warehouse.engine import literal, open_build
from counterpoise.warehouse.queries.columns import UNKNOWN, encode, to_days, to_integers, to_numbers
from counterpoise.warehouse.queries.lookups import lookup_sql
from counterpoise.warehouse.queries.moments import LAST_KNOWN, instant
from counterpoise.warehouse.queries.touches import touches_sql

DIMENSIONS = ("product", "region", "team", "rep", "segment", "source")


@dataclass(frozen=True, slots=True, eq=False)
class LoadedDeals:
    """left_out: deals whose entry into the pipeline, or whose closing, nobody dated."""

    deals: Deals
    left_out: int


def load_deals(folder: Path, as_of: date, *, rulebook: Rulebook) -> LoadedDeals:
    """The deals of the build in `folder` known by the evening of `as_of`, in business days.

    Days follow the rulebook's company.time_zone; amounts are stated in its currency at the rate in
    force on the day a deal closed, else on the day it was created. Raises MissingRate.
    """
    zone = rulebook.get_text("company.time_zone", as_of)
    with open_build(folder) as build:
        connection = build.con
        connection.execute(_DEAL.format(cutoff=instant(as_of + timedelta(days=1), zone)))
        rows = connection.execute("SELECT * FROM deal ORDER BY position").to_arrow_table()
        known = _find_known(rows, as_of, zone)
        rates = build_rates(rulebook, _list_labels(rows["currency"], known.kept), as_of)
        amounts = _load_log(connection, "amount", known, zone)
        stages = _load_log(connection, "stage", known, zone)
        dues = _load_log(connection, "expected_close_on", known, zone)
        touches = _load_touches(connection, known, as_of, zone)
    labels, codes = encode(stages.value)
    deals = Deals(
        as_of=as_of,
        currency=rates.reporting,
        ids=_name_deals(rows)[known.kept],
        created=known.created,
        closed=known.closed,
        won=known.won,
        amounts=_price(amounts, rows["currency"].take(known.kept), known, rates),
        stages=ChangeLog(
            stages.deal, stages.day, np.where(codes < 0, np.nan, codes).astype(np.float64)
        ),
        stage_labels=labels,
        dimensions={name: Dimension(*encode(rows[name].take(known.kept))) for name in DIMENSIONS},
        removed=known.removed,
        dues=ChangeLog(dues.deal, dues.day, to_numbers(dues.value)),
        touches=touches,
    )
    return LoadedDeals(deals if known.removed is None else deals.known_on(as_of), known.left_out)


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The deals that belong in the answer: `kept` are their rows, `place` the way back."""

    kept: NDArray[np.int64]
    place: NDArray[np.int32]
    created: NDArray[np.int32]
    closed: NDArray[np.int32]
    won: NDArray[np.bool_]
    left_out: int
    last_day: int
    removed: NDArray[np.int32] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    deal: NDArray[np.int32]
    day: NDArray[np.int32]
    value: pa.ChunkedArray


def _find_known(rows: pa.Table, as_of: date, zone: str) -> _Known:
    created = to_days(to_integers(rows["created_us"]), zone)
    closed = to_days(to_integers(rows["closed_us"]), zone)
    is_closed = np.asarray(rows["is_closed"])
    dated = (created != UNKNOWN) & ~(is_closed & (closed == UNKNOWN))
    ends = np.where(is_closed, closed, STILL_OPEN)
    created = np.minimum(created, ends)
    today = day_number(as_of)
    kept = np.flatnonzero(dated & (created <= today))
    closed_by_then = np.where(ends[kept] > today, STILL_OPEN, ends[kept]).astype(np.int32)
    place = np.full(len(rows), -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    return _Known(
        kept=kept,
        place=place,
        created=created[kept].astype(np.int32),
        closed=closed_by_then,
        won=np.asarray(rows["is_won"])[kept] & (closed_by_then != STILL_OPEN),
        left_out=int(len(rows) - dated.sum()),
        last_day=today,
        removed=_find_removed(rows, kept, zone),
    )


def _find_removed(rows: pa.Table, kept: NDArray[np.int64], zone: str) -> NDArray[np.int32] | None:
    """The day of each deal's removal, STILL_OPEN for one that is there; None where all are."""
    days = to_days(to_integers(rows["removed_us"]), zone)[kept]
    if (days == UNKNOWN).all():
        return None
    return np.where(days == UNKNOWN, STILL_OPEN, days).astype(np.int32)


def _load_log(
    connection: duckdb.DuckDBPyConnection, attribute: str, known: _Known, zone: str
) -> _Log:
    """Changes by the evening of the day. On the last day that anything tells of, and after it, what
    a record was first seen with counts too, though the load that brought it came later."""
    logs = connection.execute(_LOGGED).fetchall()
    sources = [literal(source) for changed, source in logs if changed == attribute]
    query = _LOG.format(
        attribute=literal(attribute),
        logged=", ".join(sources or ["''"]),
        record=f"deal.{attribute}",
        value=_READ.get(attribute, "nullif(value, '')"),
    )
    rows = connection.execute(query).to_arrow_table()
    deal = known.place[to_integers(rows["position"])]
    day = to_days(to_integers(rows["changed_us"]), zone)
    (last,) = connection.execute(LAST_KNOWN).fetchone() or (None,)
    if last is not None and known.last_day >= day_number(business_day(last, zone)):
        day = np.minimum(day, known.last_day)
    held = np.flatnonzero((deal >= 0) & (day <= known.last_day))
    held = held[np.argsort(day[held], kind="stable")]
    return _Log(deal[held], day[held].astype(np.int32), rows["value"].take(held))


def _load_touches(
    connection: duckdb.DuckDBPyConnection, known: _Known, as_of: date, zone: str
) -> ChangeLog:
    """The days of the activities over each deal that somebody did, and no machine. One that was
    removed later counts: an earlier day knew of it."""
    cutoff = instant(as_of + timedelta(days=1), zone)
    rows = connection.execute(_TOUCHED.format(cutoff=cutoff)).to_arrow_table()
    deal = known.place[to_integers(rows["deal"])]
    day = to_days(to_integers(rows["occurred_us"]), zone)
    held = np.flatnonzero(deal >= 0)
    held = held[np.argsort(day[held], kind="stable")]
    return ChangeLog(deal[held], day[held].astype(np.int32), day[held].astype(np.float64))


def _price(log: _Log, currency: pa.ChunkedArray, known: _Known, rates: Rates) -> ChangeLog:
    """Amounts in the reporting currency: at the rate of the day the deal was created, and from its
    closing on at that day's, so that an earlier day's amount tells nothing of a later rate."""
    raw = to_numbers(log.value)
    if not rates.dated:
        return ChangeLog(log.deal, log.day, raw)
    at_first = _find_factors(currency, known.created, rates)
    at_last = _find_factors(
        currency, np.where(known.closed == STILL_OPEN, known.created, known.closed), rates
    )
    is_final = log.day >= known.closed[log.deal]
    value = raw * np.where(is_final, at_last[log.deal], at_first[log.deal])
    before = np.full(len(known.kept), np.nan)
    before[log.deal[~is_final]] = raw[~is_final]
    priced_anew = np.flatnonzero((at_first != at_last) & ~np.isnan(before)).astype(np.int32)
    deal = np.concatenate([priced_anew, log.deal])
    day = np.concatenate([known.closed[priced_anew], log.day])
    value = np.concatenate([before[priced_anew] * at_last[priced_anew], value])
    order = np.argsort(day, kind="stable")
    return ChangeLog(deal[order], day[order], value[order])


def _find_factors(
    currency: pa.ChunkedArray, day: NDArray[np.int32], rates: Rates
) -> NDArray[np.float64]:
    """What one unit of each deal's currency is worth on its day in the reporting currency."""
    factor = np.ones(len(day))
    labels, codes = encode(currency)
    for code, label in enumerate(labels):
        mine = np.flatnonzero(codes == code)
        days, places = np.unique(day[mine], return_inverse=True)
        worth = [float(rates.get_rate(label, day_of(each))) for each in days]
        factor[mine] = np.array(worth)[places]
    return factor


def _list_labels(column: pa.ChunkedArray, kept: NDArray[np.int64]) -> tuple[str, ...]:
    return encode(column.take(kept))[0]


def _name_deals(rows: pa.Table) -> NDArray[np.object_]:
    """A deal's id in its source; with the source before it where there are several."""
    names = rows["source_id"]
    if len(pc.unique(rows["deal_source"])) > 1:
        names = pc.binary_join_element_wise(rows["deal_source"], names, ":")
    named: NDArray[np.object_] = names.to_numpy(zero_copy_only=False)
    return named


_DEAL = f"""
CREATE TEMP TABLE deal AS
WITH
logged AS (
    SELECT DISTINCT source, attribute FROM opportunity_change WHERE origin = 'history'
),
rep_of AS ({lookup_sql("rep", ("name", "team_id", "manager", "region"), "opportunity")}),
account_of AS ({lookup_sql("account", ("region", "segment"), "opportunity")}),
team_of AS ({lookup_sql("team", ("name",), "opportunity")}),
product_of AS ({lookup_sql("product", ("name",), "opportunity")}),
changed AS (
    SELECT
        source,
        opportunity_id AS source_id,
        min(changed_at) AS first_at,
        arg_min(value_before, changed_at) FILTER (
            attribute = 'owner_id' AND changed_at >= {{cutoff}} AND NOT is_covered
        ) AS owner_then,
        arg_min(value_before, changed_at) FILTER (
            attribute = 'product_id' AND changed_at >= {{cutoff}} AND NOT is_covered
        ) AS product_then
    FROM (
        SELECT *, origin = 'dates' AND (source, attribute) IN (FROM logged) AS is_covered
        FROM opportunity_change
    )
    GROUP BY ALL
),
closing AS (
    SELECT o.source, o.source_id, max(c.changed_at) AS closed_at
    FROM opportunity AS o
    JOIN opportunity_change AS c ON c.source = o.source AND c.opportunity_id = o.source_id
    WHERE o.closed_at IS NULL AND o.status IN ('won', 'lost')
        AND (
            (c.attribute = 'status' AND c.value_after = o.status)
            OR (c.attribute = 'stage' AND c.value_after = o.stage)
        )
    GROUP BY ALL
),
as_known AS (
    SELECT
        o.*,
        coalesce(nullif(changed.owner_then, ''), o.owner_id) AS owner,
        coalesce(nullif(changed.product_then, ''), o.product_id) AS product,
        coalesce(o.closed_at, closing.closed_at) AS ended_at,
        coalesce(o.created_at, changed.first_at, ended_at) AS known_from,
        CASE WHEN o.status IN ('won', 'lost') THEN least(known_from, ended_at) ELSE known_from END
            AS entered_at
    FROM opportunity AS o
    LEFT JOIN changed USING (source, source_id)
    LEFT JOIN closing USING (source, source_id)
)
SELECT
    row_number() OVER (ORDER BY o.source, o.source_id) - 1 AS position,
    o.source AS deal_source,
    o.source_id,
    epoch_us(o.entered_at) AS created_us,
    epoch_us(o.ended_at) AS closed_us,
    epoch_us(o.deleted_at) AS removed_us,
    coalesce(o.status IN ('won', 'lost'), false) AS is_closed,
    coalesce(o.status = 'won', false) AS is_won,
    o.amount::VARCHAR AS amount,
    o.expected_close_on::VARCHAR AS expected_close_on,
    o.stage,
    nullif(o.currency, '') AS currency,
    nullif(coalesce(product_of.name, o.product), '') AS product,
    coalesce(
        nullif(o.region, ''), nullif(account_of.region, ''), nullif(rep_of.region, '')
    ) AS region,
    coalesce(
        nullif(team_of.name, ''),
        nullif(o.team_id, ''),
        nullif(rep_of.team_id, ''),
        nullif(rep_of.manager, '')
    ) AS team,
    nullif(coalesce(rep_of.name, o.owner), '') AS rep,
    coalesce(nullif(o.segment, ''), nullif(account_of.segment, '')) AS segment,
    nullif(o.lead_source, '') AS source
FROM as_known AS o
LEFT JOIN rep_of ON rep_of.source = o.source AND rep_of.source_id = o.owner
LEFT JOIN account_of ON account_of.source = o.source AND account_of.source_id = o.account_id
LEFT JOIN team_of
    ON team_of.source = o.source
    AND team_of.source_id = coalesce(nullif(o.team_id, ''), rep_of.team_id)
LEFT JOIN product_of ON product_of.source = o.source AND product_of.source_id = o.product
"""

_READ = {
    "amount": "try_cast(value AS DOUBLE)",
    "expected_close_on": "(try_cast(value AS DATE) - DATE '1970-01-01')::DOUBLE",
}

_TOUCHED = f"""
SELECT deal, epoch_us(occurred_at) AS occurred_us
FROM ({touches_sql("deal", "position", "deal_source")})
WHERE occurred_at < {{cutoff}}
"""

# What an attribute was and when that became known, by the rules of domain/measure/plain_known: the
# log; before its first change the value that change names; and where nothing was ever logged, the
# record's own value, all along if the source logs the attribute and else from the closing on.
_LOG = """
WITH told AS (
    SELECT
        deal.position,
        deal.created_us,
        epoch_us(c.changed_at) AS changed_us,
        c.source_id AS change_id,
        c.value_before,
        c.value_after AS value
    FROM opportunity_change AS c
    JOIN deal ON deal.deal_source = c.source AND deal.source_id = c.opportunity_id
    WHERE c.attribute = {attribute} AND NOT (c.origin = 'dates' AND c.source IN ({logged}))
),
begun AS (
    SELECT
        position,
        least(min(changed_us), any_value(created_us)) AS changed_us,
        '' AS change_id,
        arg_min(coalesce(value_before, ''), (changed_us, change_id)) AS value
    FROM told
    GROUP BY position
),
silent AS (
    SELECT
        position,
        CASE WHEN deal_source IN ({logged}) THEN created_us ELSE closed_us END AS changed_us,
        '' AS change_id,
        {record} AS value
    FROM deal ANTI JOIN told USING (position)
    WHERE is_closed OR deal_source IN ({logged})
)
SELECT position, changed_us, {value} AS value
FROM (
    SELECT position, changed_us, change_id, value FROM told
    UNION ALL BY NAME FROM begun WHERE value <> ''
    UNION ALL BY NAME FROM silent WHERE value IS NOT NULL AND changed_us IS NOT NULL
)
ORDER BY changed_us, change_id
"""

_LOGGED = """
SELECT attribute, source FROM opportunity_change WHERE origin = 'history' GROUP BY ALL
"""
