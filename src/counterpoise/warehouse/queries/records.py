"""The rows behind a figure: of a measure, of a part of it, of a finding; page by page.

A visitor gets rows of people in their reach and no others: the condition is part of every query.
Rows are as they are recorded now, but that what closed after the day is open; a measure of an
earlier day turns amounts and stages back by the log, so then it may count other rows.
Names of columns come from the data dictionary; values are parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.zone import start_of_day
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.queries.guarded import open_guarded
from counterpoise.warehouse.queries.lookups import lookup_sql
from counterpoise.warehouse.queries.places import NAMES, PLACES, place, stand

MOST_ROWS = 100_000
"""As many as one file may hold."""
LONGEST_SEARCH = 100
KEPT_COUNTS = 512
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
    the measures name it. ids: only rows with these keys. words: in any one of the shown columns.

    sort: a shown column, with `-` before it from the largest on. also: a column to show as well.
    after: the key of a row (its id and its source); only those that come after it in that order.
    """

    table: str
    kind: str = ""
    part: tuple[str, str] | None = None
    ids: tuple[str, ...] | None = None
    words: str = ""
    sort: str = ""
    also: str = ""
    after: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows by the order of columns, and the key of each, as `Wanted.after` takes it.

    total: of all rows, in the visitor's reach.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: int
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """Which rows are meant, as SQL over `t`, and the names out of NAMES that the SQL speaks of."""

    table: str
    until: str
    conditions: tuple[str, ...]
    values: tuple[str | tuple[str, ...], ...]
    names: frozenset[str]


def list_records(
    known: Known, wanted: Wanted, visitor: Visitor, *, limit: int, offset: int = 0
) -> Page:
    """Raises UnknownRows and SlowQuestion. Rows that belong to nobody are for whoever sees all."""
    columns = list_columns(wanted)
    question = _ask(known, wanted, visitor, columns)
    total = _count(known.folder, question)
    if limit == 0 or offset >= total:
        return Page(columns, (), total)
    found = _read(known.folder, question, wanted, columns, (int(limit), int(offset)))
    keys = tuple((row[0], row[1]) for row in found)
    return Page(columns, tuple(row[2:] for row in found), total, keys)


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
    with open_guarded(folder) as connection:
        rows = connection.execute(_TEAMS).fetchall()
    return {name: frozenset(team for team in teams if team) for name, teams in rows}


@lru_cache(maxsize=KEPT_COUNTS)
def _count(folder: Path, question: _Question) -> int:
    """A build never changes, so neither does what is counted in it; the reach is in the question.

    The row after which a page begins is no part of what is counted.
    """
    with open_guarded(folder) as connection:
        counted = connection.execute(
            f"WITH {_stand(question)} SELECT count(*) {_select(question)}", _bind(question)
        ).fetchone()
    return int(counted[0]) if counted else 0


def _read(
    folder: Path,
    question: _Question,
    wanted: Wanted,
    columns: Sequence[str],
    limits: tuple[int, int],
) -> list[tuple[Any, ...]]:
    """Cut the page out first; whose the rows are and where they belong is found for those alone."""
    table, order = question.table, _order(wanted.sort, columns)
    names = question.names | (NAMES & {wanted.sort.removeprefix("-")} & set(columns))
    kept = ", ".join(
        f"t.{quote(each)}" for each in ("source", *(a.name for a in get_table(table).attributes))
    )
    after, key = ("", [])
    if wanted.after is not None:
        after, key = " AND (t.source_id, t.source) > (?, ?)", list(wanted.after)
    rows = _select(replace(question, names=names))
    cut = f"SELECT {kept} {rows}{after} ORDER BY {order} LIMIT {limits[0]} OFFSET {limits[1]}"
    placed = place(table, "cut", NAMES & set(columns))
    listed = ", ".join(quote(each) for each in columns)
    with open_guarded(folder) as connection:
        found: list[tuple[Any, ...]] = connection.execute(
            f"WITH {_stand(question)}, cut AS MATERIALIZED ({cut})"
            f" SELECT t.source_id, t.source, {listed} FROM ({placed}) AS t ORDER BY {order}",
            [*_bind(question), *key],
        ).fetchall()
    return found


def _stand(question: _Question) -> str:
    return f"stood AS NOT MATERIALIZED ({stand(question.table, question.until)})"


