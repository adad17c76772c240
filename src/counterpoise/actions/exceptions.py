"""What somebody should look at in the newest forecast of a period."""

from datetime import date

from counterpoise.actions import coverage, kept, overrides, rules
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand import exceptions
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
        _find_before(period, outlook.run.as_of),
        coverage.list_published(workspace, today=today),
        exceptions.read_limits(rules.load_rulebook(), outlook.forecast),
    )


def _find_before(period: str, as_of: date) -> Forecast | None:
    """What the newest run of an earlier day said of the period, as it was published then."""
    for run in runs.list_headings(period):
        cycle = kept.find_cycle(run.id) if run.as_of < as_of else None
        if cycle is not None and cycle.forecast is not None:
            return cycle.forecast
    return None
