"""One origin: what each method would have said on a day, knowing only what was known then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import (
    creation,
    exposure,
    leading,
    pipeline,
    segments,
    series,
    stages,
)
from counterpoise.domain.demand.calendar import Calendar, build_calendar
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS, Ahead
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number

HORIZONS = tuple(BLOCK_DAYS * (block + 1) for block in range(BLOCKS))


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Revenue of won deals as seen from `origin`.

    legs: by block of BLOCK_DAYS and leg, in the order of combine.LEGS. spread: of the logarithm of
    the revenue up to each horizon, as the pipeline leg sees it. trailing: what the same number of
    days before the origin brought, by horizon. stage_weighted: open value × stage probability.
    of_leads: what leads say of the deals to be created.
    """

    origin: date
    legs: NDArray[np.float64]
    spread: NDArray[np.float64]
    trailing: NDArray[np.float64]
    stage_weighted: float
    of_leads: leading.Said | None = None


def cover(deals: Deals, at: Sequence[date], days_ahead: int) -> Calendar:
    """Of every day that one of the origins, or the as-of day, learns from or looks at."""
    first = min(int(deals.created.min()), int(deals.closed.min()))
    if deals.leads is not None:
        first = min(first, int(deals.leads.created.min()))
    earliest = day_number(min([*at, deals.as_of])) - exposure.HISTORY_DAYS
    oldest = max(first, earliest) - creation.SHORTEST_WINDOW_DAYS
    return build_calendar(oldest, day_number(deals.as_of) + days_ahead)


def look_from(
    known: Deals,
    rulebook: Rulebook,
    calendar: Calendar,
    settings: Settings,
    earlier: Sequence[Said] = (),
    *,
    is_challenged: bool = False,
) -> Said:
    """known: the deals as known on the origin, which is their as-of day. earlier: of the origins
    before it. is_challenged: whether the challenger of single deals is heard."""
    split = segments.split(known)
    plain = pipeline.learn(known, split, calendar, settings, is_challenged=is_challenged)
    past = list_leading(earlier)
    of_leads = leading.look(known, plain.creation, calendar, rulebook, settings, past)
    learned = plain.follow(of_leads)
    windows = np.arange(HORIZONS[-1]) // BLOCK_DAYS
    seen = pipeline.project(known, split, learned, Ahead(windows, BLOCKS), calendar)
    daily = daily_revenue(known, learned.amount)
    carried = series.carry_forward(daily, HORIZONS[-1]).reshape(BLOCKS, BLOCK_DAYS).sum(axis=1)
    return Said(
        origin=known.as_of,
        legs=np.stack([seen.revenue(), carried], axis=1),
        spread=np.array([seen.log_spread(n + 1, settings.shock) for n in range(BLOCKS)]),
        trailing=np.array([daily[-days:].sum() for days in HORIZONS]),
        stage_weighted=stages.weigh_pipeline(
            known, seen.open_deals.value, seen.open_deals.stage, rulebook
        ),
        of_leads=of_leads,
    )


def list_leading(said: Sequence[Said]) -> list[leading.Said]:
    """What leads said on those origins on which they said anything."""
    return [each.of_leads for each in said if each.of_leads is not None]


def daily_revenue(deals: Deals, amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each day brought, from the first closing to the as-of day; unknown amounts count 0."""
    return _by_day(deals, np.nan_to_num(amount))


def daily_count(deals: Deals) -> NDArray[np.float64]:
    return _by_day(deals, np.ones(len(deals)))


def _by_day(deals: Deals, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    first, today = int(deals.closed.min()), day_number(deals.as_of)
    won = deals.won
    daily = np.bincount(deals.closed[won] - first, weight[won], today - first + 1)
    return np.asarray(daily, dtype=np.float64)
