"""Rows behind figures and findings for programs: the same as the pages, and of people in reach."""

from decimal import Decimal

import pytest

from people import make_person
from programs import collect_deals, make_program


@pytest.fixture
def collected(workspace_like):
    """Closed deals: A-1 of Huda in East, A-2 and A-5 of Adam in West. A-4 could not be read."""
    from counterpoise.store import ledger

    workspace_like(collect_deals)
    return ledger.get_current_build().id


def ask(role, path, **person):
    answer = make_program(make_person(role, **person)).get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def keys(answer):
    return [each["source_id"] for each in answer["items"]]


@pytest.mark.case("API-03")
@pytest.mark.parametrize(
    ("role", "person", "seen"),
    [
        pytest.param("operations", {}, ["A-1", "A-2", "A-5"], id="operations see all"),
        pytest.param("leader", {}, ["A-1"], id="a leader their team's"),
        pytest.param("leader", {"teams": ["West"]}, ["A-2", "A-5"], id="another theirs"),
        pytest.param("leader", {"teams": []}, [], id="a leader without a team none"),
        pytest.param("rep", {}, ["A-1"], id="a rep their own"),
        pytest.param("rep", {"rep": ""}, [], id="a rep without a name none"),
    ],
)
def test_rows_behind_a_measure_are_those_in_reach(collected, role, person, seen):
    program = make_program(make_person(role, **person))
    found = program.get("/measures/win_rate/rows").json()
    assert (keys(found), found["total"], found["next"]) == (seen, len(seen), None)
    others = program.get("/measures/win_rate/rows?by=rep&member=Adam+Noor").json()
    assert keys(others) == [each for each in seen if each != "A-1"]


@pytest.mark.case("API-03")
@pytest.mark.parametrize("role", ["viewer", "marketing"])
def test_who_sees_nobody_has_no_rows(collected, role):
    program = make_program(make_person(role))
    for path in ("/measures/win_rate/rows", "/health/fixes"):
        assert program.get(path).status_code == 404
    narrow = make_program(make_person("operations"), ["read_data"])
    assert narrow.get("/measures/win_rate/rows").status_code == 404


def test_a_row_is_as_it_is_recorded(collected):
    found = ask("operations", "/measures/won_revenue/rows?by=team&member=East")
    assert (found["build"], found["columns"][:3]) == (collected, ["source_id", "name", "rep"])
    (row,) = found["items"]
    assert list(row) == found["columns"]
    assert (row["rep"], row["team"], Decimal(row["amount"]), row["closed_at"][:10]) == (
        "Huda Salem",
        "East",
        Decimal("1200.50"),
        "2026-02-11",
    )


def test_rows_come_page_by_page_and_none_twice(collected):
    program = make_program(make_person("operations"))
    path, pages = "/measures/win_rate/rows?limit=2&words=A-", []
    following = ""
    while following is not None:
        answer = program.get(f"{path}&cursor={following}").json()
        pages.append(keys(answer))
        following, total = answer["next"], answer["total"]
    assert (pages, total) == ([["A-1", "A-2"], ["A-5"]], 3)
    first = program.get(path).json()["next"]
    assert program.get(f"/measures/win_rate/rows?cursor={first}").status_code == 400
    assert program.get(f"/measures/lost_deals/rows?words=A-&cursor={first}").status_code == 400


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("win_rate/rows?by=month&member=2026-03", 200, id="of a month"),
        pytest.param("win_rate/rows?by=month&member=tomorrow", 422, id="no month"),
        pytest.param("win_rate/rows?by=password", 422, id="no dimension"),
        pytest.param("win_rate/rows?words=%27%20OR%201=1%20--", 200, id="words that would be SQL"),
        pytest.param("win_rate/rows?sort=amount", 422, id="a parameter that there is not"),
        pytest.param("forecast_error/rows", 404, id="a measure that rests on no rows"),
        pytest.param("no_such_measure/rows", 404, id="no measure"),
    ],
)
def test_what_is_asked_of_rows_is_read_strictly(collected, asked, status):
    program = make_program(make_person("operations"))
    assert program.get(f"/measures/{asked}").status_code == status


