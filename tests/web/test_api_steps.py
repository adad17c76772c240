"""What each step answers to programs: the same as the pages, by the same rights."""

from decimal import Decimal

import pytest

from people import make_person
from programs import PERIOD, collect_deals, keep_build, keep_cycle, make_program


@pytest.fixture
def cycle(workspace):
    keep_build()
    return keep_cycle()


@pytest.fixture
def collected(workspace_like):
    """Deals of Huda in team East and of Adam in team West; the newest cycle rests on them."""
    from counterpoise.store import ledger

    workspace_like(collect_deals)
    build = ledger.get_current_build().id
    keep_cycle(build)
    return build


def ask(role, path, **person):
    answer = make_program(make_person(role, **person)).get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_whole_of_a_cycle_is_there(cycle):
    found = ask("operations", f"/cycles/{cycle}")
    assert (found["run"], found["period"], found["as_of"]) == (cycle, PERIOD, "2026-09-30")
    assert set(found["document"]) >= {"collect", "demand", "supply", "reconcile", "execute"}


def test_a_forecast_comes_with_its_evidence(cycle):
    found = ask("viewer", f"/demand/{PERIOD}")
    whole = [each for each in found["demand"]["forecast"] if not each["by"]]
    assert (found["run"], found["refusal"]) == (cycle, None)
    assert whole[0]["mean"] == "1180000.00"
    assert found["demand"]["evidence"]["backtest"][0]["method"] == "counterpoise"


def test_a_step_that_refused_says_what_is_missing(cycle, workspace):
    from counterpoise.store import runs

    run = runs.find_run(cycle)
    refusal = {"step": "demand", "why": "Too little history: load two years."}
    document = {**run.document, "demand": None, "refusals": [refusal]}
    runs.save_run(runs.Run(cycle, PERIOD, run.as_of, run.build, run.ran_at, document))
    found = ask("viewer", f"/demand/{PERIOD}")
    assert (found["demand"], found["refusal"]) == (None, refusal["why"])


@pytest.mark.parametrize(
    ("path", "part"),
    [
        pytest.param(f"/supply/{PERIOD}", "supply", id="capacity and needs"),
        pytest.param(f"/reconcile/{PERIOD}/plans", "plans", id="plans"),
        pytest.param(f"/measure/{PERIOD}/variance", "variance", id="variance"),
        pytest.param(f"/execute/{PERIOD}/actions", "actions", id="actions"),
    ],
)
def test_every_step_answers_from_the_newest_run(cycle, path, part):
    assert ask("viewer", path)[part]


def test_amounts_are_text_and_shares_are_numbers(cycle):
    program = make_program(make_person("viewer"))
    plan = program.get(f"/reconcile/{PERIOD}/plans").json()["plans"][0]
    limit = plan["constraints"][0]
    assert limit["constraint"] == "hiring lead time"
    assert Decimal(limit["money"]) == Decimal("121300.00")
    assert plan["gap"] == 0.0002


@pytest.mark.case("API-03")
@pytest.mark.parametrize(
    ("role", "person", "seen"),
    [
        pytest.param("operations", {}, ["Adam Noor", "Huda Salem"], id="operations see all"),
        pytest.param("leader", {}, ["Huda Salem"], id="a leader sees their team"),
        pytest.param("leader", {"teams": ["West"]}, ["Adam Noor"], id="another leader theirs"),
        pytest.param("leader", {"teams": []}, [], id="a leader without a team nobody"),
        pytest.param("viewer", {}, [], id="a viewer nobody"),
        pytest.param("marketing", {}, [], id="marketing nobody"),
    ],
)
def test_measures_of_single_people_are_for_those_who_may_see_them(collected, role, person, seen):
    found = ask(role, "/measures?by=rep", **person)["measures"]
    assert sorted({each["by"]["rep"] for each in found if each["by"]["rep"]}) == seen


def test_a_token_without_the_right_to_peoples_records_sees_nobody(collected):
    program = make_program(make_person("operations"), ["read_data"])
    assert program.get("/measures?by=rep").json()["measures"] == []
    assert program.get("/measures").json()["measures"] != []
    assert program.get("/quarantine").status_code == 404


@pytest.mark.parametrize(
    ("role", "teams"),
    [
        pytest.param("operations", ["East", "West"], id="operations see all"),
        pytest.param("leader", ["East"], id="a leader sees their own"),
        pytest.param("viewer", [], id="a viewer none"),
    ],
)
def test_measures_of_teams_follow_the_reach(collected, role, teams):
    found = ask(role, "/measures?by=team")["measures"]
    assert sorted({each["by"]["team"] for each in found if each["by"]["team"]}) == teams


