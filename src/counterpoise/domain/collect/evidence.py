"""What a sample of a column's values says of their type: how many could be read as it."""

import re

from counterpoise.domain.collect.casting import FALSE, NULLS, TRUE, cast_code, tidy
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.collect.shapes import DATE_SHAPES, NUMBER_SHAPES
from counterpoise.domain.tables.dictionary import Attribute, Type
from counterpoise.domain.tables.profile import ColumnProfile

_NUMBER = re.compile(f"(?:{NUMBER_SHAPES['point']}|{NUMBER_SHAPES['comma']})")
_MOMENT = re.compile("|".join(f"(?:{shape})" for shape in DATE_SHAPES.values()))
_DAY_ONLY = re.compile(
    "|".join(f"(?:{shape})" for name, shape in DATE_SHAPES.items() if name != "serial")
)

STAGE_WORDS = frozenset(
    fold(each)
    for each in (
        "Won",
        "Lost",
        "Closed Won",
        "Closed Lost",
        "Closed - Won",
        "Closed - Lost",
        "ربح",
        "خسارة",
        "مكسوبة",
        "خاسرة",
        "Gewonnen",
        "Verloren",
        "Gagné",
        "Perdu",
        "Ganado",
        "Perdido",
        "Ganada",
        "Perdida",
    )
)
"""Words that end a deal, folded: a column that holds some of them is the stage."""


def share_readable(column: ColumnProfile, attribute: Attribute) -> float:
    """Share of the sample's filled values that could be of the attribute's type; 1 of nothing."""
    filled = [value for each in column.sample if (value := tidy(each)).lower() not in NULLS]
    if not filled:
        return 1.0
    return sum(_is_readable(value, attribute) for value in filled) / len(filled)


def looks_like(column: ColumnProfile) -> Type:
    """The narrowest type that nearly all of the sample can be: date, number or text."""
    filled = [value for each in column.sample if (value := tidy(each)).lower() not in NULLS]
    if not filled:
        return "text"
    if sum(bool(_DAY_ONLY.fullmatch(each)) for each in filled) >= 0.95 * len(filled):
        return "date"
    if sum(bool(_NUMBER.fullmatch(each)) for each in filled) >= 0.95 * len(filled):
        return "number"
    return "text"


def holds_stages(column: ColumnProfile) -> bool:
    """Whether the values are few, and some of them are words that end a deal."""
    words = {fold(each) for each in column.sample}
    return 2 <= column.distinct <= 40 and bool(words & STAGE_WORDS)


def _is_readable(tidied: str, attribute: Attribute) -> bool:
    if attribute.type == "text":
        return True
    if attribute.type == "code":
        return cast_code(tidied, attribute).value is not None
    if attribute.type == "boolean":
        return tidied.lower() in TRUE | FALSE
    if attribute.type in ("date", "timestamp"):
        return bool(_MOMENT.fullmatch(tidied))
    return bool(_NUMBER.fullmatch(tidied))
