"""Scores the open leads of a build as known on a day, as far as somebody's reach goes.

The scores are computed once in a process; what a visitor sees of them is chosen from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand.lead_rules import read_lead_rules
from counterpoise.domain.demand.lead_scores import score_leads
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.lead_score import Chances, LeadScore, LeadScores
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.warehouse.queries.lead_records import load_lead_records


class NoLeads(LookupError):
    """No lead had come in by the day."""


class UnknownLead(LookupError):
    """No lead of this id was open on the day, or it is not in the visitor's reach."""


@dataclass(frozen=True, slots=True)
class AskedLeads:
    """A day of a build, with the rules that it is asked with."""

    build: CurrentBuild
    as_of: date
    rulebook: Rulebook


def ask(workspace: Workspace, *, as_of: date | None = None, today: date) -> AskedLeads:
    """As known on `as_of`, no later than today; else on the last day of the data. Raises NoBuild
    before the first load."""
    current = examinations.get_build(workspace)
    build = CurrentBuild(current.id, current.folder.resolve())  # a link leads to the same build
    day = min(as_of, today) if as_of else examinations.find_horizon(build, today)
    return AskedLeads(build, day, rules.load_rulebook())


def score(asked: AskedLeads) -> LeadScores:
    """Of everybody's leads. Raises NoLeads, TooFewConversions and InvalidRule."""
    return _score(asked.build.folder, asked.as_of, asked.rulebook)


def list_visible(scores: LeadScores, visitor: Visitor) -> tuple[LeadScore, ...]:
    """The leads whose owners are in the visitor's reach."""
    return tuple(each for each in scores.leads if _sees(visitor, each))


def select(leads: Sequence[LeadScore], owner: str = "", source: str = "") -> list[LeadScore]:
    """Those of an owner and a source, where one is named."""
    return [
        each for each in leads if owner in ("", each.card.owner) and source in ("", each.source)
    ]


def get_lead(scores: LeadScores, lead: str, visitor: Visitor | None) -> LeadScore:
    """visitor: None sees everybody's. Raises UnknownLead."""
    found = next((each for each in scores.leads if each.id == lead), None)
    if found is None or not (visitor is None or _sees(visitor, found)):
        raise UnknownLead(
            text(
                "No lead '{lead}' was open on {as_of}. Choose one of the list.",
                lead=lead,
                as_of=scores.as_of,
            )
        )
    return found


def sum_chances(leads: Sequence[LeadScore]) -> Chances:
    """How many of them are expected to become opportunities, by SCORE_DAYS."""
    first, second, third = (sum(each.chances[number] for each in leads) for number in range(3))
    return first, second, third


def _sees(visitor: Visitor, lead: LeadScore) -> bool:
    return visitor.sees_person(lead.card.owner, lead.card.team)


@lru_cache(maxsize=8)
def _score(folder: Path, as_of: date, rulebook: Rulebook) -> LeadScores:
    """Neither the build nor the rules that it is asked with ever change."""
    records = load_lead_records(folder, as_of, rulebook=rulebook)
    if records is None:
        raise NoLeads(text("No lead had come in by {as_of}. Load the table lead.", as_of=as_of))
    return score_leads(records, read_lead_rules(rulebook, as_of))
