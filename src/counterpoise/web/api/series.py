"""Demand: any measure carried forward, whole or by its parts, and times not to be learned from."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import examinations, published_ranges, series, series_marks
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.series_answers import answer_mark, answer_published, answer_series
from counterpoise.actions.series_marks import Draft
from counterpoise.domain.demand.explore import Wish
from counterpoise.domain.measure.question import UnknownDimension, UnknownMeasure
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.tables.carried import Every
from counterpoise.domain.tables.mark import MarkKind
from counterpoise.domain.tables.occasion import OccasionKind
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.store.ledger import NoBuild
from counterpoise.store.marks import KeptMark, get_mark
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Amount, Members, Name, Sent, Words
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])


class SeriesWanted(Schema):
    """measure: one that is counted on days, or a rate of such. every: year for no rate."""

    measure: Name = "won_revenue"
    by: list[Name] = Field(default_factory=list, max_length=2)
    every: Every = "month"
    steps: int = Field(
        6, ge=1, le=92,
        description=(
            "How many periods ahead: 92 days, 52 weeks, 24 months or quarters, or 6 years at most."
        ),
    )  # fmt: skip
    challenged: bool = Field(
        False,  # noqa: FBT003 -- how a schema states what holds where nothing is said
        description="Whether challengers may compete with the methods.",
    )


class SeriesToPublish(Sent):
    """What of the explorer is to be kept in the ledger of ranges; as it is asked for there."""

    measure: Name
    by: list[Name] = Field(default_factory=list, max_length=2)
    every: Every = "month"
    steps: int = Field(6, ge=1, le=92)
    challenged: bool = False


class SeriesPublished(Schema):
    """is_new: false where the same was published before; it is kept once. ranges: how many."""

    measure: str
    unit: str
    every: Every
    by: list[str]
    as_of: date
    build: str
    ranges: int
    is_new: bool


class PeriodPastAnswer(Schema):
    start: date
    value: Amount


class StepAheadAnswer(Schema):
    """quantiles: by their levels, 0.1 to 0.9. came: what of all of them came already, in months of
    a quarter or year that are over."""

    start: date
    expected: Amount
    quantiles: dict[str, Amount]
    came: Amount


class OccasionAnswer(Schema):
    """A run of days; first and last are in it."""

    kind: OccasionKind
    name: str
    first: date
    last: date


class OccasionEffectAnswer(Schema):
    """size: what a period wholly in it brings more or less; a fraction where is_share, else an
    amount; null where nothing can be said. n: past occurrences."""

    kind: OccasionKind
    size: Amount | None
    is_share: bool
    n: int
    why: str | None


class ReplacedAnswer(Schema):
    """A past period that was not learned from as it came. put: what was learned instead."""

    start: date
    kind: Literal["outlier", "one_off", "lost_sales"]
    was: Amount
    put: Amount


class CarriedPartAnswer(Schema):
    """missed: how far the same methods were off on the newest periods, which they did not see, as a
    share of what came; usual: how far repeating the season before was; alone: how far months would
    have been, had no quarter or year been carried beside them; null where none was. looks: from how
    many days.
    """

    by: Members
    history: list[PeriodPastAnswer]
    ahead: list[StepAheadAnswer]
    missed: Amount | None
    usual: Amount | None
    alone: Amount | None
    looks: int
    occasions: list[OccasionAnswer]
    effects: list[OccasionEffectAnswer]
    replaced: list[ReplacedAnswer]
    notes: list[str]


class PeriodMarkAnswer(Schema):
    """A time from start up to but without end. by: empty for the whole and every part. author: ''
    for the command line."""

    id: int
    measure: str
    start: date
    end: date
    by: Members
    kind: MarkKind
    comment: str
    author: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class PeriodMarks(Schema):
    items: list[PeriodMarkAnswer]
    next: str | None


class NewPeriodMark(Sent):
    """one_off came once and does not come again; lost_sales could not be served."""

    measure: Name
    period: str = Field(
        max_length=10,
        description=(
            "A day (2026-03-05), a week (2026-W10), a month (2026-03), a quarter (2026-Q1), a year"
            " (2026)."
        ),
    )
    by: dict[Name, Name] = Field(default_factory=dict, max_length=2)
    kind: MarkKind
    comment: Words


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
    """parts: the whole first. adds_up: parts add up to wholes, and months to quarters and years, to
    the cent. left_out: parts of
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
    notes: list[str]
    challengers: list[ChallengerAnswer]


