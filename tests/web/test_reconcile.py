"""Reconcile pages: the plan with its proof, scenarios, what they change, and how they compare."""

from dataclasses import replace

import pytest
from django.test.utils import CaptureQueriesContext

from counterpoise.domain.tables.plan import Verdict, Violation
from counterpoise.domain.tables.scenario import Change, NamedScenario
from counterpoise.store import audit, jobs, scenarios
from counterpoise.store.models import PlanVersion
from kept_forecast import PERIOD, keep_build, keep_run
from kept_plans import (
    FEWER_LEAVE,
    build_plan,
    keep_plan,
    keep_planned_run,
    make_scenario,
    solve,
)
from people import make_person, sign_in
from reporting_company import build_cycle, build_refusing_cycle
from shown_pages import field_of, rows_of, text_of

AT = f"/reconcile/{PERIOD}"
EDITORS = ("administrator", "operations")
READERS = (*EDITORS, "leader", "finance", "marketing", "executive", "viewer")


@pytest.fixture
def ran(workspace):
    """The names of the plans that the newest run saved."""
    return keep_planned_run()


@pytest.fixture
def author(ran):
    return make_person("operations")


@pytest.fixture
def omar(author):
    return sign_in(author)


@pytest.fixture
def kept(author):
    return make_scenario(author, note="Ask people to stay.")


def write(browser, path="scenarios/make", **other):
    said = {
        "name": "Fewer leave",
        "demand": "base",
        "note": "Ask people to stay.",
        "edition": "0",
        "rule-0": "pool.attrition_rate | Delivery",
        "value-0": "0",
        "rule-1": "",
        "value-1": "",
    }
    return browser.post(f"{AT}/{path}", said | other)


def press(browser, kept, what, **other):
    return browser.post(
        f"{AT}/scenarios/{kept.id}/{what}", {"edition": kept.edition, "key": "one"} | other
    )


def read(kept):
    return scenarios.get_scenario(PERIOD, kept.id)


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        "path",
        ["/", "/plans/{plan}/", "/scenarios/{scenario}/", "/compare?s=base&s=high"],
        ids=["the plan", "a saved plan", "a scenario", "a comparison"],
    )
    def test_who_reads_plans_reads_them_and_nobody_else(self, ran, browsers, team, path):
        kept = make_scenario(team["operations"])
        address = AT + path.format(plan=ran[0], scenario=kept.id)
        answers = {role: browser.get(address).status_code for role, browser in browsers.items()}
        assert answers == {role: 200 if role in READERS else 404 for role in browsers}

    def test_who_may_edit_scenarios_does_and_for_others_there_is_nothing(self, ran, browsers, team):
        kept = solve(make_scenario(team["operations"], NamedScenario("Kept", "high")))
        for role, browser in browsers.items():
            if role in EDITORS:
                assert browser.get(f"{AT}/scenarios/new").status_code == 200
                assert write(browser, name=f"By {role}").status_code == 302
                continue
            before = (scenarios.list_scenarios(PERIOD), audit.list_entries(), jobs.list_jobs())
            answers = [
                browser.get(f"{AT}/scenarios/new").status_code,
                write(browser).status_code,
                write(browser, f"scenarios/{kept.id}/change", edition="1").status_code,
                browser.post(f"{AT}/scenarios/step-back").status_code,
                *(
                    press(browser, kept, what).status_code
                    for what in ("solve", "archive", "bring-back", "promote")
                ),
            ]
            assert answers == [404] * 8, role
            after = (scenarios.list_scenarios(PERIOD), audit.list_entries(), jobs.list_jobs())
            assert after == before, role
            if role in READERS:
                page = browser.get(f"{AT}/scenarios/{kept.id}/").content
                assert b'method="post" action="/reconcile' not in page

    @pytest.mark.parametrize(
        "path",
        [
            "/reconcile/2027-Q1/",
            f"{AT}/plans/none/",
            f"{AT}/scenarios/999/",
            "/reconcile/2027-Q1/scenarios/new",
            "/reconcile/2027-Q1/compare?s=base&s=high",
            f"{AT}/compare?s=base&s=best",
        ],
    )
    def test_what_is_not_there_has_no_page(self, omar, path):
        assert omar.get(path).status_code == 404

    def test_a_plan_or_scenario_of_another_period_is_not_there(self, omar, ran, kept):
        keep_run(build_cycle(), run="2027", build="b1")
        assert omar.get(f"/reconcile/2027-Q1/plans/{ran[0]}/").status_code == 404
        assert omar.get(f"/reconcile/2027-Q1/scenarios/{kept.id}/").status_code == 404


