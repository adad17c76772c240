"""What is known of each deal beside its stage and amount: closing days, activities, and more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import ChangeLog

KEPT = ("amount", "expected_close_on", "next_step")
"""Attributes of which one asks whether a deal that is in work has them."""


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays of deals in stages, by position; left is STILL_OPEN for one that goes on. Only those of
    which somebody recorded when they began."""

    deal: NDArray[np.int32]
    stage: NDArray[np.int32]
    entered: NDArray[np.int32]
    left: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Activities with people, by deal and then day; kind is a position in kinds."""

    deal: NDArray[np.int32]
    day: NDArray[np.int32]
    kind: NDArray[np.int32]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DealFacts:
    """In the order of a `Deals`, as known on the evening of its as-of day.

    expected: the day on which a deal was expected to close, in days, as it changed; NaN where it
    was cleared. probability: the CRM's own; NaN for none. has: whether a deal has an attribute of
    KEPT; knows: whether that can be said of the day. departed: reps who had left by then, with the
    last day, None where nobody wrote it down.
    """

    names: NDArray[np.object_]
    accounts: NDArray[np.object_]
    next_steps: NDArray[np.object_]
    probability: NDArray[np.float64]
    expected: ChangeLog
    stays: Stays
    touches: Touches
    has: Mapping[str, NDArray[np.bool_]]
    knows: Mapping[str, NDArray[np.bool_]]
    departed: Mapping[str, date | None]
