"""What moved the pipeline, as a page and for programs; and whose movements everyone sees."""

import pytest

from people import make_person, sign_in
from programs import collect_deals, make_program
from shown_pages import rows_of, text_of

YEAR = "start=2026-01-01&last=2026-12-31"
PROGRAM_YEAR = "start=2026-01-01&end=2027-01-01"


@pytest.fixture
def collected(workspace_like):
    """Deals of Huda in East (one won, one open) and Adam in West (one lost, one won)."""
    return workspace_like(collect_deals, is_read_only=True)


def look(role, query=YEAR, path="/collect/waterfall/", **person):
    return sign_in(make_person(role, **person)).get(f"{path}?{query}")


def test_start_movements_and_end_are_shown_and_add_up(collected):
    page = look("viewer")
    assert rows_of(page, "lines") == [
        ["Open at the start", "0", "–", "0"],
        ["Created", "0", "4", "4"],
        ["First priced", "3,350.50", "4", "4"],
        ["Won", "−2,100.50", "2", "2"],
        ["Lost", "−800", "1", "1"],
        ["Open at the end", "450", "–", "1"],
    ]
    assert page.content.decode().count("<svg") >= 1


def test_what_is_not_asked_is_the_quarter_of_the_data(collected):
    page = look("viewer", "")
    assert "Open at the start" in text_of(page)
    assert 'value="2026-04-01"' in page.content.decode()


def test_before_anything_was_collected_there_is_no_waterfall(workspace):
    assert look("viewer").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("start=2026-05-01&last=2026-04-01", "no day is in it", id="no day"),
        pytest.param("start=2999-05-01&last=2999-06-01", "today is", id="the future"),
        pytest.param(f"{YEAR}&due=soon", "Write a month", id="no period"),
        pytest.param(f"{YEAR}&by=mood", "Select a valid choice", id="no split"),
        pytest.param("start=yesterday&last=2026-04-01", "valid date", id="no date"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(collected, query, said):
    page = look("viewer", query)
    assert (page.status_code, said in text_of(page)) == (422, True)


def test_a_part_is_chosen_from_the_list_of_parts(collected):
    page = look("operations", f"{YEAR}&by=rep&is=Huda+Salem")
    assert rows_of(page, "lines")[-1] == ["Open at the end", "450", "–", "1"]
    assert sorted(row[0] for row in rows_of(page, "parts")) == ["Adam Noor", "Huda Salem"]
    assert look("finance", f"{YEAR}&by=rep&is=Nobody").status_code == 404


def test_a_leader_sees_the_parts_of_their_own_team(collected):
    page = look("leader", f"{YEAR}&by=rep")
    assert [row[0] for row in rows_of(page, "parts")] == ["Huda Salem"]
    assert "Adam Noor" not in page.content.decode()
    hidden = sign_in(make_person("leader", username="other", teams=["West"]))
    assert hidden.get(f"/collect/waterfall/?{YEAR}&by=team&is=East").status_code == 404


def test_who_sees_nobody_is_not_offered_people(collected):
    assert look("marketing", f"{YEAR}&by=rep").status_code == 422
    assert 'href="/collect/waterfall/created/' not in look("viewer").content.decode()


def test_a_rep_finds_what_moved_their_own_pipeline(collected):
    page = look("rep")
    assert [row[0] for row in rows_of(page, "parts")] == ["Huda Salem"]
    assert rows_of(page, "lines") == [
        ["Open at the start", "0", "–", "0"],
        ["Created", "0", "2", "2"],
        ["First priced", "1,650.50", "2", "2"],
        ["Won", "−1,200.50", "1", "1"],
        ["Open at the end", "450", "–", "1"],
    ]
    assert "Adam Noor" not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param(f"{YEAR}&by=", 422, id="not the whole company's"),
        pytest.param(f"{YEAR}&by=region", 422, id="not a region's"),
        pytest.param(f"{YEAR}&by=team", 422, id="not their team's"),
        pytest.param(f"{YEAR}&by=rep&is=Adam+Noor", 404, id="not a colleague's"),
    ],
)
def test_a_rep_finds_no_waterfall_of_others(collected, query, status):
    page = look("rep", query)
    assert (page.status_code, "Open at the end" in text_of(page)) == (status, False)


