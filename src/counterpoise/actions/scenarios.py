"""Scenarios that a period can be planned for: find, make, change, solve, and choose one to freeze.

A scenario is solved on the current data, as of the day of the period's newest run, with the
overrides that hold now: the same demand as a run on that day would plan for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from counterpoise.actions import kept, levers, planning, rules
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.reconcile.headline import sum_up
from counterpoise.domain.reconcile.plan_json import UnreadablePlan, from_document
from counterpoise.domain.rulebook import entries
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.scenario import (
    BUILT_IN,
    Change,
    DemandCase,
    InvalidScenario,
    NamedScenario,
)
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import text
from counterpoise.store import plans, runs
from counterpoise.store import scenarios as stored
from counterpoise.store.runs import Heading
from counterpoise.store.scenarios import KeptScenario

LONGEST_NOTE = 2000
MOST_CHANGES = 40


class UnknownScenario(LookupError):
    """No scenario has the name."""


class UnsolvedScenario(ValueError):
    """A scenario without a plan, so there is nothing of it to freeze."""


class NeverRun(LookupError):
    """A period whose cycle was never run: nothing says as of which day to plan."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A scenario as someone wants it."""

    name: str
    demand: DemandCase
    changes: tuple[Change, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Solved:
    """is_kept: the scenario has this plan now; not where it was changed while it was solved."""

    plan: str
    is_kept: bool


def get_scenario(name: str, period: str = "") -> NamedScenario:
    """One that every period has, or one of the period's own.

    Raises UnknownScenario, listing the names that there are.
    """
    known = {scenario.name: scenario for scenario in BUILT_IN}
    if name not in known and period:
        known |= {each.name: each.scenario for each in stored.list_scenarios(period)}
    if name not in known:
        raise UnknownScenario(
            text(
                "There is no scenario '{name}'. Plan for one of: {listed}.",
                name=name,
                listed=", ".join(known),
            )
        )
    return known[name]


def make_scenario(period: str, wish: Wish, visitor: Visitor, *, now: datetime) -> KeptScenario:
    """Raises InvalidScenario or InvalidRule for what cannot be planned with, and NameTaken."""
    scenario = _check(period, wish, now.date())
    return stored.make(period, scenario, wish.note.strip(), author_id=visitor.id, at=now)


def change_scenario(
    before: KeptScenario, wish: Wish, *, edition: int, now: datetime
) -> KeptScenario:
    """edition: the one that the change was made on. The plan of before no longer holds.

    Raises InvalidScenario, InvalidRule, NameTaken, and ScenarioChanged where someone was faster.
    """
    scenario = _check(before.period, wish, now.date())
    return stored.change(before, scenario, wish.note.strip(), edition=edition, at=now)


def solve_scenario(
    workspace: Workspace,
    period: str,
    scenario_id: int,
    *,
    say: Callable[[], None] = lambda: None,
    now: datetime,
) -> Solved:
    """Plan for it and keep the plan with it. say: called once the data is read.

    Raises NeverRun and UnknownScenario, and InvalidRule for a change that cannot be planned with.
    """
    scenario = stored.get_scenario(period, scenario_id)
    run = next(iter(runs.list_headings(period)), None)
    if run is None:
        raise NeverRun(
            text(
                "The cycle was never run for {period}. Run it, then solve the scenario.",
                period=period,
            )
        )
    desk = planning.open_desk(workspace, period, as_of=run.as_of, today=now.date())
    say()
    named = desk.reconcile(scenario.scenario, at=now)
    is_kept = stored.keep_plan(
        scenario, named.name, sum_up(named.plan), edition=scenario.edition, at=now
    )
    return Solved(named.name, is_kept)


def promote(scenario: KeptScenario, *, edition: int, now: datetime) -> None:
    """Its plan is the one to be frozen. Raises UnsolvedScenario and ScenarioChanged."""
    if scenario.plan is None:
        raise UnsolvedScenario(
            text(
                "Scenario '{name}' has no plan yet, or was changed since. Solve it, then"
                " choose it.",
                name=scenario.name,
            )
        )
    stored.promote(scenario, edition=edition, at=now)


def find_plan(plan_id: str) -> Plan | None:
    """A saved plan with its sentences still translatable; None for none that can be read."""
    heading = plans.find_heading(plan_id)
    return None if heading is None else _load_plan(heading.id, heading.saved_at)


def find_base(period: str) -> tuple[Heading, Cycle | None] | None:
    """The newest run of a period, which its scenarios stand beside; None before the first."""
    run = next(iter(runs.list_headings(period)), None)
    return None if run is None else (run, kept.find_cycle(run.id))


@lru_cache(maxsize=64)
def _load_plan(plan_id: str, saved_at: datetime) -> Plan | None:
    document = plans.load_document(plan_id)
    try:
        return None if document is None else from_document(document)
    except UnreadablePlan:
        return None


def _check(period: str, wish: Wish, today: date) -> NamedScenario:
    found = find_base(period)
    on = found[0].as_of if found else today
    capacity = found[1].capacity if found and found[1] else None
    if len(wish.note) > LONGEST_NOTE:
        raise InvalidRule(
            text(
                "The note has {count} letters. Write {longest_note} at most.",
                count=len(wish.note),
                longest_note=LONGEST_NOTE,
            )
        )
    if len(wish.changes) > MOST_CHANGES:
        raise InvalidRule(
            text(
                "The scenario changes {count} rules. Change {most_changes} at most.",
                count=len(wish.changes),
                most_changes=MOST_CHANGES,
            )
        )
    rulebook = rules.load_rulebook()
    for each in wish.changes:
        if not each.key.startswith(levers.PLANNED):
            raise InvalidRule(
                text(
                    "The scenario changes {key}, which no plan is made with. Choose a key that"
                    " begins with {listed}.",
                    key=each.key,
                    listed=", ".join(levers.PLANNED),
                )
            )
        entry = Rule(each.key, each.subject, each.value, "", on, "scenario")
        entries.check_entry(rulebook, entry)
    scenario = NamedScenario(wish.name.strip(), wish.demand, wish.changes)
    if scenario in BUILT_IN:
        raise InvalidScenario(
            text(
                "'{name}' is a scenario that every plan has. Give yours another name.",
                name=scenario.name,
            )
        )
    whole = levers.complete(scenario.changes, capacity, rulebook, on)
    return NamedScenario(scenario.name, scenario.demand, whole)
