"""The cycle's page: where it stands, running it, its runs, and two of them side by side."""

from dataclasses import replace

import pytest
from django.test.utils import CaptureQueriesContext

from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.text import text
from counterpoise.store import jobs
from counterpoise.web.workplace import now
from kept_forecast import keep_build, keep_run
from kept_plans import RUN, keep_planned_run
from people import make_person, sign_in
from reporting_company import build_cycle, build_refusing_cycle
from shown_pages import field_of, rows_of, text_of

RUNNERS = ("administrator", "operations")
READERS = (*RUNNERS, "leader", "finance", "marketing", "executive", "viewer")


@pytest.fixture
def omar(workspace):
    return sign_in(make_person("operations"))


@pytest.fixture
def vera(workspace):
    return sign_in(make_person("viewer"))


def ask(browser, **other):
    said = {"period": "2026-Q4", "as_of": "2026-09-30", "key": "one"}
    return browser.post("/cycle/run", said | other)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/cycle/", id="where it stands"),
        pytest.param("/cycle/?period=2027-Q1", id="a period that was never run"),
        pytest.param(f"/cycle/compare?a={RUN}&b={RUN}", id="two runs"),
    ],
)
def test_who_reads_plans_reads_the_cycle_and_nobody_else(workspace, browsers, path):
    keep_planned_run()
    answers = {role: browser.get(path).status_code for role, browser in browsers.items()}
    assert answers == {role: 200 if role in READERS else 404 for role in browsers}


def test_who_may_run_the_cycle_runs_it_and_for_others_there_is_nothing(workspace, browsers):
    keep_build()
    for role, browser in browsers.items():
        before = len(jobs.list_jobs())
        answer = ask(browser, key=role)
        asked = len(jobs.list_jobs()) - before
        wanted = (302, 1) if role in RUNNERS else (404, 0)
        assert (answer.status_code, asked) == wanted, role


class TestBeforeTheFirstRun:
    def test_the_page_says_what_to_do_first(self, omar, vera):
        assert "Upload an export of your CRM" in text_of(omar.get("/cycle/"))
        page = text_of(vera.get("/cycle/"))
        assert "Somebody who may load data" in page
        assert "Run the cycle for a period." in page
        assert b'<form method="post" action="/cycle/run' not in omar.get("/cycle/").content

    def test_with_data_the_cycle_can_be_run(self, omar):
        keep_build()
        page = omar.get("/cycle/")
        assert "Data is loaded." in text_of(page)
        assert b'action="/cycle/run' in page.content

    def test_a_first_run_under_way_shows_its_progress_and_asks_again(self, omar, vera):
        job, _ = jobs.keep_job("sample", {}, key="one", asked_by=None, at=now())
        attempt = jobs.take_job(job.id, at=now())
        jobs.report_progress(job.id, attempt, 0.4, to_document(text("Judging the data")))
        page = omar.get("/cycle/")
        shown = page.content.decode()
        assert "Loading the sample company: Judging the data" in text_of(page)
        assert "What to do first" not in text_of(page)
        assert 'value="40"' in shown
        assert 'hx-trigger="every 1s"' in shown
        assert f"/work/{job.id}/" in shown
        assert f"/work/{job.id}/" not in vera.get("/cycle/").content.decode(), "not theirs to see"
        again = omar.get("/cycle/", headers={"HX-Request": "true", "HX-Target": "standing"})
        assert (again.status_code, again.headers.get("HX-Refresh")) == (200, None)
        jobs.end_job(job.id, attempt, "done", at=now())
        over = omar.get("/cycle/", headers={"HX-Request": "true", "HX-Target": "standing"})
        assert over.headers["HX-Refresh"] == "true", "the whole page is shown once it is over"

    def test_progress_that_cannot_be_read_is_left_out(self, omar):
        job, _ = jobs.keep_job("cycle", {"period": "2026-Q4"}, key="one", asked_by=None, at=now())
        jobs.report_progress(job.id, jobs.take_job(job.id, at=now()), 0.4, {"odd": 1})
        assert "Running the cycle" in text_of(omar.get("/cycle/"))


