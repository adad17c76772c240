"""Workers in processes of their own, which can be killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

TIRED_SECONDS = 240


@contextmanager
def worker(workspace):
    process = start_worker(workspace)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def start_worker(workspace):
    environment = {**os.environ, "COUNTERPOISE_WORKSPACE": str(workspace.root)}
    return subprocess.Popen(
        [sys.executable, "-m", "counterpoise.web.background.worker"], env=environment
    )


def wait_until(holds, seconds=TIRED_SECONDS):
    """What `holds` returns once it is true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.1)
    return found


def wait_for_state(job_id, *states):
    from counterpoise.store import jobs

    return wait_until(lambda: (job := jobs.get_job(job_id)).state in states and job)


def confirm_upload(workspace, folder):
    """An upload of two teams' tables that somebody confirmed: ready to be collected."""
    from counterpoise.actions import uploads
    from counterpoise.domain.tables.received import SentFile
    from people import make_person
    from two_teams import NOW, map_two_teams, write_two_teams

    write_two_teams(folder)
    sent = [SentFile(each.name, each) for each in sorted(folder.iterdir())]
    sender = make_person("operations").pk
    kept = uploads.receive(workspace, sent, sender=sender, limits=uploads.Limits(), now=NOW)
    uploads.propose_upload(workspace, kept.id, now=NOW)
    uploads.confirm(kept.id, map_two_teams(), now=NOW)
    return kept.id
