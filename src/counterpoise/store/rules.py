"""The business's own rules, kept dated; a change is a newer entry and the old one stays."""

from collections.abc import Sequence
from datetime import datetime

from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.store.models import RuleEntry


def load_rules() -> Rulebook:
    """Every entry; of two for the same day the one recorded last comes last and holds."""
    latest = {
        (row.key, row.subject, row.effective_from): Rule(
            key=row.key,
            subject=row.subject,
            value=row.value,
            unit=row.unit,
            effective_from=row.effective_from,
            source=row.source,
        )
        for row in RuleEntry.objects.order_by("id")
    }
    return Rulebook(tuple(latest.values()))


def append_rules(rules: Sequence[Rule], *, at: datetime) -> None:
    RuleEntry.objects.bulk_create(
        RuleEntry(
            key=rule.key,
            subject=rule.subject,
            value=rule.value,
            unit=rule.unit,
            effective_from=rule.effective_from,
            source=rule.source,
            recorded_at=at,
        )
        for rule in rules
    )
