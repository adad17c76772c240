"""The sales process, as a page and for programs; and whose figures everyone sees."""

import shutil

import pytest

from people import make_person, sign_in
from programs import collect_deals, make_program
from shown_pages import rows_of, text_of

YEAR = "start=2026-01-01&last=2026-12-31&cohorts=quarter"
PROGRAM_YEAR = "start=2026-01-01&end=2027-01-01&cohorts=quarter"
PATH = "/collect/process/"


@pytest.fixture(scope="module")
def template(tmp_path_factory, migrated_store):
    """Deals of Huda in East (one won, one open) and Adam in West (one lost, one won)."""
    from django.db import connections

    from counterpoise.actions.workspaces import init_workspace

    folder = tmp_path_factory.mktemp("collected") / "workspace"
    folder.mkdir()
    shutil.copy(migrated_store, folder / "store.sqlite3")
    collect_deals(init_workspace(folder, company="Test Company"), folder.parent / "export")
    connections["default"].close()
    return folder


@pytest.fixture
def collected(template, tmp_path, settings_of):
    """Each test has its own people over the same build, so what was computed of it is known."""
    from counterpoise.actions.workspaces import init_workspace

    folder = tmp_path / "workspace"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("warehouse"))
    (folder / "warehouse").symlink_to(template / "warehouse")
    return settings_of(init_workspace(folder))


def look(role, query=YEAR, **person):
    return sign_in(make_person(role, **person)).get(f"{PATH}?{query}")


def test_cohorts_stages_and_losses_are_shown(collected):
    page = look("operations")
    (cohort,) = rows_of(page, "deals")
    assert cohort[:4] == ["2026-Q1", "cannot be judged", "4", "1"]
    assert set(cohort[4:]) == {"too few to say"}
    assert ["2026-Q1", "cannot be judged", "Won", "2", "too few to say", "too few to say", "2"] in (
        rows_of(page, "deal-steps")
    )
    assert rows_of(page, "reasons") == [
        ["no reason given", "1", "too few to say", "800", "too few to say"]
    ]
    assert rows_of(page, "losses")[0][:2] == ["no reason given", "not known"]
    assert rows_of(page, "silences") == [
        ["Team", "West", "1", "1", "too few to say"],
        ["Rep", "Adam Noor", "1", "1", "too few to say"],
    ]


def test_every_figure_says_how_it_is_counted(collected):
    said = text_of(look("viewer"))
    for words in ("ever came to each stage", "cohort is mature when", "Kaplan–Meier estimate"):
        assert words in said


def test_what_is_not_asked_is_the_year_up_to_the_last_day_of_the_data(collected):
    page = look("viewer", "")
    assert page.status_code == 200
    assert 'value="2025-05-01"' in page.content.decode()


def test_before_anything_was_collected_there_is_no_process(workspace):
    assert look("viewer").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("start=2026-05-01&last=2026-04-01", "no day is in it", id="no day"),
        pytest.param("start=2999-05-01&last=2999-06-01", "nothing can have happened", id="future"),
        pytest.param(f"{YEAR}&by=mood", "Select a valid choice", id="no split"),
        pytest.param("start=2026-01-01&last=2026-02-01&cohorts=week", "valid choice", id="no size"),
        pytest.param("start=yesterday&last=2026-04-01", "valid date", id="no date"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(collected, query, said):
    page = look("viewer", query)
    assert (page.status_code, said in text_of(page)) == (422, True)


def test_the_day_whose_knowledge_counts_can_be_chosen(collected):
    page = look("viewer", f"{YEAR}&as_of=2026-02-15")
    assert [row[2:4] for row in rows_of(page, "deals")] == [["2", "1"]]


def test_a_leader_sees_the_parts_of_their_own_team(collected):
    page = look("leader", f"{YEAR}&by=rep")
    assert {row[0] for row in rows_of(page, "deals")} == {"Huda Salem"}
    assert "Adam Noor" not in page.content.decode()
    assert rows_of(page, "reasons") == []
    assert "No deal that you may see was lost in this window." in text_of(page)
    west = look("leader", f"{YEAR}&by=team", username="other", teams=["West"])
    assert {row[0] for row in rows_of(west, "reasons")} == {"West"}
    assert [row[1] for row in rows_of(west, "silences")] == ["West", "Adam Noor"]


def test_who_sees_nobody_is_not_offered_people(collected):
    assert look("marketing", f"{YEAR}&by=rep").status_code == 422
    page = look("viewer")
    assert "Adam Noor" not in page.content.decode()
    assert "Who leaves the reason out" not in text_of(page)


def test_a_rep_finds_no_process_of_the_company(collected):
    assert look("rep").status_code == 404


def test_leads_are_not_split_by_what_they_do_not_have(collected):
    assert "A lead has no segment" in text_of(look("viewer", f"{YEAR}&by=segment"))


def test_every_table_is_a_file_as_well(collected):
    page = look("operations", f"{YEAR}&losses.export=csv")
    assert page["Content-Type"].startswith("text/csv")
    assert "no reason given" in page.getvalue().decode("utf-8-sig")


def test_a_program_gets_the_same_figures(collected):
    found = make_program(make_person("operations")).get(f"/process?{PROGRAM_YEAR}").json()
    (cohort,) = found["funnel"]
    assert (cohort["period"], cohort["created"], cohort["maturity"]) == ("2026-Q1", 4, "unknown")
    assert [(each["reason"], each["money"], each["share"]) for each in found["reasons"]] == [
        ("", "800.00", None)
    ]
    assert {each["label"] for each in found["silences"]} == {"West", "Adam Noor"}
    assert "Kaplan–Meier" in found["definitions"]["stages"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("start=2026-02-01&end=2026-01-01", "no day is in it", id="no day"),
        pytest.param("start=2999-02-01&end=2999-03-01", "nothing can have happened", id="future"),
    ],
)
def test_a_program_is_refused_with_the_reason(collected, query, said):
    refused = make_program(make_person("viewer")).get(f"/process?{query}")
    assert (refused.status_code, said in refused.json()["detail"]) == (422, True)


def test_a_program_gets_the_parts_its_owner_sees(collected):
    found = make_program(make_person("leader")).get(f"/process?{PROGRAM_YEAR}&by=rep").json()
    assert {each["label"] for each in found["funnel"]} == {"Huda Salem"}
    assert (found["reasons"], found["silences"]) == ([], [])
    viewer = make_program(make_person("viewer", username="again"))
    hidden = viewer.get(f"/process?{PROGRAM_YEAR}&by=rep").json()
    assert (hidden["funnel"], hidden["stages"], hidden["silences"]) == ([], [], [])
