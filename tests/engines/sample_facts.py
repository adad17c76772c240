"""A company of any size from a seed, with the same kinds of trouble as engines/companies."""

import random
from datetime import date, timedelta
from decimal import Decimal

from engines.companies import PRODUCTS, REPS, SOURCES, STAGES, START

REMOVED = 0.1
FILLED = 0.8


def make_company(deals, seed):
    rng = random.Random(seed)
    return {
        "rep": [_rep(rng, source, rep) for source in SOURCES for rep in REPS[:2]],
        "team": [
            {"source": "odoo", "source_id": "T1", "name": "North", "region": "Gulf"},
            {"source": "hubspot", "source_id": "T1", "name": "South", "region": ""},
        ],
        "account": [
            {"source": "odoo", "source_id": "A1", "name": "Souq", "region": "Levant",
             "segment": "Enterprise"},
        ],
        "product": [
            {"source": "hubspot", "source_id": each, "name": f"Product {each}"}
            for each in PRODUCTS[:2]
        ],
        "opportunity": [_deal(rng, number) for number in range(deals)],
        "opportunity_change": [_change(rng, number, deals) for number in range(4 * deals)],
        "lead": [_lead(rng, number) for number in range(deals)],
        "activity": [_activity(rng, number) for number in range(5 * deals)],
        "calendar": [
            {"source": "odoo", "source_id": f"K{number}", "name": "a feast", "country": country,
             "date": date(2026, 1, 5) + timedelta(days=3 * number), "kind": "holiday"}
            for number, country in enumerate(["SA", "", "EG", "SA"])
        ],
        "target": [_target(rng, number) for number in range(6)],
    }  # fmt: skip


def _rep(rng, source, rep):
    return {
        "source": source,
        "source_id": rep,
        "name": f"{rep} of {source}",
        "team_id": rng.choice(["T1", "T2", ""]),
        "manager": "Mona",
        "region": rng.choice(["Gulf", "Levant", ""]),
        "time_zone": rng.choice(["Asia/Riyadh", "Europe/Berlin", "somewhere", None]),
        "hired_on": rng.choice([date(2025, 11, 3), date(2026, 1, 15), None]),
    }


def _deal(rng, number):
    status = rng.choice(["open", "won", "lost", "won", None])
    closing = {"won": "Closed Won", "lost": "Closed Lost"}.get(status)
    return {
        "source": rng.choice(SOURCES),
        "source_id": f"D{number}",
        "owner_id": rng.choice([*REPS, ""]),
        "team_id": rng.choice(["T1", "T9", "", ""]),
        "account_id": rng.choice(["A1", "A9", ""]),
        "product_id": rng.choice([*PRODUCTS, ""]),
        "region": rng.choice(["Gulf", "", ""]),
        "segment": rng.choice(["SMB", "", ""]),
        "lead_source": rng.choice(["web", "fair", ""]),
        "stage": closing or rng.choice(STAGES[:2]),
        "status": status,
        "amount": _maybe(rng, Decimal(rng.randrange(10**7)) / 100),
        "currency": rng.choice(["AED", "EUR", None]),
        "expected_close_on": _maybe(rng, date(2026, 1, 1) + timedelta(days=rng.randrange(150))),
        "created_at": _maybe(rng, _moment(rng)),
        "closed_at": _maybe(rng, _moment(rng)) if closing else None,
        "updated_at": _maybe(rng, _moment(rng)),
        "deleted_at": _removal(rng),
    }


def _change(rng, number, deals):
    attribute, values = rng.choice(
        [
            ("stage", STAGES),
            ("amount", ("100.0000", "2500.5000")),
            ("expected_close_on", ("2026-01-15", "2026-02-10", "2026-03-31")),
            ("owner_id", REPS),
        ]
    )
    return {
        "source": rng.choice(SOURCES),
        "source_id": f"{number:06}",
        "opportunity_id": f"D{rng.randrange(deals)}",
        "changed_at": _moment(rng),
        "attribute": attribute,
        "value_before": rng.choice([*values, ""]),
        "value_after": rng.choice([*values, ""]),
        "origin": rng.choice(["history", "dates", "difference"]),
    }


def _lead(rng, number):
    return {
        "source": rng.choice(SOURCES),
        "source_id": f"L{number}",
        "owner_id": rng.choice([*REPS, ""]),
        "region": rng.choice(["Gulf", ""]),
        "lead_source": rng.choice(["web", ""]),
        "created_at": _moment(rng),
        "first_touch_at": _maybe(rng, _moment(rng)),
        "converted_at": _maybe(rng, _moment(rng)),
        "is_converted": rng.choice([True, False, None]),
        "deleted_at": _removal(rng),
    }


def _activity(rng, number):
    return {
        "source": rng.choice(SOURCES),
        "source_id": f"E{number}",
        "type": rng.choice(["Call", "meeting", "email"]),
        "owner_id": rng.choice([*REPS, ""]),
        "occurred_at": _moment(rng),
        "duration_minutes": _maybe(rng, rng.choice([0.0, 7.5, 22.25, 60.0, 600.0, 1440.0])),
        "outcome": rng.choice(["held", " Cancelled", None]),
        "account_id": rng.choice(["A1", "A1", "", None]),
        "opportunity_id": f"D{number // 7}",
        "is_automated": number % 5 == 0,
        "deleted_at": _removal(rng),
    }


def _target(rng, number):
    return {
        "source": rng.choice(SOURCES),
        "source_id": f"Q{number}",
        "rep_id": rng.choice(["R1", "R2"]),
        "period_start": rng.choice([date(2026, 1, 1), date(2026, 2, 15)]),
        "amount": Decimal(rng.randrange(1, 10**6)),
        "currency": "AED",
    }


def _moment(rng):
    return START + timedelta(
        hours=rng.randrange(-2000, 2500), microseconds=rng.choice([0, 999_999])
    )


def _removal(rng):
    return _moment(rng) if rng.random() < REMOVED else None


def _maybe(rng, value):
    return value if rng.random() < FILLED else None