class TestThePlan:
    def test_before_the_first_run_the_page_says_what_to_do(self, workspace):
        page = sign_in(make_person("leader")).get("/reconcile/")
        assert (page.status_code, "No cycle was run yet" in text_of(page)) == (200, True)

    def test_the_newest_period_is_shown(self, omar):
        assert omar.get("/reconcile/").url == f"{AT}/"

    def test_a_refusal_is_said_in_words(self, workspace):
        keep_build()
        keep_run(build_refusing_cycle())
        page = sign_in(make_person("leader")).get(f"{AT}/")
        assert "There is no plan: 12 closed deals over 21 days." in text_of(page)

    @pytest.mark.parametrize(
        ("kept", "told"),
        [
            pytest.param({"is_whole": False}, "in a form that pages cannot read", id="old form"),
            pytest.param(
                {"cycle": replace(build_cycle(), plans=())}, "made no plan", id="without a plan"
            ),
        ],
    )
    def test_a_run_without_a_plan_that_can_be_read_says_so(self, workspace, kept, told):
        keep_build()
        keep_run(**kept)
        leader = sign_in(make_person("leader"))
        assert told in text_of(leader.get(f"{AT}/"))
        assert leader.get(f"{AT}/compare?s=base&s=high").status_code == 404

    def test_the_gap_is_shown_in_deals_and_in_money(self, omar):
        page = omar.get(f"{AT}/")
        said = text_of(page)
        for words in ("8.4 deals", "$319K", "of 112 asked for; 92% are served", "$2.41M", "$175K"):
            assert words in said, words
        assert page.content.count(b"<svg") == 2, "one chart, wide and narrow"
        assert [row[0] for row in rows_of(page, "months")] == [
            "October 2026", "November 2026", "December 2026",
        ]  # fmt: skip

    def test_each_product_says_what_is_served_waits_and_is_lost(self, omar):
        rows = {row[0]: row[1:] for row in rows_of(omar.get(f"{AT}/"), "products")}
        assert rows["Atlas CRM"] == [
            "67.2", "61.8", "1.3", "2", "5%", "$38,000", "$126,768",
        ]  # fmt: skip

    def test_the_limits_add_up_to_what_serving_freely_would_leave_more(self, omar):
        page = omar.get(f"{AT}/")
        rows = rows_of(page, "limits")
        assert [row[:3] for row in rows] == [
            ["Time it takes to hire", "$121,300", "69%"], ["Too few people", "$54,100", "31%"],
        ]  # fmt: skip
        said = text_of(page)
        assert "Serving all demand freely would leave$2,586,400" in said
        assert "The plan leaves$2,411,000" in said
        assert "the limits together$175,400" in said

    def test_shadow_prices_are_by_pool_and_month(self, omar):
        assert rows_of(omar.get(f"{AT}/"), "prices") == [
            ["Gulf sellers", "December 2026", "$8,200", "deals"]
        ]

    def test_the_proof_has_bound_gap_verdict_and_the_way_to_check_it(self, omar, ran):
        said = text_of(omar.get(f"{AT}/"))
        assert "No plan can leave more than$2,411,482.20" in said
        assert "Optimality gap0.02%" in said
        assert f"counterpoise verify {ran[0]}" in said

    def test_what_was_saved_is_checked_again_on_the_spot(self, omar, ran):
        page = omar.get(f"{AT}/plans/{ran[0]}/?check=yes")
        assert "Checked now: what was saved breaks its own rules." in text_of(page), "invented"
        assert rows_of(page, "violations") != []

    def test_a_saved_plan_that_was_altered_is_refused(self, omar, ran):
        PlanVersion.objects.filter(id=ran[1]).update(content_hash="other")
        page = text_of(omar.get(f"{AT}/plans/{ran[1]}/?check=yes"))
        assert "is not what was saved" in page

    def test_a_verdict_against_the_plan_is_shown(self, omar):
        plan = replace(
            build_plan(), verdict=Verdict(False, 0.0, 0.0, 0.0, (Violation("people", "Gulf", 1.0),))
        )
        page = omar.get(f"{AT}/plans/{keep_plan(plan)}/")
        assert "Independent checkfailed" in text_of(page)

    def test_a_plan_in_a_form_of_before_is_said_to_be(self, omar, ran):
        PlanVersion.objects.filter(id=ran[2]).update(document={"format": "before"})
        assert "in a form that pages cannot read" in text_of(omar.get(f"{AT}/plans/{ran[2]}/"))

    def test_a_plan_of_other_data_than_the_newest_run_says_so(self, omar):
        keep_build("b2")
        page = omar.get(f"{AT}/plans/{keep_plan(build_plan(gap='1'), build='b2')}/")
        assert "rests on other data" in text_of(page)

    def test_people_comment_on_the_plan(self, omar):
        assert "Comments" in text_of(omar.get(f"{AT}/"))