@router.get("/series", response=SeriesAnswer, summary="Carry a measure forward")
def show_series(request: HttpRequest, wanted: Query[SeriesWanted]) -> dict[str, Any]:
    """As known on the last day of the data. By rep or team for those who see everybody."""
    with _asking(request, wanted) as (build, asked):
        found = series.carry(build, asked, today=now().date())
    return answer_series(build.id, found)


@router.post(
    "/series/publish",
    response={201: SeriesPublished},
    summary="Publish what is carried forward",
)
def publish_series(request: HttpRequest, wanted: SeriesToPublish) -> Status[Any]:
    """Its ranges are kept, and scored once their periods are over: GET /coverage."""
    with _asking(request, wanted) as (build, asked):
        done = published_ranges.publish_wish(build, asked, access.get_visitor(request), now=now())
    return Status(201, answer_published(done))


@contextmanager
def _asking(
    request: HttpRequest, wanted: SeriesWanted | SeriesToPublish
) -> Iterator[tuple[CurrentBuild, Wish]]:
    """What is asked for, of which build; refusals become problems."""
    if series.PEOPLE & set(wanted.by) and access.get_visitor(request).reach != "everyone":
        raise Http404
    by = tuple(wanted.by)
    try:
        build = examinations.get_build(get_workspace())
        yield (
            build,
            series.wish(
                wanted.measure, by, wanted.every, wanted.steps, is_challenged=wanted.challenged
            ),
        )
    except NoBuild as error:
        raise Problem(404, str(error)) from None
    except (UnknownMeasure, UnknownDimension, BrokenSeries, MissingRate) as error:
        raise Problem(422, str(error)) from None


@router.get("/series/marks", response=PeriodMarks, summary="List marks, the newest first")
def list_marks(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """Every mark that was ever made. Of reps and teams for those who see everybody."""
    found = series_marks.list_marks(visitor=access.get_visitor(request))
    shown, following = paging.cut_page(found, lambda each: (-each.mark.id,), page, "marks")
    return paging.answer_page([answer_mark(each) for each in shown], following)


@router.post(
    "/series/marks",
    response={201: PeriodMarkAnswer},
    summary="Mark a time as not to be learned from",
)
def make_mark(request: HttpRequest, new: NewPeriodMark) -> Status[Any]:
    """It holds for the part that it names and all that lies in it, from the next look on."""
    visitor = access.get_visitor(request)
    if series_marks.names_people(tuple(new.by.items())) and visitor.reach != "everyone":
        raise Http404
    draft = Draft(new.measure, new.period, tuple(new.by.items()), new.kind, new.comment)
    try:
        made = series_marks.make_mark(draft, visitor, now=now())
    except (UnknownMeasure, UnknownDimension) as error:
        raise Problem(422, str(error)) from None
    return Status(201, answer_mark(KeptMark.of(made)))


@router.post(
    "/series/marks/{int:mark_id}/withdraw",
    response=PeriodMarkAnswer,
    summary="Withdraw a mark",
)
def withdraw_mark(request: HttpRequest, mark_id: int) -> dict[str, Any]:
    """The time is learned from again. The mark stays in the list, with who withdrew it."""
    series_marks.withdraw_mark(mark_id, access.get_visitor(request), now=now())
    return answer_mark(get_mark(mark_id))
