"""The chance to renew: counted by hand, shrunk to the whole, and true for a company we invented."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.demand import renewals
from counterpoise.domain.demand.contracts import build_contracts
from counterpoise.domain.demand.recurring_ahead import list_months
from counterpoise.domain.demand.renewals import (
    Chances,
    TooFewTerms,
    find_mean_ratio,
    find_passed,
    learn_renewals,
    list_decided,
    list_rates,
)
from counterpoise.domain.demand.renewals_due import list_due
from software_company import Truth, make_rules, make_sale, rule, simulate_sales

AS_OF = date(2026, 6, 30)
RULES = make_rules(rule("term_months", "12"), rule("least_terms", "4"), rule("prior_terms", "2"))


def build(sales, as_of=AS_OF):
    return build_contracts(sales, RULES, as_of, "AED")


def terms(renewed, lost, *, segment="Enterprise", amount="1200", mark=""):
    """So many one-year terms of 2024 that were renewed on the day they ended, and that were not."""
    sales = []
    for number in range(renewed + lost):
        facts = {"account": f"{segment}{mark}{number}", "segment": segment}
        sales.append(make_sale("2024-01-15", "1200", id=f"{facts['account']}-0", **facts))
        if number < renewed:
            again = make_sale("2025-01-15", amount, id=f"{facts['account']}-1", **facts)
            sales.append(again)
    return sales


def in_2025(sales):
    """As known when the terms of 2024 are decided and those of 2025 are not."""
    return build(sales, as_of=date(2025, 12, 31))


def test_the_whole_is_counted_with_half_a_renewal_and_half_a_loss_beside():
    learned = learn_renewals(in_2025(terms(3, 1)), RULES)
    assert learned.whole.chance == pytest.approx(3.5 / 5)
    assert (learned.whole.terms, learned.whole.renewed) == (4, 3)


def test_a_part_leans_on_the_whole_by_the_rulebook():
    small = terms(0, 2, segment="Small")
    learned = learn_renewals(in_2025([*terms(6, 2), *small]), RULES)
    whole = 6.5 / 11
    assert learned.segments["Small"].chance == pytest.approx((0 + 2 * whole) / 4)
    assert learned.segments["Enterprise"].chance == pytest.approx((6 + 2 * whole) / 10)
    own = learned.find("Small", 0).chance
    assert 0 < own < learned.segments["Small"].chance, "its own terms count again in the cell"


def test_a_part_that_was_never_seen_has_the_chance_of_the_whole():
    learned = learn_renewals(in_2025(terms(3, 1)), RULES)
    assert learned.find("Public", 7).chance == pytest.approx(learned.whole.chance)
    assert find_mean_ratio(learned.find("Public", 7), learned.whole.ratios) == 1


def test_without_a_prior_a_part_counts_for_itself_and_is_never_certain():
    rules = make_rules(
        rule("term_months", "12"), rule("prior_terms", "0"), rule("least_terms", "4")
    )
    known = in_2025([*terms(3, 0), *terms(0, 3, segment="Small")])
    learned = learn_renewals(known, rules)
    assert learned.segments["Enterprise"].chance == pytest.approx(1, abs=1e-5)
    assert learned.segments["Small"].chance == pytest.approx(0, abs=1e-4)
    assert 0 < learned.find("Small", 0).chance < learned.find("Enterprise", 0).chance < 1


def test_nothing_renewed_and_everything_renewed_are_both_possible():
    none = learn_renewals(in_2025(terms(0, 4)), RULES)
    every = learn_renewals(in_2025(terms(4, 0)), RULES)
    assert none.whole.chance == pytest.approx(0.1)
    assert every.whole.chance == pytest.approx(0.9)
    assert none.whole.ratios == (1.0,), "what was never seen is taken as unchanged"


def test_the_renewed_value_beside_the_old_one():
    sales = [*terms(2, 2, amount="1800"), *terms(2, 0, mark="b")]
    rates = list_rates(learn_renewals(in_2025(sales), RULES))
    assert float(rates[0].ratio) == pytest.approx(1.25)
    assert float(rates[0].spread) == pytest.approx(0.25)
    assert [(each.segment, each.earlier) for each in rates] == [
        (None, None), ("Enterprise", None), (None, 0), ("Enterprise", 0),
    ]  # fmt: skip


def test_too_few_terms_are_refused_in_words():
    with pytest.raises(TooFewTerms, match=r"^3 terms have ended .* from 4 at least"):
        learn_renewals(in_2025(terms(2, 1)), RULES)


def test_only_terms_whose_window_is_over_are_learned_from():
    """On the evening of 14 April one day of the window is left, on the next none."""
    sales = terms(3, 1)
    assert list_decided(build(sales, date(2025, 4, 14)).contracts, date(2025, 4, 14)) == ()
    assert len(list_decided(build(sales, date(2025, 4, 15)).contracts, date(2025, 4, 15))) == 4


def test_the_chance_falls_while_the_window_passes_without_a_renewal():
    chances = Chances((0.1, 0.2, 0.3, 0.1, 0.05, 0.05), 10, 8, (1.0,), 1.0)
    after = [chances.after(each) for each in (0, 1, 2.5, 6)]
    assert after == pytest.approx([0.8, 0.7 / 0.9, 0.35 / 0.55, 0])


def test_how_much_of_the_window_is_over():
    (contract,) = build([make_sale("2024-01-15")], as_of=date(2024, 2, 1)).contracts
    term = contract.last
    days = (term.shuts_on - term.opens_on).days + 1
    assert find_passed(term, term.opens_on - timedelta(days=1)) == 0
    assert find_passed(term, term.opens_on) == pytest.approx(6 / days)
    assert find_passed(term, term.shuts_on) == 6
    assert find_passed(term, term.shuts_on + timedelta(days=30)) == 6


def test_the_truth_of_an_invented_company_is_found():
    truth = Truth(chance=(0.9, 0.6), ratio=1.1)
    known = build(simulate_sales(3, truth, last=AS_OF))
    learned = learn_renewals(known, make_rules())
    for segment, chance in zip(("Enterprise", "Small"), truth.chance, strict=True):
        found = learned.segments[segment]
        error = (chance * (1 - chance) / found.terms) ** 0.5
        assert abs(found.chance - chance) < 3 * error
    assert find_mean_ratio(learned.whole, learned.whole.ratios) == pytest.approx(1.1, abs=0.03)


def test_ratios_are_drawn_of_the_part_and_of_the_whole():
    rng = np.random.default_rng(1)
    part = Chances((0.1,) * 6, 4, 2, (2.0,), 0.5)
    drawn = renewals.draw_ratios(part, (1.0,), (10_000,), rng)
    assert drawn.mean() == pytest.approx(find_mean_ratio(part, (1.0,)), abs=0.02)
    lone = Chances((0.1,) * 6, 4, 0, (), 0.0)
    assert set(renewals.draw_ratios(lone, (1.0, 3.0), (100,), rng)) == {1.0, 3.0}


# What renews next

DUE = (
    make_sale("2025-08-10", "1000", id="s1", account="S1", account_name="Waits long"),
    make_sale("2025-06-01", "5000", id="s2", account="S2", account_name="Over"),
    make_sale("2025-09-01", "2000", id="s3", account="S3", account_name="Signed"),
    make_sale("2026-06-20", "2400", id="s4", account="S3", account_name="Signed", kind="Renewal"),
    make_sale("2026-06-01", "700", id="s5", account="S5", account_name="Next year"),
    make_sale("2026-02-01", "900", id="s6", account="S6", account_name="Later"),
)


def due(learned_from=(), months=8):
    known = build([*learned_from, *DUE])
    learned = learn_renewals(known, RULES) if learned_from else None
    return {
        each.account_name: each for each in list_due(known, learned, list_months(AS_OF, months))
    }


def test_what_is_most_at_stake_comes_first():
    found = due(terms(0, 4))
    assert list(found) == ["Over", "Waits long", "Later", "Signed"]
    over = found["Over"]
    assert over.at_stake == (over.annual * (1 - over.chance)).quantize(Decimal("0.01"))
    assert over.expected == (over.annual * over.chance).quantize(Decimal("0.01"))
    assert str(over.why) == (
        "Ended terms like it: 4, renewed: 0. Ended on 2026-06-01 and not renewed yet; after"
        " 2026-08-30 it counts as lost."
    )
    assert str(found["Later"].why).endswith("Can be renewed from 2026-11-03 on.")
    assert str(found["Waits long"].why).endswith("since 2026-05-12 and is not yet.")
    assert "Next year" not in found


def test_what_is_signed_already_is_not_at_stake():
    signed = due(terms(0, 4))["Signed"]
    assert (signed.annual, signed.signed, signed.at_stake, signed.chance) == (2000, 2400, 0, None)
    assert str(signed.why) == "Renewed on 2026-06-20 for 2400.00 a year."
    assert signed.ends_on == date(2026, 9, 1)


def test_a_contract_renewed_ahead_comes_up_again_within_a_long_horizon():
    found = list_due(build(DUE), None, list_months(AS_OF, 24))
    assert [str(e.ends_on) for e in found if e.account == "S3"] == ["2027-09-01", "2026-09-01"]


def test_where_nothing_can_be_learned_all_of_it_is_at_stake():
    found = due()
    assert {each.chance for each in found.values()} == {None}
    assert found["Over"].at_stake == found["Over"].annual
    assert "Too few terms have ended" in str(found["Over"].why)
    assert found["Over"].expected is None
