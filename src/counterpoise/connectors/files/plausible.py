"""Judges whether decoded text looks like writing: what a wrong encoding gives away.

Wrong guesses mix scripts within a word, put symbols between letters, capitals after small letters
or marks where no word has them. Only words with a letter or sign beyond ASCII are looked at.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+(?:'[^\W\d_]+)*")
_EDGES = (
    "«»“”‘’„‚‹›…–—·°®™²³ªº©€£¥¿¡،؛؟、。・「」『』（）：；！？﻿\u200c\u200d\u200e\u200f\u00a0\u3000"
)
_TELLING_LETTERS = 20
_SIGNS = frozenset("€£–—‘’“”…•™®©°")
_OPENING = "«“„‘‹›»”–—…·•€£¥©¿¡「『（﻿\u200c\u200d\u200e\u200f\u00a0\u3000"
_INNER = "’‘–·•ー・‌\u200c\u200d\u0640"
_KINDS = {
    "Nd": "digit",
    "Pd": "punctuation",
    "Po": "punctuation",
    "Lm": "punctuation",
    "Cf": "punctuation",
    "Zs": "punctuation",
}
_SCRIPTS = {
    "COMBINING": "mark",
    "CJK": "Han",
    "IDEOGRAPHIC": "Han",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
}
_LATIN_LANGUAGES: dict[str, tuple[str, ...]] = {
    "cp1252": (
        "éèêëàâçîïôùûüœÿæ",
        "äöüß",
        "áéíóúñüïºª",
        "ãõáâàçéêíóôúüºª",
        "àèéìòùîº",
        "ëïéèöüáóê",
        "æøåéäöó",
        "åäöéüà",
        "áéíóúýþæöð",
        "àçéèíïóòúü",
    ),
    "cp1250": (
        "áčďéěíňóřšťúůýžöü",
        "áäčďéíĺľňóôŕšťúýž",
        "ąćęłńóśźż",
        "áéíóöőúüű",
        "ăâîşţ",
        "čćđšž",
    ),
    "cp1254": ("çğıiöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}

_LATIN_LANGUAGES["iso8859_2"] = _LATIN_LANGUAGES["cp1250"]
_LATIN_LANGUAGES["cp850"] = _LATIN_LANGUAGES["mac_roman"] = _LATIN_LANGUAGES["cp1252"]


def share_suspicious(text: str) -> float:
    """Share of the words beyond ASCII that no language would write so; 0 where there are none."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if not words:
        return 0.0
    return sum(_is_suspicious(word) for word in words) / len(words)


def holds_unwritten(text: str) -> bool:
    """Whether control, private or unassigned characters stand in it, as none does in writing."""
    beyond = {each for each in text if not each.isascii()}
    return any(unicodedata.category(each) in ("Cc", "Cn", "Co") for each in beyond)


def is_telling(text: str) -> bool:
    """Whether words show by their letters what the encoding is.

    One word with ASCII around its accents does; of words all beyond ASCII it takes several.
    """
    letters = 0
    for word in set(_WORD.findall(text)):
        if word.isascii() or _is_suspicious(word):
            continue
        beyond = sum(each.isalpha() and not each.isascii() for each in word)
        if 0 < beyond < sum(each.isalpha() for each in word):
            return True
        letters += beyond if beyond > 1 else 0
    return letters >= _TELLING_LETTERS


def holds_signs_only(text: str) -> bool:
    """Whether all that is beyond ASCII are signs that stand in texts of any language."""
    return all(each.isascii() or each in _SIGNS for each in text)


def share_covered(text: str, encoding: str) -> float:
    """Share of the accented words whose letters all belong to one language of the encoding.

    1 for an encoding that is not of Latin languages, and where no word has an accent.
    """
    words = {word.lower() for word in _WORD.findall(text) if not word.isascii()}
    accented = [
        letters
        for word in words
        if (letters := {each for each in word if each.isalpha() and not each.isascii()})
    ]
    if not accented or encoding not in _LATIN_LANGUAGES:
        return 1.0
    languages = [set(each) for each in _LATIN_LANGUAGES[encoding]]
    known = sum(any(letters <= language for language in languages) for letters in accented)
    return known / len(accented)


def count_accented(text: str) -> int:
    """Different words with a letter beyond ASCII."""
    words = {word for word in _WORD.findall(text) if not word.isascii()}
    return sum(any(each.isalpha() and not each.isascii() for each in word) for word in words)


def share_of_one(text: str, encoding: str) -> float:
    """Share of the accented letters that the best one language of a Latin encoding has."""
    letters = [each for each in text.lower() if each.isalpha() and not each.isascii()]
    languages = [set(each) for each in _LATIN_LANGUAGES[encoding]]
    most = max(sum(each in language for each in letters) for language in languages)
    return most / len(letters) if letters else 1.0


@lru_cache(maxsize=65536)
def _is_suspicious(word: str) -> bool:
    bare = word.lstrip(_OPENING).rstrip(_EDGES)
    if bare.isascii():
        return False
    kinds = [_kind(each) for each in bare if each not in _INNER]
    if {"broken", "symbol", "punctuation"} & set(kinds):
        return True
    scripts = set(kinds) - {"digit", "mark"}
    if len(scripts - {"Han", "Kana"}) > (0 if scripts & {"Han", "Kana"} else 1):
        return True
    return _breaks_spelling(bare, scripts)


def _breaks_spelling(word: str, scripts: set[str]) -> bool:
    if unicodedata.category(word[0])[0] == "M" or _has_odd_capital(word) or _is_digit_glued(word):
        return True
    if "Arabic" in scripts:
        # Alef maksura, ta marbuta and tanween end a word.
        return re.search(r"[ىةٌٍ](?=[\u0621-\u064a])", word) is not None
    letters = [each for each in word if each.isalpha()]
    beyond = sum(not each.isascii() for each in letters)
    return "Latin" in scripts and len(letters) >= 3 and beyond > 0.8 * len(letters)


def _has_odd_capital(word: str) -> bool:
    """A capital beyond ASCII, or one behind a small letter beyond ASCII, within a mixed word."""
    if not any(each.islower() for each in word):
        return False
    return any(
        after.isupper() and before.isalpha() and not (after.isascii() and before.isascii())
        for before, after in pairwise(word)
    )


def _is_digit_glued(word: str) -> bool:
    """A letter with a case, beyond ASCII, beside a digit."""
    return any(
        one.isdigit() and other.lower() != other.upper() and not other.isascii()
        for pair in pairwise(word)
        for one, other in (pair, pair[::-1])
    )


@lru_cache(maxsize=4096)
def _kind(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cc", "Cn", "Co", "Cs") or "\uff61" <= letter <= "\uff9f":
        return "broken"
    if category in _KINDS:
        return _KINDS[category]
    if category[0] in "SNPZ":
        return "symbol"
    name = unicodedata.name(letter, "").split(" ")[0]
    return _SCRIPTS.get(name, name.capitalize())


def list_languages() -> Iterable[str]:
    return _LATIN_LANGUAGES
