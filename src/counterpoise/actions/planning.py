"""Plans a period: forecast, capacity and plan, from the current build as it was known on a day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import chain

import numpy as np

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.workspaces import Workspace, get_company
from counterpoise.domain import cycle
from counterpoise.domain.cycle import Demand, Facts
from counterpoise.domain.demand.volumes import VolumeFacts
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.measure.question import Question
from counterpoise.domain.reconcile.plan_json import canonical_bytes, from_document, to_document
from counterpoise.domain.reconcile.verify import verify
from counterpoise.domain.rulebook.templates import answers_tickets
from counterpoise.domain.rulebook.watched import WatchedRulebook
from counterpoise.domain.tables.capacity import Capacity
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.forecast import Forecast, Staff
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.launch import NO_DECISIONS, Portfolio, Product
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.override import Override
from counterpoise.domain.tables.plan import Plan, Verdict
from counterpoise.domain.tables.report import Cycle, MonthActual, TableCount
from counterpoise.domain.tables.scenario import NamedScenario
from counterpoise.domain.tables.service import Service
from counterpoise.domain.tables.team_tree import TeamsInACircle
from counterpoise.domain.values.period import Period, add_months, first_of_month
from counterpoise.domain.values.text import text
from counterpoise.store import launches as decided
from counterpoise.store import ledger, runs
from counterpoise.store import overrides as stored
from counterpoise.store.runs import SavedPlan
from counterpoise.warehouse.measures.called import read_staff
from counterpoise.warehouse.measures.compute import find_target
from counterpoise.warehouse.queries.deals import load_deals
from counterpoise.warehouse.queries.funnel import load_leads
from counterpoise.warehouse.queries.health import examine
from counterpoise.warehouse.queries.products import list_products
from counterpoise.warehouse.queries.sellers import list_team_sizes, list_won_deals
from counterpoise.warehouse.queries.service import list_stock, load_lines, load_service
from counterpoise.warehouse.queries.tables import count_rows, list_declared_pools

REACH_MONTHS = 36
"""How long ago a deal can have been won whose delivery still goes on."""
STANDING = ("pipeline_open", "coverage")
"""Measures of what is there on a day, which a period that is over says little of."""


class BrokenPlan(ValueError):
    """A saved plan that does not keep its own constraints."""


@dataclass(frozen=True, slots=True)
class NamedPlan:
    """A plan and the name under which it was saved."""

    name: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Desk:
    """One period planned from one build as of one day; the rulebook remembers what it answered.

    overrides: what people put in place of the statistical forecast; every answer follows them, and
    the portfolio, the products that people launch and phase out.
    """

    workspace: Workspace
    current: CurrentBuild
    period: Period
    as_of: date
    rulebook: WatchedRulebook
    overrides: tuple[Override, ...] = ()
    portfolio: Portfolio = NO_DECISIONS

    @property
    def build(self) -> str:
        return self.current.id

    def forecast(self) -> Forecast:
        """The forecast that plans are made with, overrides in it."""
        return self.plan_demand().forecast

    def plan_demand(self) -> Demand:
        """The forecast with overrides, and beside it the statistical one."""
        return self._plan_demand(self._load_planning_facts())

    def plan_capacity(self) -> Capacity:
        facts = self.load_facts()
        return cycle.plan_supply(facts, self._plan_demand(facts).forecast, self.rulebook)

    def reconcile(self, scenario: NamedScenario, *, at: datetime) -> NamedPlan:
        return self.save_plan(self.solve(scenario), at=at)

    def solve(self, scenario: NamedScenario) -> Plan:
        """The plan alone, from what it rests on: health and measures are not looked at."""
        facts = self._load_planning_facts()
        forecast = self._plan_demand(facts).forecast
        return cycle.plan_scenario(facts, forecast, self.rulebook, scenario)

    def run_cycle(self) -> Cycle:
        return cycle.run_cycle(
            self.load_facts(), self.period, self.rulebook, self.overrides, self.portfolio
        )

    def load_facts(self) -> Facts:
        """Everything the steps learn from; health and measures included."""
        folder = self.current.folder
        facts = self._load_planning_facts()
        return replace(
            facts,
            tables=self._count_tables(),
            health=examine(folder, self.rulebook, self.as_of),
            measures=self._measure(),
            history=sum_by_month(facts.deals),
            target=find_target(folder, self.period, self.as_of, rulebook=self.rulebook),
            staff=self._find_staff(),
            volumes=replace(
                facts.volumes,
                leads=load_leads(folder, self.as_of, rulebook=self.rulebook),
                lines=load_lines(folder),
                stock=list_stock(folder),
                service=facts.volumes.service or self._load_service(),
            ),
        )

    def _load_planning_facts(self) -> Facts:
        folder = self.current.folder
        deals = self._load_deals()
        return Facts(
            company=get_company(self.workspace),
            build=self.build,
            tables=(),
            health=Health(score=100, findings=(), rows=0),
            measures=(),
            history=(),
            deals=deals,
            teams=list_team_sizes(folder, deals),
            declared=list_declared_pools(folder, self.as_of),
            won_before=list_won_deals(deals, first_of_month(self.as_of)),
            target=None,
            products=self._list_products(),
            volumes=self._load_volume_facts(deals),
        )

    def _load_volume_facts(self, deals: Deals) -> VolumeFacts:
        """What a plan rests on; the rest is learned from by the whole cycle alone: load_facts."""
        started = add_months(first_of_month(self.as_of), -REACH_MONTHS)
        answers = answers_tickets(self.rulebook, self.as_of)
        return VolumeFacts(
            service=self._load_service() if answers else None,
            won_earlier=list_won_deals(deals, started),
        )

    def _load_service(self) -> Service | None:
        return load_service(self.current.folder, self.as_of, rulebook=self.rulebook)

    def save_plan(self, plan: Plan, *, at: datetime) -> NamedPlan:
        """Keep a plan under a name made from its content: the same plan has the same name."""
        document = to_document(plan)
        content_hash = sha256(canonical_bytes(document)).hexdigest()
        name = f"{self.period}-{plan.scenario.replace(' ', '-')}-{content_hash[:8]}"
        saved = SavedPlan(
            id=name,
            period=str(self.period),
            scenario=plan.scenario,
            as_of=self.as_of,
            build=self.build,
            content_hash=content_hash,
            document=document,
        )
        runs.save_plan(saved, at=at)
        return NamedPlan(name, plan)

    def _count_tables(self) -> tuple[TableCount, ...]:
        quarantined = ledger.count_quarantined()
        rows = count_rows(self.current.folder)
        return tuple(TableCount(name, rows[name], quarantined.get(name, 0)) for name in rows)

    def _measure(self) -> tuple[Measured, ...]:
        """What flowed in the last finished period, and what stands in the pipeline now."""
        finished = cycle.find_last_finished(self.period, self.as_of)
        flows = tuple(name for name in DEFINITIONS if name not in STANDING)
        questions = (
            Question(flows, period=finished, as_of=self.as_of),
            Question(("pipeline_open",), as_of=self.as_of),
            Question(("coverage",), period=self.period, as_of=self.as_of),
        )
        answers = (examinations.answer(self.current, each, self.rulebook) for each in questions)
        return tuple(chain.from_iterable(answers))

    def _plan_demand(self, facts: Facts) -> Demand:
        return cycle.plan_demand(facts, self.period, self.rulebook, self.overrides, self.portfolio)

    def _find_staff(self) -> Staff | None:
        """A staff list that calls refuse must not keep the company from its forecast."""
        try:
            return read_staff(self.current.folder, self.as_of, rulebook=self.rulebook)
        except TeamsInACircle:
            return None

    def _list_products(self) -> tuple[Product, ...]:
        if self.portfolio.is_empty:
            return ()
        return list_products(self.current.folder, self.rulebook, self.as_of)

    def _load_deals(self) -> Deals:
        return load_deals(self.current.folder, self.as_of, rulebook=self.rulebook).deals


def open_desk(
    workspace: Workspace,
    period: str,
    *,
    as_of: date | None,
    today: date,
    overrides: Sequence[Override] | None = None,
    portfolio: Portfolio | None = None,
) -> Desk:
    """Plan `period` as known on `as_of`; else as of the last day that a plan could be made on.

    That is the day before the period begins, or today within it, and never after the data ends.
    overrides, portfolio: None stands for those of the period that hold now.
    """
    wanted = Period.parse(period)
    build = examinations.get_build(workspace)
    rulebook = WatchedRulebook(rules.load_rulebook().rules)
    day = as_of or examinations.choose_day(wanted, build, today=today)
    held = stored.list_current(str(wanted)) if overrides is None else overrides
    products = decided.list_current(before=wanted.end) if portfolio is None else portfolio
    return Desk(workspace, build, wanted, day, rulebook, tuple(held), products)


def verify_plan(name: str) -> Verdict:
    """Check a saved plan again from its document alone, without the solver."""
    saved = runs.get_plan(name)
    if sha256(canonical_bytes(dict(saved.document))).hexdigest() != saved.content_hash:
        raise BrokenPlan(
            text(
                "{name} is not what was saved: its content no longer has its hash. Restore"
                " the store from a backup, or reconcile again.",
                name=name,
            )
        )
    plan = from_document(dict(saved.document))
    return verify(plan.problem, plan.solution)


def sum_by_month(deals: Deals) -> tuple[MonthActual, ...]:
    """Won revenue, to the cent, and won deals of every month from the first win to the last."""
    won = np.flatnonzero(deals.won)
    months = deals.closed[won].astype("datetime64[D]").astype("datetime64[M]").tolist()
    count = Counter(months)
    revenue: dict[date, Decimal] = dict.fromkeys(count, Decimal(0))
    for month, amount in zip(months, np.nan_to_num(deals.amount[won]).tolist(), strict=True):
        revenue[month] += Decimal(repr(amount))
    cent = Decimal("0.01")
    return tuple(
        MonthActual(month, revenue[month].quantize(cent), count[month]) for month in sorted(count)
    )
