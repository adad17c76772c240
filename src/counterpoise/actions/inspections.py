"""Inspects the open pipeline of a build as known on a day, as far as somebody's reach goes.

The whole inspection is computed once in a process; what a visitor sees of it is chosen from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand.chances import Chances, PeriodOver, find_chances
from counterpoise.domain.demand.inspection import inspect_pipeline
from counterpoise.domain.demand.inspection_rules import read_inspection_rules
from counterpoise.domain.demand.pipeline_totals import cover
from counterpoise.domain.measure.question import Question, bucket_of
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.forecast import TooLittleHistory
from counterpoise.domain.tables.inspection import (
    DealEvent,
    InspectedDeal,
    Inspection,
    PipelineCoverage,
    Slip,
    Who,
    WonLimit,
)
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, explain, text
from counterpoise.warehouse.measures.compute import answer_question, find_targets
from counterpoise.warehouse.queries.deal_events import list_deal_events
from counterpoise.warehouse.queries.deal_facts import load_deal_facts
from counterpoise.warehouse.queries.deals import load_deals


class UnknownDeal(LookupError):
    """No deal of this id was open on the day, or it is not in the visitor's reach."""


@dataclass(frozen=True, slots=True)
class AskedInspection:
    """A period and a day of a build, with the rules that it is asked with."""

    build: CurrentBuild
    period: Period
    as_of: date
    rulebook: Rulebook


def ask(
    workspace: Workspace, period: str, *, as_of: date | None = None, today: date
) -> AskedInspection:
    """As known on `as_of`, which is no later than today; else on the last day that the period could
    be planned on. Raises UnknownPeriod, and NoBuild before the first load."""
    wanted = Period.parse(period)
    current = examinations.get_build(workspace)
    build = CurrentBuild(current.id, current.folder.resolve())  # a link leads to the same build
    day = min(as_of, today) if as_of else examinations.choose_day(wanted, build, today=today)
    return AskedInspection(build, wanted, day, rules.load_rulebook())


def inspect(asked: AskedInspection) -> Inspection:
    """Of everybody's deals. Raises MissingRate."""
    return _inspect(asked.build.folder, asked.period, asked.as_of, asked.rulebook)


def list_visible(inspection: Inspection, visitor: Visitor) -> tuple[InspectedDeal, ...]:
    """The deals whose people are in the visitor's reach: whose a deal is decides."""
    if visitor.reach == "everyone":
        return inspection.deals
    return tuple(each for each in inspection.deals if visitor.sees_person(each.rep, each.team))


def list_limits(inspection: Inspection, deals: Sequence[InspectedDeal]) -> tuple[WonLimit, ...]:
    """What these deals are held against: stages and segments of others' alone are left out."""
    by = inspection.segment_by
    places = {(each.stage, getattr(each, by) if by else "") for each in deals}
    stages, segments = ({place[n] for place in places} | {""} for n in range(2))
    return tuple(
        each for each in inspection.limits if each.stage in stages and each.segment in segments
    )


def get_deal(inspection: Inspection, deal: str, visitor: Visitor | None) -> InspectedDeal:
    """visitor: None sees everybody's. Raises UnknownDeal."""
    found = next((each for each in inspection.deals if each.id == deal), None)
    if found is None or not (visitor is None or visitor.sees_person(found.rep, found.team)):
        raise UnknownDeal(
            text(
                "No deal '{deal}' was open on {as_of}. Choose one of the list.",
                deal=deal,
                as_of=inspection.as_of,
            )
        )
    return found


def list_events(asked: AskedInspection, deal: str) -> tuple[DealEvent, ...]:
    """The deal's time line, newest first."""
    return list_deal_events(asked.build.folder, deal, asked.as_of, rulebook=asked.rulebook)


def list_coverage(asked: AskedInspection, visitor: Visitor | None) -> tuple[PipelineCoverage, ...]:
    """Of the whole and of each team, of the visitor's teams, or of the visitor alone, by reach; of
    whoever has a target, an open deal or won something. Raises MissingRate."""
    inspection = inspect(asked)
    covered = []
    for who in _list_parts(visitor):
        by = () if who == "whole" else (who,)
        found = _measure_period(asked, by)
        deals: dict[str, list[InspectedDeal]] = {}
        for each in inspection.deals:
            deals.setdefault(_name(each, who), []).append(each)
        covered += [
            cover(
                (who, of),
                found.target.get(of),
                found.won.get(of, Decimal(0)),
                found.due.get(of, Decimal(0)),
                deals.get(of, ()),
            )
            for of in sorted({*found.target, *found.won, *found.due, *deals})
            if _sees(visitor, who, of)
        ]
    return tuple(covered)


