"""Exchange rates from the rulebook: units of the reporting currency for one unit of another.

The key is `exchange_rate`, its subject the other currency. A rate holds from its effective date
until the next one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook

KEY = "exchange_rate"


class MissingRate(LookupError):
    """Amounts in several currencies that the rulebook gives no way to add up."""


@dataclass(frozen=True, slots=True)
class DatedRate:
    """`rate` units of the reporting currency buy one unit of `currency` from that day on."""

    currency: str
    effective_from: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """Everything needed to state an amount in the reporting currency; '' where none is known.

    An amount without a currency is in the reporting currency. are_needed: false where only rows
    are counted and nobody looks at amounts.
    """

    reporting: str
    dated: tuple[DatedRate, ...]
    are_needed: bool = True

    def get_rate(self, currency: str, on: date) -> Decimal:
        if currency in ("", self.reporting) or not self.are_needed:
            return Decimal(1)
        held = [
            each for each in self.dated if each.currency == currency and each.effective_from <= on
        ]
        if not held:
            raise MissingRate(
                f"An amount of {on} is in {currency} and the rulebook has no {KEY} for"
                f" {currency} on that day, so it cannot be stated in {self.reporting}."
                f" Add {KEY} with subject {currency}, in force on or before {on}."
            )
        return held[-1].rate


NO_RATES = Rates("", (), are_needed=False)


def build_rates(rulebook: Rulebook, currencies: Collection[str], on: date) -> Rates:
    """Rates for amounts in these currencies, as far as they were known on a day.

    The reporting currency is the rulebook's company.currency, else the only currency there is.
    Raises MissingRate where amounts in several currencies cannot be stated in one.
    """
    met = sorted({each for each in currencies if each})
    reporting = _find_text(rulebook, "company.currency", on)
    if not reporting and len(met) > 1:
        raise MissingRate(
            f"Amounts are in {' and '.join(met)} and the rulebook names no company.currency, so"
            f" they cannot be added up. Set company.currency and a dated {KEY} for each of the"
            " others (subject: the currency; value: units of the company's currency for one)."
        )
    reporting = reporting or "".join(met)
    foreign = [each for each in met if each != reporting]
    dated = tuple(rate for currency in foreign for rate in _list_rates(rulebook, currency, on))
    if without := sorted(set(foreign) - {each.currency for each in dated}):
        raise MissingRate(
            f"Amounts are in {' and '.join(met)} and the rulebook has no {KEY} for"
            f" {' and '.join(without)}, so they cannot be stated in {reporting}. Add {KEY} with"
            f" subject {without[0]}: units of {reporting} for one {without[0]}, dated."
        )
    return Rates(reporting, dated)


def _list_rates(rulebook: Rulebook, currency: str, on: date) -> tuple[DatedRate, ...]:
    days = sorted(
        {
            rule.effective_from
            for rule in rulebook.rules
            if rule.key == KEY and rule.subject == currency and rule.effective_from <= on
        }
    )
    rates = tuple(DatedRate(currency, day, rulebook.get_number(KEY, day, currency)) for day in days)
    if wrong := next((each for each in rates if each.rate <= 0), None):
        raise InvalidRule(
            f"{KEY} of {currency} from {wrong.effective_from} is {wrong.rate}."
            " Write a rate above 0."
        )
    return rates


def _find_text(rulebook: Rulebook, key: str, on: date) -> str:
    found = rulebook.find(key, on)
    return found.value.strip() if found else ""