class TestScenarios:
    def test_those_of_every_plan_and_those_of_people_are_side_by_side(self, omar, kept):
        solve(kept)
        page = omar.get(f"{AT}/")
        rows = [(row[0], row[2], row[5], row[-2], row[-1]) for row in rows_of(page, "scenarios")]
        assert rows == [
            ("Expected demand", "0", "8.4", "of the newest run", "yes"),
            ("High demand", "0", "9.9", "of the newest run", "–"),
            ("Low demand", "0", "7.1", "of the newest run", "–"),
            ("Fewer leave", "1", "4.2", "solved", "–"),
        ]
        assert f"{AT}/scenarios/{kept.id}/" in page.content.decode()

    def test_one_without_a_plan_has_no_figures(self, omar, kept):
        row = rows_of(omar.get(f"{AT}/"), "scenarios")[-1]
        assert (row[3:9], row[-2]) == (["–"] * 6, "not solved")

    def test_one_is_made_and_its_rules_are_shown_beside_what_holds(self, omar):
        answer = write(omar)
        (made,) = scenarios.list_scenarios(PERIOD)
        assert answer.url == f"{AT}/scenarios/{made.id}/"
        assert made.scenario == FEWER_LEAVE
        page = omar.get(answer.url)
        assert "Solve it to see its plan." in text_of(page)
        assert rows_of(page, "changes") == [
            [
                "Delivery", "people who leave in a month (pool.attrition_rate)", "0.012", "0",
                rows_of(page, "changes")[0][4], rows_of(page, "changes")[0][5],
            ]
        ]  # fmt: skip
        assert rows_of(page, "changes")[0][5] != "–", "the source of what holds now"

    def test_a_rule_of_the_list_begins_a_scenario(self, omar):
        page = omar.get(f"{AT}/scenarios/new?rule=pool.wage+%7C+Delivery")
        assert field_of(page, "rule-0") == "pool.wage | Delivery"
        assert field_of(page, "value-0") == "7200"
        assert rows_of(page, "levers")[0][:3] == ["Gulf sellers", "people (pool.headcount)", "6"]

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            pytest.param({"name": ""}, "This field is required.", id="no name"),
            pytest.param({"name": "a/b"}, "letters, digits", id="a name with marks"),
            pytest.param({"name": "high", "demand": "base"}, "every plan has", id="a taken name"),
            pytest.param({"name": "x" * 33}, "at most 32", id="a long name"),
            pytest.param({"demand": "best"}, "not one of the available", id="no such demand"),
            pytest.param({"note": "x" * 2001}, "at most 2000", id="a long note"),
            pytest.param({"value-0": ""}, "Write the value", id="a rule without a value"),
            pytest.param({"value-1": "3"}, "Choose the rule", id="a value without a rule"),
            pytest.param({"rule-0": "stage.kind | Won"}, "No plan is made with", id="no lever"),
            pytest.param({"value-0": "few"}, "Write a number", id="words for a number"),
            pytest.param({"value-0": "x" * 201}, "at most 200", id="a long value"),
            pytest.param({"edition": ""}, "Make a scenario", id="a form without its edition"),
            pytest.param(
                {"rule-1": "pool.attrition_rate | Delivery", "value-1": "1"}, "twice", id="twice"
            ),
            pytest.param({"note": "a\x00b"}, "Null characters", id="a NUL"),
        ],
    )
    def test_what_is_refused_keeps_the_text_and_leaves_nothing(self, omar, wrong, told):
        page = write(omar, **wrong)
        assert (page.status_code, scenarios.list_scenarios(PERIOD)) == (422, ())
        assert told in text_of(page)
        kept = {"name": "Fewer leave", "rule-0": "pool.attrition_rate | Delivery"} | wrong
        assert field_of(page, "name") == kept["name"]
        assert field_of(page, "rule-0") == kept["rule-0"]

    def test_a_name_that_is_taken_is_refused(self, omar, kept):
        page = write(omar)
        assert (page.status_code, len(scenarios.list_scenarios(PERIOD))) == (422, 1)
        assert "another name" in text_of(page)

    def test_one_is_changed_and_its_plan_no_longer_holds(self, omar, kept):
        solve(kept)
        page = omar.get(f"{AT}/scenarios/{kept.id}/")
        assert field_of(page, "rule-0") == "pool.attrition_rate | Delivery"
        answer = write(
            omar, f"scenarios/{kept.id}/change", edition="1", demand="high", **{"value-0": "0.5"}
        )
        assert answer.status_code == 302
        after = read(kept)
        assert after.scenario == NamedScenario(
            "Fewer leave", "high", (Change("pool.attrition_rate", "Delivery", "0.5"),)
        )
        assert (after.plan, after.edition) == (None, 2)

    def test_a_refused_change_leaves_it_as_it_was(self, omar, kept):
        page = write(omar, f"scenarios/{kept.id}/change", edition="1", **{"value-0": "few"})
        assert (page.status_code, read(kept)) == (422, kept)

    @pytest.mark.case("WEB-15")
    def test_the_second_of_two_sees_both_and_keeps_their_text(self, omar, kept):
        amina = sign_in(make_person("administrator"))
        address = f"scenarios/{kept.id}/change"
        write(omar, address, edition="1", note="Omar was first.", **{"value-0": "0.3"})
        page = write(amina, address, edition="1", note="Amina was second.", **{"value-0": "0.7"})
        said = text_of(page)
        assert page.status_code == 409
        assert "Someone changed this scenario while you were writing" in said
        assert "Omar was first." in said
        assert field_of(page, "note") == "Amina was second."
        assert (field_of(page, "value-0"), field_of(page, "edition")) == ("0.7", "2")
        assert read(kept).note == "Omar was first."
        again = {name: field_of(page, name) for name in ("note", "edition", "rule-0", "value-0")}
        assert write(amina, address, **again).status_code == 302
        assert read(kept).note == "Amina was second."

    def test_solving_is_one_job_for_one_click(self, omar, kept):
        first, second = press(omar, kept, "solve"), press(omar, kept, "solve")
        (job,) = jobs.list_jobs()
        assert first.url == second.url == f"/work/{job.id}/"
        link = f"{AT}/scenarios/{kept.id}/"
        assert (job.kind, job.arguments) == (
            "scenario", {"period": PERIOD, "scenario": kept.id, "link": link},
        )  # fmt: skip
        assert "Solving the scenario" in text_of(omar.get(first.url))

    def test_its_plan_is_on_its_page(self, omar, kept):
        solve(kept)
        page = omar.get(f"{AT}/scenarios/{kept.id}/")
        said = text_of(page)
        assert "4.2 deals" in said
        assert "Proof" in said
        assert "Compare it with the plan for the expected demand" in said

    def test_a_plan_that_is_out_of_date_says_why(self, omar, kept):
        solve(kept)
        keep_build("b2")
        keep_planned_run(run="newer", build="b3")
        page = text_of(omar.get(f"{AT}/scenarios/{kept.id}/"))
        assert "It was solved on other data" in page
        assert rows_of(omar.get(f"{AT}/"), "scenarios")[-1][-2] == "out of date"

    def test_its_plan_is_chosen_to_be_frozen_and_taken_back(self, omar, kept):
        solved = solve(kept)
        assert press(omar, solved, "promote").status_code == 302
        assert read(kept).is_promoted
        page = omar.get(f"{AT}/")
        assert "that of scenario Fewer leave" in text_of(page)
        assert [row[-1] for row in rows_of(page, "scenarios")] == ["–", "–", "–", "yes"]
        write(omar, f"scenarios/{kept.id}/change", edition="1", name="Other")
        assert "solve it before it is frozen" in text_of(omar.get(f"{AT}/"))
        assert omar.post(f"{AT}/scenarios/step-back").url == f"{AT}/"
        assert scenarios.find_promoted(PERIOD) is None
        assert omar.post(f"{AT}/scenarios/step-back").status_code == 404

    def test_one_without_a_plan_is_not_chosen(self, omar, kept):
        page = omar.get(press(omar, kept, "promote").url)
        assert "has no plan. Solve it, then choose it." in text_of(page)
        assert not read(kept).is_promoted

    def test_one_is_put_away_and_brought_back(self, omar, kept):
        press(omar, kept, "archive")
        page = omar.get(f"{AT}/")
        assert "Archived scenarios" in text_of(page)
        assert len(rows_of(page, "scenarios")) == 3
        away = read(kept)
        assert "archived" in text_of(omar.get(f"{AT}/scenarios/{kept.id}/"))
        assert press(omar, away, "solve").url == f"{AT}/scenarios/{kept.id}/"
        assert jobs.list_jobs() == (), "what is put away is not solved"
        press(omar, away, "bring-back")
        assert not read(kept).is_archived

    @pytest.mark.parametrize("what", ["archive", "promote", "bring-back"])
    @pytest.mark.parametrize(
        "wrong", [{"edition": "7"}, {"edition": "x"}, {"key": ""}], ids=["old", "words", "no key"]
    )
    def test_a_click_on_what_is_not_there_any_more_does_nothing(self, omar, kept, what, wrong):
        before = solve(kept)
        page = omar.get(press(omar, kept, what, **wrong).url)
        assert "was changed in the meantime" in text_of(page)
        assert read(kept) == before

    def test_what_changes_something_cannot_be_asked_for_by_a_link(self, omar, kept):
        for what in ("solve", "archive", "promote", "bring-back"):
            assert omar.get(f"{AT}/scenarios/{kept.id}/{what}").status_code == 405
        assert omar.get(f"{AT}/scenarios/step-back").status_code == 405
        assert omar.get(f"{AT}/scenarios/make").url == f"{AT}/scenarios/new"
        back = omar.get(f"{AT}/scenarios/{kept.id}/change?levers.page=2")
        assert back.url == f"{AT}/scenarios/{kept.id}/"

    def test_user_text_is_shown_and_never_run(self, omar, author):
        made = make_scenario(author, note="<script>alert(1)</script>{{ 7*7 }}")
        page = omar.get(f"{AT}/scenarios/{made.id}/").content.decode()
        assert "<script>alert(1)" not in page
        assert "{{ 7*7 }}" in page


