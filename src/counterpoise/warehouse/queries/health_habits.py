"""What looks like a habit rather than the course of business: nothing is wrong with any one cell.

Closing days that move when the month ends, many deals changed by one person within a minute,
amounts that are nothing but a round guess, and open deals whose owner has left.
"""

from collections.abc import Iterator

from counterpoise.domain.collect.findings import Problem
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.queries.health_checks import Check, select
from counterpoise.warehouse.queries.health_learned import Ground, Wanted, is_wanted

_LEFT = Problem("opportunity", "owner_id", "habit", "left")
_MONTH_END = Problem("opportunity", "expected_close_on", "habit", "month_end")
_AT_ONCE = Problem("opportunity", "updated_at", "habit", "at_once")
_ROUND = Problem("opportunity", "amount", "habit", "round")


def list_habit_checks(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    if "opportunity" not in ground.tables:
        return
    checks = (_check_owners(ground), _check_month_end(ground), _check_at_once(ground))
    for check in (*checks, _check_round(ground)):
        if check is not None and is_wanted(check.problem, wanted):
            yield check


def _check_owners(ground: Ground) -> Check | None:
    """Whoever is active in any source is here."""
    if "rep" not in ground.tables:
        return None
    day = literal(str(ground.as_of))
    has_left = f"coalesce(is_active IS FALSE OR left_on <= DATE {day}, false)"
    left = f"SELECT source_id FROM rep GROUP BY 1 HAVING bool_and({has_left})"
    condition = f"t.owner_id IN ({left})"
    return Check(_LEFT, select("opportunity", "t.owner_id", condition, _OPEN), _OPEN)


_OPEN = "t.status = 'open'"


def _check_month_end(ground: Ground) -> Check | None:
    """Open deals put off on the last day of a month, where far more are than on other days."""
    zone = ground.rulebook.get_text("company.time_zone", ground.as_of)
    moved = (
        "SELECT source, opportunity_id, value_before, value_after,"
        f" CAST(changed_at AT TIME ZONE {literal(zone)} AS DATE) AS day"
        " FROM known_opportunity_change WHERE attribute = 'expected_close_on'"
        " AND value_after > value_before"
    )
    found = ground.connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE day = last_day(day)) FROM ({moved})"
    ).fetchone() or (0, 0)
    least = ground.get_number("health.min_sample")
    if found[0] < least or found[1] <= ground.get_number("health.month_end_share") * found[0]:
        return None
    query = (
        "SELECT DISTINCT t.source_id, m.value_before || ' → ' || m.value_after AS value,"
        f" t.owner_id AS owner FROM known_opportunity AS t JOIN ({moved}) AS m"
        " ON m.source = t.source AND m.opportunity_id = t.source_id"
        f" WHERE {_OPEN} AND m.day = last_day(m.day)"
    )
    return Check(_MONTH_END, query, _OPEN)


def _check_at_once(ground: Ground) -> Check:
    """Deals that one person changed within a minute together with many others; imports have no
    person."""
    least = int(ground.get_number("health.at_once"))
    minute = "date_trunc('minute', changed_at)"
    changed = "FROM known_opportunity_change WHERE origin = 'history' AND changed_by <> ''"
    query = (
        f"SELECT DISTINCT t.source_id, left(CAST({minute} AS VARCHAR), 16) AS value,"
        " t.owner_id AS owner FROM known_opportunity AS t JOIN (SELECT *"
        f" {changed}) AS c ON c.source = t.source AND c.opportunity_id = t.source_id"
        f" JOIN (SELECT source, changed_by, {minute} AS minute {changed} GROUP BY ALL"
        f" HAVING count(DISTINCT opportunity_id) >= {least}) AS many"
        f" ON many.source = c.source AND many.changed_by = c.changed_by AND many.minute = {minute}"
    )
    return Check(_AT_ONCE, query)


def _check_round(ground: Ground) -> Check | None:
    """Open deals worth one digit and zeros, where that is not how prices come about."""
    is_round = "regexp_full_match(CAST(CAST(t.amount AS BIGINT) AS VARCHAR), '[1-9]0{4,}')"
    whole = f"t.amount = CAST(t.amount AS BIGINT) AND {is_round}"
    found = ground.connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {whole}) FROM known_opportunity AS t"
        " WHERE t.amount >= 10000"
    ).fetchone() or (0, 0)
    least = ground.get_number("health.min_sample")
    if found[0] < least or found[1] > ground.get_number("health.round_share") * found[0]:
        return None
    return Check(
        _ROUND, select("opportunity", "t.amount", f"t.amount >= 10000 AND {whole}", _OPEN), _OPEN
    )
