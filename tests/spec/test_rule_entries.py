"""New entries of the rulebook, and what differs between two days."""

from datetime import date

import pytest

from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.entries import (
    Difference,
    check_entry,
    compare_days,
    find_held,
    find_unit,
    list_keys,
)
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook

OLD = Rule("pool.wage", "", "5000", "USD a month", date(2020, 1, 1), "default")
NEW = Rule("pool.wage", "", "5500", "USD a month", date(2026, 1, 1), "payroll")
AGAIN = Rule("pool.wage", "", "5500", "USD a month", date(2026, 4, 1), "payroll, confirmed")
CAIRO = Rule("pool.wage", "Cairo", "3100", "", date(2026, 7, 1), "payroll")
BOOK = Rulebook((NEW, OLD, AGAIN, CAIRO))
DEFAULTS = toml.load_defaults()


def entry(key, value, subject=""):
    return Rule(key, subject, value, "", date(2026, 10, 1), "the board")


def test_what_is_held_on_a_day_is_each_rules_own_newest_entry():
    assert find_held(BOOK, date(2026, 3, 1)) == {("pool.wage", ""): NEW}
    assert find_held(BOOK, date(2026, 7, 1)) == {
        ("pool.wage", ""): AGAIN,
        ("pool.wage", "Cairo"): CAIRO,
    }


def test_of_two_entries_of_one_day_the_same_holds_as_for_the_cycle():
    twice = Rulebook((NEW, Rule("pool.wage", "", "1", "", NEW.effective_from, "laid under")))
    held = find_held(twice, NEW.effective_from)["pool.wage", ""]
    assert held == twice.find("pool.wage", NEW.effective_from) == NEW


@pytest.mark.parametrize(
    ("start", "end", "differ"),
    [
        pytest.param(
            date(2025, 1, 1),
            date(2026, 1, 1),
            (Difference("pool.wage", "", OLD, NEW),),
            id="a raise",
        ),
        pytest.param(date(2026, 1, 1), date(2026, 6, 30), (), id="said again is no difference"),
        pytest.param(
            date(2026, 6, 30),
            date(2026, 7, 1),
            (Difference("pool.wage", "Cairo", None, CAIRO),),
            id="a first value of its own",
        ),
        pytest.param(
            date(2026, 7, 1),
            date(2019, 1, 1),
            (
                Difference("pool.wage", "", AGAIN, None),
                Difference("pool.wage", "Cairo", CAIRO, None),
            ),
            id="back to a day without any",
        ),
    ],
)
def test_difference_between_two_days(start, end, differ):
    assert compare_days(BOOK, start, end) == differ


def test_keys_without_any_value_yet_are_listed_too():
    assert set(list_keys(BOOK)) > {"pool.wage", "exchange_rate"}


@pytest.mark.parametrize(
    ("subject", "unit"),
    [
        pytest.param("", "USD a month", id="as the others say it"),
        pytest.param("Cairo", "USD a month", id="its own says none: that of all"),
    ],
)
def test_unit_of_a_new_entry(subject, unit):
    assert find_unit(BOOK.rules, "pool.wage", subject) == unit


def test_unit_of_a_key_whose_entries_say_none():
    assert find_unit(BOOK.rules, "exchange_rate", "EUR") == ""


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(entry("pool.ramp", "0.2 0.5"), id="a row of numbers where rows are"),
        pytest.param(entry("pool.ramp", "0.5"), id="a row of one"),
        pytest.param(entry("action.limit", " 20 "), id="a number"),
        pytest.param(entry("company.currency", ""), id="empty where it may be empty"),
        pytest.param(entry("stage.kind", "won", "Signed"), id="a word of the few"),
        pytest.param(entry("exchange_rate", "3.67", "AED"), id="a key without a default"),
    ],
)
def test_an_entry_that_its_key_can_read(new):
    found = check_entry(DEFAULTS, new).find(new.key, new.effective_from, new.subject)
    assert found.value == new.value


@pytest.mark.parametrize(
    ("new", "advice"),
    [
        pytest.param(entry("pool.wgae", "1"), "there is no such rule", id="no such key"),
        pytest.param(entry("action.limit", "many"), "Write a number", id="words for a number"),
        pytest.param(entry("action.limit", "1 2"), "Write one number", id="a row for a number"),
        pytest.param(entry("action.limit", ""), "Write a number", id="nothing for a number"),
        pytest.param(entry("pool.ramp", "fast"), "numbers and spaces", id="words for a ramp"),
        pytest.param(entry("signing.roles", " "), "is empty", id="nothing for words"),
        pytest.param(entry("stage.kind", "lots", "Signed"), "open, won, lost", id="another word"),
        pytest.param(entry("exchange_rate", "cheap", "AED"), "Write a number", id="no rate"),
    ],
)
def test_an_entry_that_its_key_cannot_read_is_refused(new, advice):
    with pytest.raises(InvalidRule, match=advice):
        check_entry(DEFAULTS, new)
