"""Whatever order events come in, and however often: what holds in the end is what the source has.

A source changes some values of a record at each version. What it has is told by going through the
versions in order; what we have, by folding the same events as they happen to arrive.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.deliveries import fold

NAMES = ("email", "status", "company_name", "phone")
values = st.none() | st.sampled_from(["", "new", "won", "نور", "a@x.example"])
changes = st.dictionaries(st.sampled_from(NAMES), values, min_size=1)
histories = st.lists(changes, min_size=1, max_size=8)


@st.composite
def arrivals(draw):
    """A history, and its events in any order, each up to five times."""
    history = draw(histories)
    copies = [
        (version, said)
        for version, said in enumerate(history)
        for _ in range(draw(st.integers(1, 5)))
    ]
    return history, draw(st.permutations(copies))


def tell(events):
    known = {}
    for version, said in events:
        known = fold(known, said, Decimal(version))
    return {name: each.value for name, each in known.items()}


def settle(history):
    state = {}
    for said in history:
        state |= said
    return state


@pytest.mark.case("API-12")
@settings(max_examples=200, deadline=None)
@given(arrivals())
def test_the_state_is_the_sources(arrived):
    history, events = arrived
    assert tell(events) == settle(history)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None)
@given(arrivals())
def test_the_state_is_the_sources_soak(arrived):
    history, events = arrived
    assert tell(events) == settle(history)


@given(changes, changes)
def test_two_that_claim_one_version_come_to_the_same_either_way(one, other):
    assert tell([(1, one), (1, other)]) == tell([(1, other), (1, one)])
