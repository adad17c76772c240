"""Leads yet to come in, by source and month: the series of leads carried forward, with its range.

The month that the as-of day lies in is not over, so the series says how many leads it will have in
all; of those the part of its days that are left is yet to come.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand import explore
from counterpoise.domain.demand.counts import RANGE_80, Outlook, draw_rates
from counterpoise.domain.demand.explore import Wish
from counterpoise.domain.demand.funnel_settings import FunnelSettings
from counterpoise.domain.rulebook.lead_plan import PlannedLeads
from counterpoise.domain.tables.carried import CarriedPart
from counterpoise.domain.tables.deals import day_number, day_of
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.period import Period, add_months, first_of_month, months_between
from counterpoise.domain.values.text import text

Floats = NDArray[np.float64]
MOST_VARIED = 0.5
"""The rate of a plan is taken to vary by no more, as a share of it: of a source that brought next
to nothing the series says so little that everything were possible."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Leads that come in after the as-of day, up to the period's end.

    months: their first days. first, end: the days of each month that are yet to come, half-open.
    mean: (sources, months); counts: (paths, sources, months). whole: what the series says of whole
    months, the days that are over included.
    """

    months: tuple[date, ...]
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    mean: Floats
    counts: Floats
    whole: Floats


def name_sources(leads: Leads) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The sources of these leads in order, "" for those of none, and each lead's place."""
    labels = np.array([*leads.source.labels, ""], dtype=object)
    names, place = np.unique(labels[leads.source.codes], return_inverse=True)
    return tuple(map(str, names)), place.astype(np.intp)


def expect_arrivals(
    leads: Leads,
    period: Period,
    settings: FunnelSettings,
    rng: Generator,
    plan: Sequence[PlannedLeads] = (),
) -> Arrivals:
    """leads: as known on their as-of day. plan: of sources that leads came from; what it says of a
    month takes the place of what the series says, and its rate varies as much for its size.

    Raises BrokenSeries where they are no series.
    """
    tomorrow = leads.as_of + timedelta(days=1)
    months = _list_months(first_of_month(tomorrow), period.end)
    names, place = name_sources(leads)
    first = np.array([max(day_number(month), day_number(tomorrow)) for month in months], dtype=int)
    end = np.array([day_number(add_months(month, 1)) for month in months], dtype=int)
    if not months:
        empty = np.zeros((len(names), 0))
        return Arrivals((), first, end, empty, np.zeros((settings.paths, *empty.shape)), empty)
    carried = explore.carry(
        _count_by_month(leads, names, place),
        Wish("leads", ("source",), "month", len(months), adds_up=True),
        leads.as_of,
    )
    left = (end - first) / (end - [day_number(month) for month in months])
    together, *parts = carried.parts
    whole, low, high = (
        np.maximum(np.array([_read(part, what) for part in parts]), 0.0)
        for what in ("expected", "low", "high")
    )
    reach = (np.array(_read(together, "high")) - np.array(_read(together, "low"))) * left
    outlook = Outlook(whole * left, (high - low) * left / RANGE_80, reach / RANGE_80)
    planned = _follow_plan(outlook, plan, leads, months)
    rates = draw_rates(planned, settings.paths, settings.memory, rng)
    counts = rng.poisson(rates).astype(np.float64)
    return Arrivals(tuple(months), first, end, planned.mean, counts, whole)


def _follow_plan(
    outlook: Outlook, plan: Sequence[PlannedLeads], leads: Leads, months: list[date]
) -> Outlook:
    """Of a month that has begun, what is planned less what came is yet to come."""
    if not (ahead := [each for each in plan if each.month in months]):
        return outlook
    names, place = name_sources(leads)
    mean = outlook.mean.copy()
    for each in ahead:
        source = names.index(each.source)
        came = int(((place == source) & (leads.created >= day_number(each.month))).sum())
        mean[source, months.index(each.month)] = max(float(each.leads) - came, 0.0)
    moved = np.maximum(outlook.spread**2 - outlook.mean, 0.0)
    varied = np.divide(moved, outlook.mean**2, out=np.zeros_like(mean), where=outlook.mean > 0)
    wide = np.sqrt(mean + np.minimum(varied, MOST_VARIED**2) * mean**2)
    spread = np.where(mean == outlook.mean, outlook.spread, wide)
    before, now = outlook.mean.sum(axis=0), mean.sum(axis=0)
    of_all = np.divide(now, before, out=np.ones_like(now), where=before > 0)
    return Outlook(mean, spread, outlook.whole_spread * of_all)


def _list_months(first: date, end: date) -> list[date]:
    return [add_months(first, n) for n in range(max(months_between(first, end), 0))]


def _count_by_month(
    leads: Leads, names: tuple[str, ...], place: NDArray[np.intp]
) -> list[Measured]:
    days, ways = np.unique(leads.created, return_inverse=True)
    months = [first_of_month(day_of(int(day))) for day in days]
    counted = Counter((names[source], months[way]) for source, way in zip(place, ways, strict=True))
    return [
        Measured(
            "leads",
            Decimal(count),
            "leads",
            (("month", f"{month:%Y-%m}"), ("source", source)),
            count,
            text("leads"),
        )
        for (source, month), count in sorted(counted.items())
    ]


def _read(part: CarriedPart, what: str) -> list[float]:
    if what == "expected":
        return [float(step.expected) for step in part.ahead]
    return [float(step.quantiles[0 if what == "low" else -1]) for step in part.ahead]
