"""What the statistics say of a period that people call: the newest run that a day knew."""

from datetime import date
from decimal import Decimal

from counterpoise.actions import kept
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.values.period import Period
from counterpoise.store import runs


def find_statistical(period: Period, by: date, currency: str) -> Forecast | None:
    """Without overrides, of the newest run in a currency that knew no more than a day did."""
    found = [each for each in runs.list_headings(str(period)) if each.as_of <= by]
    for run in sorted(found, key=lambda run: (run.as_of, run.ran_at), reverse=True):
        cycle = kept.find_cycle(run.id)
        forecast = cycle and (cycle.statistical or cycle.forecast)
        if forecast and (not currency or forecast.currency in ("", currency)):
            return forecast
    return None


def sum_whole(forecast: Forecast) -> Decimal:
    """Won revenue of the company over the period."""
    cells = forecast.cells_by("won_revenue", "").values()
    return sum((each.mean for each in cells), Decimal(0))
