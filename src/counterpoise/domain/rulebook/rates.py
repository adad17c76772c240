"""Exchange rates from the rulebook: units of the reporting currency for one unit of another.

The key is `exchange_rate`, its subject the other currency. A rate holds from its effective date
until the next one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.values.text import text

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
                text(
                    "An amount of {on} is in {currency} and the rulebook has no {key} for"
                    " {currency} on that day, so it cannot be stated in {reporting}. Add {key}"
                    " with subject {currency}, in force on or before {on}.",
                    on=on,
                    currency=currency,
                    key=KEY,
                    reporting=self.reporting,
                )
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
            text(
                "Amounts are in {listed} and the rulebook names no company.currency, so"
                " they cannot be added up. Set company.currency and a dated {key} for each"
                " of the others (subject: the currency; value: units of the company's"
                " currency for one).",
                listed=" and ".join(met),
                key=KEY,
            )
        )
    reporting = reporting or "".join(met)
    foreign = [each for each in met if each != reporting]
    dated = tuple(rate for currency in foreign for rate in _list_rates(rulebook, currency, on))
    if without := sorted(set(foreign) - {each.currency for each in dated}):
        raise MissingRate(
            text(
                "Amounts are in {listed} and the rulebook has no {key} for {lacking}, so"
                " they cannot be stated in {reporting}. Add {key} with subject {without}:"
                " units of {reporting} for one {without}, dated.",
                listed=" and ".join(met),
                key=KEY,
                lacking=" and ".join(without),
                reporting=reporting,
                without=without[0],
            )
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
            text(
                "{key} of {currency} from {effective_from} is {rate}. Write a rate above 0.",
                key=KEY,
                currency=currency,
                effective_from=wrong.effective_from,
                rate=wrong.rate,
            )
        )
    return rates


def _find_text(rulebook: Rulebook, key: str, on: date) -> str:
    found = rulebook.find(key, on)
    return found.value.strip() if found else ""
