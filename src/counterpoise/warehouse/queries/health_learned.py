"""Checks that must look at the data first: what is usual there, and which names and keys there are.

What was learned is kept in temporary tables of the connection, which the checks' queries join.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa

from counterpoise.domain.collect import findings_scope
from counterpoise.domain.collect.findings import Problem
from counterpoise.domain.collect.findings_duplicates import find_twins, fold_company
from counterpoise.domain.collect.findings_spelling import find_misspellings, match_keys
from counterpoise.domain.collect.findings_words import (
    find_country,
    find_industry,
    list_countries,
)
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import quote
from counterpoise.warehouse.marts.removals import MERGED, survivors_of
from counterpoise.warehouse.queries.health_checks import Check, Expected, owner, select
from counterpoise.warehouse.queries.lookups import is_there

MOST_CATEGORIES = 500
Wanted = tuple[str, str, str] | None
"""Table, attribute and rule of the one finding that is asked for; None for all."""
_DIGITS = "regexp_replace(called, '[^0-9]', '', 'g')"
_VOCABULARIES = {"country": find_country, "industry": find_industry}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the learning stands on: the build's known rows, and the rules of a day.

    has_before: whether there are views of the build before, too.
    """

    connection: duckdb.DuckDBPyConnection
    tables: Collection[str]
    rulebook: Rulebook
    as_of: date
    has_before: bool = False

    def get_number(self, key: str) -> Decimal:
        return self.rulebook.get_number(key, self.as_of)


def learn_unkept(ground: Ground, expected: tuple[Expected, ...]) -> None:
    """Table unkept_stage: in which stages no deal of enough has an attribute, so that the source
    does not keep it there and its absence is no fault.
    """
    ground.connection.execute("CREATE TEMP TABLE unkept_stage (attribute VARCHAR, stage VARCHAR)")
    names = sorted({each.attribute for each in expected if each.table == "opportunity"})
    for name in names if "opportunity" in ground.tables else ():
        ground.connection.execute(
            f"""INSERT INTO unkept_stage SELECT $1, coalesce(stage, '') FROM known_opportunity
            GROUP BY 2 HAVING count(*) >= $2 AND count({quote(name)}) = 0""",
            [name, int(ground.get_number("health.min_sample"))],
        )


