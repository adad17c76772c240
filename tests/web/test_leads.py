"""Open leads by score on their pages and for programs: chances, why, and who sees whose leads."""

import pytest

from counterpoise.actions import lead_scores
from counterpoise.actions.lead_scores import UnknownLead
from counterpoise.actions.rules import import_rules
from counterpoise.store import people
from people import make_person, sign_in
from programs import collect_deals, make_program
from scored_company import AS_OF, NOW, collect_few_leads, collect_leads, list_loaded
from shown_pages import field_of, rows_of, text_of

PAGE = "/demand/leads/"
OPEN = {row["id"]: row["owner"] for row in list_loaded() if row["ended"] is None}
HUDAS = {lead for lead, owner in OPEN.items() if owner == "Huda Salem"}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    from counterpoise.web.api import lead_scores as programs_read
    from counterpoise.web.demand import leads as people_read

    monkeypatch.setattr(programs_read, "now", lambda: NOW)
    monkeypatch.setattr(people_read, "now", lambda: NOW)


@pytest.fixture
def company(workspace_like):
    return workspace_like(collect_leads, is_read_only=True)


def look(role, query="", path=PAGE, **person):
    return sign_in(make_person(role, **person)).get(f"{path}{query}")


class TestPage:
    def test_the_list_begins_with_the_best_chance_and_says_why(self, company):
        page = look("operations")
        assert "As known on the evening of 30 Sep 2026" in text_of(page)
        first, *others = rows_of(page, "leads")
        assert first[0].startswith("<b>W")
        assert first[3].startswith("first touched: on the day it came in (× ")
        assert first[4:7] == [OPEN[first[-1]], first[5], "Website"]
        assert len(others) == 24, "a page of them"
        assert str(len(OPEN)) in text_of(page)

    def test_an_injected_name_is_text(self, company):
        assert b"<b>W" not in look("operations").content

    def test_how_far_to_trust_it_stands_below(self, company):
        page = look("operations")
        assert [row[0] for row in rows_of(page, "tests")] == ["30", "60", "90"]
        assert all(float(row[4]) < float(row[5]) for row in rows_of(page, "tests"))
        assert rows_of(page, "tenths")[0][:3] == ["30", "0%", "10%"]
        assert "Learned from" in text_of(page)

    def test_the_whole_list_is_exported(self, company):
        page = look("operations", "?leads.export=csv")
        lines = b"".join(page.streaming_content if page.streaming else [page.content]).decode()
        assert lines.count("\n") == len(OPEN) + 1

    def test_an_earlier_day_knows_less(self, company):
        page = look("operations", "?as_of=2026-09-01")
        assert "1 Sep 2026" in text_of(page)
        assert field_of(page, "as_of") == "2026-09-01"

    def test_what_is_no_day_is_refused_with_the_reason(self, company):
        page = look("operations", "?as_of=yesterday")
        assert (page.status_code, "valid date" in text_of(page)) == (422, True)

    def test_a_list_too_long_to_read_begins_with_what_matters(self, company, monkeypatch):
        from counterpoise.web.demand import leads

        monkeypatch.setattr(leads, "MOST_LEADS", 2)
        page = look("operations")
        assert len(rows_of(page, "leads")) == 2
        assert "The list holds the 2 leads with the best chances" in text_of(page)

    def test_too_few_conversions_are_refused_with_the_count(self, workspace_like):
        workspace_like(collect_few_leads, is_read_only=True)
        page = look("operations")
        assert page.status_code == 422
        assert "100 are needed to score those that are open" in text_of(page)

    def test_without_any_lead_the_way_out_is_named(self, workspace_like):
        workspace_like(collect_deals, is_read_only=True)
        page = look("operations")
        assert (page.status_code, "Load the table lead." in text_of(page)) == (422, True)

    def test_before_anything_was_collected(self, workspace):
        assert "there is no lead to score" in text_of(look("operations"))

    def test_scores_that_are_not_tried_enough_leave_the_plain_rate(self, workspace_like, tmp_path):
        workspace_like(collect_leads)
        rule = (
            '[[rule]]\nkey = "lead_score.least_tried"\nvalue = "9000"\nunit = ""\n'
            'effective_from = 2000-01-01\nsource = "a test"\n'
        )
        (tmp_path / "rulebook.toml").write_text(rule, "utf-8")
        import_rules(tmp_path / "rulebook.toml", at=NOW)
        page = look("operations")
        assert "9,000 are needed to judge scores" in text_of(page)
        lead = rows_of(page, "leads")[0]
        assert lead[3] == "–"
        one = look("operations", f"?id={lead[-1]}", f"{PAGE}lead", username="other")
        assert "The plain rate of its source is what is said" in text_of(one)

    def test_the_page_is_read_in_arabic(self, company):
        page = sign_in(make_person("operations", language="ar")).get(PAGE)
        assert '<html lang="ar" dir="rtl"' in page.content.decode()