def _select(question: _Question) -> str:
    where = " AND ".join(f"({each})" for each in question.conditions) or "true"
    return f"FROM ({place(question.table, 'stood', question.names)}) AS t WHERE {where}"


def _bind(question: _Question) -> list[str | list[str]]:
    return [list(each) if isinstance(each, tuple) else each for each in question.values]


def _ask(known: Known, wanted: Wanted, visitor: Visitor, columns: Sequence[str]) -> _Question:
    (reach, said, names), until = _reach(visitor), _until(known)
    conditions, values, named = [*reach], [*said], {*names}
    if wanted.kind:
        _table, condition, day = _find_kind(wanted)
        selling = ", ".join(literal(each) for each in sorted(known.selling)) or "NULL"
        conditions.append(condition.format(until=until, selling=selling))
        if wanted.part and wanted.part[0] == "month":
            conditions.append(_in_month(wanted.part[1], day, known.zone))
    if wanted.part and wanted.part[0] != "month":
        if wanted.part[0] not in PLACES:
            raise UnknownRows(f"Rows cannot be picked by {wanted.part[0]!r}.")
        named.add(f"place_{wanted.part[0]}")
        conditions.append(f"t.place_{wanted.part[0]} = ?")
        values.append(wanted.part[1])
    if wanted.ids is not None:
        conditions.append("t.source_id IN (SELECT unnest(?::VARCHAR[]))")
        values.append(wanted.ids)
    if words := wanted.words.strip():
        searched = _list_searched(wanted.table, columns, words)
        cells = [f"contains(lower(t.{quote(each)}::VARCHAR), lower(?))" for each in searched]
        conditions.append(" OR ".join(cells) or "false")
        values += [words] * len(cells)
        named |= NAMES & set(searched)
    return _Question(wanted.table, until, tuple(conditions), tuple(values), frozenset(named))


def _list_searched(table: str, columns: Sequence[str], words: str) -> list[str]:
    """The columns that words can be in: to write out numbers and times takes the longest of all."""
    if set(words.lower()) <= _IN_NUMBERS:
        return list(columns)
    numbers = {each.name for each in get_table(table).attributes if each.type in _NUMBERS}
    return [each for each in columns if each not in numbers]


_NUMBERS = frozenset({"money", "number", "integer", "share", "date", "timestamp"})
_IN_NUMBERS = frozenset("0123456789+-.: e")
"""Letters that a number, a day or a moment is written with; e comes before an exponent."""


def _find_kind(wanted: Wanted) -> tuple[str, str, str]:
    found = KINDS.get(wanted.kind)
    if found is None or found[0] != wanted.table:
        raise UnknownRows(f"There are no rows of {wanted.table} of the kind {wanted.kind!r}.")
    return found


def _reach(
    visitor: Visitor,
) -> tuple[tuple[str, ...], tuple[str | tuple[str, ...], ...], tuple[str, ...]]:
    """The condition that every question about rows has, its values and the names that it needs."""
    match visitor.reach:
        case "everyone":
            return (), (), ()
        case "teams":
            in_team = "t.team <> '' AND t.team IN (SELECT unnest(?::VARCHAR[]))"
            return (in_team,), (tuple(sorted(visitor.teams)),), ("team",)
        case "own":
            return ("t.rep <> '' AND t.rep = ?",), (visitor.rep,), ("rep",)
        case _:
            return ("false",), (), ()


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


def _until(known: Known) -> str:
    return _moment(known.as_of + timedelta(days=1), known.zone)


def _order(sort: str, columns: Sequence[str]) -> str:
    name = sort.removeprefix("-")
    if name not in columns:
        return "t.source_id, t.source"
    direction = "DESC" if sort.startswith("-") else "ASC"
    return f"t.{quote(name)} {direction} NULLS LAST, t.source_id, t.source"


_TEAMS = f"""
    SELECT r.name, list(DISTINCT coalesce(
        nullif(t.name, ''), nullif(r.team_id, ''), nullif(r.manager, ''), ''
    ))
    FROM rep AS r LEFT JOIN ({lookup_sql("team", ("name",), "rep")}) AS t
    ON t.source = r.source AND t.source_id = r.team_id
    WHERE r.name <> '' GROUP BY 1
"""
