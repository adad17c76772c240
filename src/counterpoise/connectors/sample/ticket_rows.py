"""Rows of tickets.csv: what customers ask once they have bought."""

import numpy as np

from counterpoise.connectors.sample.deal_rows import Run
from counterpoise.connectors.sample.exports import Columns, number_rows, write_moments
from counterpoise.connectors.sample.simulated import BASE
from counterpoise.connectors.sample.words import take
from counterpoise.domain.tables.deals import day_number

A_DEAL = 1.4
SUPPORT_DAYS = 240
SUBJECTS = ("Cannot sign in", "Wrong figure on a report", "How to add a user", "Import failed")
CATEGORIES = ("Access", "Fault", "Question", "Fault")
PRIORITIES = ("low", "normal", "high")
STATUSES = ("open", "solved")
REPLY_DAYS, SOLVED_DAYS = 0.4, 3.5


def write_tickets(run: Run, first: int, rng: np.random.Generator) -> Columns:
    """Tickets of the run's won deals up to the export day; `first`: tickets written before."""
    known = run.known
    end = float(day_number(run.company.as_of) + 1)
    won = np.flatnonzero(known.won)
    row = np.repeat(won, rng.poisson(A_DEAL, len(won)))
    created = known.closed[row] + SUPPORT_DAYS * rng.random(len(row))
    kept = np.flatnonzero(created < end)
    row, created = row[kept], created[kept]
    count = len(row)
    reply = created + rng.exponential(REPLY_DAYS, count)
    solved = reply + rng.exponential(SOLVED_DAYS, count)
    kind = rng.integers(0, len(SUBJECTS), count)
    product = run.history.product[known.rows[row]]
    return {
        "ticket_id": number_rows("K-", BASE, first + np.arange(count)),
        "account_id": number_rows("O-", BASE, run.account[row]),
        "contact_id": number_rows("C-", BASE, run.contact[row]),
        "product_id": take(tuple(p.code for p in run.company.products), product),
        "subject": take(SUBJECTS, kind),
        "category": take(CATEGORIES, kind),
        "priority": take(PRIORITIES, rng.choice(3, count, p=(0.3, 0.5, 0.2))),
        "status": take(STATUSES, (solved < end).astype(np.int32)),
        "created_at": write_moments(created),
        "first_reply_at": write_moments(reply, mask=reply >= end),
        "closed_at": write_moments(solved, mask=solved >= end),
    }