def list_learned_checks(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """Every check that has to be learned; only those of one problem where one is `wanted`."""
    yield from _check_references(ground, wanted)
    yield from _check_merges(ground, wanted)
    yield from _check_far_values(ground, wanted)
    yield from _check_far_moments(ground, wanted)
    yield from _check_spelling(ground, wanted)
    yield from _check_names(ground, wanted)
    yield from _check_stale(ground, wanted)


def is_wanted(problem: Problem, wanted: Wanted) -> bool:
    """Kinds of one rule are one finding."""
    return wanted is None or (problem.table, problem.attribute, problem.rule) == wanted


def _check_references(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """References that lead nowhere, in tables whose target was collected, and those that nearly do.

    An id may stand in any source, as it may where the measures look it up.
    """
    for table in ground.tables:
        for attribute in get_table(table).attributes:
            if attribute.references not in ground.tables:
                continue
            lost = Problem(table, attribute.name, "reference")
            near = Problem(table, attribute.name, "near_miss_key")
            if not (is_wanted(lost, wanted) or is_wanted(near, wanted)):
                continue
            name = f"lost_{table}_{attribute.name}"
            if not _learn_lost(ground, name, table, (attribute.name, attribute.references)):
                continue
            column = f"t.{quote(attribute.name)}"
            for problem, condition, shown in (
                (lost, "meant IS NULL", column),
                (near, "meant IS NOT NULL", f"{column} || ' → ' || meant"),
            ):
                if is_wanted(problem, wanted):
                    yield Check(problem, _join(table, shown, f"{name} AS m", column, condition))


def _check_merges(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """Removed records, of which merges lead in a circle or to a record that was not collected."""
    for table in ground.tables:
        problem = Problem(table, MERGED, "reference", "merge")
        if get_table(table).find_attribute(MERGED) is None or not is_wanted(problem, wanted):
            continue
        query = (
            f"SELECT t.source_id, t.source_id || ' → ' || t.{MERGED} AS value,"
            f" {owner(table)} AS owner FROM {quote(table)} AS t"
            f" ANTI JOIN ({survivors_of(quote(table))}) AS s USING (source, source_id)"
            f" WHERE t.{MERGED} IS NOT NULL AND t.deleted_at < (SELECT cutoff FROM as_of_day)"
        )
        yield Check(problem, query)


def _join(table: str, shown: str, learned: str, column: str, condition: str = "true") -> str:
    return (
        f"SELECT t.source_id, {shown} AS value, {owner(table)} AS owner FROM known_{table} AS t"
        f" JOIN {learned} ON m.value = {column} WHERE {condition}"
    )


def _learn_lost(ground: Ground, name: str, table: str, reference: tuple[str, str]) -> bool:
    """A table of the values that lead nowhere, with the key that each was meant to be, if any."""
    column, target = quote(reference[0]), reference[1]
    found = ground.connection.execute(
        f"SELECT DISTINCT t.{column} FROM known_{table} AS t ANTI JOIN {quote(target)} AS target"
        f" ON target.source_id = t.{column} WHERE trim(t.{column}) <> ''"
    ).fetchall()
    lost = sorted(value for (value,) in found)
    if lost:
        meant = match_keys(lost, _list_targets(ground, target, lost))
        _keep(ground, name, {value: meant.get(value) for value in lost})
    return bool(lost)


def _list_targets(ground: Ground, target: str, lost: list[str]) -> list[str]:
    """Keys, and names and codes where there are some, with the same digits as one of the lost."""
    named = ("name", "code") if target in findings_scope.CALLED_BY_NAME else ()
    called = [each for each in named if get_table(target).find_attribute(each)]
    union = " UNION ".join(
        f"SELECT {quote(each)} AS called FROM {quote(target)}" for each in ("source_id", *called)
    )
    ground.connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS called_{target} AS"
        f" SELECT called, {_DIGITS} AS digits FROM ({union}) WHERE called <> ''"
    )
    rows = ground.connection.execute(
        f"SELECT called FROM called_{target} WHERE digits IN"
        f" (SELECT {_DIGITS} FROM (SELECT unnest($1) AS called)) ORDER BY called",
        [lost],
    ).fetchall()
    return [called for (called,) in rows]


def _keep(ground: Ground, name: str, values: dict[str, str | None]) -> None:
    learned = pa.table(
        {
            "value": pa.array(list(values), pa.string()),
            "meant": pa.array(list(values.values()), pa.string()),
        }
    )
    ground.connection.register(name, learned)


def _check_far_values(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """Values whose logarithm lies far from the median of their group, by the quartiles' spread."""
    sigmas, factor = (
        ground.get_number("health.outlier_sigmas"),
        ground.get_number("health.outlier_factor"),
    )
    for table, name in findings_scope.FAR_OUTSIDE:
        problem = Problem(table, name, "range", "far")
        if table not in ground.tables or not is_wanted(problem, wanted):
            continue
        group = findings_scope.GROUPED_BY.get((table, name))
        query = _FAR.format(
            table=table,
            owner=owner(table),
            column=quote(name),
            group=f"t.{quote(group)}" if group else "''",
            least=ground.get_number("health.min_sample"),
            sigmas=sigmas,
            factor=factor,
        )
        yield Check(problem, query)


_FAR = """
WITH row_of AS (
    SELECT t.source_id, t.{column} AS value, {owner} AS owner,
        coalesce({group}, '') AS grouped, coalesce(t.currency, '') AS currency,
        ln(CAST(t.{column} AS DOUBLE)) AS size
    FROM known_{table} AS t WHERE t.{column} > 0
),
usual AS (
    SELECT currency, grouped, grouping(grouped) AS is_all, median(size) AS middle,
        greatest(
            {sigmas} * (quantile_cont(size, 0.75) - quantile_cont(size, 0.25)) / 1.349,
            ln({factor})
        ) AS reach
    FROM row_of
    GROUP BY GROUPING SETS ((currency, grouped), (currency))
    HAVING count(*) >= {least}
)
SELECT r.source_id, CAST(r.value AS VARCHAR) AS value, r.owner
FROM row_of AS r
LEFT JOIN usual AS mine
    ON mine.is_all = 0 AND mine.currency = r.currency AND mine.grouped = r.grouped
LEFT JOIN usual AS everybodys ON everybodys.is_all = 1 AND everybodys.currency = r.currency
WHERE abs(r.size - coalesce(mine.middle, everybodys.middle))
    > coalesce(mine.reach, everybodys.reach)
"""


def _check_far_moments(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """Moments in the future of the as-of day that lie a year beyond nearly all others, too: rows
    entered after that day are merely not known yet.
    """
    for table, name in findings_scope.HAPPENED:
        problem = Problem(table, name, "date_order")
        if table not in ground.tables or not is_wanted(problem, wanted):
            continue
        ahead = ground.connection.execute(
            f"SELECT 1 FROM {quote(table)}, as_of_day WHERE {quote(name)} >= cutoff LIMIT 1"
        )
        if ahead.fetchone() is None:
            continue
        column = f"t.{quote(name)}"
        condition = (
            f"{is_there(table, '(SELECT cutoff FROM as_of_day)')}"
            f" AND {column} >= (SELECT cutoff FROM as_of_day) AND {column} > INTERVAL 366 DAY"
            f" + (SELECT quantile_disc({quote(name)}, 0.99) FROM {quote(table)})"
        )
        query = select(table, f"left(CAST({column} AS VARCHAR), 10)", condition)
        yield Check(problem, query.replace(f"known_{table}", quote(table)))
    problem = Problem("account", "founded_year", "date_order")
    if "account" in ground.tables and is_wanted(problem, wanted):
        condition = f"t.founded_year > {ground.as_of.year}"
        yield Check(problem, select("account", "t.founded_year", condition))


def _check_spelling(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    for table, name in findings_scope.CATEGORIES:
        problem = Problem(table, name, "validity", "spelling")
        if table not in ground.tables or not is_wanted(problem, wanted):
            continue
        misspelt = _find_misspelt(ground, table, name)
        if misspelt:
            learned = f"misspelt_{table}_{name}"
            _keep(ground, learned, dict(misspelt))
            column = f"t.{quote(name)}"
            shown = f"{column} || ' → ' || m.meant"
            yield Check(problem, _join(table, shown, f"{learned} AS m", column))


def _find_misspelt(ground: Ground, table: str, name: str) -> dict[str, str]:
    column = quote(name)
    counted = ground.connection.execute(
        f"SELECT {column}, count(*) FROM known_{table} WHERE {column} <> '' GROUP BY 1"
        f" LIMIT {MOST_CATEGORIES + 1}"
    ).fetchall()
    if len(counted) > MOST_CATEGORIES:
        return {}  # so many values are no list that anybody chooses from
    counts = dict(counted)
    vocabulary = list_countries() if name == "country" else ()
    misspelt = find_misspellings(counts, vocabulary, ground.get_number("health.rare_share"))
    if find := _VOCABULARIES.get(name):
        spelt = {value: find(value) for value in counts if value not in misspelt}
        misspelt |= {value: meant for value, meant in spelt.items() if meant}
    return misspelt


def _check_names(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """The same name under two ids of one source; of companies, nearly the same one, too."""
    for table in findings_scope.NAMES:
        problem = Problem(table, "name", "uniqueness", "name")
        if table not in ground.tables or not is_wanted(problem, wanted):
            continue
        repeated = f"repeated_{table}"
        if _learn_repeated(ground, repeated, table):
            query = (
                f"SELECT t.source_id, m.value AS value, {owner(table)} AS owner"
                f" FROM known_{table} AS t JOIN {repeated} AS m USING (source, source_id)"
            )
            yield Check(problem, query)


def _learn_repeated(ground: Ground, repeated: str, table: str) -> bool:
    entered = "created_at NULLS LAST, " if get_table(table).find_attribute("created_at") else ""
    rows = ground.connection.execute(
        f"SELECT source, source_id, name FROM known_{table} WHERE name <> ''"
        f" ORDER BY source, {entered}source_id"
    ).fetchall()
    by_source: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for source, key, name in rows:
        by_source[source].append((key, name))
    found: list[tuple[str, str, str]] = []
    for source, named in by_source.items():
        is_company = table == "account"
        keys = [fold_company(name) if is_company else fold(name) for _, name in named]
        for late, early in find_twins(keys, slips=is_company).items():
            (key, name), (other, as_written) = named[late], named[early]
            found.append((source, key, f"{name} = {as_written} ({other})"))
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    names = ("source", "source_id", "value")
    arrays = {each: pa.array(part, pa.string()) for each, part in zip(names, columns, strict=True)}
    ground.connection.register(repeated, pa.table(arrays))
    return bool(found)


def _check_stale(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    problem = Problem("opportunity", "updated_at", "stale")
    if "opportunity" in ground.tables and is_wanted(problem, wanted):
        query = _STALE.format(
            days=int(ground.get_number("health.stale_days")),
            least=ground.get_number("health.min_sample"),
        )
        yield Check(problem, query, "t.status = 'open'")


_STALE = """
WITH
cycle AS (
    SELECT quantile_cont(date_diff('day', created_at, closed_at), 0.95) AS days
    FROM known_opportunity WHERE status = 'won' AND closed_at >= created_at
    HAVING count(*) >= {least}
),
open_deal AS (FROM known_opportunity WHERE status = 'open'),
moment AS (
    SELECT source, source_id, unnest([created_at, stage_entered_at, updated_at]) AS instant
    FROM open_deal
    UNION ALL
    SELECT c.source, c.opportunity_id, c.changed_at FROM known_opportunity_change AS c
    SEMI JOIN open_deal ON open_deal.source_id = c.opportunity_id
    UNION ALL
    SELECT a.source, a.opportunity_id, a.occurred_at FROM known_activity AS a
    SEMI JOIN open_deal ON open_deal.source_id = a.opportunity_id
),
touched AS (
    SELECT source, source_id, max(instant) AS instant FROM moment
    WHERE instant < (SELECT cutoff FROM as_of_day) GROUP BY ALL
)
SELECT t.source_id, left(CAST(touched.instant AS VARCHAR), 10) AS value, t.owner_id AS owner
FROM known_opportunity AS t
JOIN touched USING (source, source_id)
WHERE t.status = 'open'
    AND date_diff('day', touched.instant, (SELECT cutoff FROM as_of_day)) > {days}
    AND date_diff('day', coalesce(t.created_at, touched.instant), (SELECT cutoff FROM as_of_day))
        > coalesce((SELECT days FROM cycle), {days})
"""
