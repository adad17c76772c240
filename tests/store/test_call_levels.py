"""Calls of teams above teams, in more than one currency, beside what the forecast expects."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from called_company import EXPECTED, NOW, settle_levels, use_currency, visit, write_company
from counterpoise.actions import call_record, calls, planning
from counterpoise.actions.call_answers import answer_biases, answer_called
from counterpoise.actions.call_loads import load_calls
from counterpoise.actions.calls import NotYoursToCall, Wish
from counterpoise.domain.demand.call_table import COLUMNS, UnreadableCalls
from counterpoise.domain.tables.team_tree import TeamsInACircle
from counterpoise.domain.values.period import Period
from counterpoise.store import calls as stored
from kept_forecast import build_small_cycle, keep_build, keep_run
from overriding import FORECAST
from people import make_person

D = Decimal
QUARTER = Period.parse("2026-Q4")
TODAY = NOW.date()


@pytest.fixture
def levels(workspace_like):
    return workspace_like(settle_levels, is_read_only=True)


def wish(scope, name, commit, **other):
    best = other.pop("best_case", commit)
    return Wish(QUARTER, scope, name, D(commit), D(best), **other)


def submit(workspace, login, scope, name, commit, now=NOW):
    return calls.submit_call(workspace, wish(scope, name, commit), visit(login), now=now)


def look(workspace, login, today=TODAY):
    return calls.find_called(workspace, QUARTER, visit(login), today=today)


class TestLevels:
    def test_a_manager_of_managers_sees_every_level_beneath_and_calls_for_their_own(self, levels):
        submit(levels, "huda", "rep", "Huda Salem", 500)
        submit(levels, "nour", "rep", "Nour Aziz", 700)
        submit(levels, "layla", "team", "East", 1000)
        made = submit(levels, "mona", "team", "Gulf", 1500)
        assert (made.voice, made.won) == ("manager", D(250))
        found = look(levels, "mona")
        assert [(each.team, each.level) for each in found.rolled.teams] == [
            ("Gulf", 0), ("East", 1), ("West", 1),
        ]  # fmt: skip
        gulf, east, _west = found.rolled.teams
        assert (east.beneath, east.judgement) == (D(1200), D(-200))
        assert (gulf.commit, gulf.beneath, gulf.judgement) == (D(1200), D(1000), None)
        assert gulf.missing == ("Adam Noor", "Sami Haddad")
        assert [each.name for each in found.choices] == ["Gulf"]
        assert {each.author for each in found.history} == {"huda", "nour", "layla", "mona"}

    def test_nobody_calls_for_a_team_beneath_that_somebody_else_leads(self, levels):
        for scope, name in (("team", "East"), ("rep", "Huda Salem"), ("team", "World")):
            with pytest.raises(NotYoursToCall):
                submit(levels, "mona", scope, name, 900)

    def test_who_leads_beneath_sees_nothing_of_what_is_above(self, levels):
        submit(levels, "mona", "team", "Gulf", 1500)
        found = look(levels, "layla")
        assert [(each.team, each.above) for each in found.rolled.teams] == [("East", "")]
        assert found.history == ()

    def test_a_manager_of_managers_sees_how_far_those_beneath_are_off(self, levels):
        seen = {
            login: {
                each.submitter
                for each in call_record.judge_callers(levels, visit(login), today=TODAY)
            }
            for login in ("mona", "layla", "huda")
        }
        assert seen["mona"] == {"adam", "huda", "layla", "mona", "nour", "sami", "walid"}
        assert seen["layla"] == {"huda", "layla", "nour"}
        assert seen["huda"] == {"huda"}

    def test_teams_in_a_circle_are_refused_and_keep_nobody_from_the_forecast(self, workspace):
        keep_build()
        write_company(workspace.build_folder("b1"), above={"T1": "T2", "T2": "T1"})
        make_person("leader")
        with pytest.raises(TeamsInACircle, match="East < West < East"):
            look(workspace, "layla")
        desk = planning.open_desk(workspace, "2026-Q4", as_of=None, today=TODAY)
        assert desk.load_facts().staff is None

    def test_the_staff_of_the_cycle_are_those_of_the_staff_list(self, levels):
        desk = planning.open_desk(levels, "2026-Q4", as_of=None, today=TODAY)
        assert desk.load_facts().staff.teams["Huda Salem"] == ("East", "Gulf", "World")

    def test_answers_say_each_level(self, levels):
        submit(levels, "mona", "team", "Gulf", 1500)
        answer = answer_called(look(levels, "omar"))
        assert [(each["team"], each["above"], each["level"]) for each in answer["teams"]] == [
            ("World", "", 0), ("Gulf", "World", 1), ("East", "Gulf", 2), ("West", "Gulf", 2),
        ]  # fmt: skip
        gulf = answer["teams"][1]
        assert (gulf["beneath"], gulf["judgement"], gulf["expected"]) == (None, None, None)
        assert gulf["missing"] == ["Huda Salem", "Nour Aziz", "Adam Noor", "Sami Haddad"]
        assert (answer["notes"], answer["expected_on"]) == ([], None)


class TestManagers:
    """Beneath East the reps called 4000, 4400, 4200, 4000 and 4400 while 4000 came each time."""

    def test_a_managers_word_is_held_against_what_is_called_beneath(self, levels):
        found = call_record.judge_managers(levels, visit("omar"), today=TODAY)
        assert [(every, each.name, each.n) for every, each in found] == [
            ("quarter", "", 12), ("quarter", "layla", 5), ("quarter", "mona", 5),
            ("quarter", "walid", 2),
        ]  # fmt: skip
        layla = found[1][1]
        assert layla.statistical_error > layla.override_error
        assert "2 finished calls" in str(found[3][1].refusal)

    def test_each_sees_their_own_and_those_beneath(self, levels):
        names = {
            login: [
                each.name for _, each in call_record.judge_managers(
                    levels, visit(login), today=TODAY
                )
            ]
            for login in ("huda", "layla", "mona", "emad")
        }  # fmt: skip
        assert names == {
            "huda": [], "layla": ["layla"], "mona": ["layla", "mona", "walid"],
            "emad": ["", "layla", "mona", "walid"],
        }  # fmt: skip

    def test_the_answer_is_plain(self, levels):
        found = call_record.judge_managers(levels, visit("omar"), today=TODAY)
        answers = answer_biases((), found)["managers"]
        assert [each["manager"] for each in answers] == ["", "layla", "mona", "walid"]
        assert (answers[0]["refusal"], answers[3]["verdict"]) == (None, None)

    def test_before_a_team_was_called_nothing_is_judged(self, workspace):
        keep_build()
        write_company(workspace.build_folder("b1"))
        make_person("operations")
        assert call_record.judge_managers(workspace, visit("omar"), today=TODAY) == ()


class TestCurrency:
    def test_a_call_keeps_the_currency_that_the_company_used(self, levels):
        use_currency("USD")
        assert submit(levels, "huda", "rep", "Huda Salem", 500).currency == "USD"
        assert stored.list_calls(QUARTER)[-1].currency == "USD"

    def test_after_a_change_old_calls_count_nowhere_and_are_named(self, levels):
        use_currency("USD")
        submit(levels, "huda", "rep", "Huda Salem", 500)
        submit(levels, "layla", "team", "East", 900)
        use_currency("SAR", on=date(2026, 10, 1))
        submit(levels, "nour", "rep", "Nour Aziz", 700, now=NOW + timedelta(minutes=1))
        found = look(levels, "omar")
        assert (found.rolled.currency, found.rolled.total.commit) == ("SAR", D(700))
        assert "Huda Salem" in found.rolled.missing
        (note,) = answer_called(found)["notes"]
        assert note.startswith("2 calls were made in USD, and figures are in SAR now")
        agreed = call_record.find_consensus(levels, QUARTER, today=TODAY).consensus
        assert [each.source for each in agreed.sources] == ["calls"]
        assert any("another currency than SAR: 2" in str(each) for each in agreed.notes)

    def test_calls_in_another_currency_judge_nobody(self, levels):
        use_currency("USD", on=date(2026, 6, 1))
        august = datetime(2026, 8, 3, 9, tzinfo=UTC)
        use_currency("SAR", on=date(2026, 9, 15))
        before = call_record.judge_callers(levels, visit("omar"), today=TODAY)
        make_person("rep", username="twin", rep="Huda Salem")
        said = replace(wish("rep", "Huda Salem", 900), period=Period.parse("2026-Q3"))
        made = calls.submit_call(levels, said, visit("twin"), now=august)
        assert made.currency == "USD"
        judged = call_record.judge_callers(levels, visit("omar"), today=TODAY)
        assert {each.submitter: each.n for each in judged}["twin"] == 0
        assert [each for each in judged if each.submitter != "twin"] == list(before)

    def test_a_forecast_in_another_currency_is_no_source(self, levels):
        use_currency("SAR")
        agreed = call_record.find_consensus(levels, QUARTER, today=TODAY).consensus
        assert (FORECAST.currency, agreed.sources) == ("USD", ())
        in_sar = replace(FORECAST, currency="SAR")
        keep_run(replace(build_small_cycle(), forecast=in_sar), run="2026-Q4-sar")
        agreed = call_record.find_consensus(levels, QUARTER, today=TODAY).consensus
        assert [each.said for each in agreed.sources] == [D(60000)]

    def test_a_table_may_say_its_currency(self, levels):
        use_currency("USD")
        head = ",".join((*COLUMNS, "currency"))
        row = "2026-Q4,2026-10-12,huda,rep,Huda Salem,500,700,,,"
        with pytest.raises(UnreadableCalls, match="It is in SAR, and on 2026-10-12 the company"):
            load_calls(levels, f"{head}\n{row}SAR".encode(), "c.csv", now=NOW)
        assert load_calls(levels, f"{head}\n{row}usd".encode(), "c.csv", now=NOW) == 1
        assert stored.list_calls(QUARTER)[-1].currency == "USD"


class TestExpectation:
    """A run that expects 900 of Huda, and 1400 of East and of everybody in it."""

    @pytest.fixture
    def expecting(self, levels):
        forecast = replace(FORECAST, expected=EXPECTED)
        keep_run(replace(build_small_cycle(), forecast=forecast), run="2026-Q4-expecting")
        return levels

    def test_each_sees_what_is_expected_of_those_whom_they_see(self, expecting):
        submit(expecting, "huda", "rep", "Huda Salem", 1300)
        found = look(expecting, "huda")
        (mine,) = found.rolled.sellers
        assert (mine.expected.mean, mine.place) == (D(900), "above")
        assert found.expected_on == FORECAST.as_of
        assert found.rolled.total.expected.low is None
        walid = look(expecting, "walid").rolled
        assert [each.expected for each in (*walid.sellers, *walid.teams)] == [None] * 3
        assert answer_called(found)["sellers"][0]["expected"] == {
            "mean": "900", "low": "600", "high": "1200", "closed_deals": 30, "call": "above",
        }  # fmt: skip

    def test_a_run_that_knew_more_than_the_day_expects_nothing(self, expecting):
        assert look(expecting, "huda", today=date(2026, 9, 1)).expected_on is None

    def test_how_many_closed_deals_a_range_takes_is_the_rulebooks(self, expecting):
        assert calls.read_least_closed(TODAY) == 20