def list_slips(asked: AskedInspection, visitor: Visitor | None) -> tuple[Slip, ...]:
    """Of the last finished quarters, newest first, of the same parts. Raises MissingRate."""
    quarters = read_inspection_rules(asked.rulebook, asked.as_of).quarters
    first_open = bucket_of("quarter", asked.as_of + timedelta(days=1)).start
    window = Period(add_months(first_open, -3 * quarters), first_open)
    found = []
    for who in _list_parts(visitor):
        by = ("quarter",) if who == "whole" else ("quarter", who)
        question = Question(("slip_rate",), by, window, asked.as_of)
        for each in _measure(asked.build.folder, question, asked.rulebook):
            labels = dict(each.by)
            if _sees(visitor, who, of := labels.get(who, "")):
                quarter = Period.parse(labels["quarter"])
                found.append(Slip(quarter, who, of, each.value, each.n))
    parts = ("whole", "team", "rep")
    found.sort(key=lambda each: (parts.index(each.who), each.of))
    return tuple(sorted(found, key=lambda each: each.quarter, reverse=True))


@dataclass(frozen=True, slots=True)
class _OfPeriod:
    """Targets, won revenue and amounts due, by whose they are."""

    target: Mapping[str, Decimal]
    won: Mapping[str, Decimal]
    due: Mapping[str, Decimal]


def _measure_period(asked: AskedInspection, by: tuple[str, ...]) -> _OfPeriod:
    question = Question(("won_revenue", "pipeline_open"), by, asked.period, asked.as_of)
    found: dict[str, dict[str, Decimal]] = {"won_revenue": {}, "pipeline_open": {}}
    for each in _measure(asked.build.folder, question, asked.rulebook):
        found[each.name]["".join(member for _, member in each.by)] = each.value or Decimal(0)
    targets = _find_targets(asked.build.folder, asked.period, asked.as_of, by, asked.rulebook)
    return _OfPeriod(
        {"".join(labels): amount for labels, amount in targets.items()},
        found["won_revenue"],
        found["pipeline_open"],
    )


def _list_parts(visitor: Visitor | None) -> tuple[Who, ...]:
    """What figures are told of: a part of nobody's own is for those who see everybody."""
    if visitor is None or visitor.reach == "everyone":
        return ("whole", "team")
    parts: dict[str, tuple[Who, ...]] = {"teams": ("team",), "own": ("rep",)}
    return parts.get(visitor.reach, ())


def _sees(visitor: Visitor | None, who: Who, of: str) -> bool:
    if visitor is None or visitor.reach == "everyone" or who == "whole":
        return True
    return visitor.sees_person(of, "") if who == "rep" else visitor.sees_person("", of)


def _name(deal: InspectedDeal, who: Who) -> str:
    return {"whole": "", "team": deal.team, "rep": deal.rep}[who]


@lru_cache(maxsize=8)
def _inspect(folder: Path, period: Period, as_of: date, rulebook: Rulebook) -> Inspection:
    """Neither the build nor the rules that it is asked with ever change."""
    rules_then = read_inspection_rules(rulebook, as_of)
    known = load_deals(folder, as_of, rulebook=rulebook).deals
    facts = load_deal_facts(folder, known, rulebook=rulebook)
    try:
        chances: Chances | Text = find_chances(known, period, rulebook)
    except (TooLittleHistory, PeriodOver) as error:
        chances = explain(error)
    return inspect_pipeline(known, facts, chances, period, rules_then)


@lru_cache(maxsize=64)
def _measure(folder: Path, question: Question, rulebook: Rulebook) -> tuple[Measured, ...]:
    return answer_question(folder, question, rulebook=rulebook)


@lru_cache(maxsize=64)
def _find_targets(
    folder: Path, period: Period, as_of: date, by: tuple[str, ...], rulebook: Rulebook
) -> dict[tuple[str, ...], Decimal]:
    return find_targets(folder, period, as_of, by=by, rulebook=rulebook)
