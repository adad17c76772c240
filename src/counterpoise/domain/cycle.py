"""The six steps of the cycle in order: collect → demand → supply → reconcile → execute → measure.

A step that cannot answer refuses, and so do the steps that need its answer; the others go on. The
same facts, rulebook, period and seed give the same cycle.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

import numpy as np

from counterpoise.domain.demand.forecast import forecast
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.demand.portfolio import apply_portfolio
from counterpoise.domain.demand.volumes import (
    Streams,
    VolumeFacts,
    expect_of_deals,
    expect_of_leads,
    expect_work,
    refuse_of_deals,
)
from counterpoise.domain.execute.actions import propose_actions
from counterpoise.domain.execute.evidence import Evidence
from counterpoise.domain.measure.variance import explain_variance
from counterpoise.domain.reconcile.plan import reconcile
from counterpoise.domain.reconcile.problem import build_problem
from counterpoise.domain.reconcile.solver import NoPlanInTime
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule
from counterpoise.domain.rulebook.watched import WatchedRulebook
from counterpoise.domain.supply.capacity import NoPools, plan_capacity
from counterpoise.domain.supply.pools import build_pools, build_work
from counterpoise.domain.tables.action import Variance
from counterpoise.domain.tables.capacity import (
    Capacity,
    DeclaredPool,
    InvalidPool,
    TeamSize,
    WonDeals,
)
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.forecast import Forecast, Staff, TooLittleHistory
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.launch import NO_DECISIONS, Portfolio, Product
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.override import Override
from counterpoise.domain.tables.plan import InvalidProblem, Plan, Problem
from counterpoise.domain.tables.report import Assumption, Cycle, MonthActual, Refusal, TableCount
from counterpoise.domain.tables.scenario import BUILT_IN, Change, NamedScenario
from counterpoise.domain.tables.volume import Volumes, join_volumes
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, explain, text

REFUSALS = (TooLittleHistory, NoPools, NoPlanInTime, InvalidProblem, MissingRule, InvalidRule)
SEED = 20_260_930
PORTFOLIO_STREAM = 1
"""Launches draw from a stream of their own, so that the forecast without them stays as it is."""
TO_CONFIRM = ("company.", "pool.", "work.", "plan.", "delivery.", "support.tier")
"""Rules that only the business can know; the others are choices of method."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was collected, as known on `deals.as_of`: all that the steps learn from."""

    company: str
    build: str
    tables: tuple[TableCount, ...]
    health: Health
    measures: tuple[Measured, ...]
    history: tuple[MonthActual, ...]
    deals: Deals
    teams: tuple[TeamSize, ...]
    declared: tuple[DeclaredPool, ...]
    won_before: tuple[WonDeals, ...]
    target: Decimal | None
    products: tuple[Product, ...] = ()
    """Family and price of the products; nobody asks where none comes or goes."""
    volumes: VolumeFacts = field(default_factory=VolumeFacts)
    staff: Staff | None = None
    """Of whom something is expected by name; a plan alone asks for nobody."""


@dataclass(frozen=True, slots=True)
class Demand:
    """forecast: what is planned with, overrides in it. statistical: without; None without any.
    Both have the launches and phase-outs in them."""

    forecast: Forecast
    statistical: Forecast | None
    overrides: tuple[Override, ...]


def run_cycle(
    facts: Facts,
    period: Period,
    rulebook: WatchedRulebook,
    overrides: Sequence[Override] = (),
    portfolio: Portfolio = NO_DECISIONS,
) -> Cycle:
    """Run every step that the facts allow; plans come base first, then high and low.

    Supply and plans follow the forecast with overrides; looking back follows the statistics alone.
    """
    refusals: list[Refusal] = []

    def attempt(step: str, answer: Callable[[], Answer]) -> Answer | None:
        try:
            return answer()
        except REFUSALS as error:
            refusals.append(Refusal(step, explain(error)))
            return None

    found = attempt("demand", lambda: plan_demand(facts, period, rulebook, overrides, portfolio))
    demand = found.forecast if found else None
    supply = None
    plans: tuple[Plan, ...] | None = None
    if demand is not None:
        supply = attempt("supply", lambda: plan_supply(facts, demand, rulebook))
    if demand is not None and supply is not None:
        plans = attempt("reconcile", lambda: plan_scenarios(facts, demand, rulebook))
    volumes = plan_volumes(facts, period, demand, rulebook)
    variance = attempt("measure", lambda: look_back(facts.deals, period, rulebook))
    return Cycle(
        company=facts.company,
        period=period,
        as_of=facts.deals.as_of,
        build=facts.build,
        currency=facts.deals.currency,
        tables=facts.tables,
        health=facts.health,
        measures=facts.measures,
        history=facts.history,
        forecast=demand,
        capacity=supply,
        plans=plans or (),
        actions=propose_actions(
            _gather_evidence(facts, period, demand, supply, plans, variance), rulebook
        ),
        variance=variance,
        assumptions=_list_assumptions(rulebook),
        refusals=tuple(refusals),
        target=facts.target,
        statistical=found.statistical if found else None,
        overrides=tuple(overrides),
        portfolio=portfolio,
        volumes=volumes,
    )


def plan_demand(
    facts: Facts,
    period: Period,
    rulebook: WatchedRulebook,
    overrides: Sequence[Override] = (),
    portfolio: Portfolio = NO_DECISIONS,
) -> Demand:
    """Step two: the statistical forecast, products that come and go, and over it what people know
    better."""
    deals = facts.deals
    statistical = apply_portfolio(
        forecast_demand(deals, period, rulebook, facts.staff),
        portfolio,
        deals,
        facts.products,
        rulebook=rulebook,
        rng=np.random.default_rng([SEED, deals.as_of.toordinal(), PORTFOLIO_STREAM]),
    )
    adjusted = apply_overrides(statistical, overrides)
    return Demand(adjusted, statistical if overrides else None, tuple(overrides))


