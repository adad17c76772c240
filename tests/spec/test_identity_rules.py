"""What is joined, whose value stands, which id a customer keeps, and what a merge may do."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.domain.collect.identity_clusters import CERTAIN, Edge, split_cluster
from counterpoise.domain.collect.identity_costs import (
    Costs,
    Thresholds,
    choose_thresholds,
    draw_curve,
    load_costs,
)
from counterpoise.domain.collect.identity_entities import Event, Overlap, assign_entities
from counterpoise.domain.collect.identity_merges import (
    Merge,
    RefusedMerge,
    RefusedUndo,
    gather,
    list_obstacles,
    make_merge,
    undo_merge,
)
from counterpoise.domain.collect.identity_survivors import Candidate, Standing, choose_survivors
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults

TODAY = date(2026, 11, 29)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("costs", "automatic", "review"),
    [
        ((40, 10, 2), 0.95, 0.2),
        ((100, 10, 2), 0.98, 0.2),
        ((40, 4, 2), 0.95, 0.5),
        ((10, 10, 10), 0.5, 0.5),
        ((30, 10, 20), 0.75, 0.75),
    ],
    ids=[
        "a false merge costs four missed ones",
        "a dear false merge raises the bar",
        "a cheap miss needs fewer reviews",
        "a review that costs as much as a mistake is never made",
        "of dear reviews none is made",
    ],
)
def test_thresholds(costs, automatic, review):
    assert choose_thresholds(Costs(*map(Decimal, costs))) == Thresholds(automatic, review)


def test_costs_are_of_the_rulebook_and_above_nothing():
    book = load_defaults()
    assert load_costs(book, TODAY, "account") == Costs(Decimal(40), Decimal(10), Decimal(2))
    free = Rule("identity.review_cost", "account", "0", "minutes", TODAY, "a joke")
    with pytest.raises(InvalidRule, match=r"identity.review_cost is 0"):
        load_costs(Rulebook((*book.rules, free)), TODAY, "account")


def test_the_curve_counts_what_is_joined_looked_at_and_left():
    counted = [(0.1, 100), (0.5, 10), (0.99, 200)]
    low, high = draw_curve(counted, Costs(Decimal(40), Decimal(10), Decimal(2)), (0.4, 0.95))
    assert (low.threshold, low.joined, low.reviewed) == (0.4, 210, 0)
    assert low.cost == pytest.approx(0.5 * 10 * 40 + 0.01 * 200 * 40 + 0.1 * 100 * 10)
    assert (high.joined, high.reviewed) == (200, 10)
    assert high.cost == pytest.approx(10 * 2 + 0.01 * 200 * 40 + 0.1 * 100 * 10)


TWO_THREES = ((1, 2, 0.99), (2, 3, 0.99), (4, 5, 0.99), (5, 6, 0.99))


@pytest.mark.parametrize(
    ("edges", "apart", "parts"),
    [
        ([(1, 2, 0.99), (2, 3, 0.99)], [], ((1, 2, 3),)),
        ([(1, 2, 0.99), (2, 3, 0.98)], [(1, 3)], ((1, 2), (3,))),
        ([(1, 2, 0.98), (2, 3, 0.99)], [(3, 1)], ((2, 3), (1,))),
        ([*TWO_THREES, (3, 4, 0.96)], [], ((1, 2, 3), (4, 5, 6))),
        ([*TWO_THREES, (3, 4, 0.96), (1, 5, 0.9)], [], ((1, 2, 3, 4, 5, 6),)),
        ([*TWO_THREES, (3, 4, CERTAIN)], [], ((1, 2, 3, 4, 5, 6),)),
        ([(1, 2, CERTAIN), (2, 3, CERTAIN)], [(1, 3)], ((1, 2), (3,))),
        ([(1, 2, 0.5), (2, 3, 0.99)], [], ((2, 3), (1,))),
    ],
    ids=[
        "a chain of three holds",
        "the weaker of two links gives way to what people said",
        "and so it does in the other direction",
        "two threes on one thread are two",
        "two threads hold them",
        "so does a person's word",
        "a person's no stands against two of their yes",
        "a link below the threshold joins nothing",
    ],
)
def test_clusters(edges, apart, parts):
    members = sorted({each for one, other, _ in edges for each in (one, other)})
    found = split_cluster(members, [Edge(*each) for each in edges], apart, threshold=0.85)
    assert found == parts


@pytest.mark.parametrize(
    ("clusters", "overlaps", "known", "entities", "events"),
    [
        (["a"], [], [], (7,), [("created", 7, None)]),
        (["a"], [("a", 3, 2)], [3], (3,), []),
        (["a"], [("a", 3, 1), ("a", 4, 2)], [3, 4], (4,), [("joined", 3, 4)]),
        (["a"], [("a", 3, 1), ("a", 4, 1)], [3, 4], (3,), [("joined", 4, 3)]),
        (["a", "b"], [("a", 3, 1), ("b", 3, 2)], [3], (7, 3), [("split", 7, 3)]),
        ([], [], [3], (), [("retired", 3, None)]),
        (
            ["a", "b"],
            [("a", 3, 5), ("a", 4, 4), ("b", 3, 3)],
            [3, 4],
            (3, 7),
            [("split", 7, 3), ("joined", 4, 3)],
        ),
    ],
    ids=[
        "new records make a customer",
        "the same records stay the same customer",
        "the larger part gives its number",
        "of equal parts the older one",
        "the larger part of a split keeps the number",
        "a customer without records is retired",
        "a number is given once",
    ],
)
def test_entities(clusters, overlaps, known, entities, events):
    made = assign_entities(clusters, [Overlap(*each) for each in overlaps], known, following=7)
    assert made.entities == entities
    assert made.events == tuple(Event(*each) for each in events)
    assert made.following == 7 + sum(each >= 7 for each in entities)


def candidate(record, updated_at=EARLY, source="crm", **values):
    return Candidate(record, source, updated_at, values)


@pytest.mark.parametrize(
    ("candidates", "said", "expected"),
    [
        ([candidate("1", name="Acme")], {}, ("Acme", "1", "only", ())),
        (
            [candidate("1", name="Acme"), candidate("2", name="Acme")],
            {},
            ("Acme", "1", "agreed", ()),
        ),
        (
            [candidate("1", LATE, name="Acme"), candidate("2", source="billing", name="ACME Inc")],
            {},
            ("ACME Inc", "2", "source", ("Acme",)),
        ),
        (
            [candidate("1", name="Acme"), candidate("2", LATE, name="Acme Inc")],
            {},
            ("Acme Inc", "2", "recency", ("Acme",)),
        ),
        (
            [candidate("1", None, name="Acme"), candidate("2", name="Acme Inc")],
            {},
            ("Acme Inc", "2", "recency", ("Acme",)),
        ),
        (
            [candidate("1", name="Acme Incorporated"), candidate("2", name="Acme", city="Cairo")],
            {},
            ("Acme", "2", "completeness", ("Acme Incorporated",)),
        ),
        (
            [candidate("1", name="Acme"), candidate("2", name="Acme Incorporated")],
            {},
            ("Acme Incorporated", "2", "order", ("Acme",)),
        ),
        (
            [candidate("1", LATE, name="Acme"), candidate("2", name="ACME")],
            {"verified": {"name": "ACME"}},
            ("ACME", "2", "verified", ("Acme",)),
        ),
        (
            [candidate("1", name="Acme")],
            {"verified": {"name": "Acme Group"}},
            ("Acme Group", "", "verified", ("Acme",)),
        ),
        (
            [candidate("1", LATE, name="Acme"), candidate("2", name="ACME")],
            {"chosen": {"name": "2"}},
            ("ACME", "2", "chosen", ("Acme",)),
        ),
        (
            [candidate("1", LATE, name="Acme"), candidate("2", name="")],
            {"chosen": {"name": "2"}},
            ("Acme", "1", "only", ()),
        ),
    ],
    ids=[
        "the only value",
        "two records that agree",
        "the better source",
        "the record changed last",
        "a record that says when it changed",
        "the more complete record",
        "at last the longer value",
        "what a person verified, from its record",
        "what a person verified, from no record",
        "what a person picked in a merge",
        "a picked record that lost its value",
    ],
)
def test_survivors(candidates, said, expected):
    standing = Standing(said.get("verified", {}), said.get("chosen", {}))
    (found,) = choose_survivors(("name",), candidates, {"": ("billing",)}, standing)
    assert (found.value, found.record, found.ground, found.others) == expected


def test_a_field_that_nobody_filled_has_no_survivor():
    assert choose_survivors(("city",), [candidate("1", name="Acme")], {}) == ()


def test_a_field_has_a_rank_of_its_own():
    both = [
        candidate("1", name="a", city="x"),
        candidate("2", source="billing", name="b", city="y"),
    ]
    ranks = {"": ("billing",), "city": ("crm",)}
    found = choose_survivors(("name", "city"), both, ranks)
    assert [each.value for each in found] == ["b", "x"]


FOUND = {1: ("a", "b"), 2: ("c",), 3: ("d",), 4: ("e",)}


def merge_all(*pairs):
    merges = []
    for kept, absorbed in pairs:
        merges.append(make_merge(merges, FOUND, kept, absorbed))
    return merges


def test_a_merge_of_three_chains():
    merges = merge_all((1, 2), (3, 4), (1, 3))
    assert gather(FOUND, merges) == {1: ("a", "b", "c", "d", "e")}


@pytest.mark.parametrize(
    ("kept", "absorbed", "why"),
    [
        (1, 1, "1 cannot be merged with itself"),
        (2, 3, "2 was merged into 1 before"),
        (3, 2, "2 was merged into 1 before"),
        (9, 3, "9 has no records"),
    ],
    ids=["with itself", "into one that is gone", "one that is gone", "one that never was"],
)
def test_a_merge_that_makes_no_sense_is_refused(kept, absorbed, why):
    with pytest.raises(RefusedMerge, match=why):
        make_merge(merge_all((1, 2)), FOUND, kept, absorbed)


@pytest.mark.parametrize(
    ("merges", "found", "reasons"),
    [
        (merge_all((1, 2), (1, 3)), FOUND, ["3 was merged into 1 later, on top of this."]),
        (merge_all((1, 2), (3, 1)), FOUND, ["1 was merged into 3 later, on top of this."]),
        (merge_all((1, 2)), {1: ("a", "b")}, ["Record c of 2 was removed since"]),
        (merge_all((1, 2)), {1: ("a", "b", "c")}, ["Record c of 2 belongs to 1 since"]),
        (merge_all((1, 2)), {1: ("a",), 2: ("c",)}, ["Record b of 1 was removed since"]),
        ([Merge(1, 1, 2, ("a", "b"), ("c",), is_undone=True)], FOUND, ["This merge was undone"]),
        (
            merge_all((1, 2), (1, 3)),
            {1: ("a", "b"), 3: ("d",)},
            ["3 was merged into 1 later", "Record c of 2 was removed since"],
        ),
    ],
    ids=[
        "another was merged into it later",
        "it was merged into another later",
        "a record was removed since",
        "the matcher joined them itself since",
        "a record of the kept one was removed",
        "it was undone before",
        "for two reasons, and both are said",
    ],
)
def test_an_undo_is_refused_where(merges, found, reasons):
    listed = list_obstacles(merges, merges[0], found)
    assert [str(each).startswith(why) for each, why in zip(listed, reasons, strict=True)] == [
        True for _ in reasons
    ]
    with pytest.raises(RefusedUndo) as refused:
        undo_merge(merges, 1, found)
    assert refused.value.reasons == listed


def test_an_earlier_merge_of_others_does_not_hinder():
    merges = merge_all((1, 2), (3, 4))
    assert gather(FOUND, undo_merge(merges, 1, FOUND)) == {1: ("a", "b"), 2: ("c",), 3: ("d", "e")}


def test_after_the_later_merge_is_undone_the_earlier_can_be():
    merges = undo_merge(merge_all((1, 2), (3, 1)), 2, FOUND)
    assert gather(FOUND, undo_merge(merges, 1, FOUND)) == FOUND
