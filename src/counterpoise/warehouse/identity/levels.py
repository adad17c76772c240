"""The levels of likeness of a compared field, as conditions of the engine.

A level's chance among records that are one starts from a figure below and is learned where there
are enough pairs; its chance among others is counted on random pairs.
"""

from dataclasses import dataclass
from typing import Any

from counterpoise.domain.collect.identity_models import Compared, How


@dataclass(frozen=True, slots=True)
class _Level:
    """name: the word by which a reason is found. chance, others: of pairs that are one and of pairs
    that are not, the share with this level, where nothing was learned."""

    name: str
    condition: str
    chance: float
    others: float


_SAME = "{l} = {r}"
_LEVELS: dict[How, tuple[_Level, ...]] = {
    "name": (
        _Level("same", _SAME, 0.7, 0.0005),
        _Level("sounds", "{sl} = {sr}", 0.12, 0.0005),
        _Level("near", "jaro_winkler_similarity({l}, {r}) >= 0.92", 0.08, 0.002),
        _Level("similar", "jaro_winkler_similarity({l}, {r}) >= 0.84", 0.04, 0.01),
        _Level(
            "shares", "list_has_any(string_split({sl}, ' '), string_split({sr}, ' '))", 0.03, 0.05
        ),
        _Level("differs", "ELSE", 0.03, 0.937),
    ),
    "word": (
        _Level("same", _SAME, 0.8, 0.005),
        _Level("sounds", "{sl} = {sr}", 0.05, 0.003),
        _Level("near", "damerau_levenshtein({l}, {r}) <= 1", 0.07, 0.005),
        _Level("similar", "jaro_winkler_similarity({l}, {r}) >= 0.85", 0.03, 0.02),
        _Level("differs", "ELSE", 0.05, 0.967),
    ),
    "text": (
        _Level("same", _SAME, 0.8, 0.02),
        _Level("near", "jaro_winkler_similarity({l}, {r}) >= 0.92", 0.1, 0.005),
        _Level("similar", "jaro_winkler_similarity({l}, {r}) >= 0.84", 0.04, 0.02),
        _Level("differs", "ELSE", 0.06, 0.955),
    ),
    "code": (
        _Level("same", _SAME, 0.85, 0.001),
        _Level("near", "damerau_levenshtein({l}, {r}) <= 1", 0.09, 0.002),
        _Level("similar", "damerau_levenshtein({l}, {r}) <= 2", 0.02, 0.01),
        _Level("differs", "ELSE", 0.04, 0.987),
    ),
    "exact": (_Level("same", _SAME, 0.95, 0.2), _Level("differs", "ELSE", 0.05, 0.8)),
    "domain": (
        _Level("same", _SAME, 0.85, 0.002),
        _Level("near", "string_split({l}, '.')[1] = string_split({r}, '.')[1]", 0.05, 0.001),
        _Level("differs", "ELSE", 0.1, 0.997),
    ),
    "email": (
        _Level("same", _SAME, 0.7, 0.0001),
        _Level(
            "same-user",
            "length(string_split({l}, '@')[1]) >= 5"
            " AND string_split({l}, '@')[1] = string_split({r}, '@')[1]",
            0.08,
            0.0005,
        ),
        _Level(
            "near",
            "jaro_winkler_similarity({l}, {r}) >= 0.93 AND regexp_replace({l}, '[^0-9]', '', 'g')"
            " = regexp_replace({r}, '[^0-9]', '', 'g')",
            0.07,
            0.0005,
        ),
        _Level("same-domain", "string_split({l}, '@')[2] = string_split({r}, '@')[2]", 0.05, 0.01),
        _Level("differs", "ELSE", 0.1, 0.989),
    ),
    "phone": (
        _Level("same", _SAME, 0.7, 0.0001),
        _Level("tail", "right({l}, 7) = right({r}, 7)", 0.1, 0.0001),
        _Level("near", "damerau_levenshtein({l}, {r}) <= 1", 0.05, 0.0005),
        _Level("differs", "ELSE", 0.15, 0.9993),
    ),
    "postcode": (
        _Level("same", _SAME, 0.7, 0.001),
        _Level("near", "left({l}, 4) = left({r}, 4)", 0.1, 0.01),
        _Level("similar", "left({l}, 2) = left({r}, 2)", 0.1, 0.1),
        _Level("differs", "ELSE", 0.1, 0.889),
    ),
    "house": (
        _Level("same", _SAME, 0.9, 0.001),
        _Level(
            "near",
            "string_split({l}, ' ')[1] = string_split({r}, ' ')[1]"
            " AND jaro_winkler_similarity({l}, {r}) >= 0.85",
            0.05,
            0.0005,
        ),
        _Level("similar", "jaro_winkler_similarity({l}, {r}) >= 0.92", 0.03, 0.003),
        _Level("differs", "ELSE", 0.02, 0.9955),
    ),
    "address": (
        _Level("same", _SAME, 0.7, 0.001),
        _Level("near", "jaro_winkler_similarity({l}, {r}) >= 0.95", 0.1, 0.001),
        _Level(
            "similar",
            "jaccard({l}, {r}) >= 0.8 AND regexp_extract({l}, '[0-9]+')"
            " = regexp_extract({r}, '[0-9]+')",
            0.1,
            0.003,
        ),
        _Level("differs", "ELSE", 0.1, 0.995),
    ),
}
_TOLD: frozenset[How] = frozenset({"house"})
"""Not learned: what shares a block often shares a switchboard, and would teach that one place has
many addresses."""


def list_levels(how: How) -> tuple[str, ...]:
    """From most alike to least; the engine numbers them downwards, so that 0 is the least."""
    return tuple(each.name for each in _LEVELS[how])


def list_chances(how: How) -> dict[str, tuple[float, float]]:
    """By level: its share of pairs that are one, and of others, where nothing was learned."""
    return {each.name: (each.chance, each.others) for each in _LEVELS[how]}


def build_comparison(compared: Compared, rarity: float) -> dict[str, Any]:
    """A compared field as the matcher's settings have it.

    rarity: how far the rarity of a value is believed, from 0 to 1; among few records it says that
    two have the value, and hardly how rare it is.
    """
    field = compared.field
    names = {
        "l": f"{field}_l", "r": f"{field}_r", "sl": f"{field}_sound_l", "sr": f"{field}_sound_r",
    }  # fmt: skip
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"{field}_l IS NULL OR {field}_r IS NULL",
            "label_for_charts": "null",
            "is_null_level": True,
        }
    ]
    for each in _LEVELS[compared.how]:
        level: dict[str, Any] = {
            "sql_condition": each.condition.format(**names),
            "label_for_charts": each.name,
            "m_probability": each.chance,
            "fix_m_probability": compared.how in _TOLD,
        }
        if each.name == "same" and compared.is_weighed:
            level |= {"tf_adjustment_column": field, "tf_adjustment_weight": rarity}
        levels.append(level)
    return {
        "output_column_name": field,
        "comparison_levels": levels,
        "comparison_description": compared.how,
    }
