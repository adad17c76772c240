"""What single pages do and programs do as well: previews, records, histories, files."""

from datetime import timedelta

import pytest

from counterpoise.web.api import demand
from kept_forecast import NOW, keep_run, write_october
from kept_forecast import keep_build as keep_small_build
from people import make_person
from programs import PERIOD, keep_build, keep_cycle, make_program


@pytest.fixture
def cycle(workspace):
    keep_build()
    return keep_cycle()


@pytest.fixture
def small(workspace):
    """A forecast of regions and products that can be followed by hand."""
    keep_small_build()
    return keep_run()


def ask(role, path):
    answer = make_program(make_person(role)).get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


# Cycle


def test_a_standing_says_of_each_step_where_it_is(cycle):
    found = ask("viewer", f"/standing/{PERIOD}")
    assert (found["run"], found["build"], found["is_plan_signed"]) == (cycle, "b1", False)
    assert [each["step"] for each in found["steps"]] == [
        "collect", "demand", "supply", "reconcile", "execute", "measure",
    ]  # fmt: skip
    never = ask("operations", "/standing/2031-Q1")
    assert (never["run"], never["steps"][1]["state"]) == (None, "never")


@pytest.mark.parametrize(
    ("asked", "name", "kind"),
    [
        pytest.param("", "report.en.html", "text/html; charset=utf-8", id="the page"),
        pytest.param(
            "?ending=xlsx&language=ar",
            "report.ar.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            id="the workbook",
        ),
    ],
)
def test_the_report_of_a_cycle_is_a_file(workspace, cycle, asked, name, kind):
    program = make_program(make_person("finance"))
    missing = program.get(f"/cycles/{cycle}/report{asked}")
    assert (missing.status_code, "is gone" in missing.json()["detail"]) == (404, True)
    folder = workspace.reports / cycle
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"what the report says")
    answer = program.get(f"/cycles/{cycle}/report{asked}")
    assert b"".join(answer.streaming_content) == b"what the report says"
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (kind, "no-store")
    assert f"{cycle}.{name.removeprefix('report.')}" in answer.headers["Content-Disposition"]
    assert program.get("/cycles/none/report").status_code == 404
    leader = make_program(make_person("leader"))
    assert leader.get(f"/cycles/{cycle}/report{asked}").status_code == 404


# Demand


def wish(**other):
    return {
        "measure": "won_revenue",
        "month": "2026-10-01",
        "by": {"region": "Gulf"},
        "amount": "7000",
        **other,
    }


def test_a_preview_shows_what_would_move_and_keeps_nothing(small):
    from counterpoise.store import audit, overrides

    program = make_program(make_person("finance"))
    before = len(audit.list_entries())
    shown = program.post(f"/demand/{PERIOD}/overrides/preview", wish())
    assert shown.status_code == 200, shown.content
    moved = [
        (each["month"], each["by"], each["before"], each["after"])
        for each in shown.json()["effects"]
        if each["measure"] == "won_revenue"
    ]
    assert [(month, by) for month, by, _, _ in moved] == [
        (None, {}),
        ("2026-10-01", {}),
        ("2026-10-01", {"region": "Gulf"}),
    ]
    assert [float(after) - float(was) for _, _, was, after in moved] == [1000.0] * 3
    assert (overrides.list_history(PERIOD), len(audit.list_entries())) == ((), before)


@pytest.mark.parametrize(
    ("role", "sent", "status"),
    [
        pytest.param("viewer", wish(), 404, id="a viewer overrides nothing"),
        pytest.param("finance", wish(by={"region": "Mars"}), 422, id="no such figure"),
        pytest.param("finance", wish(amount="-1"), 422, id="less than nothing"),
        pytest.param("finance", wish(reason="large_deal"), 422, id="a field too many"),
    ],
)
def test_a_preview_of_what_cannot_be_is_refused(small, role, sent, status):
    path = f"/demand/{PERIOD}/overrides/preview"
    assert make_program(make_person(role)).post(path, sent).status_code == status