def test_a_question_that_takes_too_long_is_refused_in_words(collected, monkeypatch):
    from counterpoise.warehouse.queries import guarded

    monkeypatch.setattr(guarded, "LIMIT_SECONDS", 0.001)
    program = make_program(make_person("operations"))
    for n in range(200):  # the engine may be between two statements when time is up
        answer = program.get(f"/measures/win_rate/rows?words=a{n}")
        if answer.status_code == 422:
            break
    assert (answer.status_code, "was stopped" in answer.json()["detail"]) == (422, True)


FINDING = "/health/opportunity/expected_close_on/completeness/rows"
"""Of A-3, which is open and Huda's."""


@pytest.mark.case("API-03")
@pytest.mark.parametrize(
    ("role", "person", "reps"),
    [
        pytest.param("finance", {}, {"Huda Salem"}, id="finance see all"),
        pytest.param("leader", {}, {"Huda Salem"}, id="a leader their team's"),
        pytest.param("leader", {"teams": ["West"]}, set(), id="of another team none of it"),
        pytest.param("rep", {}, {"Huda Salem"}, id="a rep their own"),
        pytest.param("rep", {"rep": "Adam Noor"}, set(), id="and none of others"),
    ],
)
def test_what_reps_could_mend_is_of_those_in_reach(collected, role, person, reps):
    program = make_program(make_person(role, **person))
    fixes = program.get("/health/fixes").json()["items"]
    dates = [each for each in fixes if each["attribute"] == "expected_close_on"]
    assert [(each["rep"], each["rows"]) for each in dates] == [(each, 1) for each in reps]
    assert keys(program.get(FINDING).json()) == (["A-3"] if reps else [])
    assert program.get(f"{FINDING}?rep=Huda+Salem").status_code == (200 if reps else 404)


def test_fixes_come_page_by_page(collected):
    program = make_program(make_person("operations"))
    whole = program.get("/health/fixes").json()["items"]
    listed, following = [], ""
    while following is not None:
        answer = program.get(f"/health/fixes?limit=1&cursor={following}").json()
        listed += answer["items"]
        following = answer["next"]
    assert len(whole) > 1
    assert listed == whole


def test_a_finding_that_there_is_not(collected):
    program = make_program(make_person("operations"))
    assert program.get("/health/store_user/password/validity/rows").status_code == 404
    assert program.get("/health/opportunity/amount/stale/rows").status_code == 404


def test_rows_of_data_that_nobody_judged_are_not_there_yet(workspace):
    from programs import keep_build

    program = make_program(make_person("operations"))
    assert program.get("/health/fixes").status_code == 404
    keep_build()
    for path in ("/health/fixes", "/measures/win_rate/rows", "/health/lead/email/validity/rows"):
        answer = program.get(path)
        assert (answer.status_code, "has not been judged" in answer.json()["detail"]) == (404, True)


@pytest.mark.parametrize(("role", "status"), [("operations", 202), ("viewer", 404)])
def test_who_loads_data_has_it_judged(collected, role, status):
    from counterpoise.actions import work
    from counterpoise.store import jobs
    from counterpoise.store.models import Examination
    from counterpoise.web.workplace import get_workspace, now

    Examination.objects.all().delete()
    program = make_program(make_person(role))
    asked = program.post("/health/judge")
    assert asked.status_code == status
    assert [each.kind for each in jobs.list_jobs(50)] == ["examine"] * (status == 202)
    if status == 202:
        job, place = asked.json()["id"], get_workspace()
        work.do_work(place, job, jobs.take_job(job, at=now()), now=now())
        assert program.get(f"/jobs/{job}").json()["state"] == "done"
    assert Examination.objects.count() == (1 if status == 202 else 0)
