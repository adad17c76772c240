"""Generated histories of deals as a CRM keeps them: every change told from the value before it to
the one after, with deals handed on, repriced, put off, lost and taken up again, and deleted."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from engines.companies import REPS, START, accounts, products, reps, teams

moments = st.lists(st.integers(-1500, 2600), min_size=1, max_size=7).map(sorted)
amounts = st.one_of(
    st.just(""), st.builds(lambda n: f"{Decimal(n) / 100:.4f}", st.integers(-500, 10**7))
)
values = {
    "amount": amounts,
    "expected_close_on": st.builds(
        lambda n: str(date(2025, 12, 1) + timedelta(days=n)), st.integers(0, 150)
    ),
    "owner_id": st.sampled_from([*REPS, ""]),
    "product_id": st.sampled_from(["P1", "P2", ""]),
}
TURNS = {"open": ("won", "lost"), "won": ("open",), "lost": ("open", "won")}
STAGES = {"open": "Proposal", "won": "Closed Won", "lost": "Closed Lost"}


@st.composite
def told_deals(draw, number):
    """A deal and its changes; the record is what they lead to."""
    hours = draw(moments)
    deal = {name: draw(values[name]) for name in values}
    deal |= {"status": "open", "stage": "Proposal"}
    changes = []
    for place, hour in enumerate(hours[1:]):
        at = START + timedelta(hours=hour)
        changed = draw(st.sampled_from([*values, "status", "status"]))
        if changed == "status":
            status = draw(st.sampled_from(TURNS[deal["status"]]))
            new = {"status": status, "stage": STAGES[status]}
        else:
            new = {changed: draw(values[changed])}
        for name, value in new.items():
            changes.append(
                {
                    "source": "odoo",
                    "source_id": f"{number}|{place:02}|{name}",
                    "opportunity_id": f"D{number}",
                    "changed_at": at,
                    "attribute": name,
                    "value_before": deal[name],
                    "value_after": value,
                    "origin": "history",
                }
            )
        deal |= new
    return _write(draw, number, deal, hours), changes


def _write(draw, number, deal, hours):
    closed = START + timedelta(hours=hours[-1])
    gone = draw(st.one_of(st.none(), st.none(), st.integers(-1500, 2600)))
    return {
        **deal,
        "source": "odoo",
        "source_id": f"D{number}",
        "team_id": draw(st.sampled_from(["T1", ""])),
        "account_id": draw(st.sampled_from(["A1", ""])),
        "currency": draw(st.sampled_from(["AED", "AED", "EUR"])),
        "amount": Decimal(deal["amount"]) if deal["amount"] else None,
        "expected_close_on": date.fromisoformat(deal["expected_close_on"]),
        "created_at": START + timedelta(hours=hours[0]),
        "closed_at": closed if deal["status"] != "open" else None,
        "updated_at": closed,
        "deleted_at": None if gone is None else START + timedelta(hours=gone),
    }


@st.composite
def _companies(draw):
    told = [draw(told_deals(number)) for number in range(draw(st.integers(1, 5)))]
    changes = [each for _, found in told for each in found]
    attributes = draw(
        st.sampled_from([{"status", "stage"}, {"stage"}])  # some keep only stages
    )
    kept = [each for each in changes if each["attribute"] in attributes | set(values)]
    return {
        "opportunity": [deal for deal, _ in told],
        "opportunity_change": kept,
        "rep": draw(st.lists(reps, max_size=3, unique_by=_key)),
        "team": draw(st.lists(teams, max_size=1, unique_by=_key)),
        "account": draw(st.lists(accounts, max_size=1, unique_by=_key)),
        "product": draw(st.lists(products, max_size=1, unique_by=_key)),
    }


def _key(row):
    return row["source"], row["source_id"]


histories = _companies()
