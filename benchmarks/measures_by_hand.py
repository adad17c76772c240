"""The published measures of benchmarks/measures.py's build as a person would write them in SQL.

It knows what our own code has to find out: one currency, days in UTC, one source that logs its
changes, every row dated, and which stages are open. Divisions and roundings are ours, on counts and
sums of the SQL.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb

from counterpoise.domain.measure import formulas
from counterpoise.warehouse.engine import open_connection

LAST = date(2026, 9, 30)

# Deals as their records say: on the last day of the data.
_NOW = """
    SELECT source_id, owner_id, created_at, amount, expected_close_on, closed_at, status
    FROM opportunity"""

# Deals as the log knew them.
_THEN = """
    SELECT d.source_id, d.owner_id, d.created_at, try_cast(a.amount AS DECIMAL(18, 4)) AS amount,
        e.expected::DATE AS expected_close_on,
        CASE WHEN d.closed_at < $cutoff THEN d.closed_at END AS closed_at,
        CASE WHEN d.closed_at < $cutoff THEN d.status ELSE 'open' END AS status
    FROM opportunity AS d
    LEFT JOIN (
        SELECT opportunity_id, arg_max(value_after, changed_at) AS amount
        FROM opportunity_change WHERE attribute = 'amount' AND changed_at < $cutoff GROUP BY ALL
    ) AS a ON a.opportunity_id = d.source_id
    LEFT JOIN (
        SELECT opportunity_id, coalesce(
            arg_max(value_after, changed_at) FILTER (changed_at < $cutoff),
            arg_min(value_before, changed_at)) AS expected
        FROM opportunity_change WHERE attribute = 'expected_close_on' GROUP BY ALL
    ) AS e ON e.opportunity_id = d.source_id
    WHERE d.created_at < $cutoff"""

_DEALS = """
WITH deal AS ({deals})
SELECT
    sum(amount) FILTER (status = 'won'),
    count(*) FILTER (status = 'won'),
    count(*) FILTER (status = 'lost'),
    count(amount) FILTER (status = 'won'),
    median(closed_at::DATE - created_at::DATE) FILTER (status = 'won'),
    sum(amount) FILTER (status = 'open'),
    count(*) FILTER (status = 'open'),
    sum(amount),
    sum(amount) FILTER (
        status = 'open' AND expected_close_on >= $start AND expected_close_on < $end),
    sum(amount) FILTER (status = 'won' AND closed_at >= $start AND closed_at < $end)
FROM deal
"""

_STAGES = """
WITH entry AS (
    SELECT opportunity_id, value_after AS stage, min(changed_at) AS entered_at
    FROM opportunity_change
    WHERE attribute = 'stage' AND changed_at < $cutoff
        AND value_after NOT IN ('Closed Won', 'Closed Lost')
    GROUP BY ALL
),
last_entry AS (SELECT opportunity_id, max(entered_at) AS last_at FROM entry GROUP BY ALL)
SELECT count(*) FILTER (
        entered_at < last_at OR (d.status = 'won' AND d.closed_at < $cutoff)), count(*)
