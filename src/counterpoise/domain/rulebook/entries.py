"""New entries of the rulebook, and what differs between two days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from counterpoise.domain.rulebook.rulebook import WITHOUT_DEFAULT, InvalidRule, Rule, Rulebook
from counterpoise.domain.tables.scenario import Change
from counterpoise.domain.values.text import text

Place = tuple[str, str]
"""A rule's key and subject."""
SOURCE = "new entry"
CHOICES: dict[str, tuple[str, ...]] = {
    "stage.kind": ("open", "won", "lost"),
    "pool.kind": ("sellers", "delivery", "support"),
    "pool.unit": ("deals", "hours"),
    "push.release": ("by hand", "at once"),
    "signing.own_plan": ("yes", "no"),
    "challenger.deals": ("yes", "no"),
    "health.unique": ("yes", "no"),
}
"""Keys whose value is one of a few words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that says something else on a later day; None where it said, or says, nothing."""

    key: str
    subject: str
    before: Rule | None
    after: Rule | None


def list_keys(rulebook: Rulebook) -> tuple[str, ...]:
    """Every key that a rule can have, those without any value yet among them."""
    return tuple(sorted({rule.key for rule in rulebook.rules} | set(WITHOUT_DEFAULT)))


def find_held(rulebook: Rulebook, on: date) -> dict[Place, Rule]:
    """What each key and subject says for itself on a day, in order."""
    held: dict[Place, Rule] = {}
    for rule in rulebook.rules:
        place = rule.key, rule.subject
        # Of entries of one day the first is in force, as `Rulebook.find` has it.
        if rule.effective_from <= on and (
            place not in held or held[place].effective_from < rule.effective_from
        ):
            held[place] = rule
    return dict(sorted(held.items()))


def compare_days(rulebook: Rulebook, start: date, end: date) -> tuple[Difference, ...]:
    """Values and units that differ; an entry that says the same again is no difference."""
    before, after = find_held(rulebook, start), find_held(rulebook, end)
    return tuple(
        Difference(*place, before.get(place), after.get(place))
        for place in sorted(before.keys() | after.keys())
        if _say(before.get(place)) != _say(after.get(place))
    )


def check_entry(rulebook: Rulebook, entry: Rule) -> Rulebook:
    """The rulebook with the entry in it. Raises InvalidRule where its key needs another value.

    A number stays a number, and one number stays one: only a key that has rows of numbers takes
    them. What is never empty stays so.
    """
    change = Change(entry.key, entry.subject, entry.value)
    book = rulebook.with_changes([change], entry.effective_from, SOURCE)
    values = [rule.value for rule in rulebook.rules if rule.key == entry.key]
    values = values or [WITHOUT_DEFAULT[entry.key]]
    if all(map(_is_one_number, values)) and not _is_one_number(entry.value):
        raise InvalidRule(
            text(
                "The {source} changes {key} to '{value}'. Write one number, such as {values}.",
                source=SOURCE,
                key=entry.key,
                value=entry.value,
                values=values[0],
            )
        )
    if all(value.strip() for value in values) and not entry.value.strip():
        raise InvalidRule(
            text(
                "The {source} of {key} is empty. Write a value.",
                source=SOURCE,
                key=entry.key,
            )
        )
    choices = CHOICES.get(entry.key)
    if choices and entry.value not in choices:
        raise InvalidRule(
            text(
                "The {source} changes {key} to '{value}'. Write one of: {listed}.",
                source=SOURCE,
                key=entry.key,
                value=entry.value,
                listed=", ".join(choices),
            )
        )
    return book


def find_unit(rules: Iterable[Rule], key: str, subject: str) -> str:
    """The unit that entries of the key have: the subject's own, else the first that is said."""
    units = {rule.subject: rule.unit for rule in rules if rule.key == key and rule.unit}
    return units.get(subject) or units.get("") or next(iter(units.values()), "")


def _is_one_number(written: str) -> bool:
    try:
        return Decimal(written.strip()).is_finite()
    except InvalidOperation:
        return False


def _say(rule: Rule | None) -> tuple[str, str] | None:
    return None if rule is None else (rule.value, rule.unit)
