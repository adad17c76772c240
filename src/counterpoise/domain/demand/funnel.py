"""Leads, qualified leads, opportunities and customers by source and month, with ranges.

Two parts come together: leads that are there already and may still get further, each by its age and
source; and leads yet to come, as the series of leads says. How many get further, and how long after
they came in, is learned from the leads watched so far. Nothing looks past the as-of day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand import conversion
from counterpoise.domain.demand.arrivals import Arrivals, expect_arrivals, name_sources
from counterpoise.domain.demand.conversion import Conversion
from counterpoise.domain.demand.counts import draw_levels, thin
from counterpoise.domain.demand.funnel_settings import FunnelSettings
from counterpoise.domain.demand.projection import Projection, write_volumes
from counterpoise.domain.rulebook.lead_plan import PlannedLeads
from counterpoise.domain.tables.deals import STILL_OPEN, day_number
from counterpoise.domain.tables.leads import Days, Leads
from counterpoise.domain.tables.volume import Learned, Members, VolumeKind, VolumeRefusal, Volumes
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

Floats = NDArray[np.float64]
EVENTS: tuple[VolumeKind, ...] = ("qualified_leads", "opportunities", "customers")
SCORED: VolumeKind = "scored_opportunities"
FUNNEL: tuple[VolumeKind, ...] = ("leads", *EVENTS)
UNITS: Mapping[VolumeKind, str] = {
    "leads": "leads",
    "qualified_leads": "leads",
    "opportunities": "opportunities",
    "scored_opportunities": "opportunities",
    "customers": "customers",
}
OF_LEADS = {
    "qualified_leads": "became qualified leads",
    "opportunities": "became opportunities",
    "customers": "became customers",
}


class TooFewConversions(ValueError):
    """Fewer leads got further than anything can be learned from."""


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """Of leads that are there, by source and month: expected events, and the sum of the squared
    chances, from which their spread follows."""

    expected: Floats
    squares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Leads as known on a day, what is yet to come, and the months that are asked for.

    place: each lead's source, by position in `names`. starts, ends: days of the months, half-open.
    """

    leads: Leads
    names: tuple[str, ...]
    place: NDArray[np.intp]
    arrivals: Arrivals
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    settings: FunnelSettings

    @property
    def today(self) -> int:
        return day_number(self.leads.as_of)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.names), len(self.starts)


def open_funnel(
    leads: Leads,
    period: Period,
    settings: FunnelSettings,
    rng: Generator,
    plan: Sequence[PlannedLeads] = (),
) -> Funnel:
    """leads: as known on their as-of day. plan: of leads to come, of sources that there are. Raises
    BrokenSeries where they are no series."""
    names, place = name_sources(leads)
    return Funnel(
        leads=leads,
        names=names,
        place=place,
        arrivals=expect_arrivals(leads, period, settings, rng, plan),
        starts=np.array([day_number(month.start) for month in period.months]),
        ends=np.array([day_number(month.end) for month in period.months]),
        settings=settings,
    )


def expect_funnel(funnel: Funnel, period: Period, rng: Generator) -> Volumes:
    """By source and of all, month by month; a kind with too few conversions is refused."""
    members: list[Members] = [(("source", name),) for name in funnel.names]
    months = [month.start for month in period.months]
    volumes = list(write_volumes("leads", members, project_leads(funnel), months))
    learned = [_learn_of_leads(funnel)]
    refusals = []
    for kind in EVENTS:
        try:
            found = learn_conversion(funnel, kind)
        except TooFewConversions as error:
            refusals.append(VolumeRefusal(kind, error.args[0]))
            continue
        volumes += write_volumes(kind, members, project_event(funnel, kind, found, rng), months)
        learned += _describe(funnel, kind, found)
    return Volumes(tuple(volumes), tuple(learned), (), tuple(refusals), tuple(_note(funnel)))


