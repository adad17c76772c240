"""What a period's forecast was in the run of an earlier day, and what changed it since."""

from counterpoise.actions import kept, overrides
from counterpoise.domain.demand import bridge
from counterpoise.domain.tables.change import ForecastChange
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.store import runs


def explain_change(period: str) -> ForecastChange | None:
    """From the run of an earlier day to the newest; None where there is no earlier one."""
    outlook = overrides.find_outlook(period)
    before = find_before(period, outlook.forecast) if outlook else None
    if outlook is None or before is None:
        return None
    return bridge.explain_change(before, (outlook.statistical, outlook.forecast))


def find_before(period: str, now: Forecast) -> tuple[Forecast, Forecast] | None:
    """What the newest run of an earlier day said of the period: the statistics, and with the
    overrides of then. A run in another currency is passed over: nothing in it can be compared."""
    for run in runs.list_headings(period):
        cycle = kept.find_cycle(run.id) if run.as_of < now.as_of else None
        before = cycle.forecast if cycle is not None else None
        if cycle is not None and before is not None and before.currency == now.currency:
            return cycle.statistical or before, before
    return None
