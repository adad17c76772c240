"""Leads in columns, and what was known of them on any day: what the funnel learns from.

Days are whole numbers since 1970-01-01 in the company's time zone.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import STILL_OPEN, Dimension, day_number

Days = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Leads:
    """Every lead that came in by the evening of `as_of`.

    qualified, converted, won: the day on which it became a qualified lead, an opportunity, a
    customer; STILL_OPEN where it did not. removed: the day it went from its source; an earlier day
    still sees it. undated: leads that are said to have got further, nobody knows when.
    """

    as_of: date
    created: Days
    qualified: Days
    converted: Days
    won: Days
    removed: Days
    source: Dimension
    undated: int

    def __len__(self) -> int:
        return len(self.created)

    def known_on(self, day: date) -> "Leads":
        """The leads as they were known on the evening of an earlier day: whoever came or got
        further later had not, whoever was removed later is there."""
        until = min(day, self.as_of)
        number = day_number(until)
        kept = np.flatnonzero((self.created <= number) & (self.removed > number))

        def forget_later(days: Days) -> Days:
            return np.where(days[kept] > number, STILL_OPEN, days[kept]).astype(np.int32)

        return replace(
            self,
            as_of=until,
            created=self.created[kept],
            qualified=forget_later(self.qualified),
            converted=forget_later(self.converted),
            won=forget_later(self.won),
            removed=np.full(len(kept), STILL_OPEN, dtype=np.int32),
            source=Dimension(self.source.labels, self.source.codes[kept]),
        )
