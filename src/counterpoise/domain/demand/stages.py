"""What a deal's stage says: of its chances ahead, and of the stage-weighted pipeline.

Chances, by landmarks (van Houwelingen 2007): on past days thirty days apart, deals open then are
put by the stage they were in; what the stage multiplies the rate by in the first, second, third
thirty days after is counted / expected over those days, both while still open, shrunk to 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.hazards import (
    BLOCK_DAYS,
    BLOCKS,
    Hazards,
    expected_events,
    fit_segments,
)
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number

LANDMARKS = 12
STAGE_PRIOR_DEALS = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """Deals seen open on a landmark: which deal, in which stage, on which day."""

    deal: NDArray[np.int64]
    stage: NDArray[np.int64]
    day: NDArray[np.int64]


def fit_stages(
    deals: Deals, hazards: Hazards, base: NDArray[np.float64], settings: Settings
) -> NDArray[np.float64]:
    """Factors on winning and losing by stage and block, shape (stages + 1, 2, BLOCKS).

    The last row, all 1, is for deals without a stage. base: each deal's factors from elsewhere,
    shape (deals, 2).
    """
    stages = len(deals.stage_labels)
    factors = np.ones((stages + 1, 2, BLOCKS))
    seen = _look_back(deals)
    if stages == 0 or len(seen.deal) == 0:
        return factors
    today, prior = day_number(deals.as_of), settings.segment_prior_deals
    created, closed = deals.created[seen.deal].astype(np.int64), deals.closed[seen.deal]
    for block in range(BLOCKS):
        before = seen.day + BLOCK_DAYS * block
        last = np.minimum(np.minimum(closed, before + BLOCK_DAYS), today).astype(np.int64)
        at_risk = last > before
        entry = np.minimum(before + 1 - created, settings.age_limit_days)
        leave = np.where(at_risk, np.minimum(last - created, settings.age_limit_days), entry - 1)
        closes = at_risk & (closed == last)
        won = deals.won[seen.deal]
        for way, (risk, events) in enumerate(
            ((hazards.won, closes & won), (hazards.lost, closes & ~won))
        ):
            expected = expected_events(risk, entry, leave) * base[seen.deal, way]
            factors[:stages, way, block] = fit_segments(events, expected, seen.stage, prior, stages)
    return factors


def weigh_pipeline(
    deals: Deals, value: NDArray[np.float64], stage: NDArray[np.int64], rulebook: Rulebook
) -> float:
    """Stage-weighted pipeline: the value of each open deal × its stage's chance to be won.

    value, stage: of each open deal; stage is one past the last label where unknown. The chance is
    the rulebook's `stage.probability`, else the share won of closed deals that passed the stage,
    leaning on the share of all; that is also the chance of a deal whose stage is unknown.
    """
    closed = ~deals.is_open
    overall = deals.won[closed].mean() if closed.any() else 0.0
    chances = np.append(_share_won(deals, overall), overall)
    for place, label in enumerate(deals.stage_labels):
        if (rule := rulebook.find("stage.probability", deals.as_of, label)) is not None:
            chances[place] = float(rule.value)
    return float(value @ chances[stage])


def _look_back(deals: Deals) -> Sightings:
    """The stages of open deals on LANDMARKS past days, one pass over the changes."""
    today, log = day_number(deals.as_of), deals.stages
    days = [today - BLOCK_DAYS * back for back in range(LANDMARKS, 0, -1)]
    current = np.full(len(deals), -1, dtype=np.int64)
    since, found = 0, []
    for day in days:
        until = int(np.searchsorted(log.day, np.int32(day), side="right"))
        current[log.deal[since:until]] = log.value[since:until].astype(np.int64)
        since = until
        held = np.flatnonzero((deals.created <= day) & (deals.closed > day) & (current >= 0))
        found.append((held, current[held], np.full(len(held), day)))
    return Sightings(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _share_won(deals: Deals, overall: float) -> NDArray[np.float64]:
    log = deals.stages
    stages = len(deals.stage_labels)
    place = log.deal * np.int64(stages) + log.value.astype(np.int64)
    cells = np.zeros(len(deals) * stages, dtype=np.bool_)
    cells[place[log.day < deals.closed[log.deal]]] = True
    passed = cells.reshape(len(deals), stages)
    count = passed[~deals.is_open].sum(axis=0)
    won = passed[deals.won].sum(axis=0)
    return np.asarray((won + STAGE_PRIOR_DEALS * overall) / (count + STAGE_PRIOR_DEALS))