def test_a_program_of_a_rep_gets_their_own_part(collected):
    program = make_program(make_person("rep"))
    found = program.get(f"/waterfall?{PROGRAM_YEAR}&by=rep").json()
    assert [each["label"] for each in found["parts"]] == ["Huda Salem"]
    assert found["currencies"] == []
    refused = program.get(f"/waterfall?{PROGRAM_YEAR}")
    assert (refused.status_code, "Ask for by=rep" in refused.json()["detail"]) == (422, True)


def test_a_token_that_may_read_nothing_finds_no_waterfall(collected):
    program = make_program(make_person("operations"), ["load_data"])
    assert program.get(f"/waterfall?{PROGRAM_YEAR}").status_code == 404


WON = "/collect/waterfall/won/"


@pytest.mark.parametrize(
    ("role", "deals"),
    [
        pytest.param("operations", {"A-1", "A-5"}, id="operations see all"),
        pytest.param("leader", {"A-1"}, id="a leader their team's"),
        pytest.param("rep", {"A-1"}, id="a rep their own"),
    ],
)
def test_behind_a_line_are_the_movements_in_reach(collected, role, deals):
    page = look(role, YEAR, WON)
    assert {row[0] for row in rows_of(page, "movements")} == deals
    program = make_program(make_person(role, username="again"))
    found = program.get(f"/waterfall/won?{PROGRAM_YEAR}").json()
    assert ({each["deal"] for each in found["items"]}, found["total"]) == (deals, len(deals))


@pytest.mark.parametrize(
    ("role", "query", "path"),
    [
        pytest.param("viewer", YEAR, WON, id="who sees nobody"),
        pytest.param("operations", YEAR, "/collect/waterfall/vanished/", id="no such movement"),
        pytest.param("operations", "start=soon&last=2026-01-01", WON, id="no such day"),
        pytest.param("operations", "start=2999-01-01&last=2999-01-01", WON, id="the future"),
    ],
)
def test_there_are_no_movements_behind(collected, role, query, path):
    assert look(role, query, path).status_code == 404


def test_the_movements_of_a_part_are_those_of_the_part(collected):
    page = look("operations", f"{YEAR}&by=rep&is=Adam+Noor", WON)
    assert [row[0] for row in rows_of(page, "movements")] == ["A-5"]


def test_a_program_gets_the_same_figures(collected):
    program = make_program(make_person("viewer"))
    found = program.get(f"/waterfall?{PROGRAM_YEAR}&due=2026").json()
    (part,) = found["parts"]
    assert (part["open_at_start"], part["open_at_end"]["deals"]) == (
        {"money": "0.00", "deals": 0},
        0,
    )
    assert program.get(f"/waterfall?{PROGRAM_YEAR}&by=rep").json()["parts"] == []
    refused = program.get("/waterfall?start=2026-02-01&end=2026-01-01")
    assert (refused.status_code, "no day is in it" in refused.json()["detail"]) == (422, True)


def test_a_program_gets_the_parts_its_owner_sees(collected):
    program = make_program(make_person("leader"))
    found = program.get(f"/waterfall?{PROGRAM_YEAR}&by=rep").json()
    assert [each["label"] for each in found["parts"]] == ["Huda Salem"]


def test_movements_come_page_by_page(collected):
    program = make_program(make_person("operations"))
    path = f"/waterfall/created?{PROGRAM_YEAR}&limit=3"
    first = program.get(path).json()
    second = program.get(f"{path}&cursor={first['next']}").json()
    seen = [each["deal"] for each in (*first["items"], *second["items"])]
    assert (seen, second["next"]) == (["A-1", "A-2", "A-3", "A-5"], None)
    assert program.get(f"/waterfall/vanished?{PROGRAM_YEAR}").status_code == 404
