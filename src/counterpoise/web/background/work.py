"""Asks for long work: one click is one job, whatever the browser sends twice."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django_tasks import task

from counterpoise.domain.values.rights import Visitor
from counterpoise.store import jobs
from counterpoise.store.jobs import Job
from counterpoise.web.background import supervisor
from counterpoise.web.workplace import now


@task()
def perform(job_id: str) -> None:
    """What the queue holds: the worker that takes it supervises the job's process."""
    supervisor.supervise(job_id)


def make_key() -> str:
    """A key for a form as it is rendered, so that its second click finds the first one's job."""
    return uuid.uuid4().hex


def ask_for(kind: str, arguments: Mapping[str, Any], *, key: str, visitor: Visitor | None) -> Job:
    """The job of this key. A form carries a key of its own, so a second click finds the first.

    The key belongs to whoever asks: nobody can take up another person's job by guessing its key.
    """
    owner = "system" if visitor is None else str(visitor.id)
    with transaction.atomic():
        job, is_new = jobs.keep_job(
            kind,
            arguments,
            key=f"{owner}:{key}"[:100],
            asked_by=None if visitor is None else visitor.id,
            at=now(),
        )
        if is_new:
            perform.enqueue(job.id)
    return job
