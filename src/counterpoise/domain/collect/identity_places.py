"""Countries by their code, and addresses in one spelling."""

import re
from functools import cache, lru_cache

from counterpoise.domain.collect.folding import fold

_LANGUAGES = ("en", "ar", "fr", "de", "es")
_MORE_NAMES = {
    "AE": "UAE U.A.E. Emirates الإمارات دولة_الإمارات Dubai Abu_Dhabi",
    "SA": "KSA Saudi السعودية المملكة_العربية_السعودية Kingdom_of_Saudi_Arabia",
    "GB": "UK Great_Britain Britain England Scotland Wales بريطانيا",
    "US": "USA United_States_of_America America U.S.A. أمريكا الولايات_المتحدة_الأمريكية",
    "EG": "مصر Egypt جمهورية_مصر_العربية",
    "KR": "South_Korea Korea Republic_of_Korea",
    "RU": "Russian_Federation",
    "CZ": "Czech_Republic Czechia",
    "NL": "Holland The_Netherlands",
    "TR": "Turkiye Türkiye تركيا",
    "IR": "ایران Islamic_Republic_of_Iran",
    "IL": "ישראל",
}
_STREETS = {
    "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "rd": "road", "dr": "drive",
    "blvd": "boulevard", "boul": "boulevard", "ln": "lane", "ct": "court", "pl": "place",
    "pkwy": "parkway", "hwy": "highway", "sq": "square", "ter": "terrace", "bldg": "building",
    "fl": "floor", "ste": "suite", "apt": "apartment", "n": "north", "s": "south", "e": "east",
    "w": "west", "ش": "شارع", "بنايه": "مبني", "strasse": "street", "straße": "street",
}  # fmt: skip
_NO_NAMES = frozenset({*_STREETS, *_STREETS.values(), "the", "al", "el"})
_WORDS = re.compile(r"[\s,;.()/#_-]+")


@lru_cache(maxsize=4096)
def find_country(written: str) -> str:
    """The two-letter code of a country, named in any of five languages; '' for none known."""
    bare = written.strip()
    return _list_names().get(fold(bare), "")


@lru_cache(maxsize=262144)
def fold_address(written: str) -> str:
    """An address in folded words, with words for kinds of streets spelled out."""
    words = (fold(each) for each in _WORDS.split(written))
    return " ".join(_STREETS.get(each, each) for each in words if each)


@lru_cache(maxsize=262144)
def find_house(written: str) -> str:
    """The house's number and the street's name, without its kind, quarter and what comes after.

    `10001 S. Woodlawn` and `10001 South Woodlawn Ave, First Floor` are one house; '' without both.
    """
    words = fold_address(written).split()
    number = next((each for each in words if each[0].isdigit()), "")
    named = words[words.index(number) + 1 :] if number else []
    street = next((each for each in named if each not in _NO_NAMES), "")
    return f"{number} {street}" if street else ""


@cache
def _list_names() -> dict[str, str]:
    from phonenumbers.geodata.locale import LOCALE_DATA  # noqa: PLC0415 -- slow import

    names: dict[str, str] = {}
    for code, spoken in LOCALE_DATA.items():
        for language in _LANGUAGES:
            name = spoken.get(language, "")
            if name.startswith("*"):  # the same name as in another language
                name = spoken.get(name[1:], "")
            names.setdefault(fold(name), code)
    for code, listed in _MORE_NAMES.items():
        names |= {fold(each.replace("_", " ")): code for each in listed.split()}
    names.pop("", None)
    return names | {code.casefold(): code for code in LOCALE_DATA}
