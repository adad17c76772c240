"""How far the data of a build reaches."""

from datetime import date
from pathlib import Path

from counterpoise.domain.values.zone import business_day
from counterpoise.warehouse.engine import open_build

_LAST = """
SELECT max(moment) FROM (
    SELECT max(created_at) AS moment FROM opportunity
    UNION ALL SELECT max(closed_at) FROM opportunity
    UNION ALL SELECT max(occurred_at) FROM activity
    UNION ALL SELECT max(created_at) FROM lead
    UNION ALL SELECT max(deleted_at) FROM opportunity
    UNION ALL SELECT max(deleted_at) FROM activity
    UNION ALL SELECT max(deleted_at) FROM lead
)
"""


def find_last_day(folder: Path, zone: str) -> date | None:
    """The business day of the last thing that happened; None where nothing is dated."""
    with open_build(folder) as build:
        (last,) = build.con.execute(_LAST).fetchone()
    return None if last is None else business_day(last, zone)
