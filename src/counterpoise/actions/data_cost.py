"""What the faults that health found in deals cost the forecast, reckoned when a build is judged."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.deal_errors import DAYS, look_at_deals
from counterpoise.domain.measure.data_cost import Fault, weigh_faults
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deal_errors import DataCost, DealErrors
from counterpoise.domain.tables.forecast import TooLittleHistory
from counterpoise.domain.tables.health import Health
from counterpoise.domain.values.text import explain
from counterpoise.warehouse.queries.deals import load_deals
from counterpoise.warehouse.queries.health import list_rows_of

SEED = 4
FIXES = 5


def reckon_cost(folder: Path, health: Health, rulebook: Rulebook, as_of: date) -> DataCost:
    """Of each finding about deals but those of a single rep, and of what merely changed."""
    try:
        deals = load_deals(folder, as_of, rulebook=rulebook).deals
        errors = look_at_deals(deals, rulebook)
    except (TooLittleHistory, MissingRate) as error:
        return DataCost("", DAYS, (), explain(error))
    found = [
        each
        for each in health.findings
        if each.table == "opportunity" and not each.rep and each.rule != "drift"
    ]
    named = _name_deals(errors)
    faults: dict[Fault, Collection[str]] = {
        (each.table, each.attribute, each.rule): {
            name for row in rows for name in named.get(row, ())
        }
        for each, rows in zip(found, list_rows_of(folder, found, rulebook, as_of), strict=True)
    }
    least = int(rulebook.get_number("health.cost_deals", as_of))
    costs = weigh_faults(errors, faults, least, np.random.default_rng(SEED))
    return DataCost(deals.currency, DAYS, costs)


def _name_deals(errors: DealErrors) -> dict[str, list[str]]:
    """The deals that an id in a source may mean: where there are several, its name has it first."""
    named: dict[str, list[str]] = {}
    for name in sorted({*_list(errors.ids), *_list(errors.open_ids)}):
        for row in {name, name.partition(":")[2]} - {""}:
            named.setdefault(row, []).append(name)
    return named


def _list(ids: NDArray[np.object_]) -> list[str]:
    listed: list[str] = ids.tolist()
    return listed