FROM entry JOIN last_entry USING (opportunity_id)
JOIN opportunity AS d ON d.source_id = opportunity_id
"""

_SLIPS = """
WITH log AS (
    SELECT opportunity_id, changed_at, value_before, value_after,
        lead(changed_at) OVER (PARTITION BY opportunity_id ORDER BY changed_at) AS until
    FROM opportunity_change WHERE attribute = 'expected_close_on'
),
span AS (
    SELECT opportunity_id, changed_at AS since, until, value_after::DATE AS expected FROM log
    UNION ALL
    SELECT opportunity_id, TIMESTAMPTZ '1900-01-01', min(changed_at),
        arg_min(value_before, changed_at)::DATE
    FROM log GROUP BY opportunity_id
),
due AS (
    SELECT s.opportunity_id, date_trunc('month', expected) AS start,
        start + INTERVAL 1 MONTH AS finish, d.closed_at
    FROM span AS s JOIN opportunity AS d ON d.source_id = s.opportunity_id
    WHERE s.since < start AND (s.until IS NULL OR s.until >= start)
        AND d.created_at < start AND (d.closed_at IS NULL OR d.closed_at >= start)
        AND finish <= $cutoff
),
priced AS (
    SELECT due.*, a.amount FROM due JOIN (
        SELECT m.opportunity_id, m.start,
            try_cast(arg_max(value_after, changed_at) AS DECIMAL(18, 4)) AS amount
        FROM due AS m JOIN opportunity_change AS c USING (opportunity_id)
        WHERE c.attribute = 'amount' AND c.changed_at < m.start GROUP BY ALL
    ) AS a USING (opportunity_id, start)
    WHERE a.amount IS NOT NULL
)
SELECT sum(amount) FILTER (closed_at IS NULL OR closed_at >= least(finish, $cutoff)), sum(amount)
FROM priced
"""

_LEADS = """
SELECT median(epoch_us(first_touch_at) - epoch_us(created_at)) FILTER (first_touch_at < $cutoff),
    count(*) FILTER (is_converted), count(*)
FROM lead WHERE created_at < $cutoff
"""

_ACTIVITIES = """
SELECT sum(activities), sum(minutes::DECIMAL(24, 6)) FILTER (lower(type) IN ('call', 'meeting'))
FROM activity_by_day WHERE day < $cutoff
"""

_SPAN = """
SELECT min(period_start), max(period_start + INTERVAL 3 MONTH)::DATE, sum(amount)
FROM target WHERE period_start < $cutoff
"""


def measure_by_hand(folder: Path, as_of: date) -> dict[str, Decimal | None]:
    connection = open_connection()
    for name in ("opportunity", "opportunity_change", "lead", "target", "activity_by_day"):
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}/*.parquet')"
        )
    answers = _answer(connection, as_of)
    connection.close()
    return answers


def _answer(connection: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, Decimal | None]:
    cutoff = as_of + timedelta(days=1)
    start, end, target = _ask(connection, _SPAN, cutoff)
    deals = (_NOW if as_of >= LAST else _THEN).replace("$cutoff", f"TIMESTAMPTZ '{cutoff}'")
    query = _DEALS.format(deals=deals)
    for name, day in (("$start", start), ("$end", end)):
        query = query.replace(name, f"DATE '{day}'")
    revenue, won, lost, priced, days, pipeline, opened, created, due, in_span = _ask(
        connection, query, cutoff
    )
    got_on, entries = _ask(connection, _STAGES, cutoff)
    slipped, value = _ask(connection, _SLIPS, cutoff)
    waited, converted, leads = _ask(connection, _LEADS, cutoff)
    activities, minutes = _ask(connection, _ACTIVITIES, cutoff)
    average = Fraction(revenue) / priced
    return {
        "won_revenue": formulas.round_money(revenue),
        "won_deals": Decimal(won),
        "lost_deals": Decimal(lost),
        "win_rate": formulas.round_share(won, won + lost),
        "average_deal": formulas.round_money(average),
        "sales_cycle_days": formulas.round_median(round(2 * days)),
        "pipeline_open": formulas.round_money(pipeline),
        "pipeline_created": formulas.round_money(created),
        "pipeline_velocity": formulas.velocity(opened, (won, won + lost), average, round(2 * days)),
        "coverage": formulas.round_share(due, max(target - in_span, Decimal(0))),
        "stage_conversion": formulas.round_share(got_on, entries),
        "slip_rate": formulas.round_share(slipped, value),
        "quota_attainment": formulas.round_share(in_span, target),
        "lead_response_minutes": formulas.round_median(round(2 * waited), 60_000_000),
        "lead_conversion": formulas.round_share(converted, leads),
        "activities": Decimal(activities),
        "selling_hours": formulas.round_hours(minutes),
        "forecast_error": None,
        "forecast_bias": None,
    }


def _ask(connection: duckdb.DuckDBPyConnection, query: str, cutoff: date) -> tuple[Decimal, ...]:
    (row,) = connection.execute(query.replace("$cutoff", f"TIMESTAMPTZ '{cutoff}'")).fetchall()
    return row
