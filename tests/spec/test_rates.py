"""Exchange rates: amounts in several currencies are stated in one, or nothing is added up."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.rulebook.rates import NO_RATES, MissingRate, build_rates
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook

NEW_YEAR, SUMMER = date(2026, 1, 1), date(2026, 7, 1)
IN_RIYALS = Rule("company.currency", "", "SAR", "", NEW_YEAR, "finance")
EURO = Rule("exchange_rate", "EUR", "4.05", "SAR", NEW_YEAR, "bank")
EURO_RISES = Rule("exchange_rate", "EUR", "4.20", "SAR", SUMMER, "bank")


def rates(*rules, met=("SAR", "EUR"), on=date(2026, 12, 31)):
    return build_rates(Rulebook(rules), met, on)


@pytest.mark.parametrize(
    ("currency", "on", "rate"),
    [
        pytest.param("SAR", NEW_YEAR, "1", id="the company's own currency is worth itself"),
        pytest.param("", NEW_YEAR, "1", id="an amount without a currency is the company's"),
        pytest.param("EUR", date(2026, 6, 30), "4.05", id="before the change: the old rate"),
        pytest.param("EUR", SUMMER, "4.20", id="from its day on: the new rate"),
    ],
)
def test_rate_of_a_day(currency, on, rate):
    assert rates(IN_RIYALS, EURO_RISES, EURO).get_rate(currency, on) == Decimal(rate)


def test_a_rate_that_was_not_known_yet_is_not_used():
    known = rates(IN_RIYALS, EURO, EURO_RISES, on=date(2026, 6, 30))
    assert known.get_rate("EUR", SUMMER) == Decimal("4.05")


def test_the_only_currency_there_is_needs_no_rule():
    assert rates(met=("EUR", "")).reporting == "EUR"
    assert rates(met=()).reporting == ""


def test_where_rows_are_counted_no_rate_is_needed():
    assert NO_RATES.get_rate("EUR", NEW_YEAR) == 1


@pytest.mark.parametrize(
    ("rules", "advice"),
    [
        pytest.param((), "Set company.currency and a dated exchange_rate", id="no main currency"),
        pytest.param((IN_RIYALS,), "Add exchange_rate with subject EUR", id="no rate at all"),
    ],
)
def test_currencies_that_cannot_be_added_up_are_refused(rules, advice):
    with pytest.raises(MissingRate, match=advice):
        rates(*rules)


def test_an_amount_older_than_every_rate_is_refused_with_its_day():
    with pytest.raises(MissingRate, match="An amount of 2025-12-31 is in EUR.*on or before"):
        rates(IN_RIYALS, EURO).get_rate("EUR", date(2025, 12, 31))


@pytest.mark.parametrize("value", ["0", "-4"])
def test_a_rate_of_nothing_is_refused(value):
    with pytest.raises(InvalidRule, match="Write a rate above 0"):
        rates(IN_RIYALS, Rule("exchange_rate", "EUR", value, "", NEW_YEAR, "bank"))
