"""What a period's forecast was in the run of an earlier day, and what changed it since."""

from datetime import date

from counterpoise.actions import kept, overrides
from counterpoise.domain.demand import bridge
from counterpoise.domain.tables.change import ForecastChange
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.store import runs


def explain_change(period: str) -> ForecastChange | None:
    """From the run of an earlier day to the newest; None where there is no earlier one."""
    outlook = overrides.find_outlook(period)
    before = find_before(period, outlook.run.as_of) if outlook else None
    if outlook is None or before is None:
        return None
    return bridge.explain_change(before, (outlook.statistical, outlook.forecast))


def find_before(period: str, as_of: date) -> tuple[Forecast, Forecast] | None:
    """What the newest run of an earlier day said of the period: the statistics, and with the
    overrides of then."""
    for run in runs.list_headings(period):
        cycle = kept.find_cycle(run.id) if run.as_of < as_of else None
        if cycle is not None and cycle.forecast is not None:
            return cycle.statistical or cycle.forecast, cycle.forecast
    return None