def test_findings_about_a_rep_are_for_those_who_may_see_that_rep(cycle):
    from counterpoise.domain.values.rights import admit
    from counterpoise.web.api.whose import select_findings

    findings = [{"rep": ""}, {"rep": "Huda Salem"}, {"rep": "Adam Noor"}]
    rep = admit(1, "huda", "rep", rep="Huda Salem")
    assert select_findings(rep, findings, "b1") == [{"rep": ""}, {"rep": "Huda Salem"}]
    assert select_findings(admit(2, "vera", "viewer"), findings, "b1") == [{"rep": ""}]
    assert select_findings(admit(3, "omar", "operations"), findings, "b1") == findings


def test_what_could_not_be_read_is_listed_for_those_who_see_all(collected):
    (row,) = ask("operations", "/quarantine")["items"]
    assert row == {
        "file": "deals.csv",
        "row": 5,
        "column": "amount",
        "value": "much",
        "reason": "much is no number",
    }
    assert make_program(make_person("leader")).get("/quarantine").status_code == 404


def test_loads_say_what_became_of_their_rows(collected):
    program = make_program(make_person("viewer"))
    (load,) = program.get("/loads").json()["items"]
    assert load["build"] == collected
    assert load["counts"]["opportunity"]["quarantined"] == 1
    assert program.get(f"/loads/{load['id']}").json() == load


# Overrides


def override(**other):
    return {
        "measure": "won_revenue",
        "month": "2026-10-01",
        "amount": "1300000.00",
        "reason": "large_deal",
        "comment": "The ministry signs in October.",
        **other,
    }


def test_an_override_is_made_once_and_withdrawn(cycle):
    program = make_program(make_person("finance"))
    path = f"/demand/{PERIOD}/overrides"
    made = program.post(path, override())
    assert (made.status_code, made.json()["statistical"]) == (201, "1180000.00")
    number = made.json()["id"]
    conflict = program.post(path, override(amount="5"))
    assert conflict.status_code == 409
    assert conflict.json()["current"]["amount"] == "1300000.00"
    replaced = program.post(path, override(amount="1250000.00", replaces=number))
    assert replaced.status_code == 201
    listed = program.get(path).json()["items"]
    assert [(each["amount"], each["is_current"]) for each in listed] == [
        ("1250000.00", True),
        ("1300000.00", False),
    ]
    gone = program.post(f"{path}/{replaced.json()['id']}/withdraw")
    again = program.post(f"{path}/{replaced.json()['id']}/withdraw")
    assert (gone.status_code, again.status_code) == (200, 409)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param(override(amount=1300000), "amount", id="a number for an amount"),
        pytest.param(override(amount="1e6"), "amount", id="an amount of another kind"),
        pytest.param(override(amount="-5"), "amount", id="less than nothing"),
        pytest.param(override(month="2026-10"), "YYYY-MM-DD", id="no day"),
        pytest.param(override(month="2026-02-30"), "month", id="a day that is none"),
        pytest.param(override(month="2026-10-02"), "has no", id="no first of a month"),
        pytest.param(override(reason="whim"), "override.reasons", id="a reason nobody knows"),
        pytest.param(override(comment=""), "comment", id="no comment"),
        pytest.param(override(by={"planet": "Mars"}), "has no", id="no such figure"),
    ],
)
def test_an_override_that_cannot_be_is_refused_and_leaves_nothing(cycle, sent, said):
    from counterpoise.store import audit, overrides

    before = len(audit.list_entries())
    answer = make_program(make_person("finance")).post(f"/demand/{PERIOD}/overrides", sent)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.content
    assert overrides.list_history(PERIOD) == ()
    assert len(audit.list_entries()) - before <= 1  # making a token is recorded


# Actions


@pytest.mark.case("WEB-15")
def test_an_action_changes_only_from_the_edition_that_was_seen(cycle):
    program = make_program(make_person("operations"))
    path = f"/execute/{PERIOD}/actions/A1"
    edition = program.get(path).headers["ETag"]
    begun = program.post(f"{path}/state", {"state": "in_progress"}, if_match=edition)
    late = program.post(f"{path}/state", {"state": "done"}, if_match=edition)
    blind = program.post(f"{path}/state", {"state": "done"})
    nonsense = program.post(f"{path}/state", {"state": "done"}, if_match="*")
    assert (begun.status_code, begun.json()["state"]) == (200, "in_progress")
    assert begun.headers["ETag"] != edition
    assert (late.status_code, late.json()["current"]["state"]) == (412, "in_progress")
    assert (blind.status_code, nonsense.status_code) == (428, 400)
    assert program.get(path).json()["state"] == "in_progress"


