"""Folds names so that the same name is known again however a system or a person writes it."""

import re
import unicodedata
from functools import lru_cache

_PREFIX = re.compile(r"(?:deal|person|organi[sz]ation|lead|activity|product)\s+-\s+", re.IGNORECASE)
_PROPERTY = re.compile(r"property_(?=.)", re.IGNORECASE)
_ARABIC = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "ـ": "",
    }
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Lower case without accents, spaces and punctuation; Arabic letters in one spelling.

    One leading `Deal - ` (Person, Organization, Lead …) and a leading `property_` are dropped, as
    is whatever else is no letter or digit. A name that has neither folds to itself, stripped.
    """
    bare = _PROPERTY.sub("", _PREFIX.sub("", name.strip(), count=1), count=1)
    return _squeeze(bare) or _squeeze(name) or name.strip()


def find_prefix(name: str) -> str:
    """`deal` of `Deal - Title`, else nothing: which record a list view's column belongs to."""
    found = _PREFIX.match(name.strip())
    return found[0].split(" ")[0].lower().replace("organisation", "organization") if found else ""


def _squeeze(name: str) -> str:
    spelled = unicodedata.normalize("NFKC", name).translate(_ARABIC).translate(_DIGITS)
    split = unicodedata.normalize("NFKD", spelled.casefold())
    return "".join(each for each in split if each.isalnum())
