"""When a schedule asks next, by the clock on the company's wall.

Where the clock skips an hour, what was to happen within it happens right after; where it passes an
hour twice, a stated time of day comes once. So a change of the clock neither skips nor doubles.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import cronsim

from counterpoise.domain.values.text import text


class InvalidSchedule(ValueError):
    """A schedule that no clock could follow."""


def check_schedule(written: str) -> None:
    """Nothing is no schedule. Raises InvalidSchedule for what is no cron expression of five parts,
    and for one that never comes."""
    if written:
        find_next(written, datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


def find_next(written: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `after`, in UTC. Raises InvalidSchedule."""
    try:
        return next(cronsim.CronSim(written, after.astimezone(zone))).astimezone(UTC)
    except (cronsim.CronSimError, StopIteration):
        raise InvalidSchedule(
            text(
                "{written} is no cron expression. Write minute, hour, day, month and weekday, such"
                " as 0 6 * * 1-5 for six o'clock on working days.",
                written=written[:100],
            )
        ) from None
