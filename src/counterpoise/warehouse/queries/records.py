"""The rows behind a figure: of a measure, of a part of it, of a finding; page by page.

A visitor gets rows of people in their reach and no others: the condition is part of every query.
Rows are as they are recorded now, but that what closed after the day is open; a measure of an
earlier day turns amounts and stages back by the log, so then it may count other rows.
The engine reads the build's folder and nothing else, cannot be told otherwise, and is stopped after
five seconds. Names of columns come from the data dictionary; values are parameters.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.domain.values.zone import start_of_day
from counterpoise.warehouse.engine import literal, open_connection, quote
from counterpoise.warehouse.queries.health_checks import owner
from counterpoise.warehouse.queries.lookups import lookup_sql

LIMIT_SECONDS = 5.0
MOST_ROWS = 100_000
"""As many as one file may hold."""
REFERRED = ("rep", "team", "account", "product")
PLACES = ("rep", "team", "region", "segment", "product", "source", "stage", "month")
SHOWN: Mapping[str, tuple[str, ...]] = {
    "opportunity": (
        "name",
        "rep",
        "team",
        "stage",
        "status",
        "amount",
        "currency",
        "created_at",
        "expected_close_on",
        "closed_at",
    ),
    "lead": (
        "company_name",
        "rep",
        "team",
        "lead_source",
        "status",
        "created_at",
        "first_touch_at",
        "converted_at",
    ),
    "activity": ("type", "subject", "rep", "team", "occurred_at", "duration_minutes"),
}
"""What a page shows of a row besides its id; of other tables their first attributes."""
_FIRST = 7
_IS_OVER = "t.status IN ('won', 'lost') AND t.closed_at < {until}"
KINDS: Mapping[str, tuple[str, str, str]] = {
    "won": ("opportunity", f"t.status = 'won' AND {_IS_OVER}", "t.closed_at"),
    "priced": (
        "opportunity",
        f"t.status = 'won' AND t.amount IS NOT NULL AND {_IS_OVER}",
        "t.closed_at",
    ),
    "timed": (
        "opportunity",
        f"t.status = 'won' AND t.created_at <= t.closed_at AND {_IS_OVER}",
        "t.closed_at",
    ),
    "lost": ("opportunity", f"t.status = 'lost' AND {_IS_OVER}", "t.closed_at"),
    "closed": ("opportunity", _IS_OVER, "t.closed_at"),
    "open": (
        "opportunity",
        f"coalesce(t.created_at < {{until}}, true) AND NOT coalesce({_IS_OVER}, false)",
        "t.expected_close_on",
    ),
    "created": (
        "opportunity",
        "coalesce(t.created_at, t.closed_at) < {until}",
        "least(t.created_at, t.closed_at)",
    ),
    "leads": ("lead", "t.created_at < {until}", "t.created_at"),
    "answered": (
        "lead",
        "t.first_touch_at < {until} AND t.first_touch_at >= t.created_at",
        "t.created_at",
    ),
    "activities": ("activity", "t.occurred_at < {until}", "t.occurred_at"),
    "selling": (
        "activity",
        "t.occurred_at < {until} AND lower(trim(t.type)) IN ({selling})",
        "t.occurred_at",
    ),
}
"""Of each kind of row: its table, which rows those are, and the day that puts one in a month."""
KIND_OF: Mapping[str, str] = {
    "won_revenue": "won",
    "won_deals": "won",
    "average_deal": "priced",
    "sales_cycle_days": "timed",
    "lost_deals": "lost",
    "win_rate": "closed",
    "quota_attainment": "won",
    "pipeline_open": "open",
    "coverage": "open",
    "pipeline_velocity": "open",
    "pipeline_created": "created",
    "stage_conversion": "created",
    "slip_rate": "created",
    "lead_response_minutes": "answered",
    "lead_conversion": "leads",
    "activities": "activities",
    "selling_hours": "selling",
}
"""The rows a measure is computed from. A forecast's error rests on months, not on rows."""

Value = str | int | float | bool | Decimal | date | datetime | None


class SlowQuestion(RuntimeError):
    """A question that the engine did not answer in time."""


class UnknownRows(LookupError):
    """A kind of row, part or column that there is none of."""


