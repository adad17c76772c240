"""Calling: who may call for whom, who sees what, and what is learned of finished quarters."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from called_company import FINISHED, NOW, settle, visit, write_company
from counterpoise.actions import call_record, calls
from counterpoise.actions.call_answers import answer_biases, answer_called, answer_consensus
from counterpoise.actions.call_loads import load_calls
from counterpoise.actions.calls import Choice, NotYoursToCall, PeriodClosed, Wish
from counterpoise.domain.demand.call_table import COLUMNS, UnreadableCalls
from counterpoise.domain.tables.call import InvalidCall
from counterpoise.domain.values.period import Period
from counterpoise.store import audit
from counterpoise.store import calls as stored
from counterpoise.store.ledger import NoBuild
from kept_forecast import keep_build, keep_run
from people import make_person
from reporting_company import build_refusing_cycle
from written_builds import at, write_build

D = Decimal
QUARTER = Period.parse("2026-Q4")
TODAY = NOW.date()
KNOWN = date(2026, 10, 12)
"""The last day that the data knows of."""


@pytest.fixture
def company(workspace_like):
    return workspace_like(settle, is_read_only=True)


def wish(name="Huda Salem", commit=500, **other):
    scope = "team" if name in {"East", "West"} else "rep"
    said = {"scope": scope, "commit": D(commit), "best_case": D(900)}
    return Wish(**({"period": QUARTER, "name": name} | said | other))


def submit(workspace, login, wanted, now=NOW):
    return calls.submit_call(workspace, wanted, visit(login), now=now)


def look(workspace, login, period=QUARTER, today=TODAY):
    return calls.find_called(workspace, period, visit(login), today=today)


def judge(workspace, login, today=TODAY):
    found = call_record.judge_callers(workspace, visit(login), today=today)
    return {each.submitter: each for each in found}


@pytest.mark.parametrize(
    ("login", "name", "voice"),
    [
        pytest.param("huda", "Huda Salem", "rep", id="a rep for themself"),
        pytest.param("layla", "East", "manager", id="a manager for their team"),
        pytest.param("layla", "Nour Aziz", "manager", id="a manager for a rep of theirs"),
    ],
)
def test_who_may_call_for_whom(company, login, name, voice):
    made = submit(company, login, wish(name))
    assert stored.list_calls(QUARTER) == (made,)
    assert (made.author, made.voice, made.as_of, made.made_at) == (login, voice, KNOWN, NOW)
    assert audit.list_entries(limit=1)[0].after["name"] == name


@pytest.mark.parametrize(
    ("login", "name"),
    [
        pytest.param("huda", "Nour Aziz", id="a colleague"),
        pytest.param("huda", "East", id="one's own team, which somebody else leads"),
        pytest.param("layla", "Adam Noor", id="somebody in another team"),
        pytest.param("layla", "West", id="another team"),
        pytest.param("omar", "Huda Salem", id="operations run the system and do not sell"),
        pytest.param("emad", "East", id="executives read"),
        pytest.param("layla", "Nobody", id="somebody who is not there"),
        pytest.param("huda", "", id="nobody"),
    ],
)
def test_nobody_calls_for_somebody_they_do_not_lead(company, login, name):
    with pytest.raises(NotYoursToCall, match="Call for yourself, for a team that you lead"):
        submit(company, login, wish(name))
    with pytest.raises(NotYoursToCall):
        submit(company, login, wish(name, scope="team"))
    assert stored.list_calls(QUARTER) == ()


@pytest.mark.parametrize(
    ("wanted", "kind", "why"),
    [
        pytest.param(wish(commit=249), InvalidCall, "250.00 is won already", id="less than is won"),
        pytest.param(wish(best_case=D(499)), InvalidCall, "below the commit", id="best below it"),
        pytest.param(wish(comment="x" * 5001), InvalidCall, "5001 letters", id="a novel"),
        pytest.param(
            wish(period=Period.parse("2026-Q3")), PeriodClosed, "2026-Q3 is over", id="closed"
        ),
        pytest.param(wish(period=Period.parse("2026")), InvalidCall, "neither", id="a year"),
    ],
)
def test_a_call_that_cannot_be_is_refused_and_nothing_is_kept(company, wanted, kind, why):
    before = stored.list_all()
    with pytest.raises(kind, match=why):
        submit(company, "huda", wanted)
    assert stored.list_all() == before


def test_a_team_cannot_bring_less_than_its_people_have_won(company):
    with pytest.raises(InvalidCall, match="250.00 is won already, by 2026-10-12, so East"):
        submit(company, "layla", wish("East", 200))


def test_a_period_can_be_called_to_its_last_day_and_before_it_begins(company):
    last = datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert submit(company, "huda", wish(), now=last).as_of == KNOWN
    assert submit(company, "huda", wish(period=Period.parse("2027-01"))).won == D(0)
    with pytest.raises(PeriodClosed):
        submit(company, "huda", wish(), now=last + timedelta(hours=1))


def test_before_anything_was_collected_there_is_nobody_to_call(workspace):
    make_person("rep")
    with pytest.raises(NoBuild):
        submit(workspace, "huda", wish())


def test_a_seller_whom_the_data_names_as_an_owner_only_calls_and_sees_themself(workspace):
    keep_build()
    more = [{"source_id": "g", "owner_id": "Ghada", "status": "open", "stage": "Lead",
             "amount": D(90), "created_at": at("2026-09-01"),
             "expected_close_on": date(2026, 11, 2)}]  # fmt: skip
    write_company(workspace.build_folder("b1"), *more)
    make_person("rep", rep="Ghada")
    assert look(workspace, "huda").choices == (Choice("rep", "Ghada", "rep"),)
    assert submit(workspace, "huda", wish("Ghada")).voice == "rep"
    (line,) = look(workspace, "huda").rolled.sellers
    assert (line.rep, line.own.commit) == ("Ghada", D(500))


def test_each_sees_their_own_their_team_or_everybody(company):
    for login, name in (("huda", "Huda Salem"), ("adam", "Adam Noor")):
        submit(company, login, wish(name))
    submit(company, "layla", wish("East", 5000, best_case=D(6000)))
    submit(company, "layla", wish("Huda Salem", 450), now=NOW + timedelta(minutes=1))
    seen = {login: look(company, login) for login in ("huda", "layla", "walid", "omar", "emad")}
    names = {login: [e.rep for e in each.rolled.sellers] for login, each in seen.items()}
    everybody = ["Huda Salem", "Nour Aziz", "Adam Noor", "Sami Haddad"]
    assert names == {
        "huda": ["Huda Salem"],
        "layla": ["Huda Salem", "Nour Aziz"],
        "walid": ["Adam Noor", "Sami Haddad"],
        "omar": everybody,
        "emad": everybody,
    }
    assert [(e.team, e.manager and e.manager.commit) for e in seen["omar"].rolled.teams] == [
        ("East", D(5000)), ("West", None),
    ]  # fmt: skip
    assert [each.team for each in seen["walid"].rolled.teams] == ["West"]
    assert [each.author for each in seen["walid"].history] == ["adam"]
    assert [each.author for each in seen["layla"].history] == ["layla", "layla", "huda"]
    assert seen["huda"].rolled.teams == ()
    assert seen["omar"].rolled.missing == ("Nour Aziz", "Sami Haddad")


def test_a_rep_does_not_see_what_their_manager_makes_of_them(company):
    submit(company, "huda", wish())
    submit(company, "layla", wish("Huda Salem", 450))
    mine = look(company, "huda")
    assert [each.author for each in mine.history] == ["huda"]
    assert (mine.rolled.sellers[0].manager, mine.rolled.sellers[0].called) == (None, D(500))


def test_a_closed_period_is_shown_and_offers_nobody_to_call(company):
    shown = look(company, "layla", Period.parse("2026-Q3"))
    assert shown.choices == ()
    assert shown.rolled.teams[0].won == D(4000)
    assert [each.name for each in look(company, "layla").choices] == [
        "East", "Huda Salem", "Nour Aziz",
    ]  # fmt: skip


def test_everybody_sees_their_own_bias_a_manager_their_peoples_and_operations_all(company):
    seen = {each: set(judge(company, each)) for each in ("huda", "layla", "walid", "omar", "vera")}
    assert seen == {
        "huda": {"huda"},
        "layla": {"layla", "huda", "nour"},
        "walid": {"walid", "adam", "sami"},
        "omar": {"adam", "huda", "nour", "sami", "layla", "walid"},
        "vera": set(),
    }


def test_habits_are_told_from_finished_quarters(company):
    found = judge(company, "omar")
    assert {who: each.n for who, each in found.items()} == {
        "adam": 5, "huda": 5, "nour": 5, "sami": 2, "layla": 5, "walid": 5,
    }  # fmt: skip
    assert found["huda"].from_high > D("0.3")
    assert found["nour"].to_high < 0
    assert found["adam"].from_high < 0 < found["adam"].to_high + D("0.02")
    assert "2 finished quarters were called in time; 4 are needed" in str(found["sami"].refusal)


def test_only_calls_made_in_time_count_and_only_for_what_one_leads(company):
    """A call of the last days is a report; a manager's word on one rep is part of the team's."""
    before = judge(company, "omar")
    september = datetime(2026, 9, 15, 9, tzinfo=UTC)
    third = Period.parse("2026-Q3")
    submit(company, "huda", wish(period=third, commit=100), now=september)
    august = datetime(2026, 8, 3, 9, tzinfo=UTC)
    submit(company, "layla", wish(period=third, commit=100, name="Nour Aziz"), now=august)
    assert judge(company, "omar") == before
    submit(company, "huda", wish(period=third, commit=100), now=august)
    assert judge(company, "omar") == before  # the call of September the 1st stands


def test_months_are_judged_apart_and_a_month_called_too_late_does_not_count(company):
    month = Period.parse("2026-08")
    submit(company, "huda", wish(period=month), now=datetime(2026, 8, 3, tzinfo=UTC))
    july, late = Period.parse("2026-07"), datetime(2026, 7, 30, tzinfo=UTC)
    submit(company, "huda", wish(period=july), now=late)  # too late to count
    found = call_record.judge_callers(company, visit("omar"), today=TODAY)
    months = [each for each in found if each.every == "month"]
    assert [(each.submitter, each.n) for each in months] == [("huda", 1)]


def test_of_a_seller_whom_the_data_no_longer_knows_nothing_can_be_said(workspace):
    settle(workspace, None)
    keep_build("b2")
    folder = workspace.build_folder("b2")
    write_company(folder)
    write_build(workspace.root / "bare", opportunity=[])
    for table in ("rep", "opportunity"):
        file = folder / table / "0.parquet"
        file.write_bytes((workspace.root / "bare" / table / "0.parquet").read_bytes())
    assert {each.n for each in judge(workspace, "omar", today=date(2026, 10, 20)).values()} == {0}


def test_the_consensus_takes_bias_out_and_shows_each_weight(company):
    for login, name, amount in (("huda", "Huda Salem", 1500), ("adam", "Adam Noor", 2000)):
        submit(company, login, wish(name, amount, best_case=D(3000)))
    submit(company, "layla", wish("East", 4000, best_case=D(5000)))
    agreed = call_record.find_consensus(company, QUARTER, today=TODAY)
    found = {each.source: each for each in agreed.consensus.sources}
    assert list(found) == ["statistical", "calls", "managers"]
    assert (found["statistical"].said, found["statistical"].value) == (D(60000), D(60000))
    assert (found["calls"].said, found["managers"].said) == (D(3500), D(6000))
    assert D(2950) < found["calls"].value < D(3100)
    assert agreed.consensus.periods == 0  # no forecast was made before those quarters ended
    assert (agreed.as_of, agreed.came) == (KNOWN, None)
    assert agreed.consensus.amount == sum(each.contribution for each in found.values())


def test_a_run_that_gave_no_forecast_is_passed_over(company):
    keep_run(build_refusing_cycle(), run="2026-Q4-refused")
    agreed = call_record.find_consensus(company, QUARTER, today=TODAY)
    assert [each.said for each in agreed.consensus.sources] == [D(60000)]


def test_weights_are_learned_where_calls_alone_speak(company):
    """Of a finished quarter the consensus is as it stood in time, beside what came."""
    third = Period.parse("2026-Q3")
    agreed = call_record.find_consensus(company, third, today=TODAY)
    assert (agreed.as_of, agreed.came) == (date(2026, 9, 1), D(7000))
    assert agreed.consensus.periods == 4
    said = {each.source: each.said for each in agreed.consensus.sources}
    assert said == {"calls": D(1600 + 2100 + 2800 + 0), "managers": D(4100 + 3200)}
    weights = {each.source: each.weight for each in agreed.consensus.sources}
    assert weights["managers"] > weights["calls"] > D("0.2")


def test_nothing_later_than_the_day_is_used(company):
    """As it was on a day in 2026-Q2, whatever was called and came afterwards."""
    day = date(2026, 5, 31)
    second = Period.parse("2026-Q2")
    before = call_record.find_consensus(company, second, today=day)
    biases = judge(company, "omar", today=day)
    now = datetime(2026, 6, 2, tzinfo=UTC)
    submit(company, "huda", wish(period=second, commit=9000, best_case=D(9000)), now=now)
    assert call_record.find_consensus(company, second, today=day) == before
    assert judge(company, "omar", today=day) == biases
    assert {each.n for each in biases.values()} == {3, 2}


def test_the_record_can_be_switched_off(company, monkeypatch):
    from counterpoise.actions import rules
    from counterpoise.domain.rulebook.rulebook import Rule, Rulebook

    own = Rule("call.record_periods", "", "0", "", date(1970, 1, 1), "test")
    known = rules.load_rulebook().rules
    kept = Rulebook((*(each for each in known if each.key != own.key), own))
    monkeypatch.setattr(rules, "load_rulebook", lambda: kept)
    assert {each.n for each in judge(company, "omar").values()} == {0}


def test_answers_are_plain_and_add_up(company):
    submit(company, "huda", wish(pipeline=D(950)))
    submit(company, "layla", wish("East", 4000, best_case=D(5000)))
    submit(company, "layla", wish("Nour Aziz", 400))
    answer = answer_called(look(company, "omar"))
    total, teams, sellers = answer["total"], answer["teams"], answer["sellers"]
    for key in ("won", "commit"):
        assert D(total[key]) == sum(D(each[key] or 0) for each in teams)
    for category, amount in total["open"].items():
        assert D(amount) == sum(D(each["open"][category]) for each in sellers)
    assert sellers[0]["own"]["pipeline"] == "950"
    assert sellers[1]["manager"]["author"] == "layla"
    assert teams[0]["manager"]["commit"] == "4000"
    assert [each["scope"] for each in answer["history"]] == ["rep", "team", "rep"]
    sami = next(
        each
        for each in answer_biases(
            call_record.judge_callers(company, visit("omar"), today=TODAY), ()
        )["submitters"]
        if each["submitter"] == "sami"
    )
    assert (sami["high"], sami["is_refused"]) == (None, True)
    agreed = answer_consensus(call_record.find_consensus(company, QUARTER, today=TODAY))
    assert D(agreed["consensus"]) == sum(D(each["contribution"]) for each in agreed["sources"])


def test_the_same_table_twice_loads_once(company):
    written = ",".join(COLUMNS) + "\n2026-Q4,2026-10-12,huda,rep,Huda Salem,500,700,900,tender\n"
    assert load_calls(company, written.encode("utf-8-sig"), "c.csv", now=NOW) == 1
    assert load_calls(company, written.encode(), "c.csv", now=NOW) == 0
    (made,) = stored.list_calls(QUARTER)
    assert (made.made_at, made.won) == (datetime(2026, 10, 12, 12, tzinfo=UTC), D(250))
    assert audit.list_entries(limit=1)[0].verb == "call.loaded"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param(
            "2026-Q4,2026-10-12,hud,rep,Huda Salem,500,700,,", "Nobody signs in", id="who"
        ),
        pytest.param("2026-Q4,2026-10-20,huda,rep,Huda Salem,500,700,,", "not over", id="today"),
        pytest.param("2026-Q4,2026-10-12,huda,rep,Adam Noor,500,700,,", "may not call", id="whom"),
        pytest.param("2026-Q4,2026-10-12,huda,rep,Huda Salem,9,700,,", "won already", id="won"),
        pytest.param("2026-Q1,2026-04-01,huda,rep,Huda Salem,9999,9999,,", "is over", id="late"),
        pytest.param("2026,2026-04-01,huda,rep,Huda Salem,9999,9999,,", "neither", id="a year"),
        pytest.param('"', "no CSV file", id="no table"),
    ],
)
def test_a_table_with_one_bad_row_is_not_taken(company, row, why):
    good = "2026-Q4,2026-10-12,huda,rep,Huda Salem,500,700,,"
    written = "\n".join([",".join(COLUMNS), good, row])
    with pytest.raises(UnreadableCalls, match=why):
        load_calls(company, written.encode(), "c.csv", now=NOW)
    assert stored.list_calls(QUARTER) == ()


def test_a_file_of_another_encoding_is_refused(company):
    with pytest.raises(UnreadableCalls, match="UTF-8"):
        load_calls(company, b"\xff\xfe\x00", "c.csv", now=NOW)


def test_the_record_has_every_finished_quarter():
    assert len(FINISHED) == 5
