"""Looks for problems in a build: counts each, judges them, and lists the rows that have one.

Only rows known by the evening of the as-of day are looked at, and deals that closed later are open.
What a row says is what the build has: values are not turned back to what they were then.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from counterpoise.domain.collect import findings_scope
from counterpoise.domain.collect.findings import GENERAL_KIND, Problem
from counterpoise.domain.collect.health import (
    MAX_EXAMPLES,
    RepTally,
    SourceTally,
    Tally,
    judge,
    score_parts,
)
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.tables.health import Example, Finding, Health, HealthPart, PartKind
from counterpoise.domain.values.text import text
from counterpoise.domain.values.zone import start_of_day
from counterpoise.warehouse.engine import create_views, literal, open_build, quote
from counterpoise.warehouse.queries.health_checks import (
    Check,
    Expected,
    list_plain_checks,
    owner,
)
from counterpoise.warehouse.queries.health_drift import find_before, list_drift_checks
from counterpoise.warehouse.queries.health_habits import list_habit_checks
from counterpoise.warehouse.queries.health_learned import (
    Ground,
    Wanted,
    is_wanted,
    learn_unkept,
    list_learned_checks,
)
from counterpoise.warehouse.queries.health_people import list_people_checks
from counterpoise.warehouse.queries.health_rules import list_rule_checks
from counterpoise.warehouse.queries.lookups import is_there

_LIMITS = ("open", "closed", "won", "lost")


def examine(folder: Path, rulebook: Rulebook, as_of: date) -> Health:
    """Everything health finds in the build in `folder`, as known by the evening of `as_of`."""
    return examine_parts(folder, rulebook, as_of)[0]


def examine_parts(
    folder: Path, rulebook: Rulebook, as_of: date
) -> tuple[Health, tuple[HealthPart, ...]]:
    """The same with the score of each table, source and rep."""
    with _stand_on(folder, rulebook, as_of) as ground:
        checks = tuple(_list_checks(ground, None))
        _find_rows(ground, checks)
        tallies = _tally(ground, checks)
        rows = _count_known(ground)
        counted = _count_parts(ground, rows)
    parts = score_parts(tallies, counted, rulebook, as_of)
    return judge(tallies, rows, rulebook, as_of), parts


def list_rows(folder: Path, finding: Finding, rulebook: Rulebook, as_of: date) -> tuple[str, ...]:
    """The source_id of every row that a finding of `examine` concerns, sorted."""
    wanted = (finding.table, finding.attribute, finding.rule)
    with _stand_on(folder, rulebook, as_of) as ground:
        _find_rows(ground, tuple(_list_checks(ground, wanted)))
        rows = ground.connection.execute(
            "SELECT DISTINCT source_id FROM found WHERE $1 = '' OR rep = $1 ORDER BY 1",
            [finding.rep],
        ).fetchall()
    return tuple(key for (key,) in rows)


def list_rows_of(
    folder: Path, findings: Sequence[Finding], rulebook: Rulebook, as_of: date
) -> tuple[tuple[str, ...], ...]:
    """The rows of each of several findings, whosever they are."""
    with _stand_on(folder, rulebook, as_of) as ground:
        checks = tuple(_list_checks(ground, None))
        _find_rows(ground, checks)
        return tuple(
            _list_found(
                ground, [n for n, check in enumerate(checks) if is_wanted(check.problem, wanted)]
            )
            for wanted in ((each.table, each.attribute, each.rule) for each in findings)
        )


def _list_found(ground: Ground, numbers: list[int]) -> tuple[str, ...]:
    rows = ground.connection.execute(
        "SELECT DISTINCT source_id FROM found WHERE number IN (SELECT unnest($1)) ORDER BY 1",
        [numbers],
    ).fetchall()
    return tuple(key for (key,) in rows)


def count_by_rep(
    folder: Path, rulebook: Rulebook, as_of: date
) -> dict[tuple[str, str, str], dict[str, int]]:
    """Of every problem, by table, attribute and rule: how many rows of each rep have it."""
    counts: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    with _stand_on(folder, rulebook, as_of) as ground:
        checks = tuple(_list_checks(ground, None))
        _find_rows(ground, checks)
        problems = [
            (each.problem.table, each.problem.attribute, each.problem.rule) for each in checks
        ]
        places = [problems.index(each) for each in problems]
        counted = ground.connection.execute(
            """SELECT place, rep, count(DISTINCT source_id)
            FROM found JOIN (SELECT unnest($1) AS number, unnest($2) AS place) USING (number)
            WHERE rep <> '' GROUP BY 1, 2 ORDER BY 1, 2""",
            [list(range(len(checks))), places],
        ).fetchall()
    for place, rep, rows in counted:
        counts[problems[place]][rep] = rows
    return dict(counts)


@contextmanager
def _stand_on(folder: Path, rulebook: Rulebook, as_of: date) -> Iterator[Ground]:
    zone = rulebook.get_text("company.time_zone", as_of)
    with open_build(folder) as build:
        connection = build.con
        instant = start_of_day(as_of + timedelta(days=1), zone).isoformat()
        cutoff = f"TIMESTAMPTZ {literal(instant)}"
        connection.execute(f"CREATE TEMP TABLE as_of_day AS SELECT {cutoff} AS cutoff")
        for table in TABLES:
            connection.execute(f"CREATE TEMP VIEW known_{table} AS {_know(table, cutoff)}")
        filled = tuple(
            table
            for table in TABLES
            if connection.execute(f"SELECT 1 FROM {quote(table)} LIMIT 1").fetchone()
        )
        if (before := find_before(folder)) is not None:
            create_views(connection, before, "raw_before_")
            for table in TABLES:
                known = _know(table, cutoff, f"raw_before_{table}")
                connection.execute(f"CREATE TEMP VIEW before_{table} AS {known}")
        yield Ground(connection, filled, rulebook, as_of, has_before=before is not None)


def _know(table: str, cutoff: str, relation: str = "") -> str:
    """The rows that were known and there; a deal that was closed later is open."""
    moments = {name for known, name in findings_scope.HAPPENED if known == table} - {"closed_at"}
    conditions = [f"t.{each} IS NULL OR t.{each} < {cutoff}" for each in sorted(moments)]
    where = " AND ".join([is_there(table, cutoff), *(f"({each})" for each in conditions)])
    columns = "t.*"
    if table == "opportunity":
        columns = f"""t.* REPLACE (
            CASE WHEN t.closed_at >= {cutoff} OR t.status IS NULL THEN 'open' ELSE t.status END
                AS status,
            CASE WHEN t.closed_at < {cutoff} THEN t.closed_at END AS closed_at
        )"""
    return f"SELECT {columns} FROM {quote(relation or table)} AS t WHERE {where}"


def _list_checks(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    expected = _read_expected(ground)
    learn_unkept(ground, expected)
    for check in list_plain_checks(ground.tables, expected):
        if is_wanted(check.problem, wanted):
            yield check
    yield from list_learned_checks(ground, wanted)
    yield from list_people_checks(ground, wanted)
    yield from list_rule_checks(ground, wanted)
    yield from list_habit_checks(ground, wanted)
    if ground.has_before:
        yield from list_drift_checks(ground, wanted)


def _read_expected(ground: Ground) -> tuple[Expected, ...]:
    """From the rulebook's health.expected, table by table."""
    expected = []
    for table in ground.tables:
        rule = ground.rulebook.find("health.expected", ground.as_of, table)
        for written in rule.value.split() if rule else ():
            name, _, of = written.partition(":")
            if get_table(table).find_attribute(name) is None or of not in ("", *_LIMITS):
                raise InvalidRule(
                    text(
                        "health.expected of {table} names '{written}'. Write an attribute of"
                        " {table}, with one of {listed} after it or nothing.",
                        table=table,
                        written=written,
                        listed=", ".join(":" + each for each in _LIMITS),
                    )
                )
            expected.append(Expected(table, name, of))
    return tuple(expected)


