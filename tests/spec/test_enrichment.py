"""Which value holds when several say something of the same field."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.collect.enrichment import (
    AUTHORITIES,
    Claim,
    Trust,
    decide,
    decide_all,
    is_same,
    read_trust,
)
from counterpoise.domain.rulebook import toml

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
TRUST = Trust(
    {each: len(AUTHORITIES) - place for place, each in enumerate(AUTHORITIES)},
    {"": 365, "employees": 90},
)


def claim(authority, value="Cairo", days=10, **more):
    held = {"field": "city", "provider": authority, "method": "file", **more}
    return Claim(value=value, authority=authority, seen_at=NOW - timedelta(days=days), **held)


def verified(value="Cairo", days=10):
    return claim("person", value, days, is_verified=True)


CASES = {
    "nothing known: even a guess is taken": (None, claim("guess"), "fill"),
    "a crawl beats a guess": (claim("guess"), claim("crawl", "Giza"), "replace"),
    "billing beats a vendor": (claim("vendor"), claim("billing", "Giza"), "replace"),
    "a vendor does not beat billing": (claim("billing"), claim("vendor", "Giza"), "keep"),
    "the same, spelled otherwise": (claim("vendor"), claim("crawl", "CAIRO "), "confirm"),
    "the same vendor, newer": (claim("vendor"), claim("vendor", "Giza", 1), "replace"),
    "the same vendor, older": (claim("vendor"), claim("vendor", "Giza", 99), "keep"),
    "two vendors differ": (claim("vendor"), claim("vendor", "Giza", 1, provider="b"), "conflict"),
    "old billing, newer crawl": (claim("billing", days=400), claim("crawl", "Giza", 1), "conflict"),
    "old billing, older crawl": (claim("billing", days=400), claim("crawl", "Giza", 500), "keep"),
    "a field that ages sooner": (
        claim("billing", days=91, field="employees"),
        claim("crawl", "9", 1, field="employees"),
        "conflict",
    ),
    "verified: nothing overwrites it": (verified(), claim("billing", "Giza", 1), "keep"),
    "verified long ago: a person decides": (
        verified(days=400),
        claim("guess", "Giza", 1),
        "conflict",
    ),
    "verified long ago, and the other older": (
        verified(days=400),
        claim("guess", "Giza", 500),
        "keep",
    ),
    "verified, and found again": (verified(), claim("crawl", "cairo", 1), "confirm"),
}


@pytest.mark.parametrize(("standing", "said", "verdict"), CASES.values(), ids=CASES)
def test_what_is_said_comes_to(standing, said, verdict):
    decision = decide(standing, said, TRUST, NOW)
    assert decision.verdict == verdict
    assert decision.holds == (said if verdict in ("fill", "replace") else standing)
    assert decision.rival == (said if verdict == "conflict" else None)


def test_who_says_the_same_with_more_weight_says_it_from_now_on():
    crawled, billed = claim("crawl"), claim("billing", "القاهرة")
    assert decide(crawled, replace(billed, value="cairo"), TRUST, NOW).holds.authority == "billing"
    again = claim("crawl", days=1)
    assert decide(crawled, again, TRUST, NOW).holds == again


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("شركة الأفق", "شركه الافق", True),
        ("Égypte", "egypte", True),
        ("+20 2 2735 1000", "+20-2-2735-1000", True),
        ("120", "1200", False),
        ("", "x", False),
    ],
)
def test_spelling_is_no_difference(one, other, same):
    assert is_same(one, other) is same


def test_the_rulebook_says_who_counts_more_and_what_ages_when():
    trust = read_trust(toml.load_defaults(), date(2026, 9, 30))
    ranks = [trust.ranks[each] for each in AUTHORITIES]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == len(ranks)
    assert trust.limits[""] > trust.limits["employees"]


CLAIMS = st.builds(
    claim,
    st.sampled_from(AUTHORITIES[1:]),
    st.sampled_from(["Cairo", "Giza", "Luxor"]),
    st.integers(0, 900),
)


@given(st.lists(CLAIMS, max_size=6), st.integers(0, 900))
def test_no_list_of_claims_overwrites_what_a_person_verified(claims, days):
    decisions = decide_all(verified(days=days), claims, TRUST, NOW)
    assert all(each.holds.is_verified and each.holds.value == "Cairo" for each in decisions)


@given(
    st.lists(CLAIMS, min_size=1, max_size=4, unique_by=lambda each: (each.authority, each.seen_at))
)
def test_the_order_in_which_claims_arrive_changes_nothing(claims):
    ends = {decide_all(None, each, TRUST, NOW)[-1].holds for each in permutations(claims)}
    assert len(ends) == 1
