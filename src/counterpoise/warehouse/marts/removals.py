"""Records that are gone from their source: deleted there, or merged into another.

Such a row stays in its mart with its last values, its `deleted_at` and, where it was merged,
`merged_into`; whoever reads the mart as of a later day leaves it out. A refresh tells of it with
rows of the key and these two alone, which change nothing else. A row that comes again as a whole
and was changed after its removal was restored, so it is no longer removed.
"""

from dataclasses import replace
from datetime import datetime

import duckdb
import pyarrow.parquet as pq

from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.marts.files import Mart, read
from counterpoise.warehouse.staging.stage import Staged

DELETED, MERGED = "deleted_at", "merged_into"
LONGEST_CHAIN = 100
"""Merges of merges that are followed; a longer chain is no work of people."""


def settle_removals(
    connection: duckdb.DuckDBPyConnection, mart: Mart, staged: Staged, received_at: datetime
) -> Staged:
    """The staged file with both columns said in full. Rows that bring too little to be a record,
    and meet none, are gone from it: what they tell of was never here.

    A merge without a time is known since the load that first told of it.
    """
    tells = {DELETED, MERGED} & set(staged.attributes)
    if not staged.rows or not (tells or _may_restore(mart, staged)):
        return staged
    needed = {each.name for each in mart.table.attributes if each.is_required}
    is_partial = not needed <= {*staged.attributes, "source_id"}
    said = _say(tells, received_at) if tells else _restore()
    out = staged.path.with_name("settled.parquet")
    rows = f"read_parquet({literal(str(staged.path))}, file_row_number = true)"
    connection.execute(
        f"COPY (SELECT s.* EXCLUDE (file_row_number) REPLACE ({said}) FROM {rows} AS s"
        f" LEFT JOIN ({_list_held(mart, staged.source)}) AS m ON m.source_id = s.source_id"
        f" WHERE {'m.source_id IS NOT NULL' if is_partial else 'true'}"
        f" ORDER BY s.file_row_number) TO {literal(str(out))} ({COPY_OPTIONS})"
    )
    out.replace(staged.path)
    return replace(
        staged,
        rows=int(pq.read_metadata(staged.path).num_rows),
        attributes=tuple(sorted({*staged.attributes, DELETED, MERGED})),
    )


def list_removals(mart: Mart, staged: Staged, told: tuple[datetime, int]) -> str:
    """A query of the deals that the settled file removes or restores, in the columns of
    opportunity_change. told: when the load came, and which file of it this is."""
    received = f"TIMESTAMPTZ {literal(told[0].isoformat())}"
    moment = f"least(coalesce(s.{DELETED}, s.updated_at, {received}), {received})"
    return (
        f"SELECT {literal(staged.source)} AS source, concat_ws('|', opportunity_id, attribute,"
        f" strftime(changed_at, '%Y-%m-%dT%H:%M:%S.%fZ'), origin, '{told[1]}') AS source_id,"
        " opportunity_id, changed_at, attribute, value_before, value_after,"
        " NULL::VARCHAR AS changed_by, origin FROM (SELECT s.source_id AS opportunity_id,"
        f" {moment} AS changed_at, '{DELETED}' AS attribute, {_write_moment('m')} AS value_before,"
        f" {_write_moment('s')} AS value_after, 'difference' AS origin"
        f" FROM {read([staged.path])} AS s"
        f" LEFT JOIN ({_list_held(mart, staged.source)}) AS m ON m.source_id = s.source_id"
        f" WHERE s.{DELETED} IS DISTINCT FROM m.{DELETED})"
    )


def has_merges(mart: Mart) -> bool:
    return _has_filled(mart, MERGED)


def survivors_of(rows: str) -> str:
    """A query of each merged record with the one that is left in the end: source, source_id, meant.

    A chain of merges is followed to its end. Records that were merged in a circle, or into one that
    nobody knows, are followed nowhere; health finds them. rows: SQL of the records.
    """
    return f"""
        WITH RECURSIVE merge AS (
            SELECT source, source_id, {MERGED} AS meant FROM {rows} WHERE {MERGED} IS NOT NULL
        ), chain AS (
            SELECT source, source_id, meant, 1 AS length FROM merge
            UNION ALL
            SELECT chain.source, chain.source_id, merge.meant, length + 1 FROM chain
            JOIN merge ON merge.source = chain.source AND merge.source_id = chain.meant
            WHERE length < {LONGEST_CHAIN}
        )
        SELECT chain.source, chain.source_id, chain.meant FROM chain
        SEMI JOIN {rows} AS known
        ON known.source = chain.source AND known.source_id = chain.meant AND known.{MERGED} IS NULL
    """


def _may_restore(mart: Mart, staged: Staged) -> bool:
    return "updated_at" in staged.attributes and _has_filled(mart, DELETED)


def _say(tells: set[str], received_at: datetime) -> str:
    merged = f"nullif(nullif(trim(s.{MERGED}), ''), s.source_id)"
    received = f"TIMESTAMPTZ {literal(received_at.isoformat())}"
    kept = "NULL" if DELETED in tells else f"m.{DELETED}"
    return (
        f"coalesce(s.{DELETED}, CASE WHEN {merged} IS NOT NULL THEN"
        f" coalesce(m.{DELETED}, {received}) END, {kept}) AS {DELETED},"
        f" coalesce({merged}, CASE WHEN s.{DELETED} IS NOT NULL THEN m.{MERGED} END) AS {MERGED}"
    )


def _restore() -> str:
    is_back = f"coalesce(s.updated_at > m.{DELETED}, false)"
    return ", ".join(
        f"CASE WHEN NOT {is_back} THEN m.{each} END AS {each}" for each in (DELETED, MERGED)
    )


def _list_held(mart: Mart, source: str) -> str:
    names = f"source_id, {DELETED}, {MERGED}"
    if not mart.files:
        return (
            "SELECT NULL::VARCHAR AS source_id, NULL::TIMESTAMPTZ AS deleted_at,"
            " NULL::VARCHAR AS merged_into WHERE false"
        )
    return f"SELECT {names} FROM {read(mart.files)} WHERE source = {literal(source)}"


def _write_moment(row: str) -> str:
    return f"strftime({row}.{DELETED}, '%Y-%m-%dT%H:%M:%SZ')"


def _has_filled(mart: Mart, attribute: str) -> bool:
    """Whether any row has it, by what the files say of themselves."""
    if mart.table.find_attribute(attribute) is None:
        return False
    place = 1 + [each.name for each in mart.table.attributes].index(attribute)
    for file in mart.files:
        metadata = pq.read_metadata(file)
        for group in range(metadata.num_row_groups):
            column = metadata.row_group(group).column(place)
            if column.statistics is None or column.statistics.null_count < column.num_values:
                return True
    return False
