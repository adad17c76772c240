"""From the last forecast of a period to this one, by cause.

What the statistics expect is what was won already, what open deals bring beyond it, and what deals
yet to come bring; overrides are what is expected beyond the statistics. Each cause is the
difference of its part, so the causes add up to the whole difference, to the cent.
"""

from collections.abc import Iterable
from decimal import Decimal

from counterpoise.domain.tables.change import ChangeCause, ChangeLine, ForecastChange
from counterpoise.domain.tables.forecast import Cell, Forecast

CAUSES: tuple[ChangeCause, ...] = ("won", "open", "new", "overrides")


def explain_change(
    before: tuple[Forecast, Forecast], now: tuple[Forecast, Forecast]
) -> ForecastChange:
    """Each: the statistics' forecast, and what was published with overrides in it."""
    was, parts = _take_apart(*before), _take_apart(*now)
    return ForecastChange(
        before_as_of=before[0].as_of,
        now_as_of=now[0].as_of,
        before=sum(was.values(), Decimal(0)),
        now=sum(parts.values(), Decimal(0)),
        lines=tuple(ChangeLine(cause, parts[cause] - was[cause]) for cause in CAUSES),
    )


def _take_apart(statistical: Forecast, published: Forecast) -> dict[ChangeCause, Decimal]:
    cells = _list_whole(statistical.cells)
    won = sum((cell.won for cell in cells), Decimal(0))
    from_open = sum((cell.from_open for cell in cells), Decimal(0))
    mean = sum((cell.mean for cell in cells), Decimal(0))
    planned = sum((cell.mean for cell in _list_whole(published.cells)), Decimal(0))
    return {
        "won": won,
        "open": from_open - won,
        "new": mean - from_open,
        "overrides": planned - mean,
    }


def _list_whole(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.measure == "won_revenue" and not cell.by]