def test_there_is_nothing_to_preview_without_a_forecast(workspace):
    program = make_program(make_person("finance"))
    path = f"/demand/{PERIOD}/overrides/preview"
    assert program.post(path, wish()).status_code == 404
    keep_small_build()
    keep_run(is_whole=False)
    answer = program.post(path, wish())
    assert (answer.status_code, "Nothing is forecast" in answer.json()["detail"]) == (404, True)


def test_whose_overrides_helped_is_told_once_months_are_over(small):
    assert ask("viewer", "/value-added") == {"values": []}
    assert make_program(make_person("rep")).get("/value-added").status_code == 404


def test_whether_ranges_held_is_told_once_months_are_over(small, workspace, monkeypatch):
    viewer = make_program(make_person("viewer"))
    monkeypatch.setattr(demand, "now", lambda: NOW)
    answer = viewer.get("/coverage").json()
    assert (answer["coverage"], answer["waiting"] > 0) == ([], True)
    write_october(workspace)
    monkeypatch.setattr(demand, "now", lambda: NOW + timedelta(days=40))
    judged = viewer.get("/coverage").json()
    assert judged["waiting"] < answer["waiting"]
    (revenue,) = [
        each
        for each in judged["coverage"]
        if (each["measure"], each["level"], each["share"]) == ("won_revenue", [], "0.8")
    ]
    assert (revenue["n"], revenue["inside"], revenue["below"]) == (1, 0, 1)
    assert (revenue["verdict"], revenue["months_ahead"]) == ("too few", 1)
    assert make_program(make_person("rep")).get("/coverage").status_code == 404


def test_what_to_look_at_is_listed(small, workspace, monkeypatch):
    write_october(workspace)
    viewer = make_program(make_person("viewer"))
    monkeypatch.setattr(demand, "now", lambda: NOW + timedelta(days=40))
    found = viewer.get(f"/demand/{PERIOD}/exceptions").json()["exceptions"]
    assert {(each["kind"], each["who"], each["month"]) for each in found} == {
        ("missed", "operations", "2026-10-01")
    }
    assert found[0]["by"] == {}
    assert float(found[0]["at_stake"]) == 6000
    assert "1000" in found[0]["why"]
    assert viewer.get("/demand/2031-Q1/exceptions").status_code == 404
    keep_run(is_whole=False, run="2026-Q4-old")
    assert viewer.get(f"/demand/{PERIOD}/exceptions").status_code == 404


# Plans and scenarios


def test_any_saved_plan_is_there_by_its_name(workspace):
    from counterpoise.store.models import PlanVersion
    from frozen_plans import keep_planned

    base, *_others = keep_planned(workspace)
    program = make_program(make_person("viewer"))
    found = program.get(f"/plans/{base}").json()
    assert (found["plan"], found["scenario"], found["period"], found["build"]) == (
        base,
        "base",
        PERIOD,
        "b1",
    )
    assert found["constraints"][0]["constraint"] == "hiring lead time"
    assert program.get("/plans/none").status_code == 404
    assert make_program(make_person("rep")).get(f"/plans/{base}").status_code == 404
    PlanVersion.objects.filter(id=base).update(id="2026-Q4-old", document={"of": "another form"})
    old = program.get("/plans/2026-Q4-old")
    assert (old.status_code, "cannot be read" in old.json()["detail"]) == (404, True)


