"""The rulebook: dated values that a business may change, each with a unit and a source.

An entry holds from `effective_from` until a later entry of the same key and subject. A subject
narrows a key to one stage, pool, product …; an entry without a subject holds for all the others.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation


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
            whose = f" for {subject}" if subject else ""
            raise MissingRule(
                f"The rulebook says nothing of {key}{whose} on {on}. Add an entry with"
                " effective_from on or before that day."
            )
        return found

    def get_number(self, key: str, on: date, subject: str = "") -> Decimal:
        rule = self.get(key, on, subject)
        try:
            number = Decimal(rule.value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise InvalidRule(f"{key} is {rule.value!r} (source: {rule.source}). Write a number.")
        return number

    def get_numbers(self, key: str, on: date, subject: str = "") -> tuple[Decimal, ...]:
        """Numbers separated by spaces, such as a ramp."""
        rule = self.get(key, on, subject)
        try:
            return tuple(Decimal(each) for each in rule.value.split())
        except InvalidOperation:
            raise InvalidRule(
                f"{key} is {rule.value!r} (source: {rule.source}). Write numbers and spaces."
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

    def changed_between(self, start: date, end: date) -> tuple[Rule, ...]:
        """Entries that came into force after `start`, up to and including `end`."""
        return tuple(rule for rule in self.rules if start < rule.effective_from <= end)
