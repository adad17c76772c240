"""Takes up what waits: jobs of a dead worker go back into the queue, deliveries are landed, and
what is due by the calendar is asked for."""

import os
from datetime import timedelta

from django_tasks_db.models import DBTaskResult

from counterpoise.connectors.letters import outgoing
from counterpoise.store import jobs, ledger
from counterpoise.web.background.landing import ask_to_land
from counterpoise.web.background.work import ask_for, perform
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
    ask_to_land()
    return lost


def ask_for_letters() -> str:
    """Once a day, where letters can be sent: each person's fix list goes out once a week, and a day
    later to whom the mail server refused it. Returns the job, or nothing."""
    if not outgoing.has_postbox(os.environ) or ledger.find_current_build() is None:
        return ""
    return ask_for("fix-lists", {}, key=f"fix-lists-{now().date()}", visitor=None).id
