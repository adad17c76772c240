"""Words that a category may be spelt with: names of countries, and of lines of business."""

from functools import cache

from rapidfuzz.distance import OSA

from counterpoise.domain.collect.findings_spelling import is_slip
from counterpoise.domain.collect.folding import fold

_SHORTEST_WORD = 7
_INDUSTRY_WORDS = """
accommodation accounting advertising aerospace agriculture airline apparel architecture automotive
baking banking beverage biotechnology broadcasting building business chemical chemicals clothing
commerce commercial communication communications computer construction consulting consultancy
consumer contracting cosmetics cultural defence defense design distribution e-commerce ecommerce
education educational electrical electricity electronic electronics employment energy engineering
entertainment environment environmental equipment events fashion finance financial fisheries fishing
fitness forestry furniture gaming gambling government hardware health healthcare holding hospital
hospitality hotels household industrial industry information infrastructure insurance internet
investment jewellery jewelry justice leather leisure logistics machinery maintenance management
manufacturing maritime marketing materials measuring mechanical media medical medicine minerals
mining motoring nonprofit nuclear oil packaging petroleum pharmaceutical pharmaceuticals pharmacy
philanthropy photography plastics printing private product production products professional property
public publishing railway recreation recruiting recruitment religion religious renewable renewables
research resource resources restaurant restaurants retail retailing sanitation science sciences
scientific security semiconductor semiconductors service services shipping software sporting sports
staffing storage supplies technical technologies technology telecom telecommunication
telecommunications textile textiles tobacco tourism trading training translation transport
transportation travel utilities utility venture veterinary warehousing welfare wholesale wireless
"""


def find_country(value: str) -> str | None:
    """The country that a value almost names; None where it names one, or none at all."""
    folded, countries = fold(value), list_countries()
    if folded in countries:
        return None
    near = [known for known in sorted(countries) if is_slip(folded, known)]
    if not near or len(folded) <= 4:
        return None
    return countries[min(near, key=lambda known: OSA.distance(folded, known))]


def find_industry(value: str) -> str | None:
    """The value with its misspelt words corrected; None where no word is a letter or two wrong."""
    words = value.split()
    corrected = [_find_word(fold(word)) or word for word in words]
    return " ".join(corrected) if corrected != words else None


@cache
def list_countries() -> dict[str, str]:
    """Folded names of countries in English and Arabic, to the names as written."""
    from babel import Locale  # noqa: PLC0415 -- slow import

    names = {
        name
        for language in ("en", "ar")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return {fold(name): name for name in sorted(names)}


@cache
def _list_words() -> dict[str, str]:
    return {fold(word): word for word in _INDUSTRY_WORDS.split()}


def _find_word(folded: str) -> str | None:
    words = _list_words()
    if len(folded) < _SHORTEST_WORD or folded in words:
        return None
    near = [word for word in words if OSA.distance(folded, word, score_cutoff=1) == 1]
    near = [word for word in near if folded.rstrip("s") != word.rstrip("s")]
    return words[near[0]] if near else None
