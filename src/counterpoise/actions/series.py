"""Measures of a build carried forward: any that can be, by day, week, month, quarter or year, whole
or by parts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from counterpoise.actions import challengers, examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.series_days import find_calendars
from counterpoise.domain.demand import explore
from counterpoise.domain.demand.challenging import read_patience
from counterpoise.domain.demand.explore import Wish
from counterpoise.domain.demand.surroundings import Known
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.measure.question import Question, UnknownDimension, UnknownMeasure
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.carried import Carried, Every
from counterpoise.domain.tables.mark import SeriesMark
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.time_series.challengers import Competitors
from counterpoise.domain.time_series.series import BrokenSeries, step
from counterpoise.domain.values.period import find_start
from counterpoise.domain.values.text import text
from counterpoise.store import marks as stored

ADDING_UP = (
    *("leads", "deals_created", "pipeline_created", "won_deals", "won_revenue", "lost_deals"),
    *("activities", "selling_hours", "customer_hours", "internal_hours"),
)
"""What happened on days, so that parts and periods add up."""
RATES = (
    *("win_rate", "average_deal", "sales_cycle_days", "lead_conversion", "lead_response_in_time"),
    "leads_never_contacted",
)
"""Of what happened on days, too, and told apart by period; parts do not add up."""
CARRIED = (*ADDING_UP, *RATES)
PEOPLE = frozenset({"rep", "team"})
"""Dimensions whose members are people: for those who see everybody's figures."""
PARTS = ("region", "product", "segment", "source", "team", "rep", "type")
MOST_DIMENSIONS = 2
_MOST_YEARS = 100
"""A slip of the pen in the first year of a deal is no reason to list days for centuries."""


def list_dimensions(measure: str) -> tuple[str, ...]:
    """What a measure that can be carried forward can be split by."""
    return tuple(each for each in DEFINITIONS[measure].dimensions if each in PARTS)


def wish(
    measure: str,
    by: tuple[str, ...] = (),
    every: Every = "month",
    steps: int = 6,
    *,
    is_challenged: bool = False,
) -> Wish:
    """Raises UnknownMeasure, UnknownDimension or BrokenSeries for what cannot be carried."""
    if measure not in CARRIED:
        raise UnknownMeasure(
            text(
                "'{name}' cannot be carried forward. These can: {listed}.",
                name=measure,
                listed=", ".join(CARRIED),
            )
        )
    offered = list_dimensions(measure)
    if strange := [each for each in by if each not in offered]:
        raise UnknownDimension(
            text(
                "{name} cannot be carried forward by {without}. It can be by: {listed}.",
                name=measure,
                without=strange[0],
                listed=", ".join(offered),
            )
        )
    if len(by) > MOST_DIMENSIONS:
        raise UnknownDimension(
            text(
                "{n} dimensions were named. Name {most} at most.",
                n=len(by),
                most=MOST_DIMENSIONS,
            )
        )
    return Wish(measure, by, every, steps, measure in ADDING_UP, is_challenged)


def carry(build: CurrentBuild, wanted: Wish, *, today: date) -> Carried:
    """As known on the last day of the data. Computed once in a process."""
    return carry_known(build, wanted, examinations.find_horizon(build, today))


def carry_known(build: CurrentBuild, wanted: Wish, as_of: date) -> Carried:
    """As known on the evening of a day."""
    marks = tuple(
        each
        for each in stored.list_current(wanted.measure)
        if not {name for name, _member in each.by} & PEOPLE - set(wanted.by)
    )  # of single people and teams nobody reads who did not ask for them
    rulebook, wider = rules.load_rulebook(), _widen(wanted, marks)
    if wider != wanted:
        try:
            return _narrow(_ask(build, wider, as_of, rulebook, marks), wanted)
        except BrokenSeries:
            pass  # too many parts: a note says that the mark is not counted
    return _ask(build, wanted, as_of, rulebook, marks)


def _ask(
    build: CurrentBuild,
    wanted: Wish,
    as_of: date,
    rulebook: Rulebook,
    marks: tuple[SeriesMark, ...],
) -> Carried:
    if not wanted.is_challenged:
        return _carry(build, wanted, as_of, rulebook, marks)
    found = _carry_challenged(build, wanted, as_of, rulebook, marks)
    if any(each.outcome == "failed" for each in found.verdicts):
        _carry_challenged.cache_clear()  # what failed now may be there, or be faster, next time
    return found


def _widen(wanted: Wish, marks: Sequence[SeriesMark]) -> Wish:
    """Split by what is marked as well, so that a wide figure learns from what its marked parts do;
    as it was where it cannot be."""
    named = sorted({name for mark in marks for name, _member in mark.by} - set(wanted.by))
    wider = (*wanted.by, *named)
    if not wanted.adds_up or len(wider) > MOST_DIMENSIONS:
        return wanted
    return replace(wanted, by=wider)


def _narrow(found: Carried, wanted: Wish) -> Carried:
    asked = set(wanted.by)
    parts = (each for each in found.parts if {name for name, _label in each.by} <= asked)
    return replace(found, by=wanted.by, parts=tuple(parts))


@lru_cache(maxsize=64)
def _carry(
    build: CurrentBuild,
    wanted: Wish,
    as_of: date,
    rulebook: Rulebook,
    marks: tuple[SeriesMark, ...],
) -> Carried:
    measured = _measure(build, wanted, as_of, rulebook)
    known = _find_known(build, wanted, as_of, rulebook, measured)
    return explore.carry(measured, wanted, as_of, replace(known, marks=marks))


@lru_cache(maxsize=16)
def _carry_challenged(
    build: CurrentBuild,
    wanted: Wish,
    as_of: date,
    rulebook: Rulebook,
    marks: tuple[SeriesMark, ...],
) -> Carried:
    patience = read_patience(rulebook, as_of)
    measured = _measure(build, wanted, as_of, rulebook)
    known = replace(_find_known(build, wanted, as_of, rulebook, measured), marks=marks)
    with challengers.open_challengers(patience.seconds) as opened:
        competitors = Competitors(tuple(opened), patience.terms)
        return explore.carry(measured, wanted, as_of, known, competitors)


def _measure(build: CurrentBuild, wanted: Wish, as_of: date, rulebook: Rulebook) -> list[Measured]:
    splits = {wanted.by} if wanted.adds_up else {wanted.by, ()}
    return [
        each
        for by in sorted(splits)
        for each in examinations.answer(
            build, Question((wanted.measure,), (wanted.learned_by, *by), None, as_of), rulebook
        )
    ]


def _find_known(
    build: CurrentBuild,
    wanted: Wish,
    as_of: date,
    rulebook: Rulebook,
    measured: Sequence[Measured],
) -> Known:
    labels = [dict(each.by) for each in measured]
    every = wanted.learned_by
    starts = [find_start(each[every]) for each in labels if each[every]]
    if not starts:
        return Known()
    first = max(min(starts), as_of.replace(year=as_of.year - _MOST_YEARS, day=1))
    last = step(as_of, every, wanted.reach + 2)
    regions = {each["region"] for each in labels if each.get("region")}
    return Known(
        find_calendars(build, rulebook, as_of, (first, last), regions),
        spread=float(rulebook.get_number("series.outlier_spread", as_of)),
        day_off=float(rulebook.get_number("series.day_off", as_of)),
    )
