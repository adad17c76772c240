"""Leads as histories, with what is known of each: what scores of leads are learned from.

A lead was given up when its status says so, or a reason for its loss is written down, from its last
change on: leads keep no history. What its country, region and industry are and who owns it is what
its record says now. Its account was known before if an account of its company's name, or of the
domain of its mail address, was entered before the lead came in; which account it became later on is
not asked, for only leads that got further have one.
"""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.domain.collect.identity_mail import FREE_MAIL
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import (
    NO_CHANGES,
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.tables.lead_score import LeadCard, LeadRecords
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.columns import UNKNOWN, encode, to_days, to_integers
from counterpoise.warehouse.queries.funnel import CONVERTED_US, LEADS_TOLD, WON_US, read_words
from counterpoise.warehouse.queries.lookups import lookup_sql
from counterpoise.warehouse.queries.moments import instant
from counterpoise.warehouse.queries.touches import touches_sql

DIMENSIONS = ("source", "country", "region", "industry", "account")
_CARD = ("name", "company", "owner", "team", "status")


def load_lead_records(folder: Path, as_of: date, *, rulebook: Rulebook) -> LeadRecords | None:
    """Those that came in by the evening of `as_of`; None where the build holds no lead by then."""
    zone = rulebook.get_text("company.time_zone", as_of)
    qualified, given_up = (
        read_words(f"lead.{key}_words", rulebook, as_of) for key in ("qualified", "given_up")
    )
    with open_build(folder) as build:
        connection = build.con
        connection.execute(_TOLD, [qualified, given_up, sorted(FREE_MAIL)])
        rows = connection.execute("SELECT * FROM told_lead ORDER BY position").to_arrow_table()
        cutoff = instant(as_of + timedelta(days=1), zone)
        touches = connection.execute(_TOUCHES.format(cutoff=cutoff)).to_arrow_table()
    reading = _Reading(rows, as_of, zone)
    if not len(reading.kept):
        return None
    history = reading.read(touches)
    return LeadRecords(
        history=history.known_on(as_of), cards=reading.read_cards(history), undated=reading.undated
    )


class _Reading:
    """Rows of leads by position; those that are kept had come in by the day."""

    def __init__(self, rows: pa.Table, as_of: date, zone: str) -> None:
        self.rows = rows
        self.as_of = as_of
        self.zone = zone
        self.created = self._read_days("created_us")
        converted = np.minimum(self._read_days("converted_us"), self._read_days("won_us"))
        self.is_won = converted < STILL_OPEN
        is_given_up = np.asarray(rows["is_given_up"]) & ~self.is_won
        gone = self._read_days("given_up_us")
        is_undated = is_given_up & (gone == STILL_OPEN)
        came = self.created <= day_number(as_of)
        self.kept = np.flatnonzero(came & ~is_undated)
        self.undated = int((came & is_undated).sum())
        ended = np.where(is_given_up, gone, STILL_OPEN)
        self.closed = np.maximum(np.where(self.is_won, converted, ended), self.created)

    def read(self, touches: pa.Table) -> Deals:
        kept = self.kept
        removed = self._read_days("removed_us")[kept]
        return Deals(
            as_of=self.as_of,
            currency="",
            ids=self.rows["id"].take(kept).to_numpy(zero_copy_only=False),
            created=self.created[kept],
            closed=self.closed[kept],
            won=self.is_won[kept],
            amounts=NO_CHANGES,
            stages=NO_CHANGES,
            stage_labels=(),
            dimensions={
                name: Dimension(*encode(self.rows[name].take(kept))) for name in DIMENSIONS
            },
            removed=removed if (removed < STILL_OPEN).any() else None,
            touches=self._read_touches(touches),
        )

    def read_cards(self, history: Deals) -> dict[str, LeadCard]:
        """Of leads that are open and there on the day."""
        today = day_number(self.as_of)
        is_open = history.closed > today
        if history.removed is not None:
            is_open &= history.removed > today
        held = np.flatnonzero(is_open)
        written = [self.rows[each].take(self.kept[held]).to_pylist() for each in _CARD]
        cards = (LeadCard(*each) for each in zip(*written, strict=True))
        return dict(zip(history.ids[held], cards, strict=True))

    def _read_days(self, name: str) -> NDArray[np.int32]:
        days = to_days(to_integers(self.rows[name]), self.zone)
        return np.where(days == UNKNOWN, STILL_OPEN, days).astype(np.int32)

    def _read_touches(self, touches: pa.Table) -> ChangeLog:
        """None is before the lead came in: what was written down too early was on that day."""
        place = np.full(len(self.rows), -1, dtype=np.int32)
        place[self.kept] = np.arange(len(self.kept), dtype=np.int32)
        lead = place[to_integers(touches["position"])]
        day = to_days(to_integers(touches["touched_us"]), self.zone).astype(np.int32)
        held = np.flatnonzero(lead >= 0)
        lead = lead[held]
        day = np.maximum(day[held], self.created[self.kept][lead])
        order = np.argsort(day, kind="stable")
        return ChangeLog(lead[order], day[order], day[order].astype(np.float64))


_DOMAIN = r"nullif(regexp_extract(lower(l.email), '@([^@\s<>]+)', 1), '')"
_TOLD = f"""
CREATE TEMP TABLE told_lead AS
WITH
{LEADS_TOLD},
sources AS (SELECT count(DISTINCT source) > 1 AS are_several FROM lead),
rep_of AS ({lookup_sql("rep", ("name", "team_id", "manager"), "lead")}),
team_of AS ({lookup_sql("team", ("name",), "lead")}),
keyed AS (
    SELECT
        l.source,
        l.source_id,
        l.created_at,
        nullif(lower(trim(l.company_name)), '') AS name,
        CASE WHEN NOT list_contains($3, {_DOMAIN}) THEN {_DOMAIN} END AS domain
    FROM lead AS l
),
entered AS (
    SELECT
        nullif(lower(trim(name)), '') AS name,
        nullif(lower(trim(domain)), '') AS domain,
        min(created_at) AS entered_at
    FROM account
    WHERE created_at IS NOT NULL
    GROUP BY ALL
),
met AS (
    SELECT k.source, k.source_id, e.entered_at < k.created_at AS is_before
    FROM keyed AS k JOIN entered AS e ON e.name = k.name
    UNION ALL
    SELECT k.source, k.source_id, e.entered_at < k.created_at
    FROM keyed AS k JOIN entered AS e ON e.domain = k.domain
),
known AS (SELECT source, source_id FROM met WHERE is_before GROUP BY ALL)
SELECT
    row_number() OVER (ORDER BY l.source, l.source_id) - 1 AS position,
    l.source AS lead_of,
    l.source_id,
    CASE WHEN sources.are_several THEN l.source || ':' || l.source_id ELSE l.source_id END AS id,
    epoch_us(l.created_at) AS created_us,
    {CONVERTED_US} AS converted_us,
    {WON_US} AS won_us,
    epoch_us(l.updated_at) AS given_up_us,
    coalesce(l.lost_reason, '') <> ''
        OR coalesce(list_contains($2, lower(trim(l.status))), false) AS is_given_up,
    epoch_us(l.deleted_at) AS removed_us,
    l.first_touch_at,
    nullif(l.lead_source, '') AS source,
    nullif(l.country, '') AS country,
    nullif(l.region, '') AS region,
    nullif(l.industry, '') AS industry,
    CASE
        WHEN keyed.name IS NULL AND keyed.domain IS NULL THEN NULL
        WHEN known.source_id IS NOT NULL THEN 'known before'
        ELSE 'new'
    END AS account,
    trim(coalesce(l.first_name, '') || ' ' || coalesce(l.last_name, '')) AS name,
    coalesce(l.company_name, '') AS company,
    coalesce(rep_of.name, l.owner_id, '') AS owner,
    coalesce(nullif(team_of.name, ''), nullif(rep_of.team_id, ''), rep_of.manager, '') AS team,
    coalesce(l.status, '') AS status
FROM told AS l
CROSS JOIN sources
JOIN keyed ON keyed.source = l.source AND keyed.source_id = l.source_id
LEFT JOIN known ON known.source = l.source AND known.source_id = l.source_id
LEFT JOIN deal ON deal.source = l.source AND deal.source_id = l.opportunity_id
LEFT JOIN rep_of ON rep_of.source = l.source AND rep_of.source_id = l.owner_id
LEFT JOIN team_of ON team_of.source = l.source AND team_of.source_id = rep_of.team_id
WHERE l.created_at IS NOT NULL
"""

# One that was removed later counts: an earlier day knew of it.
_TOUCHES = f"""
SELECT deal AS position, epoch_us(occurred_at) AS touched_us
FROM ({touches_sql("told_lead", "position", "lead_of", "lead_id")})
WHERE occurred_at < {{cutoff}}
UNION ALL
SELECT position, epoch_us(first_touch_at) FROM told_lead WHERE first_touch_at < {{cutoff}}
"""
