"""Recurring revenue ahead: what is signed, what may renew, what is expanded, what begins."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from counterpoise.domain.demand import recurring_ahead, recurring_backtest, recurring_pace
from counterpoise.domain.demand.contracts import build_contracts
from counterpoise.domain.demand.recurring_pace import Pace, RunNew, learn_pace, read_run
from counterpoise.domain.demand.renewals import Chances, Renewals, learn_renewals
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.values.period import Period
from software_company import Truth, make_rules, make_sale, rule, simulate_sales

D = Decimal

AS_OF = date(2026, 6, 30)
RULES = make_rules()
QUIET = Pace(rate=0.0, shares=(), variance=0.0, new=(), terms=())


def learned(chance, ratio=1.0):
    whole = Chances((chance / 6,) * 6, 1000, 500, (ratio,), 1.0)
    return Renewals(whole, {}, {}, {}, 10)


def build(*sales, as_of=AS_OF, rules=RULES):
    return build_contracts(sales, rules, as_of, "AED")


def look(known, renewing=0.5, pace=QUIET, months=12, ratio=1.0, paths=4000):
    return recurring_ahead.look_ahead(
        known, learned(renewing, ratio), pace, recurring_ahead.list_months(known.as_of, months),
        np.random.default_rng(1), paths=paths,
    )  # fmt: skip


def test_months_begin_with_that_of_the_next_day():
    starts = [recurring_ahead.list_months(day, 2)[0].start for day in (AS_OF, date(2026, 6, 29))]
    assert starts == [date(2026, 7, 1), date(2026, 6, 1)]


def test_a_contract_ends_in_its_month_and_goes_on_by_its_chance():
    many = [make_sale("2026-02-10", "1000", id=f"m{n}", account=f"M{n}") for n in range(50)]
    ahead = look(build(*many), renewing=0.8)
    assert [int(each.churn) for each in ahead[:7]] == [0] * 7
    assert float(ahead[7].churn) == pytest.approx(10_000, rel=0.05)
    assert ahead[7].start == date(2027, 2, 1)
    assert ahead[7].quantiles[0] < ahead[7].closing < ahead[7].quantiles[-1]


def test_the_range_has_the_width_of_so_many_coins():
    """100 contracts of 1,000 with chance .5 are 50,000 ± 1.2816 x 5,000 at 80 %."""
    many = [make_sale("2026-02-10", "1000", id=f"m{n}", account=f"M{n}") for n in range(100)]
    last = look(build(*many), renewing=0.5)[7]
    width = float(last.quantiles[-1] - last.quantiles[0])
    assert width == pytest.approx(2 * 1.2816 * 5_250, rel=0.12), (
        "a little more: chances are learned"
    )


def test_what_waits_is_decided_in_the_first_month():
    known = build(make_sale("2025-06-10", "1000"))
    assert known.contracts[0].fate == "waiting"
    first, *later = look(known)
    assert 0 < first.churn < 1000
    assert all(each.churn == 0 for each in later[:10])


def test_what_is_signed_goes_on_as_signed_and_is_certain():
    known = build(make_sale("2025-08-10", "1000"), make_sale("2026-06-20", "1300", kind="Renewal"))
    ahead = look(known, months=12)
    assert (ahead[1].expansion, ahead[1].churn) == (D(300), 0)
    assert set(ahead[-1].quantiles) == {D(1300)}


def test_a_renewal_for_less_is_contraction_and_for_more_expansion():
    many = [make_sale("2026-02-10", "1000", id=f"m{n}", account=f"M{n}") for n in range(50)]
    less, more = (look(build(*many), renewing=0.8, ratio=ratio)[7] for ratio in (0.9, 1.2))
    assert (float(less.contraction), less.expansion) == (pytest.approx(4000, rel=0.05), 0)
    assert (float(more.expansion), more.contraction) == (pytest.approx(8000, rel=0.05), 0)


def test_a_monthly_contract_comes_up_every_month():
    rules = make_rules(rule("term_months", "1"))
    known = build(make_sale("2026-06-20", "100"), rules=rules)
    ahead = look(known, renewing=0.5, months=3)
    assert [float(each.closing) for each in ahead] == pytest.approx([600, 300, 150], rel=0.1)


def test_expansions_come_at_their_pace_to_what_runs():
    many = [make_sale("2026-06-01", "1000", id=f"m{n}", account=f"M{n}") for n in range(50)]
    pace = Pace(rate=0.1, shares=(0.2,), variance=0.5, new=(), terms=())
    first = look(build(*many), pace=pace)[0]
    assert float(first.expansion) == pytest.approx(50 * 1000 * 0.1 * 0.2, rel=0.06)


def test_new_contracts_begin_at_the_recent_pace_and_renew_within_the_horizon():
    pace = Pace(
        rate=0.1, shares=(0.2,), variance=0.0, new=(800.0, 1200.0), terms=((1, 0.5), (12, 0.5))
    )
    ahead = look(build(), renewing=0.5, pace=pace, months=3, ratio=1.1)
    assert [float(each.new) for each in ahead] == pytest.approx([1000] * 3, rel=0.02)
    half = 500.0
    assert float(ahead[1].churn) == pytest.approx(half * 0.5, rel=0.03)
    kept = half * 0.5
    grown = kept * 0.1 + kept * 1.1 * 0.02 + half * 0.02
    assert float(ahead[1].expansion) == pytest.approx(grown, rel=0.03)
    less = look(build(), renewing=0.5, pace=pace, months=3, ratio=0.9)
    assert float(less[1].contraction) == pytest.approx(kept * 0.1, rel=0.03)


def test_a_run_of_the_cycle_tells_new_contracts_of_its_months():
    runs = {date(2026, 8, 1): RunNew(AS_OF, D(5000))}
    known = Pace(0.0, (), 0.0, (800.0, 1200.0), ((12, 1.0),), runs)
    unknown = Pace(0.0, (), 0.0, (), (), runs)
    for pace, usual in ((known, 1000), (unknown, 0)):
        told = [float(each.new) for each in look(build(), pace=pace, months=3)]
        assert told == pytest.approx([usual, 5000, usual], rel=0.03)


def test_of_a_month_that_has_begun_only_the_days_left_bring_anything():
    pace = Pace(0.0, (), 0.0, (1000.0,), ((12, 1.0),))
    first, second = look(build(as_of=date(2026, 7, 15)), pace=pace, months=2)
    assert float(first.new / second.new) == pytest.approx(16 / 31, rel=0.01)


# The recent pace

PACED = (
    make_sale("2025-01-10", "1200", id="p1", account="P1"),
    make_sale("2025-03-10", "600", id="p2", account="P1", kind="Upsell"),
    make_sale("2025-03-20", "2400", id="p3", account="P2"),
    make_sale("2025-06-05", "999", id="p4", account="P3"),
)


def test_the_pace_is_that_of_finished_months():
    known = build(*PACED, as_of=date(2025, 6, 20))
    pace = learn_pace(known, RULES)
    assert pace.new == (1200.0, 0.0, 2400.0, 0.0, 0.0), "June is not over"
    assert pace.rate == pytest.approx(1 / (1 + 1 + 2 + 2 + 2))
    assert pace.shares == (0.5,)
    assert pace.terms == ((12, 1.0),)
    assert recurring_pace.tell_rate(pace) == D("1.5000")
    assert recurring_pace.tell_share(pace) == D("0.5000")


def test_only_so_many_months_as_the_rulebook_says_count():
    rules = make_rules(rule("term_months", "12"), rule("pace_months", "2"))
    pace = learn_pace(build(*PACED, as_of=date(2025, 6, 20)), rules)
    assert (pace.new, pace.rate, pace.terms) == ((0.0, 0.0), 0.0, ())


def test_before_a_month_is_over_there_is_no_pace():
    pace = learn_pace(build(*PACED[:1], as_of=date(2025, 1, 20)), RULES)
    assert (pace.new, pace.rate, recurring_pace.tell_share(pace)) == ((), 0.0, 0)
    assert learn_pace(build(), RULES).new == ()


def test_expansions_that_come_in_bunches_vary_more_than_chance():
    """Ten in one month and none in eleven, where a month lets less than one expect."""
    sales = [make_sale("2025-01-01", "100", id=f"b{n}", account=f"B{n}") for n in range(10)]
    sales += [
        make_sale("2025-05-05", "10", id=f"u{n}", account=f"B{n}", kind="Upsell") for n in range(10)
    ]
    pace = learn_pace(build(*sales, as_of=date(2025, 12, 31)), RULES)
    mean = 10 / 12
    excess = ((10 - mean) ** 2 - mean + 11 * (mean**2 - mean)) / (12 * mean**2)
    assert pace.variance == pytest.approx(excess)


# What a run of the cycle says


def forecast(as_of, *cells, won=0):
    return Forecast(
        period=Period.parse("2025-Q3"), as_of=as_of, currency="AED",
        cells=tuple(
            Cell("won_revenue", month, (("product", by),), D(mean), (D(0),) * 5, D(0), D(won))
            for month, by, mean in cells
        ),
        backtest=(), points=(), weights={}, paths=np.zeros((1, 3)), stage_weighted=D(0), notes=(),
    )  # fmt: skip


def test_a_run_is_taken_at_the_share_that_new_contracts_had():
    """Of 4,200 sold a year in the finished months 3,600 began contracts."""
    known = build(*PACED, as_of=date(2025, 6, 30))
    months = [(date(2025, 7, 1), "Cloud", 1000), (date(2025, 7, 1), "Training", 500)]
    share = Fraction(3600 + 999, 4200 + 999)
    found = read_run(forecast(date(2025, 6, 29), *months), known, RULES)
    assert set(found) == {date(2025, 7, 1)}
    assert found[date(2025, 7, 1)].as_of == date(2025, 6, 29)
    assert found[date(2025, 7, 1)].annual == pytest.approx(
        D(1000) * share.numerator / share.denominator
    )


def test_renewals_are_no_new_contracts():
    renewed = make_sale("2026-01-10", "1200", id="p9", account="P1")
    known = build(PACED[0], renewed, as_of=date(2026, 1, 31))
    rules = make_rules(rule("term_months", "12"), rule("pace_months", "1"))
    assert recurring_pace.find_new_share(known, rules) == 0


def test_a_month_that_has_begun_counts_what_is_still_to_be_won_by_a_run_of_that_day():
    known = build(*PACED, as_of=date(2025, 7, 15))
    july = (date(2025, 7, 1), "Cloud", 1000)
    share = recurring_pace.find_new_share(known, RULES)
    same = read_run(forecast(date(2025, 7, 15), july, won=400), known, RULES)
    assert same[date(2025, 7, 1)].annual == 600 * share
    more = read_run(forecast(date(2025, 7, 15), july, won=4000), known, RULES)
    assert more[date(2025, 7, 1)].annual == 0
    assert read_run(forecast(date(2025, 7, 14), july), known, RULES) == {}
    june = (date(2025, 6, 1), "Cloud", 1000)
    assert read_run(forecast(date(2025, 7, 15), june), known, RULES) == {}


@pytest.mark.parametrize(
    ("known", "as_of"),
    [
        pytest.param(build(*PACED, as_of=date(2025, 6, 30)), "2025-07-01", id="a later run"),
        pytest.param(build(as_of=date(2025, 6, 30)), "2025-06-30", id="no contract"),
        pytest.param(build(PACED[0], as_of=date(2025, 1, 20)), "2025-01-20", id="no month over"),
        pytest.param(build(PACED[0], as_of=date(2026, 12, 31)), "2026-12-31", id="nothing sold"),
    ],
)
def test_a_run_says_nothing_where_there_is_no_share_or_it_knows_more(known, as_of):
    month = (date(2027, 7, 1), "Cloud", 1000)
    assert read_run(forecast(date.fromisoformat(as_of), month), known, RULES) == {}


# The back-test


def test_origins_are_ends_of_quarters_whose_closing_is_settled():
    known = build(make_sale("2024-02-01"), as_of=AS_OF)
    found = recurring_backtest.list_origins(known, RULES)
    assert [str(each) for each in found] == [
        "2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30",
        "2025-09-30", "2025-12-31",
    ]  # fmt: skip
    late = build(make_sale("2024-02-01"), as_of=date(2026, 6, 28))
    assert str(recurring_backtest.list_origins(late, RULES)[-1]) == "2025-09-30"
    assert recurring_backtest.list_origins(build(), RULES) == ()


def judge(truth, seed):
    rules = make_rules(rule("term_months", "12"), rule("paths", "400"))
    sales = simulate_sales(seed, truth, last=AS_OF)
    now = build_contracts(sales, rules, AS_OF, "AED")
    past = [
        build_contracts(sales, rules, origin, "AED")
        for origin in recurring_backtest.list_origins(now, rules)
    ]
    return recurring_backtest.judge_past(past, now, rules, np.random.default_rng(2))


def test_an_invented_company_is_foretold_and_the_ranges_cover_what_came():
    told = [judge(Truth(chance=(0.85, 0.7)), seed) for seed in (1, 2, 3)]
    near = [each for found in told for each in found if each.months_ahead == 3]
    far = [each for found in told for each in found if each.months_ahead == 12]
    assert {each.n for each in near} == {8}
    assert all(each.wmape < D("0.05") for each in near)
    assert all(each.wmape < each.unchanged_wmape for each in far)
    assert sum(each.coverage_80 for each in (*near, *far)) / 6 > D("0.6")


def test_a_past_day_that_could_learn_nothing_tells_nothing():
    assert judge(Truth(monthly=0.2), 1) == ()


def test_the_chances_of_an_invented_company_give_its_closing():
    """Forecast a year ahead of a company, beside what it goes on to do."""
    start = date(2025, 6, 30)
    sales = simulate_sales(9, Truth(monthly=20.0), last=AS_OF)
    known = build_contracts([s for s in sales if s.closed_on <= start], RULES, start, "AED")
    months = recurring_ahead.list_months(start, 9)
    ahead = recurring_ahead.look_ahead(
        known, learn_renewals(known, RULES), learn_pace(known, RULES), months,
        np.random.default_rng(4), paths=1000,
    )  # fmt: skip
    evening = months[-1].end - timedelta(days=1)
    came = sum(e.annual_on(evening) for e in build_contracts(sales, RULES, AS_OF, "").contracts)
    assert ahead[-1].quantiles[0] < came < ahead[-1].quantiles[-1]
