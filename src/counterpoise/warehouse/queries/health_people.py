"""People entered twice: one e-mail address, or one phone number and name, under two ids."""

from collections.abc import Iterator

from counterpoise.domain.collect import findings_scope
from counterpoise.domain.collect.findings import Problem
from counterpoise.warehouse.queries.health_checks import Check, is_monotone, owner
from counterpoise.warehouse.queries.health_learned import Ground, Wanted, is_wanted

_EMAIL = "lower(trim(t.email))"
_HAS_EMAIL = "contains(t.email, '@')"
_DIGITS = "regexp_replace(t.phone, '[^0-9]', '', 'g')"
_HAS_PHONE = f"length({_DIGITS}) >= 6 AND NOT {is_monotone('t.phone')}"


def list_people_checks(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    """All rows but the oldest with one address, or else with one phone number and name."""
    for table in findings_scope.PEOPLE:
        email = Problem(table, "email", "uniqueness", "email")
        phone = Problem(table, "phone", "uniqueness", "phone")
        if table not in ground.tables or not any(is_wanted(p, wanted) for p in (email, phone)):
            continue
        emails = _learn_shared(ground, f"shared_email_{table}", table, (_EMAIL, _HAS_EMAIL))
        by_email = _repeats(table, "email", _EMAIL, _HAS_EMAIL)
        if emails and is_wanted(email, wanted):
            yield Check(email, by_email)
        phones = _learn_shared(ground, f"shared_phone_{table}", table, (_DIGITS, _HAS_PHONE))
        if phones and is_wanted(phone, wanted):
            yield Check(phone, _repeat_phones(table, by_email))


def _repeat_phones(table: str, by_email: str) -> str:
    by_names = " UNION ".join(
        _repeats(table, "phone", _DIGITS, _HAS_PHONE, f"lower(trim(t.{name}))")
        for name in ("first_name", "last_name")
    )
    return (
        f"SELECT p.* FROM ({by_names}) AS p ANTI JOIN ({by_email}) AS e USING (source, source_id)"
    )


def _learn_shared(ground: Ground, name: str, table: str, keyed: tuple[str, str]) -> int:
    """A table of the hashes of keys that several rows have; how many there are."""
    key, condition = keyed
    ground.connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT hash({key}) AS key FROM known_{table} AS t"
        f" WHERE {condition} GROUP BY 1 HAVING count(*) > 1"
    )
    (count,) = ground.connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    return int(count)


def _repeats(table: str, attribute: str, key: str, condition: str, name: str = "''") -> str:
    """Rows whose key, and name where one is given, an older row of the same source has, too."""
    return f"""
        SELECT source_id, value || ' (' || oldest || ')' AS value, owner, source FROM (
            SELECT
                t.source, t.source_id, t.{attribute} AS value, {owner(table)} AS owner,
                first(t.source_id) OVER entered AS oldest,
                row_number() OVER entered AS place
            FROM known_{table} AS t
            SEMI JOIN shared_{attribute}_{table} AS shared ON shared.key = hash({key})
            WHERE {condition} AND {name} IS NOT NULL
            WINDOW entered AS (
                PARTITION BY t.source, {key}, {name} ORDER BY t.created_at NULLS LAST, t.source_id
            )
        ) WHERE place > 1
    """
