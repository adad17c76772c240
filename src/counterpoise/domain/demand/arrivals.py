"""Leads yet to come in, by source and month: the series of leads carried forward, with its range.

The month that the as-of day lies in is not over, so the series says how many leads it will have in
all; of those the part of its days that are left is yet to come.
"""

from collections import Counter
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
from counterpoise.domain.tables.carried import CarriedPart
from counterpoise.domain.tables.deals import day_number, day_of
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.period import Period, add_months, first_of_month, months_between
from counterpoise.domain.values.text import text

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Leads that come in after the as-of day, up to the period's end.

    first, end: the days of each month that are yet to come, half-open. mean: (sources, months);
    counts: (paths, sources, months).
    """

    first: NDArray[np.int64]
    end: NDArray[np.int64]
    mean: Floats
    counts: Floats


def name_sources(leads: Leads) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The sources of these leads in order, "" for those of none, and each lead's place."""
    labels = np.array([*leads.source.labels, ""], dtype=object)
    names, place = np.unique(labels[leads.source.codes], return_inverse=True)
    return tuple(map(str, names)), place.astype(np.intp)


def expect_arrivals(
    leads: Leads, period: Period, settings: FunnelSettings, rng: Generator
) -> Arrivals:
    """leads: as known on their as-of day. Raises BrokenSeries where they are no series."""
    tomorrow = leads.as_of + timedelta(days=1)
    months = _list_months(first_of_month(tomorrow), period.end)
    names, place = name_sources(leads)
    first = np.array([max(day_number(month), day_number(tomorrow)) for month in months], dtype=int)
    end = np.array([day_number(add_months(month, 1)) for month in months], dtype=int)
    if not months:
        empty = np.zeros((len(names), 0))
        return Arrivals(first, end, empty, np.zeros((settings.paths, *empty.shape)))
    carried = explore.carry(
        _count_by_month(leads, names, place),
        Wish("leads", ("source",), "month", len(months), adds_up=True),
        leads.as_of,
    )
    left = (end - first) / (end - [day_number(month) for month in months])
    whole, *parts = carried.parts
    expected, low, high = (
        np.maximum(np.array([_read(part, what) for part in parts]), 0.0) * left
        for what in ("expected", "low", "high")
    )
    reach = (np.array(_read(whole, "high")) - np.array(_read(whole, "low"))) * left
    outlook = Outlook(expected, (high - low) / RANGE_80, reach / RANGE_80)
    rates = draw_rates(outlook, settings.paths, settings.memory, rng)
    return Arrivals(first, end, outlook.mean, rng.poisson(rates).astype(np.float64))


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
