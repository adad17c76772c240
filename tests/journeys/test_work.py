"""Long work goes on in the background: whatever happens to a worker, one click has one effect."""

import os
import signal
import subprocess

import pytest

from counterpoise.store import audit, jobs, ledger
from counterpoise.web.background import supervisor
from counterpoise.web.background.work import ask_for
from journeys.workers import confirm_upload, start_worker, wait_for_state, wait_until, worker


@pytest.fixture
def upload(workspace, tmp_path):
    return confirm_upload(workspace, tmp_path / "sent")


@pytest.fixture
def upload_on_each_store(workspace_on_each_store, tmp_path):
    return confirm_upload(workspace_on_each_store, tmp_path / "sent")


def ask_to_collect(upload, key="the first click"):
    return ask_for("collect", {"upload": upload}, key=key, visitor=None)


def list_children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(each) for each in found.stdout.split()]


@pytest.mark.case("FLT-10")
def test_a_job_is_done_once_however_often_it_was_asked_for(
    workspace_on_each_store, upload_on_each_store
):
    job = ask_to_collect(upload_on_each_store)
    assert ask_to_collect(upload_on_each_store).id == job.id
    with worker(workspace_on_each_store):
        done = wait_for_state(job.id, "done", "failed")
    assert done.failure == ""
    assert list(ledger.list_batches()) == [done.result["batch"]]
    verbs = [each.verb for each in audit.list_entries()]
    assert verbs.count("work.asked") == verbs.count("work.done") == 1


@pytest.mark.case("CON-08")
@pytest.mark.parametrize(
    "share",
    [pytest.param(0.05, id="while it collects"), pytest.param(0.6, id="while it judges")],
)
def test_a_worker_killed_in_the_middle_is_followed_by_another(
    workspace_on_each_store, upload_on_each_store, share
):
    job = ask_to_collect(upload_on_each_store)
    first = start_worker(workspace_on_each_store)
    wait_until(lambda: jobs.get_job(job.id).share >= share)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with worker(workspace_on_each_store):
        done = wait_for_state(job.id, "done", "failed")
    assert (done.state, done.attempt, done.failure) == ("done", 2, "")
    assert len(ledger.list_batches()) == 1
    assert ledger.get_current_build().id == done.result["build"]
    assert audit.check_chain().broken_at is None


@pytest.mark.case("FLT-10")
def test_a_worker_that_is_told_to_end_leaves_its_job_to_the_next(workspace, upload):
    job = ask_to_collect(upload)
    first = start_worker(workspace)
    wait_until(lambda: jobs.get_job(job.id).share > 0)
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=10) == 0
    assert jobs.get_job(job.id).state == "waiting"
    with worker(workspace):
        assert wait_for_state(job.id, "done", "failed").state == "done"


def test_a_job_that_is_stopped_keeps_nothing_half_done(workspace, upload):
    job = ask_to_collect(upload)
    with worker(workspace):
        wait_until(lambda: jobs.get_job(job.id).share > 0)
        jobs.ask_to_stop(job.id, at=supervisor.now())
        wait_for_state(job.id, "stopped")
        again = ask_to_collect(upload, "another click")
        assert wait_for_state(again.id, "done", "failed").state == "done"
    assert len(ledger.list_batches()) == 1


@pytest.mark.case("FLT-04")
def test_a_job_killed_for_its_memory_fails_and_the_worker_goes_on(workspace, upload):
    job = ask_to_collect(upload)
    with worker(workspace) as process:
        wait_until(lambda: jobs.get_job(job.id).share > 0)
        (child,) = list_children(process.pid)
        os.kill(child, signal.SIGKILL)
        failed = wait_for_state(job.id, "failed")
        assert "ended by the system (signal 9)" in failed.failure
        again = ask_to_collect(upload, "another click")
        assert wait_for_state(again.id, "done", "failed").state == "done"


def test_a_refusal_reaches_the_person_in_its_own_words(workspace):
    job = ask_for("cycle", {"period": "2026-Q4"}, key="too early", visitor=None)
    with worker(workspace):
        failed = wait_for_state(job.id, "failed")
    assert failed.failure == ("Nothing was collected yet. Run `counterpoise collect PATH` first.")


@pytest.mark.case("WEB-28")
def test_a_fault_of_ours_shows_no_trace(workspace):
    job = ask_for("cycle", {}, key="no period", visitor=None)
    with worker(workspace):
        failed = wait_for_state(job.id, "failed")
    assert failed.failure.startswith("Something went wrong on our side")
    assert "Traceback" not in failed.failure
