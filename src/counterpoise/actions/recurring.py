"""Recurring revenue of a build: its contracts, how they rolled forward, and what lies ahead."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from counterpoise.actions import examinations, kept, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.same_customers import Same, read_same_accounts
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.demand import (
    recurring_ahead,
    recurring_backtest,
    recurring_pace,
    renewals,
    renewals_due,
)
from counterpoise.domain.demand.contracts import build_contracts
from counterpoise.domain.demand.recurring_pace import RunNew
from counterpoise.domain.demand.recurring_rules import RecurringRules, read_rules
from counterpoise.domain.demand.renewals import TooFewTerms
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.recurring import Contracts, RecurringAhead, RenewalDue
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, explain
from counterpoise.store import runs
from counterpoise.store.runs import Heading
from counterpoise.warehouse.queries.recurring import load_past_sales, load_sales

SEED = 20_240_229


@dataclass(frozen=True, slots=True)
class Recurring:
    """ahead: None where too few terms have ended; then refusal says what is needed. due: what comes
    up for renewal, the most at stake first."""

    contracts: Contracts
    ahead: RecurringAhead | None
    refusal: Text | None
    due: tuple[RenewalDue, ...]


def examine_recurring(
    workspace: Workspace, *, today: date, as_of: date | None = None
) -> tuple[str, Recurring]:
    """The build's id, and what it says as of a day; the last day of the data where none is said.

    Computed once in a process. Raises NoBuild; NothingRecurring where no rule says what is sold by
    term; and InvalidRule or MissingRate.
    """
    build = examinations.get_build(workspace)
    on = min(as_of or examinations.find_horizon(build, today), today)
    made = tuple(run for run in runs.list_headings() if run.as_of <= on)
    same = read_same_accounts(build)
    return build.id, _examine(build, on, rules.load_rulebook(), made, same)


def restrict(found: Recurring, visitor: Visitor) -> Recurring:
    """What is in the visitor's reach: contracts of their own accounts or those of their teams."""
    mine = tuple(
        each for each in found.contracts.contracts if visitor.sees_person(each.rep, each.team)
    )
    due = tuple(each for each in found.due if visitor.sees_person(each.rep, each.team))
    return replace(found, contracts=replace(found.contracts, contracts=mine), due=due)


def keep_own(mine: Recurring) -> Recurring:
    """Nothing of the whole company: neither what it expects nor what was left out of it."""
    contracts = replace(mine.contracts, without_account=0, without_amount=0, unmatched=0)
    return replace(mine, contracts=contracts, ahead=None)


@lru_cache(maxsize=8)
def _examine(
    build: CurrentBuild, as_of: date, rulebook: Rulebook, made: tuple[Heading, ...], same: Same
) -> Recurring:
    """A heading says when its run was made, so one that was run again is read again."""
    said = read_rules(rulebook, as_of, fold)
    loaded = load_sales(build.folder, as_of, rulebook=rulebook, same=same)
    contracts = build_contracts(loaded.sales, said, as_of, loaded.currency)
    months = recurring_ahead.list_months(as_of, said.horizon_months)
    try:
        learned = renewals.learn_renewals(contracts, said)
    except TooFewTerms as error:
        due = renewals_due.list_due(contracts, None, months)
        return Recurring(contracts, None, explain(error), due)
    expected = _read_runs(made, contracts, said)
    pace = recurring_pace.learn_pace(contracts, said, expected)
    rng = np.random.default_rng(SEED)
    origins = recurring_backtest.list_origins(contracts, said)
    sold = load_past_sales(build.folder, origins, rulebook=rulebook, same=same)
    past = [
        build_contracts(sales, said, origin, contracts.currency)
        for origin, sales in zip(origins, sold, strict=True)
    ]
    ahead = RecurringAhead(
        months=recurring_ahead.look_ahead(contracts, learned, pace, months, rng, paths=said.paths),
        rates=renewals.list_rates(learned),
        expansions_per_year=recurring_pace.tell_rate(pace),
        expansion_share=recurring_pace.tell_share(pace),
        new_from=tuple(
            expected[month.start].as_of if month.start in expected else None for month in months
        ),
        tests=recurring_backtest.judge_past(past, contracts, said, rng),
    )
    due = renewals_due.list_due(contracts, learned, months)
    return Recurring(contracts, ahead, None, due)


def _read_runs(
    made: tuple[Heading, ...], contracts: Contracts, said: RecurringRules
) -> dict[date, RunNew]:
    """Of each month, what the run as of the newest day says; of one day's, the newest made."""
    found: dict[date, RunNew] = {}
    for run in sorted(made, key=lambda each: (each.as_of, each.ran_at)):
        if Period.parse(run.period).end <= contracts.as_of:
            continue
        cycle = kept.find_cycle(run.id)
        if cycle is not None and cycle.forecast is not None:
            found |= recurring_pace.read_run(cycle.forecast, contracts, said)
    return found
