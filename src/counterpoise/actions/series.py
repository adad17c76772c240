"""Measures of a build carried forward: any that can be, by month or quarter, whole or by parts."""

from datetime import date
from functools import lru_cache

from counterpoise.actions import challengers, examinations, rules
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.demand import explore
from counterpoise.domain.demand.challenging import read_patience
from counterpoise.domain.demand.explore import Every, Wish
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.measure.question import Question, UnknownDimension, UnknownMeasure
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.carried import Carried
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.text import text

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
PARTS = ("region", "product", "segment", "source", "team", "rep", "type")
MOST_DIMENSIONS = 2


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
    as_of = examinations.find_horizon(build, today)
    rulebook = rules.load_rulebook()
    if not wanted.is_challenged:
        return _carry(build, wanted, as_of, rulebook)
    found = _carry_challenged(build, wanted, as_of, rulebook)
    if any(each.outcome == "failed" for each in found.verdicts):
        _carry_challenged.cache_clear()  # what failed now may be there, or be faster, next time
    return found


@lru_cache(maxsize=64)
def _carry(build: CurrentBuild, wanted: Wish, as_of: date, rulebook: Rulebook) -> Carried:
    return explore.carry(_measure(build, wanted, as_of, rulebook), wanted, as_of)


@lru_cache(maxsize=16)
def _carry_challenged(
    build: CurrentBuild, wanted: Wish, as_of: date, rulebook: Rulebook
) -> Carried:
    patience = read_patience(rulebook, as_of)
    measured = _measure(build, wanted, as_of, rulebook)
    with challengers.open_challengers(patience.seconds) as opened:
        return explore.carry(measured, wanted, as_of, opened, patience.terms)


def _measure(build: CurrentBuild, wanted: Wish, as_of: date, rulebook: Rulebook) -> list[Measured]:
    splits = {wanted.by} if wanted.adds_up else {wanted.by, ()}
    return [
        each
        for by in sorted(splits)
        for each in examinations.answer(
            build, Question((wanted.measure,), (wanted.every, *by), None, as_of), rulebook
        )
    ]
