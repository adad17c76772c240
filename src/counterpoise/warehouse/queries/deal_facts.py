"""What is known of deals on the evening of a day beside their stage and amount.

The rules are those of domain/measure/plain_known: the change log decides; before its first change
an attribute was what that change names; where nothing was ever logged, the record counts if its
source logs the attribute. On the last day that anything tells of, and after it, the record counts.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deal_facts import KEPT, DealFacts, Stays, Touches
from counterpoise.domain.tables.deals import STILL_OPEN, ChangeLog, Deals, day_number
from counterpoise.domain.values.zone import business_day
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.queries.columns import UNKNOWN, encode, to_days, to_integers
from counterpoise.warehouse.queries.lookups import lookup_sql
from counterpoise.warehouse.queries.moments import LAST_KNOWN, instant
from counterpoise.warehouse.queries.touches import touches_sql

UNRECORDED = "created"
"""A first stage that nobody recorded, see domain/collect/changes."""


def load_deal_facts(folder: Path, deals: Deals, *, rulebook: Rulebook) -> DealFacts:
    """Of the same build and the same day as the deals, in their order."""
    zone = rulebook.get_text("company.time_zone", deals.as_of)
    with open_build(folder) as build:
        return _Reading(build.con, deals, zone).read()


def name_deal(connection: duckdb.DuckDBPyConnection, alias: str) -> str:
    """SQL of a deal's id as forecasts know it: with its source where there are several."""
    query = "SELECT count(DISTINCT source) > 1 FROM opportunity"
    (several,) = connection.execute(query).fetchone() or (False,)
    name = f"{alias}.source_id"
    return f"{alias}.source || ':' || {name}" if several else name


@dataclass(frozen=True, slots=True, eq=False)
class _Logged:
    """An attribute by deal: its value now, whether that can be said, and every value in turn."""

    value: NDArray[np.object_]
    is_known: NDArray[np.bool_]
    log: ChangeLog
    labels: tuple[str, ...]


