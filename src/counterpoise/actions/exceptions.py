"""What somebody should look at in the newest forecast of a period."""

from datetime import date

from counterpoise.actions import coverage, overrides, rules
from counterpoise.actions.forecast_changes import find_before
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand import exceptions
from counterpoise.domain.demand.overrides import list_overridden
from counterpoise.domain.tables.exception import ForecastException


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
        list_overridden(outlook.statistical, outlook.overrides),
        before[1] if (before := find_before(period, outlook.forecast)) else None,
        coverage.list_published(workspace, today=today),
        exceptions.read_limits(rules.load_rulebook(), outlook.forecast),
    )
