"""The calls page and its form, the same for programs; who sees and may do what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from called_company import EXPECTED, NOW, PERIOD, settle, settle_levels, use_currency
from counterpoise.domain.tables.team_tree import TeamTree
from counterpoise.store import calls as stored
from counterpoise.store.models import User
from counterpoise.web.api import calls as api
from counterpoise.web.demand import calls as page
from kept_forecast import build_small_cycle, keep_run
from overriding import FORECAST
from people import sign_in
from programs import make_program
from shown_pages import rows_of, text_of

AT = f"/demand/{PERIOD}/calls/"
READERS = ("administrator", "operations", "leader", "rep", "finance", "executive")


@pytest.fixture
def company(workspace_like, monkeypatch):
    for module in (page, api):
        monkeypatch.setattr(module, "now", lambda: NOW)
    return workspace_like(settle, is_read_only=True)


def browse(login):
    return sign_in(User.objects.get(username=login))


def program(login, scopes=None):
    return make_program(User.objects.get(username=login), scopes)


def send(login, whom="rep:Huda Salem", commit="500", **other):
    said = {"whom": whom, "commit": commit, "best_case": "900", "pipeline": "", "comment": "tender"}
    return browse(login).post(f"{AT}submit", said | other)


def called():
    from counterpoise.domain.values.period import Period

    return [
        (each.author, each.name, each.commit) for each in stored.list_calls(Period.parse(PERIOD))
    ]


def test_who_reads_figures_of_people_reads_calls_and_nobody_else(browsers, monkeypatch):
    answers = {role: browser.get(AT).status_code for role, browser in browsers.items()}
    assert answers == {role: 200 if role in READERS else 404 for role in browsers}


def test_before_anything_was_collected_the_page_says_what_to_do(browsers):
    said = text_of(browsers["operations"].get(AT))
    assert "Nothing was collected yet" in said
    assert browsers["leader"].post(f"{AT}submit", {"whom": "team:East"}).status_code == 404


@pytest.mark.parametrize("path", ["/demand/2026/calls/", "/demand/soon/calls/"])
def test_what_nobody_calls_has_no_page(company, path):
    assert browse("omar").get(path).status_code == 404


def test_the_way_to_the_calls_is_open_for_a_rep_who_has_no_other_page_of_demand(company):
    huda = browse("huda")
    assert huda.get("/demand/").status_code == 404
    assert huda.get("/demand/calls/").url == f"/demand/{PERIOD}/calls/"
    assert '<a href="/demand/calls/" aria-current="page">Demand</a>' in (
        huda.get(AT).content.decode()
    )
    assert f'href="{AT}"' in browse("layla").get(f"/demand/{PERIOD}/").content.decode()
    assert f'href="{AT}"' not in browse("vera").get(f"/demand/{PERIOD}/").content.decode()


def test_a_manager_sees_the_team_who_is_missing_and_what_is_agreed(company):
    send("huda", commit="1500", best_case="1800")
    shown = browse("layla").get(AT)
    assert rows_of(shown, "teams") == [
        ["East", "1 of 2", "250", "1,500", "no call yet", "–", "3,000", "−1,500"],
    ]
    assert [row[:5] for row in rows_of(shown, "sellers")] == [
        ["East", "Huda Salem", "250", "1,500", "1,800"],
        ["East", "Nour Aziz", "0", "no call yet", "–"],
    ]
    assert rows_of(shown, "crm")[0] == ["East", "Huda Salem", "400", "0", "0", "0", "0", "400"]
    said = text_of(shown)
    assert "No call yet: Nour Aziz" in said
    assert [row[0] for row in rows_of(shown, "consensus")] == [
        "Statistical forecast", "Calls of the sellers",
    ]  # fmt: skip
    assert "Weights are equal: 0 finished periods" in said
    assert "You: Calls " in said
    assert {row[0] for row in rows_of(shown, "biases")} == {
        "Layla Mansour",
        "Huda Salem",
        "Nour Aziz",
    }
    for hidden in ("Adam Noor", "Sami", "walid", "Walid", "West"):
        assert hidden not in shown.content.decode()


def test_a_rep_sees_themself_and_no_figure_of_the_company(company):
    send("adam", "rep:Adam Noor", "2000", best_case="2500")
    send("layla", "rep:Huda Salem", "333")
    shown = browse("huda").get(AT)
    assert [row[:2] for row in rows_of(shown, "sellers")] == [["Huda Salem", "250"]]
    assert rows_of(shown, "history") == []
    said = text_of(shown)
    assert "Nobody called this period yet." in said
    assert "You: Calls " in said
    for hidden in ("Adam Noor", "Nour Aziz", "Consensus", "333", "Statistical", "Layla Mansour"):
        assert hidden not in said


def test_a_call_is_kept_and_the_one_before_stays_in_sight(company):
    answer = send("huda")
    assert (answer.status_code, answer.url) == (302, f"{AT}#calls")
    send("huda", commit="٦٠٠")
    assert called() == [("huda", "Huda Salem", 500), ("huda", "Huda Salem", 600)]
    history = rows_of(browse("huda").get(AT), "history")
    assert [(row[1], row[4], row[-1]) for row in history] == [
        ("Huda Salem", "600", "tender"), ("Huda Salem", "500", "tender"),
    ]  # fmt: skip
    assert "The call is kept" in text_of(send_and_follow("huda"))


def send_and_follow(login):
    browser = browse(login)
    said = {"whom": "rep:Huda Salem", "commit": "700", "best_case": "900"}
    return browser.post(f"{AT}submit", said, follow=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"commit": "200"}, "is won already", id="below what is won"),
        pytest.param({"best_case": "400"}, "below the commit", id="best case below the commit"),
        pytest.param({"commit": "-1"}, "greater than or equal to 0", id="below nothing"),
        pytest.param({"commit": "much"}, "Enter a number", id="no number"),
        pytest.param(
            {"whom": "rep:Adam Noor"}, "not one of the available choices", id="a stranger"
        ),
        pytest.param({"comment": "x" * 5001}, "5000", id="a novel"),
    ],
)
def test_a_call_that_cannot_be_is_refused_on_the_page_with_what_was_written(company, change, why):
    answer = send("huda", **change)
    assert answer.status_code == 422
    assert why in text_of(answer)
    assert called() == []


@pytest.mark.parametrize(
    ("login", "status"),
    [
        pytest.param("omar", 404, id="operations do not call"),
        pytest.param("emad", 404, id="executives do not call"),
        pytest.param("vera", 404, id="viewers do not call"),
        pytest.param("walid", 422, id="another team's manager has no such choice"),
    ],
)
def test_nobody_calls_for_others(company, login, status):
    assert send(login).status_code == status
    assert called() == []
    assert b"Submit the call" not in browse("omar").get(AT).content


def test_a_period_that_closed_while_somebody_wrote_is_refused(company, monkeypatch):
    """The form is gone, so there is nobody to choose any more."""
    monkeypatch.setattr(page, "now", lambda: NOW + timedelta(days=80))
    answer = send("huda")
    assert answer.status_code == 422
    assert called() == []
    assert "the period is over" in text_of(browse("huda").get(AT))


def test_a_finished_quarter_shows_what_came_beside_what_was_agreed(company):
    said = text_of(browse("omar").get("/demand/2026-Q3/calls/"))
    assert "The period is over. This is how things stood on 1 Sep 2026" in said
    assert "and this came: 7,000" in said
    assert "Weights are learned from 4 finished periods" in said


def test_tables_of_an_answered_form_lead_back_to_the_page(company):
    assert browse("huda").get(f"{AT}submit?sellers.sort=won").url == f"{AT}?sellers.sort=won"


def test_a_seller_in_two_teams_is_left_out_for_a_manager_of_one(company, monkeypatch):
    from dataclasses import replace

    from counterpoise.actions import calls

    read = calls.find_deals

    def find(*asked, **named):
        deals = read(*asked, **named)
        both = [
            replace(each, teams=("East", "West")) if each.name == "Nour Aziz" else each
            for each in deals.sellers
        ]
        return replace(deals, sellers=tuple(both))

    monkeypatch.setattr(calls, "find_deals", find)
    said = text_of(browse("layla").get(AT))
    assert "1 person of your teams also sells in a team that you do not see" in said


def test_amounts_that_cannot_be_stated_in_one_currency_are_refused_in_words(company, monkeypatch):
    from counterpoise.actions import calls
    from counterpoise.domain.rulebook.rates import MissingRate
    from counterpoise.domain.values.text import text

    def refuse(*_asked, **_named):
        raise MissingRate(text("No rate for {x}.", x="EUR"))

    monkeypatch.setattr(calls, "find_deals", refuse)
    assert "No rate for EUR." in text_of(browse("omar").get(AT))
    assert send("huda").status_code == 404


def test_programs_read_and_submit_the_same(company):
    huda = program("huda")
    new = {"scope": "rep", "name": "Huda Salem", "commit": "500.50", "best_case": "900"}
    made = huda.post(f"/demand/{PERIOD}/calls", new)
    assert made.status_code == 201
    assert (made.json()["author"], made.json()["won"]) == ("huda", "250.00")
    found = program("layla").get(f"/demand/{PERIOD}/calls").json()
    assert [each["rep"] for each in found["sellers"]] == ["Huda Salem", "Nour Aziz"]
    assert found["teams"][0]["commit"] == "500.50"
    judged = huda.get("/submitters").json()["submitters"]
    assert [each["submitter"] for each in judged] == ["huda"]
    agreed = program("layla").get(f"/demand/{PERIOD}/consensus").json()
    assert [each["source"] for each in agreed["sources"]] == ["statistical", "calls"]
    assert huda.get(f"/demand/{PERIOD}/consensus").status_code == 404


@pytest.mark.parametrize(
    ("login", "period", "change", "status"),
    [
        pytest.param("huda", PERIOD, {"name": "Nour Aziz"}, 404, id="a colleague"),
        pytest.param("walid", PERIOD, {}, 404, id="somebody else's rep"),
        pytest.param("omar", PERIOD, {}, 404, id="who does not call"),
        pytest.param("huda", PERIOD, {"commit": "1"}, 422, id="below what is won"),
        pytest.param("huda", PERIOD, {"commit": "-1"}, 422, id="below nothing"),
        pytest.param("huda", "2026", {}, 422, id="a year"),
        pytest.param("huda", "soon", {}, 422, id="no period"),
        pytest.param("huda", "2026-Q3", {}, 409, id="a closed period"),
    ],
)
def test_programs_are_refused_as_people_are(company, login, period, change, status):
    new = {"scope": "rep", "name": "Huda Salem", "commit": "500", "best_case": "900"}
    before = stored.list_all()
    assert program(login).post(f"/demand/{period}/calls", new | change).status_code == status
    assert stored.list_all() == before


def test_a_program_that_may_only_read_does_not_call(company):
    reader = program("huda", ["read_people_records"])
    new = {"scope": "rep", "name": "Huda Salem", "commit": "500", "best_case": "900"}
    assert reader.post(f"/demand/{PERIOD}/calls", new).status_code == 404
    assert reader.get(f"/demand/{PERIOD}/calls").status_code == 200


def test_in_arabic_the_page_reads_from_the_right(company):
    browser = sign_in(User.objects.get(username="layla"), accept_language="ar")
    shown = browser.get(AT)
    assert shown.status_code == 200
    assert 'dir="rtl"' in shown.content.decode()


class TestLevels:
    """East and West are part of Gulf, which Mona leads."""

    @pytest.fixture
    def levels(self, workspace_like, monkeypatch):
        for module in (page, api):
            monkeypatch.setattr(module, "now", lambda: NOW)
        return workspace_like(settle_levels, is_read_only=True)

    def test_each_level_shows_what_is_called_beneath_and_what_its_manager_adds(self, levels):
        send("huda", commit="500")
        send("nour", "rep:Nour Aziz", "700")
        send("layla", "team:East", "1000", best_case="1500")
        send("mona", "team:Gulf", "1500", best_case="1500")
        shown = browse("mona").get(AT)
        assert [row[:2] + row[4:8] for row in rows_of(shown, "teams")] == [
            ["Gulf", "–", "1,200", "1,000", "1,500", "2 have not called"],
            ["East", "Gulf", "1,200", "1,200", "1,000", "−200"],
            ["West", "Gulf", "–", "–", "no call yet", "–"],
        ]
        assert f'href="{AT}?team=East#calls"' in shown.content.decode()

    def test_one_looks_into_a_team_and_back_up(self, levels):
        send("walid", "team:West", "3000", best_case="3000")
        send("layla", "team:East", "1000", best_case="1500")
        shown = browse("mona").get(f"{AT}?team=East")
        assert [row[0] for row in rows_of(shown, "teams")] == ["East"]
        assert [row[1] for row in rows_of(shown, "sellers")] == ["Huda Salem", "Nour Aziz"]
        assert [row[1] for row in rows_of(shown, "history")] == ["Layla Mansour"]
        page = shown.content.decode()
        assert f'href="{AT}?team=Gulf#calls"' in page
        assert "Consensus" not in page

    @pytest.mark.parametrize("team", ["West", "Gulf", "Nowhere"])
    def test_a_team_that_one_does_not_see_has_no_page(self, levels, team):
        assert browse("layla").get(f"{AT}?team={team}").status_code == 404

    def test_managers_see_whether_their_word_helps(self, levels):
        rows = rows_of(browse("omar").get(AT), "managers")
        assert [row[0] for row in rows] == [
            "all managers", "Layla Mansour", "Mona Khalil", "Walid Saad",
        ]  # fmt: skip
        found = program("layla").get("/submitters").json()["managers"]
        assert [(each["manager"], each["n"]) for each in found] == [("layla", 5)]

    def test_programs_read_each_level(self, levels):
        found = program("mona").get(f"/demand/{PERIOD}/calls").json()
        assert [(each["team"], each["above"]) for each in found["teams"]] == [
            ("Gulf", ""), ("East", "Gulf"), ("West", "Gulf"),
        ]  # fmt: skip

    def test_teams_in_a_circle_are_refused_in_words(self, levels, monkeypatch):
        from counterpoise.actions import calls

        def refuse(*_asked, **_named):
            TeamTree({"East": "West", "West": "East"})

        monkeypatch.setattr(calls, "find_deals", refuse)
        assert "in a circle: East < West < East" in text_of(browse("omar").get(AT))
        assert send("huda").status_code == 404
        assert program("omar").get(f"/demand/{PERIOD}/calls").status_code == 422

    def test_calls_in_another_currency_are_named_and_shown_in_theirs(self, levels):
        use_currency("USD")
        send("huda", commit="500")
        use_currency("SAR")
        shown = browse("omar").get(AT)
        assert "1 calls were made in USD, and figures are in SAR now" in text_of(shown)
        assert rows_of(shown, "history")[0][0] == "USD"


class TestExpectation:
    @pytest.fixture
    def expecting(self, company):
        forecast = replace(FORECAST, expected=EXPECTED)
        keep_run(replace(build_small_cycle(), forecast=forecast), run="2026-Q4-expecting")

    def test_beside_each_call_stands_what_is_expected_of_the_same_deals(self, expecting):
        send("huda", commit="1300", best_case="1300")
        shown = browse("layla").get(AT)
        assert rows_of(shown, "expected") == [
            ["East", "the team", "1,300", "1 have not called", "1,400", "1,000", "1,900", "33"],
            ["East", "Huda Salem", "1,300", "above the range", "900", "600", "1,200", "30"],
            ["East", "Nour Aziz", "–", "too few closed deals for a range: 20 are needed",
             "500", "–", "–", "3"],
        ]  # fmt: skip
        assert "The forecast as of 30 Sep 2026" in text_of(shown)
        send("layla", "team:East", "950", best_case="950")
        assert rows_of(browse("layla").get(AT), "expected")[0][3] == "below the range"

    def test_a_rep_sees_what_is_expected_of_themself_alone(self, expecting):
        (row,) = rows_of(browse("huda").get(AT), "expected")
        assert row == ["Huda Salem", "–", "no call yet", "900", "600", "1,200", "30"]
        assert rows_of(browse("walid").get(AT), "expected") == []

    def test_people_who_came_later_leave_a_team_without_a_range(self, expecting):
        moved = replace(EXPECTED[2], mean=EXPECTED[2].mean + 1)
        forecast = replace(FORECAST, expected=(*EXPECTED[:2], moved, EXPECTED[3]))
        keep_run(replace(build_small_cycle(), forecast=forecast), run="2026-Q4-moved")
        team = rows_of(browse("layla").get(AT), "expected")[0]
        assert team[3].startswith("no range: others were in the team")
        found = program("layla").get(f"/demand/{PERIOD}/calls").json()
        assert found["teams"][0]["expected"] == {
            "mean": "1400", "low": None, "high": None, "closed_deals": 33, "call": None,
        }  # fmt: skip
