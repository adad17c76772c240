"""Past cycles side by side: what each forecast, what came, and how saved forecasts have done.

All of it comes from runs that were kept. A process that has looked into a run keeps the little that
is needed here, so a page of a hundred runs does not read a hundred runs again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from counterpoise.actions import kept
from counterpoise.domain.measure.horizons import (
    HorizonError,
    Judged,
    judge,
    measure_horizons,
)
from counterpoise.domain.tables.action import Variance
from counterpoise.domain.tables.forecast import BacktestRow
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.period import Period, add_months
from counterpoise.domain.values.text import Text
from counterpoise.store import runs


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a run says of the past. actuals: won revenue of months over by its day.

    variance: of the last period that was over then; None where it could not be explained.
    """

    id: str
    period: str
    as_of: date
    currency: str
    variance: Variance | None
    refusal: Text | None
    forecasts: tuple[PastForecast, ...]
    actuals: tuple[tuple[date, Decimal], ...]
    backtest: tuple[BacktestRow, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """explained: the runs whose variances are shown, one for each finished period, newest first.

    newest: the last run that was kept whole; None where there is none.
    """

    newest: PastRun | None
    explained: tuple[PastRun, ...]
    judged: tuple[Judged, ...]
    horizons: tuple[HorizonError, ...]


def look_back() -> Record:
    """Of several runs that explain the same period, the one that was run last is shown."""
    past = _list_past_runs()
    explained: dict[Period, PastRun] = {}
    for each in past:
        if each.variance is not None:
            explained.setdefault(each.variance.period, each)
    in_order = sorted(explained, key=lambda period: (period.end, period.start), reverse=True)
    newest = max(past, key=lambda each: each.as_of, default=None)
    actuals = dict(newest.actuals) if newest else {}
    # Runs come newest first, and of two forecasts of one day the one that was run last counts.
    judged = judge((said for each in reversed(past) for said in each.forecasts), actuals)
    return Record(
        newest=newest,
        explained=tuple(explained[period] for period in in_order),
        judged=judged,
        horizons=measure_horizons(judged),
    )


def find_explained(period: Period) -> PastRun | None:
    """The run whose variance of a finished period is shown."""
    found = (each for each in _list_past_runs() if each.variance)
    return next((each for each in found if each.variance and each.variance.period == period), None)


def _list_past_runs() -> Sequence[PastRun]:
    """Newest first; runs kept before they were kept whole are left out."""
    found = (_read_run(each.id, each.ran_at) for each in runs.list_headings())
    return [each for each in found if each is not None]


@lru_cache(maxsize=1024)
def _read_run(run: str, ran_at: datetime) -> PastRun | None:
    cycle = kept.find_cycle(run)
    return None if cycle is None else _summarise(run, cycle)


def _summarise(run: str, cycle: Cycle) -> PastRun:
    forecast = cycle.forecast
    cells = forecast.cells_by("won_revenue", "").values() if forecast else ()
    refusals = [each.why for each in cycle.refusals if each.step == "measure"]
    return PastRun(
        id=run,
        period=str(cycle.period),
        as_of=cycle.as_of,
        currency=cycle.currency,
        variance=cycle.variance,
        refusal=next(iter(refusals), None),
        forecasts=tuple(PastForecast(cycle.as_of, cell.month, (), cell.mean) for cell in cells),
        actuals=tuple(_list_actuals(cycle)),
        backtest=forecast.backtest if forecast else (),
    )


def _list_actuals(cycle: Cycle) -> Iterator[tuple[date, Decimal]]:
    """Every month from the first win that was over by the run's day; one without a win is 0."""
    won = {each.month: each.won_revenue for each in cycle.history}
    if not won:
        return
    month = min(won)
    while (end := add_months(month, 1)) <= cycle.as_of + timedelta(days=1):
        yield month, won.get(month, Decimal(0))
        month = end
