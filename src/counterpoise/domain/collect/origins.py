"""Tells which system each file was exported from, by the names of its columns."""

from counterpoise.domain.collect.folding import find_prefix
from counterpoise.domain.collect.recognise import Candidate, Source
from counterpoise.domain.tables.dictionary import CRM, CRMS

_TELLING_NAMES = 2
"""Names of its own that show which CRM wrote a file."""


def find_source(candidates: tuple[Candidate, ...]) -> tuple[Source, ...]:
    """Which system each file comes from: the CRM that explains most of its columns, or `files`.

    A file that only hints at the one CRM that the other files come from is taken for its own.
    """
    found = [_find_own_source(each) for each in candidates]
    systems = {each for each in found if each != "files"}
    if len(systems) != 1:
        return tuple(found)
    (system,) = systems
    return tuple(
        system if own == "files" and _count_telling(each)[system] > 0 else own
        for own, each in zip(found, candidates, strict=True)
    )


def _find_own_source(candidate: Candidate) -> Source:
    counts, telling = _count_names(candidate), _count_telling(candidate)
    canonical = sum(each.kind == "canonical" for each in candidate.matches)
    best = max(CRMS, key=lambda crm: (counts[crm], telling[crm]))
    explained = counts[best]
    is_sure = explained > canonical and explained > 0.5 * len(candidate.matches)
    return best if is_sure and telling[best] >= _TELLING_NAMES else "files"


def _count_names(candidate: Candidate) -> dict[CRM, int]:
    return {crm: sum(crm in each.crms for each in candidate.matches) for crm in CRMS}


def _count_telling(candidate: Candidate) -> dict[CRM, int]:
    """Names that only the one CRM uses, or its way to write them: `Id` and `Name` tell nothing."""
    telling = {crm: sum(each.crms == (crm,) for each in candidate.matches) for crm in CRMS}
    for match in candidate.matches:
        telling["hubspot"] += match.column.startswith("property_")
        telling["pipedrive"] += bool(find_prefix(match.column))
    return telling