class _Reading:
    def __init__(self, connection: duckdb.DuckDBPyConnection, deals: Deals, zone: str) -> None:
        self.connection = connection
        self.deals = deals
        self.zone = zone
        self.today = day_number(deals.as_of)
        held = pa.table({"id": pa.array(deals.ids, pa.string()), "deal": np.arange(len(deals))})
        connection.register("held", held)
        cutoff = instant(deals.as_of + timedelta(days=1), zone)
        connection.execute(_PREPARE.format(cutoff=cutoff, name=name_deal(connection, "o")))
        (last,) = connection.execute(LAST_KNOWN).fetchone() or (None,)
        self.is_present = last is None or deals.as_of >= business_day(last, zone)
        self.cutoff = cutoff

    def read(self) -> DealFacts:
        rows = self.connection.execute(_RECORDS).to_arrow_table()
        expected = self._read_logged("expected_close_on")
        next_step = self._read_logged("next_step")
        probability = self._read_logged("probability")
        amount = self._read_logged("amount")
        return DealFacts(
            names=_texts(rows["name"]),
            accounts=_texts(rows["account"]),
            next_steps=next_step.value,
            probability=_read_numbers(probability.value),
            expected=_read_days(expected),
            stays=self._read_stays(),
            touches=self._read_touches(),
            has={
                "amount": ~np.isnan(self.deals.amount),
                "expected_close_on": expected.value != "",
                "next_step": next_step.value != "",
            },
            knows=dict(
                zip(KEPT, (amount.is_known, expected.is_known, next_step.is_known), strict=True)
            ),
            departed=self._read_departed(),
        )

    def _read_logged(self, attribute: str) -> _Logged:
        deals = len(self.deals)
        told = self.connection.execute(_TOLD, [attribute]).to_arrow_table()
        record = self.connection.execute(_RECORD.format(attribute=attribute), [attribute])
        row = record.to_arrow_table()
        written, logs = _texts(row["written"]), np.asarray(row["logs"])
        deal = to_integers(told["deal"]).astype(np.int32)
        day = to_days(to_integers(told["changed_us"]), self.zone)
        before, after = _texts(told["value_before"]), _texts(told["value_after"])
        firsts = np.flatnonzero(np.diff(deal, prepend=-1))
        silent = np.ones(deals, dtype=np.bool_)
        silent[deal[firsts]] = False
        begun = np.where(silent & logs, written, "")
        begun[deal[firsts]] = before[firsts]
        kept = np.flatnonzero(day <= self.today)
        start = np.minimum(self.deals.created, self.today).astype(np.int64)
        first_day = start.copy()
        first_day[deal[firsts]] = np.minimum(start[deal[firsts]], day[firsts])
        columns = [
            (np.arange(deals, dtype=np.int32), first_day, begun),
            (deal[kept], day[kept], after[kept]),
        ]
        value = begun.copy()
        value[deal[kept]] = after[kept]
        if self.is_present:
            moved = np.flatnonzero(value != written).astype(np.int32)
            columns.append((moved, np.full(len(moved), self.today), written[moved]))
            value = written
        log, labels = _build_log(columns)
        return _Logged(value, ~silent | logs | self.is_present, log, labels)

    def _read_stays(self) -> Stays:
        rows = self.connection.execute(_STAYS).to_arrow_table()
        place = {label: code for code, label in enumerate(self.deals.stage_labels)}
        labels, codes = encode(rows["stage"])
        stage = np.array([place.get(label, -1) for label in (*labels, "")], dtype=np.int32)[codes]
        deal = to_integers(rows["deal"]).astype(np.int32)
        entered = to_days(to_integers(rows["entered_us"]), self.zone)
        left = to_days(to_integers(rows["left_us"]), self.zone)
        left = np.where(left == UNKNOWN, STILL_OPEN, left)
        left = np.minimum(left, self.deals.closed[deal])
        kept = np.flatnonzero((stage >= 0) & np.asarray(rows["is_recorded"]) & (left >= entered))
        return Stays(
            deal[kept],
            stage[kept],
            entered[kept].astype(np.int32),
            left[kept].astype(np.int32),
        )

    def _read_touches(self) -> Touches:
        rows = self.connection.execute(_TOUCHES.format(cutoff=self.cutoff)).to_arrow_table()
        kinds, codes = encode(rows["type"])
        return Touches(
            deal=to_integers(rows["deal"]).astype(np.int32),
            day=to_days(to_integers(rows["occurred_us"]), self.zone).astype(np.int32),
            kind=codes,
            kinds=kinds,
        )

    def _read_departed(self) -> dict[str, date | None]:
        """By name, as deals know their reps; someone is gone where every record says so."""
        as_of = self.deals.as_of
        return {
            name: left_on
            for name, left_on, is_active in self.connection.execute(_REPS).fetchall()
            if (left_on is not None and left_on < as_of)
            or (left_on is None and self.is_present and not is_active)
        }


def _texts(column: pa.ChunkedArray) -> NDArray[np.object_]:
    filled: NDArray[np.object_] = column.fill_null("").to_numpy(zero_copy_only=False)
    return filled.astype(object)


def _build_log(
    columns: list[tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.object_]]],
) -> tuple[ChangeLog, tuple[str, ...]]:
    """In order of days, the earlier column first; values are positions in the labels."""
    deal, day, value = (np.concatenate(each) for each in zip(*columns, strict=True))
    order = np.argsort(day, kind="stable")
    labels, codes = encode(pa.chunked_array([pa.array(value[order], pa.string())]))
    return (
        ChangeLog(deal[order], day[order].astype(np.int32), codes.astype(np.float64)),
        labels,
    )


def _read_days(logged: _Logged) -> ChangeLog:
    """The log of a date: days instead of labels, NaN for what is no day."""
    days = np.array([_to_day(label) for label in logged.labels], dtype=np.float64)
    log = logged.log
    return ChangeLog(log.deal, log.day, days[log.value.astype(np.int64)])


def _to_day(written: str) -> float:
    try:
        return float(day_number(date.fromisoformat(written)))
    except ValueError:
        return float("nan")


def _read_numbers(values: NDArray[np.object_]) -> NDArray[np.float64]:
    return np.array([_to_number(each) for each in values], dtype=np.float64)


