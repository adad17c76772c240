"""What must always hold of customers, whatever the records are."""

from hypothesis import given
from hypothesis import strategies as st

from counterpoise.domain.collect.identity_clusters import Edge, split_cluster
from counterpoise.domain.collect.identity_entities import Overlap, assign_entities
from counterpoise.domain.collect.identity_merges import (
    RefusedMerge,
    gather,
    make_merge,
    undo_merge,
)

RECORDS = st.integers(0, 7)
LINKS = st.dictionaries(
    st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] < pair[1]), st.floats(0.01, 1)
)
PUT_APART = st.sets(st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] < pair[1]), max_size=4)
PARTITIONS = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@given(LINKS, PUT_APART, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(links, apart, order):
    edges = [Edge(*pair, likelihood) for pair, likelihood in links.items()]
    first = split_cluster(range(8), edges, sorted(apart), threshold=0.5)
    members = list(range(8))
    order.shuffle(members)
    order.shuffle(edges)
    turned = [(other, one) for one, other in apart]
    order.shuffle(turned)
    assert split_cluster(members, edges, turned, threshold=0.5) == first


@given(LINKS, PUT_APART)
def test_no_record_is_lost_and_none_that_are_apart_are_together(links, apart):
    edges = [Edge(*pair, likelihood) for pair, likelihood in links.items()]
    parts = split_cluster(range(8), edges, apart, threshold=0.5)
    assert sorted(each for part in parts for each in part) == list(range(8))
    assert not [pair for pair in apart for part in parts if set(pair) <= set(part)]


def name_clusters(labels):
    """Clusters by their first record, of a label for each record."""
    found = {}
    for record, label in enumerate(labels):
        found.setdefault(label, []).append(record)
    return {f"{records[0]:02}": records for records in found.values()}


def run(labels, before, following):
    """One run over records; before: entity by record. Gives entity by record, and what follows."""
    clusters = name_clusters(labels)
    overlaps = [
        Overlap(name, entity, sum(before.get(each) == entity for each in records))
        for name, records in clusters.items()
        for entity in {before[each] for each in records if each in before}
    ]
    made = assign_entities(list(clusters), overlaps, set(before.values()), following=following)
    after = {
        each: entity
        for entity, records in zip(made.entities, clusters.values(), strict=True)
        for each in records
    }
    return after, made


@given(PARTITIONS)
def test_ids_are_stable_when_nothing_changes(labels):
    first, made = run(labels, {}, 1)
    again, second = run(labels, first, made.following)
    assert (again, second.events, second.following) == (first, (), made.following)


@given(st.lists(PARTITIONS, min_size=2, max_size=6))
def test_an_id_is_never_given_twice_and_stands_for_one_cluster(runs):
    before, following, retired = {}, 1, set()
    for labels in runs:
        after, made = run(labels, before, following)
        assert len(set(made.entities)) == len(name_clusters(labels))
        assert not retired & set(made.entities)
        gone = {each.entity for each in made.events if each.happening in {"joined", "retired"}}
        assert gone == set(before.values()) - set(made.entities)
        retired |= gone
        before, following = after, made.following


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=6))
def test_undoing_the_last_merge_gives_back_what_was(pairs):
    found = {entity: (f"r{entity}", f"s{entity}") for entity in range(1, 7)}
    merges = []
    for kept, absorbed in pairs:
        try:
            made = make_merge(merges, found, kept, absorbed)
        except RefusedMerge:
            continue
        before = gather(found, merges)
        undone = undo_merge([*merges, made], made.id, found)
        assert gather(found, undone) == before
        assert made.kept in gather(found, [*merges, made])
        merges.append(made)
    while live := [each for each in merges if not each.is_undone]:
        merges = list(undo_merge(merges, live[-1].id, found))
    assert gather(found, merges) == found
