"""Contracts of recurring products: which deal begins, renews or adds, as a renewals desk would say.

Cloud is sold by the year. The first deal is won on 15 January 2024, so its term ends on
15 January 2025 and can be renewed from 17 October 2024 to 15 April 2025.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.demand.contracts import add_term, build_contracts
from counterpoise.domain.demand.roll_forward import list_movements
from software_company import make_rules, make_sale, rule

D = Decimal

FIRST = make_sale("2024-01-15", "1200")
RULES = make_rules()


def build(*sales, as_of=date(2026, 6, 30), rules=RULES):
    return build_contracts(sales, rules, as_of, "AED")


def follow(*sales, as_of=date(2026, 6, 30), rules=RULES):
    """What happened to contracts, in words: kind, day, annual value."""
    found = build(*sales, as_of=as_of, rules=rules)
    moved = list_movements(found.contracts, as_of)
    return [(each.kind, str(each.on), each.money) for each in moved]


NEW = ("new", "2024-01-15", D(1200))
LOST = ("churn", "2025-01-15", D(1200))


@pytest.mark.parametrize(
    ("sales", "moved"),
    [
        pytest.param([], [NEW, LOST], id="nobody renews: churn on the day the term ended"),
        pytest.param(
            [make_sale("2025-01-10", "1200")],
            [NEW, ("churn", "2026-01-15", D(1200))],
            id="renewed at the same value: nothing moves until the next end",
        ),
        pytest.param(
            [make_sale("2024-10-17", "1500")],
            [NEW, ("expansion", "2025-01-15", D(300)), ("churn", "2026-01-15", D(1500))],
            id="renewed on the first day that can, for more: expansion when the term ends",
        ),
        pytest.param(
            [make_sale("2025-04-15", "900")],
            [NEW, ("contraction", "2025-01-15", D(300)), ("churn", "2026-01-15", D(900))],
            id="renewed on the last day that can, for less: contraction, without a gap",
        ),
        pytest.param(
            [make_sale("2025-04-16", "900")],
            [NEW, LOST, ("new", "2025-04-16", D(900))],
            id="a day too late: lost, and won anew",
        ),
        pytest.param(
            [make_sale("2024-10-16", "600")],
            [NEW, ("expansion", "2024-10-16", D(600)), ("churn", "2025-01-15", D(1800))],
            id="a day too early: it adds to the term, and leaves with it",
        ),
        pytest.param(
            [make_sale("2024-08-01", "1200", kind="Renewal")],
            [NEW, ("churn", "2026-01-15", D(1200))],
            id="what says it is a renewal renews from the middle of the term on",
        ),
        pytest.param(
            [make_sale("2024-06-01", "1200", kind="Renewal")],
            [NEW, ("expansion", "2024-06-01", D(1200)), ("churn", "2025-01-15", D(2400))],
            id="before the middle even a renewal adds",
        ),
        pytest.param(
            [make_sale("2025-01-10", "300", kind="Existing Customer - Upgrade")],
            [NEW, ("expansion", "2025-01-10", D(300)), ("churn", "2025-01-15", D(1500))],
            id="an expansion renews nothing while the term runs",
        ),
        pytest.param(
            [make_sale("2025-02-10", "1300", kind="توسعة")],
            [NEW, ("expansion", "2025-01-15", D(100)), ("churn", "2026-01-15", D(1300))],
            id="an expansion after the end renews as any deal does",
        ),
        pytest.param(
            [make_sale("2024-12-01", "700", kind="newbusiness")],
            [NEW, ("new", "2024-12-01", D(700)), LOST, ("churn", "2025-12-01", D(700))],
            id="what says it is new begins a contract of its own beside the other",
        ),
        pytest.param(
            [make_sale("2024-12-01", "700", account="A2")],
            [NEW, ("new", "2024-12-01", D(700)), LOST, ("churn", "2025-12-01", D(700))],
            id="another account renews nothing",
        ),
        pytest.param(
            [make_sale("2024-11-01", "900"), make_sale("2024-12-01", "400")],
            [NEW, ("expansion", "2025-01-15", D(100)), ("churn", "2026-01-15", D(1300))],
            id="renewed in two deals before the end: both make the new term",
        ),
        pytest.param(
            [make_sale("2025-02-01", "900"), make_sale("2025-03-01", "400")],
            [
                NEW,
                ("contraction", "2025-01-15", D(300)),
                ("expansion", "2025-03-01", D(400)),
                ("churn", "2026-01-15", D(1300)),
            ],
            id="renewed late, then more: the same term is not renewed twice",
        ),
    ],
)
def test_what_a_later_deal_does(sales, moved):
    assert follow(FIRST, *sales) == moved


def test_the_contract_that_ends_first_is_renewed_and_what_adds_goes_to_the_last():
    second = make_sale("2024-03-01", "2000", kind="New")
    renewal = make_sale("2024-12-20", "1200")
    added = make_sale("2024-12-21", "120", kind="Upsell")
    found = build(FIRST, second, renewal, added, as_of=date(2025, 1, 20))
    assert [len(each.terms) for each in found.contracts] == [2, 1]
    assert [each.last.last_annual for each in found.contracts] == [D(1320), D(2000)]


def test_deals_of_one_day_are_one_sale_whatever_their_order():
    lines = [make_sale("2024-01-15", "700", id="b"), make_sale("2024-01-15", "500", id="a")]
    (contract,) = build(*lines).contracts
    assert (contract.last.annual, contract.last.sales) == (D(1200), ("a", "b"))


def test_what_is_added_on_the_day_a_contract_begins_is_part_of_it():
    added = make_sale("2024-01-15", "100", id="z", kind="Add-on")
    assert follow(FIRST, added)[0] == ("new", "2024-01-15", D(1300))


@pytest.mark.parametrize(
    ("months", "amount", "annual"),
    [
        pytest.param("12", "1200.004", "1200.00", id="a year, to the cent"),
        pytest.param("1", "100", "1200", id="a month counts twelve times"),
        pytest.param("36", "1000", "333.33", id="a third of three years"),
        pytest.param("24", "0.05", "0.02", id="half a cent to the even one"),
    ],
)
def test_annual_value(months, amount, annual):
    rules = make_rules(rule("term_months", months))
    (contract,) = build(make_sale("2026-06-01", amount), rules=rules).contracts
    assert (contract.last.annual, contract.term_months) == (D(annual), int(months))


def test_a_monthly_contract_can_be_renewed_for_half_its_term_on_either_side():
    rules = make_rules(rule("term_months", "1"))
    (contract,) = build(make_sale("2026-06-01", "10"), rules=rules).contracts
    term = contract.last
    assert (term.opens_on, term.ends_on, term.shuts_on) == (
        date(2026, 6, 16), date(2026, 7, 1), date(2026, 7, 16),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "fate"),
    [
        pytest.param("2025-01-14", "running", id="the evening before the end"),
        pytest.param("2025-01-15", "waiting", id="the evening of the end"),
        pytest.param("2025-04-14", "waiting", id="a day of the window is left"),
        pytest.param("2025-04-15", "churned", id="the evening of the last day"),
    ],
)
def test_a_contract_waits_until_nobody_can_renew_it_any_more(as_of, fate):
    on = date.fromisoformat(as_of)
    (contract,) = build(FIRST, as_of=on).contracts
    assert contract.fate == fate
    assert contract.annual_on(on) == (0 if fate == "churned" else D(1200))
    assert contract.annual_on(date(2024, 1, 14)) == 0, "before it begins"


def test_what_cannot_be_followed_is_left_out_and_counted():
    found = build(
        replace(FIRST, account=""),
        make_sale("2024-02-01", None),
        make_sale("2024-02-02", "0"),
        make_sale("2024-02-03", "-5"),
        make_sale("2024-02-04", "9", product="Training"),
        make_sale("2024-02-05", "1200", account="A7", kind="تجديد"),
        make_sale("2024-02-06", "1200", account="A8", kind="Renewal"),
        make_sale("2026-07-01", "1200", account="A9"),
    )
    assert (found.without_account, found.without_amount, found.unmatched) == (1, 3, 2)
    assert [each.account for each in found.contracts] == ["A7", "A8"]
    assert found.months_by_product == (("Cloud", 12),)


def test_a_term_that_changed_holds_from_its_day_on_and_the_first_before_it():
    rules = make_rules(
        rule("term_months", "12", "Cloud", date(2024, 6, 1)),
        rule("term_months", "24", "Cloud", date(2025, 1, 1)),
        rule("term_months", "0", "Cloud", date(2026, 1, 1)),
    )
    days = [date(2020, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2026, 1, 1)]
    assert [rules.find_months("Cloud", day) for day in days] == [12, 12, 24, None]


def test_a_product_can_be_sold_once_where_all_others_run():
    rules = make_rules(rule("term_months", "12"), rule("term_months", "0", "Training"))
    found = build(make_sale("2026-01-01"), make_sale("2026-01-01", product="Training"), rules=rules)
    assert [each.product for each in found.contracts] == ["Cloud"]


def test_the_end_of_a_short_month_is_its_last_day():
    assert add_term(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_term(date(2024, 2, 29), 12) == date(2025, 2, 28)
