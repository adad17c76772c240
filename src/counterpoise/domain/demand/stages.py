"""What sales teams forecast by hand: the value of open deals × the chance that their stage has."""

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals

STAGE_PRIOR_DEALS = 10.0


def weigh_pipeline(
    deals: Deals, value: NDArray[np.float64], stage: NDArray[np.int64], rulebook: Rulebook
) -> float:
    """Stage-weighted pipeline: the value of each open deal × its stage's chance to be won.

    value, stage: of each open deal; stage is one past the last label where unknown.
    """
    return float(value @ find_chances(deals, rulebook)[stage])


def find_chances(deals: Deals, rulebook: Rulebook) -> NDArray[np.float64]:
    """By stage, one past the last label where it is unknown: the rulebook's `stage.probability`,
    else the share won of closed deals that passed the stage, leaning on the share of all; that is
    also the chance of a deal whose stage is unknown.
    """
    closed = ~deals.is_open
    overall = deals.won[closed].mean() if closed.any() else 0.0
    chances = np.append(_share_won(deals, overall), overall)
    for place, label in enumerate(deals.stage_labels):
        if (rule := rulebook.find("stage.probability", deals.as_of, label)) is not None:
            chances[place] = float(rule.value)
    return chances


def _share_won(deals: Deals, overall: float) -> NDArray[np.float64]:
    log = deals.stages
    stages = len(deals.stage_labels)
    place = log.deal * np.int64(stages) + log.value.astype(np.int64)
    cells = np.zeros(len(deals) * stages, dtype=np.bool_)
    cells[place[log.day < deals.closed[log.deal]]] = True
    passed = cells.reshape(len(deals), stages)
    count = passed[~deals.is_open].sum(axis=0)
    won = passed[deals.won].sum(axis=0)
    return np.asarray((won + STAGE_PRIOR_DEALS * overall) / (count + STAGE_PRIOR_DEALS))
