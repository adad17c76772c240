"""What came of the months and cells that people overrode, so that overrides can be judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from counterpoise.actions import examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand.segments import NONE
from counterpoise.domain.measure.value_added import measure_value_added
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.override import CENT, CellKey, ValueAdded
from counterpoise.domain.values.period import Period
from counterpoise.store import overrides as stored
from counterpoise.warehouse.queries.deals import load_deals


def judge_overrides(workspace: Workspace, *, today: date) -> tuple[ValueAdded, ...]:
    """Whose overrides came nearer to what came, by author, role and reason, in all periods."""
    made = stored.list_judged()
    over = frozenset(cell for each in made for cell in each.cells if each.ends_before <= today)
    if not over:
        return ()
    came = find_actuals(examinations.get_build(workspace), over, today)
    made = tuple(each for each in made if not came.currency or each.speaks(came.currency))
    return measure_value_added(made, came.by_cell, rulebook=rules.load_rulebook(), on=today)


@dataclass(frozen=True, slots=True, eq=False)
class Actuals:
    """What came of cells; revenue in `currency`, which is empty where the data name none."""

    by_cell: Mapping[CellKey, Decimal]
    currency: str


@lru_cache(maxsize=4)
def find_actuals(build: CurrentBuild, cells: frozenset[CellKey], today: date) -> Actuals:
    """Read once for a build and a day: only a month that is over can ask for more cells."""
    on = examinations.find_horizon(build, today)
    deals = load_deals(build.folder, on, rulebook=rules.load_rulebook()).deals
    return Actuals(sum_cells(deals, cells, on), deals.currency)


def sum_cells(deals: Deals, cells: Iterable[CellKey], on: date) -> dict[CellKey, Decimal]:
    """Won revenue, to the cent, or won deals of each cell whose month is over on a day.

    As known on that day: later wins do not count. A cell of a region or product that the deals do
    not know is left out, for nothing can be said of it.
    """
    known = deals.known_on(on)
    amounts = np.nan_to_num(known.amount)
    actuals: dict[CellKey, Decimal] = {}
    for measure, first, by in cells:
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