@pytest.mark.case("WEB-15")
def test_a_scenario_is_put_away_and_brought_back(cycle):
    program = make_program(make_person("operations"))
    path = f"/reconcile/{PERIOD}/scenarios"
    made = program.post(path, {"name": "Fewer hires", "demand": "low"})
    one, edition = f"{path}/{made.json()['id']}", made.headers["ETag"]
    blind = program.post(f"{one}/archive")
    viewer = make_program(make_person("viewer")).post(f"{one}/archive", if_match=edition)
    assert (blind.status_code, viewer.status_code) == (428, 404)
    away = program.post(f"{one}/archive", if_match=edition)
    assert (away.status_code, away.json()["is_archived"]) == (200, True)
    late = program.post(f"{one}/bring-back", if_match=edition)
    assert (late.status_code, late.json()["current"]["is_archived"]) == (412, True)
    assert program.get(path).json()["scenarios"] == []
    listed = program.get(f"{path}?archived=true").json()["scenarios"]
    assert [each["name"] for each in listed] == ["Fewer hires"]
    refused = program.post(f"{one}/solve")
    assert (refused.status_code, "put away" in refused.json()["detail"]) == (409, True)
    back = program.post(f"{one}/bring-back", if_match=away.headers["ETag"])
    assert (back.status_code, back.json()["is_archived"]) == (200, False)
    assert program.post(f"{path}/99/archive", if_match=edition).status_code == 404


def test_the_plan_of_the_expected_demand_is_chosen_again(workspace):
    from counterpoise.store import scenarios
    from frozen_plans import keep_planned, promote

    names = keep_planned(workspace)
    omar = make_person("operations")
    program, path = make_program(omar), f"/reconcile/{PERIOD}/scenarios/step-back"
    promote(omar, plan=names[0])
    viewer = make_program(make_person("viewer"))
    assert (viewer.post(path).status_code, scenarios.find_promoted(PERIOD) is None) == (404, False)
    done = program.post(path)
    assert (done.status_code, done.json()["name"], done.json()["is_promoted"]) == (
        200,
        "more people",
        False,
    )
    assert scenarios.find_promoted(PERIOD) is None
    again = program.post(path)
    assert (again.status_code, "nothing was changed" in again.json()["detail"]) == (409, True)


# Looking back, rules, inbox, trail


def test_the_record_of_forecasts_is_there(cycle):
    found = ask("viewer", "/measure/record")
    (explained,) = found["periods"]
    assert explained["run"] == cycle
    assert explained["lines"]
    assert set(found) == {"periods", "judged", "horizons"}
    assert make_program(make_person("rep")).get("/measure/record").status_code == 404


def test_what_was_ever_said_of_a_rule_is_there(workspace):
    program = make_program(make_person("operations"))
    key = "plan.contribution_rate"
    path = f"/rules/history?key={key}"
    fresh = program.get(path).json()
    assert (fresh["entries"], fresh["held"]["value"], fresh["default"]["value"]) == (
        [],
        "0.5",
        "0.5",
    )
    sent = {"key": key, "value": "0.4", "effective_from": "2020-01-01", "source": "a meeting"}
    made = program.post("/rules", {**sent, "replaces": 0}).json()
    found = program.get(path).json()
    assert found["entries"] == [made]
    assert program.get("/rules/history?key=no.such_rule").status_code == 404
    assert program.get("/rules/history").status_code == 422
    assert make_program(make_person("rep")).get(path).status_code == 404


def test_everything_in_ones_own_inbox_is_marked_as_read(cycle):
    from counterpoise.store import inbox

    huda, omar = make_person("rep"), make_person("operations")
    giver = make_program(omar)
    giver.post(f"/execute/{PERIOD}/actions/A1/owner", {"owner": "huda"}, if_match='"0"')
    assert giver.post("/inbox/read").json() == {"unread": 0}
    assert inbox.count_unread(huda.pk) == 1
    assert make_program(huda).post("/inbox/read").json() == {"unread": 0}
    assert inbox.count_unread(huda.pk) == 0


def test_an_entry_of_the_trail_is_there_for_who_reads_it(workspace):
    program = make_program(make_person("finance"))
    newest = program.get("/audit").json()["items"][0]
    assert program.get(f"/audit/{newest['number']}").json() == newest
    assert program.get(f"/audit/{newest['number'] + 1000}").status_code == 404
    assert make_program(make_person("leader")).get("/audit/1").status_code == 404
