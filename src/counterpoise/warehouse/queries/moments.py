"""Moments as the engine asks for them: when a business day begins, and the last that deals know."""

from datetime import date

from counterpoise.domain.values.zone import start_of_day
from counterpoise.warehouse.engine import literal

LAST_KNOWN = """
SELECT max(moment) FROM (
    SELECT max(created_at) AS moment FROM opportunity
    UNION ALL SELECT max(closed_at) FROM opportunity
    UNION ALL SELECT max(updated_at) FROM opportunity
    UNION ALL SELECT max(changed_at) FROM opportunity_change WHERE origin <> 'dates'
)
"""


def instant(day: date, zone: str) -> str:
    """SQL of the moment a business day begins."""
    return f"TIMESTAMPTZ {literal(start_of_day(day, zone).isoformat())}"
