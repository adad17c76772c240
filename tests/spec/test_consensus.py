"""What sources agree on, with the weight of each in sight, worked out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from calling import AS_OF, QUARTER, WORDS, make_call, make_deals, of_team, won
from counterpoise.domain.demand.calls import Sight, find_standing, roll_up
from counterpoise.domain.demand.consensus import (
    Factors,
    list_sources,
    read_lead_days,
    weigh,
)
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.call import FinishedPeriod, SourceValue
from counterpoise.domain.values.period import Period

D = Decimal
EVEN = Factors({}, D(1))
DEALS = make_deals(won("Huda Salem", "100"), won("Adam Noor", "40"))


def rolled(*calls, deals=DEALS):
    return roll_up(deals, find_standing(calls, QUARTER, AS_OF), WORDS, Sight())


def speak(*calls, statistical=None, factors=EVEN, deals=DEALS):
    found = list_sources(rolled(*calls, deals=deals), statistical, factors)
    return {each.source: (each.said, each.value) for each in found}


def with_rules(**values):
    rules = [
        Rule(f"call.{key}", "", str(value), "", date(1970, 1, 1), "test")
        for key, value in values.items()
    ]
    kept = [each for each in load_defaults().rules if each.key not in {r.key for r in rules}]
    return Rulebook((*kept, *rules))


def finished(*values, came=100):
    """A finished period in which the forecast, the calls and the managers said these."""
    names = ("statistical", "calls", "managers")
    said = {name: D(each) for name, each in zip(names, values, strict=False)}
    return FinishedPeriod(Period.parse("2026-Q1"), said, D(came))


def agree(sources, record=(), rulebook=None, of=None):
    return weigh(of or rolled(), sources, record, rulebook or load_defaults(), AS_OF)


TWO = (SourceValue("statistical", D(900), D(900)), SourceValue("calls", D(1000), D(1100)))


def test_calls_are_added_up_and_who_did_not_call_counts_with_what_is_won():
    assert speak(make_call(commit="500")) == {"calls": (D(540), D(540))}


def test_a_callers_bias_is_taken_out_and_others_are_taken_at_the_mean():
    factors = Factors({("huda", "rep"): D("0.9")}, D("0.8"))
    calls = [make_call(commit="500"), make_call("Adam Noor", "100", id=2)]
    assert speak(*calls, factors=factors) == {"calls": (D(600), D("530.00"))}


def test_no_source_is_below_what_is_won_since():
    calls = [make_call(commit="60"), of_team(commit="70"), of_team("West", "10", id=2)]
    found = speak(*calls, statistical=D(5), factors=Factors({}, D("0.5")))
    assert found == {
        "statistical": (D(5), D(140)),
        "calls": (D(140), D(140)),
        "managers": (D(140), D(140)),
    }


def test_a_manager_speaks_for_the_team_and_its_people_where_none_did():
    factors = Factors({("layla", "manager"): D("1.1")}, D("0.5"))
    calls = [of_team(commit="1000"), make_call("Adam Noor", "300", id=2)]
    found = speak(*calls, factors=factors)
    assert found["managers"] == (D(1300), D("1250.00"))
    assert found["calls"] == (D(400), D("250.00"))


def test_with_too_few_finished_periods_weights_are_equal_and_it_says_so():
    found = agree(TWO, [finished(100, 100)] * 3)
    assert [(each.weight, each.contribution) for each in found.sources] == [
        (D("0.5"), D(450)), (D("0.5"), D(550)),
    ]  # fmt: skip
    assert (found.amount, found.periods) == (D(1000), 0)
    assert "3 finished periods have a word of every source, and 4 are needed" in str(found.notes[0])


def test_weights_are_inverse_squared_errors_leaning_on_equal_ones():
    """Errors of 10 % and 20 %: four to one; four periods against eight of equal weights."""
    record = [finished(110, 80), finished(90, 120), finished(110, 120), finished(90, 80)]
    found = agree(TWO, record)
    assert [each.error for each in found.sources] == [D("0.1"), D("0.2")]
    assert [each.weight for each in found.sources] == [D("0.6"), D("0.4")]
    assert [each.contribution for each in found.sources] == [D(540), D(440)]
    assert (found.amount, found.periods) == (D(980), 4)
    assert not [note for note in found.notes if "equal" in str(note)]


def test_a_source_that_was_always_right_is_trusted_to_a_thousandth_and_no_further():
    rulebook = with_rules(equal_periods=0, least_weighed=1)
    found = agree(TWO, [finished(100, 101)], rulebook)
    assert [each.error for each in found.sources] == [D("0.001"), D("0.01")]
    assert [each.weight for each in found.sources] == [D("0.9901"), D("0.0099")]


@pytest.mark.parametrize(
    "left_out",
    [
        pytest.param(finished(100), id="the calls said nothing then"),
        pytest.param(finished(100, 100, came=0), id="nothing came, so no part of it can be off"),
    ],
)
def test_a_period_that_proves_nothing_does_not_count(left_out):
    rulebook = with_rules(least_weighed=1)
    assert agree(TWO, [left_out], rulebook).periods == 0


def test_one_source_alone_is_the_consensus_and_says_what_is_missing():
    of = rolled(make_call())
    found = agree(list_sources(of, None, EVEN), [finished(100, 100)] * 9, of=of)
    assert (found.amount, found.periods, found.sources[0].weight) == (D(540), 0, D(1))
    assert [str(each) for each in found.notes] == [
        "Nothing is forecast for this period. Run the cycle for it.",
        "No manager called yet.",
        "People who did not call yet: 1. Of them only what they have won is counted.",
    ]


def test_where_everybody_called_nobody_is_missed():
    of = rolled(make_call(), make_call("Adam Noor", id=2), of_team(id=3))
    found = agree(list_sources(of, D(900), EVEN), of=of)
    assert [each.source for each in found.sources] == ["statistical", "calls", "managers"]
    assert [str(each)[:17] for each in found.notes] == ["Weights are equal"]
    forecast = agree(list_sources(rolled(), D(900), EVEN))
    assert [str(each) for each in forecast.notes][-1] == "No rep called yet."


def test_without_any_source_there_is_nothing_to_agree_on():
    found = agree(())
    assert (found.amount, found.sources) == (None, ())
    assert "nothing to agree on" in str(found.notes[0])
    assert len(found.notes) == 1


def test_contributions_add_up_to_the_cent():
    sources = [replace(TWO[0], value=D("0.01")), replace(TWO[1], value=D("0.02"))]
    three = [*sources, SourceValue("managers", D("0.01"), D("0.01"))]
    found = agree(three)
    assert found.amount == sum(each.contribution for each in found.sources)


def test_lead_days_are_those_of_the_length():
    rulebook = load_defaults()
    assert [read_lead_days(rulebook, Period.parse(p)) for p in ("2026-10", "2026-Q4")] == [10, 30]


def test_calls_in_another_currency_are_counted_out_without_a_name():
    found = rolled(make_call(currency="SAR"))
    (note, *_) = weigh(found, list_sources(found, D(9), EVEN), (), load_defaults(), AS_OF).notes
    assert str(note) == "Calls in another currency than USD: 1. They count nowhere."


def test_a_manager_above_speaks_for_all_teams_beneath():
    deals = make_deals(
        won("Huda Salem", "10"), won("Adam Noor", "20"), above={"East": "Gulf", "West": "Gulf"}
    )
    beneath = of_team("East", "400"), make_call("Adam Noor", "500", id=2)
    half = Factors({}, D("0.5"))

    def managers(*calls):
        return speak(*calls, factors=half, deals=deals)["managers"]

    assert managers(*beneath) == (D(900), D(450))
    assert managers(*beneath, of_team("Gulf", "1000", id=3)) == (D(1000), D(500))
