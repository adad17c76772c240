"""Open deals as they were seen on days: what was known of each on that evening, and nothing later.

By landmarks (van Houwelingen 2007) the past is looked at on days thirty days apart, as the present
is on the as-of day: what was known then is set against what came in the days after.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.hazards import BLOCK_DAYS
from counterpoise.domain.demand.pushes import log_pushes
from counterpoise.domain.tables.deals import ChangeLog, Deals, day_number

LANDMARKS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """A row for each deal that was open on a day.

    stage: a position in stage_labels. amount: as last known. due: the day it was expected to close.
    pushes: how often that day had been put off. touched: the last day of an activity over it. NaN
    where nothing was known.
    """

    deal: NDArray[np.int64]
    day: NDArray[np.int64]
    stage: NDArray[np.float64]
    amount: NDArray[np.float64]
    due: NDArray[np.float64]
    pushes: NDArray[np.float64]
    touched: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.deal)


def list_landmarks(deals: Deals) -> list[int]:
    """The past days that are learned from, oldest first."""
    today = day_number(deals.as_of)
    return [today - BLOCK_DAYS * back for back in range(LANDMARKS, 0, -1)]


def look_at(deals: Deals, days: Sequence[int]) -> Sightings:
    """days: rising. A deal that closed on a day is no longer seen on its evening."""
    logs = (deals.stages, deals.amounts, deals.dues, log_pushes(deals.dues), deals.touches)
    found = []
    for day, *known in zip(days, *(_follow(log, len(deals), days) for log in logs), strict=True):
        held = np.flatnonzero((deals.created <= day) & (deals.closed > day))
        found.append((held, np.full(len(held), day), *(each[held] for each in known)))
    return Sightings(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _follow(log: ChangeLog, deals: int, days: Sequence[int]) -> Iterator[NDArray[np.float64]]:
    """Each deal's value on the evening of each day, in one pass over the changes."""
    current, since = np.full(deals, np.nan), 0
    for day in days:
        until = int(np.searchsorted(log.day, np.int32(day), side="right"))
        current[log.deal[since:until]] = log.value[since:until]
        since = until
        yield current
