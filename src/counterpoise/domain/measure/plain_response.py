"""How long leads waited in the working time of whoever has them, one by one."""

from dataclasses import dataclass
from datetime import timedelta

from counterpoise.domain.measure.plain_known import Knowledge
from counterpoise.domain.measure.plain_places import Row
from counterpoise.domain.measure.schedules import Schedules
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.working_time import MINUTE, count_working, to_micros
from counterpoise.domain.values.zone import start_of_day

AGREED_KEY = "lead.agreed_minutes"


@dataclass(frozen=True, slots=True)
class Timed:
    """waited: working time until the first attempt in microseconds, None where there was none.
    is_due: tried, or its agreed time has run out by the evening of the as-of day."""

    waited: int | None
    is_due: bool
    is_in_time: bool


def time_lead(
    lead: Row, knowledge: Knowledge, settings: Settings, schedules: Schedules
) -> Timed | None:
    """None for a lead that was tried before it came in: its dates say nothing of the time."""
    created, touched = lead["created_at"], lead.get("first_touch_at")
    if touched is not None and knowledge.day(touched) > settings.as_of:
        touched = None
    if touched is not None and touched < created:
        return None
    schedule = schedules.get(lead["source"], lead.get("owner_id"))
    agreed = find_agreed(settings)
    if touched is None:
        left = count_working(schedule, to_micros(created), find_evening(settings))
        return Timed(None, is_due=left >= agreed, is_in_time=False)
    waited = count_working(schedule, to_micros(created), to_micros(touched))
    return Timed(waited, is_due=True, is_in_time=waited <= agreed)


def find_agreed(settings: Settings) -> int:
    """Microseconds."""
    return int(settings.rulebook.get_number(AGREED_KEY, settings.as_of) * MINUTE)


def find_evening(settings: Settings) -> int:
    """The end of the as-of day in microseconds: nothing that is measured lies after it."""
    return to_micros(start_of_day(settings.as_of + timedelta(days=1), settings.zone))
