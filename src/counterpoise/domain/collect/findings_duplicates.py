"""Finds companies that were entered twice: names that are the same but for their legal form, their
spelling, or one slip of the pen.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from counterpoise.domain.collect.findings_spelling import list_slips, read_digits
from counterpoise.domain.collect.folding import fold

_WRITTEN_FORMS = """
ab ag aps as asa bhd bv co company corp corporation cv doo eirl est fze fzco fzllc gmbh inc
incorporated kft kg kk lda limited limitada llc llp lp ltd ltda mbh nv oao ohg oy oyj pjsc plc psc
pte pty pvt qsc sa sae saoc saog sarl sas sdn se sl snc spa spzoo srl sro ulc wll zao zrt
شمم ذمم شمع شمك شمق شمل محدوده المحدوده مساهمه
"""
_LEGAL_FORMS = frozenset(_WRITTEN_FORMS.split())
_LEADING = frozenset({"the", "شركه", "مؤسسه", "موسسه"})
_SEPARATORS = re.compile(r"[\s,;()\[\]/_&+–—-]+")
_SHORTEST = 8


def fold_company(name: str) -> str:
    """The name's words folded and joined, without its legal form and a leading `The` or `شركة`.

    A name that is nothing but legal form is folded as it stands.
    """
    words = [fold(word) for word in _SEPARATORS.split(name) if any(map(str.isalnum, word))]
    return "".join(drop_legal_form(words)) or fold(name)


def drop_legal_form(words: Sequence[str]) -> list[str]:
    """Folded words of a company's name without what says its legal form; all where none is left."""
    kept = list(words)
    while kept and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    if len(kept) > 1 and kept[0] in _LEADING:
        kept.pop(0)
    return kept or list(words)


def find_twins(keys: Sequence[str], *, slips: bool) -> dict[int, int]:
    """For each key that repeats an earlier one: its position, and the position of the earlier.

    slips: also one slip of the pen apart, in keys of eight letters or more with the same digits.
    """
    first: dict[str, int] = {}
    twins: dict[int, int] = {}
    for place, key in enumerate(keys):
        if first.setdefault(key, place) != place:
            twins[place] = first[key]
    if slips:
        for one, other in _list_near([key for key in first if len(key) >= _SHORTEST]):
            early, late = sorted((first[one], first[other]))
            twins[late] = min(early, twins.get(late, early))
    return twins


def _list_near(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs one slip apart. Hashes of the slips say which could be, as the slips are too many."""
    hashes: NDArray[np.int64] = np.fromiter(
        (hash(slip) for key in keys for slip in list_slips(key)), dtype=np.int64
    )
    whose = np.repeat(np.arange(len(keys)), [len(key) + 1 for key in keys])
    order = np.argsort(hashes, kind="stable")
    hashes, whose = hashes[order], whose[order]
    borders = np.flatnonzero(hashes[1:] != hashes[:-1]) + 1
    starts, ends = np.append(0, borders), np.append(borders, len(hashes))
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        group = np.unique(whose[start:end]).tolist()
        for one, other in combinations([keys[place] for place in group], 2):
            if read_digits(one) == read_digits(other) and OSA.distance(one, other) == 1:
                yield one, other
