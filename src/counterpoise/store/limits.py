"""How often someone may ask within a stretch of time, counted in the store for every process.

Time is cut into windows of one length, the same for everybody: from each full multiple of it since
1970 up to the next. So N requests of a window pass and the next one does not, whoever counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from counterpoise.store.models import RateWindow

_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Allowance:
    """limit: how many in a window. used: how many were asked for, this one included."""

    limit: int
    used: int
    ends_at: datetime
    within: timedelta

    @property
    def is_kept(self) -> bool:
        return self.used <= self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def seconds_left(self, at: datetime) -> int:
        """Whole seconds until the next window, at least 1."""
        return max(-((at - self.ends_at) // timedelta(seconds=1)), 1)


def count_request(
    who: str, at: datetime, *, limit: int, within: timedelta, times: int = 1
) -> Allowance:
    """Count a request of `who`, or several, and say how the last stands with the limit.

    Exact whoever counts at the same time: on SQLite writers come one by one, on PostgreSQL the
    row that was raised stays locked until its count has been read.
    """
    starts_at = find_start(at, within)
    with transaction.atomic():
        rows = RateWindow.objects.filter(who=who, starts_at=starts_at)
        if not rows.update(count=F("count") + times):
            RateWindow.objects.filter(who=who, starts_at__lt=starts_at).delete()
            RateWindow.objects.get_or_create(who=who, starts_at=starts_at, defaults={"count": 0})
            rows.update(count=F("count") + times)
        used = rows.values_list("count", flat=True).get()
    return Allowance(limit, used, starts_at + within, within)


def find_start(at: datetime, within: timedelta) -> datetime:
    """When the window began that a moment is in."""
    return _START + (at - _START) // within * within
