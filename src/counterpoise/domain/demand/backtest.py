"""The rolling-origin back-test: what every method would have said, week after week, and what came.

Every origin knows only what was known on its day, its weights and ranges included: they come from
the origins before it that were finished by then (Tashman 2000).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import adapting, combine, conformal, history, origins
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.combine import LEGS
from counterpoise.domain.demand.conformal import Scores
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS
from counterpoise.domain.demand.origins import HORIZONS, Said
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.forecast import BacktestPoint, BacktestRow

COUNTERPOISE = "counterpoise"
STAGE_WEIGHTED = "stage-weighted pipeline"
TRAILING = "same as last period"
EVERY_DAYS = 7
EIGHTY = np.array([0.1, 0.9])
FEWEST_FOR_COVERAGE = 5


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Origins in order: what the legs said and how far they thought to be off, by origin and block
    or horizon, and what came: actual by (origin, block), NaN while unfinished."""

    said: tuple[Said, ...]
    day: NDArray[np.int64]
    legs: NDArray[np.float64]
    spread: NDArray[np.float64]
    actual: NDArray[np.float64]

    def known_by(self, day: int) -> "Record":
        """The record as it stood on the evening of a day: what ended later is unfinished."""
        past = self.day <= day
        ends = self.day[past][:, None] + np.array(HORIZONS)
        return Record(
            tuple(each for each, kept in zip(self.said, past, strict=True) if kept),
            self.day[past],
            self.legs[past],
            self.spread[past],
            np.where(ends <= day, self.actual[past], np.nan),
        )


def keep_record(
    deals: Deals,
    at: Sequence[date],
    rulebook: Rulebook,
    calendar: Calendar,
    settings: Settings,
    *,
    is_challenged: bool = False,
) -> Record:
    """Origins with too little history of their own are left out. is_challenged: whether the
    challenger of single deals is heard."""
    said: list[Said] = []
    for known in map(deals.known_on, at):
        if history.is_enough(known, settings):
            look = origins.look_from(
                known, rulebook, calendar, settings, said, is_challenged=is_challenged
            )
            said.append(look)
    number = np.array([day_number(each.origin) for each in said], dtype=np.int64)
    today = day_number(deals.as_of)
    daily = origins.daily_revenue(deals, deals.amount)
    before = today - len(daily)
    cumulated = np.concatenate([[0.0], np.cumsum(daily)])
    actual = np.full((len(said), BLOCKS), np.nan)
    for row, origin in enumerate(number):
        for block, end in enumerate(origin + np.array(HORIZONS)):
            if end <= today:
                actual[row, block] = cumulated[end - before] - cumulated[end - BLOCK_DAYS - before]
    legs = np.array([each.legs for each in said]).reshape(len(said), BLOCKS, len(LEGS))
    spread = np.array([each.spread for each in said]).reshape(len(said), BLOCKS)
    return Record(tuple(said), number, legs, spread, actual)


