"""Demand pages: the forecast and its evidence, overriding a figure, and who may do it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.store import audit, overrides
from counterpoise.web.demand import coverage, exceptions, overriding, views
from frozen_plans import change_rule
from kept_forecast import (
    NOW,
    PERIOD,
    RAN_AT,
    build_small_cycle,
    keep_build,
    keep_run,
    write_october,
)
from overriding import FORECAST, NOVEMBER, OCTOBER, cell
from people import make_person, sign_in
from programs import keep_cycle, make_program
from reporting_company import build_cycle, build_refusing_cycle
from shown_pages import field_of, rows_of, text_of

D = Decimal
CELL = "measure=won_revenue&month=2026-10&region=Gulf"
WHOLE = "measure=won_revenue&month=2026-10"
AT = f"/demand/{PERIOD}/cell"
PLANNERS = ("administrator", "operations", "leader", "finance", "marketing")
READERS = (*PLANNERS, "executive", "viewer")


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run()


@pytest.fixture
def layla(ran):
    return sign_in(make_person("leader"))


def write(browser, amount="7000", cell=CELL, to="override", **other):
    said = {
        "amount": amount,
        "reason": "large_deal",
        "comment": "The ministry signs.",
        "replaces": "",
        "seen": amount,
    }
    return browser.post(f"{AT}/{to}?{cell}", said | other)


def current():
    return [(each.amount, each.author) for each in overrides.list_current(PERIOD)]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/demand/", id="the newest period"),
        pytest.param(f"/demand/{PERIOD}/", id="a period"),
        pytest.param(f"{AT}?{CELL}", id="a figure"),
        pytest.param(f"/demand/{PERIOD}/overrides/", id="its overrides"),
        pytest.param("/demand/value-added/", id="who added value"),
        pytest.param("/demand/coverage/", id="whether ranges held"),
        pytest.param(f"/demand/{PERIOD}/exceptions/", id="what to look at"),
        pytest.param(f"/demand/{PERIOD}/volumes/", id="volumes"),
    ],
)
def test_who_reads_plans_reads_demand_and_nobody_else(ran, browsers, path, monkeypatch):
    monkeypatch.setattr(coverage, "now", lambda: NOW)
    monkeypatch.setattr(exceptions, "now", lambda: NOW)
    answers = {role: browser.get(path).status_code for role, browser in browsers.items()}
    wanted = 302 if path == "/demand/" else 200
    assert answers == {role: wanted if role in READERS else 404 for role in browsers}


def test_who_may_override_overrides_and_for_others_there_is_nothing(ran, browsers):
    for role, browser in browsers.items():
        before = overrides.list_history(PERIOD)
        answer = write(browser, replaces=before[0].override.id if before else "")
        if role in PLANNERS:
            assert (answer.status_code, len(overrides.list_history(PERIOD))) == (
                302,
                len(before) + 1,
            )
        else:
            assert (answer.status_code, overrides.list_history(PERIOD)) == (404, before)
            assert b"Save the override" not in browser.get(f"{AT}?{CELL}").content


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/demand/2027-Q1/", id="a period that was never run"),
        pytest.param("/demand/2027-Q1/overrides/", id="its overrides"),
        pytest.param(f"/demand/2027-Q1/cell?{CELL}", id="a figure of it"),
        pytest.param(f"{AT}?measure=profit&month=2026-10", id="a measure that is not forecast"),
        pytest.param(f"{AT}?measure=won_revenue&month=soon", id="a month that is none"),
        pytest.param(f"{AT}?measure=won_revenue&month=2031-10", id="a month after the forecast"),
        pytest.param(f"{AT}?{WHOLE}&region=Atlantis", id="a region that is not there"),
    ],
)
def test_what_is_not_forecast_has_no_page(layla, path):
    assert layla.get(path).status_code == 404


def test_before_the_first_run_the_page_says_what_to_do(workspace):
    page = sign_in(make_person("leader")).get("/demand/")
    assert page.status_code == 200
    assert "No cycle was run yet" in text_of(page)


def test_a_refused_forecast_is_refused_in_words(workspace):
    keep_build()
    keep_run(build_refusing_cycle())
    page = sign_in(make_person("leader")).get(f"/demand/{PERIOD}/")
    assert "There is no forecast: 12 closed deals over 21 days. Load at least 60" in text_of(page)


def test_a_run_from_before_pages_could_read_it_asks_for_another(workspace):
    keep_build()
    keep_run(is_whole=False)
    page = sign_in(make_person("leader")).get(f"/demand/{PERIOD}/")
    assert "Run the cycle again." in text_of(page)


def test_the_page_has_figures_ranges_and_evidence_of_the_run(workspace):
    keep_build()
    keep_run(build_cycle())
    page = sign_in(make_person("leader")).get(f"/demand/{PERIOD}/")
    said = text_of(page)
    for words in (
        "$4.26M",
        "Stage-weighted pipeline",
        "Test on the past",
        "Stage-weighted pipeline 90 24 64%",
        "won deals have no amount",
    ):
        assert words in said, words
    assert page.content.count(b"<svg") == 4, "two charts, each wide and narrow"


@pytest.mark.parametrize(
    ("asked", "rows", "first"),
    [
        pytest.param("", 3, "$10,000", id="the whole, as a page begins"),
        pytest.param("level=region", 6, "$6,000", id="by region"),
        pytest.param("level=product", 6, "$7,000", id="by product"),
        pytest.param("level=region-product", 12, "$4,000", id="by both"),
        pytest.param("level=region&measure=won_deals", 6, "6", id="in deals"),
        pytest.param("level=galaxy&measure=luck", 3, "$10,000", id="nonsense shows the whole"),
    ],
)
def test_each_level_has_its_figures(layla, asked, rows, first):
    page = layla.get(f"/demand/{PERIOD}/?{asked}")
    shown = rows_of(page, "forecast")
    assert (len(shown), shown[0][-6]) == (rows, first)


def keep_split_run():
    splits = [
        cell(measure, month, ((name, label),), amount)
        for name, parts in (("team", ("Cedar", "Nile")), ("segment", ("Small", "Large")))
        for measure in ("won_revenue", "won_deals")
        for month in (OCTOBER, NOVEMBER)
        for label, amount in zip(parts, (3000, 7000), strict=True)
    ]
    forecast = replace(FORECAST, splits=tuple(splits))
    cycle = replace(build_small_cycle(), forecast=forecast)
    keep_cycle(run="2026-Q4-split", cycle=cycle, ran_at=RAN_AT + timedelta(hours=1))


def test_the_whole_is_told_by_segment_without_a_page_for_each_figure(layla):
    keep_split_run()
    page = layla.get(f"/demand/{PERIOD}/?level=segment")
    shown = rows_of(page, "forecast")
    assert [row[1:3] for row in shown] == [["Large", "$7,000"], ["Small", "$3,000"]] * 2
    assert b"month=2026-10" not in page.content


@pytest.mark.parametrize(
    ("role", "teams", "shown"),
    [
        pytest.param("operations", (), ["Cedar", "Nile"], id="who sees everyone"),
        pytest.param("leader", ("Nile",), ["Nile"], id="a leader, the own team"),
        pytest.param("leader", (), [], id="a leader of no team"),
        pytest.param("viewer", (), None, id="who sees nobody has no such level"),
    ],
)
def test_teams_are_shown_as_far_as_one_may_see_them(ran, role, teams, shown):
    keep_split_run()
    person = make_person(role, teams=teams)
    page = sign_in(person).get(f"/demand/{PERIOD}/?level=team")
    assert ("By team" in text_of(page)) == (shown is not None)
    if shown is not None:
        assert sorted({row[1] for row in rows_of(page, "forecast")}) == shown
    answer = make_program(person).get(f"/demand/{PERIOD}").json()["demand"]
    teams_told = {each["by"]["team"] for each in answer["splits"] if "team" in each["by"]}
    assert sorted(teams_told) == (shown or [])
    assert {"segment": "Small"} in [each["by"] for each in answer["splits"]]


def test_an_export_has_exact_figures(layla):
    got = layla.get(f"/demand/{PERIOD}/?level=region&forecast.export=csv").content.decode()
    assert "Gulf" in got
    assert "6000" in got


def test_a_figure_says_what_it_is_part_of_and_what_it_is_made_of(layla):
    page = layla.get(f"{AT}?{CELL}")
    assert rows_of(page, "sums") == [
        ["Whole period", "this is a part of it", "$36,000", "17%"],
        ["Whole company", "this is a part of it", "$10,000", "60%"],
        ["Gulf × Atlas", "a part of this, by product", "$4,000", "67%"],
        ["Gulf × Beacon", "a part of this, by product", "$2,000", "33%"],
    ]


class TestOverriding:
    def test_the_effect_is_shown_before_anything_is_saved(self, layla):
        page = write(layla, "7000", to="preview", seen="")
        assert page.status_code == 200
        assert rows_of(page, "effects")[:3] == [
            ["Won revenue of the whole period", "USD", "60,000", "61,000", "1,000"],
            ["Won revenue of the month: Whole company", "USD", "10,000", "11,000", "1,000"],
            ["Won revenue of the month: Gulf", "USD", "6,000", "7,000", "1,000"],
        ]
        assert "Nothing is saved yet" in text_of(page)
        assert current() == []

    @pytest.mark.parametrize(
        "seen",
        [pytest.param("", id="never seen"), pytest.param("6999", id="seen of another amount")],
    )
    def test_nobody_saves_an_effect_that_they_have_not_seen(self, layla, seen):
        page = write(layla, "7000", seen=seen)
        assert (page.status_code, current()) == (200, [])
        assert "Nothing is saved yet" in text_of(page)
        assert field_of(page, "seen") == "7000"

    def test_what_is_saved_moves_the_forecast_and_asks_for_another_run(self, layla):
        answer = write(layla)
        assert (answer.status_code, answer.url) == (302, f"{AT}?{CELL}")
        page = text_of(layla.get(answer.url))
        assert "Run the cycle again" in page
        assert "signatures under the plan of before do not count" in page
        assert "The ministry signs." in page
        whole = layla.get(f"/demand/{PERIOD}/")
        assert rows_of(whole, "forecast")[0][1:4] == ["$11,000", "$10,000", "moved by an override"]
        assert "$61K" in text_of(whole)
        assert "The statistics say $60K" in text_of(whole)

    def test_after_the_next_run_nothing_is_outstanding(self, layla):
        write(layla)
        (held,) = overrides.list_current(PERIOD)
        ran = replace(
            build_small_cycle(),
            forecast=apply_overrides(FORECAST, [held]),
            statistical=FORECAST,
            overrides=(held,),
        )
        keep_run(ran, run="2026-Q4-again")
        assert "Overrides changed after the last run" not in text_of(
            layla.get(f"/demand/{PERIOD}/")
        )

    def test_who_did_what_when_and_why_is_in_the_history_and_in_the_trail(self, layla):
        write(layla)
        page = layla.get(f"/demand/{PERIOD}/overrides/")
        (row,) = rows_of(page, "overrides")
        assert row[1:] == [
            "Layla Mansour", "sales leader", "Won revenue, October 2026: Gulf", "6,000", "7,000",
            "= 7,000", "large deal", "The ministry signs.", "–", "holds", "–",
        ]  # fmt: skip
        assert next(entry.actor for entry in audit.list_entries()) == "layla"

    def test_an_override_is_withdrawn_and_stays_in_the_history(self, layla):
        write(layla)
        (made,) = overrides.list_current(PERIOD)
        answer = layla.post(f"/demand/{PERIOD}/overrides/{made.id}/withdraw")
        assert (answer.url, current()) == (f"{AT}?{CELL}", [])
        again = layla.post(f"/demand/{PERIOD}/overrides/{made.id}/withdraw", follow=True)
        assert "does not hold any more" in text_of(again)
        (row,) = rows_of(layla.get(f"/demand/{PERIOD}/overrides/"), "overrides")
        assert row[-2:] == ["withdrawn", "layla"]

    def test_an_override_is_talked_about_and_found_from_its_number(self, layla):
        write(layla)
        (made,) = overrides.list_current(PERIOD)
        assert layla.get(f"/demand/overrides/{made.id}/").url == f"{AT}?{CELL}"
        assert layla.get(f"/demand/overrides/{made.id + 1}/").status_code == 404
        layla.post("/comments/", {"subject": f"override:{made.id}", "text": "Who saw the letter?"})
        assert "Who saw the letter?" in text_of(layla.get(f"{AT}?{CELL}"))

    def test_what_cannot_be_withdrawn_is_not_there(self, layla):
        write(layla)
        (made,) = overrides.list_current(PERIOD)
        for path in (f"{PERIOD}/overrides/{made.id + 1}", f"2027-Q1/overrides/{made.id}"):
            assert layla.post(f"/demand/{path}/withdraw").status_code == 404
        assert current() == [(D(7000), "layla")]

    @pytest.mark.parametrize(
        ("to", "wrong"),
        [
            pytest.param(to, wrong, id=f"{to}: {name}")
            for to in ("preview", "override")
            for name, wrong in {
                "no amount": {"amount": ""},
                "words": {"amount": "much"},
                "below nothing": {"amount": "-6001"},
                "percent without a direction": {"amount": "5%"},
                "a change by nothing": {"amount": "+0"},
                "everything taken away and more": {"amount": "-101%"},
                "a last day that is over": {"expires_on": "2026-09-29"},
                "below a cent": {"amount": "0.001"},
                "too much": {"amount": "1" + "0" * 15},
                "no number": {"amount": "NaN"},
                "a reason that the rulebook lacks": {"reason": "a hunch"},
                "no comment": {"comment": "  "},
                "a comment that never ends": {"comment": "x" * 5001},
                "a NUL": {"comment": "a\x00b"},
            }.items()
        ],
    )
    def test_what_is_refused_keeps_the_text_and_leaves_no_row(self, layla, to, wrong):
        page = write(layla, to=to, **wrong)
        assert (page.status_code, overrides.list_history(PERIOD)) == (422, ())
        assert b"errorlist" in page.content
        kept = {"amount": "7000", "comment": "The ministry signs."} | wrong
        assert field_of(page, "amount") == kept["amount"]
        assert field_of(page, "comment") == kept["comment"]

    def test_amounts_are_taken_in_arabic_digits(self, layla):
        write(layla, "٧٬٠٠٠٫٥", seen="7000.5")
        assert current() == [(D("7000.5"), "layla")]

    def test_tables_of_a_refused_page_lead_back_to_the_figure(self, layla):
        for to in ("preview", "override"):
            assert (
                layla.get(f"{AT}/{to}?{CELL}&sums.sort=mean").url == f"{AT}?{CELL}&sums.sort=mean"
            )


@pytest.mark.case("WEB-15")
class TestTwoAtOnce:
    @pytest.fixture
    def farid(self, ran):
        return sign_in(make_person("finance"))

    def test_the_second_sees_both_values_and_keeps_their_text(self, layla, farid):
        write(layla, "7000")
        page = write(farid, "5000", comment="Finance sees less.")
        said = text_of(page)
        assert (page.status_code, current()) == (409, [(D(7000), "layla")])
        assert "Someone changed this figure while you were writing" in said
        for words in ("$7,000", "The ministry signs.", "$5,000", "Finance sees less."):
            assert words in said, words

    def test_saving_again_replaces_knowingly_and_loses_nothing(self, layla, farid):
        write(layla, "7000")
        page = write(farid, "5000", comment="Finance sees less.")
        again = {name: field_of(page, name) for name in ("replaces", "comment")}
        assert write(farid, "5000", **again).status_code == 302
        assert current() == [(D(5000), "farid")]
        history = [kept.override.comment for kept in overrides.list_history(PERIOD)]
        assert history == ["Finance sees less.", "The ministry signs."]

    def test_one_that_was_withdrawn_meanwhile_is_said_to_be(self, layla, farid):
        write(layla, "7000")
        (made,) = overrides.list_current(PERIOD)
        layla.post(f"/demand/{PERIOD}/overrides/{made.id}/withdraw")
        page = write(farid, "5000", replaces=made.id)
        assert page.status_code == 409
        assert "the override was withdrawn" in text_of(page)
        assert current() == []


def test_user_text_is_shown_and_never_run(layla):
    write(layla, comment="<script>alert(1)</script>{{ 7*7 }}")
    for path in (f"{AT}?{CELL}", f"/demand/{PERIOD}/overrides/"):
        page = layla.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "{{ 7*7 }}" in page


def test_before_a_month_is_over_nobody_has_added_value(layla):
    assert "No month is over yet" in text_of(layla.get("/demand/value-added/"))


def test_too_few_overridden_figures_are_refused_in_words(workspace, layla, monkeypatch):
    """The clock is set, for only a finished month is judged."""
    write_october(workspace)
    monkeypatch.setattr(overriding, "now", lambda: NOW)
    write(layla, cell=WHOLE)
    monkeypatch.setattr(views, "now", lambda: NOW + timedelta(days=40))
    rows = rows_of(layla.get("/demand/value-added/"), "added")
    assert [row[:4] for row in rows] == [
        ["layla", "author", "Won revenue", "1"],
        ["sales leader", "role", "Won revenue", "1"],
        ["large deal", "reason", "Won revenue", "1"],
    ]
    assert rows[0][-1].startswith("1 finished figures were overridden; 5 are needed")


def test_before_a_month_is_over_no_range_is_judged(layla, monkeypatch):
    monkeypatch.setattr(coverage, "now", lambda: NOW)
    page = text_of(layla.get("/demand/coverage/"))
    assert "No period that a range was published of is over yet" in page
    assert "These ranges are too narrow" not in page


def test_before_the_first_load_and_after_a_refusal_no_range_was_published(workspace):
    viewer = sign_in(make_person("viewer"))
    assert "0 ranges wait" in text_of(viewer.get("/demand/coverage/"))
    keep_build()
    keep_run(build_refusing_cycle())
    keep_run(run="2026-Q4-old", is_whole=False)
    assert "0 ranges wait" in text_of(viewer.get("/demand/coverage/"))


def test_a_range_is_held_against_what_came_once_its_month_is_over(workspace, layla, monkeypatch):
    write_october(workspace)
    monkeypatch.setattr(coverage, "now", lambda: NOW + timedelta(days=40))
    page = layla.get("/demand/coverage/")
    whole = [row for row in rows_of(page, "coverage") if row[:2] == ["forecast", "Whole company"]]
    assert [(row[2], row[5], row[6], row[9], row[10]) for row in whole] == [
        (measure, share, "0%", "too few months to say", "1")
        for measure in ("Won deals", "Won revenue")
        for share in ("80%", "90%")
    ]
    assert "Too few months are over to say" in text_of(page)
    assert "No range has drifted" not in text_of(page)
    held = [row[3:] for row in rows_of(page, "ranges") if row[3] == "Won revenue"]
    assert held == [
        ["Won revenue", "30 Sep 2026", "1", "80%", "7,000", "14,000", "1,000", "no"],
        ["Won revenue", "30 Sep 2026", "1", "90%", "5,000", "16,000", "1,000", "no"],
    ]


@pytest.mark.parametrize("path", ["", "overrides/", f"cell?{WHOLE}"])
def test_pages_ask_the_store_as_often_with_many_overrides_as_with_one(ran, path):
    from django.db import connection

    person = make_person("leader")
    browser = sign_in(person)

    def count():
        browser.get(f"/demand/{PERIOD}/{path}")
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/demand/{PERIOD}/{path}")
        return len(asked)

    write(browser, cell=WHOLE)
    few = count()
    for each in range(30):
        (held,) = [o for o in overrides.list_current(PERIOD) if not o.by]
        write(browser, str(7000 + each), cell=WHOLE, replaces=held.id)
    assert count() == few <= 30


def test_pages_are_in_arabic_for_who_reads_arabic(ran):
    reader = sign_in(make_person("leader", language="ar"))
    page = reader.get(f"/demand/{PERIOD}/")
    assert 'dir="rtl"' in page.content.decode()
    assert "٦٠" in text_of(page)


def test_an_amount_below_what_is_won_is_refused_in_the_form(workspace):
    keep_build()
    cells = tuple(replace(cell, won=D(100) if not cell.by else D(0)) for cell in FORECAST.cells)
    keep_run(replace(build_small_cycle(), forecast=replace(FORECAST, cells=cells)))
    layla = sign_in(make_person("leader"))
    for to in ("preview", "override"):
        page = write(layla, amount="99", cell=WHOLE, to=to)
        assert (page.status_code, "is won already" in text_of(page)) == (422, True)
    assert current() == []
    assert "Won already" in text_of(layla.get(f"{AT}?{WHOLE}"))


def test_a_month_that_was_over_when_the_run_was_made_proves_nothing(workspace, monkeypatch):
    keep_build()
    write_october(workspace)
    cycle = build_small_cycle()
    last_day = cycle.as_of + timedelta(days=31)
    late = replace(cycle.forecast, as_of=last_day)
    keep_run(replace(cycle, as_of=last_day, forecast=late))
    monkeypatch.setattr(coverage, "now", lambda: NOW + timedelta(days=40))
    viewer = sign_in(make_person("viewer"))
    assert rows_of(viewer.get("/demand/coverage/"), "ranges") == []


def test_what_changed_since_the_run_before_is_told_by_cause(workspace):
    keep_build()
    keep_run(run="2026-Q4-before")
    layla = sign_in(make_person("leader"))
    assert "What changed since" not in text_of(layla.get(f"/demand/{PERIOD}/"))
    cycle = build_small_cycle()
    later = replace(cycle.forecast, as_of=cycle.as_of + timedelta(days=15))
    keep_run(replace(cycle, as_of=later.as_of, forecast=later), run="2026-Q4-now")
    write(layla, amount="16000", cell=WHOLE)
    page = layla.get(f"/demand/{PERIOD}/")
    said = text_of(page)
    assert "What changed since the run before" in said
    assert "Overrides$6,000" in said
    program = make_program(make_person("viewer"))
    change = program.get(f"/demand/{PERIOD}/change").json()
    assert [float(each["money"]) for each in change["lines"]] == [0, 0, 0, 6000]
    assert float(change["now"]) - float(change["before"]) == 6000
    assert program.get("/demand/2031-Q1/change").status_code == 404


def test_a_run_in_another_currency_is_compared_with_nothing(workspace, layla, monkeypatch):
    cycle = build_small_cycle()
    later = replace(cycle.forecast, as_of=cycle.as_of + timedelta(days=15), currency="AED")
    keep_run(replace(cycle, as_of=later.as_of, forecast=later), run="2026-Q4-dirhams")
    assert "What changed since" not in text_of(layla.get(f"/demand/{PERIOD}/"))
    write_october(workspace, currency="AED")
    change_rule("company.currency", "AED", on=NOW.date())
    monkeypatch.setattr(coverage, "now", lambda: NOW + timedelta(days=40))
    shown = rows_of(layla.get("/demand/coverage/"), "ranges")
    assert {(row[3], row[4]) for row in shown} == {
        ("Won deals", "30 Sep 2026"),
        ("Won deals", "15 Oct 2026"),
        ("Won revenue", "15 Oct 2026"),
    }


def test_without_an_earlier_run_no_change_is_told(ran):
    program = make_program(make_person("viewer"))
    answer = program.get(f"/demand/{PERIOD}/change")
    assert (answer.status_code, "No earlier day's run" in answer.json()["detail"]) == (404, True)


def test_what_to_look_at_names_figures_who_and_why(workspace, layla, monkeypatch):
    write_october(workspace)
    write(layla, amount="9000")
    monkeypatch.setattr(exceptions, "now", lambda: NOW + timedelta(days=40))
    page = layla.get(f"/demand/{PERIOD}/exceptions/")
    rows = rows_of(page, "exceptions")
    kinds = {row[1] for row in rows}
    assert kinds == {"overridden by much", "missed its range"}
    (overridden,) = [row for row in rows if row[1] == "overridden by much"]
    assert overridden[0] == "Won revenue, October 2026: Gulf"
    assert overridden[3] == "sales leader"
    assert f"{AT}?{CELL}".encode() in page.content.replace(b"&amp;", b"&")


def test_where_nothing_stands_out_and_where_nothing_is_forecast_the_page_says_so(
    workspace, layla, monkeypatch
):
    monkeypatch.setattr(exceptions, "now", lambda: NOW)
    assert "No figure stands out" in text_of(layla.get(f"/demand/{PERIOD}/exceptions/"))
    assert layla.get("/demand/2031-Q1/exceptions/").status_code == 404
    keep_run(build_refusing_cycle(), run="2026-Q4-refused")
    assert "Nothing is forecast" in text_of(layla.get(f"/demand/{PERIOD}/exceptions/"))