def days_of(leads: Leads, kind: VolumeKind) -> Days:
    """The days on which leads became what the kind counts."""
    if kind == "leads":
        return leads.created
    days = {
        "qualified_leads": leads.qualified,
        "opportunities": leads.converted,
        "scored_opportunities": leads.converted,
        "customers": leads.won,
    }
    return days[kind]


def count_by_window(
    days: Days, place: NDArray[np.intp], starts: Sequence[int], ends: Sequence[int], sources: int
) -> Floats:
    """What happened in each window, by source."""
    counted = [
        np.bincount(place[(days >= start) & (days < end)], minlength=sources)
        for start, end in zip(starts, ends, strict=True)
    ]
    return np.array(counted, dtype=np.float64).reshape(len(starts), sources).T


def project_leads(funnel: Funnel) -> Projection:
    """Leads themselves: those of the period that are there, and those to come."""
    came = count_by_window(
        funnel.leads.created,
        funnel.place,
        list(funnel.starts),
        list(funnel.ends),
        len(funnel.names),
    )
    first = funnel.arrivals.first[:, None]
    falls_in = ((funnel.starts <= first) & (first < funnel.ends)).astype(np.float64)
    return Projection(
        came + funnel.arrivals.mean @ falls_in, came, came + funnel.arrivals.counts @ falls_in
    )


def learn_conversion(funnel: Funnel, kind: VolumeKind) -> Conversion:
    """Raises TooFewConversions."""
    settings, leads = funnel.settings, funnel.leads
    recent = np.flatnonzero(leads.created > funnel.today - settings.window_days)
    found = conversion.learn(
        conversion.Cohort(
            leads.created[recent],
            days_of(leads, kind)[recent],
            funnel.place[recent].astype(np.int32),
            len(funnel.names),
        ),
        today=funnel.today,
        limit=settings.age_limit_days,
        prior=settings.prior_leads,
    )
    came = int(found.events.sum())
    if came < settings.least_conversions:
        raise TooFewConversions(
            text(
                "Of the leads of the last {days} days, {came} {happened}, and from fewer than"
                " {least} nothing is learned. Load leads with the day on which they got further, or"
                " wait (funnel.least_conversions).",
                days=settings.window_days,
                came=came,
                happened=text(OF_LEADS[kind]),
                least=settings.least_conversions,
            )
        )
    return found


def project_event(
    funnel: Funnel,
    kind: VolumeKind,
    found: Conversion,
    rng: Generator,
    present: Present | None = None,
) -> Projection:
    """What has happened in the period by the as-of day counts, as itself. present: of the leads
    that are there; as the lags say where nothing else is given."""
    came = count_by_window(
        days_of(funnel.leads, kind),
        funnel.place,
        list(funnel.starts),
        list(funnel.ends),
        len(funnel.names),
    )
    if present is None:
        present = _expect_of_present(funnel, kind, found)
    chances = _chances_of_coming(funnel, found)
    coming = np.einsum("sk,skj->sj", funnel.arrivals.mean, chances)
    factor = _draw_factors(funnel, found, rng)
    paths = came[None] + _draw_present(present, factor, rng)
    for source, number in np.ndindex(*funnel.arrivals.mean.shape):
        chance = chances[source, number] * factor[:, source]
        chance = chance / np.maximum(chance.sum(axis=1, keepdims=True), 1.0)
        paths[:, source] += thin(funnel.arrivals.counts[:, source, number], chance, rng)
    return Projection(came + present.expected + coming, came + present.expected, paths)


def _expect_of_present(funnel: Funnel, kind: VolumeKind, found: Conversion) -> Present:
    """Leads that are there and have not got so far."""
    waiting = np.flatnonzero(days_of(funnel.leads, kind) == STILL_OPEN)
    place, created = funnel.place[waiting], funnel.leads.created[waiting].astype(np.float64)
    age = funnel.today - created
    expected, squares = np.zeros(funnel.shape), np.zeros(funnel.shape)
    for month, (start, end) in enumerate(zip(funnel.starts, funnel.ends, strict=True)):
        first = max(int(start), funnel.today + 1)
        if first < end:
            chance = found.of_waiting(place, age, first - created, end - 1 - created)
            expected[:, month] = np.bincount(place, chance, len(funnel.names))
            squares[:, month] = np.bincount(place, chance**2, len(funnel.names))
    return Present(expected, squares)


