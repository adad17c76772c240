"""Scenarios on the sample company, from the click to the plan, as a worker does them."""

import shutil
from datetime import UTC, datetime

import pytest

from counterpoise.actions import planning, scenarios, work
from counterpoise.actions.scenarios import Wish
from counterpoise.actions.workspaces import init_workspace
from counterpoise.domain.reconcile.headline import asks_the_same, sum_up
from counterpoise.domain.tables.scenario import Change, NamedScenario
from counterpoise.domain.values.rights import admit
from counterpoise.domain.values.text import explain
from counterpoise.store import jobs
from counterpoise.store import scenarios as stored
from journeys.command import ask, run
from people import make_person

PERIOD = "2026-Q4"
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)


def work_off(workspace, kind, arguments, *, key):
    """The job as it ended; a failure is kept in words, as the supervisor keeps it."""
    job, _ = jobs.keep_job(kind, arguments, key=key, asked_by=None, at=NOW)
    attempt = jobs.take_job(job.id, at=NOW)
    try:
        work.do_work(workspace, job.id, attempt, now=NOW)
    except Exception as error:
        jobs.end_job(job.id, attempt, "failed", failure=explain(error), at=NOW)
    return jobs.get_job(job.id)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory, migrated_store):
    """The sample company, collected and run, to be copied by every test."""
    from django.db import connections

    folder = tmp_path_factory.mktemp("sampled") / "workspace"
    folder.mkdir()
    shutil.copy(migrated_store, folder / "store.sqlite3")
    made = init_workspace(folder, company="Zaytara")
    ended = work_off(made, "sample", {"scale": 1}, key="sample")
    assert (ended.state, ended.result["period"]) == ("done", PERIOD)
    connections["default"].close()
    return folder


@pytest.fixture
def company(tmp_path, sampled, settings_of):
    shutil.copytree(sampled, tmp_path / "workspace")
    return settings_of(init_workspace(tmp_path / "workspace"))


@pytest.fixture
def omar(company):
    person = make_person("operations")
    return admit(person.pk, person.username, "operations")


def make(omar, name="More sellers", people="12", demand="base"):
    _run, cycle = scenarios.find_base(PERIOD)
    pool = next(each for each in cycle.capacity.pools if each.kind == "sellers")
    changes = (Change("pool.headcount", pool.name, people),)
    wish = Wish(name, demand, changes, "What more sellers would bring.")
    return scenarios.make_scenario(PERIOD, wish, omar, now=NOW), pool.name


def solve(company, kept, key="one"):
    arguments = {"period": PERIOD, "scenario": kept.id, "link": "/there/"}
    return work_off(company, "scenario", arguments, key=key)


def test_a_scenario_is_solved_for_the_demand_of_the_newest_run(company, omar):
    kept, pool = make(omar)
    ended = solve(company, kept)
    assert (ended.state, ended.failure, ended.result["is_kept"]) == ("done", "", True)
    assert ended.result["link"] == "/there/"
    solved = stored.get_scenario(PERIOD, kept.id)
    assert solved.plan == ended.result["plan"]
    assert planning.verify_plan(solved.plan).feasible
    plan = scenarios.find_plan(solved.plan)
    assert solved.headline == sum_up(plan)
    run_, cycle = scenarios.find_base(PERIOD)
    assert (solved.plan_as_of, solved.plan_build) == (run_.as_of, run_.build)
    assert asks_the_same(plan, cycle.plans[0]), "a scenario of rules has the run's demand"
    people = {each.name: each.headcount for each in plan.problem.pools}
    assert people[pool] == 12
    assert not [note for note in plan.notes if "makes no difference" in str(note)]


def test_solved_again_it_is_the_same_plan(company, omar):
    kept, _pool = make(omar, "High and more", demand="high")
    first, second = solve(company, kept, "one"), solve(company, kept, "two")
    assert first.result["plan"] == second.result["plan"]
    _run, cycle = scenarios.find_base(PERIOD)
    assert asks_the_same(scenarios.find_plan(first.result["plan"]), cycle.plans[1])


def test_what_cannot_be_planned_with_fails_in_words_and_keeps_no_plan(company, omar):
    kept, pool = make(omar, "Fewer than none", "-3")
    ended = solve(company, kept)
    assert ended.state == "failed"
    assert f"Pool {pool}: headcount is -3. Give 0 or more." in ended.failure
    assert stored.get_scenario(PERIOD, kept.id).plan is None


def test_one_that_is_changed_while_it_is_solved_keeps_no_plan_of_before(company, omar):
    kept, _pool = make(omar)

    def change():
        stored.change(kept, NamedScenario("Other", "low"), "", edition=1, at=NOW)

    done = scenarios.solve_scenario(company, PERIOD, kept.id, say=change, now=NOW)
    assert not done.is_kept
    assert stored.get_scenario(PERIOD, kept.id).plan is None
    assert scenarios.solve_scenario(company, PERIOD, kept.id, now=NOW).is_kept


def test_the_command_line_plans_for_it_by_its_name(company, omar):
    kept, _pool = make(omar)
    plan = solve(company, kept).result["plan"]
    asked = ("reconcile", PERIOD, "--scenario", "More sellers", "--as-of", "2026-09-30")
    assert ask(*asked, workspace=company.root)["plan"] == plan
    wrong = run("reconcile", PERIOD, "--scenario", "best", workspace=company.root, expect=1)
    assert "one of: base, high, low, More sellers" in wrong.stderr