def list_origins(as_of: date, count: int) -> tuple[date, ...]:
    """Weekly, oldest first, the last one with its shortest horizon just finished."""
    last = as_of - timedelta(days=HORIZONS[0])
    return tuple(last - timedelta(days=EVERY_DAYS * back) for back in range(count - 1, -1, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What a record teaches: the legs' weights, shape (blocks, legs); scores, how many separate
    origins they are worth, and how many origins they come from, by horizon."""

    weights: NDArray[np.float64]
    scores: tuple[Scores, ...]
    separate: tuple[float, ...]
    finished: tuple[int, ...]

    def adapt(self, points: Sequence[BacktestPoint], day: int) -> "Learned":
        """With ranges that know how often those of earlier origins held by a day."""
        return replace(self, scores=adapting.adapt(self.scores, points, HORIZONS, day))

    def combine(self, legs: NDArray[np.float64]) -> NDArray[np.float64]:
        """legs: (…, blocks, legs); the answer is (…, blocks)."""
        return np.asarray((legs * self.weights).sum(axis=-1), dtype=np.float64)


def learn(record: Record, settings: Settings) -> Learned:
    """record: only what was known by the day that learns."""
    weights = np.array([_weigh(record, block, settings) for block in range(BLOCKS)])
    prior = conformal.Prior(settings.range_prior_origins, settings.range_prior_stretch)
    scores, separate, finished = [], [], []
    for horizon, days in enumerate(HORIZONS):
        done = np.isfinite(record.actual[:, horizon])
        separate.append(combine.count_separate(record.day[done], days))
        finished.append(int(done.sum()))
        forecast = (record.legs[done] * weights).sum(axis=2)[:, : horizon + 1].sum(axis=1)
        errors = conformal.log_errors(forecast, record.actual[done, : horizon + 1].sum(axis=1))
        spread = record.spread[done, horizon]
        scores.append(conformal.score(errors, spread, separate[-1], prior))
    return Learned(weights, tuple(scores), tuple(separate), tuple(finished))


def _weigh(record: Record, block: int, settings: Settings) -> tuple[float, float]:
    done = np.isfinite(record.actual[:, block])
    weight = combine.weigh_pipeline_leg(
        record.legs[done, block],
        record.actual[done, block],
        combine.count_separate(record.day[done], BLOCK_DAYS),
        settings.pipeline_prior_weight,
        settings.weight_prior_origins,
    )
    return weight, 1.0 - weight


def replay(record: Record, settings: Settings) -> tuple[BacktestPoint, ...]:
    """Every finished (origin, horizon) as the combined method would have forecast it then."""
    points: list[BacktestPoint] = []
    for row, said in enumerate(record.said):
        day = int(record.day[row])
        learned = learn(record.known_by(day), settings).adapt(points, day)
        by_block = learned.combine(record.legs[row])
        for horizon, days in enumerate(HORIZONS):
            if np.isnan(record.actual[row, horizon]):
                continue
            forecast = float(by_block[: horizon + 1].sum())
            spread = float(record.spread[row, horizon])
            low, high = forecast * learned.scores[horizon].factors(EIGHTY, spread)
            actual = float(record.actual[row, : horizon + 1].sum())
            points.append(
                BacktestPoint(said.origin, days, forecast, float(low), float(high), actual)
            )
    return tuple(points)


def judge(record: Record, points: Sequence[BacktestPoint]) -> tuple[BacktestRow, ...]:
    """Every method at every horizon, on the same finished origins."""
    rows = []
    for horizon, days in enumerate(HORIZONS):
        done = np.isfinite(record.actual[:, horizon])
        if not done.any():
            continue
        mine = [point for point in points if point.horizon_days == days]
        legs = record.legs[done, : horizon + 1].sum(axis=1)
        said = [each for each, finished in zip(record.said, done, strict=True) if finished]
        actual = record.actual[done, : horizon + 1].sum(axis=1)
        forecasts = {
            COUNTERPOISE: np.array([point.forecast for point in mine]),
            LEGS[0]: legs[:, 0],
            LEGS[1]: legs[:, 1],
            TRAILING: np.array([each.trailing[horizon] for each in said]),
            STAGE_WEIGHTED: np.array([each.stage_weighted for each in said]),
        }
        for method, forecast in forecasts.items():
            covered = _coverage(mine) if method == COUNTERPOISE else None
            rows.append(_row(method, days, forecast, actual, covered))
    return tuple(rows)


def _coverage(points: Sequence[BacktestPoint]) -> float | None:
    if len(points) < FEWEST_FOR_COVERAGE:
        return None
    return sum(each.held for each in points) / len(points)


def _row(
    method: str,
    days: int,
    forecast: NDArray[np.float64],
    actual: NDArray[np.float64],
    coverage: float | None,
) -> BacktestRow:
    total = float(actual.sum()) or 1.0
    return BacktestRow(
        method=method,
        horizon_days=days,
        origins=len(actual),
        wmape=float(np.abs(forecast - actual).sum()) / total,
        bias=float((forecast - actual).sum()) / total,
        coverage_80=coverage,
    )
