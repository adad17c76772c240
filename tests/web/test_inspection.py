"""Pipeline inspection on its page and for programs: what stands out, and who sees whose deals."""

import pytest

from counterpoise.actions import inspections
from counterpoise.actions.inspections import UnknownDeal
from counterpoise.actions.rules import import_rules
from counterpoise.store import ledger
from counterpoise.web import access
from inspected_company import AS_OF, NOW, PERIOD, collect_pipeline
from kept_forecast import keep_run
from people import make_person, sign_in
from programs import collect_deals, make_program
from shown_pages import field_of, rows_of, text_of

PAGE = f"/demand/{PERIOD}/inspection/"
ADAMS = ("Slipped", "Unpriced", "Put off")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    from counterpoise.web.api import inspection as programs_read
    from counterpoise.web.demand import inspection as people_read

    monkeypatch.setattr(programs_read, "now", lambda: NOW)
    monkeypatch.setattr(people_read, "now", lambda: NOW)


@pytest.fixture
def company(workspace_like):
    return workspace_like(collect_pipeline, is_read_only=True)


def look(role, query="", path=PAGE, **person):
    return sign_in(make_person(role, **person)).get(f"{path}{query}")


def deals_of(page):
    return [row[0] for row in rows_of(page, "deals")]


class TestPage:
    def test_totals_come_first_and_then_the_deals_by_what_is_at_stake(self, company):
        page = look("operations")
        assert "As known on the evening of 29 Sep 2026" in text_of(page)
        assert [row[0::2][:2] for row in rows_of(page, "flags")] == [
            ["slipped", "3"], ["stalled", "2"], ["no activity", "1"], ["not kept up", "1"],
            ["amount out of line", "0"],
        ]  # fmt: skip
        assert deals_of(page) == [
            "Slipped", "<b>Sound</b>", "Unpriced", "Put off", "Overdue", "Stalled"
        ]  # fmt: skip
        assert rows_of(page, "deals")[4][1:4] == [
            "close date past, long in its stage, silent for long", "589.39", "59%"
        ]  # fmt: skip

    def test_an_injected_name_is_text(self, company):
        assert b"<b>Sound</b>" not in look("operations").content

    def test_coverage_is_told_by_team_and_refused_without_a_target(self, company):
        found = {row[0]: row[1:] for row in rows_of(look("operations"), "coverage")}
        assert found["East"][:5] == ["9,000", "0", "9,000", "2,000", "0.2"]
        assert found["West"][0] == "–"
        assert "No target is set here for the period" in found["West"][-1]
        assert "the whole company" in found

    def test_what_slipped_out_of_finished_quarters(self, company):
        page = look("operations")
        assert rows_of(page, "slips") == [
            ["the whole company", "0%", "13"], ["East", "0%", "6"], ["West", "0%", "7"]
        ]  # fmt: skip
        assert "Q2 2026" in text_of(page)

    def test_every_limit_is_shown_with_its_won_deals(self, company):
        assert ["days in a stage, at most", "Lead", "10", "40", "10", "40", "10"] in rows_of(
            look("operations"), "limits"
        )

    @pytest.mark.parametrize(
        ("query", "deals"),
        [
            pytest.param("?flag=slipped", ["Slipped", "Put off", "Overdue"], id="a flag"),
            pytest.param("?flag=any&rep=Huda+Salem", ["Overdue", "Stalled"], id="a rep's, flagged"),
            pytest.param("?team=West", ["Slipped", "Unpriced", "Put off"], id="a team"),
            pytest.param(
                "?flag=amount", ["No open deal that you may see is like that."], id="none"
            ),
        ],
    )
    def test_deals_are_chosen(self, company, query, deals):
        page = look("operations", query)
        if deals[0].startswith("No open deal"):
            assert deals[0] in text_of(page)
        else:
            assert deals_of(page) == deals
        assert "Some of the 6 open deals are chosen." in text_of(page)

    def test_totals_follow_the_team_and_not_the_flag(self, company):
        browser = sign_in(make_person("operations"))
        of_team = rows_of(browser.get(f"{PAGE}?team=West"), "flags")
        assert [row[2] for row in of_team] == ["2", "0", "0", "1", "0"]
        of_both = rows_of(browser.get(f"{PAGE}?team=West&flag=slipped"), "flags")
        assert of_both == of_team
        of_flag = rows_of(browser.get(f"{PAGE}?flag=slipped"), "flags")
        assert [row[2] for row in of_flag] == ["3", "2", "1", "1", "0"]

    def test_an_earlier_day_knows_less(self, company):
        page = look("operations", "?as_of=2026-09-22")
        assert deals_of(page) == ["Put off", "Stalled", "Overdue"]
        assert field_of(page, "as_of") == "2026-09-22"

    def test_a_day_to_come_is_no_later_than_today(self, company):
        assert "1 Oct 2026" in text_of(look("operations", "?as_of=2031-01-01"))

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            pytest.param("?as_of=yesterday", "valid date", id="no day"),
            pytest.param("?flag=lazy", "Select a valid choice", id="no flag"),
            pytest.param("?rep=Nobody", "Select a valid choice", id="nobody's"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_with_the_reason(self, company, query, said):
        page = look("operations", query)
        assert (page.status_code, said in text_of(page)) == (422, True)

    def test_a_period_that_is_over_has_no_chances(self, company):
        page = look("operations", path="/demand/2026-Q2/inspection/?as_of=2026-09-29")
        assert page.status_code == 200
        assert "2026-Q2 is over" in text_of(page).replace("Q2 2026", "2026-Q2")
        assert "No chance can be said" in text_of(page)

    def test_a_list_too_long_to_read_begins_with_what_matters(self, company, monkeypatch):
        from counterpoise.web.demand import inspection

        monkeypatch.setattr(inspection, "MOST_DEALS", 2)
        page = look("operations")
        assert deals_of(page) == ["Slipped", "<b>Sound</b>"]
        assert "The list holds the 2 deals with the most at stake." in text_of(page)
        assert rows_of(page, "flags")[0][2] == "3"

    def test_what_is_no_period_is_hidden(self, company):
        assert look("operations", path="/demand/soon/inspection/").status_code == 404

    def test_a_rule_that_says_nothing_is_named(self, workspace_like, tmp_path):
        workspace = workspace_like(collect_pipeline)
        rule = (
            '[[rule]]\nkey = "inspection.segment_by"\nvalue = "mood"\nunit = ""\n'
            'effective_from = 2000-01-01\nsource = "a slip"\n'
        )
        (tmp_path / "rulebook.toml").write_text(rule, "utf-8")
        import_rules(tmp_path / "rulebook.toml", at=NOW)
        page = look("operations")
        assert (page.status_code, "Write some of: segment" in text_of(page)) == (422, True)
        assert workspace

    def test_too_little_history_is_said_and_amounts_still_shown(self, workspace_like):
        workspace_like(collect_deals, is_read_only=True)
        page = look("operations")
        assert "No chance can be said: see the notes below." in text_of(page)
        assert "A forecast needs at least" in text_of(page)
        assert deals_of(page) == ["A-3"]

    def test_before_anything_was_collected(self, workspace):
        for path in (PAGE, "/demand/inspection/"):
            page = sign_in(make_person("operations", username=f"u{len(path)}")).get(path)
            assert "there is no pipeline to inspect" in text_of(page)

    def test_it_is_found_without_a_period(self, company):
        browser = sign_in(make_person("operations"))
        assert browser.get("/demand/inspection/").url == "/demand/2026-Q3/inspection/"

    def test_it_leads_to_the_period_that_was_run(self, company):
        keep_run(build=ledger.get_current_build().id)
        browser = sign_in(make_person("operations"))
        assert browser.get("/demand/inspection/").url == PAGE
        assert f'href="{PAGE}"' in browser.get(f"/demand/{PERIOD}/").content.decode()

    def test_the_page_is_read_in_arabic(self, company):
        page = sign_in(make_person("operations", language="ar")).get(PAGE)
        assert '<html lang="ar" dir="rtl"' in page.content.decode()


class TestDeal:
    def test_why_it_stands_out_what_to_do_and_what_its_chance_comes_from(self, company):
        page = look("operations", "?id=O1", path=f"{PAGE}deal")
        assert [row[0] for row in rows_of(page, "reasons")] == [
            "slipped", "stalled", "no activity"
        ]  # fmt: skip
        said = text_of(page)
        assert "It has been in Lead for 45 days. Of won deals 90 % left it within 10 days" in said
        assert "Call or meet the customer, and record it." in said
        assert "Chance by its age alone" in said
        assert "The CRM says25%" in said

    def test_its_time_line_is_newest_first(self, company):
        kinds = [row[1:4] for row in rows_of(look("operations", "?id=O4", f"{PAGE}deal"), "events")]
        assert kinds[0] == ["close date", "1 Dec 2026", "11 Dec 2026"]
        assert kinds[-1][0] == "created"

    def test_a_deal_without_a_chance(self, workspace_like):
        workspace_like(collect_deals, is_read_only=True)
        page = look("operations", "?id=A-3", path=f"{PAGE}deal")
        assert "No chance can be said." in text_of(page)
        assert "Nothing stands out about this deal." in text_of(page)

    @pytest.mark.parametrize("query", ["?id=C1", "?id=O1%00", "", "?id=O1&as_of=2026-08-01"])
    def test_what_is_not_open_has_no_page(self, company, query):
        assert look("operations", query, path=f"{PAGE}deal").status_code == 404

    def test_before_anything_was_collected_there_is_none(self, workspace):
        assert look("operations", "?id=O1", path=f"{PAGE}deal").status_code == 404


class TestWhoSeesWhat:
    def test_a_rep_sees_their_own_deals(self, company):
        page = look("rep")
        assert deals_of(page) == ["<b>Sound</b>", "Overdue", "Stalled"]
        assert [row[0] for row in rows_of(page, "coverage")] == ["Huda Salem"]
        assert [row[0] for row in rows_of(page, "slips")] == ["Huda Salem"]
        assert not [name for name in (*ADAMS, "Adam Noor", "West") if name in text_of(page)]

    def test_a_leader_sees_the_deals_of_their_teams(self, company):
        page = look("leader")
        assert deals_of(page) == ["<b>Sound</b>", "Overdue", "Stalled"]
        assert [row[0] for row in rows_of(page, "coverage")] == ["East"]
        assert not [name for name in (*ADAMS, "Adam Noor") if name in text_of(page)]

    @pytest.mark.parametrize("role", ["rep", "leader"])
    def test_a_deal_of_others_answers_as_if_it_were_not_there(self, company, role):
        browser = sign_in(make_person(role))
        assert browser.get(f"{PAGE}deal?id=O4").status_code == 404
        assert browser.get(f"{PAGE}deal?id=O1").status_code == 200

    @pytest.mark.parametrize("role", ["marketing", "viewer"])
    def test_who_sees_no_people_sees_no_deals(self, company, role):
        assert look(role).status_code == 404

    def test_a_rep_without_a_name_in_the_data_sees_nothing(self, company):
        page = look("rep", rep="")
        assert "No open deal that you may see is like that." in text_of(page)

    def test_the_card_of_a_rep_leads_there(self, company):
        page = look("rep", path="/collect/")
        assert 'href="/demand/inspection/"' in page.content.decode()

    def test_nothing_is_changed_here(self, company):
        browser = sign_in(make_person("operations"))
        for path in (PAGE, f"{PAGE}deal", "/demand/inspection/"):
            assert browser.post(path).status_code == 405


class TestPrograms:
    @pytest.fixture
    def omar(self, company):
        return make_program(make_person("operations"))

    def test_the_whole_with_its_evidence(self, omar):
        found = omar.get(f"/demand/{PERIOD}/inspection").json()
        assert (found["as_of"], found["totals"]["n"], found["totals"]["flagged"]) == (
            "2026-09-29", 6, 5
        )  # fmt: skip
        assert found["totals"]["at_risk"] == "3146.37"
        assert {each["of"]: each["coverage"] for each in found["coverage"]} == {
            "": "0.444444", "East": "0.222222", "West": None
        }  # fmt: skip
        assert [each["quarter"] for each in found["slips"]] == ["2026-Q2"] * 3
        assert {each["value"] for each in found["limits"] if each["of"] == "stay"} == {"10"}

    def test_deals_in_pages_by_what_is_at_stake(self, omar):
        path = f"/demand/{PERIOD}/inspection/deals?limit=2&flag=any"
        first = omar.get(path).json()
        assert [each["id"] for each in first["items"]] == ["O6", "O5"]
        second = omar.get(f"{path}&cursor={first['next']}").json()
        assert [each["id"] for each in second["items"]] == ["O4", "O1"]
        assert second["items"][1]["flags"] == ["slipped", "stalled", "quiet"]
        assert (
            omar.get(f"/demand/{PERIOD}/inspection/deals?cursor={first['next']}").status_code == 400
        )

    def test_one_deal_with_its_time_line(self, omar):
        found = omar.get(f"/demand/{PERIOD}/inspection/deal?id=O1").json()
        assert [each["code"] for each in found["deal"]["reasons"]] == [
            "overdue", "long_in_stage", "long_quiet"
        ]  # fmt: skip
        assert found["deal"]["reasons"][1]["limit"] == "10"
        assert found["events"][0]["kind"] == "activity"
        assert omar.get(f"/demand/{PERIOD}/inspection/deal?id=C1").status_code == 404

    def test_a_rep_gets_their_own_only(self, company):
        huda = make_program(make_person("rep"))
        found = huda.get(f"/demand/{PERIOD}/inspection").json()
        assert (found["totals"]["n"], [each["of"] for each in found["coverage"]]) == (
            3, ["Huda Salem"]
        )  # fmt: skip
        deals = huda.get(f"/demand/{PERIOD}/inspection/deals").json()["items"]
        assert {each["rep"] for each in deals} == {"Huda Salem"}
        assert huda.get(f"/demand/{PERIOD}/inspection/deal?id=O4").status_code == 404

    def test_a_token_without_the_right_gets_nothing(self, company):
        narrow = make_program(make_person("operations"), ["read_plan"])
        assert narrow.get(f"/demand/{PERIOD}/inspection").status_code in {403, 404}

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            pytest.param("/demand/2026-Q9/inspection", 422, id="no period"),
            pytest.param(f"/demand/{PERIOD}/inspection?as_of=soon", 422, id="no day"),
            pytest.param(f"/demand/{PERIOD}/inspection/deals?flag=lazy", 422, id="no flag"),
            pytest.param(f"/demand/{PERIOD}/inspection/deal", 422, id="no deal named"),
        ],
    )
    def test_what_is_asked_wrongly(self, omar, path, status):
        assert omar.get(path).status_code == status

    def test_before_anything_was_collected(self, workspace):
        omar = make_program(make_person("operations"))
        assert omar.get(f"/demand/{PERIOD}/inspection").status_code == 404


