"""Rules about data that a company writes into its rulebook, and those that say nothing."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.collect.health_rules import (
    Fresh,
    Required,
    Shaped,
    Unique,
    Within,
    read_health_rules,
)
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.tables.dictionary import get_table

DAY = date(2026, 9, 30)
AMOUNT = get_table("opportunity").get_attribute("amount")
DOMAIN = get_table("account").get_attribute("domain")


def write(key, subject, value, since=date(2026, 1, 1)):
    return Rule(f"health.{key}", subject, value, "", since, "test")


def read(*rules):
    return read_health_rules(Rulebook(rules), DAY)


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        pytest.param(
            write("required", "opportunity.amount", "Offer; Talks;"),
            (Required(AMOUNT, ("Offer", "Talks")),),
            id="needed in two stages",
        ),
        pytest.param(
            write("range", "opportunity.amount", "0 1000000"),
            (Within(AMOUNT, Decimal(0), Decimal(1_000_000)),),
            id="within limits",
        ),
        pytest.param(
            write("pattern", "account.domain", r"[a-z.]+"),
            (Shaped(DOMAIN, r"[a-z.]+"),),
            id="written in a form",
        ),
        pytest.param(
            write("unique", "account.domain", "yes"), (Unique(DOMAIN),), id="no two alike"
        ),
        pytest.param(write("unique", "account.domain", "no"), (), id="no longer unique"),
        pytest.param(
            write("fresh", "lead", "2"), (Fresh("lead", "", Decimal(2)),), id="fresh, all sources"
        ),
        pytest.param(
            write("fresh", "lead hubspot", "0.5"),
            (Fresh("lead", "hubspot", Decimal("0.5")),),
            id="fresh, one source",
        ),
        pytest.param(
            write("fresh", "lead", "2", date(2026, 10, 1)), (), id="not in force before its day"
        ),
    ],
)
def test_a_rule_means(rule, meant):
    assert read(rule) == meant


@pytest.mark.parametrize(
    ("rule", "advice"),
    [
        pytest.param(
            write("unique", "account.web", "yes"), "Write table.attribute", id="no attribute"
        ),
        pytest.param(write("unique", "shop.name", "yes"), "Write table.attribute", id="no table"),
        pytest.param(
            write("required", "account.domain", "Offer"), "only deals have stages", id="no deal"
        ),
        pytest.param(
            write("range", "opportunity.amount", "5 1"), "lowest and the highest", id="upside down"
        ),
        pytest.param(
            write("range", "opportunity.amount", "5"), "lowest and the highest", id="one limit"
        ),
        pytest.param(
            write("range", "account.domain", "0 5"), "that is a number", id="limits of a text"
        ),
        pytest.param(
            write("pattern", "account.domain", "[a-z"), "no regular expression", id="no pattern"
        ),
        pytest.param(
            write("fresh", "product", "2"), "names no table whose rows have a day", id="no day"
        ),
    ],
)
def test_a_rule_that_says_nothing_is_refused_with_advice(rule, advice):
    with pytest.raises(InvalidRule, match=advice):
        read(rule)
