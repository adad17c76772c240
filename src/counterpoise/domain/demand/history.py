"""Whether there is enough finished history to forecast from."""

import numpy as np

from counterpoise.domain.demand.exposure import HISTORY_DAYS
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.forecast import TooLittleHistory
from counterpoise.domain.values.text import text


def is_enough(deals: Deals, settings: Settings) -> bool:
    closed, days = _measure(deals)
    return closed >= settings.min_closed_deals and days >= settings.min_history_days


def require(deals: Deals, settings: Settings) -> None:
    if not is_enough(deals, settings):
        closed, days = _measure(deals)
        raise TooLittleHistory(
            text(
                "On {as_of} there are {closed} deals closed in the {history_days} days"
                " before, over {days} days counted from the first closing. A forecast needs"
                " at least {min_closed_deals} closed deals and {min_history_days} days."
                " Choose a later as-of date, load older deals, or lower"
                " demand.min_closed_deals and demand.min_history_days in the rulebook.",
                as_of=deals.as_of,
                closed=closed,
                history_days=HISTORY_DAYS,
                days=days,
                min_closed_deals=settings.min_closed_deals,
                min_history_days=settings.min_history_days,
            )
        )


def _measure(deals: Deals) -> tuple[int, int]:
    """Closed deals, and days from the first closing to the as-of day."""
    today = day_number(deals.as_of)
    taught = ~deals.is_open & (deals.closed > today - HISTORY_DAYS)
    taught &= deals.closed >= deals.created
    closed = deals.closed[taught]
    return len(closed), today - int(np.min(closed)) + 1 if len(closed) else 0