class TestAction:
    def test_whoever_has_no_reach_gets_no_figures(self, company):
        from counterpoise.store import people

        asked = inspections.ask(company, PERIOD, as_of=AS_OF, today=AS_OF)
        nobody = people.get_visitor(make_person("viewer"))
        assert inspections.list_coverage(asked, nobody) == ()
        assert inspections.list_slips(asked, nobody) == ()
        assert inspections.list_visible(inspections.inspect(asked), nobody) == ()

    def test_who_works_at_the_terminal_sees_everybody(self, company):
        asked = inspections.ask(company, PERIOD, as_of=AS_OF, today=AS_OF)
        inspection = inspections.inspect(asked)
        assert inspections.get_deal(inspection, "O4", None).rep == "Adam Noor"
        assert len(inspections.list_coverage(asked, None)) == 3
        with pytest.raises(UnknownDeal, match="Choose one of the list"):
            inspections.get_deal(inspection, "O7", None)

    def test_a_quarter_whose_last_day_is_over_is_finished(self, company):
        asked = inspections.ask(company, PERIOD, as_of=AS_OF, today=AS_OF)
        assert {str(each.quarter) for each in inspections.list_slips(asked, None)} == {
            "2026-Q2", "2026-Q3"
        }  # fmt: skip

    def test_the_same_is_computed_once(self, company):
        asked = inspections.ask(company, PERIOD, today=AS_OF)
        assert inspections.inspect(asked) is inspections.inspect(asked)


def test_every_address_of_it_needs_the_right_to_see_people(workspace):
    placed = {name: right for name, right in access.NEEDS.items() if "inspect" in name}
    assert set(placed.values()) == {"read_people_records"}
    assert len(placed) == 6
