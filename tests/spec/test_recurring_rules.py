"""What the rulebook says of recurring revenue: words of deals, terms, and refusals with advice."""

import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.demand.recurring_rules import NothingRecurring, read_rules
from counterpoise.domain.rulebook.rulebook import InvalidRule
from counterpoise.domain.rulebook.toml import load_defaults
from software_company import AS_OF, make_rulebook, make_rules, rule


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        pytest.param("New Business", "new", id="Salesforce"),
        pytest.param("newbusiness", "new", id="HubSpot"),
        pytest.param("existingbusiness", "", id="HubSpot's existing business says neither"),
        pytest.param("RENEWAL ", "renewal", id="in capitals"),
        pytest.param("Existing Customer - Downgrade", "renewal", id="Salesforce, less"),
        pytest.param("Existing Customer - Upgrade", "expansion", id="Salesforce, more"),
        pytest.param("up sell", "expansion", id="in two words"),
        pytest.param("تجديد الاشتراك", "renewal", id="Arabic renewal"),
        pytest.param("توسعه", "expansion", id="Arabic expansion, spelled otherwise"),
        pytest.param("عميل جديد", "new", id="Arabic new"),
        pytest.param("Other", "", id="anything else"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_words_of_a_deals_type(written, kind):
    assert make_rules().find_kind(written) == kind


def test_a_company_has_words_of_its_own():
    rules = make_rules(rule("term_months", "12"), rule("words", "Prolongation;", "renewal"))
    assert [rules.find_kind(word) for word in ("prolongation", "renewal")] == ["renewal", ""]


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param((), id="no rule"),
        pytest.param((rule("term_months", "0"),), id="all sold once"),
        pytest.param((rule("term_months", "12", since=AS_OF.replace(year=2030)),), id="later"),
    ],
)
def test_without_a_term_nothing_is_recurring_and_it_says_what_to_write(rules):
    book = make_rulebook(*rules) if rules else load_defaults()
    with pytest.raises(NothingRecurring, match=r"Write recurring\.term_months"):
        read_rules(book, AS_OF, fold)


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        pytest.param("term_months", "6.5", "is 6.5. Write whole months", id="half a month"),
        pytest.param("term_months", "121", "from 1 to 120", id="longer than ten years"),
        pytest.param("term_months", "-1", "from 1 to 120", id="a negative term"),
        pytest.param("term_months", "a year", "Write a number", id="words for a term"),
        pytest.param("least_terms", "0", "whole number from 1", id="learning from nothing"),
        pytest.param("paths", "1000000", "to 20000", id="too many futures"),
        pytest.param("window_after", "-1", "whole number from 0", id="a negative window"),
        pytest.param("prior_terms", "2.5", "whole number", id="half a term"),
    ],
)
def test_rules_that_nothing_can_be_made_of_are_refused_with_advice(key, value, advice):
    book = make_rulebook(rule(key, value), rule("term_months", "12", "Cloud"))
    with pytest.raises(InvalidRule, match=advice):
        read_rules(book, AS_OF, fold)
