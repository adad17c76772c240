"""The rulebook in force: the product's defaults, and over them what the business has decided."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from counterpoise.domain.demand.challenging import read_deal_terms, read_patience
from counterpoise.domain.demand.inspection_rules import read_inspection_rules
from counterpoise.domain.demand.lead_rules import read_lead_rules
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.execute.action_push import read_shape
from counterpoise.domain.reconcile.signing import read_signing_rules
from counterpoise.domain.rulebook import entries, toml
from counterpoise.domain.rulebook.entries import Difference
from counterpoise.domain.rulebook.lead_plan import read_lead_plan
from counterpoise.domain.rulebook.rates import build_rates
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rule, Rulebook
from counterpoise.domain.values.text import explain, text
from counterpoise.domain.values.zone import UnknownZone, get_zone
from counterpoise.store import audit
from counterpoise.store import rules as stored
from counterpoise.store.rules import Entry


class UnknownRule(LookupError):
    """A key that no rule can have."""


@dataclass(frozen=True, slots=True)
class HeldRule:
    """A rule and who recorded it; None for a default of the product."""

    rule: Rule
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """What was ever said of one rule. entries: the newest record first. default: the product's.

    held: what says something on the day looked at, for the subject or for all; None for nothing.
    subjects: all that the key says something of their own for; "" is for all the others.
    """

    key: str
    subject: str
    held: Rule | None
    unit: str
    entries: tuple[Entry, ...]
    default: Rule | None
    subjects: tuple[str, ...]

    @property
    def last(self) -> int:
        """The id of the newest record, which a change replaces; 0 for none."""
        return self.entries[0].id if self.entries else 0


def load_rulebook() -> Rulebook:
    """A business's entry for a key, subject and day takes the place of the default for them."""
    return _lay_over(stored.load_rules().rules)


def import_rules(path: Path, *, at: datetime) -> tuple[Rule, ...]:
    """Append the rules of a TOML file that are not in the store already; returns those appended.

    Raises InvalidRule for a file that holds anything but rules; then nothing is appended.
    """
    wanted = toml.parse(path.read_text("utf-8"), path.name).rules
    known = set(stored.load_rules().rules)
    new = tuple(rule for rule in wanted if rule not in known)
    if new:
        with transaction.atomic():
            stored.append_rules(new, at=at)
            listed = {"file": path.name, "rules": len(new)}
            audit.record("rules.imported", "rulebook", after=listed, at=at)
    return new


def list_in_force(on: date) -> tuple[Rule, ...]:
    """What holds on a day, by key and subject."""
    rulebook = load_rulebook()
    pairs = sorted({(rule.key, rule.subject) for rule in rulebook.rules})
    found = (rulebook.find(key, on, subject) for key, subject in pairs)
    return tuple(dict.fromkeys(rule for rule in found if rule is not None))


def list_held(on: date) -> tuple[HeldRule, ...]:
    """What holds on a day, by key and subject, and who recorded it."""
    recorded = {_identify(each.rule): each for each in stored.load_entries()}
    held = entries.find_held(_lay_over(each.rule for each in recorded.values()), on)
    return tuple(HeldRule(rule, recorded.get(_identify(rule))) for rule in held.values())


def list_keys_without_value(on: date) -> tuple[str, ...]:
    """Keys that say nothing on a day for anybody."""
    rulebook = load_rulebook()
    said = {key for key, _ in entries.find_held(rulebook, on)}
    return tuple(key for key in entries.list_keys(rulebook) if key not in said)


def compare_days(start: date, end: date) -> tuple[Difference, ...]:
    """What the rulebook says on one day and otherwise on another."""
    return entries.compare_days(load_rulebook(), start, end)


def get_history(key: str, subject: str, on: date) -> RuleHistory:
    """Raises UnknownRule for a key that no rule has; a subject may be one without any entry."""
    rulebook = load_rulebook()
    if key not in entries.list_keys(rulebook):
        raise UnknownRule(
            text(
                "No rule is called '{key}'. Choose one of the list of rules.",
                key=key,
            )
        )
    defaults = toml.load_defaults().rules
    return RuleHistory(
        key,
        subject,
        rulebook.find(key, on, subject),
        entries.find_unit(rulebook.rules, key, subject),
        stored.list_entries(key, subject),
        next((each for each in defaults if (each.key, each.subject) == (key, subject)), None),
        tuple(sorted({each.subject for each in rulebook.rules if each.key == key})),
    )


def change_rule(rule: Rule, *, replaces: int, at: datetime) -> Entry:
    """Record what a rule says from a day on, once that is something its key can say.

    replaces: the id of the entry that the decision was made on; 0 where there was none. The unit
    is that of the key. Raises InvalidRule, or RuleChanged where somebody was faster; then nothing
    is kept.
    """
    known = load_rulebook()
    unit = entries.find_unit(known.rules, rule.key, rule.subject)
    whole = Rule(rule.key, rule.subject, rule.value, unit, rule.effective_from, rule.source)
    laid_over = entries.check_entry(known, whole)
    for begins, read in READERS.items():
        if rule.key.startswith(begins):
            _try(read, laid_over, whole)
    return stored.append_change(whole, replaces=replaces, at=at)


def _try(read: Callable[[Rulebook, Rule], object], laid_over: Rulebook, rule: Rule) -> None:
    try:
        read(laid_over, rule)
    except MissingRule as error:
        raise InvalidRule(
            text(
                "{error} Or let the new entry begin on a later day.",
                error=explain(error),
            )
        ) from None


def _check_zone(_: Rulebook, rule: Rule) -> None:
    try:
        get_zone(rule.value)
    except UnknownZone as error:
        raise InvalidRule(explain(error)) from None


READERS: dict[str, Callable[[Rulebook, Rule], object]] = {
    "challenger.": lambda book, rule: (
        read_patience(book, rule.effective_from),
        read_deal_terms(book, rule.effective_from),
    ),
    "company.time_zone": _check_zone,
    "demand.": lambda book, rule: read_settings(book, rule.effective_from),
    "inspection.": lambda book, rule: read_inspection_rules(book, rule.effective_from),
    "lead_score.": lambda book, rule: read_lead_rules(book, rule.effective_from),
    "leads.planned": lambda book, rule: read_lead_plan(book, rule.effective_from),
    "push.action": lambda book, rule: read_shape(book, rule.subject, rule.effective_from),
    "exchange_rate": lambda book, rule: build_rates(book, {rule.subject}, rule.effective_from),
    "signing.": lambda book, rule: read_signing_rules(book, rule.effective_from),
}
"""What reads a value when it is used, by how its key begins: what that refuses is not recorded."""


def _lay_over(mine: Iterable[Rule]) -> Rulebook:
    """The business's entries over the defaults of the product."""
    own = tuple(mine)
    taken = {_identify(rule) for rule in own}
    kept = tuple(rule for rule in toml.load_defaults().rules if _identify(rule) not in taken)
    return Rulebook((*kept, *own))


def _identify(rule: Rule) -> tuple[str, str, date]:
    return rule.key, rule.subject, rule.effective_from
