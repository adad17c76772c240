"""Scores of leads in the documented form, the same for the command and the API."""

from collections.abc import Sequence
from typing import Any

from counterpoise.actions.lead_scores import sum_chances
from counterpoise.domain.tables.lead_score import SCORE_DAYS, Chances, LeadScore, LeadScores
from counterpoise.domain.values.plain import to_plain

Answer = dict[str, Any]


def answer_lead(lead: LeadScore) -> Answer:
    return {
        **{name: each for name, each in to_plain(lead).items() if name != "card"},
        **to_plain(lead.card),
        "chances": answer_chances(lead.chances),
        "plain": answer_chances(lead.plain),
        "factors": [
            {**to_plain(each), "chances": answer_chances(each.chances)} for each in lead.factors
        ],
    }


def answer_scores(build: str, scores: LeadScores, seen: Sequence[LeadScore]) -> Answer:
    """seen: the leads that whoever asks may see."""
    return {
        "build": build,
        "as_of": to_plain(scores.as_of),
        "is_scored": scores.is_scored,
        "learned": scores.learned,
        "open_leads": len(seen),
        "expected": answer_chances(sum_chances(seen)),
        "tests": to_plain(scores.tests),
        "tenths": to_plain(scores.tenths),
        "notes": to_plain(scores.notes),
    }


def answer_chances(chances: Chances) -> Answer:
    """By how many days ahead."""
    return {str(days): chance for days, chance in zip(SCORE_DAYS, chances, strict=True)}
