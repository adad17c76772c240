"""What holds for any recurring revenue: it adds up, knows no future, and renews nothing twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.demand import recurring_ahead, recurring_pace, renewals
from counterpoise.domain.demand.contracts import build_contracts
from counterpoise.domain.demand.roll_forward import roll_forward
from software_company import Truth, make_rules, make_sale, rule, simulate_sales

AS_OF = date(2026, 3, 31)
RULES = make_rules(
    rule("term_months", "12", "Cloud"), rule("term_months", "1", "Support"),
    rule("least_terms", "5"), rule("prior_terms", "3"),
)  # fmt: skip
LEARNED_FROM = simulate_sales(7, Truth(monthly=2.0), last=AS_OF)


@st.composite
def sales(draw):
    day = date(2023, 1, 1) + timedelta(days=draw(st.integers(0, 1400)))
    return make_sale(
        day,
        draw(st.decimals(-10, 10**7, places=4)),
        id=draw(st.text("abcdef", min_size=6, max_size=6)),
        account=draw(st.sampled_from(["", "A1", "A2", "A3"])),
        product=draw(st.sampled_from(["Cloud", "Support", "Training"])),
        segment=draw(st.sampled_from(["", "Small"])),
        kind=draw(st.sampled_from(["", "New", "Renewal", "Upsell", "other"])),
    )


many = st.lists(sales(), max_size=40, unique_by=lambda sale: sale.id)


def build(found, as_of=AS_OF):
    return build_contracts(found, RULES, as_of, "AED")


@given(many, st.sampled_from(["month", "quarter"]), st.sampled_from(["", "segment", "product"]))
def test_every_period_adds_up_to_the_cent_and_opens_as_the_last_closed(found, every, by):
    known = build(found)
    for part in roll_forward(known, every, by):
        closing, customers = Decimal(0), 0
        for each in part.periods:
            assert (each.opening, each.opening_customers) == (closing, customers)
            closing = each.opening + each.new + each.expansion - each.contraction - each.churn
            customers += each.won_customers - each.lost_customers
            assert (each.closing, each.closing_customers) == (closing, customers)
            assert closing == closing.quantize(Decimal("0.01"))
            assert each.gross_retention is None or each.gross_retention <= 1
            assert 0 <= each.waiting <= each.closing


@given(many)
def test_a_closing_is_what_contracts_are_worth_that_evening(found):
    known = build(found)
    for part in roll_forward(known):
        for each in part.periods:
            evening = min(each.end - timedelta(days=1), AS_OF)
            worth = sum(contract.annual_on(evening) for contract in known.contracts)
            assert each.closing == worth


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert build(shuffled) == build(found)


@given(many, many)
def test_nothing_that_was_won_after_the_day_changes_anything(found, later):
    known = [sale for sale in found if sale.closed_on <= AS_OF]
    future = [replace(sale, closed_on=AS_OF + timedelta(days=1)) for sale in later]
    assert build([*future, *known]) == build(known)


@given(many)
def test_every_deal_counts_once_and_no_term_is_renewed_twice(found):
    known = build(found)
    counted = [
        sale
        for contract in known.contracts
        for term in contract.terms
        for sale in (*term.sales, *(name for each in term.additions for name in each.sales))
    ]
    assert len(counted) == len(set(counted))
    recurring = [s for s in found if s.closed_on <= AS_OF and s.product != "Training"]
    assert len(counted) == len(recurring) - known.without_account - known.without_amount
    for contract in known.contracts:
        for before, after in zip(contract.terms, contract.terms[1:], strict=False):
            assert before.ends_on == after.begins_on
            assert before.signed_on < after.signed_on <= before.shuts_on


@settings(max_examples=10, deadline=None)
@given(many, st.randoms(use_true_random=False))
def test_what_is_expected_adds_up_and_is_the_same_twice(found, random):
    learned_from = [replace(sale, id=f"x{sale.id}") for sale in LEARNED_FROM]
    shuffled = [*learned_from, *found]
    random.shuffle(shuffled)
    told = [look(build(rows)) for rows in ([*learned_from, *found], shuffled)]
    assert told[0] == told[1]
    opening = told[0][0].opening
    for each in told[0]:
        assert each.opening == opening
        opening += each.new + each.expansion - each.contraction - each.churn
        assert each.closing == opening
        assert list(each.quantiles) == sorted(each.quantiles)


def look(known):
    learned = renewals.learn_renewals(known, RULES)
    pace = recurring_pace.learn_pace(known, RULES)
    months = recurring_ahead.list_months(known.as_of, 14)
    rng = np.random.default_rng(1)
    return recurring_ahead.look_ahead(known, learned, pace, months, rng, paths=50)
