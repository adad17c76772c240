"""The rulebook, as a business reads it: which value holds for whom, and since when."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rule, Rulebook

OLD = Rule("pool.wage", "", "5000", "USD a month", date(2020, 1, 1), "default")
NEW = Rule("pool.wage", "", "5500", "USD a month", date(2026, 1, 1), "payroll")
CAIRO = Rule("pool.wage", "Cairo", "3100", "USD a month", date(2026, 7, 1), "payroll")
RAMP = Rule("pool.ramp", "", "0.2 0.6", "share", date(2020, 1, 1), "default")
BOOK = Rulebook((NEW, OLD, CAIRO, RAMP))


@pytest.mark.parametrize(
    ("subject", "on", "value"),
    [
        pytest.param("", date(2025, 12, 31), "5000", id="before the change: the old value"),
        pytest.param("", date(2026, 1, 1), "5500", id="from its day on: the new value"),
        pytest.param("Cairo", date(2026, 6, 30), "5500", id="no value of its own yet: everyone's"),
        pytest.param("Cairo", date(2026, 7, 1), "3100", id="its own value"),
        pytest.param("Riyadh", date(2026, 7, 1), "5500", id="another has none: everyone's"),
    ],
)
def test_value_in_force(subject, on, value):
    assert BOOK.get("pool.wage", on, subject).value == value


def test_a_rule_that_nobody_wrote_is_refused_with_what_to_add():
    with pytest.raises(MissingRule, match=r"nothing of pool.wage for Cairo on 2019-01-01. Add"):
        BOOK.get("pool.wage", date(2019, 1, 1), "Cairo")


def test_numbers_are_exact():
    assert BOOK.get_number("pool.wage", date(2026, 1, 1)) == Decimal(5500)
    assert BOOK.get_numbers("pool.ramp", date(2026, 1, 1)) == (Decimal("0.2"), Decimal("0.6"))


@pytest.mark.parametrize("value", ["many", "NaN", "Infinity", ""])
def test_a_value_that_is_no_number_is_refused_with_its_source(value):
    book = Rulebook((Rule("pool.wage", "", value, "", date(2020, 1, 1), "payroll"),))
    with pytest.raises(InvalidRule, match="source: payroll"):
        book.get_number("pool.wage", date(2026, 1, 1))


def test_a_ramp_that_is_no_row_of_numbers_is_refused():
    book = Rulebook((Rule("pool.ramp", "", "fast", "", date(2020, 1, 1), "hr"),))
    with pytest.raises(InvalidRule, match="numbers and spaces"):
        book.get_numbers("pool.ramp", date(2026, 1, 1))


def test_subjects_with_a_value_of_their_own():
    assert BOOK.subjects("pool.wage", date(2026, 7, 1)) == ("Cairo",)
    assert BOOK.subjects("pool.wage", date(2026, 1, 1)) == ()


def test_what_changed_between_two_days():
    assert BOOK.changed_between(date(2025, 12, 31), date(2026, 6, 30)) == (NEW,)


RULE = """
[[rule]]
key = "pool.wage"
value = 5000
effective_from = 2026-01-01
source = "payroll"
"""


def test_a_rule_written_as_toml():
    (rule,) = toml.parse(RULE, "rules.toml").rules
    assert rule == Rule("pool.wage", "", "5000", "", date(2026, 1, 1), "payroll")


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        pytest.param("[[rule", "no valid TOML", id="broken syntax"),
        pytest.param("answer = 42", "and nothing else", id="something else"),
        pytest.param("rule = 42", "and nothing else", id="a rule that is no table"),
        pytest.param(RULE + "colour = 'red'", r"rule 1 has \['colour'\]", id="a field too many"),
        pytest.param(RULE.replace('source = "payroll"', ""), r"lacks \['source'\]", id="no source"),
        pytest.param(RULE.replace("2026-01-01", "'soon'"), "Write a date", id="no date"),
    ],
)
def test_a_broken_file_is_refused_by_name(written, advice):
    with pytest.raises(InvalidRule, match=advice):
        toml.parse(written, "rules.toml")


def test_every_default_has_a_unit_or_says_why_and_names_its_source():
    for rule in toml.load_defaults().rules:
        assert rule.source.startswith("default"), rule
