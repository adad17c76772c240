"""`make run`, as a test: the sample company from its export to a plan and its report."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterpoise.actions import answers, cycles, planning, workspaces
from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.tables.scenario import Change, NamedScenario
from counterpoise.store import connection
from journeys.command import ask, run
from overriding import make_override

PERIOD, AS_OF = "2026-Q4", ("--as-of", "2026-09-30")


@pytest.fixture(scope="module")
def zaytara(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("zaytara")
    run("init", "--company", "Zaytara", workspace=workspace)
    run("sample", "--out", workspace / "sample")
    run("rulebook", "import", workspace / "sample" / "rulebook.toml", workspace=workspace)
    collected = ask("collect", workspace / "sample" / "export", workspace=workspace)
    return workspace, collected


@pytest.fixture(scope="module")
def cycle(zaytara):
    return ask("cycle", PERIOD, *AS_OF, workspace=zaytara[0])


def test_every_row_of_the_export_ends_in_exactly_one_place(zaytara):
    workspace, collected = zaytara
    files = (workspace / "sample" / "export").glob("*.csv")
    written = sum(path.read_bytes().count(b"\n") - 1 for path in files)
    counts = collected["tables"].values()
    assert sum(each["received"] for each in counts) == written
    for each in counts:
        ended = each["new"] + each["updated"] + each["unchanged"] + each["quarantined"]
        assert ended == each["received"]


def test_the_cycle_answers_every_step(cycle):
    assert cycle["refusals"] == []
    assert {each["pool"] for each in cycle["supply"]["pools"]} >= {"Delivery", "Support desk"}
    assert cycle["reconcile"]["verified"] is True
    assert cycle["execute"]["actions"][0]["what"].startswith("Decide how to close the gap")
    variance = cycle["measure"]["variance"]
    parts = sum(Decimal(each["money"]) for each in variance["lines"])
    assert Decimal(variance["forecast"]) + parts == Decimal(variance["actual"])


def test_the_forecast_beats_the_stage_weighted_pipeline_on_past_days(cycle):
    missed = {
        (row["method"], row["horizon_days"]): row["wmape"]
        for row in cycle["demand"]["evidence"]["backtest"]
    }
    ours = [missed["counterpoise", days] for days in (30, 60, 90)]
    theirs = [missed["stage-weighted pipeline", days] for days in (30, 60, 90)]
    assert max(ours) < 0.2
    assert sum(ours) < sum(theirs) / 2, "which knows no horizon, and fits one of them by chance"


def test_each_step_can_be_asked_alone_and_says_the_same(zaytara, cycle):
    workspace, _ = zaytara
    assert ask("demand", PERIOD, *AS_OF, workspace=workspace) == cycle["demand"]
    assert ask("supply", PERIOD, *AS_OF, workspace=workspace) == cycle["supply"]
    low = ask("reconcile", PERIOD, "--scenario", "low", *AS_OF, workspace=workspace)
    assert low == cycle["reconcile"]["scenarios"][2]
    verdict = ask("verify", low["plan"], workspace=workspace)
    assert (verdict["feasible"], verdict["violations"]) == (True, [])


def test_a_scenario_that_nobody_named_is_refused_with_those_there_are(zaytara):
    wrong = run("reconcile", PERIOD, "--scenario", "best", workspace=zaytara[0], expect=1)
    assert "no scenario 'best'. Plan for one of: base, high, low" in wrong.stderr


def test_what_people_override_is_planned_with_at_every_step(zaytara, cycle):
    workspace = workspaces.open_workspace(zaytara[0])
    october = date(2026, 10, 1)
    said = next(
        Decimal(cell["mean"])
        for cell in cycle["demand"]["forecast"]
        if (cell["measure"], cell["month"], cell["by"]) == ("won_deals", "2026-10-01", {})
    )
    override = make_override(2 * said, month=october, measure="won_deals", statistical=said)
    now = datetime(2026, 10, 1, tzinfo=UTC)
    asked = {"as_of": date(2026, 9, 30), "overrides": (override,)}
    desk = planning.open_desk(workspace, PERIOD, today=now.date(), **asked)

    forecast = desk.forecast()
    assert forecast.cells_by("won_deals", "")["", october].mean == 2 * said
    capacity = answers.answer_supply(desk.plan_capacity())
    changes = (Change("pool.attrition_rate", "Delivery", "0"),)
    named = desk.reconcile(NamedScenario("Fewer leave", "high", changes), at=now)
    assert named.name.startswith("2026-Q4-Fewer-leave-")
    assert planning.verify_plan(named.name).feasible
    rates = {pool.name: pool.attrition_rate for pool in named.plan.problem.pools}
    assert rates["Delivery"] == 0

    done = cycles.run_cycle(workspace, PERIOD, now=now, **asked)
    answer = done.answer
    assert answer["demand"]["statistical"] == cycle["demand"]["forecast"]
    assert [each["author"] for each in answer["demand"]["overrides"]] == ["Salma"]
    assert answer["supply"] == capacity != cycle["supply"]
    assert answer["reconcile"]["plan"] != cycle["reconcile"]["plan"]


def test_ranges_of_an_earlier_run_are_held_against_what_came(zaytara):
    workspace, _ = zaytara
    run("cycle", "2026-Q3", "--as-of", "2026-06-30", workspace=workspace)
    found = ask("coverage", workspace=workspace)
    assert {each["kind"] for each in found["coverage"]} == {"forecast", "series", "volume"}
    whole = [each for each in found["coverage"] if not each["level"]]
    forecasts = [each for each in whole if each["kind"] == "forecast"]
    assert {(each["measure"], each["months_ahead"]) for each in forecasts} == {
        (measure, ahead) for measure in ("won_deals", "won_revenue") for ahead in (1, 2, 3)
    }
    for each in found["coverage"]:
        assert each["inside"] + each["below"] + each["above"] == each["n"]
        assert each["verdict"] == "too few", "three months are no proof of anything"
    out = ask("exceptions", "2026-Q3", workspace=workspace)["exceptions"]
    assert {each["kind"] for each in out} <= {"missed", "uncertain"}, "there is no earlier run"
    listed = run("exceptions", "2026-Q3", workspace=workspace)
    assert "What to look at" in listed.stdout
    assert listed.stderr.count("\n- ") + listed.stderr.startswith("- ") == len(out)
    assert "nothing is forecast" in run("exceptions", "2031-Q1", workspace=workspace).stderr
    assert "no run of an earlier day" in run("change", "2026-Q3", workspace=workspace).stderr
    run("cycle", "2026-Q3", "--as-of", "2026-07-31", workspace=workspace)
    change = ask("change", "2026-Q3", workspace=workspace)["change"]
    moved = sum(Decimal(each["money"]) for each in change["lines"])
    assert Decimal(change["before"]) + moved == Decimal(change["now"])
    assert Decimal(change["lines"][0]["money"]) > 0, "July was won since"
    assert "as of 2026-07-31" in run("change", "2026-Q3", workspace=workspace).stdout
    said = run("coverage", workspace=workspace)
    assert "the whole" in said.stdout
    waiting = ask("coverage", workspace=workspace)["waiting"]
    assert f"{waiting} ranges wait" in said.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("demand", PERIOD), "How such forecasts did before", id="demand"),
        pytest.param(("supply", PERIOD), "Delivery needs", id="supply"),
        pytest.param(("reconcile", PERIOD), "independent check: feasible", id="reconcile"),
        pytest.param(("health",), "HARBOUR-SUITE", id="health"),
        pytest.param(("measures", "win_rate", "--by", "region"), "Levant & Egypt", id="measures"),
        pytest.param(("cycle", "2026-10"), "What|who", id="a cycle of a month"),
    ],
)
def test_a_person_reads_tables_and_sentences(zaytara, words, told):
    done = run(*words, *(AS_OF if words[0] != "measures" else ()), workspace=zaytara[0])
    assert re.search(told, done.stdout + done.stderr)


def test_the_report_is_written_in_both_languages(zaytara, cycle, tmp_path):
    written = ask("report", PERIOD, "--out", tmp_path / "board", workspace=zaytara[0])
    assert set(written["html"]) == set(written["xlsx"]) == {"en", "ar"}
    assert 'dir="rtl"' in (tmp_path / "board" / "report.ar.html").read_text("utf-8")
    again = ask("report", "2026-09", "--out", tmp_path / "other", workspace=zaytara[0])
    assert set(again["html"]) == {"en", "ar"}, "a period without a cycle gets one"


def test_too_little_history_is_refused_with_how_much_is_needed_and_still_reported(zaytara):
    early = ask("cycle", "2023-Q4", "--as-of", "2023-10-20", workspace=zaytara[0])
    assert [each["step"] for each in early["refusals"]] == ["demand", "measure"]
    done = run("demand", "2023-Q4", "--as-of", "2023-10-20", workspace=zaytara[0], expect=1)
    assert re.search("needs?|needed", done.stderr)
    done = run("cycle", "2026-Q5", workspace=zaytara[0], expect=1)
    assert "Write a month (2017-11), a quarter (2017-Q4)" in done.stderr


def test_measures_judge_the_forecasts_that_cycles_saved(zaytara, cycle):
    ask("cycle", "2026-Q3", "--as-of", "2026-06-30", workspace=zaytara[0])
    answer = ask("measures", "forecast_error", "--period", "2026-Q3", workspace=zaytara[0])
    (error,) = answer["measures"]
    assert error["n"] == 3
    assert 0 < Decimal(error["value"]) < 1


def test_a_saved_plan_that_was_altered_or_breaks_its_rules_is_refused(zaytara, cycle):
    from hashlib import sha256

    from counterpoise.store.models import PlanVersion

    workspace, _ = zaytara
    connection.connect(workspace)
    plan = PlanVersion.objects.get(id=cycle["reconcile"]["plan"])
    kept = dict(plan.document), plan.content_hash
    try:
        plan.document["solution"]["served"][0]["served"] += 1.0
        plan.save()
        done = run("verify", plan.id, workspace=workspace, expect=1)
        assert "is not what was saved" in done.stderr
        plan.content_hash = sha256(canonical_bytes(plan.document)).hexdigest()
        plan.save()
        done = run("verify", plan.id, workspace=workspace, expect=1)
        assert "breaks its own constraints" in done.stderr
    finally:
        plan.document, plan.content_hash = kept
        plan.save()
