"""Whose calls are high or low: shrunken estimates, checked by hand and against known truths."""

from datetime import date
from decimal import Decimal
from math import exp, log, sqrt

import numpy as np
import pytest

from counterpoise.domain.measure.submitter_bias import (
    Limits,
    describe_bias,
    find_factors,
    judge_submitters,
    read_limits,
)
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.call import CallOutcome
from counterpoise.domain.values.period import Period, add_months

D = Decimal
LIMITS = Limits(least_periods=2, least_submitters=2, largest_ratio=4.0)
FIRST = date(2020, 1, 1)


def outcomes(ratios, voice="rep", months=3):
    """By submitter: what came for each 100 that they called, one finished period after another."""
    return [
        CallOutcome(
            who,
            voice,
            Period.of_months(add_months(FIRST, months * n), months),
            D(100),
            D(str(came)),
        )
        for who, each in ratios.items()
        for n, came in enumerate(each)
    ]


def judge(ratios, limits=LIMITS, **other):
    return {
        each.submitter: each
        for each in judge_submitters(outcomes(ratios, **other), (), "quarter", limits)
    }


def test_an_estimate_is_as_the_formula_says():
    """Two people, two quarters each, worked out by hand."""
    low, high = (log(0.8), log(0.9)), (log(1.1), log(1.3))
    y = [sum(each) / 2 for each in (low, high)]
    s2 = sum((x - m) ** 2 for each, m in zip((low, high), y, strict=True) for x in each) / 2
    v = s2 / 2
    grand = sum(y) / 2
    q = sum((m - grand) ** 2 for m in y) / v
    tau2 = (q - 1) / (2 / v - (2 / v**2) / (2 / v))
    lean = v / (v + tau2)
    theta = lean * grand + (1 - lean) * y[0]
    variance = (1 - lean) * v + lean**2 * ((v + tau2) / 2 + 2 * (y[0] - grand) ** 2)
    away = 1.8856180831641267 * sqrt(variance)  # Student's t with 2 degrees of freedom at 0.9
    found = judge({"amal": (80, 90), "bilal": (110, 130)})["amal"]
    assert tau2 > 0
    assert (found.n, found.refusal) == (2, None)
    assert float(found.high) == pytest.approx(exp(-theta) - 1, abs=1e-4)
    assert float(found.from_high) == pytest.approx(exp(-theta - away) - 1, abs=1e-4)
    assert float(found.to_high) == pytest.approx(exp(-theta + away) - 1, abs=1e-4)
    assert float(found.factor) == pytest.approx(exp(theta), abs=1e-4)


def test_people_who_differ_by_no_more_than_chance_are_told_the_mean_of_all():
    found = judge({"amal": (50, 200), "bilal": (210, 52), "dina": (51, 190)})
    assert len({each.high for each in found.values()}) == 1


def test_calls_that_always_came_true_are_known_to_be_even():
    found = judge({"amal": (100, 100), "bilal": (100, 100)})["amal"]
    assert (found.high, found.factor) == (D(0), D(1))
    assert str(describe_bias(found)) == "Calls 0 % (80 %: 0 % to 0 %; 2 finished quarters)."


@pytest.mark.parametrize(
    ("called", "came", "ratio"),
    [
        pytest.param(0, 0, 1, id="nothing called and nothing came: exact"),
        pytest.param(0, 50, 4, id="nothing called and something came"),
        pytest.param(50, 0, 0.25, id="something called and nothing came"),
        pytest.param(50, -10, 0.25, id="what came was taken back"),
        pytest.param(1, 1000, 4, id="a thousand times as much counts as four"),
        pytest.param(1000, 1, 0.25, id="a thousandth counts as a quarter"),
    ],
)
def test_one_odd_period_does_not_decide(called, came, ratio):
    period = Period.parse("2026-Q1")
    odd = [CallOutcome(who, "rep", period, D(called), D(came)) for who in ("amal", "bilal")]
    even = outcomes({"amal": (100, 100), "bilal": (100, 100)})
    plain = [CallOutcome(w, "rep", period, D(100), D(100 * ratio)) for w in ("amal", "bilal")]
    assert judge_submitters([*odd, *even], (), "quarter", LIMITS) == judge_submitters(
        [*plain, *even], (), "quarter", LIMITS
    )


