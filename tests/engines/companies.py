"""Small generated companies: rows of the canonical tables as CRMs really hand them over, with
several sources, missing values, foreign currencies, deals reopened and closed before created."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = ("hubspot", "odoo")
STAGES = ("Prospect", "Proposal", "Closed Won", "Closed Lost", "created")
REPS = ("R1", "R2", "Gone")
PRODUCTS = ("P1", "P2", "Lost code")

instants = st.builds(
    lambda hours, micros: START + timedelta(hours=hours, microseconds=micros),
    st.integers(-2000, 2500),
    st.sampled_from([0, 1, 999_999, 3_599_999_999]),
)
days = st.builds(lambda n: date(2025, 11, 1) + timedelta(days=n), st.integers(0, 220))
money = st.builds(lambda n: Decimal(n) / 100, st.integers(-(10**4), 10**7))
currencies = st.sampled_from(["AED", "AED", "AED", "EUR", "", None])


def maybe(values):
    return st.one_of(st.none(), values, values)


removals = st.one_of(st.none(), st.none(), st.none(), instants)


def text_of(*values):
    return st.sampled_from([*values, "", None])


reps = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from(REPS[:2]),
        "name": st.sampled_from(["Amal", "Basil"]),
        "team_id": text_of("T1", "T2"),
        "manager": text_of("Mona"),
        "region": text_of("Gulf", "Levant"),
        "time_zone": text_of("Asia/Riyadh", "Europe/Berlin", "America/Santiago", "Riyadh time"),
        "left_on": st.one_of(st.none(), st.none(), days),
        "hired_on": maybe(days),
    }
)
teams = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.just("T1"),
        "name": st.sampled_from(["North", "South"]),
        "region": text_of("Gulf"),
    }
)
accounts = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from(["A1", "A2"]),
        "name": st.just("Souq"),
        "region": text_of("Europe"),
        "segment": text_of("Enterprise"),
    }
)
products = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from(PRODUCTS[:2]),
        "name": st.sampled_from(["Suite", "Support"]),
    }
)


@st.composite
def deals(draw):
    status = draw(st.sampled_from(["open", "won", "lost", "won", None]))
    closing = {"won": "Closed Won", "lost": "Closed Lost"}.get(status)
    return {
        "source": draw(st.sampled_from(SOURCES)),
        "source_id": draw(st.sampled_from(["D1", "D2", "D3", "D4", "D5", "D6"])),
        "owner_id": draw(text_of(*REPS)),
        "team_id": draw(text_of("T1", "T9")),
        "account_id": draw(text_of("A1", "A2", "A9")),
        "product_id": draw(text_of(*PRODUCTS)),
        "region": draw(text_of("Gulf")),
        "segment": draw(text_of("SMB")),
        "lead_source": draw(text_of("web", "fair")),
        "stage": closing or draw(st.sampled_from(STAGES[:2])),
        "status": status,
        "amount": draw(maybe(money)),
        "currency": draw(currencies),
        "expected_close_on": draw(maybe(days)),
        "created_at": draw(maybe(instants)),
        "closed_at": draw(maybe(instants)) if closing else None,
        "updated_at": draw(maybe(instants)),
        "deleted_at": draw(removals),
    }


@st.composite
def changes(draw):
    attribute, values = draw(
        st.sampled_from(
            [
                ("stage", STAGES),
                ("status", ("open", "won", "lost")),
                ("amount", ("100.0000", "2500.5000", "not a number")),
                ("expected_close_on", ("2026-01-15", "2026-02-10", "2026-03-31")),
                ("owner_id", REPS),
                ("product_id", PRODUCTS),
            ]
        )
    )
    return {
        "source": draw(st.sampled_from(SOURCES)),
        "source_id": f"{draw(st.integers(0, 10**9)):010}",
        "opportunity_id": draw(st.sampled_from(["D1", "D2", "D3", "D4", "D5", "D6", "D9"])),
        "changed_at": draw(instants),
        "attribute": attribute,
        "value_before": draw(text_of(*values)),
        "value_after": draw(text_of(*values)),
        "origin": draw(st.sampled_from(["history", "dates", "difference"])),
    }


leads = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from(["L1", "L2", "L3", "L4"]),
        "owner_id": text_of(*REPS),
        "region": text_of("Gulf"),
        "lead_source": text_of("web"),
        "created_at": instants,
        "first_touch_at": maybe(instants),
        "converted_at": maybe(instants),
        "is_converted": st.sampled_from([True, False, None]),
        "opportunity_id": text_of("D1"),
        "updated_at": maybe(instants),
        "deleted_at": removals,
    }
)
activities = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from([f"E{n}" for n in range(30)]),
        "type": st.sampled_from(["Call", "meeting", "email"]),
        "owner_id": text_of(*REPS),
        "occurred_at": instants,
        "duration_minutes": maybe(st.sampled_from([0.0, 7.5, 22.25, 60.0, 1e-7, 700.0, 1440.0])),
        "outcome": text_of("held", "Cancelled"),
        "contact_id": text_of("C1"),
        "lead_id": text_of("L1"),
        "deleted_at": removals,
    }
)
targets = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from(["Q1", "Q2", "Q3"]),
        "measure": st.sampled_from(["won_revenue", None, "won_deals"]),
        "rep_id": text_of("R1"),
        "team_id": text_of("T1"),
        "region": text_of("Gulf"),
        "product_id": text_of("P1"),
        "segment": text_of("Enterprise"),
        "lead_source": text_of("web"),
        "period_start": st.sampled_from([date(2026, 1, 1), date(2026, 2, 15)]),
        "period_end": st.sampled_from([None, date(2026, 4, 1), date(2026, 1, 1)]),
        "amount": st.builds(Decimal, st.integers(1, 10**6)),
        "currency": currencies,
    }
)


calendar = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "source_id": st.sampled_from(["K1", "K2", "K3"]),
        "name": st.just("a feast"),
        "date": days,
        "country": text_of("SA", "EG"),
        "kind": text_of("holiday", "promotion"),
    }
)


def _rows(of, most):
    return st.lists(of, max_size=most, unique_by=lambda row: (row["source"], row["source_id"]))


companies = st.fixed_dictionaries(
    {
        "rep": _rows(reps, 3),
        "team": _rows(teams, 2),
        "account": _rows(accounts, 3),
        "product": _rows(products, 3),
        "opportunity": _rows(deals(), 8),
        "opportunity_change": _rows(changes(), 16),
        "lead": _rows(leads, 4),
        "activity": _rows(activities, 8),
        "target": _rows(targets, 3),
        "calendar": _rows(calendar, 3),
    }
)
