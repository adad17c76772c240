"""What came of the months and cells that people overrode, so that overrides can be judged."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.segments import NONE
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.override import CENT, CellKey, Override
from counterpoise.domain.values.period import Period


def sum_actuals(deals: Deals, overrides: Iterable[Override], on: date) -> dict[CellKey, Decimal]:
    """Won revenue, to the cent, or won deals of each overridden cell whose month is over on a day.

    As known on that day: later wins do not count. A cell of a region or product that the deals do
    not know is left out, for nothing can be said of it.
    """
    known = deals.known_on(on)
    amounts = np.nan_to_num(known.amount)
    actuals: dict[CellKey, Decimal] = {}
    for measure, first, by in {override.cell for override in overrides}:
        month = Period.of_months(first, 1)
        inside = _find_members(known, by)
        if inside is None or month.end - timedelta(days=1) > known.as_of:
            continue
        closed = (known.closed >= day_number(month.start)) & (known.closed < day_number(month.end))
        won = np.flatnonzero(known.won & closed & inside)
        values = [1.0] * len(won) if measure == "won_deals" else amounts[won].tolist()
        total = sum((Decimal(repr(each)) for each in values), Decimal(0))
        actuals[measure, first, by] = total.quantize(CENT)
    return actuals


def _find_members(deals: Deals, by: Iterable[tuple[str, str]]) -> NDArray[np.bool_] | None:
    """Which deals belong to a region, product or both; None where there is no such member."""
    inside = np.ones(len(deals), dtype=np.bool_)
    for name, member in by:
        dimension = deals.dimensions.get(name)
        if dimension is None or member not in (*dimension.labels, NONE):
            return None
        code = -1 if member == NONE else dimension.labels.index(member)
        inside &= dimension.codes == code
    return inside
