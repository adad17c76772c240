"""Changes of deals in SQL; the rule itself is domain/collect/changes.py, and a test equals them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from counterpoise.domain.collect.changes import COLUMNS, CREATED, TRACKED
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.landing.reading import COPY_OPTIONS
from counterpoise.warehouse.marts.files import read

_WRITTEN = {"amount": "DECIMAL(24,4)", "probability": "DECIMAL(18,6)"}


@dataclass(frozen=True, slots=True)
class News:
    """Deals that one file of a load brought. place: which file of the load it is."""

    before: tuple[Path, ...]
    staged: Path
    source: str
    attributes: tuple[str, ...]
    received_at: datetime
    place: int


def write_changes(
    connection: duckdb.DuckDBPyConnection, news: News, out: Path, removals: str = ""
) -> None:
    """Write what `news` changes, in the columns of opportunity_change; `out` may hold no row.

    removals: a query of the deals that were removed, in the same columns.
    """
    _name_deals(connection, news)
    parts = [_creation(), _settling("stage"), _opening_status(), _settling("status"), _amount()]
    if news.before:
        parts += [_difference(attribute) for attribute in TRACKED]
    changed = " UNION ALL BY NAME ".join(f"({part})" for part in parts)
    key = (
        "concat_ws('|', opportunity_id, attribute, strftime(changed_at, '%Y-%m-%dT%H:%M:%S.%fZ'),"
        f" origin, '{news.place}')"
    )
    found = (
        f"SELECT {literal(news.source)} AS source, {key} AS source_id, opportunity_id,"
        " changed_at, attribute, value_before, value_after, NULL::VARCHAR AS changed_by, origin"
        f" FROM ({changed})"
    )
    union = f"{found} UNION ALL BY NAME {removals}" if removals else found
    connection.execute(
        f"COPY (FROM ({union}) ORDER BY changed_at, source_id)"
        f" TO {literal(str(out))} ({COPY_OPTIONS})"
    )


def drop_covered(connection: duckdb.DuckDBPyConnection, files: tuple[Path, ...]) -> str | None:
    """A condition for the rows that stay once the source's own history is there; None: all.

    Where a deal's attribute has history of its own, nothing read from dates is needed, nor a
    difference from before the end of that history.
    """
    rows = read(files)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE covered AS SELECT source, opportunity_id, attribute,"
        f" max(changed_at) AS until FROM {rows} WHERE origin = 'history' GROUP BY ALL"
    )
    held = (
        "EXISTS (FROM covered AS h WHERE h.source = c.source AND h.attribute = c.attribute"
        " AND h.opportunity_id = c.opportunity_id"
        " AND (c.origin = 'dates' OR c.origin = 'difference' AND c.changed_at <= h.until))"
    )
    found = connection.execute(f"SELECT count(*) FROM {rows} AS c WHERE {held}").fetchone()
    assert found is not None
    return f"NOT {held}" if found[0] else None


def _name_deals(connection: duckdb.DuckDBPyConnection, news: News) -> None:
    """The view `deal`: each staged deal as it is now, as it was, and the moments that matter."""
    now = ", ".join(
        f"{'s' if each in news.attributes or not news.before else 'b'}.{quote(each)}"
        for each in COLUMNS
    )
    before = ", ".join(f"b.{quote(each)} AS {quote('before_' + each)}" for each in COLUMNS)
    joined = ""
    if news.before:
        now = ", ".join(
            f"s.{quote(each)}" if each in news.attributes else f"b.{quote(each)} AS {quote(each)}"
            for each in COLUMNS
        )
        now = f"{now}, {before}, b.source_id IS NULL AS is_new"
        joined = (
            f" LEFT JOIN (FROM {read(news.before)} WHERE source = {literal(news.source)}) AS b"
            " ON b.source_id = s.source_id"
        )
    else:
        now = f"{now}, true AS is_new"
    received = f"TIMESTAMPTZ {literal(news.received_at.isoformat())}"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW deal AS
        SELECT *, status IN ('won', 'lost') IS TRUE AS is_closed,
            least(CASE WHEN status IN ('won', 'lost') THEN coalesce(closed_at, updated_at)
                  ELSE stage_entered_at END, {received}) AS settled_at,
            {received} AS received_at,
            CASE WHEN created_at IS NOT NULL THEN least(created_at, settled_at) END AS opened_at,
            opened_at IS NOT NULL AND opened_at < settled_at AS has_first_stage
        FROM (SELECT s.source_id AS opportunity_id, {now} FROM {read((news.staged,))} AS s{joined})
        """
    )


def _creation() -> str:
    return _change("stage", "opened_at", "NULL", f"'{CREATED}'", "is_new AND has_first_stage")


def _opening_status() -> str:
    wanted = (
        "is_new AND opened_at IS NOT NULL AND status IS NOT NULL"
        " AND (has_first_stage OR NOT is_closed)"
    )
    return _change("status", "opened_at", "NULL", "'open'", wanted)


def _settling(attribute: str) -> str:
    if attribute == "stage":
        before = f"CASE WHEN has_first_stage THEN '{CREATED}' END"
        return _change("stage", "settled_at", before, "stage", "is_new")
    wanted = "is_new AND status IS NOT NULL AND (is_closed OR opened_at IS NULL)"
    before = "CASE WHEN has_first_stage THEN 'open' END"
    return _change("status", "settled_at", before, "status", wanted)


def _amount() -> str:
    moment = "CASE WHEN is_closed THEN settled_at ELSE received_at END"
    return _change("amount", moment, "NULL", "amount", "is_new AND amount IS NOT NULL")


def _difference(attribute: str) -> str:
    moment = (
        "CASE WHEN updated_at <= received_at"
        " AND (before_updated_at IS NULL OR updated_at > before_updated_at)"
        " THEN updated_at ELSE received_at END"
    )
    before, after = _written(attribute, f"before_{attribute}"), _written(attribute, attribute)
    wanted = f"NOT is_new AND {before} IS DISTINCT FROM {after}"
    return _change(attribute, moment, before, after, wanted, "difference")


def _change(
    attribute: str, moment: str, before: str, after: str, wanted: str, origin: str = "dates"
) -> str:
    if after == "amount":
        after = _written(attribute, after)
    return (
        f"SELECT opportunity_id, '{attribute}' AS attribute, {moment} AS changed_at,"
        f" CAST({before} AS VARCHAR) AS value_before, CAST({after} AS VARCHAR) AS value_after,"
        f" '{origin}' AS origin FROM deal WHERE {wanted}"
    )


def _written(attribute: str, column: str) -> str:
    type_ = _WRITTEN.get(attribute)
    return f"CAST(CAST({column} AS {type_}) AS VARCHAR)" if type_ else f"CAST({column} AS VARCHAR)"
