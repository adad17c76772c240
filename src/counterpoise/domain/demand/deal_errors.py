"""What the pipeline leg said of each open deal at earlier days, and what came of it.

On an origin it knows only what was known then, as in the back-test; origins a month apart keep
what they say of one deal from being the same again.
"""

from datetime import timedelta

import numpy as np

from counterpoise.domain.demand import history, origins, pipeline, segments
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS, Ahead
from counterpoise.domain.demand.settings import Settings, read_settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deal_errors import DealErrors
from counterpoise.domain.tables.deals import Deals, day_number

DAYS = BLOCK_DAYS * BLOCKS
ORIGINS = 12
_AHEAD = Ahead(np.arange(DAYS) // BLOCK_DAYS, BLOCKS)


def look_at_deals(deals: Deals, rulebook: Rulebook) -> DealErrors:
    """Over a year of finished origins, a month apart; those with too little history are left out.

    Raises TooLittleHistory where there is too little even today.
    """
    settings = read_settings(rulebook, deals.as_of)
    history.require(deals, settings)
    last = deals.as_of - timedelta(days=DAYS)
    at = [last - timedelta(days=BLOCK_DAYS * back) for back in range(ORIGINS)]
    calendar = origins.cover(deals, at, DAYS)
    looked = [
        _look(deals, known, calendar, settings)
        for known in map(deals.known_on, at)
        if history.is_enough(known, settings)
    ]
    none = (np.array([], dtype=object), *(np.array([]),) * 3)
    ids, value, expected, actual = (
        np.concatenate(column) for column in zip(none, *looked, strict=True)
    )
    now = _open_deals(deals, calendar, settings)
    return DealErrors(DAYS, ids, value, expected, actual, deals.ids[deals.is_open], now.value)


def _open_deals(known: Deals, calendar: Calendar, settings: Settings) -> pipeline.OpenDeals:
    split = segments.split(known)
    learned = pipeline.learn(known, split, calendar, settings)
    return pipeline.project(known, split, learned, _AHEAD, calendar).open_deals


def _look(
    deals: Deals, known: Deals, calendar: Calendar, settings: Settings
) -> tuple[np.ndarray, ...]:
    said = _open_deals(known, calendar, settings)
    ids = known.ids[known.is_open]
    won = deals.won & (deals.closed <= day_number(known.as_of) + DAYS)
    brought = dict(zip(deals.ids[won], np.nan_to_num(deals.amount[won]).tolist(), strict=True))
    actual = np.array([brought.get(each, 0.0) for each in ids], dtype=np.float64)
    return ids, said.value, said.value * said.chance.sum(axis=1), actual
