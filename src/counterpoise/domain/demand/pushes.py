"""How often the day on which a deal is expected to close was put off, and by how much.

What a day ends with counts: a date typed and corrected before the evening was put off once. A date
that was cleared and set again is held against the last one before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import ChangeLog, day_number
from counterpoise.domain.values.period import Period


@dataclass(frozen=True, slots=True, eq=False)
class Pushes:
    """By deal. is_out: put off in the quarter, from a day in it or before it to one beyond it, and
    still due beyond it."""

    count: NDArray[np.int64]
    days: NDArray[np.int64]
    is_out: NDArray[np.bool_]


def count_pushes(expected: ChangeLog, deals: int, quarter: Period) -> Pushes:
    deal, day, before, after = _pair(expected)
    pushed = after > before
    deal, day, before, after = deal[pushed], day[pushed], before[pushed], after[pushed]
    start, end = day_number(quarter.start), day_number(quarter.end)
    crossed = (day >= start) & (day < end) & (before < end) & (after >= end)
    is_out = np.zeros(deals, dtype=np.bool_)
    is_out[deal[crossed]] = True
    latest = expected.last_values(deals, end - 1)
    return Pushes(
        count=np.bincount(deal, minlength=deals),
        days=np.bincount(deal, after - before, deals).astype(np.int64),
        is_out=is_out & (np.nan_to_num(latest, nan=-np.inf) >= end),
    )


def count_changes(log: ChangeLog, deals: int) -> NDArray[np.int64]:
    """How often a known value gave way to another one, by deal."""
    deal, _day, before, after = _pair(log)
    return np.bincount(deal[after != before], minlength=deals)


def log_pushes(expected: ChangeLog) -> ChangeLog:
    """On each evening of a day on which it was set: how often it was put off so far."""
    deal, day, value = _settle(expected)
    is_first = np.diff(deal, prepend=-1) != 0
    pushed = ~is_first & (np.diff(value, prepend=np.nan) > 0)
    total = np.cumsum(pushed)
    counted = total - np.maximum.accumulate(np.where(is_first, total, 0))
    order = np.argsort(day, kind="stable")
    return ChangeLog(deal[order], day[order], counted[order].astype(np.float64))


def _pair(
    log: ChangeLog,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Of each known value that followed another: deal, day, the one before, the one after."""
    deal, day, value = _settle(log)
    follows = np.flatnonzero(deal[1:] == deal[:-1])
    return deal[follows + 1], day[follows + 1], value[follows], value[follows + 1]


def _settle(
    log: ChangeLog,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Deal, day and value of each day's last known value, a deal's own after one another."""
    known = np.flatnonzero(~np.isnan(log.value))
    known = known[np.argsort(log.deal[known], kind="stable")]
    deal, day, value = log.deal[known], log.day[known], log.value[known]
    is_last = np.ones(len(deal), dtype=np.bool_)
    is_last[:-1] = (deal[1:] != deal[:-1]) | (day[1:] != day[:-1])
    return deal[is_last], day[is_last], value[is_last]
