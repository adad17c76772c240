"""A figure of a forecast as people look at it: of a month, or of the whole period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.tables.forecast import Cell, Forecast, Measure
from counterpoise.domain.tables.override import FigureKey


@dataclass(frozen=True, slots=True)
class Figure:
    """month: None for the sum over the period, which has no range: the months' do not add up.

    quantiles: as a cell's, or none.
    """

    measure: Measure
    month: date | None
    by: tuple[tuple[str, str], ...]
    mean: Decimal
    from_open: Decimal
    won: Decimal
    quantiles: tuple[Decimal, ...] = ()

    @property
    def key(self) -> FigureKey:
        return self.measure, self.month, tuple(sorted(self.by))


def list_figures(forecast: Forecast, measure: str, month: date | None) -> list[Figure]:
    """Every figure of a measure in a month, or over the whole period."""
    cells = [each for each in forecast.cells if each.measure == measure]
    if month is not None:
        return [_show(cell) for cell in cells if cell.month == month]
    together: dict[tuple[tuple[str, str], ...], list[Cell]] = {}
    for cell in cells:
        together.setdefault(tuple(sorted(cell.by)), []).append(cell)
    return [_sum(mine) for mine in together.values()]


def find_figure(forecast: Forecast, key: FigureKey) -> Figure | None:
    """The whole of a period of one month is that month."""
    measure, month, by = key
    if month is None and len(forecast.period.months) == 1:
        month = forecast.period.start
    figures = list_figures(forecast, measure, month)
    return next((each for each in figures if set(each.by) == set(by)), None)


def _show(cell: Cell) -> Figure:
    return Figure(
        cell.measure, cell.month, cell.by, cell.mean, cell.from_open, cell.won, cell.quantiles
    )


def _sum(cells: list[Cell]) -> Figure:
    return Figure(
        cells[0].measure,
        None,
        cells[0].by,
        mean=_add(cell.mean for cell in cells),
        from_open=_add(cell.from_open for cell in cells),
        won=_add(cell.won for cell in cells),
    )


def _add(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
