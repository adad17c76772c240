"""Calls and their roll-up, as a sales leader would add them up by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from calling import AS_OF, NOON, QUARTER, WORDS, due, make_call, make_deals, of_team, won
from counterpoise.domain.demand.calls import (
    Sight,
    find_standing,
    fold_word,
    narrow,
    note_foreign,
    read_words,
    roll_up,
)
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.call import InvalidCall, name_length
from counterpoise.domain.tables.forecast import Expectation
from counterpoise.domain.values.period import Period

D = Decimal
EVERYBODY = Sight()
OPEN = ("commit", "best_case", "pipeline", "omitted", "none")


def add_up(deals, calls=(), sight=EVERYBODY, by=AS_OF):
    return roll_up(deals, find_standing(calls, QUARTER, by), WORDS, sight)


def line_of(rolled, rep):
    (found,) = (each for each in rolled.sellers if each.rep == rep)
    return found


def team_of(rolled, team):
    (found,) = (each for each in rolled.teams if each.team == team)
    return found


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        pytest.param({"best_case": D(499)}, "below the commit of 500", id="less than is stood for"),
        pytest.param({"pipeline": D(999)}, "below the best case of 1000", id="less than may come"),
        pytest.param({"won": D("500.01")}, "500.01 is won already, by 2026-10-20", id="won more"),
        pytest.param({"commit": D(-1)}, "Give 0 or more", id="below nothing"),
        pytest.param({"best_case": D(10**15)}, "below 1000000000000000", id="too much to be true"),
        pytest.param({"pipeline": D("NaN")}, "pipeline is NaN", id="no number"),
        pytest.param({"commit": D("0.001")}, "round it", id="a tenth of a cent"),
        pytest.param({"period": Period.parse("2026")}, "neither a month nor", id="a year"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused_with_advice(change, advice):
    with pytest.raises(InvalidCall, match=advice):
        make_call(**change)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"commit": D(0), "best_case": D(0)}, id="nothing will come"),
        pytest.param({"won": D(500), "best_case": D(500)}, id="nothing more will come"),
        pytest.param({"pipeline": D(1000)}, id="all that is open is in the best case"),
        pytest.param({"period": Period.parse("2026-10")}, id="a month"),
    ],
)
def test_a_call_at_the_edge_stands(change):
    assert make_call(**change).key == ("rep", "Huda Salem", "rep")


def test_only_months_and_quarters_are_called():
    assert (name_length(QUARTER), name_length(Period.parse("2026-11"))) == ("quarter", "month")


def test_the_last_call_of_each_voice_stands_and_later_days_are_not_known():
    first, second = make_call(id=1), make_call(id=2, commit="600")
    tomorrow = make_call(id=3, commit="700", made_at=NOON + timedelta(days=1))
    boss = make_call(id=4, commit="400", voice="manager", author="layla")
    other = make_call(id=5, period=Period.parse("2026-10"))
    standing = find_standing([tomorrow, second, other, boss, first], QUARTER, AS_OF)
    assert standing == {second.key: second, boss.key: boss}


@pytest.mark.parametrize(
    ("written", "word"),
    [
        pytest.param("BEST_CASE", "best case", id="HubSpot"),
        pytest.param("Best Case", "best case", id="Salesforce"),
        pytest.param(" best-case ", "best case", id="by hand"),
    ],
)
def test_a_word_of_the_crm_is_one_word_however_it_is_written(written, word):
    assert fold_word(written) == word


def test_the_words_of_the_large_crms_are_known():
    words = read_words(load_defaults(), AS_OF)
    found = {
        each: words.get(fold_word(each))
        for each in (
            "Forecast",
            "COMMIT",
            "BestCase",
            "Most Likely",
            "PIPELINE",
            "Omitted",
            "Closed",
        )
    }
    assert found == {
        "Forecast": "commit", "COMMIT": "commit", "BestCase": "best_case",
        "Most Likely": "best_case", "PIPELINE": "pipeline", "Omitted": "omitted", "Closed": None,
    }  # fmt: skip


def test_a_roll_up_shows_each_person_beside_what_the_crm_says():
    deals = make_deals(
        won("Huda Salem", "100.004"),
        won("Huda Salem", "50", day=12),
        due("Huda Salem", "Commit", "300"),
        due("Huda Salem", "FORECAST", "30"),
        due("Huda Salem", "Best_Case", "70.555"),
        due("Huda Salem", "surely", "5"),
        rep_targets={"Huda Salem": D(900)},
    )
    call = make_call(commit="700")
    line = line_of(add_up(deals, [call]), "Huda Salem")
    assert (line.team, line.won, line.own, line.manager) == ("East", D("150.00"), call, None)
    assert [line.open[each] for each in OPEN] == [D(330), D("70.56"), D(0), D(0), D(5)]
    assert (line.called, line.gap, line.is_missing) == (D(700), D(-200), False)


def test_the_managers_word_stands_above_the_reps():
    calls = [make_call(commit="700"), make_call(id=2, commit="650", voice="manager")]
    line = line_of(add_up(make_deals(rep_targets={"Huda Salem": D(600)}), calls), "Huda Salem")
    assert (line.own.commit, line.called, line.gap) == (D(700), D(650), D(50))


def test_teams_add_up_and_say_who_has_not_called():
    deals = make_deals(
        won("Huda Salem", "10"),
        won("Sara Both", "20"),
        won("Omar Left", "5"),
        won("", "1"),
        due("Adam Noor", "commit", "7"),
        team_targets={"East": D(500)},
        target=D(2000),
    )
    rolled = add_up(deals, [make_call(commit="300"), of_team(commit="800")])
    east = team_of(rolled, "East")
    assert (east.won, east.commit, east.best_case) == (D(35), D(300), D(600))
    assert (east.callers, east.sellers, east.manager.commit) == (1, 2, D(800))
    assert (east.called, east.gap) == (D(800), D(300))
    west = team_of(rolled, "West")
    assert (west.commit, west.called, west.gap, west.open["commit"]) == (None, None, None, D(7))
    assert (rolled.total.won, rolled.total.commit, rolled.total.target) == (D(36), D(300), D(2000))
    assert rolled.missing == ("Sara Both", "Adam Noor")
    assert [each.team for each in rolled.teams] == ["", "East", "West"]


def test_who_has_left_is_waited_for_by_nobody_and_who_is_in_no_list_sells_in_no_team():
    rolled = add_up(make_deals(won("Omar Left", "5"), won("Ghost", "1")))
    assert not line_of(rolled, "Omar Left").is_missing
    assert line_of(rolled, "Ghost").team == ""
    assert rolled.missing == ("Ghost",)


def test_a_manager_sees_their_team_alone_and_is_told_whom_they_do_not_see():
    deals = make_deals(
        won("Huda Salem", "10"), won("Sara Both", "20"), won("Adam Noor", "40"), target=D(900)
    )
    calls = [make_call("Sara Both"), of_team("West")]
    sight = Sight(frozenset({"Huda Salem"}), frozenset({"East"}))
    rolled = add_up(deals, calls, sight)
    assert [each.rep for each in rolled.sellers] == ["Huda Salem"]
    assert [(each.team, each.won, each.commit) for each in rolled.teams] == [("East", D(10), None)]
    assert (rolled.total.won, rolled.total.target, rolled.left_out) == (D(10), None, 1)


def test_a_call_in_another_currency_counts_nowhere_and_is_named():
    calls = [
        make_call(currency="SAR"),
        of_team("East", currency="SAR", id=2),
        make_call("Adam Noor", currency="USD", id=3),
        make_call("Sara Both", id=4),
    ]
    rolled = add_up(make_deals(due("Huda Salem", "commit", "1")), calls)
    assert (rolled.total.commit, rolled.missing) == (D(1000), ("Huda Salem",))
    assert team_of(rolled, "East").manager is None
    assert str(note_foreign(rolled)) == (
        "2 calls were made in SAR, and figures are in USD now, so they count nowhere: Huda Salem,"
        " East. Call again in USD."
    )
    hidden = add_up(make_deals(), calls, Sight(frozenset({"Adam Noor"}), frozenset({"West"})))
    assert (hidden.foreign, note_foreign(hidden)) == ((), None)


@pytest.mark.parametrize(
    ("said", "asked", "speaks"),
    [
        pytest.param("USD", "USD", True, id="the same"),
        pytest.param("USD", "SAR", False, id="another"),
        pytest.param("", "SAR", True, id="nobody kept it"),
        pytest.param("USD", "", True, id="the data name none"),
    ],
)
def test_a_call_speaks_of_figures_in_its_own_currency(said, asked, speaks):
    assert make_call(currency=said).speaks(asked) is speaks


TREE = {"East": "Gulf", "West": "Gulf", "Gulf": "World", "Far": "World"}


def test_teams_above_teams_add_up_at_every_level_and_the_managers_judgement_stands_beside():
    deals = make_deals(
        won("Huda Salem", "10"), won("Adam Noor", "20"), won("Omar Left", "3"), above=TREE
    )
    calls = [
        make_call(commit="300"),
        make_call("Sara Both", "150", id=2),
        make_call("Adam Noor", "500", id=3),
        of_team("East", "400", id=4),
        of_team("Gulf", "1000", id=5, author="mona"),
    ]
    rolled = add_up(deals, calls)
    assert [(each.team, each.above, each.level) for each in rolled.teams] == [
        ("World", "", 0), ("Gulf", "World", 1), ("East", "Gulf", 2), ("West", "Gulf", 2),
    ]  # fmt: skip
    found = {each.team: (each.won, each.commit, each.beneath) for each in rolled.teams}
    assert found == {
        "East": (D(13), D(450), D(450)),
        "West": (D(20), D(500), D(500)),
        "Gulf": (D(33), D(950), D(900)),
        "World": (D(33), D(950), D(1000)),
    }
    assert {each.team: each.judgement for each in rolled.teams} == {
        "East": D(-50), "West": None, "Gulf": D(100), "World": None,
    }  # fmt: skip
    assert (rolled.total.beneath, rolled.total.won, rolled.total.called) == (
        D(1000),
        D(33),
        D(1000),
    )


def test_whoever_has_not_called_is_named_at_every_level_up_to_a_managers_word():
    deals = make_deals(won("Huda Salem", "1"), won("Adam Noor", "2"), above=TREE)
    calls = [of_team("East", "400"), of_team("Gulf", "900", id=2)]
    rolled = add_up(deals, calls)
    assert {each.team: each.missing for each in rolled.teams} == {
        "World": (), "Gulf": ("Adam Noor",), "East": ("Huda Salem",), "West": ("Adam Noor",),
    }  # fmt: skip
    assert [each.judgement for each in rolled.teams] == [None] * 4
    assert team_of(rolled, "Gulf").beneath == D(400)


def test_a_person_of_two_teams_counts_once_above_both():
    deals = make_deals(won("Sara Both", "7"), above={"East": "Gulf", "West": "Gulf"})
    assert {each.team: each.won for each in add_up(deals).teams} == {"Gulf": D(7), "East": D(7)}


def test_whoever_leads_above_sees_all_beneath_and_whoever_leads_beneath_nothing_above():
    deals = make_deals(won("Huda Salem", "1"), won("Adam Noor", "2"), above=TREE)
    calls = [of_team("Gulf", "900"), of_team("West", "9", id=2)]
    above = add_up(deals, calls, Sight(frozenset({"Huda Salem", "Adam Noor"}),
                                       deals.tree.widen({"Gulf"})))  # fmt: skip
    assert [(each.team, each.level) for each in above.teams] == [
        ("Gulf", 0), ("East", 1), ("West", 1),
    ]  # fmt: skip
    beneath = add_up(deals, calls, Sight(frozenset({"Adam Noor"}), frozenset({"West"})))
    assert [(each.team, each.above, each.level) for each in beneath.teams] == [("West", "", 0)]
    assert (beneath.total.beneath, beneath.total.won) == (D(9), D(2))


def test_one_looks_at_a_team_with_all_that_is_beneath_it():
    deals = make_deals(won("Huda Salem", "1"), won("Adam Noor", "2"), won("", "3"), above=TREE)
    rolled = add_up(deals)
    found = narrow(rolled, "Gulf")
    assert [each.team for each in found.teams] == ["Gulf", "East", "West"]
    assert [each.rep for each in found.sellers] == ["Huda Salem", "Adam Noor"]
    assert found.total == team_of(rolled, "Gulf")
    assert [each.rep for each in narrow(rolled, "").sellers] == [""]


def expected_of(scope, name, mean, *, low=None, high=None, closed=30):
    return Expectation(scope, name, D(0), D(mean), low and D(low), high and D(high), closed)


EXPECTED = (
    expected_of("rep", "Huda Salem", 400, low=300, high=500),
    expected_of("rep", "Adam Noor", 100, closed=3),
    expected_of("rep", "Omar Left", 0),
    expected_of("team", "East", 400, low=310, high=480),
    expected_of("team", "West", 100),
    expected_of("", "", 500, low=390, high=600),
)


def expect(calls=(), sight=EVERYBODY, expected=EXPECTED, **other):
    standing = find_standing(calls, QUARTER, AS_OF)
    return roll_up(make_deals(**other), standing, WORDS, sight, expected)


def test_beside_each_call_stands_what_is_expected_and_where_the_call_is_to_it():
    rolled = expect([make_call(commit="501"), make_call("Adam Noor", "9", id=2)])
    assert {each.rep: each.place for each in rolled.sellers} == {
        "Huda Salem": "above", "Adam Noor": "unknown",
    }  # fmt: skip
    assert team_of(rolled, "East").place == "above"
    assert rolled.total.expected == EXPECTED[-1]
    assert rolled.total.place == "within"


def test_the_sum_of_some_is_no_call_of_all():
    rolled = expect([make_call(commit="400")])
    assert (rolled.total.place, team_of(rolled, "West").place) == (None, None)
    assert rolled.missing == ("Adam Noor",)
    over = expect([make_call(commit="400"), of_team("West", "9")])
    assert over.total.place == "within"


def test_whoever_is_expected_to_sell_has_a_line_and_where_nothing_is_there_is_none():
    assert [each.rep for each in expect().sellers] == ["Huda Salem", "Adam Noor"]
    assert [each.place for each in expect().sellers] == [None, None]
    call = make_call("Sara Both", "5")
    assert line_of(expect([call]), "Sara Both").place is None
    assert team_of(expect([of_team("North", "5")]), "North").expected is None


def test_others_than_those_of_the_forecast_have_a_sum_and_no_range():
    sight = Sight(frozenset({"Huda Salem"}), frozenset({"East"}))
    rolled = expect(sight=sight)
    assert team_of(rolled, "East").expected == EXPECTED[3]
    moved = expect(expected=(*EXPECTED[:3], expected_of("team", "East", 9, low=1, high=20)))
    east = team_of(moved, "East").expected
    assert (east.mean, east.low, east.closed) == (D(400), None, 30)
    assert (rolled.total.expected.mean, rolled.total.expected.low) == (D(400), None)


def test_nothing_is_a_roll_up_of_nothing():
    rolled = add_up(make_deals())
    assert (rolled.teams, rolled.sellers, rolled.total.won) == ((), (), D(0))
    assert (rolled.total.commit, rolled.missing, rolled.left_out) == (None, (), 0)


def test_what_was_won_by_an_earlier_day_leaves_out_what_came_later_and_all_that_is_open():
    deals = make_deals(won("A", "1", day=5), won("A", "2", day=6), due("A", "commit", "9"))
    earlier = deals.won_by(date(2026, 10, 5))
    assert (earlier.as_of, earlier.sums) == (date(2026, 10, 5), (won("A", "1", day=5),))
    assert deals.won_by(date(2027, 1, 1)).as_of == AS_OF
