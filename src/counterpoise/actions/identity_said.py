"""What is said of two records before a run looks at them: by people, and by the sources.

People come first: where a source says that a lead became a contact and a person says that the two
are not one, they are not.
"""

from collections.abc import Iterable

from counterpoise.domain.collect.identity_models import SIDES, Kind, SaidOfPairs, name_side
from counterpoise.store import identity as stored
from counterpoise.store.identity_merges import list_merges

Pair = tuple[str, str]


def read_said(kind: Kind) -> SaidOfPairs:
    verdicts = stored.list_verdicts(kind)
    return SaidOfPairs(
        tuple((each.one, each.other) for each in verdicts if each.word == "same"),
        tuple((each.one, each.other) for each in verdicts if each.word == "different"),
    )


def gather_said(became: Iterable[Pair]) -> SaidOfPairs:
    """Of people: their own, what was said of contacts and of leads, and merges of these that hold.

    became: contacts with the leads that became them.
    """
    said = read_said("person")
    same, apart = [*said.same], [*said.apart]
    for kind in SIDES:
        theirs = read_said(kind)
        same += [_mark(kind, pair) for pair in (*theirs.same, *_list_merged(kind))]
        apart += [_mark(kind, pair) for pair in theirs.apart]
    refused = {frozenset(pair) for pair in apart}
    same += [pair for pair in became if frozenset(pair) not in refused]
    return SaidOfPairs(tuple(same), tuple(apart))


def _list_merged(kind: Kind) -> list[Pair]:
    """A record of each side: each side is one already."""
    merges = (each.merge for each in list_merges(kind))
    return [
        (each.kept_members[0], each.absorbed_members[0]) for each in merges if not each.is_undone
    ]


def _mark(kind: Kind, pair: Pair) -> Pair:
    return name_side(kind, pair[0]), name_side(kind, pair[1])
