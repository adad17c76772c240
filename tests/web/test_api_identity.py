"""Programs find out who is who, and decide it as people do on the pages."""

import pytest

from counterpoise.store import identity_merges, jobs
from people import make_person
from programs import make_program

PAIR = {"kind": "account", "one": "salesforce|A3", "other": "salesforce|A4"}


@pytest.fixture
def program(matched_workspace):
    return make_program(make_person("operations"))


def test_how_records_became_customers(program):
    answer = program.get("/identity").json()
    counts = {each["kind"]: (each["records"], each["customers"]) for each in answer["kinds"]}
    assert counts == {"account": (8, 7), "contact": (4, 3), "lead": (3, 2), "person": (7, 5)}


def test_before_the_first_run_there_are_no_customers(workspace):
    asked = make_program(make_person("operations")).get("/identity")
    assert asked.status_code == 404
    assert "Nobody has matched" in asked.json()["detail"]


def test_a_pair_is_judged_on_what_was_seen(program):
    (pair,) = program.get("/identity/account/pairs").json()["items"]
    assert (pair["one"], pair["other"]) == (PAIR["one"], PAIR["other"])
    assert {each["field"]: each["level"] for each in pair["reasons"]}["domain"] == "empty"
    said = program.post("/identity/verdicts", {**PAIR, "verdict": "later"})
    assert (said.status_code, said.json()["edition"]) == (200, 1)
    again = program.post("/identity/verdicts", {**PAIR, "verdict": "same"})
    assert again.status_code == 412
    assert program.get("/identity/account/pairs").json()["items"] == []
    (put_off,) = program.get("/identity/account/pairs?waiting=later").json()["items"]
    assert (put_off["one"], put_off["edition"]) == (PAIR["one"], 1)
    taken_up = {**PAIR, "verdict": "same", "edition": 1}
    assert program.post("/identity/verdicts", taken_up).status_code == 200
    assert program.get("/identity/account/pairs?waiting=later").json()["items"] == []


def test_a_merge_is_made_and_undone(program):
    wish = {"kept": "A-1", "absorbed": "A-2", "reason": "one tax number"}
    made = program.post("/identity/merges", wish)
    assert (made.status_code, made.json()["parts"]) == (201, ["A-1", "A-2"])
    assert program.get("/identity/customers/A-2").json()["goes_on_in"] == "A-1"
    assert program.post("/identity/merges", wish).status_code == 409
    undone = program.post("/identity/customers/A-1/merges/1/undo")
    assert (undone.status_code, undone.json()["parts"]) == (200, ["A-1"])
    refused = program.post("/identity/customers/A-1/merges/1/undo")
    assert (refused.status_code, "undone before" in refused.json()["detail"]) == (409, True)
    assert identity_merges.list_merges("account")[0].merge.is_undone


def test_a_value_is_verified(program):
    done = program.post(
        "/identity/customers/A-1/values", {"field": "name", "value": "Harbourline Group"}
    )
    assert done.status_code == 201
    values = {each["field"]: each for each in done.json()["values"]}
    assert (values["name"]["value"], values["name"]["ground"]) == (
        "Harbourline Group", "verified",
    )  # fmt: skip
    wrong = {"field": "colour", "value": "red"}
    assert program.post("/identity/customers/A-1/values", wrong).status_code == 422


def test_matching_is_a_job(program):
    answer = program.post("/identity/match", {"full": True})
    assert answer.status_code == 202
    job = jobs.get_job(answer.json()["id"])
    assert (job.kind, job.arguments["is_full"]) == ("match", True)


@pytest.mark.parametrize("role", ["leader", "rep", "marketing", "viewer"])
def test_it_is_hidden_from_who_does_not_see_everyone(matched_workspace, role):
    program = make_program(make_person(role))
    for address in ("/identity", "/identity/account/pairs", "/identity/customers/A-1"):
        assert program.get(address).status_code == 404


def test_a_person_says_what_the_records_are_elsewhere(people_workspace):
    program = make_program(make_person("operations"))
    found = program.get("/identity/customers/P-1").json()
    assert (found["kind"], found["also"]) == ("person", ["C-1", "L-6"])
    assert found["known"] == [["contact:salesforce|C1", "lead:salesforce|L7"]]
    assert {each["one"] for each in found["held"]} == {
        "contact:salesforce|C1", "contact:salesforce|C2",
    }  # fmt: skip
    (pair,) = program.get("/identity/person/pairs").json()["items"]
    assert pair["other"] == "lead:salesforce|L6"
