"""Rows of opportunities.csv and opportunity_history.csv for a run of deals."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.customers import Accounts
from counterpoise.connectors.sample.deals import History
from counterpoise.connectors.sample.exports import (
    Columns,
    number_rows,
    write_days,
    write_moments,
    write_money,
)
from counterpoise.connectors.sample.known import Known, Mask, Numbers
from counterpoise.connectors.sample.pace import Floats
from counterpoise.connectors.sample.simulated import BASE, LOST, WON
from counterpoise.connectors.sample.words import join, name_companies, take

SOURCES = ("Website", "Event", "Campaign", "Referral", "Partner", "Outbound")
LOST_REASONS = ("Price", "No budget", "Competitor", "No decision", "Missing feature")
TYPES = ("New business", "Expansion", "Renewal")
PROBABILITIES = ("10%", "25%", "50%", "75%", "100%", "0%")
STATUSES = ("open", "won", "lost")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A run of deals as known on the export day, with who buys. Rows follow `known`.

    expected: the close date now expected. pushes: (row, moment, day before, day after) of every
    change of it, the first included, whose day before is -1.
    """

    company: Company
    history: History
    known: Known
    account: Numbers
    contact: Numbers
    source: NDArray[np.int32]
    expected: Numbers
    pushes: tuple[Numbers, Floats, Numbers, Numbers]

    @property
    def numbers(self) -> Numbers:
        return self.known.rows + self.history.first

    @property
    def seller(self) -> NDArray[np.int32]:
        return self.history.seller[self.known.rows]

    @property
    def stage_labels(self) -> tuple[str, ...]:
        return (*(stage.name for stage in self.company.stages), WON, LOST)


def push_dates(
    company: Company, known: Known, rng: np.random.Generator
) -> tuple[Numbers, tuple[Numbers, Floats, Numbers, Numbers]]:
    """Expected close dates, set on creation by habit and pushed on when they pass by."""
    habit = 1.1 * sum(stage.days for stage in company.stages)
    rows = np.arange(len(known))
    expected = np.floor(known.created + habit * rng.uniform(0.7, 1.4, len(known))).astype(np.int64)
    parts = [(rows, known.created, np.full(len(rows), -1), expected.copy())]
    while True:
        moment = expected + rng.uniform(0.0, 3.0, len(expected))
        late = np.flatnonzero(moment < known.worked_until)
        if len(late) == 0:
            break
        after = expected[late] + rng.integers(20, 50, len(late))
        parts.append((late, moment[late], expected[late], after))
        expected[late] = after
    row, moment, before, after = (np.concatenate(each) for each in zip(*parts, strict=True))
    return expected, (row, moment, before, after)


