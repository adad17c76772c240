"""A company whose leads, lines, customers and tickets are few enough to count by hand."""

from datetime import date, timedelta

import numpy as np

from counterpoise.domain.demand.funnel_settings import FunnelSettings
from counterpoise.domain.tables.deals import STILL_OPEN, ChangeLog, Deals, Dimension, day_number
from counterpoise.domain.tables.leads import Leads
from counterpoise.domain.tables.service import Service, SoldLines

AS_OF = date(2026, 9, 30)
SETTINGS = FunnelSettings(
    least_conversions=10,
    prior_leads=20.0,
    window_days=730,
    age_limit_days=120,
    origins=3,
    paths=300,
    memory=0.5,
    shock=0.1,
)


def make_leads(rows, as_of=AS_OF, undated=0):
    """rows: (created, source, qualified, converted, won, removed), the last ones left out or None
    where it did not happen."""
    padded = [(*row, *(None,) * (6 - len(row))) for row in rows]

    def days(place):
        return np.array(
            [STILL_OPEN if row[place] is None else day_number(row[place]) for row in padded],
            dtype=np.int32,
        )

    labels = tuple(sorted({row[1] for row in padded if row[1]}))
    codes = [labels.index(row[1]) if row[1] else -1 for row in padded]
    return Leads(
        as_of=as_of,
        created=days(0),
        qualified=days(2),
        converted=days(3),
        won=days(4),
        removed=days(5),
        source=Dimension(labels, np.array(codes, dtype=np.int32)),
        undated=undated,
    )


def make_steady_leads(first=date(2025, 1, 1), as_of=AS_OF, sources=("Event", "Website")):
    """Each day a lead of each source; of Events every fourth and of the Website every second gets
    to be an opportunity after five days, qualified two days before, and every eighth is won after
    40 days."""
    rows = []
    for number in range((as_of - first).days + 1):
        day = first + timedelta(days=number)
        for source in sources:
            every = 4 if source == "Event" else 2
            gets_far = number % every == 0
            rows.append(
                (
                    day,
                    source,
                    day + timedelta(days=3) if gets_far else None,
                    day + timedelta(days=5) if gets_far else None,
                    day + timedelta(days=40) if number % 8 == 0 else None,
                )
            )
    rows = [
        tuple(
            each if isinstance(each, str) or each is None or each <= as_of else None for each in row
        )
        for row in rows
    ]
    return make_leads(rows, as_of)


def make_deals(rows, as_of=AS_OF):
    """rows: (id, closed or None where it is open, won, product)."""
    nothing = np.zeros(0, dtype=np.int32)
    log = ChangeLog(nothing, nothing, np.zeros(0))
    labels = tuple(sorted({row[3] for row in rows if row[3]}))
    return Deals(
        as_of=as_of,
        currency="USD",
        ids=np.array([row[0] for row in rows], dtype=object),
        created=np.array([day_number(date(2024, 1, 1)) for _ in rows], dtype=np.int32),
        closed=np.array(
            [STILL_OPEN if row[1] is None else day_number(row[1]) for row in rows], dtype=np.int32
        ),
        won=np.array([row[2] for row in rows], dtype=bool),
        amounts=log,
        stages=log,
        stage_labels=(),
        dimensions={
            "product": Dimension(
                labels,
                np.array([labels.index(r[3]) if r[3] else -1 for r in rows], dtype=np.int32),
            )
        },
    )


def make_lines(rows):
    """rows: (deal, product, units)."""
    labels = tuple(sorted({row[1] for row in rows if row[1]}))
    return SoldLines(
        deal=np.array([row[0] for row in rows], dtype=object),
        product=Dimension(
            labels, np.array([labels.index(r[1]) if r[1] else -1 for r in rows], dtype=np.int32)
        ),
        units=np.array([row[2] for row in rows], dtype=np.float64),
    )


def make_service(customers, tickets, as_of=AS_OF):
    """customers: (first won, segment); tickets: (day, customer by place, -1 for nobody)."""
    labels = tuple(sorted({segment for _, segment in customers if segment}))
    return Service(
        as_of=as_of,
        first_won=np.array([day_number(day) for day, _ in customers], dtype=np.int32),
        segment=Dimension(
            labels,
            np.array([labels.index(s) if s else -1 for _, s in customers], dtype=np.int32),
        ),
        tickets=np.array([day_number(day) for day, _ in tickets], dtype=np.int32),
        asker=np.array([who for _, who in tickets], dtype=np.int32),
    )
