"""Rows of activities.csv: what sellers did for their deals and leads, and when."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample.deal_rows import Run
from counterpoise.connectors.sample.exports import Columns, number_rows, write_moments
from counterpoise.connectors.sample.known import Numbers
from counterpoise.connectors.sample.pace import Floats
from counterpoise.connectors.sample.simulated import BASE
from counterpoise.connectors.sample.words import take
from counterpoise.domain.tables.deals import day_number

Codes = NDArray[np.int32]

TYPES = ("email", "call", "meeting", "demo", "proposal")
SUBJECTS = ("Follow-up", "Call about next steps", "Meeting with the team", "Demo", "Proposal sent")
SHARES = np.array(
    [
        [0.52, 0.38, 0.08, 0.02, 0.00],
        [0.42, 0.27, 0.16, 0.15, 0.00],
        [0.40, 0.22, 0.18, 0.06, 0.14],
        [0.42, 0.28, 0.24, 0.01, 0.05],
    ]
)
"""Of each type, in each stage from Prospecting on."""
MINUTES = np.array([0.0, 12.0, 45.0, 60.0, 0.0])
OUTCOMES = ("replied", "no reply", "reached", "not reached", "held", "postponed")
GOOD_SHARE = 0.62
INBOUND = np.array([0.30, 0.18, 0.0, 0.0, 0.0])
AUTOMATED = np.array([0.12, 0.0, 0.0, 0.0, 0.0])
BASE_COUNT, A_DAY, MOST = 2.6, 0.133, 80
LATEST_DAYS = 30
"""Deals that are open and not abandoned were touched within so many days."""


@dataclass(frozen=True, slots=True, eq=False)
class Activities:
    """Activities of a run's deals, deal by deal: row of the deal, moment, and type."""

    row: Numbers
    moment: Floats
    type: Codes


def draw_activities(run: Run, rng: np.random.Generator) -> Activities:
    """More for longer deals and more diligent sellers; what is done changes with the stage."""
    known = run.known
    end = float(day_number(run.company.as_of) + 1)
    span = np.maximum(known.worked_until - known.created, 0.02)
    diligence = np.array([seller.diligence for seller in run.company.sellers])[run.seller]
    counts = np.clip(rng.poisson((BASE_COUNT + A_DAY * span) * diligence) + 1, 1, MOST)
    row = np.repeat(np.arange(len(known)), counts)
    moment = known.created[row] + rng.random(len(row)) * span[row]
    last = np.cumsum(counts) - 1
    lately = np.maximum(known.created, end - LATEST_DAYS * rng.random(len(known)))
    current = known.is_open & ~known.is_stale
    moment[last[current]] = np.minimum(lately, end - 0.01)[current]
    stage = (moment[:, None] >= known.entered[row]).sum(axis=1) - 1
    return Activities(row, moment, _draw_types(stage, rng))


def find_last_touch(run: Run, activities: Activities) -> Floats:
    """The last activity of each deal; every deal has one."""
    starts = np.searchsorted(activities.row, np.arange(len(run.known)))
    return np.maximum.reduceat(activities.moment, starts) if len(starts) else np.zeros(0)


def write_deal_activities(
    run: Run, activities: Activities, first: int, rng: np.random.Generator
) -> Columns:
    """`first`: number of activities written before."""
    row = activities.row
    details = _write_details(activities.type, activities.moment, rng)
    return {
        "id": number_rows("A-", 10 * BASE, first + np.arange(len(row))),
        **details,
        "owner_id": take(tuple(s.id for s in run.company.sellers), run.seller[row]),
        "deal_id": number_rows("D-", BASE, run.numbers).take(pa.array(row)),
        "lead_id": pa.nulls(len(row), pa.string()),
        "person_id": number_rows("C-", BASE, run.contact).take(pa.array(row)),
        "org_id": number_rows("O-", BASE, run.account).take(pa.array(row)),
    }


def write_lead_activities(
    leads: pa.Array, owners: pa.Array, moment: Floats, first: int, rng: np.random.Generator
) -> Columns:
    """One activity for each of these leads, at `moment`."""
    count = len(leads)
    absent = pa.nulls(count, pa.string())
    return {
        "id": number_rows("A-", 10 * BASE, first + np.arange(count)),
        **_write_details(_draw_types(np.zeros(count, dtype=np.int64), rng), moment, rng),
        "owner_id": owners,
        "deal_id": absent,
        "lead_id": leads,
        "person_id": absent,
        "org_id": absent,
    }


def _draw_types(stage: NDArray[np.int64], rng: np.random.Generator) -> Codes:
    ends = np.cumsum(SHARES, axis=1)[:, :-1]
    luck = rng.random(len(stage))
    kind = np.zeros(len(stage), dtype=np.int32)
    for column in range(ends.shape[1]):
        kind += luck >= ends[stage, column]
    return kind


def _write_details(kind: Codes, moment: Floats, rng: np.random.Generator) -> Columns:
    count = len(kind)
    good = rng.random(count) < GOOD_SHARE
    outcome = np.where(kind == 4, -1, 2 * np.minimum(kind, 2) + ~good)
    minutes = np.maximum(1, np.rint(MINUTES[kind] * (0.5 + rng.random(count)))).astype(np.int32)
    incoming = rng.random(count) < INBOUND[kind]
    automated = ~incoming & (rng.random(count) < AUTOMATED[kind])
    return {
        "type": take(TYPES, kind),
        "direction": take(("out", "in"), incoming.astype(np.int32)),
        "subject": take(SUBJECTS, kind),
        "occurred_at": write_moments(moment),
        "duration_minutes": pa.array(minutes, mask=MINUTES[kind] == 0),
        "outcome": take(OUTCOMES, outcome.astype(np.int32)),
        "is_automated": pa.array(automated),
    }
