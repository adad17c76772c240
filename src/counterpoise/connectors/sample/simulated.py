"""Companies in memory, drawn over a wide range, for judging forecasts: what is known, and truth.

The engine is the one that writes the sample company's files.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.connectors.sample.companies import draw_company
from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.deals import History, join_runs, simulate_runs
from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
    day_of,
)
from counterpoise.domain.values.period import Period

AS_OF = date(2026, 9, 30)
CENT = Decimal("0.01")
BASE = 10_000_000
"""Ids count from here on, so that all have the same length."""
WON, LOST = "Won", "Lost"


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """A company as known on the evening of deals.as_of, and what became of it in the six months
    after the month of that day: revenue and count of the deals won in each of `future_months`.
    """

    company: Company
    deals: Deals
    future_months: tuple[Period, ...]
    future_revenue_by_month: tuple[Decimal, ...]
    future_won_by_month: tuple[int, ...]


def simulate_deals(
    seed: int, *, size: int | None = None, months: int | None = None, as_of: date = AS_OF
) -> Simulated:
    """A company and its deals. The same seed gives the same ones.

    size: deals expected up to as_of; months: whole months of history before it. Where they are
    not said, 700 to 6,000 deals and 18 to 48 months are drawn with the rest.
    """
    return simulate(draw_company(seed, size=size, months=months, as_of=as_of), seed)


def simulate(company: Company, seed: int) -> Simulated:
    history = join_runs(tuple(simulate_runs(company, seed)))
    revenue, won = sum_future(company, history)
    return Simulated(company, know(company, history), company.future, revenue, won)


def sum_future(company: Company, history: History) -> tuple[tuple[Decimal, ...], tuple[int, ...]]:
    """Revenue and count of the deals won in each month whose truth is known."""
    day = np.where(history.won, history.closed, -1).astype(np.int64)
    revenue, won = [], []
    for month in company.future:
        mine = (day >= day_number(month.start)) & (day < day_number(month.end))
        revenue.append(int(history.amounts[mine, -1].sum()) * CENT)
        won.append(int(mine.sum()))
    return tuple(revenue), tuple(won)


def know(company: Company, history: History) -> Deals:
    """The deals of a history as known on the evening of the company's as_of."""
    closed = _days(history.closed)
    whole = Deals(
        as_of=day_of(STILL_OPEN // 1_000),
        currency=company.currency,
        ids=name_deals(history.first, len(history)),
        created=_days(history.created),
        closed=closed,
        won=history.won,
        amounts=_amount_log(company, history),
        stages=_stage_log(history),
        stage_labels=(*(stage.name for stage in company.stages), WON, LOST),
        dimensions=_dimensions(company, history),
    )
    return whole.known_on(company.as_of)


def name_deals(first: int, count: int) -> NDArray[np.object_]:
    """Ids of a run of deals, in the order of their creation."""
    return np.array(
        [f"D-{BASE + number}" for number in range(first + 1, first + count + 1)], object
    )


def _days(moments: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.where(np.isfinite(moments), moments, STILL_OPEN).astype(np.int32)


def _amount_log(company: Company, history: History) -> ChangeLog:
    """Where the amount is known from creation, on each stage entered and on winning."""
    moments = np.column_stack((history.entered, np.where(history.won, history.closed, np.inf)))
    if company.amounts.known == "when won":
        moments[:, :-1] = np.inf
    return _log(moments, history.amounts / 100)


def _stage_log(history: History) -> ChangeLog:
    stages = history.entered.shape[1]
    moments = np.column_stack((history.entered, history.closed))
    values = np.broadcast_to(np.arange(stages + 1.0), moments.shape).copy()
    values[:, -1] = np.where(history.won, stages, stages + 1)
    return _log(moments, values)


def _log(moments: NDArray[np.float64], values: NDArray[np.float64]) -> ChangeLog:
    """Every finite moment as a change; what happened earlier in a day stands earlier."""
    deal, column = np.nonzero(np.isfinite(moments))
    when = moments[deal, column]
    order = np.argsort(when, kind="stable")
    deal, column = deal[order], column[order]
    return ChangeLog(
        deal.astype(np.int32), when[order].astype(np.int32), values[deal, column].astype(np.float64)
    )


def _dimensions(company: Company, history: History) -> dict[str, Dimension]:
    teams = company.teams
    team = np.array([teams.index(each.team) for each in company.sellers], dtype=np.int32)
    return {
        "product": Dimension(tuple(p.name for p in company.products), history.product),
        "region": Dimension(tuple(r.name for r in company.regions), history.region),
        "segment": Dimension(tuple(s.name for s in company.segments), history.segment),
        "rep": Dimension(tuple(s.name for s in company.sellers), history.seller),
        "team": Dimension(teams, team[history.seller]),
    }
