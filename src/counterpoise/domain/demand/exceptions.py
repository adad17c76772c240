"""Which figures of a forecast somebody should look at this cycle, who, and why.

- moved: the figure lies outside the 80 % range that the run before published for it.
- missed: the newest finished month came in outside its range.
- overridden: an override moves it from what the statistics say by a large share.
- uncertain: its range is so wide that it says little.

Of what is not over, only figures that are a notable part of the whole are named. A figure is named
once for each reason, and what is most at stake comes first.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.exception import ForecastException
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.tables.override import CellKey
from counterpoise.domain.tables.published import PublishedRange
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import text

MEASURE = "won_revenue"
PROMISED = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares: of the whole that a figure must be, that an override may move it by, and that its
    80 % range may be wide of it."""

    part: Decimal
    override: Decimal
    width: Decimal


def read_limits(rulebook: Rulebook, forecast: Forecast) -> Limits:
    def number(name: str) -> Decimal:
        return rulebook.get_number(f"exception.{name}", forecast.as_of)

    return Limits(number("least_part"), number("override_share"), number("range_share"))


def list_exceptions(
    forecast: Forecast,
    statistical: Forecast,
    overridden: Container[CellKey],
    before: Forecast | None,
    published: Iterable[PublishedRange],
    limits: Limits,
) -> tuple[ForecastException, ...]:
    """forecast: with the overrides in it. overridden: the figures that they are of. before: of the
    run before for the period, if any. published: ranges whose month is over, of any run."""
    tomorrow = forecast.as_of + timedelta(days=1)
    ahead = [
        cell
        for cell in forecast.cells
        if cell.measure == MEASURE and add_months(cell.month, 1) > tomorrow
    ]
    notable = _find_notable(ahead, limits.part)
    found = [
        *_find_moved(notable, _by_key(before.cells) if before else {}),
        *_find_overridden(
            [cell for cell in notable if cell.key in overridden],
            _by_key(statistical.cells),
            limits,
        ),
        *_find_uncertain(notable, limits),
        *_find_missed(published, limits.part),
    ]
    return tuple(sorted(found, key=lambda each: (-each.at_stake, each.kind, each.cell)))


def _find_notable(cells: Sequence[Cell], part: Decimal) -> list[Cell]:
    whole = {cell.month: cell.mean for cell in cells if not cell.by}
    return [cell for cell in cells if cell.mean and cell.mean >= part * whole[cell.month]]


def _find_moved(
    cells: Iterable[Cell], before: Mapping[CellKey, Cell]
) -> Iterator[ForecastException]:
    for cell in cells:
        was = before.get(cell.key)
        if was is None:
            continue
        low, high = was.quantile("0.1"), was.quantile("0.9")
        if not low <= cell.mean <= high:
            why = text(
                "It was expected between {low} and {high} by the run before, and is {now} now.",
                low=low,
                high=high,
                now=cell.mean,
            )
            at_stake = abs(cell.mean - was.mean)
            yield ForecastException("moved", "leader", cell.key, at_stake, why)


def _find_overridden(
    cells: Iterable[Cell], statistical: Mapping[CellKey, Cell], limits: Limits
) -> Iterator[ForecastException]:
    for cell in cells:
        said = statistical[cell.key].mean
        if abs(cell.mean - said) > limits.override * said:
            why = text(
                "An override puts {now} in the place of {said}, which the statistics say.",
                now=cell.mean,
                said=said,
            )
            yield ForecastException("overridden", "leader", cell.key, abs(cell.mean - said), why)


def _find_uncertain(cells: Iterable[Cell], limits: Limits) -> Iterator[ForecastException]:
    for cell in cells:
        width = cell.quantile("0.9") - cell.quantile("0.1")
        if width > limits.width * cell.mean:
            why = text(
                "Its 80 % range, {low} to {high}, is {times} times as wide as the figure.",
                low=cell.quantile("0.1"),
                high=cell.quantile("0.9"),
                times=(width / cell.mean).quantize(Decimal("0.1")),
            )
            yield ForecastException("uncertain", "operations", cell.key, width / 2, why)


def _find_missed(published: Iterable[PublishedRange], part: Decimal) -> Iterator[ForecastException]:
    """Of each figure of the newest finished month, by the last forecast made before it began."""
    last: dict[CellKey, PublishedRange] = {}
    for each in sorted(published, key=lambda each: each.made_on):
        if each.measure == MEASURE and each.share == PROMISED and each.made_on < each.month:
            last[MEASURE, each.month, tuple(sorted(each.by))] = each
    newest = max((month for _, month, _ in last), default=None)
    whole = last.get((MEASURE, newest, ())) if newest else None
    for key, each in last.items():
        is_notable = whole is None or each.actual >= part * whole.actual
        if key[1] == newest and is_notable and not each.low <= each.actual <= each.high:
            why = text(
                "{actual} came in, outside the range of {low} to {high}.",
                actual=each.actual,
                low=each.low,
                high=each.high,
            )
            at_stake = max(each.low - each.actual, each.actual - each.high)
            yield ForecastException("missed", "operations", key, at_stake, why)


def _by_key(cells: Iterable[Cell]) -> dict[CellKey, Cell]:
    return {cell.key: cell for cell in cells}
