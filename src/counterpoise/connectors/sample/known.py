"""A run of deals as the CRM shows them on the evening of the export."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.deals import Codes, History
from counterpoise.connectors.sample.pace import Floats
from counterpoise.domain.tables.deals import day_number

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

STALE_DAYS = 240
LAST_WORD_DAYS = 10
"""A deal is abandoned so long after it entered the stage in which it stays."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Deals created by the export day. `rows`: their positions in the history.

    stage: position among the open stages, then won, then lost. entered, closed: infinity for what
    has not happened yet. cents: the last amount known. worked_until: end of all work on the deal.
    is_stale: open, and untouched for STALE_DAYS at least; others that are open were touched lately.
    """

    rows: Numbers
    created: Floats
    entered: Floats
    closed: Floats
    won: Mask
    stage: Codes
    stage_entered: Floats
    moments: Floats
    cents: Numbers
    worked_until: Floats
    is_stale: Mask

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_open(self) -> Mask:
        return np.isinf(self.closed)


def know_deals(company: Company, history: History) -> Known:
    end = float(day_number(company.as_of) + 1)
    rows = np.flatnonzero(history.created < end)
    entered = _hide_later(history.entered[rows], end)
    closed = _hide_later(history.closed[rows], end)
    won = history.won[rows] & np.isfinite(closed)
    is_open = np.isinf(closed)
    last_stage = np.isfinite(entered).sum(axis=1) - 1
    stages = len(company.stages)
    stage = np.where(is_open, last_stage, np.where(won, stages, stages + 1))
    last_entered = entered[np.arange(len(rows)), last_stage]
    forsaken = last_entered + LAST_WORD_DAYS
    is_stale = is_open & history.abandoned[rows] & (forsaken < end - STALE_DAYS)
    moments = np.column_stack((entered, np.where(won, closed, np.inf)))
    last_amount = np.isfinite(moments).sum(axis=1) - 1
    last_amount = np.where(won, stages, np.minimum(last_amount, last_stage))
    return Known(
        rows=rows,
        created=history.created[rows],
        entered=entered,
        closed=closed,
        won=won,
        stage=stage.astype(np.int32),
        stage_entered=np.where(is_open, last_entered, closed),
        moments=moments,
        cents=history.amounts[rows, last_amount],
        worked_until=np.where(is_stale, forsaken, np.minimum(closed, end)),
        is_stale=is_stale,
    )


def _hide_later(moments: Floats, end: float) -> Floats:
    return np.where(moments < end, moments, np.inf)
