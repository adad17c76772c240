"""Runs a job in a process of its own, and tells the store every few seconds that it lives.

So a job can be stopped at any moment, one that is killed for its memory takes nobody with it, and
the pages stay quick: the process is nice to the others. What was written when it ends is safe by
the rules of the actions: published whole or not at all.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass

from counterpoise.domain.values.document import from_document
from counterpoise.domain.values.text import Text, text
from counterpoise.store import jobs
from counterpoise.web.background import job
from counterpoise.web.workplace import now

TELL_SECONDS = 3.0
LOOK_SECONDS = 0.2
GRACE_SECONDS = 5.0


@dataclass
class Closing:
    """Whether this worker was told to end; its job then waits for the next worker."""

    is_closing: bool = False


closing = Closing()


def supervise(job_id: str) -> None:
    """Do a job to its end, unless it is over or another worker lives on it."""
    attempt = jobs.take_job(job_id, at=now())
    if attempt is None:
        return
    command = [sys.executable, "-m", "counterpoise.web.background.job", job_id, str(attempt)]
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        command, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    if _watch(process, job_id, attempt):
        _close(process, job_id, attempt)
    else:
        _stop(process)
        if closing.is_closing:
            jobs.give_back(job_id, attempt)
        else:
            jobs.end_job(job_id, attempt, "stopped", at=now())


def _watch(process: subprocess.Popen[str], job_id: str, attempt: int) -> bool:
    """Whether the process came to its own end; False when it has to be stopped."""
    told = time.monotonic()
    while process.poll() is None:
        if closing.is_closing:
            return False
        if time.monotonic() - told >= TELL_SECONDS:
            told = time.monotonic()
            if not jobs.report_life(job_id, attempt, at=now()):
                return False
        time.sleep(LOOK_SECONDS)
    return True


def _close(process: subprocess.Popen[str], job_id: str, attempt: int) -> None:
    """The process keeps its own result; what is left to say is why there is none."""
    said = process.stderr.read() if process.stderr else ""
    if process.returncode == 0:
        return
    if process.returncode == job.REFUSED:
        sentence = said.rpartition("\n" + job.WHY)[2].partition("\n")[0]
        why = from_document(Text, json.loads(sentence))
    elif process.returncode < 0:
        why = text(
            "The work was ended by the system (signal {number}), perhaps for want of memory."
            " Nothing half-done was kept. Try again, or with a smaller file.",
            number=-process.returncode,
        )
    else:
        sys.stderr.write(said)  # for the log: a trace is not for the person who asked
        why = text(
            "Something went wrong on our side. Nothing half-done was kept. Whoever runs"
            " Counterpoise finds the reason in the log of the worker, at job {job}.",
            job=job_id,
        )
    jobs.end_job(job_id, attempt, "failed", failure=why, at=now())


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
