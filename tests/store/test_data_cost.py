"""What bad data costs, reckoned over a build: which faults, of which deals, and when it refuses."""

from datetime import date

import numpy as np
import pytest

from counterpoise.actions.data_cost import reckon_cost
from counterpoise.connectors.sample.simulated import simulate_deals
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, day_of
from counterpoise.warehouse.queries.health import examine
from written_builds import at, write_build

RULES = load_defaults()
AS_OF = date(2026, 9, 30)


def write_deals(folder, source_of=lambda _n: "files"):
    """A simulated company of which every fourth deal belongs to nobody."""
    deals = simulate_deals(5, size=500, months=24).deals
    amounts = np.nan_to_num(deals.amount)
    rows = []
    for n, key in enumerate(deals.ids):
        closed = int(deals.closed[n])
        status = "open" if closed == STILL_OPEN else "won" if deals.won[n] else "lost"
        rows.append(
            {
                "source": source_of(n),
                "source_id": str(key),
                "owner_id": None if n % 4 == 0 else "R1",
                "account_id": "A1",
                "product_id": "P1",
                "stage": status.title(),
                "status": status,
                "amount": float(amounts[n]) or None,
                "created_at": at(str(day_of(int(deals.created[n])))),
                "closed_at": None if status == "open" else at(str(day_of(closed))),
                "expected_close_on": date(2026, 12, 1) if status == "open" else None,
            }
        )
    others = [{"source_id": "A1", "name": "Souq"}]
    return deals.as_of, write_build(
        folder,
        opportunity=rows,
        account=others,
        rep=[{"source_id": "R1", "name": "Huda"}],
        product=[{"source_id": "P1", "name": "Suite"}],
    )


def reckon(folder, as_of):
    cost = reckon_cost(folder, examine(folder, RULES, as_of), RULES, as_of)
    return cost, {(each.attribute, each.rule): each for each in cost.costs}


def test_faults_of_deals_are_weighed_with_as_many_deals_as_have_them(tmp_path):
    as_of, folder = write_deals(tmp_path / "b1")
    cost, found = reckon(folder, as_of)
    nobodys = found["owner_id", "completeness"]
    assert cost.refusal is None
    assert nobodys.deals > 30
    assert nobodys.others > 2 * nobodys.deals
    assert nobodys.low_80 <= nobodys.money <= nobodys.high_80
    assert not nobodys.is_shown  # to belong to nobody changes nothing in a simulated company


def test_deals_of_several_sources_are_the_same_deals(tmp_path):
    as_of, folder = write_deals(tmp_path / "b1")
    _as_of, mixed = write_deals(tmp_path / "b2", lambda n: "hubspot" if n % 2 else "odoo")
    one = reckon(folder, as_of)[1]["owner_id", "completeness"]
    two = reckon(mixed, as_of)[1]["owner_id", "completeness"]
    assert (two.deals, two.others) == (one.deals, one.others)


@pytest.mark.parametrize(
    "deals",
    [
        pytest.param([], id="no deals"),
        pytest.param(
            [
                {"source_id": f"D{n}", "stage": "New", "status": "open", "amount": 5,
                 "currency": currency, "created_at": at("2026-01-01")}
                for n, currency in enumerate(("EUR", "SAR"))
            ],
            id="two currencies without a rate",
        ),
    ],
)  # fmt: skip
def test_where_nothing_can_be_forecast_nothing_is_said_of_costs(tmp_path, deals):
    folder = write_build(tmp_path, opportunity=deals)
    cost, found = reckon(folder, AS_OF)
    assert cost.refusal is not None
    assert found == {}
