"""What the rulebook says of challengers: on what terms one is tried, and how long it may take."""

from dataclasses import dataclass
from datetime import date

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.time_series.challengers import Terms
from counterpoise.domain.values.text import text

DEALS_KEY = "challenger.deals"


@dataclass(frozen=True, slots=True)
class Patience:
    """seconds: for one answer of a plug-in."""

    terms: Terms
    seconds: float


@dataclass(frozen=True, slots=True)
class DealTerms:
    """On how many past days, and how many deals that were open on them, a challenger of single
    deals must prove itself, and by what share its errors must be smaller."""

    least_days: int = 3
    least_deals: int = 200
    margin: float = 0.02


def read_patience(rulebook: Rulebook, on: date) -> Patience:
    """Raises InvalidRule for a number that nothing can be tried by."""
    terms = Terms(
        int(_read(rulebook, on, "least_series", 2)),
        int(_read(rulebook, on, "least_periods", 1)),
        _read(rulebook, on, "margin", 0),
    )
    return Patience(terms, _read(rulebook, on, "seconds", 1))


def read_deal_terms(rulebook: Rulebook, on: date) -> DealTerms | None:
    """None where the business lets no challenger of single deals compete. Raises InvalidRule."""
    asked = rulebook.get(DEALS_KEY, on)
    if asked.value not in ("yes", "no"):
        raise InvalidRule(
            text(
                "{key} is '{value}' (source: {source}). Write yes or no.",
                key=DEALS_KEY,
                value=asked.value,
                source=asked.source,
            )
        )
    if asked.value == "no":
        return None
    return DealTerms(
        int(_read(rulebook, on, "least_days", 2)),
        int(_read(rulebook, on, "least_deals", 2)),
        _read(rulebook, on, "margin", 0),
    )


def _read(rulebook: Rulebook, on: date, name: str, least: int) -> float:
    rule = rulebook.get(f"challenger.{name}", on)
    value = float(rulebook.get_number(rule.key, on))
    if value < least:
        raise InvalidRule(
            text(
                "{key} is {value} (source: {source}). Write {least} or more.",
                key=rule.key,
                value=rule.value,
                source=rule.source,
                least=least,
            )
        )
    return value
