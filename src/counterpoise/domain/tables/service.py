"""Customers, what they asked, what was sold to them and where it lies: what volumes learn from.

Days are whole numbers since 1970-01-01 in the company's time zone.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.deals import Dimension


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Customers are accounts with a won deal by the evening of `as_of`.

    first_won: the day of each customer's first won deal; segment: of the account. tickets: the day
    on which each came in by then; asker: the customer, by position, -1 for one who is none.
    """

    as_of: date
    first_won: NDArray[np.int32]
    segment: Dimension
    tickets: NDArray[np.int32]
    asker: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class SoldLines:
    """Lines of deals: the deal's id as `Deals.ids` has it, the product of the line, its units."""

    deal: NDArray[np.object_]
    product: Dimension
    units: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StockedAt:
    """A product that lies at a site."""

    product: str
    site: str
