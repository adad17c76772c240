"""Marks on the forecast explorer, and the calendar in it: page, API and command."""

import json
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions import examinations, rules, series, series_days, series_marks
from counterpoise.cli.main import main
from counterpoise.domain.values.period import find_start
from counterpoise.store import marks
from people import PEOPLE, make_person, sign_in
from programs import make_program
from shown_pages import rows_of, text_of

ADDRESS = "/demand/series/"
QUERY = "measure=leads&by=region&every=month&steps=3&part=1"
RIGHTFUL = {"administrator", "operations", "leader", "finance", "marketing"}
SENT = {"measure": "leads", "cell": "region=Europe", "period": "2026-03", "kind": "one_off",
        "comment": "A fair that is not held again"}  # fmt: skip
NEW = {"measure": "leads", "period": "2026-03", "by": {"region": "Europe"}, "kind": "one_off",
       "comment": "A fair"}  # fmt: skip


def test_a_planner_marks_a_month_sees_it_replaced_and_withdraws(planned):
    omar = sign_in(make_person("operations"))
    before = rows_of(omar.get(f"{ADDRESS}?{QUERY}"), "ahead")
    page = omar.post(f"{ADDRESS}mark?{QUERY}", SENT, follow=True)
    assert page.redirect_chain == [(f"{ADDRESS}?measure=leads&by=region&every=month&steps=3&part=1",
                                    302)]  # fmt: skip
    assert "The time is marked" in text_of(page)
    (row,) = [each for each in rows_of(page, "replaced") if "one-off" in each]
    assert "March 2026" in row[0]
    assert row[2] != row[3], "what came, and what was learned instead"
    assert rows_of(page, "ahead") != before
    (mark,) = marks.list_current("leads")
    assert "Withdraw the mark: Europe, 1 Mar 2026 – 31 Mar 2026" in text_of(page)
    page = omar.post(f"{ADDRESS}marks/{mark.id}/withdraw?{QUERY}", follow=True)
    assert "Its time is learned from again" in text_of(page)
    assert rows_of(page, "ahead") == before
    page = omar.post(f"{ADDRESS}marks/{mark.id}/withdraw?{QUERY}", follow=True)
    assert "was withdrawn before" in text_of(page)
    assert omar.post(f"{ADDRESS}marks/999/withdraw").status_code == 404


def test_who_may_override_marks_and_nobody_else(planned):
    for role in PEOPLE:
        browser = sign_in(make_person(role))
        status = browser.post(f"{ADDRESS}mark?{QUERY}", {**SENT, "period": "20"}).status_code
        assert status == (422 if role in RIGHTFUL else 404), role
        shown = text_of(browser.get(f"{ADDRESS}?{QUERY}"))
        assert ("Mark this time" in shown) == (role in RIGHTFUL), role
    assert marks.list_history() == ()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param({"period": "2030-01"}, "has not begun yet", id="to come"),
        pytest.param({"period": "<b>"}, "names no period", id="no period"),
        pytest.param({"comment": ""}, "This field is required", id="no comment"),
        pytest.param({"kind": "x"}, "Select a valid choice", id="no kind"),
        pytest.param({"measure": "profit"}, "cannot be carried forward", id="no measure"),
        pytest.param({"cell": "rep=Huda Salem"}, "for those who see everybody", id="a person"),
    ],
)
def test_a_refused_mark_says_why_and_keeps_what_was_written(planned, sent, said):
    layla = sign_in(make_person("leader"))
    page = layla.post(f"{ADDRESS}mark?{QUERY}", {**SENT, **sent})
    assert (page.status_code, said in text_of(page)) == (422, True)
    assert marks.list_history() == ()
    again = layla.get(f"{ADDRESS}mark?{QUERY}")
    assert (again.status_code, again.url) == (302, f"{ADDRESS}?{QUERY}")


def test_a_page_in_arabic_has_the_form_too(planned):
    mona = sign_in(make_person("marketing", language="ar"))
    page = mona.get(f"{ADDRESS}?measure=leads&by=&every=week&steps=4")
    assert page.status_code == 200
    assert len(rows_of(page, "ahead")) == 4


def test_the_api_marks_lists_and_withdraws(planned):
    program = make_program(make_person("finance"))
    made = program.post("/series/marks", NEW)
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    assert program.post("/series/marks", NEW).status_code == 409
    (listed,) = program.get("/series/marks").json()["items"]
    assert (listed["by"], listed["start"], listed["end"], listed["author"]) == (
        {"region": "Europe"}, "2026-03-01", "2026-04-01", "farid",
    )  # fmt: skip
    parts = program.get("/series?measure=leads&by=region&steps=2").json()["parts"]
    marked = {str(part["by"]): [each["kind"] for each in part["replaced"]] for part in parts}
    assert "one_off" in marked["{'region': 'Europe'}"]
    assert "one_off" not in marked["{'region': 'Gulf'}"]
    ended = program.post(f"/series/marks/{number}/withdraw", {})
    assert (ended.status_code, ended.json()["withdrawn_by"]) == (200, "farid")
    assert program.post(f"/series/marks/{number}/withdraw", {}).status_code == 409
    assert program.post("/series/marks/999/withdraw", {}).status_code == 404


