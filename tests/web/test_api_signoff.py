"""Versions, packs, notes and put-away scenarios by program: as on the pages."""

import pytest

from counterpoise.store import audit, jobs, notes
from frozen_plans import PERIOD, freeze, keep_planned
from people import make_person
from programs import make_program

VERSIONS = f"/reconcile/{PERIOD}/versions"
NOTES = f"/reconcile/{PERIOD}/notes"
DECISION = {"kind": "decision", "text": "Two hires for the Gulf.", "owner": "Huda"}


@pytest.fixture
def omar(workspace):
    keep_planned(workspace)
    return make_person("operations")


@pytest.fixture
def frozen(workspace, omar):
    return freeze(workspace, omar)


@pytest.fixture
def program(omar):
    return make_program(omar)


def test_freezing_and_verifying_are_jobs(program, frozen):
    asked = program.post(VERSIONS)
    checked = program.post(f"{VERSIONS}/1/verify")
    assert [each.status_code for each in (asked, checked)] == [202, 202]
    assert [asked.json()["kind"], checked.json()["kind"]] == ["freeze", "verify"]
    stopped = program.post(f"/jobs/{asked.json()['id']}/stop")
    assert stopped.status_code == 200


def test_a_version_says_who_has_to_sign_it(program, frozen):
    one = program.get(f"{VERSIONS}/1").json()
    (listed,) = program.get(VERSIONS).json()["versions"]
    assert (one["number"], one["state"]) == (1, "frozen")
    assert one["version_hash"] == frozen.version.version_hash
    assert (one["next_to_sign"], one["still_to_sign"]) == ("executive", ["executive", "executive"])
    assert {name: one[name] for name in listed} == listed


@pytest.mark.parametrize(("ending", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-")])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pack_is_there_as_page_and_print(program, frozen, language, ending, begins):
    answer = program.get(f"{VERSIONS}/1/pack?language={language}&ending={ending}")
    assert answer.status_code == 200
    assert b"".join(answer).lower().startswith(begins.lower())
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(f"{VERSIONS}/9", 404, id="a version that there is not"),
        pytest.param(
            f"{VERSIONS}/1/pack?language=fr&ending=html", 422, id="a language that there is not"
        ),
        pytest.param(f"{VERSIONS}/1/pack?ending=exe", 422, id="a document that there is not"),
        pytest.param("/reconcile/2031-Q1/notes", 404, id="notes of a period never run"),
        pytest.param("/reconcile/someday/notes", 422, id="no period"),
    ],
)
def test_what_is_not_there_is_said(program, frozen, path, status):
    assert program.get(path).status_code == status


def test_a_note_is_kept_and_withdrawn_and_stays_in_the_record(program):
    made = program.post(NOTES, DECISION)
    assert (made.status_code, made.json()["author"]) == (201, "Omar Nasser")
    gone = program.post(f"{NOTES}/{made.json()['id']}/withdraw")
    again = program.post(f"{NOTES}/{made.json()['id']}/withdraw")
    assert [gone.status_code, again.status_code] == [200, 409]
    (listed,) = program.get(NOTES).json()["items"]
    assert (listed["text"], listed["withdrawn_at"] is None) == (DECISION["text"], False)
    assert program.post(f"{NOTES}/77/withdraw").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(DECISION | {"kind": "wish"}, id="no such kind"),
        pytest.param(DECISION | {"text": ""}, id="no words"),
        pytest.param(DECISION | {"text": "  "}, id="nothing but blanks"),
        pytest.param(DECISION | {"expires_on": "2026-12-01"}, id="a decision that expires"),
        pytest.param(DECISION | {"mood": "good"}, id="a field that nobody knows"),
    ],
)
def test_a_refused_note_is_not_kept(program, sent):
    assert program.post(NOTES, sent).status_code == 422
    assert notes.list_notes(PERIOD) == ()


@pytest.mark.parametrize("role", ["leader", "rep", "marketing", "viewer"])
def test_who_may_not_decides_nothing(frozen, role):
    program, before = make_program(make_person(role)), audit.list_entries()
    tried = [
        program.post(VERSIONS),
        program.post(f"{VERSIONS}/1/verify"),
        program.post(NOTES, DECISION),
        program.post(f"{NOTES}/1/withdraw"),
        program.post(f"/reconcile/{PERIOD}/scenarios/step-back"),
        program.post(f"/reconcile/{PERIOD}/scenarios/1/archive", if_match='"1"'),
    ]
    assert {each.status_code for each in tried} == {404}
    assert (notes.list_notes(PERIOD), jobs.list_jobs(9)) == ((), ())
    assert audit.list_entries() == before


def test_a_scenario_is_put_away_and_brought_back_from_the_edition_seen(program):
    path = f"/reconcile/{PERIOD}/scenarios"
    made = program.post(path, {"name": "Fewer hires", "demand": "low"})
    one, edition = f"{path}/{made.json()['id']}", made.headers["ETag"]
    away = program.post(f"{one}/archive", if_match=edition)
    late = program.post(f"{one}/archive", if_match=edition)
    blind = program.post(f"{one}/bring-back")
    back = program.post(f"{one}/bring-back", if_match=away.headers["ETag"])
    answers = (away, late, blind, back)
    assert [each.status_code for each in answers] == [200, 412, 428, 200]
    assert [away.json()["is_archived"], back.json()["is_archived"]] == [True, False]


def test_stepping_back_needs_a_scenario_to_step_back_from(workspace, omar, program):
    from frozen_plans import promote

    assert program.post(f"/reconcile/{PERIOD}/scenarios/step-back").status_code == 409
    promote(omar)
    stepped = program.post(f"/reconcile/{PERIOD}/scenarios/step-back")
    assert (stepped.status_code, stepped.json()["is_promoted"]) == (200, False)


@pytest.mark.parametrize(
    "path",
    [
        "/demand/k%F1%80%96%93%21%C2%87%C2%9E%0A%C2%AC%06/overrides/-2.4e-132/withdraw",
        "/reconcile/%C3%BC%C2%87%C2%93/scenarios/%C2%B1%C2%BC%C3%B4%0A",
        "/%0A",
    ],
)
def test_whatever_is_asked_for_beneath_the_api_is_answered_as_the_api_answers(program, path):
    answer = program.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