class TestStanding:
    def test_the_six_steps_have_their_state_their_number_and_their_page(self, omar):
        keep_planned_run()
        page = omar.get("/cycle/")
        said = text_of(page)
        for words in (
            "Nothing is blocking.", "$4.26M won revenue expected", "2 people short",
            "$319K of demand not served", "4 actions proposed", "$33.4K actual less forecast",
        ):  # fmt: skip
            assert words in said, words
        for step in ("demand", "supply", "reconcile", "execute", "measure"):
            assert f'href="/{step}/2026-Q4/"' in page.content.decode(), step

    def test_a_refusal_is_said_first(self, omar):
        keep_build()
        keep_run(build_refusing_cycle())
        page = text_of(omar.get("/cycle/"))
        assert "Blocking: Demand. 12 closed deals over 21 days." in page
        assert "It needs a step before it, which gave no answer" in page

    def test_newer_data_makes_it_out_of_date(self, omar):
        keep_planned_run()
        keep_build("b2")
        page = text_of(omar.get("/cycle/"))
        assert "Newer data was loaded on 30 Sep 2026." in page
        assert "Some steps are out of date" in page

    def test_a_run_under_way_is_on_its_cards(self, omar):
        keep_planned_run()
        assert ask(omar).status_code == 302
        page = text_of(omar.get("/cycle/"))
        assert page.count("running now") == 5

    def test_another_period_has_its_own_standing(self, omar):
        keep_planned_run()
        page = text_of(omar.get("/cycle/?period=2027-Q1"))
        assert "The cycle was never run for this period." in page
        assert field_of(omar.get("/cycle/?period=2027-Q1"), "period") == "2027-Q1"
        assert omar.get("/cycle/?period=soon").status_code == 404


class TestRunning:
    @pytest.fixture(autouse=True)
    def loaded(self, workspace):
        keep_build()

    def test_one_click_is_one_job_and_leads_to_it(self, omar):
        first, second = ask(omar), ask(omar)
        (job,) = jobs.list_jobs()
        assert first.url == second.url == f"/work/{job.id}/"
        assert (job.kind, job.arguments) == (
            "cycle", {"period": "2026-Q4", "as_of": "2026-09-30"},
        )  # fmt: skip

    def test_without_a_day_the_cycle_chooses_it(self, omar):
        ask(omar, period=" 2026-11 ", as_of="")
        (job,) = jobs.list_jobs()
        assert job.arguments == {"period": "2026-11", "as_of": None}

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            pytest.param({"period": ""}, "This field is required.", id="no period"),
            pytest.param({"period": "2026-Q5"}, "names no period", id="a fifth quarter"),
            pytest.param({"period": "9999"}, "names no period", id="the last year there is"),
            pytest.param({"as_of": "soon"}, "Enter a valid date.", id="no day"),
            pytest.param({"as_of": "2031-01-01"}, "still to come", id="a day to come"),
            pytest.param(
                {"period": "2025-Q4", "as_of": "2026-01-01"}, "over by then", id="after its end"
            ),
            pytest.param({"key": ""}, "Run the cycle", id="a form without its key"),
        ],
    )
    def test_what_is_refused_is_said_and_nothing_is_asked_for(self, omar, wrong, told):
        page = ask(omar, **wrong)
        assert (page.status_code, jobs.list_jobs()) == (422, ())
        assert told in text_of(page)
        if "period" in wrong:
            assert field_of(page, "period") == wrong["period"]

    def test_tables_of_a_refused_page_lead_back(self, omar):
        assert omar.get("/cycle/run?runs.sort=period").url == "/cycle/"


def test_without_data_there_is_nothing_to_run_it_on(omar):
    page = ask(omar)
    assert (page.status_code, jobs.list_jobs()) == (422, ())
    assert "There is no data to run the cycle on." in text_of(page)