@dataclass(frozen=True, slots=True)
class Known:
    """A build on the evening of a day, in the company's time zone.

    selling: types of activities that count as selling, in lower case.
    """

    folder: Path
    as_of: date
    zone: str
    selling: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """table: a canonical table. kind: of KINDS, or every row. part: a dimension and its label, as
    the measures name it. ids: only rows with these keys. words: in any shown column.

    sort: a shown column, with `-` before it from the largest on. also: a column to show as well.
    """

    table: str
    kind: str = ""
    part: tuple[str, str] | None = None
    ids: tuple[str, ...] | None = None
    words: str = ""
    sort: str = ""
    also: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows by the order of columns. total: of all rows, in the visitor's reach."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: int


def list_records(
    known: Known, wanted: Wanted, visitor: Visitor, *, limit: int, offset: int = 0
) -> Page:
    """Raises UnknownRows and SlowQuestion. Rows that belong to nobody are for whoever sees all."""
    columns = list_columns(wanted)
    conditions, values = _limit_to(known, wanted, visitor, columns)
    where = " AND ".join(f"({each})" for each in conditions) or "true"
    rows = f"FROM ({_place(wanted, known)}) AS t WHERE {where}"
    listed = ", ".join(quote(each) for each in columns)
    order = _order(wanted.sort, columns)
    with open_guarded(known.folder, {wanted.table, *REFERRED}) as connection:
        counted = connection.execute(f"SELECT count(*) {rows}", values).fetchone()
        found = connection.execute(
            f"SELECT {listed} {rows} ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}",
            values,
        ).fetchall()
    return Page(columns, tuple(found), counted[0] if counted else 0)


def list_columns(wanted: Wanted) -> tuple[str, ...]:
    """What is shown of the rows."""
    if wanted.table not in TABLES:
        raise UnknownRows(f"There is no table {wanted.table!r}.")
    names = [each.name for each in get_table(wanted.table).attributes]
    shown = SHOWN.get(wanted.table, tuple(names[1 : _FIRST + 1]))
    also = (wanted.also,) if wanted.also in names else ()
    return tuple(dict.fromkeys(("source_id", *shown, *also)))


def list_teams(folder: Path) -> dict[str, frozenset[str]]:
    """The teams of everyone who is named in the data, by name, as the measures spell them."""
    with open_guarded(folder, set(REFERRED)) as connection:
        rows = connection.execute(_TEAMS).fetchall()
    return {name: frozenset(team for team in teams if team) for name, teams in rows}


