"""What the rulebook says of challengers: on what terms one is tried, and how long it may take."""

from dataclasses import dataclass
from datetime import date

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.time_series.challengers import Terms
from counterpoise.domain.values.text import text


@dataclass(frozen=True, slots=True)
class Patience:
    """seconds: for one answer of a plug-in."""

    terms: Terms
    seconds: float


def read_patience(rulebook: Rulebook, on: date) -> Patience:
    """Raises InvalidRule for a number that nothing can be tried by."""

    def number(name: str, least: int) -> float:
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

    terms = Terms(
        int(number("least_series", 2)), int(number("least_periods", 1)), number("margin", 0)
    )
    return Patience(terms, number("seconds", 1))
