"""A company whose products were launched one after the other, and decisions about the next ones."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import (
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.tables.launch import Launch, PhaseOut, Portfolio, Product
from counterpoise.domain.values.period import add_months

D = Decimal
AS_OF = date(2026, 9, 30)
BEGUN = date(2023, 1, 1)
NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)
REGIONS = ("Gulf", "Levant")
PRODUCTS = (
    Product("Atlas", "Ledgers", D(1000)),
    Product("Beacon", "Tools", D(500)),
    Product("Cedar", "Ledgers", D(1200)),
    Product("Dune", "Ledgers", D(900)),
    Product("Ember", "Tools", None),
)
RAMP = (1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6)
"""Deals of a launch's first twelve months, each in every region where it is sold."""


def sell(product, first, counts, *, price=1000, regions=REGIONS):
    """Rows (closing day, amount, region, product): so many deals in each month from the first."""
    return [
        (add_months(first, month) + timedelta(days=n % 28), price, region, product)
        for month, count in enumerate(counts)
        for region in regions
        for n in range(count)
    ]


def build_deals(rows, *, as_of=AS_OF, dimensions=("region", "product")):
    """rows: closing day or None for an open deal, amount, region or None, product or None."""
    rows = sorted(rows, key=str)
    many = len(rows)
    closed = [STILL_OPEN if row[0] is None else day_number(row[0]) for row in rows]
    known = [min(end, day_number(as_of)) - 20 for end in closed]
    order = np.argsort(known, kind="stable").astype(np.int32)
    none = ChangeLog(*(np.array([], dtype=kind) for kind in (np.int32, np.int32, float)))

    def code(place):
        labels = tuple(sorted({row[place] for row in rows if row[place] is not None}))
        codes = [-1 if row[place] is None else labels.index(row[place]) for row in rows]
        return Dimension(labels, np.array(codes, dtype=np.int32))

    return Deals(
        as_of=as_of,
        currency="USD",
        ids=np.array([f"d{n}" for n in range(many)], dtype=object),
        created=np.array(known, dtype=np.int32),
        closed=np.array(closed, dtype=np.int32),
        won=np.array([row[0] is not None for row in rows], dtype=bool),
        amounts=ChangeLog(
            order,
            np.array(known, dtype=np.int32)[order],
            np.array([np.nan if row[1] is None else row[1] for row in rows], dtype=float)[order],
        ),
        stages=none,
        stage_labels=(),
        dimensions={
            name: code(place)
            for name, place in (("region", 2), ("product", 3))
            if name in dimensions
        },
    )


OLD = sell("Atlas", BEGUN, [5] * 45) + sell("Beacon", BEGUN, [8] * 45, price=500)
CEDAR = sell("Cedar", date(2024, 3, 1), RAMP + (6,) * 19, price=1100)
DUNE = sell("Dune", date(2025, 1, 1), [2 * each for each in RAMP] + [12] * 9, price=900)
DEALS = build_deals(OLD + CEDAR + DUNE)


def make_launch(**other):
    said = {
        "id": 1,
        "product": "Fjord",
        "family": "Ledgers",
        "price": D(1000),
        "regions": ("Gulf",),
        "month": date(2026, 11, 1),
        "analogues": ("Cedar",),
        "curve": (),
        "deals": D(60),
        "factor": None,
        "last_month": None,
        "comment": "The ministries asked for it.",
        "author": "layla",
        "role": "leader",
        "made_at": NOON,
    }
    return Launch(**(said | other))


def make_phase_out(**other):
    said = {
        "id": 2,
        "product": "Atlas",
        "last_month": date(2026, 11, 1),
        "new_until": None,
        "successor": "",
        "share": None,
        "comment": "Its maker stops.",
        "author": "layla",
        "role": "leader",
        "made_at": NOON,
    }
    return PhaseOut(**(said | other))


def decide(*decided):
    return Portfolio(
        tuple(each for each in decided if isinstance(each, Launch)),
        tuple(each for each in decided if isinstance(each, PhaseOut)),
    )


def with_rules(**values):
    """The default rulebook with other values of launch rules."""
    from dataclasses import replace

    defaults = load_defaults()
    changed = {f"launch.{name}": str(value) for name, value in values.items()}
    return Rulebook(
        tuple(
            replace(rule, value=changed[rule.key]) if rule.key in changed else rule
            for rule in defaults.rules
        )
    )
