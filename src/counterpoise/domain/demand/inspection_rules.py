"""What the rulebook says of inspecting the pipeline, read once for a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.values.text import text

SEGMENTS = ("segment", "product", "region", "team", "source")
_SHARES = ("stalled_quantile", "quiet_quantile", "soon_quantile", "kept_share")


@dataclass(frozen=True, slots=True)
class InspectionRules:
    """Each field is the rule `inspection.<field>`; the rulebook holds its unit and why it is so."""

    segment_by: tuple[str, ...]
    window_days: int
    least_won: int
    prior_deals: float
    stalled_quantile: Decimal
    quiet_quantile: Decimal
    soon_quantile: Decimal
    quiet_days: int
    pushes: int
    amount_fence: float
    amount_factor: float
    kept_share: float
    quarters: int


def read_inspection_rules(rulebook: Rulebook, on: date) -> InspectionRules:
    """Raises InvalidRule for a word or a number that nothing can be inspected with."""

    def number(field: str) -> Decimal:
        rule = rulebook.get(f"inspection.{field}", on)
        value = rulebook.get_number(rule.key, on)
        if value <= 0 or (field in _SHARES and value >= 1):
            raise InvalidRule(
                text(
                    "{key} is {value} (source: {source}). Write a share between 0 and 1."
                    if field in _SHARES
                    else "{key} is {value} (source: {source}). Write more than 0.",
                    key=rule.key,
                    value=rule.value,
                    source=rule.source,
                )
            )
        return value

    return InspectionRules(
        segment_by=_read_segments(rulebook, on),
        window_days=int(number("window_days")),
        least_won=int(number("least_won")),
        prior_deals=float(number("prior_deals")),
        stalled_quantile=number("stalled_quantile"),
        quiet_quantile=number("quiet_quantile"),
        soon_quantile=number("soon_quantile"),
        quiet_days=int(number("quiet_days")),
        pushes=int(number("pushes")),
        amount_fence=float(number("amount_fence")),
        amount_factor=float(number("amount_factor")),
        kept_share=float(number("kept_share")),
        quarters=int(number("quarters")),
    )


def _read_segments(rulebook: Rulebook, on: date) -> tuple[str, ...]:
    rule = rulebook.get("inspection.segment_by", on)
    words = tuple(rule.value.split())
    if unknown := [each for each in words if each not in SEGMENTS]:
        raise InvalidRule(
            text(
                "{key} names '{word}' (source: {source}). Write some of: {listed}.",
                key=rule.key,
                word=unknown[0],
                source=rule.source,
                listed=", ".join(SEGMENTS),
            )
        )
    return words