def _to_number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return float("nan")


# The records of the deals that are held, and the changes that were made by the day; of those that
# came later only which value they found, for that is what was there before.
_PREPARE = """
CREATE TEMP TABLE record AS
SELECT held.deal, o.*
FROM opportunity AS o JOIN held ON held.id = {name};

CREATE TEMP TABLE logged AS
SELECT DISTINCT source, attribute FROM opportunity_change WHERE origin = 'history';

CREATE TEMP TABLE change AS
SELECT
    record.deal,
    c.attribute,
    epoch_us(c.changed_at) AS changed_us,
    c.changed_at < {cutoff} AS is_known,
    c.source_id AS change_id,
    c.value_before,
    CASE WHEN c.changed_at < {cutoff} THEN c.value_after END AS value_after,
    c.origin
FROM opportunity_change AS c
JOIN record ON record.source = c.source AND record.source_id = c.opportunity_id
WHERE NOT (c.origin = 'dates' AND (c.source, c.attribute) IN (FROM logged))
    AND c.attribute IN ('stage', 'amount', 'expected_close_on', 'next_step', 'probability');
"""

_RECORDS = f"""
SELECT record.deal, record.name, account_of.name AS account
FROM record
LEFT JOIN ({lookup_sql("account", ("name",), "opportunity")}) AS account_of
    ON account_of.source = record.source AND account_of.source_id = record.account_id
ORDER BY record.deal
"""

_RECORD = """
SELECT
    CAST({attribute} AS VARCHAR) AS written,
    (source, $1) IN (FROM logged) AS logs
FROM record
ORDER BY deal
"""

_TOLD = """
SELECT deal, changed_us, coalesce(value_before, '') AS value_before, value_after
FROM change
WHERE attribute = $1
ORDER BY deal, changed_us, change_id
"""

# Where a log begins with a stage the deal left, that one was entered when the record was created,
# or at the log's beginning at the latest. A stage told twice in a row is one stay.
_STAYS = f"""
WITH
of_stage AS (
    SELECT change.*, epoch_us(record.created_at) AS created_us
    FROM change JOIN record USING (deal)
    WHERE change.attribute = 'stage'
),
begun AS (
    SELECT
        deal,
        least(min(changed_us), any_value(created_us)) AS entered_us,
        arg_min(coalesce(value_before, ''), (changed_us, change_id)) AS stage
    FROM of_stage
    GROUP BY deal
),
told AS (
    SELECT deal, entered_us, '' AS change_id, stage, true AS is_recorded
    FROM begun WHERE stage <> ''
    UNION ALL BY NAME
    SELECT deal, changed_us AS entered_us, change_id, value_after AS stage,
        origin <> 'dates' AS is_recorded
    FROM of_stage
    WHERE is_known AND value_after <> ''
        AND NOT (origin = 'dates' AND value_after = '{UNRECORDED}')
),
following AS (
    SELECT *, lag(stage) OVER deals AS stage_before
    FROM told
    WINDOW deals AS (PARTITION BY deal ORDER BY entered_us, change_id)
)
SELECT deal, stage, entered_us, is_recorded, lead(entered_us) OVER deals AS left_us
FROM following
WHERE stage IS DISTINCT FROM stage_before
WINDOW deals AS (PARTITION BY deal ORDER BY entered_us, change_id)
ORDER BY deal, entered_us
"""

# An activity's deal is one of its own source first, then of any. What software sent by itself says
# nothing of whether anybody spoke with the customer.
_TOUCHES = f"""
SELECT deal, type, epoch_us(occurred_at) AS occurred_us
FROM ({touches_sql("record", "deal", "source")})
WHERE occurred_at < {{cutoff}} AND (deleted_at IS NULL OR deleted_at >= {{cutoff}})
ORDER BY deal, occurred_us, source, source_id
"""

_REPS = """
SELECT
    coalesce(nullif(name, ''), source_id) AS rep,
    CASE WHEN count(*) = count(left_on) THEN max(left_on) END AS left_on,
    bool_or(coalesce(is_active, true) AND left_on IS NULL) AS is_active
FROM rep
GROUP BY 1
"""
