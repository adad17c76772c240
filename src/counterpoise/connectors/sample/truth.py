"""The truth behind the files: parameters, the future that came, and every planted fault."""

import json
from dataclasses import asdict
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.deals import History
from counterpoise.connectors.sample.exports import Columns, number_rows, write_days, write_money
from counterpoise.connectors.sample.simulated import BASE
from counterpoise.connectors.sample.words import take
from counterpoise.domain.tables.deals import day_number

OUTCOMES = ("won", "lost", "open")


def write_parameters(company: Company, scale: float, seed: int) -> str:
    """Everything the simulation was told, as JSON."""
    document = {"seed": seed, "scale": scale, "company": asdict(company)}
    return json.dumps(document, ensure_ascii=False, indent=1, default=_write_day) + "\n"


def write_future_deals(company: Company, history: History) -> Columns:
    """How deals ended by the last simulated day: those open on the export day, and later ones."""
    known, end = day_number(company.as_of) + 1, day_number(company.end)
    rows = np.flatnonzero(history.closed >= known)
    is_open = history.closed[rows] >= end
    outcome = np.where(is_open, 2, np.where(history.won[rows], 0, 1))
    closed = np.where(is_open, 0, history.closed[rows])
    return {
        "opportunity_id": number_rows("D-", BASE, rows + history.first),
        "created_on": write_days(history.created[rows].astype(np.int64)),
        "known_on_export_day": pa.array(history.created[rows] < known),
        "region": take(tuple(r.name for r in company.regions), history.region[rows]),
        "product": take(tuple(p.code for p in company.products), history.product[rows]),
        "outcome": take(OUTCOMES, outcome.astype(np.int32)),
        "closed_on": write_days(closed.astype(np.int64), mask=is_open),
        "amount": write_money(history.amounts[rows, -1], mask=outcome != 0),
    }


class FutureSum:
    """Won deals and cents by month × region × product, added up run by run."""

    def __init__(self, company: Company) -> None:
        self.company = company
        shape = (len(company.future), len(company.regions), len(company.products))
        self.won = np.zeros(shape, dtype=np.int64)
        self.cents = np.zeros(shape, dtype=np.int64)

    def add(self, history: History) -> None:
        edges = [day_number(month.start) for month in self.company.future]
        edges.append(day_number(self.company.end))
        rows = np.flatnonzero(
            history.won & (history.closed >= edges[0]) & (history.closed < edges[-1])
        )
        month = np.searchsorted(edges, history.closed[rows], side="right") - 1
        place = (month, history.region[rows], history.product[rows])
        np.add.at(self.won, place, 1)
        np.add.at(self.cents, place, history.amounts[rows, -1])

    def write(self) -> Columns:
        company = self.company
        month, region, product = (each.ravel() for each in np.indices(self.won.shape))
        starts = np.array([day_number(each.start) for each in company.future])
        return {
            "month": write_days(starts[month]),
            "region": take(tuple(r.name for r in company.regions), region),
            "product": take(tuple(p.name for p in company.products), product),
            "won_deals": pa.array(self.won.ravel()),
            "won_revenue": write_money(self.cents.ravel()),
        }


def sum_won(company: Company, history: History, edges: list[int]) -> NDArray[np.int64]:
    """Cents won by seller and quarter, up to the export day; edges: first days of the quarters."""
    known = day_number(company.as_of) + 1
    rows = np.flatnonzero(history.won & (history.closed < known))
    quarter = np.searchsorted(edges, history.closed[rows], side="right") - 1
    won = np.zeros((len(company.sellers), len(edges)), dtype=np.int64)
    np.add.at(won, (history.seller[rows], quarter), history.amounts[rows, -1])
    return won


def _write_day(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()
