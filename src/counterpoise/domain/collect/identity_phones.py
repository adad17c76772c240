"""Phone numbers as the whole world dials them (E.164)."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from counterpoise.domain.collect.identity_places import find_country

_EXTENSION = re.compile(
    r"(?:ext\.?|extension|x|#|;ext=|تحويلة|داخلي)\s*:?\s*\d{1,6}\s*$", re.IGNORECASE
)
_PLAIN = re.compile(r"\+[1-9]\d{7,14}")
_FILLER = re.compile(r"[\s.()\-/\u200e\u200f\u202a-\u202e]")
_SHORTEST, _TAIL = 7, 7


@lru_cache(maxsize=65536)
def fold_phone(written: str, country: str = "") -> str:
    """+ and digits; '' for a number that cannot be one, or whose country nothing tells.

    country: a name or code of where the number's owner is, for numbers without their own.
    """
    number = _EXTENSION.sub("", unicodedata.normalize("NFKC", written).strip())
    number = "".join(str(unicodedata.digit(each, each)) for each in number)
    bare = _FILLER.sub("", number)
    if bare.startswith("00"):
        bare = number = "+" + bare[2:]
    if "(0)" not in number and _PLAIN.fullmatch(bare) and bare[1] not in "1278":
        return bare
    try:
        parsed = phonenumbers.parse(number, find_country(country) or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=65536)
def find_tail(written: str) -> str:
    """The last seven digits, which stay the same with and without codes before them."""
    folded = unicodedata.normalize("NFKC", _EXTENSION.sub("", written.strip()))
    digits = "".join(str(unicodedata.digit(each, "")) for each in folded)
    return digits[-_TAIL:] if len(digits) >= _SHORTEST else ""
