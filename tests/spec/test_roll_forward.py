"""The roll-forward of recurring revenue, as a finance clerk would check it by hand.

Souq (Enterprise, Gulf) begins at 1,200 in January 2024, adds 300 in June and renews for 1,000.
Bazaar (Small, Levant) begins at 600 in March 2024 and is lost in March 2025.
Wadi (Small, Gulf) begins at 500 in May 2025, its term is over in May 2026 and still waits in June.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterpoise.domain.demand.contracts import build_contracts
from counterpoise.domain.demand.roll_forward import roll_forward
from software_company import make_rules, make_sale

D = Decimal

BAZAAR = {"account": "A2", "account_name": "Bazaar", "segment": "Small", "region": "Levant"}
WADI = {"account": "A3", "account_name": "Wadi", "segment": "Small"}
SALES = (
    make_sale("2024-01-15", "1200"),
    make_sale("2024-06-10", "300", kind="Upsell"),
    make_sale("2025-01-20", "1000", kind="Renewal"),
    make_sale("2026-01-05", "1000", kind="Renewal"),
    make_sale("2024-03-10", "600", **BAZAAR),
    make_sale("2025-05-20", "500", **WADI),
)


def roll(every="month", by="", as_of=date(2026, 6, 30), sales=SALES):
    return roll_forward(build_contracts(sales, make_rules(), as_of, "AED"), every, by)


def by_start(part):
    return {str(each.start): each for each in part.periods}


def test_each_quarter_from_opening_to_closing():
    (whole,) = roll("quarter")
    told = [
        (
            str(p.start),
            *map(int, (p.opening, p.new, p.expansion, p.contraction, p.churn, p.closing)),
        )
        for p in whole.periods
    ]
    assert told == [
        ("2024-01-01", 0, 1800, 0, 0, 0, 1800),
        ("2024-04-01", 1800, 0, 300, 0, 0, 2100),
        ("2024-07-01", 2100, 0, 0, 0, 0, 2100),
        ("2024-10-01", 2100, 0, 0, 0, 0, 2100),
        ("2025-01-01", 2100, 0, 0, 500, 600, 1000),
        ("2025-04-01", 1000, 500, 0, 0, 0, 1500),
        ("2025-07-01", 1500, 0, 0, 0, 0, 1500),
        ("2025-10-01", 1500, 0, 0, 0, 0, 1500),
        ("2026-01-01", 1500, 0, 0, 0, 0, 1500),
        ("2026-04-01", 1500, 0, 0, 0, 0, 1500),
    ]


def test_customers_come_and_go():
    months = by_start(roll()[0])
    told = [
        (m.opening_customers, m.won_customers, m.lost_customers, m.closing_customers)
        for m in (months["2024-01-01"], months["2024-03-01"], months["2025-03-01"])
    ]
    assert told == [(0, 1, 0, 1), (1, 1, 0, 2), (2, 0, 1, 1)]


def test_a_customer_with_two_contracts_is_one_and_lost_with_the_last():
    second = make_sale("2024-02-01", "100", kind="New")
    months = by_start(roll(sales=(SALES[0], second))[0])
    assert months["2024-02-01"].closing_customers == 1
    assert [months[day].lost_customers for day in ("2025-01-01", "2025-02-01")] == [0, 1]


def test_retention_looks_at_who_ran_a_year_before():
    """Of 1,800 in March 2024, 1,000 of Souq is left and of Bazaar nothing; of 1,200 in January,
    1,000."""
    for every, day in (("month", "2025-03-01"), ("quarter", "2025-01-01")):
        told = by_start(roll(every)[0])[day]
        assert (told.gross_retention, told.net_retention) == (D("0.555556"), D("0.555556"))
    early = by_start(roll()[0])["2025-01-01"]
    assert (early.gross_retention, early.net_retention) == (D("0.833333"), D("0.833333"))


def test_net_retention_counts_what_was_bought_on_top_and_gross_does_not():
    sales = (make_sale("2024-01-15", "1000"), make_sale("2025-01-15", "1500"))
    told = by_start(roll(as_of=date(2025, 6, 30), sales=sales)[0])["2025-01-01"]
    assert (told.gross_retention, told.net_retention) == (D(1), D("1.5"))


def test_a_period_that_is_not_over_or_has_no_year_before_it_has_no_retention():
    months = by_start(roll(as_of=date(2025, 3, 30))[0])
    assert months["2025-03-01"].net_retention is None
    assert months["2024-12-01"].net_retention is None
    assert months["2025-02-01"].net_retention is not None
    lost = by_start(roll(as_of=date(2026, 6, 30), sales=SALES[4:5])[0])
    assert lost["2026-06-01"].net_retention is None, "nothing ran a year before"


def test_what_is_over_and_may_still_be_renewed_waits_in_the_closing():
    months = by_start(roll()[0])
    assert [months[f"2026-0{m}-01"].waiting for m in (4, 5, 6)] == [0, D(500), D(500)]


def test_parts_have_the_same_periods_and_add_up_to_the_whole():
    whole, *parts = roll("quarter", "segment")
    assert [each.label for each in parts] == ["Enterprise", "Small"]
    assert {each.start for each in whole.periods} == {each.start for each in parts[1].periods}
    for number, period in enumerate(whole.periods):
        for name in ("opening", "new", "expansion", "contraction", "churn", "closing", "waiting"):
            mine = sum(getattr(part.periods[number], name) for part in parts)
            assert mine == getattr(period, name)


def test_a_part_can_be_a_region_or_a_product():
    assert [each.label for each in roll(by="region")] == ["", "Gulf", "Levant"]
    assert [each.label for each in roll(by="product")] == ["", "Cloud"]


def test_without_a_contract_there_is_nothing_to_roll():
    assert roll(sales=()) == ()


def test_what_is_signed_ahead_moves_nothing_yet():
    ahead = replace(SALES[3], closed_on=date(2026, 1, 5), amount=D(2000))
    months = by_start(roll(as_of=date(2026, 1, 10), sales=(*SALES[:3], ahead))[0])
    assert (months["2026-01-01"].expansion, months["2026-01-01"].closing) == (0, D(1000))
