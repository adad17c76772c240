"""The ledger of ranges: every one that a run of the cycle published, and whether it held."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from counterpoise.actions import examinations, kept
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.value_added import Actuals, find_actuals
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.measure.coverage import Coverage, measure_coverage
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.tables.published import PublishedRange
from counterpoise.domain.values.period import add_months
from counterpoise.store import ledger, runs

SHARES = {Decimal("0.8"): ("0.1", "0.9"), Decimal("0.9"): ("0.05", "0.95")}
"""The ranges that a cell publishes, by how much of what comes they shall hold."""


@dataclass(frozen=True, slots=True)
class CoverageLedger:
    """judged: those of the whole company. waiting: how many ranges are of a month that is not over,
    of a part that the data no longer knows, or in another currency than the company's of today."""

    coverage: tuple[Coverage, ...]
    judged: tuple[PublishedRange, ...]
    waiting: int


def judge_ranges(workspace: Workspace, *, today: date) -> CoverageLedger:
    """Of all runs that were kept whole, against what the current build knows by today.

    What a run published is judged, overrides included: that is what people planned with.
    """
    judged, waiting = _ask(workspace, today)
    whole = tuple(each for each in judged if not each.by)
    return CoverageLedger(measure_coverage(judged), whole, waiting)


def list_published(workspace: Workspace, *, today: date) -> tuple[PublishedRange, ...]:
    """Every range whose month is over, of the whole and of its parts."""
    return _ask(workspace, today)[0]


def _ask(workspace: Workspace, today: date) -> tuple[tuple[PublishedRange, ...], int]:
    if ledger.find_current_build() is None:
        return (), 0
    made = tuple((run.id, run.ran_at) for run in runs.list_headings())
    return _judge(examinations.get_build(workspace), made, today)


@lru_cache(maxsize=2)
def _judge(
    build: CurrentBuild, made: tuple[tuple[str, datetime], ...], today: date
) -> tuple[tuple[PublishedRange, ...], int]:
    """ran_at is in `made` so that a run that was run again is judged again."""
    said = [each for run, _ in made for each in _list_cells(run)]
    over = frozenset(cell.key for _, cell in said if add_months(cell.month, 1) <= today)
    came = find_actuals(build, over, today) if over else Actuals({}, "")
    judged = tuple(
        PublishedRange(
            made_on=forecast.as_of,
            measure=cell.measure,
            month=cell.month,
            by=cell.by,
            share=share,
            low=cell.quantile(low),
            high=cell.quantile(high),
            actual=came.by_cell[cell.key],
        )
        for forecast, cell in said
        if cell.key in came.by_cell and _is_comparable(forecast, cell, came.currency)
        for share, (low, high) in SHARES.items()
    )
    return judged, len(said) * len(SHARES) - len(judged)


def _is_comparable(forecast: Forecast, cell: Cell, currency: str) -> bool:
    """Deals count in any currency; money only in the one that its forecast was in."""
    return cell.measure == "won_deals" or not currency or forecast.currency == currency


def _list_cells(run: str) -> Iterator[tuple[Forecast, Cell]]:
    """A month that was over on the run's evening was known, and its range proves nothing."""
    cycle = kept.find_cycle(run)
    if cycle is not None and cycle.forecast is not None:
        tomorrow = cycle.as_of + timedelta(days=1)
        for cell in cycle.forecast.cells:
            if add_months(cell.month, 1) > tomorrow:
                yield cycle.forecast, cell
