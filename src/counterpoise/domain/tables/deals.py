"""Opportunities in columns, and what was known of them on any day: what forecasts learn from.

Days are whole numbers since 1970-01-01 in the company's time zone. Amounts are floats in one
currency: they feed estimates; money that is printed or paid never passes through here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
STILL_OPEN = np.iinfo(np.int32).max


def day_number(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """One member of `labels` a deal, by position; -1 where the deal has none."""

    labels: tuple[str, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class ChangeLog:
    """Which deal (by position) took which value on which day; sorted by day."""

    deal: NDArray[np.int32]
    day: NDArray[np.int32]
    value: NDArray[np.float64]

    def last_values(self, deals: int, day: int) -> NDArray[np.float64]:
        """Each deal's value as known on the evening of `day`; NaN where none was known yet."""
        known = np.full(deals, np.nan)
        until = int(np.searchsorted(self.day, np.int32(day), side="right"))
        known[self.deal[:until]] = self.value[:until]
        return known


NO_CHANGES = ChangeLog(np.array([], np.int32), np.array([], np.int32), np.array([], np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """Every opportunity known by the evening of `as_of`, as it was known then.

    created: day the deal entered the pipeline. closed: day it was won or lost, or STILL_OPEN.
    won: true for deals won by then. amounts, stages, dues and touches: append-only changes; a
    stage's value is a position in `stage_labels`, that of a due the day on which the deal was
    expected to close, that of a touch the day of an activity over the deal. dimensions: product,
    region, team, rep, segment … by name.

    Deals that were removed from their source by then are left out. Where there are any, `whole`
    has them too, with the day on which each was `removed` (STILL_OPEN: it was not), so that an
    earlier day still sees them. leads: the histories of the leads that deals come from, in the same
    form, where there are any to learn from: won when they became an opportunity (lead_score.py).
    """

    as_of: date
    currency: str
    ids: NDArray[np.object_]
    created: NDArray[np.int32]
    closed: NDArray[np.int32]
    won: NDArray[np.bool_]
    amounts: ChangeLog
    stages: ChangeLog
    stage_labels: tuple[str, ...]
    dimensions: dict[str, Dimension]
    removed: NDArray[np.int32] | None = None
    whole: "Deals | None" = None
    dues: ChangeLog = NO_CHANGES
    touches: ChangeLog = NO_CHANGES
    leads: "Deals | None" = None

    def __len__(self) -> int:
        return len(self.ids)

    def known_on(self, day: date) -> "Deals":
        """The same deals as they were known on the evening of an earlier day.

        Deals created later are gone, closings later than `day` are open again, later changes are
        forgotten. Nothing in the result depends on anything that happened after `day`.
        """
        return _leave_out_removed(_look_back(self.whole or self, min(day, self.as_of)))

    def with_leads(self, leads: "Deals") -> "Deals":
        whole = None if self.whole is None else replace(self.whole, leads=leads)
        return replace(self, leads=leads, whole=whole)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        return np.equal(self.closed, STILL_OPEN)

    @property
    def amount(self) -> NDArray[np.float64]:
        """Each deal's amount as last known; NaN where none is."""
        return self.amounts.last_values(len(self), day_number(self.as_of))

    @property
    def stage(self) -> NDArray[np.float64]:
        """Each deal's stage as last known, a position in stage_labels; NaN where none is."""
        return self.stages.last_values(len(self), day_number(self.as_of))


def _look_back(deals: Deals, day: date) -> Deals:
    number = day_number(day)
    known = _keep(deals, np.flatnonzero(deals.created <= number), number)
    still_open = known.closed > number
    removed = known.removed
    if removed is not None:
        removed = np.where(removed > number, STILL_OPEN, removed).astype(np.int32)
    return replace(
        known,
        as_of=day,
        closed=np.where(still_open, STILL_OPEN, known.closed).astype(np.int32),
        won=known.won & ~still_open,
        removed=removed,
        leads=None if deals.leads is None else deals.leads.known_on(day),
    )


def _leave_out_removed(deals: Deals) -> Deals:
    if deals.removed is None or (deals.removed == STILL_OPEN).all():
        return replace(deals, removed=None)
    left = _keep(deals, np.flatnonzero(deals.removed == STILL_OPEN), day_number(deals.as_of))
    return replace(left, removed=None, whole=deals)


def _keep(deals: Deals, kept: NDArray[np.intp], until: int) -> Deals:
    """Some of the deals, with what became of them until the evening of a day."""
    return replace(
        deals,
        ids=deals.ids[kept],
        created=deals.created[kept],
        closed=deals.closed[kept],
        won=deals.won[kept],
        amounts=_forget_later(deals.amounts, kept, len(deals), until),
        stages=_forget_later(deals.stages, kept, len(deals), until),
        dues=_forget_later(deals.dues, kept, len(deals), until),
        touches=_forget_later(deals.touches, kept, len(deals), until),
        dimensions={
            name: Dimension(dimension.labels, dimension.codes[kept])
            for name, dimension in deals.dimensions.items()
        },
        removed=None if deals.removed is None else deals.removed[kept],
    )


def _forget_later(log: ChangeLog, kept: NDArray[np.intp], deals: int, day: int) -> ChangeLog:
    place = np.full(deals, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    until = int(np.searchsorted(log.day, np.int32(day), side="right"))
    mine = place[log.deal[:until]]
    held = mine >= 0
    return ChangeLog(mine[held], log.day[:until][held], log.value[:until][held])
