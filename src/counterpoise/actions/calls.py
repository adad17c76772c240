"""Calls: say what a period will bring, for oneself or for those whom one leads; see them rolled up.

A call is never changed. The last one stands, and what stood before is kept with who said it and
when. What is won already is known from the data of the day, and no call can be below it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from counterpoise.actions import examinations, rules
from counterpoise.actions.call_forecasts import find_statistical
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand.calls import (
    RollUp,
    Sight,
    find_standing,
    read_words,
    roll_up,
)
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import (
    Call,
    InvalidCall,
    PeriodDeals,
    Scope,
    Voice,
    name_length,
)
from counterpoise.domain.tables.forecast import Expectation
from counterpoise.domain.tables.team_tree import TeamTree
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.store import calls as stored
from counterpoise.store.calls import Caller, Draft
from counterpoise.warehouse.measures.called import read_period_deals

LONGEST_COMMENT = 5000
ALL = Sight()


class NotYoursToCall(LookupError):
    """Somebody whom the visitor is not and does not lead, or who is not in the data."""


class PeriodClosed(ValueError):
    """A period that is over, of which everything is known."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What someone may call: themself, a rep of theirs, or a team of theirs."""

    scope: Scope
    name: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone calls for a whole period, what is won already included."""

    period: Period
    scope: Scope
    name: str
    commit: Decimal
    best_case: Decimal
    pipeline: Decimal | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CalledPeriod:
    """What a visitor sees of a period: it rolled up, every call that was ever made, the newest
    first, and whom they may call for now. expected_on: the day as of which the statistics expect
    something of people; None where no run of the period does."""

    rolled: RollUp
    history: tuple[Call, ...]
    choices: tuple[Choice, ...]
    expected_on: date | None


def submit_call(workspace: Workspace, wish: Wish, visitor: Visitor, *, now: datetime) -> Call:
    """Raises InvalidCall, PeriodClosed, NotYoursToCall, TeamsInACircle and NoBuild; then nothing is
    kept."""
    name_length(wish.period)
    today = now.date()
    deals = find_deals(workspace, wish.period, today=today)
    draft = draft_call(wish, visitor, deals, today)
    draft.as_call(visitor.name, visitor.role, now)
    caller = Caller(visitor.id, visitor.name, visitor.role)
    return stored.keep(draft, caller, made_at=now, kept_at=now)


def draft_call(wish: Wish, visitor: Visitor, deals: PeriodDeals, on: date) -> Draft:
    """As the visitor would make it on a day that knew these deals. Raises as `submit_call` does."""
    choice = next(
        (
            each
            for each in list_choices(deals, visitor)
            if (each.scope, each.name) == (wish.scope, wish.name)
        ),
        None,
    )
    if choice is None:
        raise NotYoursToCall(
            text(
                "You may not call for '{name}'. Call for yourself, for a team that you lead, or"
                " for somebody in it.",
                name=wish.name,
            )
        )
    if wish.period.end <= on:
        raise PeriodClosed(
            text(
                "{period} is over since {day}, and what came is known. Call a period that is not"
                " over.",
                period=str(wish.period),
                day=wish.period.end,
            )
        )
    if len(wish.comment) > LONGEST_COMMENT:
        raise InvalidCall(
            text(
                "The comment has {count} letters. Say it in at most {most}.",
                count=len(wish.comment),
                most=LONGEST_COMMENT,
            )
        )
    return Draft(
        period=wish.period,
        scope=wish.scope,
        name=wish.name,
        voice=choice.voice,
        commit=wish.commit,
        best_case=wish.best_case,
        pipeline=wish.pipeline,
        comment=wish.comment.strip(),
        won=_find_won(deals, wish),
        as_of=deals.as_of,
        currency=deals.currency,
    )


def list_choices(deals: PeriodDeals, visitor: Visitor) -> tuple[Choice, ...]:
    """Themself first, then the teams that they lead, then the people in these who have not left."""
    people = {each.name: each for each in deals.sellers}
    known = {*people, *(each.rep for each in deals.sums)} - {""}
    found = []
    if visitor.rep in known and visitor.may_call_for(visitor.rep, frozenset()):
        found.append(Choice("rep", visitor.rep, "rep"))
    of_sellers = {team for each in deals.sellers for team in each.teams}
    teams = sorted({*of_sellers, *(t for each in of_sellers for t in deals.tree.list_above(each))})
    found += [
        Choice("team", team, "manager")
        for team in teams
        if visitor.may_call_for("", frozenset({team}))
    ]
    found += [
        Choice("rep", each.name, "manager")
        for each in deals.sellers
        if each.name != visitor.rep
        and not each.has_left
        and visitor.may_call_for(each.name, frozenset(each.teams))
    ]
    return tuple(found)


def find_called(
    workspace: Workspace, period: Period, visitor: Visitor, *, today: date
) -> CalledPeriod:
    """As far as the visitor's reach goes; whoever sees only themself does not see what their
    manager makes of them. Raises InvalidCall for what nobody calls, and NoBuild."""
    name_length(period)
    deals = find_deals(workspace, period, today=today)
    sight = _look(deals, visitor)
    calls = [
        each for each in stored.list_calls(period) if visitor.reach != "own" or each.voice == "rep"
    ]
    forecast = find_statistical(period, today, deals.currency)
    expected = forecast.expected if forecast else ()
    return CalledPeriod(
        rolled=add_up(deals, calls, by=today, sight=sight, expected=expected),
        history=tuple(each for each in reversed(calls) if sight.sees_call(each)),
        choices=list_choices(deals, visitor) if period.end > today else (),
        expected_on=forecast.as_of if forecast and expected else None,
    )


def add_up(
    deals: PeriodDeals,
    calls: Iterable[Call],
    *,
    by: date,
    sight: Sight,
    expected: Sequence[Expectation] = (),
) -> RollUp:
    """Of the calls that were made by the evening of a day."""
    words = read_words(rules.load_rulebook(), deals.period.start)
    return roll_up(deals, find_standing(calls, deals.period, by), words, sight, expected)


def read_least_closed(on: date) -> int:
    """Closed deals that the range of somebody's own deals takes."""
    return math.ceil(rules.load_rulebook().get_number("demand.segment_prior_deals", on))