def test_an_action_is_given_to_a_person_whose_inbox_says_so(cycle):
    from counterpoise.store.models import User

    huda = make_person("rep")
    program = make_program(make_person("operations"))
    path = f"/execute/{PERIOD}/actions/A1"
    given = program.post(f"{path}/owner", {"owner": "huda"}, if_match='"0"')
    assert (given.status_code, given.json()["owner"]) == (200, "huda")
    theirs = make_program(huda)
    (item,) = theirs.get("/inbox").json()["items"]
    assert (item["kind"], item["read_at"]) == ("action", None)
    assert theirs.post(f"/inbox/{item['id']}/read").json()["read_at"] is not None
    assert program.post(f"/inbox/{item['id']}/read").status_code == 404
    assert [each["id"] for each in theirs.get(f"/execute/{PERIOD}/actions").json()["actions"]] == [
        "A1"
    ]
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("role", "part", "sent", "status"),
    [
        pytest.param("viewer", "state", {"state": "done"}, 404, id="a viewer moves nothing"),
        pytest.param("finance", "state", {"state": "done"}, 404, id="nor who does not own it"),
        pytest.param("rep", "state", {"state": "done"}, 404, id="nor who does not see it"),
        pytest.param("finance", "owner", {"owner": "farid"}, 404, id="finance gives none away"),
        pytest.param("leader", "owner", {"owner": "nobody"}, 422, id="to nobody"),
        pytest.param("operations", "state", {"state": "open"}, 409, id="open to open"),
        pytest.param("operations", "state", {"state": "dropped"}, 422, id="dropped, no reason"),
        pytest.param("operations", "due", {"due_on": 5}, 422, id="a number for a day"),
        pytest.param("operations", "due", {}, 422, id="no day at all"),
        pytest.param("operations", "due", {"due_on": "2026-10-20"}, 200, id="another day"),
        pytest.param("operations", "due", {"due_on": None}, 200, id="the day proposed"),
    ],
)
def test_who_may_do_what_with_an_action(cycle, role, part, sent, status):
    program = make_program(make_person(role))
    answer = program.post(f"/execute/{PERIOD}/actions/A1/{part}", sent, if_match='"0"')
    assert answer.status_code == status, answer.content


# Scenarios and versions


def scenario(**other):
    return {"name": "Fewer hires", "demand": "low", "changes": [], "note": "", **other}


@pytest.mark.case("WEB-15")
def test_a_scenario_changes_only_from_the_edition_that_was_seen(cycle):
    program = make_program(make_person("operations"))
    path = f"/reconcile/{PERIOD}/scenarios"
    made = program.post(path, scenario())
    one = f"{path}/{made.json()['id']}"
    assert (made.status_code, made.headers["ETag"]) == (201, program.get(one).headers["ETag"])
    edition = made.headers["ETag"]
    first = program.send("PUT", one, scenario(note="as agreed"), if_match=edition)
    late = program.send("PUT", one, scenario(note="mine"), if_match=edition)
    blind = program.send("PUT", one, scenario(note="mine"))
    assert [first.status_code, late.status_code, blind.status_code] == [200, 412, 428]
    assert late.json()["current"]["note"] == "as agreed"
    assert [each["note"] for each in program.get(path).json()["scenarios"]] == ["as agreed"]
    unsolved = program.post(f"{one}/promote", if_match=first.headers["ETag"])
    solving = program.post(f"{one}/solve")
    assert (unsolved.status_code, solving.status_code) == (409, 202)
    assert solving.json()["kind"] == "scenario"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(scenario(name="Fewer hires"), 409, id="a name that is taken"),
        pytest.param(scenario(name="base"), 422, id="the name of one that every plan has"),
        pytest.param(scenario(name="<b>"), 422, id="no name"),
        pytest.param(scenario(name="x", demand="most"), 422, id="no such demand"),
        pytest.param(
            scenario(name="x", changes=[{"key": "none", "value": "1"}]), 422, id="no such rule"
        ),
        pytest.param(
            scenario(name="x", changes=[{"key": "plan.late_cost", "value": "much"}]),
            422,
            id="words for a number",
        ),
    ],
)
def test_a_scenario_that_cannot_be_planned_for_is_refused(cycle, sent, status):
    program = make_program(make_person("operations"))
    path = f"/reconcile/{PERIOD}/scenarios"
    program.post(path, scenario())
    assert program.post(path, sent).status_code == status
    assert len(program.get(path).json()["scenarios"]) == 1
    assert program.get(f"{path}/99").status_code == 404
    assert make_program(make_person("viewer")).post(path, sent).status_code == 404


