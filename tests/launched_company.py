"""A collected company with one old product, and one that was launched in its history."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from counterpoise.domain.values.period import add_months
from launching import RAMP
from written_builds import write_build

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
PRODUCTS = (
    {"source_id": "P1", "name": "Atlas", "family": "Ledgers", "list_price": Decimal(1000)},
    {"source_id": "P2", "name": "Cedar", "family": "Ledgers", "list_price": Decimal(1200)},
    {"source_id": "P3", "name": "Beacon", "family": "", "list_price": None},
    {"source_id": "P4", "name": "", "family": "Tools", "list_price": Decimal(0)},
    {"source_id": "P5", "name": "Atlas", "family": "", "list_price": None},
    {"source_id": "P6", "name": "Dinar", "list_price": Decimal(10), "currency": "KWD"},
)


def collect_launched(workspace, build="b1"):
    """Atlas sells three a month from 2024 on, Cedar from March 2025, in the Gulf and the Levant."""
    from counterpoise.store import ledger

    batch = ledger.AcceptedBatch(id=f"batch-{build}", source="files", counts={}, files=())
    ledger.accept(batch, build=build, manifest={}, at=NOW)
    sold = [("P1", date(2024, 1, 1), (3,) * 33), ("P2", date(2025, 3, 1), RAMP + (6,) * 7)]
    rows = []
    for product, first, counts in sold:
        for month, count in enumerate(counts):
            for n in range(count):
                day = add_months(first, month) + timedelta(days=2 + n)
                rows.append(_sell(f"{product}-{month}-{n}", product, day))
    write_build(workspace.build_folder(build), opportunity=rows, product=PRODUCTS)


def _sell(name, product, day):
    closed = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return {
        "source_id": name,
        "product_id": product,
        "region": "Gulf" if hash_of(name) % 2 else "Levant",
        "created_at": closed - timedelta(days=20),
        "closed_at": closed,
        "status": "won",
        "stage": "Won",
        "amount": Decimal(1100),
        "currency": "USD",
    }


def hash_of(name):
    return sum(map(ord, name))
