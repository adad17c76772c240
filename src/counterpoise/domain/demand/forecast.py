"""Step two, demand: what will be won in a period, by month, region and product, with ranges.

Two legs: the pipeline (open deals as competing risks, deals yet to be created) and the time series.
They are weighted by how each did on finished origins of a weekly back-test, and the ranges come
from how far off the combination was on them. Nothing looks past the as-of day of the deals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand import (
    backtest,
    cells,
    deal_contest,
    expectations,
    history,
    leading,
    notes,
    origins,
    paths,
    pipeline,
    segments,
    series,
    settings,
    splits,
    stages,
    windows,
)
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.combine import LEGS
from counterpoise.domain.demand.hazards import Ahead
from counterpoise.domain.demand.origins import HORIZONS
from counterpoise.domain.demand.segments import Segments
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.demand.windows import Windows
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.forecast import (
    SPLITS,
    BacktestPoint,
    BacktestRow,
    Cell,
    Expectation,
    Forecast,
    Legs,
    Measure,
    Staff,
)
from counterpoise.domain.values.period import Period

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """What a forecast starts from: the deals as known, and all that is fixed for the run.
    is_challenged: whether the challenger of single deals is heard."""

    deals: Deals
    segments: Segments
    windows: Windows
    calendar: Calendar
    settings: Settings
    learned: backtest.Learned
    of_leads: leading.Said | None
    is_challenged: bool


def forecast(
    deals: Deals,
    period: Period,
    *,
    rulebook: Rulebook,
    rng: Generator,
    staff: Staff | None = None,
) -> Forecast:
    """The same deals, rulebook, staff and state of `rng` give the same forecast, to the byte.

    staff: whom to expect something of by name; None for nobody.

    Raises TooLittleHistory where there are too few closed deals or days to learn from.
    """
    known = deals.known_on(deals.as_of)
    rules = settings.read_settings(rulebook, deals.as_of)
    history.require(known, rules)
    contest = deal_contest.find_contest(known, rulebook, rules)
    is_heard = contest is not None and contest.is_heard
    ahead = windows.lay_out(period, deals.as_of)
    at = backtest.list_origins(deals.as_of, rules.backtest_origins)
    calendar = origins.cover(known, at, max(ahead.last_day, HORIZONS[-1]))
    record = backtest.keep_record(known, at, rulebook, calendar, rules, is_challenged=is_heard)
    points = backtest.replay(record, rules)
    learned = backtest.learn(record, rules).adapt(points, day_number(deals.as_of))
    parts = segments.split(known)
    base = pipeline.learn(known, parts, calendar, rules, is_challenged=is_heard)
    past = origins.list_leading(record.said)
    of_leads = leading.look(known, base.creation, calendar, rulebook, rules, past)
    start = _Setting(known, parts, ahead, calendar, rules, learned, of_leads, is_heard)
    seen = _project(start, base)
    revenue, won = _look_ahead(start, seen, rng)
    months = tuple(month.start for month in ahead.months)
    grains = tuple(name for name in ("region", "product") if name in known.dimensions)
    weighted = stages.weigh_pipeline(known, seen.open_deals.value, seen.open_deals.stage, rulebook)
    told: list[Cell] = []
    legs: list[Legs] = []
    for outcome in (revenue, won):
        made = tuple(cells.build_cells(outcome, start.segments, grains, months))
        told += made
        legs += cells.build_legs(outcome, start.segments, grains, made)
    built = tuple(told)
    split = tuple(_split(start, built, rng))
    return Forecast(
        period=period,
        as_of=known.as_of,
        currency=known.currency,
        cells=built,
        backtest=backtest.judge(record, points),
        points=points,
        weights={
            days: dict(zip(LEGS, map(float, weights), strict=True))
            for days, weights in zip(HORIZONS, learned.weights, strict=True)
        },
        paths=revenue.paths.sum(axis=1) + revenue.known.sum(axis=0),
        stage_weighted=Decimal(repr(weighted)).quantize(CENT),
        notes=(
            *notes.write_notes(known, start.segments, ahead, learned, rules),
            *(leading.describe(of_leads) if of_leads else ()),
        ),
        splits=split,
        legs=tuple(legs),
        expected=_expect(start, (*built, *split), rng, staff) if staff else (),
        contest=contest,
    )


def evaluate(
    deals: Deals, at: Sequence[date], *, rulebook: Rulebook
) -> tuple[tuple[BacktestRow, ...], tuple[BacktestPoint, ...]]:
    """The back-test alone, at origins of one's choice, in order; judged by what `deals` know.

    Origins with too little history are left out, and so are horizons that are not finished.
    Raises TooLittleHistory where the deals as a whole are too few.
    """
    known = deals.known_on(deals.as_of)
    rules = settings.read_settings(rulebook, deals.as_of)
    history.require(known, rules)
    calendar = origins.cover(known, at, HORIZONS[-1])
    record = backtest.keep_record(known, at, rulebook, calendar, rules)
    points = backtest.replay(record, rules)
    return backtest.judge(record, points), points


def _learn_members(start: _Setting) -> pipeline.Learned:
    return pipeline.learn(
        start.deals,
        start.segments,
        start.calendar,
        start.settings,
        is_challenged=start.is_challenged,
    )


def _project(start: _Setting, base: pipeline.Learned) -> pipeline.Pipeline:
    learned = base.follow(start.of_leads)
    ahead = Ahead(start.windows.month_of_day, len(start.windows.months))
    return pipeline.project(start.deals, start.segments, learned, ahead, start.calendar)


def _look_ahead(
    start: _Setting, seen: pipeline.Pipeline, rng: Generator
) -> tuple[cells.Outcome, cells.Outcome]:
    """Won revenue and won deals: means of the combination, paths spread as the ranges say."""
    drawn = paths.simulate(seen, start.settings, rng)
    place = paths.rank(drawn.revenue)
    counted = seen.count_only()
    return (
        _combine(start, "won_revenue", seen, drawn.revenue, place),
        _combine(start, "won_deals", counted, drawn.deals, place),
    )


def _split(start: _Setting, built: Sequence[Cell], rng: Generator) -> Iterator[Cell]:
    """By each dimension that tells any deals apart."""
    for name in SPLITS:
        if len(members := segments.split_by(start.deals, name)) < 2:
            continue
        own = replace(start, segments=members)
        for outcome in _look_ahead(own, _project(own, _learn_members(own)), rng):
            whole = [each for each in built if each.measure == outcome.measure and not each.by]
            yield from splits.split_whole(outcome, members, name, whole)


def _expect(
    start: _Setting, cells_: Sequence[Cell], rng: Generator, staff: Staff
) -> tuple[Expectation, ...]:
    """After all else, so that what else is drawn stays the same."""
    pairs = segments.split(start.deals, by=("team", "rep"))
    own = replace(start, segments=pairs)
    revenue, _ = _look_ahead(own, _project(own, _learn_members(own)), rng)
    whole: dict[str, list[Cell]] = {}
    for each in cells_:
        if each.measure == "won_revenue" and [name for name, _ in each.by] in ([], ["team"]):
            whole.setdefault(each.by[0][1] if each.by else "", []).append(each)
    if len(whole) > 1:
        del whole[""]
    least = start.settings.segment_prior_deals
    return expectations.expect(revenue, pairs, ~start.deals.is_open, whole, staff, least)


def _combine(
    start: _Setting,
    measure: Measure,
    seen: pipeline.Pipeline,
    drawn: NDArray[np.float64],
    place: NDArray[np.float64],
) -> cells.Outcome:
    """The pipeline leg's parts, scaled month by month to what the combination says of the whole.

    Each path's total becomes what an outcome of its place is of the expected one; parts keep their
    shares.
    """
    deals, revenue = start.deals, measure == "won_revenue"
    daily = origins.daily_revenue(deals, deals.amount) if revenue else origins.daily_count(deals)
    carried = series.carry_forward(daily, start.windows.last_day)
    series_leg = start.windows.sum_by_month(carried)
    open_leg, new_leg = seen.open_revenue(), seen.new_revenue()
    pipeline_leg = (open_leg + new_leg).sum(axis=0)
    weights = start.learned.weights[start.windows.blocks]
    whole = weights[:, 0] * pipeline_leg + weights[:, 1] * series_leg
    scale = np.divide(whole, pipeline_leg, out=np.ones_like(whole), where=pipeline_leg > 0)
    mean = pipeline_leg * scale
    spread = seen.log_spread(len(mean), start.settings.shock) * start.windows.lead_stretch
    scores = start.learned.scores[start.windows.horizon]
    fitted = paths.fit_to_means(drawn, mean)
    return cells.Outcome(
        measure=measure,
        known=_known(start, measure),
        from_open=open_leg * scale,
        from_new=new_leg * scale,
        paths=paths.fit_to_ranges(fitted, mean.sum() * scores.factors(place, spread)),
        open_leg=open_leg,
        new_leg=new_leg,
        series_leg=series_leg,
    )


def _known(start: _Setting, measure: Measure) -> NDArray[np.float64]:
    """What was won already in each month of the period, by segment."""
    deals, months = start.deals, start.windows.months
    weight = np.nan_to_num(deals.amount) if measure == "won_revenue" else np.ones(len(deals))
    found = np.zeros((len(start.segments), len(months)))
    for place, month in enumerate(months):
        won = deals.won & (deals.closed >= day_number(month.start))
        won &= deals.closed < day_number(month.end)
        found[:, place] = np.bincount(start.segments.of_deal[won], weight[won], len(start.segments))
    return found
