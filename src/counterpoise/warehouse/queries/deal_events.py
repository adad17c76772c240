"""The time line of one deal, as known on the evening of a day: changes and activities."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.inspection import DealEvent
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.deal_facts import name_deal
from counterpoise.warehouse.queries.lookups import lookup_sql
from counterpoise.warehouse.queries.moments import instant

MOST_EVENTS = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_deal_events(
    folder: Path, deal: str, as_of: date, *, rulebook: Rulebook
) -> tuple[DealEvent, ...]:
    """Newest first, MOST_EVENTS at most. deal: its id as forecasts know it; owners by name."""
    zone = rulebook.get_text("company.time_zone", as_of)
    cutoff = instant(as_of + timedelta(days=1), zone)
    with open_build(folder) as build:
        name = name_deal(build.con, "o")
        query = _EVENTS.format(cutoff=cutoff, name=name, most=MOST_EVENTS)
        rows = build.con.execute(query, [deal]).fetchall()
    return tuple(
        DealEvent(_EPOCH + timedelta(microseconds=micros), kind, before, after, by)
        for micros, kind, before, after, by in rows
    )


# A change that was read from a record's own dates does not count where its source logs the
# attribute, and the name of a first stage that nobody recorded says nothing.
_EVENTS = f"""
WITH
deal AS (SELECT * FROM opportunity AS o WHERE {{name}} = $1),
rep_of AS ({lookup_sql("rep", ("name",), "opportunity")}),
rep_of_activity AS ({lookup_sql("rep", ("name",), "activity")}),
logged AS (SELECT DISTINCT source, attribute FROM opportunity_change WHERE origin = 'history'),
changed AS (
    SELECT
        c.changed_at AS moment,
        c.attribute AS kind,
        CASE WHEN c.attribute = 'owner_id' THEN coalesce(before.name, c.value_before)
            WHEN c.attribute = 'stage' AND c.origin = 'dates' AND c.value_before = 'created' THEN ''
            ELSE c.value_before END AS value_before,
        CASE WHEN c.attribute = 'owner_id' THEN coalesce(after.name, c.value_after)
            ELSE c.value_after END AS value_after,
        coalesce(who.name, c.changed_by) AS who,
        c.source_id AS place
    FROM opportunity_change AS c
    JOIN deal ON deal.source = c.source AND deal.source_id = c.opportunity_id
    LEFT JOIN rep_of AS before
        ON before.source = c.source AND before.source_id = c.value_before
    LEFT JOIN rep_of AS after ON after.source = c.source AND after.source_id = c.value_after
    LEFT JOIN rep_of AS who ON who.source = c.source AND who.source_id = c.changed_by
    WHERE NOT (c.origin = 'dates' AND (c.source, c.attribute) IN (FROM logged))
        AND NOT (c.origin = 'dates' AND c.attribute = 'stage' AND c.value_after = 'created')
),
done AS (
    SELECT
        a.occurred_at AS moment,
        'activity' AS kind,
        concat_ws(', ', nullif(a.subject, ''), nullif(a.outcome, '')) AS value_before,
        a.type AS value_after,
        coalesce(who.name, a.owner_id) AS who,
        a.source_id AS place
    FROM activity AS a
    JOIN deal ON deal.source_id = a.opportunity_id
        AND (deal.source = a.source OR NOT EXISTS (
            FROM opportunity AS own WHERE own.source = a.source
                AND own.source_id = a.opportunity_id))
    LEFT JOIN rep_of_activity AS who
        ON who.source = a.source AND who.source_id = a.owner_id
    WHERE (a.deleted_at IS NULL OR a.deleted_at >= {{cutoff}})
        AND NOT coalesce(a.is_automated, false)
),
begun AS (
    SELECT created_at AS moment, 'created' AS kind, '' AS value_before, name AS value_after,
        '' AS who, '' AS place
    FROM deal
    WHERE created_at IS NOT NULL
)
SELECT epoch_us(moment), kind, coalesce(value_before, ''), coalesce(value_after, ''),
    coalesce(who, '')
FROM (FROM changed UNION ALL BY NAME FROM done UNION ALL BY NAME FROM begun)
WHERE moment < {{cutoff}}
ORDER BY moment DESC, kind = 'created', kind, place
LIMIT {{most}}
"""