def test_who_has_called_too_few_periods_is_refused_and_taken_at_the_mean_of_all():
    limits = Limits(least_periods=3, least_submitters=2, largest_ratio=4.0)
    found = judge({"amal": (80, 90, 85), "bilal": (110, 130, 120), "nour": (100,)}, limits)
    nour = found["nour"]
    assert (nour.n, nour.high, nour.from_high, nour.to_high) == (1, None, None, None)
    assert "1 finished quarters were called in time; 3 are needed" in str(describe_bias(nour))
    assert found["amal"].factor < nour.factor < found["bilal"].factor


def test_of_too_few_people_nobody_is_judged():
    limits = Limits(least_periods=2, least_submitters=3, largest_ratio=4.0)
    found = judge({"amal": (80, 90), "bilal": (110, 130)}, limits)
    assert {str(each.refusal)[:18] for each in found.values()} == {"Fewer than 3 peopl"}
    assert {each.factor for each in found.values()} == {D(1)}


def test_a_voice_of_which_nobody_called_twice_says_nothing_of_its_spread():
    """A manager's only call does not spoil what is known of the reps."""
    alone = outcomes({"layla": (30,)}, voice="manager")
    reps = {"amal": (80, 90), "bilal": (110, 130)}
    found = judge_submitters([*outcomes(reps), *alone], (), "quarter", LIMITS)
    assert found[:2] == judge_submitters(outcomes(reps), (), "quarter", LIMITS)
    assert found[2].refusal is not None


def test_months_and_quarters_are_judged_apart():
    monthly = outcomes({"amal": (80, 90)}, months=1)
    assert judge_submitters(monthly, (), "quarter", LIMITS) == ()
    (found,) = judge_submitters(monthly, [("amal", "rep")], "quarter", LIMITS)
    assert (found.every, found.n) == ("quarter", 0)
    assert "months" in str(judge_submitters(monthly, (), "month", Limits(3, 2, 4.0))[0].refusal)


def test_a_finding_says_it_in_words():
    people = {who: (83 + n, 90 + n, 87 + n, 91 - n) for n, who in enumerate("abcdefgh")}
    said = {str(describe_bias(each)) for each in judge(people).values()}
    assert "Calls 12 % high (80 %: 10 % high to 14 % high; 4 finished quarters)." in said
    low = judge(dict.fromkeys("abcd", (120, 126, 123)))["a"]
    assert str(describe_bias(low)).startswith("Calls 19 % low (80 %: ")


def test_factors_are_those_of_the_judged_and_the_mean_for_all_others():
    limits = Limits(least_periods=2, least_submitters=2, largest_ratio=4.0)
    ratios = {"amal": (80, 90), "bilal": (110, 130), "nour": (20,)}
    told, others = find_factors(outcomes(ratios), "quarter", limits)
    judged = judge(ratios)
    assert told == {(who, "rep"): judged[who].factor for who in ("amal", "bilal")}
    assert others == judged["nour"].factor
    assert find_factors((), "quarter", limits) == ({}, D(1))


def test_limits_come_from_the_rulebook():
    assert read_limits(load_defaults(), FIRST) == Limits(4, 3, 4.0)


def test_ranges_hold_the_truth_as_often_as_they_promise():
    """300 companies of eight people whose true habits are known, six quarters each."""
    random, inside, tried = np.random.default_rng(11), 0, 0
    for _ in range(300):
        habits = random.normal(-0.08, 0.12, 8)
        ratios = {
            f"p{n}": np.round(100 * np.exp(habit + random.normal(0, 0.2, 6)), 2)
            for n, habit in enumerate(habits)
        }
        for n, found in enumerate(judge(ratios).values()):
            truth = exp(-habits[n]) - 1
            inside += float(found.from_high) <= truth <= float(found.to_high)
            tried += 1
    assert 0.76 <= inside / tried <= 0.86
