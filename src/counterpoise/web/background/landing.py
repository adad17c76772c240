"""Asks for what was delivered to hooks to be landed, once it has waited long enough."""

from datetime import timedelta

from counterpoise.store import deliveries, jobs
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.workplace import now

WAITS = timedelta(minutes=2)
"""A load makes a build, so events are gathered for a while."""
KIND = "deliveries"


def ask_to_land() -> bool:
    """Whether a job was asked for; not while one is going on."""
    at = now()
    oldest = deliveries.find_oldest_waiting().values()
    if not any(at - since >= WAITS for since in oldest):
        return False
    if any(each.kind == KIND for each in jobs.list_going()):
        return False
    ask_for(KIND, {}, key=make_key(), visitor=None)
    return True
