"""Long work that people ask for: kept once for each click, and fenced against a worker's return."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from counterpoise.domain.values.document import read_sentence, to_document
from counterpoise.domain.values.text import Text
from counterpoise.store import audit
from counterpoise.store.models import Job as JobRow

STALE = timedelta(seconds=15)
"""A worker tells every few seconds that it lives; after this long without a word it is dead."""
RUNNING = ("waiting", "running", "stopping")


class UnknownJob(LookupError):
    """No such work was asked for."""


@dataclass(frozen=True, slots=True)
class Job:
    """state: waiting, running, stopping, done, failed or stopped.

    failure: why it failed, in English; why: the same for any reader. share: how much is done, 0 to
    1. doing: at what.
    """

    id: str
    kind: str
    arguments: Mapping[str, Any]
    asked_by: int | None
    asked_by_login: str
    asked_by_name: str
    asked_at: datetime
    state: str
    attempt: int
    share: float
    doing: Text | None
    ended_at: datetime | None
    result: Mapping[str, Any] | None
    failure: str
    why: Text | None

    @property
    def is_over(self) -> bool:
        return self.state not in RUNNING


def keep_job(
    kind: str, arguments: Mapping[str, Any], *, key: str, asked_by: int | None, at: datetime
) -> tuple[Job, bool]:
    """The job of this key, and whether it is new: the same key twice is the same job."""
    try:
        with transaction.atomic():
            row = JobRow.objects.create(
                id=uuid.uuid4().hex,
                key=key,
                kind=kind,
                arguments=dict(arguments),
                asked_by_id=asked_by,
                asked_at=at,
            )
            audit.record("work.asked", f"job:{row.id}", after={"kind": kind, **arguments}, at=at)
    except IntegrityError:
        return _read(JobRow.objects.select_related("asked_by").get(key=key)), False
    return get_job(row.id), True


def find_job(job_id: str) -> Job | None:
    row = JobRow.objects.select_related("asked_by").filter(id=job_id).first()
    return None if row is None else _read(row)


def get_job(job_id: str) -> Job:
    if (found := find_job(job_id)) is None:
        raise UnknownJob(f"No work {job_id!r} was asked for.")
    return found


def list_jobs(limit: int = 50, *, kind: str = "") -> tuple[Job, ...]:
    """Newest first."""
    rows = JobRow.objects.select_related("asked_by")
    return tuple(_read(row) for row in (rows.filter(kind=kind) if kind else rows)[:limit])


def list_going() -> tuple[Job, ...]:
    """What waits or runs, oldest first."""
    rows = JobRow.objects.select_related("asked_by").filter(state__in=RUNNING)
    return tuple(_read(row) for row in rows.order_by("asked_at"))


def take_job(job_id: str, *, at: datetime) -> int | None:
    """Begin an attempt and return its number; None where the job is over or someone lives on it."""
    with transaction.atomic():
        row = JobRow.objects.select_for_update().filter(id=job_id).first()
        if row is None or row.state not in RUNNING:
            return None
        if row.state == "running" and row.seen_at and abs(at - row.seen_at) < STALE:
            return None
        if row.state == "stopping":
            row.state, row.ended_at = "stopped", at
            row.save()
            return None
        row.state, row.attempt, row.seen_at = "running", row.attempt + 1, at
        row.share, row.doing = 0.0, {}
        row.save()
        return row.attempt


def report_life(job_id: str, attempt: int, *, at: datetime) -> bool:
    """Say that the attempt lives; False when it was taken away from it or should stop."""
    rows = JobRow.objects.filter(id=job_id, attempt=attempt, state="running")
    return bool(rows.update(seen_at=at))


def report_progress(job_id: str, attempt: int, share: float, doing: Mapping[str, Any]) -> None:
    JobRow.objects.filter(id=job_id, attempt=attempt, state="running").update(
        share=share, doing=dict(doing)
    )


def end_job(
    job_id: str,
    attempt: int,
    state: str,
    *,
    result: Mapping[str, Any] | None = None,
    failure: Text | None = None,
    at: datetime,
) -> bool:
    """Keep how an attempt ended; False when another attempt has the job, and nothing is kept."""
    with transaction.atomic():
        changed = JobRow.objects.filter(
            id=job_id, attempt=attempt, state__in=("running", "stopping")
        ).update(
            state=state,
            ended_at=at,
            result=None if result is None else dict(result),
            failure=str(failure or ""),
            why=to_document(failure) if failure else {},
            share=1.0 if state == "done" else 0.0,
        )
        if changed:
            audit.record(
                f"work.{state}", f"job:{job_id}", after={"failure": str(failure or "")}, at=at
            )
    return bool(changed)


def ask_to_stop(job_id: str, *, at: datetime) -> bool:
    """A waiting job stops at once, a running one when its worker hears of it."""
    with transaction.atomic():
        stopped = JobRow.objects.filter(id=job_id, state="waiting").update(
            state="stopped", ended_at=at
        )
        told = JobRow.objects.filter(id=job_id, state="running").update(state="stopping")
        if stopped or told:
            audit.record("work.stop-asked", f"job:{job_id}", at=at)
    return bool(stopped or told)


def give_back(job_id: str, attempt: int) -> bool:
    """A worker that is told to stop leaves its job to the next one."""
    rows = JobRow.objects.filter(id=job_id, attempt=attempt, state="running")
    return bool(rows.update(state="waiting", seen_at=None, share=0.0, doing={}))


def list_abandoned(*, at: datetime) -> tuple[str, ...]:
    """Jobs that say they run although no worker has been heard of for too long.

    One that was heard of in the future died before the clock was set back.
    """
    rows = JobRow.objects.filter(state__in=("running", "stopping"))
    lost = rows.filter(Q(seen_at__lt=at - STALE) | Q(seen_at__gt=at + STALE))
    return tuple(lost.values_list("id", flat=True))


def _read(row: JobRow) -> Job:
    asked_by = row.asked_by
    return Job(
        id=row.id,
        kind=row.kind,
        arguments=row.arguments,
        asked_by=row.asked_by_id,
        asked_by_login="" if asked_by is None else asked_by.username,
        asked_by_name="" if asked_by is None else asked_by.shown_name,
        asked_at=row.asked_at,
        state=row.state,
        attempt=row.attempt,
        share=row.share,
        doing=read_sentence(row.doing),
        ended_at=row.ended_at,
        result=row.result,
        failure=row.failure,
        why=read_sentence(row.why),
    )
