"""Brings names of people and companies to what two spellings of one name have in common."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from counterpoise.domain.collect.findings_duplicates import drop_legal_form
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.collect.identity_sounds import sound, spell

_SEPARATORS = re.compile(r"[\s,;.()\[\]/_&+|\"“”«»–—-]+")
_APOSTROPHES = re.compile(r"['’‘`ʼʿʾ]")
_WRITTEN_TITLES = """
mr mrs ms miss dr doctor prof professor eng engr ing sir sheikh shaikh sheikha hajj haji sayyid
jr phd md mba السيد السيدة الآنسة الدكتور الدكتورة دكتور دكتورة المهندس المهندسة مهندس الأستاذ
الأستاذة أستاذ الشيخ الشيخة شيخ الحاج آقای خانم جناب دکتر
"""
_TITLES = frozenset(map(fold, _WRITTEN_TITLES.split()))
_OF_SOMEBODY = frozenset({"bin", "ibn", "bint", "بن", "ابن", "بنت"})
_ARTICLES = frozenset({"al", "el", "ال"})
_SLAVE_OF = frozenset({"abd", "abdul", "abdel", "abdal", "abdu", "عبد"})
_AND = frozenset({"and", "et", "und", "y", "و"})


def spell_person(name: str) -> tuple[str, ...]:
    """A person's names in order, each in one spelling, without titles, `bin` and articles.

    `عبد الرحمن`, `Abdul Rahman` and `Abdel-Rahman` are one name each. A name that is nothing but
    titles is kept as written.
    """
    words = list(_split(name))
    told = [each for each in words if each not in _TITLES] or words
    kept = [each for place, each in enumerate(told) if place == 0 or each not in _OF_SOMEBODY]
    return tuple(spell(each) for each in _join_prefixes(kept))


@lru_cache(maxsize=262144)
def fold_person(name: str) -> str:
    """A person's names as one text; '' for a name without a letter."""
    return " ".join(spell_person(name))


@lru_cache(maxsize=262144)
def sound_person(name: str) -> str:
    """How the names sound, in order of the alphabet, for some write the family name first."""
    return " ".join(sorted(sound(each) for each in spell_person(name)))


@lru_cache(maxsize=262144)
def fold_company(name: str) -> str:
    """A company's name in folded words, without legal form, `The`, `شركة` and `and`."""
    return " ".join(_spell_company(name))


@lru_cache(maxsize=262144)
def sound_company(name: str) -> str:
    """How a company's name sounds, so that an Arabic and a Latin spelling of it meet."""
    return " ".join(sound(each) for each in _spell_company(name))


def _spell_company(name: str) -> Sequence[str]:
    words = [each for each in _split(name.replace(".", "")) if each not in _AND]
    return [spell(each) for each in _join_prefixes(drop_legal_form(words))]


def _split(name: str) -> Iterator[str]:
    for word in _SEPARATORS.split(_APOSTROPHES.sub("", name)):
        folded = fold(word)
        if folded and any(map(str.isalnum, folded)):
            yield folded


def _join_prefixes(words: Sequence[str]) -> list[str]:
    joined: list[str] = []
    waiting = ""
    for word in words:
        if word in _SLAVE_OF:
            waiting = word
        elif word not in _ARTICLES:
            joined.append(waiting + word)
            waiting = ""
    return [*joined, waiting] if waiting else joined or list(words)