class TestComparing:
    def test_scenarios_are_side_by_side_with_differences_to_the_first(self, omar, kept):
        solve(kept)
        page = omar.get(f"{AT}/compare?s=base&s=Fewer+leave&s=high")
        rows = {row[0]: row[1:] for row in rows_of(page, "figures")}
        assert rows["Not served"] == ["deals", "8.4", "4.2", "−4.2", "9.91", "1.51"]
        assert rows["People hired"] == ["people", "3", "3", "0", "3", "0"]
        assert rows["Limit: Time it takes to hire"][:2] == ["USD", "121,300"]
        assert [row[-3:] for row in rows_of(page, "rules")] == [["–", "0", "–"]]
        assert "another forecast" not in text_of(page)

    def test_a_plan_from_another_forecast_says_so(self, omar, kept):
        plan = build_cycle().plans[1]
        solve(kept, replace(plan, scenario="Fewer leave"))
        page = omar.get(f"{AT}/compare?s=base&s=Fewer+leave")
        assert "planned from another forecast than the newest run" in text_of(page)

    @pytest.mark.parametrize(
        "asked",
        ["", "?s=base", "?s=base&s=base", "?s=base&s=high&s=low&s=a&s=b"],
        ids=["none", "one", "one twice", "five"],
    )
    def test_two_to_four_are_asked_for(self, omar, asked):
        page = omar.get(f"{AT}/compare{asked}")
        assert page.status_code == 422
        assert "Choose two to four scenarios" in text_of(page)

    def test_one_without_a_plan_cannot_be_compared(self, omar, kept):
        assert omar.get(f"{AT}/compare?s=base&s=Fewer+leave").status_code == 404
        assert b'value="Fewer leave"' not in omar.get(f"{AT}/").content

    def test_without_changed_rules_the_page_says_so(self, omar):
        page = omar.get(f"{AT}/compare?s=high&s=low")
        assert "they differ by their demand alone" in text_of(page)

    def test_a_limit_that_costs_a_plan_nothing_is_zero(self, omar, kept):
        solve(kept, replace(build_plan(), constraints=()))
        page = omar.get(f"{AT}/compare?s=base&s=Fewer+leave")
        rows = {row[0]: row[1:] for row in rows_of(page, "figures")}
        assert rows["Limit: Too few people"] == ["USD", "54,100", "0", "−54,100"]


def test_the_page_asks_the_store_as_often_with_many_scenarios_as_with_one(omar, author):
    from django.db import connection

    def count():
        omar.get(f"{AT}/")
        with CaptureQueriesContext(connection) as asked:
            omar.get(f"{AT}/")
        return len(asked)

    solve(make_scenario(author))
    few = count()
    for number in range(30):
        solve(make_scenario(author, NamedScenario(f"Case {number}", "high")))
    assert count() == few <= 30


def test_pages_are_in_arabic_for_who_reads_arabic(ran):
    reader = sign_in(make_person("leader", language="ar"))
    page = reader.get(f"{AT}/")
    assert 'dir="rtl"' in page.content.decode()
    assert "٨٫٤" in text_of(page) or "٨,٤" in text_of(page)


def test_an_export_has_exact_figures(omar):
    got = omar.get(f"{AT}/?scenarios.export=csv").content.decode()
    assert "319200" in got
