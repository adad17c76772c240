"""Where the cycle stands: which step answers, refuses, waits or is out of date, and why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from counterpoise.actions import standings
from counterpoise.actions.standings import explain_outdated, find_standing
from counterpoise.actions.work import WORK
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.tables.report import Refusal
from counterpoise.domain.tables.scenario import NamedScenario
from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text
from counterpoise.store import jobs, ledger, overrides, rules, runs
from counterpoise.store import scenarios as stored
from counterpoise.store.overrides import Draft
from kept_forecast import GULF_IN_OCTOBER, NOW, keep_build, keep_run
from kept_plans import keep_planned_run, make_scenario, solve
from people import make_person
from reporting_company import build_cycle, build_refusing_cycle

PERIOD = Period.parse("2026-Q4")
LATER = NOW + timedelta(hours=1)
PLANNING = ("demand", "supply", "reconcile", "execute")


def states():
    return {each.step: each.state for each in find_standing(PERIOD).steps}


def why(step):
    (found,) = [each for each in find_standing(PERIOD).steps if each.step == step]
    return [str(each) for each in found.why]


def judge(build="b1"):
    """Keep an examination of the build, as it is kept once it was judged."""
    from counterpoise.actions.kept import Examined

    cycle = build_cycle()
    examined = Examined(cycle.as_of, cycle.health, cycle.measures)
    ledger.keep_examination(build, cycle.as_of, to_document(examined), at=NOW)


def record(key, at=LATER, on=date(2026, 1, 1)):
    rules.append_rules([Rule(key, "", "1", "", on, "the board")], at=at)


def override():
    layla = make_person("leader")
    draft = Draft("2026-Q4", GULF_IN_OCTOBER, 7000, 6000, "large_deal", "The ministry signs.")
    return overrides.make(draft, author_id=layla.pk, role="leader", at=LATER)


def test_before_anything_was_collected_every_step_waits_for_data(workspace):
    standing = find_standing(PERIOD)
    assert set(states().values()) == {"never"}
    assert (standing.run, standing.build, standing.is_stale) == (None, None, False)
    assert standing.blocking.step == "collect"
    assert why("collect") == ["Nothing was collected yet."]
    assert why("demand") == ["There is no data to run it on."]


def test_with_data_and_no_run_the_cycle_waits_to_be_run(workspace):
    keep_build()
    judge()
    assert states() == {"collect": "fresh"} | dict.fromkeys((*PLANNING, "measure"), "never")
    assert find_standing(PERIOD).blocking.step == "demand"
    assert why("demand") == ["The cycle was never run for this period."]


def test_after_a_run_every_step_is_up_to_date(workspace):
    keep_planned_run()
    judge()
    standing = find_standing(PERIOD)
    assert set(states().values()) == {"fresh"}
    assert (standing.blocking, standing.is_stale) == (None, False)
    assert standing.examined.health.score == 86


def test_data_that_nobody_judged_has_no_health(workspace):
    keep_planned_run()
    assert states()["collect"] == "stale"
    assert why("collect") == ["The current data was not judged yet, so its health is not known."]


def test_newer_data_makes_every_answer_out_of_date(workspace):
    keep_planned_run()
    keep_build("b2")
    judge("b2")
    assert states() == {"collect": "fresh"} | dict.fromkeys((*PLANNING, "measure"), "stale")
    assert why("measure") == ["Newer data was loaded on 2026-09-30."]


@pytest.mark.parametrize(
    ("key", "stale"),
    [
        pytest.param("plan.late_cost", {"reconcile", "execute"}, id="a rule of plans"),
        pytest.param("pool.wage", {"supply", "reconcile", "execute"}, id="a rule of pools"),
        pytest.param("work.units", {"supply", "reconcile", "execute"}, id="a rule of work"),
        pytest.param("action.limit", {"execute"}, id="a rule of actions"),
        pytest.param("demand.smoothing", {*PLANNING, "measure"}, id="a rule of the forecast"),
        pytest.param("company.currency", {*PLANNING, "measure"}, id="a rule of everything"),
        pytest.param("signing.roles", set(), id="a rule of signing"),
    ],
)
def test_a_rule_makes_the_steps_that_hear_it_out_of_date(workspace, key, stale):
    keep_planned_run()
    judge()
    record(key)
    assert {step for step, state in states().items() if state == "stale"} == stale
    for step in stale:
        assert why(step) == [f"Rules were changed after the run: {key}."]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"at": NOW - timedelta(days=9)}, id="recorded before the run"),
        pytest.param({"on": PERIOD.end}, id="in force only after the period"),
    ],
)
def test_a_rule_that_the_run_knew_or_that_comes_later_changes_nothing(workspace, changed):
    keep_planned_run()
    judge()
    record("pool.wage", **changed)
    assert set(states().values()) == {"fresh"}


def test_of_many_rules_the_first_few_are_named(workspace):
    keep_planned_run()
    for number in range(7):
        record(f"plan.rule_{number}")
    named = ", ".join(f"plan.rule_{number}" for number in range(5))
    assert why("reconcile") == [f"Rules were changed after the run: {named}, …."]


def test_an_override_makes_what_follows_the_forecast_out_of_date_until_the_next_run(workspace):
    keep_planned_run()
    judge()
    held = override()
    assert {step for step, state in states().items() if state == "stale"} == set(PLANNING)
    assert why("supply") == ["Overrides were made or withdrawn after the run."]
    keep_planned_run(replace(build_cycle(), overrides=(held,)), is_new_build=False)
    assert set(states().values()) == {"fresh"}


def test_a_scenario_without_a_plan_is_said_beside_the_plans(workspace):
    keep_planned_run()
    judge()
    omar = make_person("operations")
    made = [make_scenario(omar, NamedScenario(f"Case {n}", "high")) for n in range(6)]
    named = ", ".join(f"Case {n}" for n in range(5))
    assert why("reconcile") == [f"Scenarios without a plan since their last change: {named}, …."]
    for each in made[1:]:
        stored.archive(each, edition=1, at=NOW)
    assert why("reconcile") == ["Scenarios without a plan since their last change: Case 0."]
    solve(made[0])
    assert states()["reconcile"] == "fresh"


def test_a_refused_step_blocks_those_that_need_it(workspace):
    keep_build()
    judge()
    keep_run(build_refusing_cycle())
    assert states() == {
        "collect": "fresh", "demand": "refused", "supply": "refused", "reconcile": "blocked",
        "execute": "fresh", "measure": "fresh",
    }  # fmt: skip
    assert find_standing(PERIOD).blocking.step == "demand"
    assert why("demand") == ["12 closed deals over 21 days. Load at least 60 over 180 days."]
    assert why("reconcile") == ["It needs a step before it, which gave no answer: demand."]


def test_a_refusal_that_newer_data_may_lift_says_so(workspace):
    keep_build()
    refusal = Refusal("reconcile", text("No plan was found in time."))
    keep_run(replace(build_cycle(), plans=(), refusals=(refusal,)))
    keep_build("b2")
    assert why("reconcile") == [
        "No plan was found in time.", "Newer data was loaded on 2026-09-30.",
    ]  # fmt: skip
    make_scenario(make_person("operations"))
    assert len(why("reconcile")) == 2, "without plans nobody asks for those of scenarios"


def test_a_run_from_before_pages_could_read_it_asks_for_another(workspace):
    keep_build()
    keep_run(is_whole=False)
    judge()
    assert states()["demand"] == states()["measure"] == "stale"
    assert "Run the cycle again." in why("demand")[0]


@pytest.mark.parametrize(
    ("kind", "arguments", "running"),
    [
        pytest.param("cycle", {"period": "2026-Q4"}, {*PLANNING, "measure"}, id="a run"),
        pytest.param("cycle", {"period": "2027-Q1"}, set(), id="a run of another period"),
        pytest.param("sample", {}, {"collect", *PLANNING, "measure"}, id="the sample company"),
        pytest.param("collect", {"upload": "u1"}, {"collect"}, id="a load"),
        pytest.param("scenario", {"period": "2026-Q4"}, {"reconcile"}, id="a scenario"),
        pytest.param("pack", {}, set(), id="other work"),
    ],
)
def test_what_is_under_way_is_shown_on_its_steps(workspace, kind, arguments, running):
    keep_planned_run()
    judge()
    job, _ = jobs.keep_job(kind, arguments, key="one", asked_by=None, at=NOW)
    standing = find_standing(PERIOD)
    assert {each.step for each in standing.steps if each.state == "running"} == running
    assert all(each.job == job for each in standing.steps if each.state == "running")
    assert standing.going == (() if kind == "pack" else (job,))


class TestOutdated:
    """Plans of scenarios beside those of the newest run."""

    @pytest.fixture
    def solved(self, workspace):
        keep_planned_run()
        return solve(make_scenario(make_person("operations")), at=NOW)

    def explain(self, kept):
        run = runs.list_headings("2026-Q4")[0]
        return [str(each) for each in explain_outdated(PERIOD, [kept], run).get(kept.id, ())]

    def test_a_plan_of_the_same_day_and_data_stands_beside_the_run(self, solved):
        assert self.explain(solved) == []

    def test_one_that_was_never_solved_is_not_out_of_date(self, workspace):
        keep_planned_run()
        assert self.explain(make_scenario(make_person("operations"))) == []

    def test_newer_data_rules_and_overrides_are_told(self, solved):
        keep_build("b2")
        keep_run(build_cycle(), run="2026-Q4-newer", build="b2")
        record("pool.wage")
        override()
        assert self.explain(solved) == [
            "It was solved on other data, or as of another day, than the run.",
            "Rules were changed after it was solved.",
            "Overrides were made or withdrawn after it was solved.",
        ]

    def test_another_day_is_told_and_what_plans_do_not_hear_is_not(self, solved):
        record("signing.roles")
        keep_run(replace(build_cycle(), as_of=date(2026, 9, 29)), run="2026-Q4-before")
        assert self.explain(solved) == [
            "It was solved on other data, or as of another day, than the run."
        ]


def test_a_standing_asks_the_store_as_often_with_much_as_with_little(workspace):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count():
        find_standing(PERIOD)
        with CaptureQueriesContext(connection) as asked:
            find_standing(PERIOD)
        return len(asked)

    omar = make_person("operations")
    keep_planned_run()
    make_scenario(omar)
    few = count()
    for number in range(30):
        make_scenario(omar, NamedScenario(f"Case {number}", "high"))
        record(f"pool.rule_{number}")
        keep_planned_run(run=f"run-{number}", is_new_build=False)
    assert count() == few <= 12


def test_every_kind_of_work_that_moves_a_step_is_one_that_somebody_can_do():
    assert set(WORK) >= standings.UNDER_WAY