def test_a_period_without_a_frozen_version_has_none(cycle):
    assert ask("executive", f"/reconcile/{PERIOD}/versions") == {"versions": []}


# Rules, comments, jobs


def rule(**other):
    return {
        "key": "plan.contribution_rate",
        "value": "0.4",
        "effective_from": "2026-10-01",
        "source": "finance, meeting of 1 October",
        "replaces": 0,
        **other,
    }


def test_a_rule_is_recorded_and_another_way_of_it_refused(workspace):
    program = make_program(make_person("operations"))
    made = program.post("/rules", rule())
    late = program.post("/rules", rule(value="0.3"))
    wrong = program.post("/rules", rule(value="half", replaces=made.json()["entry"]))
    assert (made.status_code, made.json()["recorded_by"]) == (201, "omar")
    assert (late.status_code, late.json()["current"]["value"]) == (409, "0.4")
    assert (wrong.status_code, "Write a number" in wrong.json()["detail"]) == (422, True)
    listed = program.get("/rules?on=2026-10-01&limit=200").json()["items"]
    held = {(each["key"], each["subject"]): each for each in listed}
    assert held["plan.contribution_rate", ""]["value"] == "0.4"
    (changed,) = program.get("/rules/difference?start=2026-09-30&end=2026-10-01").json()["items"]
    assert (changed["before"]["value"], changed["after"]["value"]) == ("0.5", "0.4")


@pytest.mark.parametrize("day", ["0", "1700000000", "2026-9-1", "tomorrow", "2026-02-30"])
def test_a_day_is_written_one_way(workspace, day):
    assert make_program(make_person("viewer")).get(f"/rules?on={day}").status_code == 422


def test_what_is_said_about_a_plan_is_for_those_who_read_it(cycle):
    finance, rep = make_program(make_person("finance")), make_program(make_person("rep"))
    subject = f"plan:{PERIOD}"
    said = finance.post("/comments", {"subject": subject, "text": "<b>Agreed</b> @huda"})
    assert (said.status_code, said.json()["text"]) == (201, "<b>Agreed</b> @huda")
    listed = finance.get(f"/comments?subject={subject}").json()["items"]
    assert [each["id"] for each in listed] == [said.json()["id"]]
    assert rep.get(f"/comments?subject={subject}").status_code == 404
    assert rep.post("/comments", {"subject": subject, "text": "No"}).status_code == 404
    assert rep.get("/inbox").json()["items"] == []  # who may not see it is not told
    assert finance.post("/comments", {"subject": subject, "text": " "}).status_code == 422


@pytest.mark.case("API-03")
def test_jobs_are_for_whoever_asked_for_them(cycle):
    asked = make_program(make_person("operations")).post("/cycles", {"period": PERIOD}).json()
    reader = make_program(make_person("viewer"))
    other = make_program(make_person("administrator"))
    assert reader.get("/jobs").json()["items"] == []
    assert reader.get(f"/jobs/{asked['id']}").status_code == 404
    assert reader.post(f"/jobs/{asked['id']}/stop").status_code == 404
    assert [each["id"] for each in other.get("/jobs").json()["items"]] == [asked["id"]]
    stopped = other.post(f"/jobs/{asked['id']}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")


def test_a_token_that_may_only_load_data_does_not_stop_a_cycle(cycle):
    omar = make_person("operations")
    asked = make_program(omar).post("/cycles", {"period": PERIOD}).json()
    loader = make_program(omar, ["load_data"])
    assert loader.get(f"/jobs/{asked['id']}").status_code == 200
    assert loader.post(f"/jobs/{asked['id']}/stop").status_code == 404


def test_people_are_listed_for_who_manages_them(workspace):
    make_person("rep")
    found = ask("administrator", "/people")["items"]
    assert [(each["username"], each["rep"]) for each in found] == [
        ("amina", ""),
        ("huda", "Huda Salem"),
    ]
    assert not {"password", "secret"} & set(found[0])
