"""What a company asks of its own data, out of the rulebook: a rule is an entry, and so has a date.

health.required: in which stages a deal must have an attribute. health.range: the lowest and the
highest value, both allowed. health.pattern: what a value looks like as a whole, as a regular
expression. health.unique: no two rows of a source share a value. Each has `table.attribute` as its
subject. health.fresh: how many days old the newest row of a table may be; its subject is the table,
and after it the source where the limit is for one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.collect.findings_scope import HAPPENED
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.tables.dictionary import TABLES, Attribute, get_table
from counterpoise.domain.values.text import text

_NUMBERS = ("integer", "number", "share", "money")
MOMENTS = dict(HAPPENED) | {"opportunity": "created_at"}
"""By which attribute the newest row of a table is known."""


@dataclass(frozen=True, slots=True)
class Required:
    attribute: Attribute
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    attribute: Attribute
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Shaped:
    attribute: Attribute
    pattern: str


@dataclass(frozen=True, slots=True)
class Unique:
    attribute: Attribute


@dataclass(frozen=True, slots=True)
class Fresh:
    """source: the only one that is meant; empty: each of them."""

    table: str
    source: str
    days: Decimal


HealthRule = Required | Within | Shaped | Unique | Fresh


def read_health_rules(rulebook: Rulebook, as_of: date) -> tuple[HealthRule, ...]:
    """The company's own rules in force on a day. Raises InvalidRule for one that says nothing."""
    return tuple(_read_all(rulebook, as_of))


def _read_all(rulebook: Rulebook, as_of: date) -> Iterator[HealthRule]:
    for rule in _list(rulebook, "health.required", as_of):
        attribute = _find_attribute(rule)
        if attribute.table != "opportunity":
            raise InvalidRule(
                text(
                    "{key} of {subject} is about no deal, and only deals have stages. Write an"
                    " attribute of opportunity; what every row needs stands in health.expected.",
                    key=rule.key,
                    subject=rule.subject,
                )
            )
        yield Required(attribute, tuple(filter(None, map(str.strip, rule.value.split(";")))))
    for rule in _list(rulebook, "health.range", as_of):
        yield _read_range(rulebook, rule, as_of)
    for rule in _list(rulebook, "health.pattern", as_of):
        yield Shaped(_find_attribute(rule), _read_pattern(rule))
    for rule in _list(rulebook, "health.unique", as_of):
        if rule.value == "yes":
            yield Unique(_find_attribute(rule))
    for rule in _list(rulebook, "health.fresh", as_of):
        table, _, source = rule.subject.partition(" ")
        if table not in MOMENTS:
            raise InvalidRule(
                text(
                    "{key} of '{subject}' names no table whose rows have a day. Write one of:"
                    " {listed}; after it the source, if one is meant.",
                    key=rule.key,
                    subject=rule.subject,
                    listed=", ".join(MOMENTS),
                )
            )
        days = rulebook.get_number(rule.key, as_of, rule.subject)
        yield Fresh(table, source.strip(), days)


def _list(rulebook: Rulebook, key: str, as_of: date) -> list[Rule]:
    return [rulebook.get(key, as_of, subject) for subject in rulebook.subjects(key, as_of)]


def _find_attribute(rule: Rule) -> Attribute:
    table, _, name = rule.subject.partition(".")
    found = get_table(table).find_attribute(name) if table in TABLES else None
    if found is None:
        raise InvalidRule(
            text(
                "{key} is about '{subject}', which is no attribute. Write table.attribute as the"
                " list of tables has them, such as opportunity.amount.",
                key=rule.key,
                subject=rule.subject,
            )
        )
    return found


def _read_range(rulebook: Rulebook, rule: Rule, as_of: date) -> Within:
    attribute = _find_attribute(rule)
    limits = rulebook.get_numbers(rule.key, as_of, rule.subject)
    if len(limits) != 2 or limits[0] > limits[1] or attribute.type not in _NUMBERS:
        raise InvalidRule(
            text(
                "{key} of {subject} is '{value}'. Write the lowest and the highest value of an"
                " attribute that is a number, such as 0 1000000.",
                key=rule.key,
                subject=rule.subject,
                value=rule.value,
            )
        )
    return Within(attribute, *limits)


def _read_pattern(rule: Rule) -> str:
    try:
        re.compile(rule.value)
    except re.error as error:
        raise InvalidRule(
            text(
                "{key} of {subject} is '{value}', which is no regular expression ({why}). Write"
                " one, such as [A-Z]{{2}} for two capital letters.",
                key=rule.key,
                subject=rule.subject,
                value=rule.value,
                why=str(error),
            )
        ) from None
    return rule.value