class TestRuns:
    def test_every_run_is_listed_with_its_documents(self, omar):
        keep_planned_run()
        keep_run(replace(build_cycle(), plans=()), run="2026-Q4-other")
        page = omar.get("/cycle/")
        rows = rows_of(page, "runs")
        assert [row[:2] for row in rows] == [["Q4 2026", "30 Sep 2026"]] * 2
        shown = page.content.decode()
        for path in (f"{RUN}/report.en.html", f"{RUN}/report.ar.html", f"{RUN}/report.en.xlsx"):
            assert f'href="/cycle/{path}"' in shown, path
        assert f"/cycle/compare?a=2026-Q4-other&amp;b={RUN}" in shown

    def test_a_report_that_is_not_there_is_a_404(self, omar):
        keep_planned_run()
        for path in (f"{RUN}/report.en.html", f"{RUN}/report.fr.html", "none/report.en.xlsx"):
            assert omar.get(f"/cycle/{path}").status_code == 404

    def test_the_page_asks_the_store_as_often_with_many_runs_as_with_one(self, omar):
        from django.db import connection

        def count():
            omar.get("/cycle/")
            with CaptureQueriesContext(connection) as asked:
                omar.get("/cycle/")
            return len(asked)

        keep_planned_run()
        few = count()
        for number in range(60):
            keep_planned_run(run=f"run-{number}", is_new_build=False)
        assert count() == few <= 30


class TestComparing:
    def test_two_runs_are_side_by_side_with_their_difference(self, omar):
        keep_planned_run()
        other = replace(
            build_cycle(), plans=build_cycle().plans[1:], actions=build_cycle().actions[:2]
        )
        keep_run(other, run="other")
        page = omar.get(f"/cycle/compare?a={RUN}&b=other")
        figures = {row[0]: row[1:] for row in rows_of(page, "figures")}
        assert figures["Health score"] == ["of 100", "86", "86", "0"]
        assert figures["Won revenue expected"] == ["USD", "4,255,000.5", "4,255,000.5", "0"]
        assert figures["Demand not served, in revenue"] == [
            "USD", "319,200", "376,656", "−57,456",
        ]  # fmt: skip
        assert figures["Actions proposed"][1:] == ["4", "2", "2"]
        states = [row[2] for row in rows_of(page, "actions")]
        assert states == ["in both", "in both", "only in the first", "only in the first"]
        assert rows_of(page, "variance")[0] == ["Forecast", "$3,677,000", "$3,677,000", "$0"]
        assert f'href="/cycle/{RUN}/report.en.html#reconcile"' in page.content.decode()

    def test_what_a_run_refused_is_a_dash(self, omar):
        keep_planned_run()
        keep_run(build_refusing_cycle(), run="refusing")
        page = omar.get(f"/cycle/compare?a=refusing&b={RUN}")
        figures = {row[0]: row[2:] for row in rows_of(page, "figures")}
        assert figures["Won deals expected"] == ["–", "112", "–"]
        assert "two currencies" in text_of(page)
        assert rows_of(page, "actions")[0][2] == "only in the second"

    def test_a_run_that_pages_cannot_read_is_said(self, omar):
        keep_planned_run()
        keep_run(is_whole=False, run="old")
        assert "Open their reports instead." in text_of(omar.get(f"/cycle/compare?a=old&b={RUN}"))

    @pytest.mark.parametrize("asked", ["", "?a=none&b=none", f"?a={RUN}"])
    def test_what_is_no_run_is_a_404(self, omar, asked):
        keep_planned_run()
        assert omar.get(f"/cycle/compare{asked}").status_code == 404


def test_the_page_is_in_arabic_for_who_reads_arabic(workspace):
    keep_planned_run()
    reader = sign_in(make_person("leader", language="ar"))
    page = reader.get("/cycle/")
    assert 'dir="rtl"' in page.content.decode()
    assert "٢٠٢٦" in text_of(page)
