"""How the funnel's rules did on earlier month ends: what they would have said, and what came.

Each origin knows only what was known on its evening. Three months are looked ahead together, so a
month end counts once they are over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand.funnel import (
    EVENTS,
    SCORED,
    Funnel,
    TooFewConversions,
    days_of,
    learn_conversion,
    open_funnel,
    project_event,
    project_leads,
)
from counterpoise.domain.demand.funnel_settings import FunnelSettings
from counterpoise.domain.demand.projection import Projection
from counterpoise.domain.tables.deals import day_number
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.volume import VolumeKind, VolumeTest
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.period import Period, add_months, first_of_month

AHEAD_MONTHS = 3
FEWEST_ORIGINS = 3
"""Of fewer, a share of ranges that held says nothing."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Try:
    """What was said of the months after an origin, all sources together, and what came."""

    kind: VolumeKind
    said: float
    low: float
    high: float
    repeated: float
    came: float


def try_funnel(
    leads: Leads,
    settings: FunnelSettings,
    rng: Generator,
    score: Callable[[Funnel], Projection] | None = None,
) -> tuple[VolumeTest, ...]:
    """leads: of all days up to their as-of day. score: what the scores of open leads say of
    opportunities. No test of a kind that no origin could say."""
    tries = [
        each
        for origin in list_origins(leads.as_of, settings.origins)
        for each in _try_from(leads, origin, settings, rng, score)
    ]
    kinds: tuple[VolumeKind, ...] = ("leads", *EVENTS, SCORED)
    found = ([each for each in tries if each.kind == kind] for kind in kinds)
    return tuple(_judge(each) for each in found if each)


def list_origins(as_of: date, wanted: int) -> list[date]:
    """Last days of months whose next three are over by the as-of day, the oldest first."""
    month = add_months(first_of_month(as_of + timedelta(days=1)), -AHEAD_MONTHS)
    return [add_months(month, -n) - timedelta(days=1) for n in reversed(range(wanted))]


def _try_from(
    leads: Leads,
    origin: date,
    settings: FunnelSettings,
    rng: Generator,
    score: Callable[[Funnel], Projection] | None,
) -> Iterator[_Try]:
    """Nothing from a day on which too little was known."""
    start = origin + timedelta(days=1)
    ahead = Period.of_months(start, AHEAD_MONTHS)
    known = leads.known_on(origin)
    try:
        funnel = open_funnel(known, ahead, settings, rng)
    except BrokenSeries:
        return
    yield _compare("leads", project_leads(funnel), leads, funnel, ahead)
    for kind in EVENTS:
        try:
            found = learn_conversion(funnel, kind)
        except TooFewConversions:
            continue
        yield _compare(kind, project_event(funnel, kind, found, rng), leads, funnel, ahead)
    if score is None:
        return
    try:
        said = score(funnel)
    except TooFewConversions:
        return
    yield _compare(SCORED, said, leads, funnel, ahead)


def _compare(
    kind: VolumeKind, said: Projection, leads: Leads, funnel: Funnel, ahead: Period
) -> _Try:
    totals = said.paths.sum(axis=(1, 2))
    low, high = np.quantile(totals, (0.1, 0.9))
    before = ahead.before()
    return _Try(
        kind=kind,
        said=float(said.mean.sum()),
        low=float(low),
        high=float(high),
        repeated=_count(days_of(funnel.leads, kind), before),
        came=_count(days_of(leads, kind), ahead),
    )


def _count(days: NDArray[np.int32], period: Period) -> float:
    return float(((days >= day_number(period.start)) & (days < day_number(period.end))).sum())


def _judge(tries: Sequence[_Try]) -> VolumeTest:
    came = sum(each.came for each in tries)

    def share(amount: float) -> float | None:
        return amount / came if came else None

    held = [each.low <= each.came <= each.high for each in tries]
    return VolumeTest(
        kind=tries[0].kind,
        months=AHEAD_MONTHS,
        origins=len(tries),
        wmape=share(sum(abs(each.said - each.came) for each in tries)),
        repeat_wmape=share(sum(abs(each.repeated - each.came) for each in tries)),
        bias=share(sum(each.said - each.came for each in tries)),
        coverage_80=sum(held) / len(held) if len(held) >= FEWEST_ORIGINS else None,
    )