@contextmanager
def open_guarded(folder: Path, tables: set[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the build, opens nothing else, and is stopped when time is up."""
    connection = open_connection()
    timer = threading.Timer(LIMIT_SECONDS, connection.interrupt)
    try:
        connection.execute(f"SET allowed_directories = [{literal(str(folder.absolute()))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        for table in sorted(tables):
            files = literal(str(folder.absolute() / table / "*.parquet"))
            connection.execute(f"CREATE VIEW {quote(table)} AS FROM read_parquet({files})")
        timer.start()
        yield connection
    except duckdb.InterruptException:
        raise SlowQuestion(
            text(
                "This took longer than {limit_seconds} seconds and was stopped. Narrow it"
                " down: pick one part, or fewer words.",
                limit_seconds=f"{LIMIT_SECONDS:g}",
            )
        ) from None
    finally:
        timer.cancel()
        connection.close()


def _limit_to(
    known: Known, wanted: Wanted, visitor: Visitor, columns: Sequence[str]
) -> tuple[list[str], list[object]]:
    conditions, values = list(_reach(visitor)[0]), list(_reach(visitor)[1])
    until = _moment(known.as_of + timedelta(days=1), known.zone)
    if wanted.kind:
        _table, condition, day = _find_kind(wanted)
        selling = ", ".join(literal(each) for each in sorted(known.selling)) or "NULL"
        conditions.append(condition.format(until=until, selling=selling))
        if wanted.part and wanted.part[0] == "month":
            conditions.append(_in_month(wanted.part[1], day, known.zone))
    if wanted.part and wanted.part[0] != "month":
        if wanted.part[0] not in PLACES:
            raise UnknownRows(f"Rows cannot be picked by {wanted.part[0]!r}.")
        conditions.append(f"t.place_{wanted.part[0]} = ?")
        values.append(wanted.part[1])
    if wanted.ids is not None:
        conditions.append("t.source_id IN (SELECT unnest(?::VARCHAR[]))")
        values.append(list(wanted.ids))
    if words := wanted.words.strip():
        cells = " || ' ' || ".join(f"coalesce({quote(each)}::VARCHAR, '')" for each in columns)
        conditions.append(f"contains(lower({cells}), lower(?))")
        values.append(words)
    return conditions, values


def _find_kind(wanted: Wanted) -> tuple[str, str, str]:
    found = KINDS.get(wanted.kind)
    if found is None or found[0] != wanted.table:
        raise UnknownRows(f"There are no rows of {wanted.table} of the kind {wanted.kind!r}.")
    return found


def _reach(visitor: Visitor) -> tuple[tuple[str, ...], tuple[object, ...]]:
    match visitor.reach:
        case "everyone":
            return (), ()
        case "teams":
            return ("t.team <> '' AND t.team IN (SELECT unnest(?::VARCHAR[]))",), (
                sorted(visitor.teams),
            )
        case "own":
            return ("t.rep <> '' AND t.rep = ?",), (visitor.rep,)
        case _:
            return ("false",), ()


def _in_month(label: str, day: str, zone: str) -> str:
    if not label:
        return f"{day} IS NULL"
    month = Period.parse(label)
    if day.endswith("_on"):
        return (
            f"{day} >= DATE {literal(str(month.start))} AND {day} < DATE {literal(str(month.end))}"
        )
    return f"{day} >= {_moment(month.start, zone)} AND {day} < {_moment(month.end, zone)}"


def _moment(day: date, zone: str) -> str:
    return f"TIMESTAMPTZ {literal(start_of_day(day, zone).isoformat())}"


def _order(sort: str, columns: Sequence[str]) -> str:
    name = sort.removeprefix("-")
    if name not in columns:
        return "t.source_id, t.source"
    direction = "DESC" if sort.startswith("-") else "ASC"
    return f"{quote(name)} {direction} NULLS LAST, t.source_id, t.source"


def _place(wanted: Wanted, known: Known) -> str:
    """The table's rows with rep and team, and with the places that the measures know them by."""
    table = wanted.table
    has = {each.name for each in get_table(table).attributes}
    own = {name: f"t.{name}" if name in has else "NULL" for name in _OWN}
    rep, team = _REP.format(owner=owner(table)), _TEAM.format(**own)
    until = _moment(known.as_of + timedelta(days=1), known.zone)
    is_later = f"t.closed_at >= {until}"
    stands = (
        f"t.* REPLACE (CASE WHEN {is_later} OR t.status IS NULL THEN 'open' ELSE t.status END AS"
        f" status, CASE WHEN NOT {is_later} THEN t.closed_at END AS closed_at)"
    )
    joins = (
        ("r", "rep", _REP_COLUMNS, owner(table)),
        ("rt", "team", ("name",), "r.team_id"),
        ("ot", "team", ("name",), own["team_id"]),
        ("a", "account", ("region", "segment"), own["account_id"]),
        ("p", "product", ("name",), own["product_id"]),
    )
    joined = " ".join(
        f"LEFT JOIN ({lookup_sql(meant, columns, table)}) AS {alias}"
        f" ON {alias}.source = t.source AND {alias}.source_id = {reference}"
        for alias, meant, columns, reference in joins
    )
    region = (
        f"coalesce(nullif({own['region']}, ''), nullif(a.region, ''), nullif(r.region, ''), '')"
    )
    segment = f"coalesce(nullif({own['segment']}, ''), nullif(a.segment, ''), '')"
    product = f"coalesce(nullif(p.name, ''), nullif({own['product_id']}, ''), '')"
    columns = ", ".join(
        (
            stands if table == "opportunity" else "t.*",
            f"{rep} AS rep",
            f"{team} AS team",
            f"{rep} AS place_rep",
            f"{team} AS place_team",
            f"{region} AS place_region",
            f"{segment} AS place_segment",
            f"{product} AS place_product",
            f"coalesce({own['lead_source']}, '') AS place_source",
            f"coalesce({own['stage']}, '') AS place_stage",
        )
    )
    return f"SELECT {columns} FROM {quote(table)} AS t {joined}"


_OWN = ("team_id", "account_id", "product_id", "region", "segment", "lead_source", "stage")
_REP_COLUMNS = ("name", "team_id", "manager", "region")
_REP = "coalesce(nullif(r.name, ''), nullif({owner}, ''), '')"
_TEAM = (
    "coalesce(nullif(ot.name, ''), nullif({team_id}, ''), nullif(rt.name, ''),"
    " nullif(r.team_id, ''), nullif(r.manager, ''), '')"
)
_TEAMS = f"""
    SELECT r.name, list(DISTINCT coalesce(
        nullif(t.name, ''), nullif(r.team_id, ''), nullif(r.manager, ''), ''
    ))
    FROM rep AS r LEFT JOIN ({lookup_sql("team", ("name",), "rep")}) AS t
    ON t.source = r.source AND t.source_id = r.team_id
    WHERE r.name <> '' GROUP BY 1
"""