@pytest.mark.parametrize(
    ("role", "sent", "status"),
    [
        pytest.param("viewer", {}, 404, id="a viewer marks nothing"),
        pytest.param("leader", {"by": {"rep": "Huda Salem"}}, 404, id="a single person"),
        pytest.param("finance", {"period": "March"}, 422, id="no period"),
        pytest.param("finance", {"measure": "coverage"}, 422, id="no measure"),
        pytest.param("finance", {"by": {"stage": "x"}}, 422, id="no part"),
        pytest.param("finance", {"kind": "x"}, 422, id="no kind"),
        pytest.param("finance", {"comment": ""}, 422, id="no comment"),
        pytest.param("finance", {"more": 1}, 422, id="an unknown field"),
    ],
)
def test_the_api_refuses(planned, role, sent, status):
    program = make_program(make_person(role))
    assert program.post("/series/marks", {**NEW, **sent}).status_code == status
    assert marks.list_history() == ()


def test_the_command_marks_lists_and_withdraws(planned, capsys):
    where = ["--workspace", str(planned.root)]
    main(["marks", "lost_sales", "leads", "2026-W10", "--by", "region=Gulf", "--comment",
          "No stock", "--json", *where])  # fmt: skip
    (made,) = json.loads(capsys.readouterr().out)["marks"]
    assert (made["kind"], made["by"], made["start"]) == (
        "lost_sales", {"region": "Gulf"}, "2026-03-02",
    )  # fmt: skip
    main(["series", "leads", "--by", "region", "--steps", "2", *where])
    printed = capsys.readouterr().out
    assert "Not learned from as it came" in printed
    assert "What occasions do" in printed
    main(["marks", "withdraw", str(made["id"]), *where])
    assert "withdrawn" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["one_off", "leads"], "Which measure, and when?", id="no time"),
        pytest.param(["one_off", "leads", "2026-03", "--by", "Gulf"], "no part", id="no part"),
        pytest.param(["withdraw", "x"], "Write its number", id="no number"),
    ],
)  # fmt: skip
def test_the_command_refuses(planned, capsys, words, said):
    with pytest.raises(SystemExit):
        main(["marks", *words, "--workspace", str(planned.root)])
    assert said in capsys.readouterr().err


def test_marks_of_people_do_not_speak_to_who_did_not_ask_for_people(planned):
    series_marks.make_mark(
        series_marks.Draft("leads", "2026-03", (("rep", "Huda Salem"),), "one_off", "Leave"),
        None, now=planned_now(),
    )  # fmt: skip
    build = examinations.get_build(planned)
    assert list_unplaced(carry(build, ())) == []
    assert "Huda" not in str(carry(build, ("region",)))


def test_a_mark_of_a_part_reaches_the_whole_that_is_not_split_by_it(planned):
    build = examinations.get_build(planned)
    before = carry(build, ())
    series_marks.make_mark(
        series_marks.Draft("leads", "2026-03", (("region", "Gulf"),), "one_off", "A fair"),
        None, now=planned_now(),
    )  # fmt: skip
    after = carry(build, ())
    assert (after.by, len(after.parts), list_unplaced(after)) == ((), 1, [])
    assert [each.kind for each in after.parts[0].replaced].count("one_off") == 1
    assert after.parts[0].history == before.parts[0].history
    split = carry(build, ("region",)).parts[0]
    assert after.parts[0] == split
    both = carry(build, ("source", "team"))
    assert list_unplaced(both) == ["Marks of Gulf"], "three are too many"


def test_where_parts_are_too_many_a_note_says_that_a_mark_is_not_counted(planned, monkeypatch):
    from counterpoise.domain.demand import explore

    series_marks.make_mark(
        series_marks.Draft("leads", "2026-03", (("region", "Gulf"),), "one_off", "A fair"),
        None, now=planned_now(),
    )  # fmt: skip
    monkeypatch.setitem(explore.MOST_PARTS, "month", 1)
    build = examinations.get_build(planned)
    assert list_unplaced(carry(build, (), steps=2)) == ["Marks of Gulf"]


def list_unplaced(found):
    return [str(each)[:13] for each in found.notes if "not taken account of" in str(each)]


def planned_now():
    from journeys.conftest import NOW

    return NOW


def carry(build, by, every="month", steps=6, today=date(2026, 9, 30)):
    return series.carry(build, series.wish("leads", by, every, steps), today=today)


def test_the_calendar_of_the_company_and_of_a_region_that_has_its_own(planned):
    build = examinations.get_build(planned)
    rulebook = rules.load_rulebook()
    found = series_days.find_calendars(
        build, rulebook, date(2026, 9, 30), (date(2025, 1, 1), date(2025, 12, 31)), ["Europe"]
    )
    assert set(found) == {"", "Europe"}
    company = found[""]
    assert company.country == "AE"
    assert date(2025, 12, 2) in company.ordinary - company.worked, "the national day"
    assert [each.kind for each in company.occasions if each.first.year == 2025] == [
        "ramadan", "eid", "eid",
    ]  # fmt: skip


def test_weeks_and_days_add_up_and_the_whole_is_what_the_parts_are(planned):
    build = examinations.get_build(planned)
    whole, *parts = carry(build, ("region",), "week", 2).parts
    assert sum(each.ahead[0].expected for each in parts) == whole.ahead[0].expected
    months = carry(build, ()).parts[0].history
    days = carry(build, (), "day", 2).parts[0].history
    august = [each.value for each in days if find_start("2026-08") <= each.start
              < find_start("2026-09")]  # fmt: skip
    assert sum(august, Decimal(0)) == months[-2].value


def test_nothing_in_a_measure_is_refused_as_ever(planned):
    build = examinations.get_build(planned)
    from counterpoise.domain.time_series.series import BrokenSeries

    with pytest.raises(BrokenSeries):
        series.carry(build, series.wish("leads"), today=date(1990, 1, 1))