def forecast_demand(
    deals: Deals, period: Period, rulebook: WatchedRulebook, staff: Staff | None = None
) -> Forecast:
    """The random numbers depend on the day alone, so a forecast can be made again."""
    rng = np.random.default_rng([SEED, deals.as_of.toordinal()])
    return forecast(deals, period, rulebook=rulebook, rng=rng, staff=staff)


def plan_volumes(
    facts: Facts, period: Period, demand: Forecast | None, rulebook: WatchedRulebook
) -> Volumes:
    """Step two in units other than money. What cannot be said is refused, kind by kind."""
    draw = _open_streams(facts.deals.as_of)
    of_leads = expect_of_leads(facts.volumes, period, rulebook, draw)
    if demand is None:
        return join_volumes([of_leads, refuse_of_deals()])
    of_deals = expect_of_deals(facts.volumes, facts.deals, demand, rulebook, draw)
    return join_volumes([of_leads, of_deals])


def plan_supply(facts: Facts, demand: Forecast, rulebook: WatchedRulebook) -> Capacity:
    """Step three."""
    on = demand.as_of
    asked = expect_work(facts.volumes, facts.deals, demand, rulebook, _open_streams(on))
    pools = build_pools(facts.teams, facts.declared, rulebook, on)
    products = sorted({product for product, _ in demand.product_cells("won_deals")})
    work = build_work(products, pools, facts.teams, rulebook, on, asked)
    return plan_capacity(
        demand, pools, work, rulebook=rulebook, won_before=facts.won_before, volumes=asked
    )


def _open_streams(on: date) -> Streams:
    """Of the day and the part alone, so that supply draws what the page of volumes shows."""
    return lambda part: np.random.default_rng([SEED, on.toordinal(), *part.encode()])


def plan_scenarios(facts: Facts, demand: Forecast, rulebook: WatchedRulebook) -> tuple[Plan, ...]:
    """Step four, for the expected demand and for both ends of its 80 % range."""
    return tuple(plan_scenario(facts, demand, rulebook, scenario) for scenario in BUILT_IN)


def plan_scenario(
    facts: Facts, demand: Forecast, rulebook: WatchedRulebook, scenario: NamedScenario
) -> Plan:
    """Supply and plan under the rulebook with the scenario's values laid over it.

    The forecast stays as it is: a scenario's demand is one of its three cases. Raises InvalidRule
    before anything is solved for a change that is of no rule or cannot be planned with.
    """
    lay_out = partial(_lay_out_problem, facts, demand, rulebook)
    problem = lay_out(scenario)
    idle = tuple(_list_idle(scenario, problem, lay_out))
    plan = reconcile(problem, scenario.name)
    return replace(plan, notes=(*plan.notes, *idle))


def look_back(deals: Deals, period: Period, rulebook: WatchedRulebook) -> Variance:
    """Step six: the last finished period, forecast again as of the day before it began."""
    finished = find_last_finished(period, deals.as_of)
    then = deals.known_on(finished.start - timedelta(days=1))
    return explain_variance(deals, forecast_demand(then, finished, rulebook), rulebook)


def find_last_finished(period: Period, as_of: date) -> Period:
    """The last period of the same length, aligned with `period`, that ended by `as_of`."""
    while period.end - timedelta(days=1) > as_of:
        period = period.before()
    return period


def _gather_evidence(
    facts: Facts,
    period: Period,
    forecast: Forecast | None,
    capacity: Capacity | None,
    plans: tuple[Plan, ...] | None,
    variance: Variance | None,
) -> Evidence:
    """What actions are proposed from."""
    return Evidence(
        period=period,
        as_of=facts.deals.as_of,
        currency=facts.deals.currency,
        health=facts.health,
        forecast=forecast,
        capacity=capacity,
        plan=plans[0] if plans else None,
        variance=variance,
        target=facts.target,
    )


def _lay_out_problem(
    facts: Facts, demand: Forecast, rulebook: WatchedRulebook, scenario: NamedScenario
) -> Problem:
    source = f"scenario {scenario.name}"
    laid_over = rulebook.with_changes(scenario.changes, demand.as_of, source)
    try:
        supply = plan_supply(facts, demand, laid_over)
    except InvalidPool as error:
        raise InvalidRule(explain(error)) from None
    return build_problem(demand, supply, laid_over, scenario.demand)


def _list_idle(
    scenario: NamedScenario, problem: Problem, lay_out: Callable[[NamedScenario], Problem]
) -> Iterator[Text]:
    """Changes without which the problem would be the same, such as of a name that is misspelt."""
    for change in scenario.changes:
        others = tuple(each for each in scenario.changes if each != change)
        try:
            is_idle = lay_out(replace(scenario, changes=others)) == problem
        except REFUSALS:
            is_idle = False
        if is_idle:
            yield _say_idle(change)


def _say_idle(change: Change) -> Text:
    if not change.subject:
        return text(
            "The scenario's change of {key} to {value} makes no difference: this plan does not ask"
            " for it, it is so already, or every pool and product has an entry of its own.",
            key=change.key,
            value=change.value,
        )
    return text(
        "The scenario's change of {key} of {subject} to {value} makes no difference: this plan does"
        " not ask for it, or it is so already. Look at how the name is written.",
        key=change.key,
        subject=change.subject,
        value=change.value,
    )


def _list_assumptions(rulebook: WatchedRulebook) -> tuple[Assumption, ...]:
    return tuple(
        Assumption(rule.key, rule.subject, rule.value, rule.unit, rule.source)
        for rule in rulebook.list_used_defaults()
        if rule.key.startswith(TO_CONFIRM)
    )
