"""Finds values that are almost another: a misspelt category, a key with a slip of the pen.

Two texts are a slip apart where one letter is missing, added, changed, or swapped with its
neighbour (optimal string alignment), after folding. Texts whose digits differ are never almost the
same: D-1001 is not a misspelt D-1002.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from rapidfuzz.distance import OSA

from counterpoise.domain.collect.folding import fold

SHORTEST, SHORTEST_FOR_TWO = 4, 8
"""Letters that a text must have to be one slip, or two, from another."""
_MACHINE_MADE = 12
_FEW = 1_000_000
"""Pairs of texts that are compared one by one."""


def match_keys(values: Iterable[str], targets: Iterable[str]) -> dict[str, str]:
    """Of values that are no target: the target that each almost is, if any.

    Folded alike goes first, then one slip; two only where there are few enough to compare each with
    each. Long codes with digits, as machines make them, are alike when they fold alike only.
    """
    known = {fold(target): target for target in sorted(targets, reverse=True)}
    matched: dict[str, str] = {}
    open_ones: dict[str, list[str]] = defaultdict(list)
    for value in values:
        folded = fold(value)
        if folded in known:
            matched[value] = known[folded]
        elif not _is_machine_made(folded):
            open_ones[folded].append(value)
    for folded, near in _match_slips(open_ones, known):
        matched |= dict.fromkeys(open_ones[folded], known[near])
    return matched


def find_misspellings(
    counts: Mapping[str, int], vocabulary: Collection[str], rare_share: Decimal
) -> dict[str, str]:
    """Of a category's values with their counts: what each misspelt one was meant to be.

    A value is misspelt where it is rare beside one that it almost is, where a more frequent one
    folds to the same, or where it is in no `vocabulary` (of folded words or names, to their
    spelling) but almost in it.
    """
    common = sorted(counts, key=lambda value: (-counts[value], value))
    spelt: dict[str, str] = {}
    by_fold: dict[str, str] = {}
    for value in common:
        folded = fold(value)
        first = by_fold.setdefault(folded, value)
        if first != value:
            spelt[value] = first
        elif folded not in vocabulary and (
            meant := _find_common(folded, counts[value], by_fold, counts, rare_share)
        ):
            spelt[value] = meant
    return spelt


def is_slip(one: str, other: str) -> bool:
    """Whether two folded texts are one slip apart, or two in longer ones."""
    shorter = min(len(one), len(other))
    if shorter < SHORTEST:
        return False
    allowed = 2 if shorter >= SHORTEST_FOR_TWO else 1
    is_near = 0 < OSA.distance(one, other, score_cutoff=allowed) <= allowed
    return is_near and read_digits(one) == read_digits(other)


def read_digits(folded: str) -> str:
    return "".join(each for each in folded if each.isdigit())


def list_slips(folded: str) -> Iterator[str]:
    """The text itself and without each of its letters: texts a slip apart have one in common."""
    yield folded
    for place in range(len(folded)):
        yield folded[:place] + folded[place + 1 :]


def _find_common(
    folded: str, rows: int, by_fold: Mapping[str, str], counts: Mapping[str, int], share: Decimal
) -> str | None:
    near = (
        value
        for other, value in by_fold.items()
        if rows <= share * counts[value] and is_slip(folded, other)
    )
    return next(near, None)


def _match_slips(folded: Collection[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    if len(folded) * len(known) <= _FEW:
        ordered = sorted(known)
        for each in folded:
            near = [other for other in ordered if is_slip(each, other)]
            if near:
                yield each, min(near, key=lambda other: OSA.distance(each, other))
        return
    slips: dict[str, list[str]] = defaultdict(list)
    for each in folded:
        for slip in list_slips(each):
            slips[slip].append(each)
    found: dict[str, str] = {}
    for other in sorted(known):
        for slip in list_slips(other):
            for each in slips.get(slip, ()):
                if each not in found and is_slip(each, other):
                    found[each] = other
    yield from found.items()


def _is_machine_made(folded: str) -> bool:
    return len(folded) >= _MACHINE_MADE and any(each.isdigit() for each in folded)