def _find_rows(ground: Ground, checks: tuple[Check, ...]) -> None:
    """Table found: a row for each row and check that found it. rep: by name where it has one."""
    parts = [
        f"SELECT {number} AS number, source_id, value, owner FROM ({check.query})"
        for number, check in enumerate(checks)
    ]
    nothing = "SELECT 0 AS number, '' AS source_id, '' AS value, '' AS owner WHERE false"
    ground.connection.execute(
        f"""CREATE TEMP TABLE found AS
        WITH {_REP_NAMES}
        SELECT f.number, f.source_id, f.value, coalesce(rep_of.name, f.owner, '') AS rep
        FROM ({" UNION ALL ".join([nothing, *parts])}) AS f LEFT JOIN rep_of USING (owner)"""
    )


_REP_NAMES = """rep_of AS (
    SELECT source_id AS owner, min(name) AS name FROM rep WHERE name <> '' GROUP BY 1
)"""


def _count_known(ground: Ground) -> dict[str, int]:
    parts = [f"SELECT {literal(each)}, count(*) FROM known_{each}" for each in ground.tables]
    counts = " UNION ALL ".join(["SELECT '', 0 WHERE false", *parts])
    return dict(ground.connection.execute(counts).fetchall())


def _count_parts(
    ground: Ground, rows: Mapping[str, int]
) -> dict[tuple[PartKind, str], dict[str, int]]:
    """Rows by table of each table, source and rep; rows of nobody belong to no rep."""
    parts: dict[tuple[PartKind, str], dict[str, int]] = {
        ("table", table): {table: count} for table, count in rows.items()
    }
    sources: dict[str, dict[str, int]] = defaultdict(dict)
    reps: dict[str, dict[str, int]] = defaultdict(dict)
    for table in ground.tables:
        for source, count in _count_by_source(ground, table, "").items():
            sources[source][table] = count
        for rep, count in _count_looked_at(ground, table, "").items() if table != "rep" else ():
            reps[rep][table] = count
    parts |= {("source", name): sources[name] for name in sorted(sources)}
    return parts | {("rep", name): reps[name] for name in sorted(reps) if name}


