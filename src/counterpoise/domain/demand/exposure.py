"""Deals at risk, won and lost, day by day and by age: all that the hazards are learned from.

A deal is at risk on every day it is open, its closing day included; its age is the number of days
since it was created.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import Deals, day_number

HISTORY_DAYS = 3 * 365
"""How far back anything is learned from; the half-life has faded what is older."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """Counts of shape (days, bins of age); row 0 is `first_day`.

    starts: the age each bin begins at. oldest: the age that stands for it and all above.

    entry_age and exit_age: each deal's own ages at risk, first and last; exit is below entry for
    a deal that closed before `first_day`. won_here, lost_here: which deals closed since.
    """

    first_day: int
    starts: NDArray[np.int64]
    oldest: int
    at_risk: NDArray[np.float64]
    won: NDArray[np.float64]
    lost: NDArray[np.float64]
    entry_age: NDArray[np.int64]
    exit_age: NDArray[np.int64]
    won_here: NDArray[np.bool_]
    lost_here: NDArray[np.bool_]


def observe(deals: Deals, age_limit: int) -> Exposure:
    """The last HISTORY_DAYS up to the as-of day. At least one deal was created by then."""
    today = day_number(deals.as_of)
    closed = np.where(deals.is_open, today + 1, deals.closed).astype(np.int64)
    created = deals.created.astype(np.int64)
    start = max(int(created.min()), today - HISTORY_DAYS + 1)
    first, last = np.maximum(created, start), np.minimum(closed, today)
    entry, leave = np.minimum(first - created, age_limit), np.minimum(last - created, age_limit)
    seen = (last >= first) & (created <= today)
    ended = seen & (closed <= today) & (closed >= start)
    starts = bin_ages(age_limit)
    bin_of = np.searchsorted(starts, np.arange(age_limit + 1), side="right") - 1
    shape = (today - start + 1, age_limit + 1)
    binned = (shape[0], len(starts))
    won, lost = ended & deals.won, ended & ~deals.won
    return Exposure(
        first_day=start,
        starts=starts,
        oldest=age_limit,
        at_risk=_follow(
            _count(shape, first[seen] - start, entry[seen]),
            _count(shape, last[ended] - start, leave[ended]),
            starts,
        ),
        won=_count(binned, last[won] - start, bin_of[leave[won]]),
        lost=_count(binned, last[lost] - start, bin_of[leave[lost]]),
        entry_age=entry,
        exit_age=np.where(seen, leave, entry - 1),
        won_here=won,
        lost_here=lost,
    )


def bin_ages(age_limit: int) -> NDArray[np.int64]:
    """Where bins begin: every day for four weeks, every week for half a year, every four weeks."""
    starts = np.array([*range(28), *range(28, 182, 7), *range(182, age_limit + 1, 28)])
    return starts[starts <= age_limit]


def _count(
    shape: tuple[int, int], day: NDArray[np.int64], age: NDArray[np.int64]
) -> NDArray[np.float64]:
    each = np.ones(len(day))
    cells = np.bincount(day * shape[1] + age, each, shape[0] * shape[1])
    return np.asarray(cells.reshape(shape), dtype=np.float64)


def _follow(
    entered: NDArray[np.float64], left: NDArray[np.float64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """At risk today = at risk yesterday, a day older, without who left then, with who enters."""
    at_risk = np.empty((len(entered), len(starts)))
    carried = np.zeros(entered.shape[1])
    for day in range(len(entered)):
        here = entered[day] + carried
        at_risk[day] = np.add.reduceat(here, starts)
        here -= left[day]
        carried[1:] = here[:-1]
        carried[-1] += here[-1]
    return at_risk
