"""The business's own rules, kept dated; a change is a newer entry and the old one stays."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.store import audit
from counterpoise.store.models import AuditHead, RuleEntry


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as it was recorded. recorded_by: a login; empty where nobody was signed in."""

    id: int
    rule: Rule
    recorded_at: datetime
    recorded_by: str


class RuleChanged(RuntimeError):
    """Somebody changed the rule first. `now` is the entry recorded last; None for none."""

    def __init__(self, now: Entry | None) -> None:
        said = "It has no entry any more." if now is None else f"It now says {now.rule.value!r}."
        super().__init__(f"The rule was changed in the meantime. {said} Look at it, then decide.")
        self.now = now


def load_rules() -> Rulebook:
    """Every entry; of two for the same day the one recorded last comes last and holds."""
    latest = {
        (entry.rule.key, entry.rule.subject, entry.rule.effective_from): entry.rule
        for entry in load_entries()
    }
    return Rulebook(tuple(latest.values()))


def load_entries() -> tuple[Entry, ...]:
    """Everything that was ever recorded, in the order of recording."""
    return tuple(_read(row) for row in RuleEntry.objects.order_by("id"))


def list_entries(key: str, subject: str) -> tuple[Entry, ...]:
    """Everything recorded of one rule, the newest record first."""
    rows = RuleEntry.objects.filter(key=key, subject=subject).order_by("-id")
    return tuple(_read(row) for row in rows)


def list_recorded_since(at: datetime, *, before: date) -> tuple[tuple[str, datetime], ...]:
    """Keys of what was recorded after a moment, and when; only what is in force before a day."""
    rows = RuleEntry.objects.filter(recorded_at__gt=at, effective_from__lt=before)
    return tuple(rows.order_by("key", "recorded_at").values_list("key", "recorded_at"))


def append_rules(rules: Sequence[Rule], *, at: datetime, recorded_by: str = "") -> None:
    """In the name of whoever acts, unless it is said."""
    name = recorded_by or audit.get_actor().name
    RuleEntry.objects.bulk_create(_write(rule, at, name) for rule in rules)


def append_change(rule: Rule, *, replaces: int, at: datetime) -> Entry:
    """Record what a rule says from a day on. replaces: the id of its last entry; 0 for none.

    Raises RuleChanged where another entry was recorded since, and then nothing is kept.
    """
    with transaction.atomic():
        # Changes come one after the other, as the entries of the trail do: without a row to lock,
        # two of them could both see that nothing was recorded since.
        AuditHead.objects.select_for_update().get(pk=1)
        before = next(iter(list_entries(rule.key, rule.subject)), None)
        if replaces != (before.id if before else 0):
            raise RuleChanged(before)
        row = _write(rule, at, audit.get_actor().name)
        row.save()
        audit.record(
            "rule.changed",
            name_subject(rule.key, rule.subject),
            before=_describe(before.rule) if before else None,
            after=_describe(rule),
            at=at,
        )
    return _read(row)


def name_subject(key: str, subject: str) -> str:
    """What the audit trail calls a rule."""
    return f"rule:{key}:{subject}" if subject else f"rule:{key}"


def _write(rule: Rule, at: datetime, name: str) -> RuleEntry:
    return RuleEntry(**asdict(rule), recorded_at=at, recorded_by=name)


def _describe(rule: Rule) -> dict[str, Any]:
    return {
        "value": rule.value,
        "unit": rule.unit,
        "effective_from": rule.effective_from.isoformat(),
        "source": rule.source,
    }


def _read(row: RuleEntry) -> Entry:
    rule = Rule(
        key=row.key,
        subject=row.subject,
        value=row.value,
        unit=row.unit,
        effective_from=row.effective_from,
        source=row.source,
    )
    return Entry(row.pk, rule, row.recorded_at, row.recorded_by)
