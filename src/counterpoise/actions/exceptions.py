"""What somebody should look at in the newest forecast of a period, and how it changed."""

from datetime import date

from counterpoise.actions import coverage, kept, overrides, rules
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand import bridge, exceptions
from counterpoise.domain.tables.change import ForecastChange
from counterpoise.domain.tables.exception import ForecastException
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.store import runs


def list_exceptions(
    workspace: Workspace, period: str, *, today: date
) -> tuple[ForecastException, ...] | None:
    """None where nothing is forecast for the period."""
    outlook = overrides.find_outlook(period)
    if outlook is None:
        return None
    return exceptions.list_exceptions(
        outlook.forecast,
        outlook.statistical,
        {each.cell for each in outlook.overrides},
        before[1] if (before := _find_before(period, outlook.run.as_of)) else None,
        coverage.list_published(workspace, today=today),
        exceptions.read_limits(rules.load_rulebook(), outlook.forecast),
    )


def explain_change(period: str) -> ForecastChange | None:
    """From the run of an earlier day to the newest; None where there is no earlier one."""
    outlook = overrides.find_outlook(period)
    before = _find_before(period, outlook.run.as_of) if outlook else None
    if outlook is None or before is None:
        return None
    return bridge.explain_change(before, (outlook.statistical, outlook.forecast))


def _find_before(period: str, as_of: date) -> tuple[Forecast, Forecast] | None:
    """What the newest run of an earlier day said of the period: the statistics, and with the
    overrides of then."""
    for run in runs.list_headings(period):
        cycle = kept.find_cycle(run.id) if run.as_of < as_of else None
        if cycle is not None and cycle.forecast is not None:
            return cycle.statistical or cycle.forecast, cycle.forecast
    return None
