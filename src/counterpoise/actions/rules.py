"""The rulebook in force: the product's defaults, and over them what the business has decided."""

from datetime import date, datetime
from pathlib import Path

from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.store import rules as stored


def load_rulebook() -> Rulebook:
    """A business's entry for a key, subject and day takes the place of the default for them."""
    mine = stored.load_rules().rules
    taken = {(rule.key, rule.subject, rule.effective_from) for rule in mine}
    defaults = toml.load_defaults().rules
    kept = tuple(
        rule for rule in defaults if (rule.key, rule.subject, rule.effective_from) not in taken
    )
    return Rulebook((*kept, *mine))


def import_rules(path: Path, *, at: datetime) -> tuple[Rule, ...]:
    """Append the rules of a TOML file that are not in the store already; returns those appended.

    Raises InvalidRule for a file that holds anything but rules; then nothing is appended.
    """
    wanted = toml.parse(path.read_text("utf-8"), path.name).rules
    known = set(stored.load_rules().rules)
    new = tuple(rule for rule in wanted if rule not in known)
    stored.append_rules(new, at=at)
    return new


def list_in_force(on: date) -> tuple[Rule, ...]:
    """What holds on a day, by key and subject."""
    rulebook = load_rulebook()
    pairs = sorted({(rule.key, rule.subject) for rule in rulebook.rules})
    found = (rulebook.find(key, on, subject) for key, subject in pairs)
    return tuple(dict.fromkeys(rule for rule in found if rule is not None))
