"""The rows behind a figure: of a measure, of a part of it, of a finding; page by page.

A visitor gets rows of people in their reach and no others: the condition is part of every query.
Rows are as they are recorded now, but that what closed after the day is open and what was removed
by then is left out; a measure of an
earlier day turns amounts and stages back by the log, so then it may count other rows.
Names of columns come from the data dictionary; values are parameters.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
from counterpoise.warehouse.queries.kinds import KINDS
from counterpoise.warehouse.queries.lookups import lookup_sql
from counterpoise.warehouse.queries.places import NAMES, list_keys, place, stand

MOST_ROWS = 100_000
"""As many as one file may hold."""
LONGEST_SEARCH = 100
KEPT_COUNTS = 512
_ABOUT_REMOVED = "merged_into"
"""A finding about this is about records that are no longer there."""
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
Value = str | int | float | bool | Decimal | date | datetime | None


class UnknownRows(LookupError):
    """A kind of row, part or column that there is none of."""


@dataclass(frozen=True, slots=True)
class Known:
    """A build on the evening of a day, in the company's time zone.

    selling: types of activities that count as selling, not_held: outcomes of those that were not
    held, both in lower case. longest: minutes from which on an event says no hours.
    """

    folder: Path
    as_of: date
    zone: str
    selling: frozenset[str] = frozenset()
    not_held: frozenset[str] = frozenset()
    longest: float = 1440.0


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


_Values = tuple[str | tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Condition:
    """SQL over `t`, its values, and the names out of NAMES that it speaks of."""

    sql: str
    values: _Values = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Question:
    """Which rows are meant. whose: conditions on names alone, which are decided once for all rows
    that are alike in what the names are read from."""

    table: str
    until: str
    whose: tuple[_Condition, ...]
    others: tuple[_Condition, ...]
    with_removed: bool


def list_records(
    known: Known, wanted: Wanted, visitor: Visitor, *, limit: int, offset: int = 0
) -> Page:
    """Raises UnknownRows and SlowQuestion. Rows that belong to nobody are for whoever sees all."""
    columns = list_columns(wanted)
    question = _ask(known, wanted, visitor, columns)
    is_small = wanted.ids is None  # the ids of a finding may be a million, too many to keep
    total = (_count_once if is_small else _count)(known.folder, question)
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
def _count_once(folder: Path, question: _Question) -> int:
    """A build never changes, so neither does what is counted in it; the question has the reach."""
    return _count(folder, question)


def _count(folder: Path, question: _Question) -> int:
    """The row after which a page begins is no part of what is counted."""
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
    sorted_by = NAMES & {wanted.sort.removeprefix("-")} & set(columns)
    kept = ", ".join(
        f"t.{quote(each)}" for each in ("source", *(a.name for a in get_table(table).attributes))
    )
    after, key = ("", [])
    if wanted.after is not None:
        after, key = " AND (t.source_id, t.source) > (?, ?)", list(wanted.after)
    rows = _select(question, sorted_by)
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
    """The rows as they stood, and what those that are meant are alike in: a hundred owners are
    looked up sooner than the owner of each of a million rows."""
    table = question.table
    rows = stand(table, question.until, with_removed=question.with_removed)
    stood = f"stood AS NOT MATERIALIZED ({rows})"
    if not question.whose:
        return stood
    names = frozenset().union(*(each.names for each in question.whose))
    keys = ", ".join(f"t.{quote(each)}" for each in list_keys(table, names))
    where = " AND ".join(f"({each.sql})" for each in question.whose)
    return (
        f"{stood}, alike AS MATERIALIZED (SELECT DISTINCT {keys} FROM {quote(table)} AS t),"
        " meant AS MATERIALIZED"
        f" (SELECT {keys} FROM ({place(table, 'alike', names)}) AS t WHERE {where})"
    )


def _select(question: _Question, more: Collection[str] = ()) -> str:
    """From the rows that are meant, with the names that conditions and `more` speak of."""
    names = frozenset(more).union(*(each.names for each in question.others))
    conditions = [each.sql for each in question.others]
    if question.whose:
        named = frozenset().union(*(each.names for each in question.whose))
        same = " AND ".join(
            f"m.{quote(each)} IS NOT DISTINCT FROM t.{quote(each)}"
            for each in list_keys(question.table, named)
        )
        conditions.append(f"EXISTS (SELECT 1 FROM meant AS m WHERE {same})")
    where = " AND ".join(f"({each})" for each in conditions) or "true"
    return f"FROM ({place(question.table, 'stood', names)}) AS t WHERE {where}"


def _bind(question: _Question) -> list[str | list[str]]:
    """In the order in which the SQL has them."""
    values = (value for each in (*question.whose, *question.others) for value in each.values)
    return [list(each) if isinstance(each, tuple) else each for each in values]


def _ask(known: Known, wanted: Wanted, visitor: Visitor, columns: Sequence[str]) -> _Question:
    until, part = _until(known), wanted.part
    whose, others = list(_reach(visitor)), list[_Condition]()
    if wanted.kind:
        _table, condition, day = _find_kind(wanted)
        others.append(_Condition(condition.format(until=until, **_write_words(known))))
        if part and part[0] == "month":
            others.append(_Condition(_in_month(part[1], day, known.zone)))
    if part and part[0] != "month":
        name = f"place_{part[0]}"
        if name not in NAMES:
            raise UnknownRows(f"Rows cannot be picked by {part[0]!r}.")
        whose.append(_Condition(f"t.{name} = ?", (part[1],), frozenset({name})))
    if wanted.ids is not None:
        others.append(_Condition("t.source_id IN (SELECT unnest(?::VARCHAR[]))", (wanted.ids,)))
    if words := wanted.words.strip():
        searched = _list_searched(wanted.table, columns, words)
        cells = [f"contains(lower(t.{quote(each)}::VARCHAR), lower(?))" for each in searched]
        names = NAMES & set(searched)
        others.append(_Condition(" OR ".join(cells) or "false", (words,) * len(cells), names))
    about_removed = wanted.ids is not None and wanted.also == _ABOUT_REMOVED
    return _Question(wanted.table, until, tuple(whose), tuple(others), about_removed)


def _write_words(known: Known) -> dict[str, str]:
    """What conditions on activities speak of; a list of no words holds what is no word."""
    words = {"selling": known.selling, "not_held": known.not_held}
    written = {
        name: ", ".join(literal(each) for each in sorted(held)) or literal("\n")
        for name, held in words.items()
    }
    return {**written, "longest": str(float(known.longest))}


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


def _reach(visitor: Visitor) -> tuple[_Condition, ...]:
    """What every question about rows asks as well."""
    match visitor.reach:
        case "everyone":
            return ()
        case "teams":
            in_team = "t.team <> '' AND t.team IN (SELECT unnest(?::VARCHAR[]))"
            teams = tuple(sorted(visitor.teams))
            return (_Condition(in_team, (teams,), frozenset({"team"})),)
        case "own":
            is_own = "t.rep <> '' AND t.rep = ?"
            return (_Condition(is_own, (visitor.rep,), frozenset({"rep"})),)
        case _:
            return (_Condition("false"),)


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