def find_deals(workspace: Workspace, period: Period, *, today: date) -> PeriodDeals:
    """On the last day that the data knows of, and never later than today."""
    build = examinations.get_build(workspace)
    return read_deals(build.folder, period, examinations.find_horizon(build, today))


def read_deals(folder: Path, period: Period, as_of: date) -> PeriodDeals:
    """Computed once in a process: neither a build nor the rules that it is read by change."""
    return _read(folder.resolve(), period, as_of, rules.load_rulebook())


@lru_cache(maxsize=64)
def _read(folder: Path, period: Period, as_of: date, rulebook: Rulebook) -> PeriodDeals:
    return read_period_deals(folder, period, as_of, rulebook=rulebook)


def _find_won(deals: PeriodDeals, wish: Wish) -> Decimal:
    rolled = add_up(deals, (), by=deals.as_of, sight=ALL)
    if wish.scope == "team":
        return sum((each.won for each in rolled.teams if each.team == wish.name), Decimal(0))
    return sum((each.won for each in rolled.sellers if each.rep == wish.name), Decimal(0))


def _look(deals: PeriodDeals, visitor: Visitor) -> Sight:
    if visitor.reach == "everyone":
        return ALL
    wide = widen(visitor, deals.tree)
    seen = {each.name for each in deals.sellers if sees_seller(wide, each.name, each.teams)}
    named = {each.name for each in deals.sellers}
    if visitor.rep not in named and visitor.sees_person(visitor.rep, ""):
        seen.add(visitor.rep)  # the data names them as an owner only
    return Sight(frozenset(seen), wide.teams if visitor.reach == "teams" else frozenset())


def widen(visitor: Visitor, tree: TeamTree) -> Visitor:
    """Whoever leads a team sees all that is beneath it; they call for their own alone."""
    return replace(visitor, teams=tree.widen(visitor.teams))


def sees_seller(visitor: Visitor, rep: str, teams: Iterable[str]) -> bool:
    """Someone who is in several teams is seen by whoever sees them all."""
    return all(visitor.sees_person(rep, team) for team in tuple(teams) or ("",))
