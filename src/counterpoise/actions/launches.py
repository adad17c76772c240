"""Launches and phase-outs: look at past launches that a new product may be like, decide, withdraw.

A forecast follows a decision from the next run of the cycle on. What past launches teach is read
from the current data, as known on its last day.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

import numpy as np

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.cycle import PORTFOLIO_STREAM, SEED
from counterpoise.domain.demand import analogues, cannibalisation, launches, portfolio
from counterpoise.domain.demand.launch_rules import LaunchRules, read_launch_rules
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.launch import (
    CURVE_MONTHS,
    Cannibalisation,
    InvalidLaunch,
    InvalidPhaseOut,
    Launch,
    LaunchMonth,
    NoAnalogue,
    PastLaunch,
    PhaseOut,
    Product,
    Proposal,
)
from counterpoise.domain.values.text import text
from counterpoise.store import launches as stored
from counterpoise.store.launches import KeptDecision, Kind
from counterpoise.warehouse.queries.deals import load_deals
from counterpoise.warehouse.queries.products import list_products


@dataclass(frozen=True, slots=True)
class Lessons:
    """What the data teaches of launches by a day. sold: products that deals know, by name."""

    as_of: date
    currency: str
    products: tuple[Product, ...]
    sold: tuple[str, ...]
    regions: tuple[str, ...]
    past: tuple[PastLaunch, ...]
    cannibalisation: Cannibalisation

    def find_product(self, name: str) -> Product | None:
        return next((each for each in self.products if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a launch would bring in its first twelve months. judged: from how many past launches
    the range was learned."""

    months: tuple[LaunchMonth, ...]
    judged: int


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    lessons: Lessons
    deals: Deals
    rules: LaunchRules


def learn(workspace: Workspace, *, today: date) -> Lessons:
    """Raises NoBuild before anything was collected."""
    return _learn(workspace, today).lessons


def propose(
    workspace: Workspace, wanted: Product, regions: tuple[str, ...], *, today: date
) -> tuple[Proposal, ...]:
    """Past launches, the likest first. What is not said of a known product is as its table has it.

    Raises InvalidLaunch for a region that no deal is in.
    """
    learned = _learn(workspace, today)
    _check_regions(learned.lessons, regions)
    whole = complete(learned.lessons, wanted)
    return analogues.propose(whole, regions, learned.lessons.past, learned.rules)


def complete(lessons: Lessons, wanted: Product) -> Product:
    """A product with the family and price that the data knows, where none are said."""
    known = lessons.find_product(wanted.name)
    if known is None:
        return wanted
    return Product(wanted.name, wanted.family or known.family, wanted.price or known.price)


def outline(workspace: Workspace, launch: Launch, *, today: date) -> Outline:
    """What the launch would bring; nothing is kept. Raises InvalidLaunch and NoAnalogue."""
    learned = _learn(workspace, today)
    checked = _check(learned, launch)
    found = launches.expect(checked, learned.lessons.past, learned.rules)
    assert found is not None, "its analogues were checked"
    rng = np.random.default_rng([SEED, learned.lessons.as_of.toordinal(), PORTFOLIO_STREAM])
    noise = launches.scatter_of_values(learned.deals)
    return Outline(launches.outline(checked, found, noise, rng), found.judged)


def make_launch(workspace: Workspace, launch: Launch, *, today: date) -> KeptDecision:
    """Keep it. Raises InvalidLaunch, NoAnalogue, or stored.DecidedAlready; then nothing is kept."""
    return stored.add(_check(_learn(workspace, today), launch))


def make_phase_out(workspace: Workspace, decided: PhaseOut, *, today: date) -> KeptDecision:
    """Keep it. Raises InvalidPhaseOut, or stored.DecidedAlready; then nothing is kept."""
    lessons = _learn(workspace, today).lessons
    launched = {each.product for each in stored.list_current().launches}
    known = {*lessons.sold, *launched, *(each.name for each in lessons.products)}
    for name in filter(None, (decided.product, decided.successor)):
        if name not in known:
            raise InvalidPhaseOut(
                text(
                    "No deal, product or launch is called {product}. Look at how the name is"
                    " written.",
                    product=name,
                )
            )
    return stored.add(decided)


def withdraw(kind: Kind, decision_id: int, by: str, *, now: datetime) -> KeptDecision:
    """The forecast is then, from the next run on, as if it had never been decided.

    Raises stored.UnknownDecision and stored.DecisionWithdrawn.
    """
    return stored.withdraw(kind, decision_id, by=by, at=now)


def _learn(workspace: Workspace, today: date) -> _Learned:
    build = examinations.get_build(workspace)
    return _read(build, examinations.find_horizon(build, today), rules.load_rulebook().rules)


@lru_cache(maxsize=4)
def _read(build: CurrentBuild, as_of: date, written: tuple[Rule, ...]) -> _Learned:
    """Read once for a build, a day and a rulebook: none of them changes."""
    rulebook = Rulebook(written)
    found = read_launch_rules(rulebook, as_of)
    deals = load_deals(build.folder, as_of, rulebook=rulebook).deals
    products = list_products(build.folder, rulebook, as_of)
    past = analogues.find_past_launches(deals, products, found)
    dimension = deals.dimensions["product"]
    lessons = Lessons(
        as_of=as_of,
        currency=deals.currency,
        products=products,
        sold=tuple(sorted(dimension.labels)),
        regions=analogues.list_regions(deals),
        past=past,
        cannibalisation=cannibalisation.estimate(deals, past, products, found),
    )
    return _Learned(lessons, deals, found)


def _check(learned: _Learned, launch: Launch) -> Launch:
    """The launch with what the data knows of its product; or a refusal that says what is needed."""
    lessons = learned.lessons
    _check_regions(lessons, launch.regions)
    whole = complete(lessons, Product(launch.product, launch.family, launch.price))
    _check_new(learned, launch)
    known = sorted({each.product for each in lessons.past} - {launch.product})
    if unknown := [each for each in launch.analogues if each not in known]:
        raise NoAnalogue(
            text(
                "{unknown} cannot be learned from: its first {months} months of sales are not in"
                " the data, or it was sold before the data begins. Pick among: {known}; or give"
                " {months} monthly amounts of your own.",
                unknown=", ".join(unknown),
                months=CURVE_MONTHS,
                known=", ".join(known) or "–",
            )
        )
    return replace(launch, family=whole.family, price=whole.price)


def _check_new(learned: _Learned, launch: Launch) -> None:
    first = analogues.find_first_month(learned.deals, launch.product)
    if first is not None and first < launch.month:
        raise InvalidLaunch(
            text(
                "{product} was first sold in {first}, before {month}. Say that month, or choose a"
                " product that is new.",
                product=launch.product,
                first=f"{first:%Y-%m}",
                month=f"{launch.month:%Y-%m}",
            )
        )
    months = portfolio.count_own_months(launch, learned.lessons.as_of)
    if months >= CURVE_MONTHS:
        raise InvalidLaunch(
            text(
                "{months} months since {month} are over, so {product} stands on its own sales. No"
                " launch is needed.",
                months=months,
                month=f"{launch.month:%Y-%m}",
                product=launch.product,
            )
        )


def _check_regions(lessons: Lessons, regions: tuple[str, ...]) -> None:
    if unknown := sorted(set(regions) - set(lessons.regions)):
        raise InvalidLaunch(
            text(
                "No deal is in {unknown}. Choose among the regions: {known}.",
                unknown=", ".join(unknown),
                known=", ".join(lessons.regions) or "–",
            )
        )
