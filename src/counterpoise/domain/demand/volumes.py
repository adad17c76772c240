"""Step two in units other than money: the funnel, units, hours to deliver, tickets to answer.

Each kind answers or refuses by itself. What the supply step reads (hours to deliver and to support)
needs no lead and no line, and is made again for every scenario.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from numpy.random import Generator

from counterpoise.domain.demand import lead_plan
from counterpoise.domain.demand.deal_paths import draw_deals
from counterpoise.domain.demand.delivery import expect_delivery
from counterpoise.domain.demand.funnel import FUNNEL, expect_funnel, open_funnel
from counterpoise.domain.demand.funnel_record import try_funnel
from counterpoise.domain.demand.funnel_scores import expect_scored, open_scoring, project_scored
from counterpoise.domain.demand.funnel_settings import read_funnel_settings
from counterpoise.domain.demand.lead_rules import read_lead_rules
from counterpoise.domain.demand.settings import read_settings
from counterpoise.domain.demand.support import expect_support
from counterpoise.domain.demand.units import expect_units, split_by_site
from counterpoise.domain.rulebook.lead_plan import read_lead_plan
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rulebook
from counterpoise.domain.rulebook.templates import answers_tickets, list_roles
from counterpoise.domain.tables.capacity import WonDeals
from counterpoise.domain.tables.deals import Deals
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.service import Service, SoldLines, StockedAt
from counterpoise.domain.tables.volume import (
    Volume,
    VolumeKind,
    VolumeRefusal,
    Volumes,
    join_volumes,
)
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, explain, text

Part = Literal["leads", "scores", "deals", "support", "units"]
Streams = Callable[[Part], Generator]
"""Random numbers of its own for each part, the same each time it is asked: what is drawn of one
does not depend on whether another is."""
OF_DEALS: tuple[VolumeKind, ...] = ("units", "delivery_hours", "accounts", "tickets")


@dataclass(frozen=True, slots=True, eq=False)
class VolumeFacts:
    """What volumes are learned from besides deals. won_earlier: deals won in the months before the
    period, as far back as templates may reach. None: the table was never loaded."""

    leads: Leads | None = None
    lines: SoldLines | None = None
    stock: tuple[StockedAt, ...] = ()
    service: Service | None = None
    won_earlier: tuple[WonDeals, ...] = ()


def expect_of_leads(
    facts: VolumeFacts,
    period: Period,
    rulebook: Rulebook,
    draw: Streams,
    history: Deals | None = None,
) -> Volumes:
    """The funnel, and how such figures did on earlier days. history: of the same leads, where they
    can be scored."""
    if facts.leads is None:
        return _refuse(FUNNEL, text("No lead was loaded. Load the table lead."))
    rng = draw("leads")
    try:
        settings = read_funnel_settings(rulebook, facts.leads.as_of)
        known = facts.leads.known_on(facts.leads.as_of)
        plan = read_lead_plan(rulebook, known.as_of)
        lead_plan.check_sources(plan, known)
        record = lead_plan.keep_record(plan, known, rulebook)
        funnel = open_funnel(known, period, settings, rng, plan)
        found = expect_funnel(funnel, period, rng)
        scoring = None
        if history is not None:
            rules = read_lead_rules(rulebook, known.as_of)
            scoring = open_scoring(facts.leads, history, period, settings, rules)
    except (BrokenSeries, InvalidRule) as error:
        return _refuse(FUNNEL, explain(error))
    found = replace(
        found,
        notes=(*found.notes, *lead_plan.write_notes(record)),
        plan=lead_plan.list_plan(plan, funnel.arrivals, known),
        plan_record=record,
    )
    score = None
    if scoring is not None:
        scored = expect_scored(scoring, funnel, period, draw("scores"))
        found = join_volumes([found, scored])
        score = partial(project_scored, scoring, rng=draw("scores"))
    tests = try_funnel(facts.leads, settings, rng, score)
    told = {each.kind for each in found.volumes}
    return replace(found, tests=tuple(each for each in tests if each.kind in told))


def expect_of_deals(
    facts: VolumeFacts, known: Deals, forecast: Forecast, rulebook: Rulebook, draw: Streams
) -> Volumes:
    """Hours to deliver, customers and tickets, and units; each refuses by itself."""
    on = forecast.as_of
    deals = draw_deals(forecast, read_settings(rulebook, on), draw("deals"))

    def find_units() -> Volumes:
        units = expect_units(deals, known, facts.lines, rulebook, draw("units"))
        return split_by_site(units, facts.stock, rulebook, on)

    return join_volumes(
        [
            _attempt(
                ("delivery_hours",),
                lambda: expect_delivery(deals, facts.won_earlier, rulebook, on),
            ),
            _attempt(
                ("accounts", "tickets"),
                lambda: expect_support(deals, known, facts.service, rulebook, draw("support")),
            ),
            _attempt(("units",), find_units),
        ]
    )


def expect_work(
    facts: VolumeFacts, known: Deals, forecast: Forecast, rulebook: Rulebook, draw: Streams
) -> tuple[Volume, ...]:
    """The same hours to deliver and to support, for supply; none where the rulebook has no
    template, whatever else it lacks: a version frozen before there were any comes out the same.

    Raises InvalidRule for a rule that cannot be read: a plan must not pass over it.
    """
    on = forecast.as_of
    delivers, supports = bool(list_roles(rulebook, on)), answers_tickets(rulebook, on)
    if not (delivers or supports):
        return ()
    deals = draw_deals(forecast, read_settings(rulebook, on), draw("deals"))
    parts = []
    if delivers:
        parts.append(expect_delivery(deals, facts.won_earlier, rulebook, on))
    if supports:
        support = expect_support(deals, known, facts.service, rulebook, draw("support"))
        parts.append(support)
    return join_volumes(parts).of("delivery_hours", "support_hours")


def refuse_of_deals() -> Volumes:
    """For a period of which no deal is forecast."""
    return _refuse(
        OF_DEALS,
        text("No deals are forecast for the period, and this is told by the deals that are won."),
    )


def _attempt(kinds: Sequence[VolumeKind], expect: Callable[[], Volumes]) -> Volumes:
    try:
        return expect()
    except (InvalidRule, MissingRule) as error:
        return _refuse(kinds, explain(error))


def _refuse(kinds: Sequence[VolumeKind], why: Text) -> Volumes:
    return Volumes(refusals=tuple(VolumeRefusal(kind, why) for kind in kinds))