class TestLead:
    def test_what_its_chance_comes_from(self, company):
        browser = sign_in(make_person("operations"))
        lead = rows_of(browser.get(PAGE), "leads")[0]
        page = browser.get(f"{PAGE}lead?id={lead[-1]}")
        found = rows_of(page, "factors")
        assert [row[0] for row in found] == ["age", "source", "first touched", "last touched"]
        assert [f"{float(each[:-1]):.0f}%" for each in found[-1][3::2]] == lead[1:3]
        assert "Plain rate in 90 days" in text_of(page)

    @pytest.mark.parametrize("query", ["", "?id=none", "?id=W000", "?id=W004&as_of=2025-06-03"])
    def test_what_is_not_open_has_no_page(self, company, query):
        assert look("operations", query, f"{PAGE}lead").status_code == 404


class TestWhoSeesWhat:
    @pytest.mark.parametrize("role", ["rep", "leader"])
    def test_whoever_leads_or_sells_sees_their_own(self, company, role):
        browser = sign_in(make_person(role))
        rows = rows_of(browser.get(f"{PAGE}?leads.q="), "leads")
        assert {row[4] for row in rows} == {"Huda Salem"}
        assert str(len(HUDAS)) in text_of(browser.get(PAGE))
        hidden = next(lead for lead in OPEN if lead not in HUDAS)
        assert browser.get(f"{PAGE}lead?id={hidden}").status_code == 404
        assert browser.get(f"{PAGE}lead?id={next(iter(HUDAS))}").status_code == 200
        assert "Adam" not in text_of(browser.get(PAGE))

    @pytest.mark.parametrize("role", ["marketing", "viewer"])
    def test_who_sees_no_people_sees_no_leads(self, company, role):
        assert look(role).status_code == 404

    def test_a_rep_without_a_name_in_the_data_sees_nothing(self, company):
        assert "No open lead is one that you may see." in text_of(look("rep", rep=""))

    def test_nothing_is_changed_here(self, company):
        browser = sign_in(make_person("operations"))
        assert [browser.post(path).status_code for path in (PAGE, f"{PAGE}lead")] == [405, 405]


class TestPrograms:
    @pytest.fixture
    def omar(self, company):
        return make_program(make_person("operations"))

    def test_the_whole_with_its_evidence(self, omar):
        found = omar.get("/demand/lead-scores").json()
        assert (found["as_of"], found["is_scored"], found["open_leads"]) == (
            "2026-09-30", True, len(OPEN)
        )  # fmt: skip
        assert list(found["expected"]) == ["30", "60", "90"]
        assert found["tests"][0]["brier"] < found["tests"][0]["plain_brier"]

    def test_leads_in_pages_by_their_chance(self, omar):
        path = "/demand/lead-scores/leads?limit=2&source=Website"
        first = omar.get(path).json()
        second = omar.get(f"{path}&cursor={first['next']}").json()
        both = [*first["items"], *second["items"]]
        chances = [each["chances"]["90"] for each in both]
        assert chances == sorted(chances, reverse=True)
        assert {each["source"] for each in both} == {"Website"}
        assert both[0]["factors"][-1]["chances"] == both[0]["chances"]
        wrong = omar.get(f"/demand/lead-scores/leads?cursor={first['next']}")
        assert wrong.status_code == 400

    def test_one_lead(self, omar):
        found = omar.get("/demand/lead-scores/lead?id=W004").json()
        assert (found["id"], found["owner"], found["last_touch_on"]) == ("W004", OPEN["W004"], None)
        assert omar.get("/demand/lead-scores/lead?id=W000").status_code == 404

    def test_a_rep_gets_their_own_only(self, company):
        huda = make_program(make_person("rep"))
        assert huda.get("/demand/lead-scores").json()["open_leads"] == len(HUDAS)
        items = huda.get("/demand/lead-scores/leads").json()["items"]
        assert {each["owner"] for each in items} == {"Huda Salem"}

    def test_a_token_without_the_right_gets_nothing(self, company):
        narrow = make_program(make_person("operations"), ["read_plan"])
        assert narrow.get("/demand/lead-scores").status_code in {403, 404}

    def test_too_few_conversions(self, workspace_like):
        workspace_like(collect_few_leads, is_read_only=True)
        omar = make_program(make_person("operations"))
        assert "are needed" in omar.get("/demand/lead-scores").json()["detail"]

    def test_before_anything_was_collected(self, workspace):
        omar = make_program(make_person("operations"))
        assert omar.get("/demand/lead-scores").status_code == 404


class TestAction:
    def test_whoever_has_no_reach_gets_no_lead(self, company):
        scores = lead_scores.score(lead_scores.ask(company, as_of=AS_OF, today=AS_OF))
        nobody = people.get_visitor(make_person("viewer"))
        assert lead_scores.list_visible(scores, nobody) == ()
        with pytest.raises(UnknownLead, match="Choose one of the list"):
            lead_scores.get_lead(scores, "W004", nobody)
        assert lead_scores.get_lead(scores, "W004", None).id == "W004"
