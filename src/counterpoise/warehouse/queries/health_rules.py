"""Checks of the company's own rules about its data, see domain/collect/health_rules."""

from collections.abc import Iterator

from counterpoise.domain.collect.findings import Problem
from counterpoise.domain.collect.health_rules import (
    MOMENTS,
    Fresh,
    HealthRule,
    Required,
    Shaped,
    Unique,
    Within,
    read_health_rules,
)
from counterpoise.domain.tables.dictionary import Attribute
from counterpoise.warehouse.engine import literal, quote
from counterpoise.warehouse.queries.health_checks import Check, is_blank, owner, select
from counterpoise.warehouse.queries.health_learned import Ground, Wanted, is_wanted


def list_rule_checks(ground: Ground, wanted: Wanted) -> Iterator[Check]:
    for rule in read_health_rules(ground.rulebook, ground.as_of):
        check = _check(rule)
        if check.problem.table in ground.tables and is_wanted(check.problem, wanted):
            yield check


def _check(rule: HealthRule) -> Check:
    match rule:
        case Required(attribute, stages):
            listed = ", ".join(map(literal, stages)) or "NULL"
            scope = f"t.stage IN ({listed})"
            problem = _name(attribute, "completeness", "stage")
            return Check(problem, select(attribute.table, "t.stage", is_blank(attribute), scope))
        case Within(attribute, low, high):
            column = f"t.{quote(attribute.name)}"
            outside = f"{column} < {low:f} OR {column} > {high:f}"
            return Check(
                _name(attribute, "range", "rule"), select(attribute.table, column, outside)
            )
        case Shaped(attribute, pattern):
            column = f"CAST(t.{quote(attribute.name)} AS VARCHAR)"
            wrong = f"{column} <> '' AND NOT regexp_full_match({column}, {literal(pattern)})"
            return Check(
                _name(attribute, "validity", "pattern"), select(attribute.table, column, wrong)
            )
        case Unique(attribute):
            return Check(_name(attribute, "uniqueness", "rule"), _find_shared(attribute))
        case Fresh():
            return _check_fresh(rule)


def _name(attribute: Attribute, rule: str, kind: str) -> Problem:
    return Problem(attribute.table, attribute.name, rule, kind)  # type: ignore[arg-type]  # a rule


def _find_shared(attribute: Attribute) -> str:
    """Every row that shares its value with another of its source, written alike or nearly so."""
    table, column = attribute.table, f"CAST(t.{quote(attribute.name)} AS VARCHAR)"
    return (
        f"SELECT source_id, value, owner FROM (SELECT t.source_id, {column} AS value,"
        f" {owner(table)} AS owner, count(*) OVER (PARTITION BY t.source, lower(trim({column})))"
        f" AS alike FROM known_{table} AS t WHERE trim({column}) <> '') WHERE alike > 1"
    )


def _check_fresh(rule: Fresh) -> Check:
    """All rows of a source whose newest is too old: nothing has come from there since."""
    moment = f"t.{quote(MOMENTS[rule.table])}"
    only = f"t.source = {literal(rule.source)}" if rule.source else "true"
    query = (
        f"SELECT t.source_id, t.source || ', ' || left(CAST(n.newest AS VARCHAR), 10) AS value,"
        f" {owner(rule.table)} AS owner FROM known_{rule.table} AS t JOIN ("
        f"SELECT t.source, max({moment}) AS newest FROM known_{rule.table} AS t WHERE {only}"
        " GROUP BY 1) AS n ON n.source = t.source WHERE"
        f" n.newest < (SELECT cutoff FROM as_of_day) - INTERVAL 1 DAY * {rule.days:f}"
    )
    return Check(Problem(rule.table, MOMENTS[rule.table], "stale", "source"), query)
