"""The rulebook: dated values that a business may change, each with a unit and a source.

An entry holds from `effective_from` until a later entry of the same key and subject. A subject
narrows a key to one stage, pool, product …; an entry without a subject holds for all the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Self

from counterpoise.domain.tables.scenario import Change
from counterpoise.domain.values.text import text

WITHOUT_DEFAULT = {
    "exchange_rate": "0.27",
    "override.expires_after_days": "90",
    "pool.headcount": "10",
    "pool.kind": "delivery",
    "pool.unit": "hours",
    "pool.team": "Gulf",
    "pool.per_person": "120",
    "pool.wage": "5000",
    "pool.hire_cost": "15000",
    "pool.overtime_cost": "40",
    "pool.contractor_cost": "60",
    "push.action": "Task what=Subject due_on=ActivityDate",
    "push.word": "Completed",
    "work.units": "12",
    "delivery.hours": "34",
    "leads.planned": "120",
    "units.site_share": "0.6",
    "support.churn_rate": "0.01",
    "support.ticket_hours": "1.5",
    "support.pool": "Support desk",
    "recurring.term_months": "12",
    "health.required": "Proposal; Negotiation",
    "health.range": "0 1000000",
    "health.pattern": "[A-Z]{2}",
    "health.unique": "yes",
    "health.fresh": "2",
}
"""Keys that only a business can give a value, each with one as it would be written."""


class MissingRule(LookupError):
    """A key that no entry answers on the day asked for."""


class InvalidRule(ValueError):
    """An entry that cannot be read as what its key needs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """value is text as written; unit and source are for the reader and shown beside every use."""

    key: str
    subject: str
    value: str
    unit: str
    effective_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    rules: tuple[Rule, ...]

    def find(self, key: str, on: date, subject: str = "") -> Rule | None:
        """The rule in force on a day: the subject's own, else the one for every subject."""
        for wanted in dict.fromkeys((subject, "")):
            held = [
                rule
                for rule in self.rules
                if rule.key == key and rule.subject == wanted and rule.effective_from <= on
            ]
            if held:
                return max(held, key=lambda rule: rule.effective_from)
        return None

    def get(self, key: str, on: date, subject: str = "") -> Rule:
        if (found := self.find(key, on, subject)) is None:
            raise MissingRule(
                text(
                    "The rulebook says nothing of {key} for {subject} on {on}. Add an entry with"
                    " effective_from on or before that day."
                    if subject
                    else "The rulebook says nothing of {key} on {on}. Add an entry with"
                    " effective_from on or before that day.",
                    key=key,
                    subject=subject,
                    on=on,
                )
            )
        return found

    def get_number(self, key: str, on: date, subject: str = "") -> Decimal:
        rule = self.get(key, on, subject)
        try:
            number = Decimal(rule.value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise InvalidRule(
                text(
                    "{key} is '{value}' (source: {source}). Write a number.",
                    key=key,
                    value=rule.value,
                    source=rule.source,
                )
            )
        return number

    def get_positive(self, key: str, on: date, *, may_be_zero: bool = False) -> Decimal:
        """Raises InvalidRule for less than nothing, and for nothing where that cannot be."""
        rule, number = self.get(key, on), self.get_number(key, on)
        if number < 0 or (number == 0 and not may_be_zero):
            raise InvalidRule(
                text(
                    "{key} is {value} (source: {source}). Write more.",
                    key=rule.key,
                    value=rule.value,
                    source=rule.source,
                )
            )
        return number

    def get_numbers(self, key: str, on: date, subject: str = "") -> tuple[Decimal, ...]:
        """Numbers separated by spaces, such as a ramp."""
        rule = self.get(key, on, subject)
        try:
            return tuple(Decimal(each) for each in rule.value.split())
        except InvalidOperation:
            raise InvalidRule(
                text(
                    "{key} is '{value}' (source: {source}). Write numbers and spaces.",
                    key=key,
                    value=rule.value,
                    source=rule.source,
                )
            ) from None

    def get_text(self, key: str, on: date, subject: str = "") -> str:
        return self.get(key, on, subject).value

    def subjects(self, key: str, on: date) -> tuple[str, ...]:
        """Every subject that has a rule of its own for `key` in force on the day, in order."""
        return tuple(
            dict.fromkeys(
                rule.subject
                for rule in self.rules
                if rule.key == key and rule.subject and rule.effective_from <= on
            )
        )

    def with_changes(self, changes: Sequence[Change], on: date, source: str) -> Self:
        """The same rulebook with other values laid over it, each for its key and subject.

        They hold on the day and until an entry that is in force later. Raises InvalidRule for a
        key that no rule has, and for words where its other values are numbers.
        """
        laid_over = tuple(self._read_change(each, on, source) for each in changes)
        # Of entries of one day the first is in force, so what is laid over comes first.
        return replace(self, rules=(*laid_over, *self.rules))

    def _read_change(self, change: Change, on: date, source: str) -> Rule:
        alike = [rule for rule in self.rules if rule.key == change.key]
        examples = [rule.value for rule in alike]
        examples += [WITHOUT_DEFAULT[change.key]] if change.key in WITHOUT_DEFAULT else []
        if not examples:
            raise InvalidRule(
                text(
                    "The {source} changes '{key}', and there is no such rule. Choose a key that"
                    " the list of rules has.",
                    source=source,
                    key=change.key,
                )
            )
        if _are_numbers(examples) and not _are_numbers([change.value]):
            raise InvalidRule(
                text(
                    "The {source} changes {key} to '{value}'. Write a number, or numbers and"
                    " spaces, such as {examples}.",
                    source=source,
                    key=change.key,
                    value=change.value,
                    examples=examples[0],
                )
            )
        unit = alike[0].unit if alike else ""
        return Rule(change.key, change.subject, change.value, unit, on, source)

    def changed_between(self, start: date, end: date) -> tuple[Rule, ...]:
        """Entries that came into force after `start`, up to and including `end`."""
        return tuple(rule for rule in self.rules if start < rule.effective_from <= end)


def _are_numbers(values: Iterable[str]) -> bool:
    """Whether all are one or more numbers with spaces between; a value without any is none."""
    return all(value.split() and all(map(_is_number, value.split())) for value in values)


def _is_number(written: str) -> bool:
    try:
        return Decimal(written).is_finite()
    except InvalidOperation:
        return False
