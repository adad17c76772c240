"""Takes up what a dead worker left: its jobs go back into the queue."""

from datetime import timedelta

from django_tasks_db.models import DBTaskResult

from counterpoise.store import jobs
from counterpoise.web.background.work import perform
from counterpoise.web.workplace import now

FORGOTTEN = timedelta(seconds=10)


def ask_again() -> tuple[str, ...]:
    """Queue again what nobody works on, and return it. Asking twice does no harm: one is taken."""
    at = now()
    lost = jobs.list_abandoned(at=at)
    if not DBTaskResult.objects.ready().exists():
        waiting = (job for job in jobs.list_going() if job.state == "waiting")
        lost += tuple(job.id for job in waiting if abs(at - job.asked_at) > FORGOTTEN)
    for job_id in lost:
        perform.enqueue(job_id)
    return lost
