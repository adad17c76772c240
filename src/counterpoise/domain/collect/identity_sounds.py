"""How a word sounds, in whatever script it is written: محمد, Mohammed and Muhammad meet in one key.

Vowels are mostly unwritten in Arabic and Hebrew and spelled in many ways in Latin, so a key keeps
consonants, and of a vowel only that a word begins with one. Letters that one script writes for
several sounds of another fall into one class: g for ج غ گ, t for ت ط ث, k for ك ق.
"""

import re
from functools import lru_cache

from counterpoise.domain.collect.folding import fold

_VARIANTS = {
    "محمد": "mohammed mohamed mohammad muhammad muhammed mohamad muhamad mohd mhd מוחמד",
    "محمود": "mahmoud mahmood mahmud mahmut",
    "احمد": "ahmed ahmad ahmet ahmadi",
    "حمد": "hamad hamd",
    "حامد": "hamed haamed",
    "حميد": "hamid hameed",
    "عثمان": "othman osman uthman usman",
    "رضا": "reza rida ridha redha riza",
    "رضايي": "rezaei rezai rezaie",
    "رمضان": "ramadan ramazan ramadhan",
    "جورج": "george georg georges jorge",
    "ميخاييل": "michael mikhail michel mikael מיכאל",
    "يوحنا": "yohanna john johannes יוחנן",
    "معاذ": "muath moaz muadh moath",
    "لوي": "levi levy לוי",
    "داود": "david dawood daoud davood davoud dawud דוד דויד",
}
"""Names whose spellings no rule brings together, and those that a rule would mix with another."""
_SPELLED = {
    fold(each): fold(name) for name, listed in _VARIANTS.items() for each in (name, *listed.split())
}
_ARABIC = {
    "ب": "b", "پ": "b", "ت": "t", "ط": "t", "ث": "t", "ج": "g", "چ": "s", "غ": "g", "گ": "g",
    "ح": "h", "ه": "h", "خ": "x", "د": "d", "ض": "d", "ذ": "d", "ظ": "z", "ز": "z", "ژ": "z",
    "ر": "r", "س": "s", "ش": "s", "ص": "s", "ف": "f", "ڤ": "f", "ق": "k", "ك": "k", "ل": "l",
    "م": "m", "ن": "n",
}  # fmt: skip
_HEBREW = {
    "ב": "b", "ג": "g", "ד": "d", "ה": "h", "ז": "z", "ח": "h", "ט": "t", "ת": "t", "כ": "k",
    "ך": "k", "ל": "l", "מ": "m", "ם": "m", "נ": "n", "ן": "n", "ס": "s", "פ": "b", "ף": "f",
    "צ": "s", "ץ": "s", "ק": "k", "ר": "r", "ש": "s",
}  # fmt: skip
_LATIN = {
    "b": "b", "p": "b", "t": "t", "j": "g", "g": "g", "h": "h", "d": "d", "z": "z", "r": "r",
    "s": "s", "f": "f", "q": "k", "k": "k", "l": "l", "m": "m", "n": "n", "x": "ks",
}  # fmt: skip
_CLASSES = {**_ARABIC, **_HEBREW, **_LATIN, **{digit: digit for digit in "0123456789"}}
_GROUPS = (
    ("tion", "sn"), ("tsch", "s"), ("sch", "s"), ("tch", "s"), ("تش", "s"), ("kh", "خ"),
    ("gh", "g"), ("sh", "s"), ("ch", "s"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("tz", "s"),
    ("ts", "s"), ("dj", "g"), ("ck", "k"), ("ce", "se"), ("ci", "si"), ("c", "k"),
)  # fmt: skip
_VOWELS = frozenset("aeiouاعءאע")
_HALF_VOWELS = {"w": "w", "v": "w", "و": "w", "ו": "w", "y": "y", "ي": "y", "י": "y"}
_ARTICLE = re.compile(r"^(?:ال|al|el)(?=\w{3})")
_SUN_LETTERS = re.compile(r"^abd[aeou]([rsnzdt])\1")
_FINAL_H = ("h", "ه", "ح", "ה")


@lru_cache(maxsize=262144)
def spell(word: str) -> str:
    """A folded word in the one spelling of its name, where that is known; else itself."""
    folded = fold(word)
    return _SPELLED.get(folded, folded)


@lru_cache(maxsize=262144)
def sound(word: str) -> str:
    """The key of a folded word; the word itself where no letter of it has a sound here."""
    if (known := _SPELLED.get(word)) is not None:
        return f"={known}"
    bare = _ARTICLE.sub("", _SUN_LETTERS.sub(r"abdl\1", word))
    for written, plain in _GROUPS:
        bare = bare.replace(written, plain)
    key = _begin(bare) + _go_on(bare)
    return key or word


def _begin(word: str) -> str:
    first = word[:1]
    return "a" if first in _VOWELS and first else _HALF_VOWELS.get(first, "")


def _go_on(word: str) -> str:
    """Consonants, each once where it is doubled; an h that ends a word is not heard."""
    heard = word[:-1] if len(word) > 2 and word.endswith(_FINAL_H) else word
    kept = (each for place, each in enumerate(heard) if each != heard[place - 1 : place])
    return "".join(_CLASSES.get(each, "" if _is_vowel(each) else each) for each in kept)


def _is_vowel(letter: str) -> bool:
    return letter in _VOWELS or letter in _HALF_VOWELS
