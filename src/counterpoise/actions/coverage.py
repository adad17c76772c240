"""The ledger of ranges: every one that was published, and whether it held.

Published are the forecast and the volumes of every run of the cycle, the measures that a run
carried forward beside them, and what a person published from the explorer.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from counterpoise.actions import coverage_series, coverage_volumes, examinations, kept
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.published_ranges import list_unmet
from counterpoise.actions.series import PEOPLE
from counterpoise.actions.value_added import Actuals, find_actuals
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.measure.coverage import Coverage, measure_coverage
from counterpoise.domain.tables.forecast import Cell, Forecast
from counterpoise.domain.tables.published import PublishedRange
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.volume import VolumeKind
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text
from counterpoise.store import ledger, publications, runs

SHARES = {Decimal("0.8"): ("0.1", "0.9"), Decimal("0.9"): ("0.05", "0.95")}
"""The ranges that a cell or a volume publishes, by how much of what comes they shall hold."""


@dataclass(frozen=True, slots=True)
class Unscored:
    """Volumes that are published and never held against anything, and why."""

    kind: VolumeKind
    level: tuple[str, ...]
    why: Text


@dataclass(frozen=True, slots=True)
class CoverageLedger:
    """judged: those of the whole company. waiting: how many ranges are of a period that is not
    over, of a part that the data no longer knows, or in another currency than the company's of
    today. unmet: measures that the rulebook wants published and that cannot be."""

    coverage: tuple[Coverage, ...]
    judged: tuple[PublishedRange, ...]
    waiting: int
    unscored: tuple[Unscored, ...] = ()
    unmet: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """waiting: by the dimensions of what waits."""

    ranges: tuple[PublishedRange, ...]
    waiting: Counter[tuple[str, ...]]
    unscored: tuple[Unscored, ...]


Made = tuple[tuple[str, datetime], ...]
"""Runs, and when each was run."""
NOTHING = _Judged((), Counter(), ())


def judge_ranges(
    workspace: Workspace, *, today: date, visitor: Visitor | None = None
) -> CoverageLedger:
    """Of all that was published by today, against what the current build knows by today.

    What a run published is judged, overrides included: that is what people planned with. Ranges of
    single people and teams are for those who see everybody, as the explorer has it; no visitor is
    the command line, which sees all.
    """
    found = _ask(workspace, today)
    hidden = frozenset() if visitor is None or visitor.reach == "everyone" else PEOPLE
    judged = tuple(each for each in found.ranges if not hidden & set(each.level))
    return CoverageLedger(
        coverage=measure_coverage(judged),
        judged=tuple(each for each in judged if not each.by),
        waiting=sum(n for level, n in found.waiting.items() if not hidden & set(level)),
        unscored=found.unscored,
        unmet=list_unmet(today),
    )


def list_published(workspace: Workspace, *, today: date) -> tuple[PublishedRange, ...]:
    """Every range of a forecast whose month is over, of the whole and of its parts."""
    if ledger.find_current_build() is None:
        return ()
    return _judge_forecasts(examinations.get_build(workspace), _list_made(today), today)[0]


def _ask(workspace: Workspace, today: date) -> _Judged:
    if ledger.find_current_build() is None:
        return NOTHING
    build = examinations.get_build(workspace)
    return _judge(build, _list_made(today), publications.find_newest(), today)


def _list_made(today: date) -> Made:
    """The runs that were made by a day. ran_at is beside each so that one that was run again is
    judged again."""
    return tuple(
        (run.id, run.ran_at)
        for run in runs.list_headings()
        if run.as_of <= today and run.ran_at.date() <= today
    )


@lru_cache(maxsize=2)
def _judge(build: CurrentBuild, made: Made, newest: int, today: date) -> _Judged:
    """newest: of what was published beside runs, so that what came since is judged too."""
    cells, waiting = _judge_forecasts(build, made, today)
    volumes = [each for run in _read(made) for each in coverage_volumes.list_volumes(run)]
    of_volumes = coverage_volumes.judge_volumes(build, volumes, SHARES, today)
    of_series = coverage_series.judge_series(build, today) if newest else ((), Counter())
    unscored = {
        (each.volume.kind, each.level): Unscored(each.volume.kind, each.level, each.why)
        for each in volumes
        if each.why is not None
    }
    return _Judged(
        ranges=(*cells, *of_volumes[0], *of_series[0]),
        waiting=waiting + of_volumes[1] + of_series[1],
        unscored=tuple(unscored[key] for key in sorted(unscored)),
    )


@lru_cache(maxsize=2)
def _judge_forecasts(
    build: CurrentBuild, made: Made, today: date
) -> tuple[tuple[PublishedRange, ...], Counter[tuple[str, ...]]]:
    said = [each for run in _read(made) for each in _list_cells(run)]
    judged = tuple(_judge_cells(build, said, today))
    waiting = Counter(tuple(sorted(name for name, _ in cell.by)) for _, cell in said * len(SHARES))
    return judged, waiting - Counter(each.level for each in judged)


def _read(made: Made) -> Iterator[Cycle]:
    """Those that were kept whole."""
    for run, _ in made:
        if (cycle := kept.find_cycle(run)) is not None:
            yield cycle


def _judge_cells(
    build: CurrentBuild, said: Collection[tuple[Forecast, Cell]], today: date
) -> Iterator[PublishedRange]:
    over = frozenset(cell.key for _, cell in said if add_months(cell.month, 1) <= today)
    came = find_actuals(build, over, today) if over else Actuals({}, "")
    for forecast, cell in said:
        if cell.key in came.by_cell and _is_comparable(forecast, cell, came.currency):
            for share, (low, high) in SHARES.items():
                yield PublishedRange(
                    made_on=forecast.as_of,
                    measure=cell.measure,
                    start=cell.month,
                    by=cell.by,
                    share=share,
                    low=cell.quantile(low),
                    high=cell.quantile(high),
                    actual=came.by_cell[cell.key],
                )


def _is_comparable(forecast: Forecast, cell: Cell, currency: str) -> bool:
    """Deals count in any currency; money only in the one that its forecast was in."""
    return cell.measure == "won_deals" or not currency or forecast.currency == currency


def _list_cells(cycle: Cycle) -> Iterator[tuple[Forecast, Cell]]:
    """A month that was over on the run's evening was known, and its range proves nothing."""
    if cycle.forecast is not None:
        tomorrow = cycle.as_of + timedelta(days=1)
        for cell in cycle.forecast.cells:
            if add_months(cell.month, 1) > tomorrow:
                yield cycle.forecast, cell
