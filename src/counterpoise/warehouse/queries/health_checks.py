"""What to look for in a build, as SQL: one query a problem, each giving the rows that have it.

A check's query gives source_id, value (what was met, for a person) and owner of every row with the
problem, out of the views `known_<table>`: the rows that were known by the as-of day.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from counterpoise.domain.collect import findings_scope
from counterpoise.domain.collect.findings import Problem
from counterpoise.domain.tables.dictionary import Attribute, get_table
from counterpoise.warehouse.engine import literal, quote

EMAIL = r"[^@\s<>,;]+@[^@\s.,;]+(\.[^@\s.,;]+)+"
_DIGIT = "[0-9٠-٩۰-۹]"
PHONE = rf"[+]?[\s().\-/]*({_DIGIT}[\s().\-/]*){{6,15}}(([xX]|[eE]xt|#)[.\s]*{_DIGIT}+)?"
"""Six to fifteen digits, set off as people do, and an extension."""
_DAY_US = 86_400_000_000
OWNER = {"opportunity_change": "changed_by", "rep": "source_id", "target": "rep_id"}


@dataclass(frozen=True, slots=True)
class Expected:
    """An attribute that a row should have; `of`: '' for every row, else the deals it is limited to:
    open, closed, won or lost.
    """

    table: str
    attribute: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """scope: SQL that says which rows are looked at; empty: all of the table."""

    problem: Problem
    query: str
    scope: str = ""


def list_plain_checks(tables: Collection[str], expected: tuple[Expected, ...]) -> Iterator[Check]:
    """Every check that needs to know nothing of the data but which tables have rows."""
    yield from _check_expected(tables, expected)
    yield from _check_validity(tables)
    yield from _check_limits(tables)
    yield from _check_orders(tables)


def select(table: str, value: str, condition: str, scope: str = "") -> str:
    """Rows of the known table `t` under a condition."""
    within = f"({scope}) AND " if scope else ""
    return (
        f"SELECT t.source_id, CAST({value} AS VARCHAR) AS value, {owner(table)} AS owner"
        f" FROM known_{table} AS t WHERE {within}({condition})"
    )


def owner(table: str) -> str:
    """The attribute that says whose a row is; nobody's where there is none."""
    name = OWNER.get(table, "owner_id")
    return f"t.{quote(name)}" if get_table(table).find_attribute(name) else "CAST(NULL AS VARCHAR)"


def is_monotone(phone: str) -> str:
    """One digit over and over, as people write who must write something."""
    return f"rtrim({phone}, right({phone}, 1)) IN ('', '+')"


def is_blank(attribute: Attribute) -> str:
    column = f"t.{quote(attribute.name)}"
    is_text = attribute.type in ("text", "code")
    return f"({column} IS NULL OR trim({column}) = '')" if is_text else f"({column} IS NULL)"


def scope_of(expected: Expected) -> str:
    """Deals of the kind meant, without the stages in which the source never has the attribute."""
    parts = [_OF[expected.of]] if expected.of else []
    if expected.table == "opportunity" and expected.attribute != "stage":
        parts.append(
            "coalesce(t.stage, '') NOT IN (SELECT stage FROM unkept_stage"
            f" WHERE attribute = {literal(expected.attribute)})"
        )
    return " AND ".join(parts)


_OF = {
    "open": "t.status = 'open'",
    "closed": "t.status IN ('won', 'lost')",
    "won": "t.status = 'won'",
    "lost": "t.status = 'lost'",
}


def _check_expected(tables: Collection[str], expected: tuple[Expected, ...]) -> Iterator[Check]:
    for each in expected:
        if each.table not in tables:
            continue
        attribute = get_table(each.table).get_attribute(each.attribute)
        problem = Problem(each.table, each.attribute, "completeness", _kind_of_gap(attribute, each))
        scope = scope_of(each)
        query = select(each.table, "''", is_blank(attribute), scope)
        yield Check(problem, query, scope)


def _kind_of_gap(attribute: Attribute, expected: Expected) -> str:
    if expected.of == "open" and expected.attribute == "amount":
        return "amount"
    return "key" if attribute.references else ""


def _check_validity(tables: Collection[str]) -> Iterator[Check]:
    for table, name in findings_scope.EMAILS:
        if table in tables:
            value = f"trim(t.{quote(name)})"
            wrong = f"{value} <> '' AND NOT regexp_full_match({value}, {literal(EMAIL)})"
            yield Check(Problem(table, name, "validity", "email"), select(table, value, wrong))
    for table, name in findings_scope.PHONES:
        if table in tables:
            value = f"trim(t.{quote(name)})"
            wrong = (
                f"{value} <> '' AND (NOT regexp_full_match({value}, {literal(PHONE)})"
                f" OR {is_monotone(value)})"
            )
            yield Check(Problem(table, name, "validity", "phone"), select(table, value, wrong))
    for table in tables:
        for attribute in get_table(table).attributes:
            if attribute.codes:
                column = f"t.{quote(attribute.name)}"
                known = ", ".join(map(literal, attribute.codes))
                wrong = f"{column} <> '' AND {column} NOT IN ({known})"
                problem = Problem(table, attribute.name, "validity", "code")
                yield Check(problem, select(table, column, wrong))


def _check_limits(tables: Collection[str]) -> Iterator[Check]:
    for table, name in findings_scope.NEVER_NEGATIVE:
        if table in tables:
            column = f"t.{quote(name)}"
            wrong = f"{column} < 0"
            if (table, name) == ("opportunity", "amount"):
                wrong += f" OR (t.status = 'won' AND {column} = 0)"
            problem = Problem(table, name, "range", "negative")
            yield Check(problem, select(table, column, wrong))
    for table in tables:
        for attribute in get_table(table).attributes:
            if attribute.type == "share":
                column = f"t.{quote(attribute.name)}"
                shown = f"format('{{:g}} %', 100 * {column})"
                problem = Problem(table, attribute.name, "range", "share")
                yield Check(problem, select(table, shown, f"{column} NOT BETWEEN 0 AND 1"))


def _check_orders(tables: Collection[str]) -> Iterator[Check]:
    """A day's leeway between moments: a date without a time is read as its midnight."""
    for order in findings_scope.ORDERS:
        if order.table in tables:
            earlier, later = f"t.{quote(order.earlier)}", f"t.{quote(order.later)}"
            wrong = f"{later} < {earlier}"
            if get_table(order.table).get_attribute(order.later).type == "timestamp":
                wrong = f"epoch_us({later}) < epoch_us({earlier}) - {_DAY_US}"
            shown = f"{_show(later)} || ' < ' || {_show(earlier)}"
            problem = Problem(order.table, order.later, "date_order")
            yield Check(problem, select(order.table, shown, wrong))


def _show(moment: str) -> str:
    return f"left(CAST({moment} AS VARCHAR), 10)"