def write_opportunities(
    run: Run, accounts: Accounts, touched: Floats, rng: np.random.Generator
) -> Columns:
    """touched: last activity of each deal."""
    company, known, history = run.company, run.known, run.history
    count = len(known)
    product = history.product[known.rows]
    names, _ = name_companies(run.account, accounts.arabic[run.account])
    status = np.where(known.is_open, 0, np.where(known.won, 1, 2))
    lost = status == 2
    reason = np.where(lost, rng.integers(0, len(LOST_REASONS), count), -1)
    updated = np.fmax(np.where(known.is_open, known.stage_entered, known.closed), touched)
    return {
        "Deal - ID": number_rows("D-", BASE, run.numbers),
        "Deal - Title": join(
            take(tuple(p.name for p in company.products), product), names, by=" – "
        ),
        "Deal - Organization ID": number_rows("O-", BASE, run.account),
        "Deal - Contact person ID": number_rows("C-", BASE, run.contact),
        "Deal - Owner": take(tuple(s.id for s in company.sellers), run.seller),
        "Deal - Product": take(tuple(p.code for p in company.products), product),
        "Deal - Stage": take(run.stage_labels, known.stage),
        "Deal - Status": take(STATUSES, status),
        "Deal - Value": write_money(known.cents),
        "Deal - Currency of Value": pa.array([company.currency] * count, pa.string()),
        "Deal - Probability": take(PROBABILITIES, known.stage),
        "Deal - Expected close date": write_days(run.expected),
        "Deal - Deal created": write_moments(known.created),
        "Deal - Last stage change": write_moments(known.stage_entered),
        "Deal - Deal closed on": write_moments(known.closed),
        "Deal - Source channel": take(SOURCES, run.source),
        "Deal - Deal type": take(TYPES, rng.choice(3, count, p=(0.7, 0.2, 0.1))),
        "Deal - Lost reason": take(LOST_REASONS, reason),
        "Deal - Update time": write_moments(updated),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Changes:
    """Changes of one attribute: which row, when, and the value before and after as written."""

    row: Numbers
    moment: Floats
    attribute: str
    before: pa.Array
    after: pa.Array


def write_history(run: Run, amounts: pa.Array, first: int) -> Columns:
    """Every change of the deals in order. amounts: as the CRM shows them, its faults included.

    `first`: number of changes written before.
    """
    parts = list(_list_changes(run, amounts))
    row = np.concatenate([part.row for part in parts])
    moment = np.concatenate([part.moment for part in parts])
    order = np.argsort(moment, kind="stable")
    place = pa.array(order)
    attributes = [pa.array([part.attribute] * len(part.row), pa.string()) for part in parts]
    return {
        "id": number_rows("H-", 10 * BASE, first + np.arange(len(row))),
        "deal_id": number_rows("D-", BASE, run.numbers).take(pa.array(row[order])),
        "time": write_moments(moment[order]),
        "field_key": pa.concat_arrays(attributes).take(place),
        "old_value": pa.concat_arrays([part.before for part in parts]).take(place),
        "new_value": pa.concat_arrays([part.after for part in parts]).take(place),
        "actor_user_id": take(tuple(s.id for s in run.company.sellers), run.seller[row[order]]),
    }


def _list_changes(run: Run, amounts: pa.Array) -> Iterator[_Changes]:
    yield _change_stages(run)
    yield _change_amounts(run, amounts)
    known = run.known
    closed = np.flatnonzero(np.isfinite(known.closed))
    before = pa.array(["open"] * len(closed), pa.string())
    after = take(STATUSES, np.where(known.won[closed], 1, 2))
    yield _Changes(closed, known.closed[closed], "status", before, after)
    row, moment, old, new = run.pushes
    dates = write_days(old, mask=old < 0).cast(pa.string())
    yield _Changes(row, moment, "expected_close_on", dates, write_days(new).cast(pa.string()))


def _change_stages(run: Run) -> _Changes:
    known = run.known
    stages = len(run.company.stages)
    moments = np.column_stack((known.entered, known.closed))
    codes = np.tile(np.arange(stages + 1, dtype=np.int32), (len(known), 1))
    codes[:, -1] = np.where(known.won, stages, stages + 1)
    row, column = np.nonzero(np.isfinite(moments))
    last_open = np.isfinite(known.entered).sum(axis=1) - 1
    before = np.where(column == stages, last_open[row], column - 1)
    labels = run.stage_labels
    return _Changes(
        row,
        moments[row, column],
        "stage",
        take(labels, before.astype(np.int32)),
        take(labels, codes[row, column]),
    )


def _change_amounts(run: Run, amounts: pa.Array) -> _Changes:
    """Where the amount differs from the one before; the last one is what the CRM shows now."""
    known = run.known
    cents = run.history.amounts[known.rows]
    known_now = np.isfinite(known.moments)
    changes = known_now.copy()
    changes[:, 1:] &= cents[:, 1:] != cents[:, :-1]
    row, column = np.nonzero(changes)
    is_last = np.append(row[1:] != row[:-1], True) if len(row) else np.zeros(0, dtype=np.bool_)
    before = np.where(column > 0, cents[row, np.maximum(column - 1, 0)], 0)
    shown = amounts.take(pa.array(row))
    after = pc.if_else(pa.array(is_last), shown, write_money(cents[row, column]))
    return _Changes(
        row,
        known.moments[row, column],
        "amount",
        _as_text(before, column == 0),
        after.cast(pa.string()),
    )


def _as_text(cents: Numbers, absent: Mask) -> pa.Array:
    return write_money(cents, absent).cast(pa.string())
