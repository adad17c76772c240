"""Demand: any measure carried forward, whole or by its parts."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import examinations, series
from counterpoise.actions.answers import answer_series
from counterpoise.domain.measure.question import UnknownDimension, UnknownMeasure
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.store.ledger import NoBuild
from counterpoise.web import access
from counterpoise.web.api.forms import Amount, Members, Name
from counterpoise.web.api.problems import Problem
from counterpoise.web.demand.explorer import PEOPLE
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])


class SeriesWanted(Schema):
    """measure: one that is counted on days, or a rate of such."""

    measure: Name = "won_revenue"
    by: list[Name] = Field(default_factory=list, max_length=2)
    every: Literal["month", "quarter"] = "month"
    steps: int = Field(6, ge=1, le=24, description="How many periods ahead.")
    challenged: bool = Field(
        False,  # noqa: FBT003 -- how a schema states what holds where nothing is said
        description="Whether challengers may compete with the methods.",
    )


class PeriodPastAnswer(Schema):
    start: date
    value: Amount


class StepAheadAnswer(Schema):
    """quantiles: by their levels, 0.1 to 0.9."""

    start: date
    expected: Amount
    quantiles: dict[str, Amount]


class CarriedPartAnswer(Schema):
    """missed: how far the same methods were off on the newest periods, which they did not see, as a
    share of what came; usual: how far repeating the season before was. looks: from how many days.
    """

    by: Members
    history: list[PeriodPastAnswer]
    ahead: list[StepAheadAnswer]
    missed: Amount | None
    usual: Amount | None
    looks: int


class ChallengerAnswer(Schema):
    """missed, methods_missed: the mean size of an error on past days, in units of how much each
    series moves. gain: by what share its errors were smaller; gain_low: at least that, with 95 %
    confidence. series, looks: on how many, from how many past days."""

    name: str
    outcome: Literal["heard", "not heard", "refused", "failed"]
    missed: Amount | None
    methods_missed: Amount | None
    gain: Amount | None
    gain_low: Amount | None
    series: int
    looks: int
    why: str


class SeriesAnswer(Schema):
    """parts: the whole first. adds_up: parts add up to wholes, to the cent. left_out: parts of
    which nothing can be said, and why. challengers: those that were asked for."""

    build: str
    as_of: date
    measure: str
    unit: str
    every: str
    by: list[str]
    adds_up: bool
    parts: list[CarriedPartAnswer]
    left_out: list[str]
    challengers: list[ChallengerAnswer]


@router.get("/series", response=SeriesAnswer, summary="Carry a measure forward")
def show_series(request: HttpRequest, wanted: Query[SeriesWanted]) -> dict[str, Any]:
    """As known on the last day of the data. By rep or team for those who see everybody."""
    if PEOPLE & set(wanted.by) and access.get_visitor(request).reach != "everyone":
        raise Http404
    try:
        build = examinations.get_build(get_workspace())
        asked = series.wish(
            wanted.measure,
            tuple(wanted.by),
            wanted.every,
            wanted.steps,
            is_challenged=wanted.challenged,
        )
        found = series.carry(build, asked, today=now().date())
    except NoBuild as error:
        raise Problem(404, str(error)) from None
    except (UnknownMeasure, UnknownDimension, BrokenSeries, MissingRate) as error:
        raise Problem(422, str(error)) from None
    return answer_series(build.id, found)