def _count_by_source(ground: Ground, table: str, scope: str) -> dict[str, int]:
    counted = ground.connection.execute(
        f"SELECT t.source, count(*) FROM known_{table} AS t WHERE {scope or 'true'} GROUP BY 1"
    )
    return dict(counted.fetchall())


def _tally(ground: Ground, checks: tuple[Check, ...]) -> tuple[Tally, ...]:
    """One tally for the checks of the same table, attribute and rule."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, check in enumerate(checks):
        problem = check.problem
        groups[problem.table, problem.attribute, problem.rule].append(number)
    hit = {
        number
        for (number,) in ground.connection.execute("SELECT DISTINCT number FROM found").fetchall()
    }
    return tuple(
        _tally_one(ground, [checks[each] for each in numbers], numbers)
        for numbers in groups.values()
        if hit & set(numbers)
    )


def _tally_one(ground: Ground, checks: list[Check], numbers: list[int]) -> Tally:
    table = checks[0].problem.table
    scope = (
        " OR ".join(f"({each.scope})" for each in checks) if all(c.scope for c in checks) else ""
    )
    looked_at = _count_looked_at(ground, table, scope)
    ground.connection.execute(_PART, [numbers])
    whole = ground.connection.execute(_WHOLE, [MAX_EXAMPLES]).fetchall()
    theirs = ground.connection.execute(_THEIRS, [MAX_EXAMPLES]).fetchall()
    sources = _count_by_source(ground, table, scope)
    by_source = ground.connection.execute(
        f"SELECT t.source, count(*) FROM part JOIN {quote(table)} AS t USING (source_id)"
        " GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return Tally(
        problem=_join_kinds(ground, checks, numbers),
        rows=whole[0][0],
        looked_at=max(sum(looked_at.values()), whole[0][0]),
        examples=_read_examples(whole[0][1]),
        reps=tuple(
            RepTally(rep, rows, max(looked_at.get(rep, 0), rows), _read_examples(examples))
            for rep, rows, examples in theirs
            if table != "rep"
        ),
        sources=tuple(
            SourceTally(source, rows, max(sources.get(source, 0), rows))
            for source, rows in by_source
        ),
    )


_PART = """CREATE OR REPLACE TEMP TABLE part AS
SELECT source_id, arg_min(value, number) AS value, min(rep) AS rep, list(DISTINCT number) AS numbers
FROM found WHERE number IN (SELECT unnest($1)) GROUP BY source_id
"""
_EXAMPLES = "list({'record': source_id, 'value': coalesce(value, '')} ORDER BY source_id)[:$1]"
_WHOLE = f"SELECT count(*), {_EXAMPLES} FROM part"
_THEIRS = f"SELECT rep, count(*), {_EXAMPLES} FROM part WHERE rep <> '' GROUP BY 1 ORDER BY 1"


def _read_examples(listed: list[dict[str, str]]) -> tuple[Example, ...]:
    return tuple(Example(each["record"], each["value"]) for each in listed)


def _join_kinds(ground: Ground, checks: list[Check], numbers: list[int]) -> Problem:
    """The problem of the kind that was met; of the kind whose words fit all where several were."""
    met = ground.connection.execute(
        "SELECT DISTINCT number FROM found WHERE number IN (SELECT unnest($1))", [numbers]
    ).fetchall()
    problems = {checks[numbers.index(number)].problem for (number,) in met}
    if len(problems) == 1:
        return problems.pop()
    first = checks[0].problem
    return Problem(first.table, first.attribute, first.rule, GENERAL_KIND[first.rule])


def _count_looked_at(ground: Ground, table: str, scope: str) -> dict[str, int]:
    """By rep's name; '' for rows of nobody."""
    counted = ground.connection.execute(
        f"""WITH {_REP_NAMES}, counted AS (
            SELECT {owner(table)} AS owner, count(*) AS rows
            FROM known_{table} AS t WHERE {scope or "true"} GROUP BY 1
        )
        SELECT coalesce(rep_of.name, counted.owner, ''), CAST(sum(rows) AS BIGINT)
        FROM counted LEFT JOIN rep_of USING (owner) GROUP BY 1"""
    )
    return dict(counted.fetchall())
