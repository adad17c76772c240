"""Long work is kept once for each click; a worker that comes back from the dead is fenced off."""

from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.actions import work
from counterpoise.store import audit, jobs

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def ask(key="a click", at=NOON):
    return jobs.keep_job("cycle", {"period": "2026-Q4"}, key=key, asked_by=None, at=at)


def test_two_clicks_are_one_job(workspace_on_each_store):
    first, is_new = ask()
    second, is_newer = ask()
    assert (first, is_new, is_newer) == (second, True, False)
    assert [job.id for job in jobs.list_jobs()] == [first.id]
    assert [entry.verb for entry in audit.list_entries()] == ["work.asked"]


def test_another_click_is_another_job(workspace_on_each_store):
    assert ask("one")[0].id != ask("two")[0].id
    assert len(jobs.list_going()) == 2


def test_one_worker_takes_a_job_and_a_second_does_not(workspace_on_each_store):
    job, _ = ask()
    assert jobs.take_job(job.id, at=NOON) == 1
    assert jobs.take_job(job.id, at=NOON + timedelta(seconds=5)) is None


@pytest.mark.case("CON-08")
def test_a_worker_that_was_thought_dead_can_no_longer_end_the_job(workspace_on_each_store):
    job, _ = ask()
    first = jobs.take_job(job.id, at=NOON)
    later = NOON + jobs.STALE + timedelta(seconds=1)
    assert jobs.list_abandoned(at=later) == (job.id,)
    second = jobs.take_job(job.id, at=later)
    assert not jobs.report_life(job.id, first, at=later)
    jobs.report_progress(job.id, first, 0.9, {})
    assert not jobs.end_job(job.id, first, "done", result={"run": "stale"}, at=later)
    assert jobs.end_job(job.id, second, "done", result={"run": "fresh"}, at=later)
    found = jobs.get_job(job.id)
    assert (found.state, found.result, found.attempt) == ("done", {"run": "fresh"}, 2)


def test_a_job_that_waits_stops_at_once(workspace_on_each_store):
    job, _ = ask()
    assert jobs.ask_to_stop(job.id, at=NOON)
    assert jobs.take_job(job.id, at=NOON) is None
    assert jobs.get_job(job.id).state == "stopped"
    assert not jobs.ask_to_stop(job.id, at=NOON)


def test_a_running_job_is_told_to_stop(workspace_on_each_store):
    job, _ = ask()
    attempt = jobs.take_job(job.id, at=NOON)
    assert jobs.ask_to_stop(job.id, at=NOON)
    assert not jobs.report_life(job.id, attempt, at=NOON)
    assert jobs.end_job(job.id, attempt, "stopped", at=NOON)
    assert jobs.get_job(job.id).is_over


def test_a_job_whose_worker_died_while_stopping_stops(workspace_on_each_store):
    job, _ = ask()
    jobs.take_job(job.id, at=NOON)
    jobs.ask_to_stop(job.id, at=NOON)
    later = NOON + jobs.STALE + timedelta(seconds=1)
    assert jobs.list_abandoned(at=later) == (job.id,)
    assert jobs.take_job(job.id, at=later) is None
    assert jobs.get_job(job.id).state == "stopped"


def test_a_worker_that_is_told_to_end_gives_its_job_back(workspace_on_each_store):
    job, _ = ask()
    attempt = jobs.take_job(job.id, at=NOON)
    jobs.report_progress(job.id, attempt, 0.5, {"template": "half"})
    assert jobs.get_job(job.id).share == 0.5
    assert jobs.give_back(job.id, attempt)
    assert jobs.get_job(job.id).state == "waiting"
    assert jobs.take_job(job.id, at=NOON) == 2


def test_work_that_nobody_asked_for_is_not_found(workspace_on_each_store):
    assert jobs.find_job("nothing") is None
    with pytest.raises(jobs.UnknownJob, match="No work 'nothing'"):
        jobs.get_job("nothing")


def test_work_of_an_unknown_kind_is_refused(workspace):
    job, _ = jobs.keep_job("dance", {}, key="a click", asked_by=None, at=NOON)
    with pytest.raises(work.UnknownWork, match="No work is called 'dance'. There are: "):
        work.do_work(workspace, job.id, 1, now=NOON)
