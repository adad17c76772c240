"""What the rulebook says of recurring revenue, read once for a day.

The rules as they are known on the as-of day hold for every sale, older ones too: a rule says what a
product is, and whoever writes it down today means yesterday's contracts as well. The exception is a
term that changed: a sale runs for the term in force on its closing day, and what closed before the
first entry for the first that was written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.values.text import text

TERM_KEY = "recurring.term_months"
WORDS_KEY = "recurring.words"
LONGEST_TERM = 120
KINDS: tuple[Literal["new", "renewal", "expansion"], ...] = ("new", "renewal", "expansion")
SaleKind = Literal["new", "renewal", "expansion", ""]
MAY_BE_ZERO = {"window_before", "window_after", "prior_terms", "backtest_origins"}
MOST = {"horizon_months": 36, "paths": 20_000, "pace_months": 120, "backtest_origins": 40}


class NothingRecurring(LookupError):
    """No rule says which products are sold by term."""


@dataclass(frozen=True, slots=True)
class RecurringRules:
    """Each number is the rule `recurring.<field>`. terms: by product ("" for all others), the days
    from which each number of months is in force, the oldest first. words: the kind of a deal by
    its folded type."""

    terms: tuple[tuple[str, tuple[tuple[date, int], ...]], ...]
    words: tuple[tuple[str, SaleKind], ...]
    window_before: int
    window_after: int
    least_terms: int
    prior_terms: int
    pace_months: int
    horizon_months: int
    backtest_origins: int
    paths: int
    fold: Callable[[str], str]

    def find_months(self, product: str, on: date) -> int | None:
        """The term of a product sold on a day; None for what is sold once."""
        named = dict(self.terms)
        dated = named.get(product) or named.get("") or ()
        held = [months for day, months in dated if day <= on] or [m for _, m in dated[:1]]
        return held[-1] or None if held else None

    def find_kind(self, written: str) -> SaleKind:
        """ "" for a type that is in no list, or none at all."""
        return dict(self.words).get(self.fold(written), "") if written else ""


def read_rules(rulebook: Rulebook, on: date, fold: Callable[[str], str]) -> RecurringRules:
    """fold: gives the same for the same word however it is written.

    Raises NothingRecurring where no product is said to be sold by term, and InvalidRule.
    """
    terms = _read_terms(rulebook, on)
    if not any(months for _, dated in terms for _, months in dated):
        raise NothingRecurring(
            text(
                "The rulebook does not say which products are sold by term, so nothing is recurring"
                " yet. Write {key}: the subject is a product's name, the value the months that a"
                " contract runs, such as 12; without a subject it holds for all products, and 0"
                " says that a product is sold once.",
                key=TERM_KEY,
            )
        )
    return RecurringRules(
        terms=terms,
        words=_read_words(rulebook, on, fold),
        window_before=_read_number(rulebook, "window_before", on),
        window_after=_read_number(rulebook, "window_after", on),
        least_terms=_read_number(rulebook, "least_terms", on),
        prior_terms=_read_number(rulebook, "prior_terms", on),
        pace_months=_read_number(rulebook, "pace_months", on),
        horizon_months=_read_number(rulebook, "horizon_months", on),
        backtest_origins=_read_number(rulebook, "backtest_origins", on),
        paths=_read_number(rulebook, "paths", on),
        fold=fold,
    )


def _read_terms(
    rulebook: Rulebook, on: date
) -> tuple[tuple[str, tuple[tuple[date, int], ...]], ...]:
    days: dict[str, set[date]] = {}
    for rule in rulebook.rules:
        if rule.key == TERM_KEY and rule.effective_from <= on:
            days.setdefault(rule.subject, set()).add(rule.effective_from)
    return tuple(
        (subject, tuple((day, _read_months(rulebook, day, subject)) for day in sorted(held)))
        for subject, held in sorted(days.items())
    )


def _read_months(rulebook: Rulebook, day: date, subject: str) -> int:
    months = rulebook.get_number(TERM_KEY, day, subject)
    if months != int(months) or not 0 <= months <= LONGEST_TERM:
        raise InvalidRule(
            text(
                "{key} of {product} is {months}. Write whole months from 1 to {most}, or 0 for what"
                " is sold once.",
                key=TERM_KEY,
                product=subject,
                months=months,
                most=LONGEST_TERM,
            )
        )
    return int(months)


def _read_words(
    rulebook: Rulebook, on: date, fold: Callable[[str], str]
) -> tuple[tuple[str, SaleKind], ...]:
    words: dict[str, SaleKind] = {}
    for kind in KINDS:
        found = rulebook.find(WORDS_KEY, on, kind)
        for word in found.value.split(";") if found else ():
            if folded := fold(word):
                words.setdefault(folded, kind)
    return tuple(sorted(words.items()))


def _read_number(rulebook: Rulebook, field: str, on: date) -> int:
    rule = rulebook.get(f"recurring.{field}", on)
    value = rulebook.get_number(rule.key, on)
    least = 0 if field in MAY_BE_ZERO else 1
    most = MOST.get(field, 10_000)
    if value != int(value) or not least <= value <= most:
        raise InvalidRule(
            text(
                "{key} is {value} (source: {source}). Write a whole number from {least} to {most}.",
                key=rule.key,
                value=rule.value,
                source=rule.source,
                least=least,
                most=most,
            )
        )
    return int(value)