def _chances_of_coming(funnel: Funnel, found: Conversion) -> Floats:
    """Of a lead that comes in on any day that is left of a month: (sources, months it comes in,
    months asked for)."""
    sources, months = funnel.shape
    chances = np.zeros((sources, len(funnel.arrivals.first), months))
    place = np.arange(sources)[:, None]
    for number, (first, end) in enumerate(
        zip(funnel.arrivals.first, funnel.arrivals.end, strict=True)
    ):
        days = np.arange(first, end)[None, :]
        for month in range(months):
            between = found.between(
                place, funnel.starts[month] - days, funnel.ends[month] - 1 - days
            )
            chances[:, number, month] = between.mean(axis=1)
    return chances


def _draw_factors(funnel: Funnel, found: Conversion, rng: Generator) -> Floats:
    """How much better or worse leads convert than was learned, by path, source and month: because
    it was learned from few events, and because what moves all moves them together."""
    settings, (sources, months) = funnel.settings, funnel.shape
    strength = np.maximum(found.strength, 1.0)
    known = rng.gamma(strength, 1.0 / strength, (settings.paths, sources))
    level = draw_levels(settings.paths, 1, months, settings.memory, rng)
    moved = np.exp(settings.shock * level - settings.shock**2 / 2)
    return np.asarray(known[:, :, None] * moved)


def _draw_present(present: Present, factor: Floats, rng: Generator) -> Floats:
    """A sum of events of different chances, drawn as a binomial of the same mean and spread."""
    there, squares = present.expected, present.squares
    chance = np.divide(squares, there, out=np.zeros_like(there), where=there > 0)
    trials = np.divide(there, chance, out=np.zeros_like(there), where=chance > 0)
    whole = np.ceil(trials)
    chance = np.divide(there, whole, out=np.zeros_like(there), where=whole > 0)
    return rng.binomial(whole.astype(np.int64), np.clip(chance * factor, 0.0, 1.0)).astype(float)


def _learn_of_leads(funnel: Funnel) -> Learned:
    return Learned(
        "leads",
        (),
        "leads",
        len(funnel.leads),
        text(
            "The series of leads by source, carried forward from the months that are over; what"
            " came in this month already counts as itself."
        ),
    )


def _describe(funnel: Funnel, kind: VolumeKind, found: Conversion) -> Iterator[Learned]:
    share = found.reached[:, -1]
    for place, name in enumerate(funnel.names):
        half = int(np.searchsorted(found.reached[place], share[place] / 2))
        yield Learned(
            kind=kind,
            by=(("source", name),),
            unit=UNITS[kind],
            n=int(found.events[place]),
            how=text(
                "Of a hundred leads {share} get so far within {limit} days, half of those within"
                " {half} days; learned from {n} that did, and leaning on all sources by {prior}"
                " leads.",
                share=Decimal(repr(float(share[place] * 100))).quantize(Decimal("0.1")),
                limit=funnel.settings.age_limit_days,
                half=half,
                n=int(found.events[place]),
                prior=int(funnel.settings.prior_leads),
            ),
        )


def _note(funnel: Funnel) -> Iterator[Text]:
    leads = funnel.leads
    if leads.undated:
        yield text(
            "{n} leads are said to have got further and do not say when: they count as if they had"
            " not.",
            n=leads.undated,
        )
    if len(leads) and (leads.qualified == leads.converted).all():
        yield text(
            "No lead stands at a status of a qualified lead without being an opportunity, so a lead"
            " counts as qualified once it is one. Write your words into the rulebook"
            " (lead.qualified_words)."
        )
